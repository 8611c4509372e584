//! Texts of a stranger as they may be shown: nothing in them is obeyed, nothing is hidden, and nothing turns the line.

/// The text on one line.
pub(super) fn line(text: &str) -> String {
    text.chars().map(shown).collect()
}

/// The text with its line ends.
pub(super) fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn shown(character: char) -> String {
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

/// What turns, joins or hides text, and what no text may hold (XML 1.0: U+FFFE and U+FFFF).
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_obeyed_and_nothing_is_hidden() {
        assert_eq!(
            line("a\0\u{1b}[31m\u{202e}\u{200b}\u{ffff}\r\n\tЙ漢<"),
            r"a\u{0}\u{1b}[31m\u{202e}\u{200b}\u{ffff}\r\n\tЙ漢<"
        );
    }

    #[test]
    fn line_ends_stay_where_there_is_room_for_lines() {
        assert_eq!(lines("a\r\nb\n\rc"), "a\nb\n\\rc");
    }
}
