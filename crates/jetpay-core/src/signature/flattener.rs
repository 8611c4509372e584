//! The one pass over a body: a serde visitor that flattens the JSON while it parses.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt::{self, Write};

use super::canonical::Unreadable;
use super::natural::is_space;
use super::number::push_float;
use super::siblings::Siblings;

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

/// One value, stored as `path:value` in the arena.
#[derive(Clone)]
pub(super) struct Leaf {
    /// The first 16 bytes of the path. They decide most comparisons of the sort.
    pub(super) head: u128,
    pub(super) start: u32,
    path_end: u32,
    end: u32,
    pub(super) kind: Kind,
}

impl Leaf {
    pub(super) fn path<'a>(&self, arena: &'a str) -> &'a str {
        &arena[self.start as usize..self.path_end as usize]
    }

    pub(super) fn value<'a>(&self, arena: &'a str) -> &'a str {
        &arena[self.path_end as usize + 1..self.end as usize]
    }

    pub(super) fn line<'a>(&self, arena: &'a str) -> &'a str {
        &arena[self.start as usize..self.end as usize]
    }
}

/// The range of a text in the arena.
pub(super) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    pub(super) fn text<'a>(&self, arena: &'a str) -> &'a str {
        &arena[self.start as usize..self.end as usize]
    }
}

/// A path has a digit or white space, so natural order can differ from byte order.
pub(super) const DIGIT_OR_SPACE: u8 = 1;
/// A key has `;` or a control character.
pub(super) const FORBIDDEN_IN_KEY: u8 = 2;
/// A key has `:`, which is doubled in the path.
pub(super) const COLON: u8 = 4;

static MARKS: [u8; 256] = {
    let mut marks = [0; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        if byte.is_ascii_digit() || is_space(byte) {
            marks[byte as usize] |= DIGIT_OR_SPACE;
        }
        if byte == b';' || byte.is_ascii_control() {
            marks[byte as usize] |= FORBIDDEN_IN_KEY;
        }
        if byte == b':' {
            marks[byte as usize] |= COLON;
        }
        byte += 1;
    }
    marks
};

/// How a value is treated. The keys above it decide.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Treatment {
    Keep,
    /// The value is below `signature` or `frame_mode`: it is checked, but neither signed nor read.
    Drop,
    /// The value belongs to a key `signature`, in a place where it counts or in another place.
    Signature {
        counts: bool,
    },
}

#[derive(Default)]
pub(super) struct Flattener {
    pub(super) arena: String,
    pub(super) leaves: Vec<Leaf>,
    pub(super) signature: Option<Span>,
    pub(super) marks: u8,
    path: String,
    siblings: Siblings,
    signed_at_top: bool,
    limit: usize,
}

/// The maximum size of the flattened form, as a multiple of the body. Each value repeats the keys above it, so a small
/// body could need gigabytes. The flattened form of a real message is less than twice as large as its body.
const GROWTH: usize = 16;
/// The maximum size of the flattened form of a small body, in bytes.
const LEAST: usize = 64 * 1024;

impl Flattener {
    pub(super) fn over(body: &[u8]) -> Result<Self, Unreadable> {
        if body.starts_with(b"\xEF\xBB\xBF") {
            return Err(Unreadable::ByteOrderMark);
        }
        let limit = body.len().saturating_mul(GROWTH).max(LEAST);
        if limit > (u32::MAX / 2) as usize {
            return Err(Unreadable::TooLarge);
        }
        let text = std::str::from_utf8(body)?;
        if !text.trim_ascii_start().starts_with('{') {
            return Err(Unreadable::NotAnObject);
        }
        let mut flattener = Self {
            arena: String::with_capacity(body.len() + body.len() / 2),
            leaves: Vec::with_capacity(32),
            path: String::with_capacity(64),
            siblings: Siblings::with_capacity(256, 32),
            limit,
            ..Self::default()
        };
        let mut json = serde_json::Deserializer::from_str(text);
        Value {
            flattener: &mut flattener,
            treatment: Treatment::Keep,
        }
        .deserialize(&mut json)
        .and_then(|()| json.end())
        .map_err(|error| Unreadable::Json(error.to_string()))?;
        if flattener.arena.len() > limit {
            Err(Unreadable::TooLarge)
        } else {
            Ok(flattener)
        }
    }

    /// Appends `path:`, and the text that `value` writes.
    fn leaf(&mut self, kind: Kind, value: impl FnOnce(&mut String)) {
        if self.arena.len() > self.limit {
            return;
        }
        let start = position(&self.arena);
        self.arena.push_str(&self.path);
        let path_end = position(&self.arena);
        self.arena.push(':');
        value(&mut self.arena);
        let end = position(&self.arena);
        self.leaves.push(Leaf {
            head: head(self.path.as_bytes()),
            start,
            path_end,
            end,
            kind,
        });
    }

    fn integer(&mut self, value: i64) {
        self.leaf(Kind::Integer, |out| {
            out.push_str(itoa::Buffer::new().format(value));
        });
    }

