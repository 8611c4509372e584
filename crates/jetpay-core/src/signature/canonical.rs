//! The canonical form of a body: what is signed, and where each value stands.

use thiserror::Error;

use super::claimed::ClaimedSignature;
use super::flattener::{Flattener, Leaf};
use super::unreadable::Unreadable;
use super::{flattener, natural};

pub(crate) use super::flattener::Kind;

/// The order of the paths in a string to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// The platform's: digit runs as numbers.
    Natural,
    /// Plain bytes. Differs for arrays of 11 or more elements and for keys with digits or white space.
    Byte,
}

/// How a message with a good signature could have been made from another signed message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Malleated {
    /// A key holds `;` or a control character.
    #[error("a key has a `;` or a control character")]
    Key,
    /// Two values have one path once the message is flattened.
    #[error("two values have the same path")]
    EqualPaths,
    /// A text holds `;`, the path of a field that is read, and `:`.
    #[error("the text of some value would also read as the field `{0}`")]
    Text(&'static str),
}

/// A parsed body: its leaves in signing order, and the string to sign.
///
/// Made in one pass over the bytes. What stands below `signature` and `frame_mode` is not in it.
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
    /// [`Unreadable`] when the body is not JSON or is of the kind that is never signed.
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

    /// The string to sign, in natural order: what the platform signs.
    #[must_use]
    pub fn string_to_sign(&self) -> &str {
        &self.joined
    }

    /// The string in byte order, when it is another than [`string_to_sign`](Self::string_to_sign).
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

    /// The signature that the body carries: at the top level, else in `general`.
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

    /// Whether anything stands below `path`. A `:` of a key is doubled, so that one more parts it from what is below:
    /// an even number of them belongs to another key, which only begins with the same word.
    pub(crate) fn has_below(&self, path: &str) -> bool {
        self.leaves.iter().any(|leaf| {
            let rest = leaf.path(&self.arena).strip_prefix(path);
            rest.is_some_and(|rest| (rest.len() - rest.trim_start_matches(':').len()) % 2 == 1)
        })
    }

    /// Whether it speaks of a payment or an operation, as callbacks do and requests do not. An empty container is
    /// nothing that is signed, so that either word is enough.
    pub(crate) fn tells_of_a_payment(&self) -> bool {
        ["payment", "operation"]
            .iter()
            .any(|name| self.has_below(name) || self.value(name).is_some())
    }

    /// Whether some value holds a `;`: then there are more of them than borders between leaves.
    pub(crate) fn has_semicolon_in_value(&self) -> bool {
        memchr::memchr_iter(b';', self.joined.as_bytes()).count() >= self.leaves.len().max(1)
    }

    /// Whether any value holds `;path:`, so that the value at `path` could have been cut out of it or into it.
    pub(crate) fn is_cut_at(&self, path: &str) -> bool {
        self.leaves.iter().any(|leaf| {
            let value = leaf.value(&self.arena);
            memchr::memchr_iter(b';', value.as_bytes()).any(|at| {
                value[at + 1..]
                    .strip_prefix(path)
                    .is_some_and(|rest| rest.starts_with(':'))
            })
        })
    }

    /// How the keys show that the message could have been made from another one under the same signature.
    ///
    /// It does not look at texts: [`Authentic`](crate::message::Authentic) checks them for each field that is read.
    #[must_use]
    pub fn malleated(&self) -> Option<Malleated> {
        if self.marks & flattener::FORBIDDEN_IN_KEY != 0 {
            return Some(Malleated::Key);
        }
        // No key is repeated, so equal paths need a key that has the separator in itself.
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

/// Ties keep the order of the body.
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
    /// Counts only: the values are a payer's data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Canonical")
            .field("leaves", &self.leaves.len())
            .finish_non_exhaustive()
    }
}
