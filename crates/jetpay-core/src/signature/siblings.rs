//! The keys of all objects that the parser is inside of, to find a repeated key.

/// An object with at most this many keys uses a filter of 64 bits and compares the keys that share a bit. A larger object
/// is sorted once, so that thousands of keys do not take quadratic time.
const FEW: usize = 64;

/// The keys of all open objects. The innermost object is last.
#[derive(Default)]
pub(super) struct Siblings {
    names: String,
    ends: Vec<u32>,
}

/// One open object.
pub(super) struct Object {
    names_from: usize,
    ends_from: usize,
    seen: u64,
}

impl Siblings {
    pub(super) fn with_capacity(names: usize, keys: usize) -> Self {
        Self {
            names: String::with_capacity(names),
            ends: Vec::with_capacity(keys),
        }
    }

    pub(super) fn open(&self) -> Object {
        Object {
            names_from: self.names.len(),
            ends_from: self.ends.len(),
            seen: 0,
        }
    }

    /// Adds a key to the innermost object. Returns `false` if the object surely has the key already.
    pub(super) fn add(&mut self, object: &mut Object, name: &str) -> bool {
        let bit = filter_bit(name.as_bytes());
        let repeated = object.seen & bit != 0
            && self.ends.len() - object.ends_from <= FEW
            && self.names_of(object).any(|known| known == name);
        object.seen |= bit;
        self.names.push_str(name);
        self.ends
            .push(u32::try_from(self.names.len()).unwrap_or(u32::MAX));
        !repeated
    }

    /// Closes the innermost object. Returns `false` if it has a key twice.
    pub(super) fn close(&mut self, object: &Object) -> bool {
        let mut unique = true;
        if self.ends.len() - object.ends_from > FEW {
            let mut names: Vec<&str> = self.names_of(object).collect();
            names.sort_unstable();
            unique = names.windows(2).all(|pair| pair[0] != pair[1]);
        }
        self.names.truncate(object.names_from);
        self.ends.truncate(object.ends_from);
        unique
    }

    fn names_of(&self, object: &Object) -> impl Iterator<Item = &str> {
        let mut from = object.names_from;
        self.ends[object.ends_from..].iter().map(move |&end| {
            let name = &self.names[from..end as usize];
            from = end as usize;
            name
        })
    }
}

/// The length and the first, middle and last byte distinguish most keys of one object.
fn filter_bit(name: &[u8]) -> u64 {
    let length = name.len();
    let (Some(&first), Some(&last)) = (name.first(), name.last()) else {
        return 1;
    };
    let middle = name[length / 2];
    let mixed = (length as u64)
        .wrapping_mul(0x9E37_79B9)
        .wrapping_add(u64::from(first).wrapping_mul(0x85EB_CA6B))
        .wrapping_add(u64::from(middle).wrapping_mul(0xC2B2_AE35))
        .wrapping_add(u64::from(last).wrapping_mul(0x27D4_EB2F));
    1 << (mixed >> 20 & 63)
}
