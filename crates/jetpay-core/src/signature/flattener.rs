//! The values of a body, in its order: parsed, but neither sorted nor joined.

use std::cmp::Ordering;
use std::ops::Range;

use super::canonical::{COPIED, Unreadable};
use super::claimed::ClaimedSignature;
use super::json::Stop;
use super::leaves::{Kind, Span, head, head_at, is_below};
use super::pass::Pass;

/// A value and where its parts are in [`Flattener::source`]. It has 32 bytes: with more, the memory of one message does not
/// come from the allocator's fast lists.
pub(super) struct Part {
    /// The first 16 bytes of the path. They decide most comparisons.
    pub(super) head: u128,
    key_start: u32,
    value_start: u32,
    /// The length of the value, and in the low bits its kind.
    value_length_and_kind: u32,
    key_length: u16,
    /// The index of the object or array that has the value.
    parent: u16,
}

impl Part {
    pub(super) const fn key(&self) -> Span {
        let start = self.key_start as usize;
        Span::new(start, start + self.key_length as usize)
    }

    pub(super) const fn value(&self) -> Span {
        let start = self.value_start as usize;
        Span::new(start, start + (self.value_length_and_kind >> 3) as usize)
    }

    pub(super) const fn kind(&self) -> Kind {
        match self.value_length_and_kind & 7 {
            0 => Kind::Text,
            1 => Kind::Integer,
            2 => Kind::Float,
            3 => Kind::Bool,
            _ => Kind::Null,
        }
    }
}

/// The values of a body, in its order.
pub(crate) struct Flattener {
    /// The body, and after it what is not in the body as it is signed: paths, decoded texts, printed numbers.
    pub(super) source: String,
    pub(super) parts: Vec<Part>,
    /// The path of each object or array that has a value, with a `:` at its end. That of the top level is empty.
    parents: Vec<Span>,
    pub(super) marks: u8,
    /// The size of the string to sign, with a `;` at its end.
    pub(super) size: usize,
    pub(super) place_of_signature: Place,
    pub(super) signature: Option<Span>,
    signed_at_top: bool,
    largest: usize,
    values_left: usize,
}

/// An object or array whose values are signed.
pub(super) struct Parent {
    /// Its index in [`Flattener::parents`], once a value needs it.
    index: Option<u16>,
    head: u128,
}

impl Parent {
    /// The one with this path.
    pub(super) fn new(path: &str) -> Self {
        Self {
            index: None,
            head: head(path.as_bytes()),
        }
    }
}

/// Where a signature belongs in a body: in place of the one at the top level; else in the object `general`; else as the last
/// field of the top level.
#[derive(Default)]
pub(super) struct Place {
    pub(super) range: Range<usize>,
    /// What comes before the text of the signature, if its field is not there yet.
    pub(super) name: &'static str,
    rank: Rank,
}

/// The later place counts more.
#[derive(Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    #[default]
    None,
    EndOfTop,
    EndOfGeneral,
    InGeneral,
    AtTop,
}

/// The maximum size of a body, in bytes.
const LARGEST: usize = 1 << 27;
/// The maximum size of the flattened form: one and a half bodies, and this. Each value repeats the keys above it, so a small
/// body could need gigabytes, and hours to sort. The flattened form of a real message is about as large as its body.
const SPARE: usize = 1600;
/// The maximum number of values: one for so many bytes of the body, and some. A real message has one for thirty bytes.
const BYTES_A_VALUE: usize = 20;
const SPARE_VALUES: usize = 256;
/// A float counts as so many values: to read and to print it takes as long.
const VALUES_A_FLOAT: usize = 4;

impl Flattener {
    /// Parses a body.
    pub(crate) fn over(body: &[u8]) -> Result<Self, Unreadable> {
        if body.starts_with(b"\xEF\xBB\xBF") {
            return Err(Unreadable::ByteOrderMark);
        }
        let text = std::str::from_utf8(body)?;
        // All positions fit 32 bits, and all lengths 29: the source is smaller than eight bodies.
        if body.len() > LARGEST {
            return Err(Unreadable::TooLarge);
        }
        let mut source = String::with_capacity(body.len() + 256);
        source.push_str(text);
        let flattener = Self {
            source,
            parts: Vec::with_capacity(32),
            parents: Vec::with_capacity(16),
            marks: 0,
            size: 0,
            place_of_signature: Place::default(),
            signature: None,
            signed_at_top: false,
            largest: body.len() + body.len() / 2 + SPARE,
            values_left: (body.len() / BYTES_A_VALUE + SPARE_VALUES).min(usize::from(u16::MAX)),
        };
        let mut flattener = Pass::over(text, flattener)?;
        // Parts are copied in steps of fixed length, also the last one.
        flattener.source.extend([' '; COPIED]);
        Ok(flattener)
    }

