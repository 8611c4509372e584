//! Characters as a terminal can show them: nothing moves the cursor, and nothing is invisible.

/// The character as it is shown.
pub(super) fn visible(character: char) -> String {
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

/// The text as it is shown.
pub(super) fn visible_text(text: &str) -> String {
    text.chars().map(visible).collect()
}

/// Marks over other letters, spaces that look like another, and what turns or joins text.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{a0}' | '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{61c}' | '\u{180e}' | '\u{2000}'..='\u{200f}'
        | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}' | '\u{3000}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Columns of a shown text.
pub(super) fn width(text: &str) -> usize {
    text.chars()
        .map(|character| match character {
            '\u{1100}'..='\u{115f}'
            | '\u{2e80}'..='\u{a4cf}'
            | '\u{ac00}'..='\u{d7a3}'
            | '\u{f900}'..='\u{faff}'
            | '\u{fe30}'..='\u{fe6f}'
            | '\u{ff00}'..='\u{ff60}'
            | '\u{ffe0}'..='\u{ffe6}'
            | '\u{1f300}'..='\u{1faff}'
            | '\u{20000}'..='\u{3fffd}' => 2,
            _ => 1,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_a_terminal_that_it_would_obey_or_hide() {
        assert_eq!(
            visible_text("a\u{1b}[31m\u{202e}e\u{301}\u{200b}\u{a0}\r\n\tИ漢"),
            r"a\u{1b}[31m\u{202e}e\u{301}\u{200b}\u{a0}\r\n\tИ漢"
        );
        assert_eq!(width("И漢"), 3);
    }
}
