//! The keys of all objects that the parser is inside of, to find a repeated key.

use super::leaves::Span;

/// An object with at most this many keys uses a filter of 64 bits and compares the keys that share a bit. A larger object
/// is sorted once, so that thousands of keys do not take quadratic time.
const FEW: usize = 16;

/// The keys of all open objects, as ranges of one text. The innermost object is last.
pub(super) struct Siblings {
    names: Vec<Span>,
}

/// One open object: where its keys begin.
pub(super) struct Object(usize);

impl Siblings {
    pub(super) fn with_capacity(keys: usize) -> Self {
        Self {
            names: Vec::with_capacity(keys),
        }
    }

    pub(super) fn open(&self) -> Object {
        Object(self.names.len())
    }

    /// Adds a key to the innermost object, whose filter is `seen`. Returns `false` if the object surely has it already.
    #[inline]
    pub(super) fn add(&mut self, object: &Object, seen: &mut u64, name: Span, text: &str) -> bool {
        let bit = filter_bit(name.of(text).as_bytes());
        let repeated = *seen & bit != 0 && self.has(object, name.of(text), text);
        *seen |= bit;
        self.names.push(name);
        !repeated
    }

    #[cold]
    fn has(&self, object: &Object, name: &str, text: &str) -> bool {
        let names = &self.names[object.0..];
        names.len() <= FEW && names.iter().any(|known| known.of(text) == name)
    }

    /// Closes the innermost object. Returns `false` if it has a key twice.
    pub(super) fn close(&mut self, object: &Object, text: &str) -> bool {
        let names = &mut self.names[object.0..];
        let mut unique = true;
        if names.len() > FEW {
            names.sort_unstable_by_key(|name| name.of(text));
            unique = names
                .windows(2)
                .all(|pair| pair[0].of(text) != pair[1].of(text));
        }
        self.names.truncate(object.0);
        unique
    }
}

/// The length and the first and last byte distinguish most keys of one object.
fn filter_bit(name: &[u8]) -> u64 {
    let (Some(&first), Some(&last)) = (name.first(), name.last()) else {
        return 1;
    };
    #[expect(clippy::cast_possible_truncation, reason = "only the low bits count")]
    let length = name.len() as u8;
    1 << ((first ^ last).wrapping_add(length.wrapping_mul(5)) % 64)
}
