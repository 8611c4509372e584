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

    /// The same value, with its line in another place.
    pub(super) const fn moved_to(&self, start: usize) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a body is smaller than half a gigabyte"
        )]
        let start = start as u32;
        Self {
            start,
            path_end: self.path_end - self.start + start,
            end: self.end - self.start + start,
            ..*self
        }
    }
}

impl Leaves {
    /// What is at `path`.
    pub(super) fn find(&self, path: &str) -> Found<'_> {
        let string = &self.string;
        let head = head(path.as_bytes());
        let order = |leaf: &Leaf| {
            let heads = leaf.head.cmp(&head);
            heads.then_with(|| leaf.path(string).cmp(path))
        };
        let (found, is_below) = if self.is_sorted {
            let rest = &self.list[self.list.partition_point(|leaf| order(leaf).is_lt())..];
            let found = rest.first().filter(|leaf| order(leaf).is_eq());
            (found, found.is_none() && self.has_below(rest, path))
        } else {
            let mut paths = self.list.iter().map(|leaf| leaf.path(string));
            let found = self.list.iter().find(|leaf| order(leaf).is_eq());
            (found, paths.any(|other| is_below(other, path)))
        };
        match found {
            Some(leaf) => Found::Value(leaf.kind, leaf.value(string)),
            None if is_below => Found::Below,
            None => Found::Nothing,
        }
    }

    /// What is at each of these paths, which are sorted.
    pub(super) fn find_all<const N: usize>(&self, paths: &[Path; N]) -> [Found<'_>; N] {
        let mut all = [Found::Nothing; N];
        let string = &self.string;
        let mut rest = &self.list[..];
        for (path, found) in paths.iter().zip(&mut all) {
            if !self.is_sorted {
                *found = self.find(path.text);
                continue;
            }
            while let [leaf, others @ ..] = rest {
                let heads = leaf.head.cmp(&path.head);
                match heads.then_with(|| leaf.path(string).cmp(path.text)) {
                    Ordering::Less => rest = others,
                    Ordering::Equal => {
                        *found = Found::Value(leaf.kind, leaf.value(string));
                        break;
                    }
                    Ordering::Greater => {
                        // The first bytes nearly always show that the path is another one.
                        if (leaf.head ^ path.head) & path.mask == 0
                            && self.has_below(rest, path.text)
                        {
                            *found = Found::Below;
                        }
                        break;
                    }
                }
            }
        }
        all
    }

    /// Whether a value is below `path`. The first of `rest` is the first value whose path is not before it. All paths that
    /// begin with `path` are together.
    fn has_below(&self, rest: &[Leaf], path: &str) -> bool {
        let mut begin = rest
            .iter()
            .map_while(|leaf| leaf.path(&self.string).strip_prefix(path));
        begin.any(begins_below)
    }
}

/// A path that is known when the program is compiled.
#[derive(Clone, Copy)]
pub(crate) struct Path {
    text: &'static str,
    head: u128,
    /// The bits of `head` that the path has.
    mask: u128,
}

impl Path {
    pub(crate) const fn new(text: &'static str) -> Self {
        let bytes = text.as_bytes();
        let (mut head, mut mask) = (0, 0);
        let mut at = 0;
        while at < 16 {
            let is_inside = at < bytes.len();
            head = head << 8 | if is_inside { bytes[at] as u128 } else { 0 };
            mask = mask << 8 | if is_inside { 0xFF } else { 0 };
            at += 1;
        }
        Self { text, head, mask }
    }

    pub(crate) const fn text(&self) -> &'static str {
        self.text
    }
}

/// What is at a path.
#[derive(Clone, Copy)]
pub(crate) enum Found<'a> {
    /// A single value.
    Value(Kind, &'a str),
    /// An object or array with at least one value. An empty one is not signed.
    Below,
    Nothing,
}

impl Found<'_> {
    /// Whether there is more than `null` or an empty text.
    pub(crate) const fn is_any(&self) -> bool {
        match self {
            Self::Value(_, text) => !text.is_empty(),
            Self::Below => true,
            Self::Nothing => false,
        }
    }
}

/// Whether one path is below another.
pub(super) fn is_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(begins_below)
}

/// Whether a path that goes on like this is below the one before. A `:` in a key is doubled, and one more `:` separates
/// two keys. Therefore, after an even number of `:` the path belongs to another key that only begins with the same word.
fn begins_below(rest: &str) -> bool {
    rest.bytes().take_while(|&byte| byte == b':').count() % 2 == 1
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
