//! Texts of a stranger as people may be shown them: nothing in them is obeyed, nothing is hidden, and nothing turns the
//! line.
//!
//! ```
//! use jetpay_platform::visible;
//!
//! assert_eq!(visible::line("red: \u{1b}[31m,\nno-break:\u{a0}."), r"red: \u{1b}[31m,\nno-break:\u{a0}.");
//! assert_eq!(visible::lines("one\r\ntwo"), "one\ntwo");
//! ```

/// A character as it is shown.
#[must_use]
pub fn character(character: char) -> String {
    match character {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        hidden if hidden.is_control() || is_invisible(hidden) => {
            hidden.escape_unicode().to_string()
        }
        plain => plain.to_string(),
    }
}

/// The text on one line.
#[must_use]
pub fn line(text: &str) -> String {
    text.chars().map(character).collect()
}

/// The text with its line ends.
#[must_use]
pub fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// Marks over other letters, spaces that look like another, what turns, joins or hides text, and what no text may hold
/// (XML 1.0: U+FFFE and U+FFFF).
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{a0}' | '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{61c}' | '\u{180e}' | '\u{2000}'..='\u{200f}'
        | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}' | '\u{3000}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_obeyed_and_nothing_is_hidden() {
        assert_eq!(
            line("a\0\u{1b}[31m\u{202e}e\u{301}\u{200b}\u{a0}\u{2060}\u{ffff}\r\n\tЙ漢<"),
            r"a\u{0}\u{1b}[31m\u{202e}e\u{301}\u{200b}\u{a0}\u{2060}\u{ffff}\r\n\tЙ漢<"
        );
    }

    #[test]
    fn line_ends_stay_where_there_is_room_for_lines() {
        assert_eq!(lines("a\r\nb\n\rc"), "a\nb\n\\rc");
    }
}
