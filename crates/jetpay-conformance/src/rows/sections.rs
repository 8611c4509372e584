//! Where a sentence comes from when no document says it, in words that need no other page.

use crate::row::Section;

/// What the signature does not protect.
pub(crate) const SIGNATURE: Section = Section::Ours("signatures: what they do not protect");
/// What is signed of a message, however it is written.
pub(crate) const SIGNED: Section = Section::Ours("signatures: the signed string");
/// In which order the fields are signed.
pub(crate) const PATHS: Section = Section::Ours("signatures: the order of fields");
/// A bad signature; the documents' tables of codes have the code 400 for it.
pub(crate) const UNSIGNED: Section = Section::Ours("answer codes: 400, signature error");
/// A callback that its signature does not fit.
pub(crate) const UNSIGNED_CALLBACK: Section = Section::Ours("our rule: only what is signed counts");
/// Which projects there are, with which secrets and methods.
pub(crate) const PROJECT: Section = Section::Ours("bad input: project, method");

/// Which answers a method has.
pub(crate) const METHOD: Section = Section::Ours("our reading: the answers of this method");
/// How callbacks are taken and answered.
pub(crate) const ANSWERS: Section = Section::Ours("our rule: only HTTP 200 acknowledges");
/// Words and fields that nobody knows yet.
pub(crate) const WORDS: Section = Section::Ours("our rule: new words and fields stop nothing");

/// `verify` only reads.
pub(crate) const RULE_1: Section = Section::Ours("our rule: verify has no effects");
/// `check_deposit` records a payment under an id of its own.
pub(crate) const RULE_2: Section = Section::Ours("our rule: check_deposit only records");
/// Which callback credits, and that it does so once.
pub(crate) const RULE_3: Section = Section::Ours("our rule: one credit");
/// By what a callback finds its payment and its amount.
pub(crate) const KEYS: Section = Section::Ours("our rule: payment.id and sum_initial decide");
/// Money that goes back.
pub(crate) const BACK: Section = Section::Ours("our rule: refunds and reversals");
/// Callbacks in any order.
pub(crate) const RULE_5: Section = Section::Ours("our rule: any order");
/// At a kiosk the cash is in the machine before `check_deposit`.
pub(crate) const RULE_7: Section = Section::Ours("our rule: refuse only the impossible");

/// Bodies that cannot be read.
pub(crate) const UNREADABLE: Section = Section::Ours("bad input: unreadable");
/// How large and how deep a body may be.
pub(crate) const SIZE: Section = Section::Ours("bad input: size and depth");
/// Messages with a field that is wrong.
pub(crate) const BAD_FIELD: Section = Section::Ours("bad input: signed, but a field is wrong");
/// Around the messages.
pub(crate) const HTTP: Section = Section::Ours("bad input: HTTP");
