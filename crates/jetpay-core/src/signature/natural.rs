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

/// The first 16 bytes of a text whose byte order is the natural order of the path. Where two of them differ, the order of
/// the paths is theirs.
///
/// In that text a whole number has its length before it. A number with a zero at its beginning has the lowest byte after
/// it: it is before every number that begins with it. White space is there only if it directly follows a number, and only
/// one byte of it.
pub(super) fn head(path: &[u8]) -> u128 {
    let (mut head, mut length) = (0, 0);
    let mut push = |bytes: &[u8]| {
        for &byte in bytes.iter().take(16 - length) {
            head = head << 8 | u128::from(byte);
            length += 1;
        }
        length < 16
    };
    let mut rest = skip_spaces(skip_leading_zeros(path));
    while let [byte, others @ ..] = rest {
        let goes_on = if byte.is_ascii_digit() {
            let (run, after) = split_digits(rest);
            let number = match b"012345678".get(run.len()) {
                _ if *byte == b'0' => push(run) && push(&[0]),
                Some(&length) => push(&[length]) && push(run),
                None => push(b"9") && push(&run.len().to_be_bytes()) && push(run),
            };
            let space;
            (space, rest) = after.split_at(usize::from(is_space(first(after))));
            number && push(space)
        } else {
            rest = others;
            push(&[*byte])
        };
        if !goes_on {
            return head;
        }
        rest = skip_spaces(rest);
    }
    head << (8 * (16 - length)).min(127)
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

#[cfg(test)]
mod tests {
    use super::{compare, head};

    /// Compares each pair of texts. Returns how many the first bytes decide.
    fn decided(texts: &[Vec<u8>]) -> usize {
        let texts: Vec<_> = texts.iter().map(|text| (text, head(text))).collect();
        let pairs = texts.iter().flat_map(|a| texts.iter().map(move |b| (a, b)));
        let decided = pairs.filter(|((a, a_head), (b, b_head))| {
            let heads = a_head.cmp(b_head);
            assert!(heads.is_eq() || heads == compare(a, b), "{a:?} {b:?}");
            heads.is_ne()
        });
        decided.count()
    }

    #[test]
    fn where_first_bytes_differ_their_order_is_the_natural_order() {
        let mut short = vec![Vec::new()];
        for length in 0..4 {
            let longest: Vec<_> = short
                .iter()
                .filter(|it| it.len() == length)
                .cloned()
                .collect();
            let longer = longest
                .iter()
                .flat_map(|text| b"01 \0a".map(|byte| [&text[..], &[byte]].concat()));
            short.extend(longer);
        }
        let pairs = short.len().pow(2);
        assert!(decided(&short) > pairs * 9 / 10);

        let numbers = ["", "0", "00", "a", "1a", "a ", "0:", "9:"]
            .iter()
            .flat_map(|before| {
                let number = move |digits| format!("{before}{}", &"1234567890123456789"[..digits]);
                (0..19).flat_map(move |digits| {
                    [number(digits), number(digits) + "0", number(digits) + ":"]
                })
            });
        assert!(decided(&numbers.map(String::into_bytes).collect::<Vec<_>>()) > 0);
    }
}
