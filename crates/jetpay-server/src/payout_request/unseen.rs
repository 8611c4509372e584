//! Characters that cannot be seen in an identifier. With one of them, two identifiers that look alike are two payouts.

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// The first character of an identifier that cannot be seen, its place, and what to do: white space at an end, white space
/// other than a space, or a character without a shape of its own. None: the identifier is what it looks like.
pub(crate) fn unseen(text: &str) -> Option<String> {
    let last = text.chars().count().saturating_sub(1);
    first(text, |place, character| {
        let is_outer = place == 0 || place == last;
        is_shapeless(character) || character.is_whitespace() && (is_outer || character != ' ')
    })
}

/// The first control character, in the same words.
pub(crate) fn control(text: &str) -> Option<String> {
    first(text, |_, character| character.is_control())
}

/// Where an identifier leaves Unicode's composed form (NFC), and what to do: the same letters in the other form look alike.
pub(crate) fn decomposed(text: &str) -> Option<String> {
    let composed = text.nfc().map(Some).chain(std::iter::repeat(None));
    let place = text
        .chars()
        .zip(composed)
        .position(|(own, composed)| Some(own) != composed)?;
    Some(format!(
        "is not in the composed form of Unicode (NFC) from character {} of {} on, and looks like a key that is: compose it",
        place + 1,
        text.chars().count()
    ))
}

/// The first character that `is_wrong`, given its place from 0, in words.
fn first(text: &str, is_wrong: impl Fn(usize, char) -> bool) -> Option<String> {
    let mut characters = text.chars().enumerate();
    let (place, character) = characters.find(|&(place, character)| is_wrong(place, character))?;
    Some(format!(
        "has U+{:04X} ({}) as character {} of {}, which cannot be seen: remove it",
        u32::from(character),
        name(character),
        place + 1,
        text.chars().count()
    ))
}

/// Whether a character has no shape of its own: by its category, as a letter or mark that Unicode calls default-ignorable, or
/// as a blank that is no white space.
fn is_shapeless(character: char) -> bool {
    let is_ignorable = matches!(
        character,
        '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{e0100}'..='\u{e01ef}'
    );
    let is_blank = matches!(
        character,
        '\u{2800}' | '\u{fffc}' | '\u{16fe4}' | '\u{1d159}'
    );
    is_ignorable || is_blank || character.general_category_group() == GeneralCategoryGroup::Other
}

fn name(character: char) -> &'static str {
    match character {
        '\0' => "NUL",
        '\t' => "tab",
        '\n' => "line feed",
        '\r' => "carriage return",
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
        _ if character.is_control() => "a control character",
        _ if character.is_whitespace() => "white space",
        _ => "a character without a shape",
    }
}

#[cfg(test)]
mod tests {
    use super::{control, decomposed, unseen};

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
            ("a\tb", "U+0009 (tab) as character 2 of 3"),
            ("a\0", "U+0000 (NUL) as character 2 of 2"),
            ("a\u{7f}", "U+007F (a control character) as character 2"),
        ] {
            let found = unseen(text).unwrap();
            assert!(found.contains(part), "{text:?}: {found}");
        }
    }

    #[test]
    fn character_without_a_shape_is_found_whatever_its_kind() {
        // Blank symbols and marks, format characters, non-characters, unassigned and private ones, default-ignorable ones.
        for character in "\u{1d159}\u{16fe4}\u{2800}\u{fffc}\u{110bd}\u{13430}\u{600}\u{fffe}\u{10ffff}\u{378}\u{e000}\u{f0000}\u{34f}\u{3164}\u{e0041}".chars() {
            let found = unseen(&format!("a{character}b")).unwrap();
            let part = format!("U+{:04X} (a character without a shape) as character 2 of 3", u32::from(character));
            assert!(found.contains(&part), "{found}");
        }
    }

    #[test]
    fn control_character_is_found_behind_another_one_that_cannot_be_seen() {
        let found = control(" a\tb").unwrap();
        assert!(
            found.contains("U+0009 (tab) as character 3 of 4"),
            "{found}"
        );
        assert_eq!(control(" a"), None);
    }

    #[test]
    fn letters_in_the_decomposed_form_are_found_with_their_place() {
        let place = |text| {
            decomposed(text)
                .unwrap()
                .contains("from character 4 of 5 on")
        };
        assert!(place("cafe\u{301}"));
        assert!(place("зарби\u{306}".strip_prefix("з").unwrap()));
        // A sign that Unicode has twice, and always writes as the other.
        assert!(decomposed("\u{212b}").is_some());
        for text in ["café", "зарплата й", "x\u{323}\u{302}", "", "🙂"] {
            assert_eq!(decomposed(text), None, "{text:?}");
        }
    }

    #[test]
    fn identifier_that_is_what_it_looks_like_has_none() {
        for text in [
            "salary-1",
            "a;b: й",
            "оклад 2026-11",
            "",
            "é",
            "🙂",
            "ұлжан",
            "\u{fffd}",
        ] {
            assert_eq!(unseen(text), None, "{text:?}");
        }
    }
}
