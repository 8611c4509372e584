//! Makes texts from outside fit for people.

/// The maximum length of a text, in characters.
const LONGEST: usize = 200;
/// A number with at least this many digits may be a phone, a card or an identity number.
const LONG_NUMBER: usize = 5;

/// One printable line of at most 200 characters.
pub(crate) fn one_line(text: &str) -> String {
    let words = text.split(|it: char| it.is_whitespace() || it.is_control() || is_format(it));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(LONGEST).collect()
}

/// The billing's comment in one line, without the account and without long numbers.
pub(crate) fn comment(text: &str, account: &str) -> String {
    let text = if account.is_empty() {
        text.to_owned()
    } else {
        text.replace(account, "***")
    };
    let mut shown = String::new();
    let mut number = String::new();
    for it in text.chars().map(Some).chain([None]) {
        if let Some(digit) = it.filter(|it| it.is_numeric()) {
            number.push(digit);
            continue;
        }
        if number.chars().count() < LONG_NUMBER {
            shown.push_str(&number);
        } else {
            shown.push_str("***");
        }
        number.clear();
        shown.extend(it);
    }
    one_line(&shown)
}

/// Characters that change the order or the place of others, and are not seen.
fn is_format(it: char) -> bool {
    matches!(it, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::{comment, one_line};

    #[test]
    fn text_becomes_one_printable_line_of_limited_length() {
        assert_eq!(one_line("  a\r\n\u{1b}[31m\tb\0\u{202e}c "), "a [31m b c");
        assert_eq!(one_line(&"я".repeat(1000)), "я".repeat(200));
    }

    #[test]
    fn comment_hides_the_account_and_long_numbers() {
        for (text, shown) in [
            ("no client ab-1 here", "no client *** here"),
            ("phone +77001234567, code 79", "phone +***, code 79"),
            ("12345", "***"),
            ("1234", "1234"),
            ("дог. 880101300123", "дог. ***"),
        ] {
            assert_eq!(comment(text, "ab-1"), shown);
        }
        assert_eq!(comment("a b", ""), "a b");
    }
}
