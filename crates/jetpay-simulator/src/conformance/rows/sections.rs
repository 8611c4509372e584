//! Where sentences come from that no document says.

use crate::conformance::row::Section;

/// What the signature does not protect.
pub(crate) const SIGNATURE: Section = Section::Ours("protocol 2: signature");
/// Which answers a method has.
pub(crate) const METHOD: Section = Section::Ours("protocol 3: the five methods");
/// How callbacks are taken and answered.
pub(crate) const ANSWERS: Section = Section::Ours("protocol 4: answers to callbacks");
pub(crate) const WORDS: Section = Section::Ours("protocol 4: open words and fields");
/// The rules that keep the money right.
pub(crate) const RULE_1: Section = Section::Ours("protocol 5, rule 1: no effects");
pub(crate) const RULE_2: Section = Section::Ours("protocol 5, rule 2: pending");
pub(crate) const RULE_3: Section = Section::Ours("protocol 5, rule 3: one credit");
pub(crate) const RULE_5: Section = Section::Ours("protocol 5, rule 5: any order");
pub(crate) const RULE_7: Section = Section::Ours("protocol 5, rule 7: take and flag");
/// Rows of the table of bad input.
pub(crate) const UNREADABLE: Section = Section::Ours("bad input: unreadable");
pub(crate) const UNSIGNED: Section = Section::Ours("bad input: signature, project, method");
pub(crate) const BAD_FIELD: Section = Section::Ours("bad input: signed, but a field is wrong");
/// Around the messages.
pub(crate) const HTTP: Section = Section::Ours("bad input: HTTP");
