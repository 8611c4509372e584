//! Characters that cannot be seen in an identifier. With one of them, two identifiers that look alike are two payouts.

/// The first character of an identifier that cannot be seen, its place, and what to do: white space at an end, white space
/// other than a space, or a character without a shape. None: the identifier is what it looks like.
///
/// Control characters are refused elsewhere.
pub(super) fn unseen(text: &str) -> Option<String> {
    let last = text.chars().count().saturating_sub(1);
    let mut characters = text.chars().enumerate();
    let (place, character) = characters.find(|&(place, character)| {
        let is_outer = place == 0 || place == last;
        is_shapeless(character) || character.is_whitespace() && (is_outer || character != ' ')
    })?;
    let name = name(character);
    let code = u32::from(character);
    Some(format!(
        "has U+{code:04X} ({name}) as character {} of {}, which cannot be seen: remove it, or use another key",
        place + 1,
        last + 1
    ))
}

/// Whether a character leaves no mark: Unicode's default-ignorable characters, and blanks that are no white space.
const fn is_shapeless(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

const fn name(character: char) -> &'static str {
    match character {
        ' ' => "space",
        '\u{a0}' => "no-break space",
        '\u{ad}' => "soft hyphen",
        '\u{200b}' => "zero-width space",
        '\u{200c}' => "zero-width non-joiner",
        '\u{200d}' => "zero-width joiner",
        '\u{200e}' => "left-to-right mark",
        '\u{200f}' => "right-to-left mark",
        '\u{202f}' => "narrow no-break space",
        '\u{2060}' => "word joiner",
        '\u{3000}' => "ideographic space",
        '\u{feff}' => "zero-width no-break space",
        _ if is_shapeless(character) => "a character without a shape",
        _ => "white space",
    }
}

#[cfg(test)]
mod tests {
    use super::unseen;

    #[test]
    fn character_that_cannot_be_seen_is_named_with_its_place() {
        for (text, part) in [
            (" salary-1", "U+0020 (space) as character 1 of 9"),
            ("salary-1 ", "U+0020 (space) as character 9 of 9"),
            (
                "salary-1\u{200b}",
                "U+200B (zero-width space) as character 9",
            ),
            ("sal\u{ad}ary-1", "U+00AD (soft hyphen) as character 4"),
            ("salary\u{a0}1", "U+00A0 (no-break space) as character 7"),
            ("зар\u{2060}плата", "U+2060 (word joiner) as character 4"),
            ("a\u{2003}b", "U+2003 (white space) as character 2"),
            (
                "a\u{e0041}",
                "U+E0041 (a character without a shape) as character 2",
            ),
            (" ", "U+0020 (space) as character 1 of 1"),
        ] {
            let found = unseen(text).unwrap();
            assert!(found.contains(part), "{text:?}: {found}");
        }
    }

    #[test]
    fn identifier_that_is_what_it_looks_like_has_none() {
        for text in ["salary-1", "a;b: й", "оклад 2026-11", "", "é", "🙂"] {
            assert_eq!(unseen(text), None, "{text:?}");
        }
    }
}
