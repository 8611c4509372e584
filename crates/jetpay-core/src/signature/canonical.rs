//! The canonical form of a body: the string that is signed, and the path of each value.

use std::cmp::Ordering;

use thiserror::Error;

use super::claimed::ClaimedSignature;
use super::flattener::{Flattener, Part};
use super::json::JsonError;
use super::leaves::{Found, Leaf, Leaves, Path, Span};
use super::{marks, natural};

/// The order of the paths in a string to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// The platform's order. It compares runs of digits as numbers.
    Natural,
    /// The order of the bytes. It differs for arrays of 11 or more elements and for keys with digits or white space.
    Byte,
}

/// How an attacker may have made a message with a matching signature from another signed message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Malleated {
    /// A key has `;` or a control character.
    #[error("a key has a `;` or a control character")]
    Key,
    /// Two values have the same path.
    #[error("two values have the same path")]
    EqualPaths,
    /// A text has `;`, the path of a field that is read, and `:`.
    #[error("the text of some value would also read as the field `{0}`")]
    Text(&'static str),
}

/// Why a body cannot be signed. The text shows nothing of the body.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// The body begins with a byte order mark.
    #[error("the body begins with a byte order mark; send plain UTF-8 without it")]
    ByteOrderMark,
    /// The body is not UTF-8.
    #[error("the body is not UTF-8 from byte {at} on")]
    NotUtf8 {
        /// The index of the first wrong byte, from 0.
        at: usize,
    },
    /// The body is empty, or it is not a JSON object.
    #[error("the body is not a JSON object")]
    NotAnObject,
    /// The body is larger than any message; or its flattened form, in which each value repeats the keys above it, is more
    /// than one and a half times as large; or it has more values, or more white space in keys, than any message of its
    /// length.
    #[error("the body is too large, has too many values, or repeats long keys too often")]
    TooLarge,
    /// The JSON is broken, or it is never signed: a repeated key, an empty key, negative zero, a number out of range, a
    /// lone surrogate, more than 127 levels, or data after the end.
    #[error("not readable JSON: {0}")]
    Json(#[from] JsonError),
}

impl From<std::str::Utf8Error> for Unreadable {
    fn from(error: std::str::Utf8Error) -> Self {
        Self::NotUtf8 {
            at: error.valid_up_to(),
        }
    }
}

/// A parsed body: its values in the order of signing, and the string to sign.
///
/// One pass over the bytes and one sort make it. It does not have the values below `signature` and `frame_mode`.
pub struct Canonical {
    leaves: Leaves,
    /// Where the signature is in `source`.
    signature: Option<Span>,
    source: String,
    marks: u8,
}

impl Canonical {
    /// Parses `body`, which must be one JSON object.
    ///
    /// # Errors
    /// [`Unreadable`] if the body is not JSON, or is JSON that is never signed.
    pub fn parse(body: &[u8]) -> Result<Self, Unreadable> {
        Flattener::over(body).map(Self::from)
    }

    /// The string to sign. Its paths are in natural order, as the platform signs them.
    #[must_use]
    pub fn string_to_sign(&self) -> &str {
        &self.leaves.string
    }

    /// The string to sign in byte order, if it differs from [`string_to_sign`](Self::string_to_sign).
    #[must_use]
    pub fn byte_ordered(&self) -> Option<String> {
        if self.leaves.is_sorted {
            return None;
        }
        let Leaves { string, list, .. } = &self.leaves;
        let order = order(list.iter().map(|leaf| leaf.head), |a, b| {
            list[a].path(string).cmp(list[b].path(string))
        });
        let ordered = rejoin(string, order.map(|at| &list[at])).string;
        (ordered != *string).then_some(ordered)
    }

