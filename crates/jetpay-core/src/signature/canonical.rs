//! The canonical form of a body: the string that is signed, and the path of each value.

use thiserror::Error;

use super::claimed::ClaimedSignature;
use super::flattener::{Flattener, Leaf};
use super::{flattener, natural};

pub(crate) use super::flattener::Kind;

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
    /// The body is larger than any message, or its flattened form is more than 16 times as large as the body.
    #[error("the body is too large, or repeats long keys too often")]
    TooLarge,
    /// The JSON is broken, or it is never signed: a repeated key, an empty key, negative zero, a number out of range, a
    /// lone surrogate, more than 127 levels, or data after the end. The text says what is wrong and where.
    #[error("not readable JSON: {0}")]
    Json(String),
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
/// One pass over the bytes makes it. It does not have the values below `signature` and `frame_mode`.
pub struct Canonical {
    arena: String,
    leaves: Vec<Leaf>,
    joined: String,
    signature: Option<flattener::Span>,
    marks: u8,
}

impl Canonical {
    /// Parses `body`, which must be one JSON object.
    ///
    /// # Errors
    /// [`Unreadable`] if the body is not JSON, or is JSON that is never signed.
    pub fn parse(body: &[u8]) -> Result<Self, Unreadable> {
        let Flattener {
            arena,
            mut leaves,
            signature,
            marks,
            ..
        } = Flattener::over(body)?;
        if marks & flattener::DIGIT_OR_SPACE == 0 {
            // Without digits and white space natural order is byte order.
            leaves.sort_unstable_by(|a, b| {
                a.head.cmp(&b.head).then_with(|| byte_order(&arena, a, b))
            });
        } else {
            leaves = natural::sorted_by(leaves, |a, b| {
                natural::compare(a.path(&arena).as_bytes(), b.path(&arena).as_bytes())
            });
        }
        let joined = join(&arena, &leaves);
        Ok(Self {
            arena,
            leaves,
            joined,
            signature,
            marks,
        })
    }

    /// The string to sign. Its paths are in natural order, as the platform signs them.
    #[must_use]
    pub fn string_to_sign(&self) -> &str {
        &self.joined
    }

    /// The string to sign in byte order, if it differs from [`string_to_sign`](Self::string_to_sign).
    #[must_use]
    pub fn byte_ordered(&self) -> Option<String> {
        if self.marks & flattener::DIGIT_OR_SPACE == 0 {
            return None;
        }
        let mut leaves = self.leaves.clone();
        leaves.sort_unstable_by(|a, b| byte_order(&self.arena, a, b));
        let joined = join(&self.arena, &leaves);
        (joined != self.joined).then_some(joined)
    }

    /// The signature that the body has at the top level, else the one in `general`. It is not verified.
    #[must_use]
    pub fn signature(&self) -> ClaimedSignature<'_> {
        ClaimedSignature::of(self.signature.as_ref().map(|span| span.text(&self.arena)))
    }

    /// The value at `path`.
    pub(crate) fn value(&self, path: &str) -> Option<(Kind, &str)> {
        let leaf = self
            .leaves
            .iter()
            .find(|leaf| leaf.path(&self.arena) == path)?;
        Some((leaf.kind, leaf.value(&self.arena)))
    }

    /// Whether a value is below `path`. A `:` in a key is doubled, and one more `:` separates two keys. Therefore, after an
    /// even number of `:` the path belongs to another key that only begins with the same word.
    pub(crate) fn has_below(&self, path: &str) -> bool {
        self.leaves.iter().any(|leaf| {
            let rest = leaf.path(&self.arena).strip_prefix(path);
            rest.is_some_and(|rest| (rest.len() - rest.trim_start_matches(':').len()) % 2 == 1)
        })
    }

    /// Whether the body has a field `payment` or `operation`, as callbacks do and requests do not. One of them is enough,
    /// because an empty object is not signed.
    pub(crate) fn mentions_payment(&self) -> bool {
        ["payment", "operation"]
            .iter()
            .any(|name| self.has_below(name) || self.value(name).is_some())
    }

    /// Whether a value has a `;`. Then the string has more of them than separators between values.
    pub(crate) fn has_semicolon_in_value(&self) -> bool {
        memchr::memchr_iter(b';', self.joined.as_bytes()).count() >= self.leaves.len().max(1)
    }

    /// The first of these paths for which a value has `;path:`. An attacker may have moved the value at that path out of
    /// that text or into it.
    pub(crate) fn cut_at(&self, paths: &[&'static str]) -> Option<&'static str> {
        self.leaves.iter().find_map(|leaf| {
            let value = leaf.value(&self.arena);
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
        if self.marks & flattener::FORBIDDEN_IN_KEY != 0 {
            return Some(Malleated::Key);
        }
        // No object repeats a key, so two paths can be equal only if a key has the separator in it.
        if self.marks & flattener::COLON == 0 {
            return None;
        }
        let mut paths: Vec<&str> = self
            .leaves
            .iter()
            .map(|leaf| leaf.path(&self.arena))
            .collect();
        paths.sort_unstable();
        paths
            .windows(2)
            .any(|pair| pair[0] == pair[1])
            .then_some(Malleated::EqualPaths)
    }
}

/// Equal paths keep the order of the body.
fn byte_order(arena: &str, a: &Leaf, b: &Leaf) -> std::cmp::Ordering {
    a.path(arena).cmp(b.path(arena)).then(a.start.cmp(&b.start))
}

fn join(arena: &str, leaves: &[Leaf]) -> String {
    let mut joined = String::with_capacity(arena.len() + leaves.len());
    for leaf in leaves {
        if !joined.is_empty() {
            joined.push(';');
        }
        joined.push_str(leaf.line(arena));
    }
    joined
}

impl std::fmt::Debug for Canonical {
    /// Shows only the number of values, because the values are the payer's data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Canonical")
            .field("leaves", &self.leaves.len())
            .finish_non_exhaustive()
    }
}
