//! Escapes of logs and shells, undone.

/// A way to write a body into a line.
pub(super) struct Escape {
    pub(super) name: &'static str,
    /// Without this it was not used.
    pub(super) sign: &'static [u8],
    pub(super) undo: fn(&[u8]) -> Vec<u8>,
}

pub(super) const ALL: [Escape; 3] = [
    Escape {
        name: "nginx's \\x22 undone",
        sign: b"\\x",
        undo: hexadecimal,
    },
    Escape {
        name: "the shell's quotes undone",
        sign: b"'\\''",
        undo: |text| replaced(text, b"'\\''", b"'"),
    },
    Escape {
        name: "backslashes undone",
        sign: b"\\",
        undo: backslashes,
    },
];

/// `\x22`, and no other.
fn hexadecimal(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        match after {
            [b'x', high, low, after @ ..] if *first == b'\\' => {
                if let Some(byte) = byte(*high, *low) {
                    out.push(byte);
                    rest = after;
                    continue;
                }
                out.push(*first);
            }
            _ => out.push(*first),
        }
        rest = &rest[1..];
    }
    out
}

/// As in `$'...'` of a shell, or as a debugger prints a text.
fn backslashes(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'\\' {
            out.push(*first);
            continue;
        }
        match after {
            [
                escaped @ (b'n' | b'r' | b't' | b'\\' | b'"' | b'\''),
                after @ ..,
            ] => {
                out.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    other => *other,
                });
                rest = after;
            }
            [b'x', high, low, after @ ..] if byte(*high, *low).is_some() => {
                out.extend(byte(*high, *low));
                rest = after;
            }
            [b'u', a, b, c, d, after @ ..] => match character([*a, *b, *c, *d]) {
                Some(character) => {
                    out.extend(character.encode_utf8(&mut [0; 4]).bytes());
                    rest = after;
                }
                None => out.push(b'\\'),
            },
            _ => out.push(b'\\'),
        }
    }
    out
}

fn byte(high: u8, low: u8) -> Option<u8> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(digit(high)? << 4 | digit(low)?).ok()
}

fn character([a, b, c, d]: [u8; 4]) -> Option<char> {
    let code = u32::from(byte(a, b)?) << 8 | u32::from(byte(c, d)?);
    char::from_u32(code)
}

fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.first() {
        if let Some(after) = rest.strip_prefix(from) {
            out.extend(to);
            rest = after;
        } else {
            out.push(*first);
            rest = &rest[1..];
        }
    }
    out
}
