//! Where a rule comes from when no document has it. A reader understands the texts without another page.

use crate::row::Section;

/// What the signature does not protect.
pub(crate) const SIGNATURE: Section = Section::Ours("signatures: what they do not protect");
/// Which string is signed, whatever the form of the message.
pub(crate) const SIGNED: Section = Section::Ours("signatures: the signed string");
/// In which order fields are signed.
pub(crate) const PATHS: Section = Section::Ours("signatures: the order of fields");
/// A bad signature. The documents have the code 400 for it.
pub(crate) const UNSIGNED: Section = Section::Ours("answer codes: 400, signature error");
/// A callback with a bad signature.
pub(crate) const UNSIGNED_CALLBACK: Section = Section::Ours("our rule: only what is signed counts");
/// Which projects exist, with which secrets and methods.
pub(crate) const PROJECT: Section = Section::Ours("bad input: project, method");

/// Which answers a method has.
pub(crate) const METHOD_ANSWERS: Section = Section::Ours("our reading: the answers of this method");
/// How callbacks are answered.
pub(crate) const ANSWERS: Section = Section::Ours("our rule: only HTTP 200 acknowledges");
/// Unknown words and fields.
pub(crate) const WORDS: Section = Section::Ours("our rule: accept unknown words and fields");

/// `verify` only reads.
pub(crate) const READ_ONLY: Section = Section::Ours("our rule: verify has no effects");
/// `check_deposit` records a payment under a new id.
pub(crate) const RECORD_ONLY: Section = Section::Ours("our rule: check_deposit only records");
/// Which callback credits, and that it credits once.
pub(crate) const ONE_CREDIT: Section = Section::Ours("our rule: one credit");
/// How a callback finds its payment and its amount.
pub(crate) const KEYS: Section = Section::Ours("our rule: payment.id and sum_initial decide");
/// Refunds and reversals.
pub(crate) const REFUNDS: Section = Section::Ours("our rule: refunds and reversals");
/// Callbacks in any order.
pub(crate) const ANY_ORDER: Section = Section::Ours("our rule: any order");
/// At a kiosk the cash is in the machine before `check_deposit`.
pub(crate) const REFUSE_IMPOSSIBLE: Section = Section::Ours("our rule: refuse only the impossible");

/// Unreadable bodies.
pub(crate) const UNREADABLE: Section = Section::Ours("bad input: unreadable");
/// How large and how deep a body may be.
pub(crate) const SIZE: Section = Section::Ours("bad input: size and depth");
/// Messages with a wrong field.
pub(crate) const BAD_FIELD: Section = Section::Ours("bad input: signed, but a field is wrong");
/// HTTP around the messages.
pub(crate) const HTTP: Section = Section::Ours("bad input: HTTP");
