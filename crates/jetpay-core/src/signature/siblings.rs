//! The keys of all objects that the parser is inside of, to find a repeated key.

use super::leaves::Span;

/// An object with at most this many keys uses a filter of 64 bits and compares the keys that share a bit. The hashes of a
/// larger object's keys are sorted once, so that thousands of keys do not take quadratic time.
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
        let names = &self.names[object.0..];
        let unique = names.len() <= FEW || are_unique(names, text);
        self.names.truncate(object.0);
        unique
    }
}

/// Whether many keys all differ. Those with the same hash are compared.
#[cold]
fn are_unique(names: &[Span], text: &str) -> bool {
    // A body has fewer than 65,536 values.
    const INDEX: u64 = 0xFFFF;
    let mut hashes: Vec<u64> = (0..)
        .zip(names)
        .map(|(at, name)| hash(name.of(text).as_bytes()) & !INDEX | at)
        .collect();
    hashes.sort_unstable();
    let mut alike = hashes.chunk_by(|a, b| a & !INDEX == b & !INDEX);
    alike.all(|alike| {
        let names = alike
            .iter()
            .map(|hash| names[(hash & INDEX) as usize].of(text));
        alike.len() == 1 || {
            let mut names: Vec<&str> = names.collect();
            names.sort_unstable();
            names.windows(2).all(|pair| pair[0] != pair[1])
        }
    })
}

/// A quick hash, of which the high bits count. An attacker who makes keys with one hash gains little: they are sorted.
fn hash(key: &[u8]) -> u64 {
    let mix =
        |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(0x517C_C1B7_2722_0A95);
    let (words, rest) = key.as_chunks::<8>();
    let words = words.iter().map(|word| u64::from_le_bytes(*word));
    let rest = rest.iter().map(|&byte| u64::from(byte));
    words.chain(rest).fold(0, mix)
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

#[cfg(test)]
mod tests {
    use crate::signature::{Canonical, Unreadable};

    fn parse(keys: &[String]) -> Result<Canonical, Unreadable> {
        let fields: Vec<String> = keys.iter().map(|key| format!("\"{key}\":1")).collect();
        Canonical::parse(format!("{{{}}}", fields.join(",")).as_bytes())
    }

    #[test]
    fn key_that_is_twice_in_an_object_of_any_size_is_refused() {
        for size in [2, 16, 17, 100] {
            let mut keys: Vec<String> = (0..size).map(|at| format!("key_{}", at * 7_919)).collect();
            assert!(parse(&keys).is_ok(), "{size}");
            keys[size - 1] = keys[size / 2 - 1].clone();
            let why = parse(&keys).err().map(|why| why.to_string());
            let why = why.unwrap_or_default();
            assert!(why.contains("an object has a key twice"), "{size}: {why}");
        }
    }

    #[test]
    fn keys_with_one_hash_are_different_keys() {
        let zeros = |length| "\\u0000".repeat(length);
        let mut keys: Vec<String> = (1..20).map(zeros).collect();
        assert!(parse(&keys).is_ok());
        keys.push(zeros(9));
        assert!(parse(&keys).is_err());
    }
}