    /// The signature that the body has at the top level, else the one in `general`. It is not verified.
    #[must_use]
    pub fn signature(&self) -> ClaimedSignature<'_> {
        ClaimedSignature::of(self.signature.map(|span| span.of(&self.source)))
    }

    /// What is at `path`.
    pub(crate) fn find(&self, path: &str) -> Found<'_> {
        self.leaves.find(path)
    }

    /// The rest of each path below `path`.
    pub(crate) fn below<'c>(&'c self, path: &'c str) -> impl Iterator<Item = &'c str> {
        let paths = self.leaves.list.iter();
        let paths = paths.map(|leaf| leaf.path(&self.leaves.string));
        paths.filter_map(move |below| below.strip_prefix(path)?.strip_prefix(':'))
    }

    /// What is at each of these paths, which are sorted.
    pub(crate) fn find_all<const N: usize>(&self, paths: &[Path; N]) -> [Found<'_>; N] {
        self.leaves.find_all(paths)
    }

    /// Whether the body has a field `payment` or `operation`, as callbacks do and requests do not. One of them is enough,
    /// because an empty object is not signed.
    pub(crate) fn mentions_payment(&self) -> bool {
        let is_there = |name: &&str| !matches!(self.find(name), Found::Nothing);
        ["payment", "operation"].iter().any(is_there)
    }

    /// Whether a value has a `;`. Then the string has more of them than separators between values.
    pub(crate) fn has_semicolon_in_value(&self) -> bool {
        memchr::memchr_iter(b';', self.leaves.string.as_bytes()).count()
            >= self.leaves.list.len().max(1)
    }

    /// The first of these paths for which a value has `;path:`. An attacker may have moved the value at that path out of
    /// that text or into it.
    pub(crate) fn cut_at(&self, paths: &[&'static str]) -> Option<&'static str> {
        self.leaves.list.iter().find_map(|leaf| {
            let value = leaf.value(&self.leaves.string);
            memchr::memchr_iter(b';', value.as_bytes()).find_map(|at| {
                let rest = &value[at + 1..];
                let begins = |path: &&&str| {
                    rest.strip_prefix(**path)
                        .is_some_and(|rest| rest.starts_with(':'))
                };
                paths.iter().find(begins).copied()
            })
        })
    }

    /// Checks whether the keys show that an attacker may have made the message from another signed message.
    ///
    /// It does not check texts. [`Authentic`](crate::message::Authentic) checks them for each field that is read.
    #[must_use]
    pub fn malleated(&self) -> Option<Malleated> {
        if self.marks & marks::FORBIDDEN_IN_KEY != 0 {
            return Some(Malleated::Key);
        }
        // No object repeats a key, so two paths can be equal only if a key has the separator in it.
        if self.marks & marks::COLON == 0 {
            return None;
        }
        let mut paths: Vec<&str> = self
            .leaves
            .list
            .iter()
            .map(|leaf| leaf.path(&self.leaves.string))
            .collect();
        paths.sort_unstable();
        paths
            .windows(2)
            .any(|pair| pair[0] == pair[1])
            .then_some(Malleated::EqualPaths)
    }
}

impl From<Flattener> for Canonical {
    fn from(flattener: Flattener) -> Self {
        let Flattener {
            parts,
            marks: marked,
            ..
        } = &flattener;
        // Without digits and white space natural order is byte order.
        let leaves = if marked & marks::DIGIT_OR_SPACE == 0 {
            let order = order(parts.iter().map(|part| part.head), |a, b| {
                flattener.compare_paths(&parts[a], &parts[b])
            });
            join(&flattener, order.map(|at| &parts[at]))
        } else {
            sort_naturally(&join(&flattener, parts.iter()))
        };
        Self {
            leaves,
            marks: *marked,
            signature: flattener.signature,
            source: flattener.source,
        }
    }
}

/// The order of paths, of which these are the first bytes. The comparison decides between paths with equal first bytes.
/// Equal paths keep their order.
///
/// Integers sort faster than anything with a comparison of its own. Each has the first bytes of a path and, in its last
/// one or two, the index of the value.
fn order(
    heads: impl ExactSizeIterator<Item = u128>,
    compare: impl Fn(usize, usize) -> Ordering,
) -> impl Iterator<Item = usize> {
    let index: u128 = if heads.len() <= 256 { 0xFF } else { 0xFFFF };
    let at = move |key: u128| (key & index) as usize;
    let keys = heads.enumerate();
    let mut keys: Vec<u128> = keys.map(|(at, head)| head & !index | at as u128).collect();
    keys.sort_unstable();
    // Few paths have their first bytes in common.
    for same in keys.chunk_by_mut(|a, b| a & !index == b & !index) {
        if same.len() > 1 {
            let mut sorted = same.to_vec();
            natural::sort_by(&mut sorted, |&a, &b| compare(at(a), at(b)));
            same.copy_from_slice(&sorted);
        }
    }
    keys.into_iter().map(at)
}

fn sort_naturally(leaves: &Leaves) -> Leaves {
    let Leaves { string, list, .. } = leaves;
    let path = |leaf: &Leaf| leaf.path(string).as_bytes();
    let heads = list.iter().map(|leaf| natural::head(path(leaf)));
    let order = order(heads, |a, b| {
        natural::compare(path(&list[a]), path(&list[b]))
    });
    let mut sorted = rejoin(string, order.map(|at| &list[at]));
    let string = &sorted.string;
    sorted.is_sorted = sorted.list.is_sorted_by(|a, b| {
        a.head < b.head || a.head == b.head && a.path(string) <= b.path(string)
    });
    sorted
}

/// Joins the parts of the values with `;`.
#[expect(
    clippy::slow_vector_initialization,
    reason = "memory that is zero from the start does not come from the allocator's fast lists"
)]
fn join<'p>(flattener: &'p Flattener, parts: impl Iterator<Item = &'p Part>) -> Leaves {
    let source = flattener.source.as_bytes();
    let mut out = Vec::with_capacity(flattener.size + COPIED);
    out.resize(flattener.size + COPIED, 0);
    let mut at = 0;
    let list = parts.map(|part| {
        let start = at;
        copy(source, flattener.parent(part), &mut out, &mut at);
        copy(source, part.key(), &mut out, &mut at);
        let path = Span::new(start, at);
        out[at] = b':';
        at += 1;
        copy(source, part.value(), &mut out, &mut at);
        let leaf = Leaf::new(part.head, part.kind(), path, at);
        out[at] = b';';
        at += 1;
        leaf
    });
    let list = list.collect();
    out.truncate(at.saturating_sub(1));
    Leaves {
        string: String::from_utf8(out).expect("texts, joined with ASCII"),
        list,
        is_sorted: true,
    }
}