    /// Counts a value, whether or not it is signed.
    #[inline]
    pub(super) fn count(&mut self, kind: Kind) -> Result<(), Stop> {
        let counted = if kind == Kind::Float {
            VALUES_A_FLOAT
        } else {
            1
        };
        self.values_left = self.values_left.checked_sub(counted).ok_or(Stop)?;
        Ok(())
    }

    /// Adds a value. `path` is that of its parent.
    #[inline]
    pub(super) fn add(
        &mut self,
        parent: &mut Parent,
        path: &str,
        key: Span,
        (kind, value): (Kind, Span),
    ) -> Result<(), Stop> {
        let index = if let Some(index) = parent.index {
            index
        } else {
            let index = u16::try_from(self.parents.len()).map_err(|_| Stop)?;
            let path = self.append(|source| source.push_str(path));
            self.parents.push(path);
            *parent.index.insert(index)
        };
        let above = self.parents[usize::from(index)].len();
        self.size += above + key.len() + value.len() + 2;
        self.count(kind)?;
        if self.size > self.largest {
            return Err(Stop);
        }
        let mut head = parent.head;
        if above < 16 {
            head |= head_at(self.source.as_bytes(), key) >> (8 * above);
        }
        let (key_start, key_length) = key.parts();
        let (value_start, value_length) = value.parts();
        self.parts.push(Part {
            head,
            key_start,
            value_start,
            value_length_and_kind: value_length << 3 | kind as u32,
            key_length: u16::try_from(key_length).map_err(|_| Stop)?,
            parent: index,
        });
        Ok(())
    }

    pub(super) fn text(&self, span: Span) -> &str {
        span.of(&self.source)
    }

    pub(super) fn parent(&self, part: &Part) -> Span {
        self.parents[usize::from(part.parent)]
    }

    /// Compares the paths of two values by their bytes.
    pub(super) fn compare_paths(&self, a: &Part, b: &Part) -> Ordering {
        let key = |part: &Part| self.text(part.key());
        if a.parent == b.parent {
            return key(a).cmp(key(b));
        }
        let path = |part| {
            self.text(self.parent(part))
                .bytes()
                .chain(key(part).bytes())
        };
        path(a).cmp(path(b))
    }

    /// The text of the signature: the one at the top level, else the one in `general`.
    pub(crate) fn signature(&self) -> ClaimedSignature<'_> {
        ClaimedSignature::of(self.signature.map(|span| self.text(span)))
    }

    /// The value of a field in the object with this path, which is empty or ends with `:`.
    pub(crate) fn value(&self, parent: &str, key: &str) -> Option<(Kind, &str)> {
        let is_it =
            |part: &&Part| self.text(part.key()) == key && self.text(self.parent(part)) == parent;
        let part = self.parts.iter().find(is_it)?;
        Some((part.kind(), self.text(part.value())))
    }

    /// Whether the body has a field `payment` or `operation`, as callbacks do and requests do not. One of them is enough,
    /// because an empty object is not signed.
    pub(crate) fn mentions_payment(&self) -> bool {
        ["payment", "operation"].iter().any(|name| {
            let mut parents = self.parents.iter().map(|&span| self.text(span));
            self.value("", name).is_some() || parents.any(|path| is_below(path, name))
        })
    }

    /// Of two signatures, the one at the top level counts. Their order does not matter.
    pub(super) fn sign(&mut self, span: Span, at_top: bool) {
        if self.signature.is_none() || at_top && !self.signed_at_top {
            self.signature = Some(span);
            self.signed_at_top = at_top;
        }
    }

    pub(super) fn place(&mut self, rank: Rank, range: Range<usize>, name: &'static str) {
        if rank > self.place_of_signature.rank {
            self.place_of_signature = Place { range, name, rank };
        }
    }

    /// Adds to the source what is not in the body, and returns where it is.
    pub(super) fn append(&mut self, write: impl FnOnce(&mut String)) -> Span {
        let start = self.source.len();
        write(&mut self.source);
        Span::new(start, self.source.len())
    }
}