    /// Of two signatures, the one at the top level counts. Their order does not matter.
    fn sign(&mut self, text: &str) {
        let at_top = self.path == "signature";
        if self.signature.is_none() || at_top && !self.signed_at_top {
            let start = position(&self.arena);
            self.arena.push_str(text);
            self.signature = Some(Span {
                start,
                end: position(&self.arena),
            });
            self.signed_at_top = at_top;
        }
    }

    /// Appends a key to the path and returns the treatment of its value.
    fn enter(&mut self, key: &str, above: Treatment) -> Treatment {
        let parent = self.path.len();
        if parent > 0 {
            self.path.push(':');
        }
        let marks = key
            .bytes()
            .fold(0, |marks, byte| marks | MARKS[usize::from(byte)]);
        if marks & COLON == 0 {
            self.path.push_str(key);
        } else {
            self.path.push_str(&key.replace(':', "::"));
        }
        if above != Treatment::Keep {
            return Treatment::Drop;
        }
        self.marks |= marks;
        match key {
            "signature" => Treatment::Signature {
                counts: matches!(&self.path[..parent], "" | "general"),
            },
            "frame_mode" => Treatment::Drop,
            _ => Treatment::Keep,
        }
    }
}

/// `limit` is below 2 GiB, and one more value is shorter than two bodies.
#[expect(clippy::cast_possible_truncation, reason = "bounded by `limit`")]
fn position(arena: &str) -> u32 {
    arena.len() as u32
}

/// The first 16 bytes, padded with zeros. The integers compare as the bytes do.
fn head(path: &[u8]) -> u128 {
    let mut bytes = [0; 16];
    let length = path.len().min(16);
    bytes[..length].copy_from_slice(&path[..length]);
    u128::from_be_bytes(bytes)
}

struct Value<'w> {
    flattener: &'w mut Flattener,
    treatment: Treatment,
}

impl Value<'_> {
    fn child(&mut self, treatment: Treatment) -> Value<'_> {
        Value {
            flattener: self.flattener,
            treatment,
        }
    }

    fn leaf(self, kind: Kind, value: impl FnOnce(&mut String)) {
        if self.treatment == Treatment::Keep {
            self.flattener.leaf(kind, value);
        }
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        match self.treatment {
            Treatment::Keep => self.flattener.leaf(Kind::Text, |out| out.push_str(text)),
            Treatment::Signature { counts: true } => self.flattener.sign(text),
            Treatment::Signature { counts: false } | Treatment::Drop => {}
        }
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        if self.treatment == Treatment::Keep {
            self.flattener.integer(value);
        }
        Ok(())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            #[expect(
                clippy::cast_precision_loss,
                reason = "PHP reads such a number as a float, too"
            )]
            Err(_) => self.visit_f64(value as f64),
        }
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        if value == 0.0 && value.is_sign_negative() {
            return Err(E::custom("negative zero is never signed"));
        }
        self.leaf(Kind::Float, |out| push_float(out, value));
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.leaf(Kind::Bool, |out| out.push(if value { '1' } else { '0' }));
        Ok(())
    }

    /// A `signature` that is `null` is an ordinary value.
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        if self.treatment != Treatment::Drop {
            self.flattener.leaf(Kind::Null, |_| {});
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<(), A::Error> {
        let treatment = if self.treatment == Treatment::Keep {
            Treatment::Keep
        } else {
            Treatment::Drop
        };
        let parent = self.flattener.path.len();
        let mut index = 0_usize;
        loop {
            write!(self.flattener.path, ":{index}").expect("a `String` accepts all text");
            if elements.next_element_seed(self.child(treatment))?.is_none() {
                break;
            }
            self.flattener.marks |= DIGIT_OR_SPACE;
            self.flattener.path.truncate(parent);
            index += 1;
        }
        self.flattener.path.truncate(parent);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<(), A::Error> {
        let above = self.treatment;
        let parent = self.flattener.path.len();
        let mut object = self.flattener.siblings.open();
        while let Some(treatment) = fields.next_key_seed(Key {
            flattener: self.flattener,
            object: &mut object,
            above,
        })? {
            fields.next_value_seed(self.child(treatment))?;
            self.flattener.path.truncate(parent);
        }
        if self.flattener.siblings.close(&object) {
            Ok(())
        } else {
            Err(repeated_key())
        }
    }
}

struct Key<'w> {
    flattener: &'w mut Flattener,
    object: &'w mut super::siblings::Object,
    above: Treatment,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Treatment;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Treatment, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Treatment;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Treatment, E> {
        if key.is_empty() {
            return Err(E::custom("an empty key is never signed"));
        }
        if !self.flattener.siblings.add(self.object, key) {
            return Err(repeated_key());
        }
        Ok(self.flattener.enter(key, self.above))
    }
}

fn repeated_key<E: Error>() -> E {
    E::custom("an object has a key twice")
}
