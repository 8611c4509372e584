//! The values of a body in the string to sign, each as `path:value`, and the search for one of them.

use std::cmp::Ordering;
use std::ops::Range;

/// The JSON type of a value. The signature does not cover it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Integer,
    /// A number with a fraction or exponent, or an integer that does not fit `i64`.
    Float,
    Bool,
    Null,
}

/// A range of a text. All positions fit 32 bits, because a body is smaller than half a gigabyte.
#[derive(Clone, Copy, Default)]
pub(super) struct Span {
    start: u32,
    end: u32,
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a body is smaller than half a gigabyte"
)]
impl Span {
    pub(super) const fn new(start: usize, end: usize) -> Self {
        Self {
            start: start as u32,
            end: end as u32,
        }
    }

    pub(super) const fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    pub(super) const fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// The start and the length.
    pub(super) const fn parts(self) -> (u32, u32) {
        (self.start, self.end - self.start)
    }

    pub(super) fn of(self, text: &str) -> &str {
        &text[self.range()]
    }
}

/// One value: where `path:value` is in the string.
#[derive(Clone)]
pub(super) struct Leaf {
    pub(super) head: u128,
    start: u32,
    path_end: u32,
    end: u32,
    pub(super) kind: Kind,
}

/// All values of a body.
pub(super) struct Leaves {
    pub(super) string: String,
    pub(super) list: Vec<Leaf>,
    /// The list is in byte order, so that a search can halve it.
    pub(super) is_sorted: bool,
}

impl Leaf {
    pub(super) const fn new(head: u128, kind: Kind, path: Span, end: usize) -> Self {
        let Span {
            start,
            end: path_end,
        } = path;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a body is smaller than half a gigabyte"
        )]
        let end = end as u32;
        Self {
            head,
            start,
            path_end,
            end,
            kind,
        }
    }

    pub(super) fn path<'a>(&self, string: &'a str) -> &'a str {
        &string[self.start as usize..self.path_end as usize]
    }

    pub(super) fn value<'a>(&self, string: &'a str) -> &'a str {
        &string[self.path_end as usize + 1..self.end as usize]
    }

    pub(super) fn line<'a>(&self, string: &'a str) -> &'a str {
        &string[self.start as usize..self.end as usize]
    }

    /// Moves the whole line to another place.
    pub(super) const fn move_to(&mut self, start: usize) {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a body is smaller than half a gigabyte"
        )]
        let start = start as u32;
        self.path_end = self.path_end - self.start + start;
        self.end = self.end - self.start + start;
        self.start = start;
    }
}

impl Leaves {
    /// The value at `path`.
    pub(super) fn value(&self, path: &str) -> Option<(Kind, &str)> {
        let string = &self.string;
        let head = head(path.as_bytes());
        let is_here = |leaf: &&Leaf| leaf.head == head && leaf.path(string) == path;
        let leaf = if self.is_sorted {
            let is_before =
                |leaf: &Leaf| leaf.head < head || leaf.head == head && leaf.path(string) < path;
            let at = self.list.partition_point(is_before);
            self.list.get(at).filter(is_here)
        } else {
            self.list.iter().find(is_here)
        }?;
        Some((leaf.kind, leaf.value(string)))
    }

    /// Whether a value is below `path`.
    pub(super) fn has_below(&self, path: &str) -> bool {
        let string = &self.string;
        if self.is_sorted {
            // All paths that begin with `path` are together.
            let first = self.list.partition_point(|leaf| leaf.path(string) < path);
            let begins = |leaf: &&Leaf| leaf.path(string).starts_with(path);
            let mut beginning = self.list[first..].iter().take_while(begins);
            beginning.any(|leaf| is_below(leaf.path(string), path))
        } else {
            self.list
                .iter()
                .any(|leaf| is_below(leaf.path(string), path))
        }
    }
}

/// Whether one path is below another. A `:` in a key is doubled, and one more `:` separates two keys. Therefore, after an
/// even number of `:` the path belongs to another key that only begins with the same word.
pub(super) fn is_below(path: &str, above: &str) -> bool {
    let rest = path.strip_prefix(above);
    rest.is_some_and(|rest| (rest.len() - rest.trim_start_matches(':').len()) % 2 == 1)
}

/// Compares two paths by their first 16 bytes. Few paths have these in common, and are compared as a whole.
#[inline]
pub(super) fn byte_order(heads: (u128, u128), whole: impl FnOnce() -> Ordering) -> Ordering {
    #[cold]
    fn cold(whole: impl FnOnce() -> Ordering) -> Ordering {
        whole()
    }
    if heads.0 == heads.1 {
        cold(whole)
    } else {
        heads.0.cmp(&heads.1)
    }
}

/// The first 16 bytes of a part of a text, padded with zeros.
#[inline]
pub(super) fn head_at(text: &[u8], span: Span) -> u128 {
    match text[span.range().start..].first_chunk::<16>() {
        Some(first) if span.len() >= 16 => u128::from_be_bytes(*first),
        Some(first) if span.len() > 0 => {
            u128::from_be_bytes(*first) & u128::MAX << (128 - 8 * span.len())
        }
        _ => head(&text[span.range()]),
    }
}

/// The first 16 bytes, padded with zeros. The integers compare as the bytes do.
#[inline]
pub(super) fn head(path: &[u8]) -> u128 {
    if let Some(first) = path.first_chunk::<16>() {
        return u128::from_be_bytes(*first);
    }
    let mut bytes = [0; 16];
    bytes[..path.len()].copy_from_slice(path);
    u128::from_be_bytes(bytes)
}
