//! Natural order: the order of PHP 8's `strnatcmp`, byte for byte. The platform sorts paths by it.
//!
//! Runs of digits compare as numbers (`a:2` is before `a:10`). If one of them begins with `0`, they compare digit by
//! digit, like the decimals of a fraction. White space is skipped, and so are zeros at the very start.

use std::cmp::Ordering;

/// Compares two paths in natural order. Different paths may be equal in it, such as `a 1` and `a1`.
///
/// ```
/// use jetpay_core::signature::natural;
/// assert!(natural::compare(b"errors:2:code", b"errors:10:code").is_lt());
/// ```
#[must_use]
pub fn compare(left: &[u8], right: &[u8]) -> Ordering {
    if left.is_empty() || right.is_empty() {
        return left.len().cmp(&right.len());
    }
    let (mut left, mut right) = match skip_common(left, right) {
        Some(([], right)) => return 0.cmp(&right.len()),
        Some((left, [])) => return left.len().cmp(&0),
        Some(rest) => rest,
        None => (skip_leading_zeros(left), skip_leading_zeros(right)),
    };
    loop {
        (left, right) = (skip_spaces(left), skip_spaces(right));
        if first(left).is_ascii_digit() && first(right).is_ascii_digit() {
            let (left_run, right_run);
            (left_run, left) = split_digits(left);
            (right_run, right) = split_digits(right);
            let runs = compare_runs(left_run, right_run);
            if runs.is_ne() {
                return runs;
            }
            if left.is_empty() || right.is_empty() {
                return left.len().cmp(&right.len());
            }
        }
        let bytes = first(left).cmp(&first(right));
        if bytes.is_ne() {
            return bytes;
        }
        left = left.get(1..).unwrap_or_default();
        right = right.get(1..).unwrap_or_default();
        if left.is_empty() || right.is_empty() {
            return left.len().cmp(&right.len());
        }
    }
}

/// Sorts items with [`compare`], or with an order that is made from it. Equal items keep their order.
///
/// The standard library's sort may panic on an order that is not total, and natural order is not proven to be. This
/// merge sort never panics.
pub fn sort_by<T: Clone>(items: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    let mut merged = Vec::with_capacity(items.len());
    let mut width = 1;
    while width < items.len() {
        merged.clear();
        for pair in items.chunks(2 * width) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            // The two halves are often in order already.
            if let (Some(last), Some(first)) = (left.last(), right.first())
                && compare(last, first).is_gt()
            {
                while let ([a, others @ ..], [b, more @ ..]) = (left, right) {
                    if compare(a, b).is_le() {
                        merged.push(a.clone());
                        left = others;
                    } else {
                        merged.push(b.clone());
                        right = more;
                    }
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        std::mem::swap(items, &mut merged);
        width *= 2;
    }
}

/// Compares two paths by their first 16 bytes, if these decide. They do for most pairs: the first two bytes that differ are
/// letters, or belong to two numbers that end within the 16 bytes.
pub(super) fn compare_heads(left: u128, right: u128) -> Option<Ordering> {
    let same = ((left ^ right).leading_zeros() / 8) as usize;
    let (left, right) = (left.to_be_bytes(), right.to_be_bytes());
    let (&a, &b) = (left.get(same)?, right.get(same)?);
    let is_plain = |byte: u8| byte != 0 && !is_space(byte);
    if !is_plain(a) || !is_plain(b) {
        return None;
    }
    let digits = |bytes: &[u8]| {
        bytes
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let before = left[..same].iter().rev();
    let before = before.take_while(|byte| byte.is_ascii_digit()).count();
    if before == 0 && !(a.is_ascii_digit() && b.is_ascii_digit()) {
        return Some(a.cmp(&b));
    }
    // Two runs of digits, which begin alike or end here. With a zero at their beginning they are no whole numbers.
    let start = same - before;
    let (left_end, right_end) = (same + digits(&left[same..]), same + digits(&right[same..]));
    let are_whole = left[start] != b'0' && right[start] != b'0';
    (are_whole && left_end < 16 && right_end < 16).then(|| left_end.cmp(&right_end).then(a.cmp(&b)))
}

/// The first byte. After the end of the text it is 0.
fn first(text: &[u8]) -> u8 {
    text.first().copied().unwrap_or(0)
}

/// Skips a common beginning up to its last byte that is neither a digit nor white space. The comparison can start again
/// after such a byte. This makes long arrays fast, whose paths have a long beginning in common.
fn skip_common<'a>(left: &'a [u8], right: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
    let common = common_length(left, right);
    let plain = left[..common]
        .iter()
        .rposition(|&byte| !byte.is_ascii_digit() && !is_space(byte))?;
    Some((&left[plain + 1..], &right[plain + 1..]))
}

fn common_length(left: &[u8], right: &[u8]) -> usize {
    let words = left.as_chunks::<8>().0.iter().zip(right.as_chunks::<8>().0);
    let same = 8 * words.take_while(|(a, b)| a == b).count();
    let rest = left[same..].iter().zip(&right[same..]);
    same + rest.take_while(|(a, b)| a == b).count()
}

fn skip_leading_zeros(mut text: &[u8]) -> &[u8] {
    while let [b'0', next, ..] = text
        && next.is_ascii_digit()
    {
        text = &text[1..];
    }
    text
}

fn split_digits(text: &[u8]) -> (&[u8], &[u8]) {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    text.split_at(digits)
}

/// Compares runs as fractions if one of them begins with `0`, else as whole numbers of any length.
fn compare_runs(left: &[u8], right: &[u8]) -> Ordering {
    if first(left) == b'0' || first(right) == b'0' {
        left.cmp(right)
    } else {
        left.len().cmp(&right.len()).then_with(|| left.cmp(right))
    }
}

/// Whether a byte is white space for C's `isspace`: a space, or one of tab, line feed, vertical tab, form feed and
/// carriage return.
pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

fn skip_spaces(text: &[u8]) -> &[u8] {
    let spaces = text.iter().take_while(|&&byte| is_space(byte)).count();
    &text[spaces..]
}
