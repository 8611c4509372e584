//! Where JSON objects begin and end in bytes that need not be JSON.

use std::ops::Range;

/// Bytes that are looked at before a search is given up: text can be made of braces alone.
pub(super) struct Budget(pub(super) usize);

impl Budget {
    /// Whether `bytes` more may be looked at.
    pub(super) fn spend(&mut self, bytes: usize) -> bool {
        let left = self.0.checked_sub(bytes);
        self.0 = left.unwrap_or(0);
        left.is_some()
    }
}

/// Whether it is one object, whole, with nothing behind it. What stands in it need not be JSON.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    end(bytes) == Some(bytes.len())
}

/// Where the object ends that begins with the first byte.
pub(super) fn end(bytes: &[u8]) -> Option<usize> {
    if bytes.first() != Some(&b'{') {
        return None;
    }
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth += 1,
            b'}' | b']' if !in_text => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// The outermost objects in a text.
pub(super) fn outermost(bytes: &[u8], budget: &mut Budget) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(offset) = bytes[from..].iter().position(|byte| *byte == b'{') {
        let start = from + offset;
        from = start + 1;
        // A name must follow, or the end.
        let next = bytes[from..].trim_ascii_start().first();
        if !matches!(next, Some(b'"' | b'}')) {
            continue;
        }
        let length = end(&bytes[start..]);
        if !budget.spend(length.unwrap_or(bytes.len() - start)) {
            break;
        }
        if let Some(length) = length {
            from = start + length;
            found.push(start..from);
        }
    }
    found
}

/// The JSON texts in a text, with their quotes, whose content holds a brace.
pub(super) fn texts(bytes: &[u8], budget: &mut Budget) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(offset) = bytes[from..].iter().position(|byte| *byte == b'"') {
        let start = from + offset;
        let length = text_end(&bytes[start..]);
        if !budget.spend(length.unwrap_or(bytes.len() - start)) {
            break;
        }
        from = start + 1;
        // One without a brace may be what stands between two texts: the next begins where it ends.
        if let Some(length) = length
            && bytes[start..start + length].contains(&b'{')
        {
            from = start + length;
            found.push(start..from);
        }
    }
    found
}

fn text_end(bytes: &[u8]) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in bytes.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}