/// So many bytes are copied at once: most parts are shorter, and a copy of fixed length is a single instruction.
pub(super) const COPIED: usize = 32;

#[inline]
fn copy(source: &[u8], span: Span, out: &mut [u8], at: &mut usize) {
    let (range, length) = (span.range(), span.len());
    let from = source[range.start..].first_chunk::<COPIED>();
    if length <= COPIED
        && let Some(from) = from
        && let Some(to) = out[*at..].first_chunk_mut::<COPIED>()
    {
        *to = *from;
    } else {
        out[*at..*at + length].copy_from_slice(&source[range]);
    }
    *at += length;
}

/// Joins the lines of all values, in a new order.
fn rejoin<'l>(string: &str, leaves: impl Iterator<Item = &'l Leaf>) -> Leaves {
    let mut joined = String::with_capacity(string.len() + 1);
    let list = leaves.map(|leaf| {
        let start = joined.len();
        joined.push_str(leaf.line(string));
        joined.push(';');
        leaf.moved_to(start)
    });
    let list = list.collect();
    joined.pop();
    Leaves {
        string: joined,
        list,
        is_sorted: false,
    }
}

impl std::fmt::Debug for Canonical {
    /// Shows only the number of values, because the values are the payer's data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Canonical")
            .field("leaves", &self.leaves.list.len())
            .finish_non_exhaustive()
    }
}
