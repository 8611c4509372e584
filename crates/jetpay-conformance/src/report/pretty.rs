//! JSON with line breaks and indentation, and no other change.

use serde::de::IgnoredAny;

/// The text with one value on a line. Only white space is added: keys keep their order, and numbers their digits.
/// Returns `None` if the text is not JSON, or has white space of its own, which the check may be about.
pub(super) fn indented(text: &str) -> Option<String> {
    serde_json::from_str::<IgnoredAny>(text).ok()?;
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => {
                out.push('"');
                string(&mut characters, &mut out);
            }
            '{' | '[' => {
                out.push(character);
                if let Some(end) = characters.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    new_line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth -= 1;
                new_line(&mut out, depth);
                out.push(character);
            }
            ',' => {
                out.push(',');
                new_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            space if space.is_whitespace() => return None,
            other => out.push(other),
        }
    }
    Some(out)
}

fn string(characters: &mut impl Iterator<Item = char>, out: &mut String) {
    while let Some(character) = characters.next() {
        out.push(character);
        match character {
            '"' => return,
            '\\' => out.extend(characters.next()),
            _ => {}
        }
    }
}

fn new_line(out: &mut String, depth: usize) {
    // The indentation is limited, so that deep nesting fits on a page.
    let indent = depth.min(12);
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", indent));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_their_order_and_numbers_their_digits() {
        let text = r#"{"b":1.50,"a":["x\",{",{}],"a":1e5,"c":[]}"#;
        let pretty = indented(text).unwrap();
        let lines = [
            "{",
            "  \"b\": 1.50,",
            "  \"a\": [",
            "    \"x\\\",{\",",
            "    {}",
            "  ],",
            "  \"a\": 1e5,",
            "  \"c\": []",
            "}",
        ];
        assert_eq!(pretty, lines.join("\n"));
    }

    #[test]
    fn invalid_json_and_json_with_white_space_stay_unchanged() {
        for text in [
            "",
            "{",
            "{\"a\": 1}",
            "{\"a\":1}\n",
            "{\"a\":1… (3000 bytes)",
        ] {
            assert_eq!(indented(text), None, "{text:?}");
        }
    }
}
