//! Makes the text of another program safe to show: control and invisible characters are escaped, so a terminal obeys
//! none of them.
//!
//! ```
//! use jetpay_platform::visible;
//!
//! assert_eq!(visible::line("red: \u{1b}[31m,\nno-break:\u{a0}."), r"red: \u{1b}[31m,\nno-break:\u{a0}.");
//! assert_eq!(visible::lines("one\r\ntwo"), "one\ntwo");
//! ```

use reqwest::Url;

/// One character, escaped if necessary.
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

/// The text with its line breaks.
#[must_use]
pub fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// Combining marks, unusual spaces, characters that turn, join or hide text, and U+FFFE and U+FFFF, which XML 1.0
/// forbids.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{a0}' | '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{61c}' | '\u{180e}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}'
        | '\u{205f}'..='\u{206f}' | '\u{20d0}'..='\u{20ff}' | '\u{3000}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{fe20}'..='\u{fe2f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Replaces what is hidden.
const CUT: &str = "…";

/// The URL without user and password, and without the values in its query, which may be tokens. `{method}` stays. A URL
/// without secrets stays exactly the same.
///
/// ```
/// use jetpay_platform::visible;
///
/// let url = "https://me:password@shop.example/pay?token=abc&by={method}";
/// assert_eq!(visible::url(url), "https://shop.example/pay?token=…&by={method}");
/// ```
#[must_use]
pub fn url(url: &str) -> String {
    let parsed = Url::parse(url).ok();
    let Some(mut parsed) = parsed.filter(|it| matches!(it.scheme(), "http" | "https")) else {
        // Nothing is sent to such a URL. It is shown so that its author can recognise it.
        let behind_user = url.rsplit('@').next().unwrap_or_default();
        let before_query = behind_user.split(['?', '#']).next();
        return before_query.unwrap_or_default().to_owned();
    };
    let has_user = !parsed.username().is_empty() || parsed.password().is_some();
    if !has_user && parsed.query().is_none() && parsed.fragment().is_none() {
        return url.to_owned();
    }
    let query = parsed.query().map(without_values);
    // These calls fail only for URLs that cannot have a user.
    let _ = parsed.set_username("");
    let _ = parsed.set_password(None);
    parsed.set_query(None);
    parsed.set_fragment(None);
    let shown = parsed.to_string().replace("%7B", "{").replace("%7D", "}");
    query.map_or_else(|| shown.clone(), |query| format!("{shown}?{query}"))
}

fn without_values(query: &str) -> String {
    let parts = query.split('&').map(|part| match part.split_once('=') {
        Some((name, "{method}" | "%7Bmethod%7D")) => format!("{name}={{method}}"),
        Some((name, value)) if !value.is_empty() => format!("{name}={CUT}"),
        // A query part without a name may be the token itself.
        None if !part.is_empty() => CUT.to_owned(),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_invisible_characters_are_escaped() {
        assert_eq!(
            line("a\0\u{1b}[31m\u{202e}e\u{301}\u{20d0}\u{200b}\u{a0}\u{2060}\u{ffff}\r\n\tЙ漢<"),
            r"a\u{0}\u{1b}[31m\u{202e}e\u{301}\u{20d0}\u{200b}\u{a0}\u{2060}\u{ffff}\r\n\tЙ漢<"
        );
    }

    #[test]
    fn lines_keep_their_line_breaks() {
        assert_eq!(lines("a\r\nb\n\rc"), "a\nb\n\\rc");
    }

    #[test]
    fn password_and_token_in_a_url_are_hidden() {
        for (url, shown) in [
            (
                "https://me:pass@shop.example/{method}",
                "https://shop.example/{method}",
            ),
            ("https://me:p@ss@shop.example", "https://shop.example/"),
            (r"https:\\me:pass@shop.example\x", "https://shop.example/x"),
            ("https:me:pass@shop.example/x", "https://shop.example/x"),
            (
                "https://shop.example/pay?token=abc&m={method}&abc&=#abc",
                "https://shop.example/pay?token=…&m={method}&…&=",
            ),
            ("me:pass@shop.example", "shop.example"),
            ("ftp://me:pass@shop.example?x=y", "shop.example"),
        ] {
            assert_eq!(super::url(url), shown, "{url}");
        }
    }

    #[test]
    fn url_without_secrets_stays_unchanged() {
        for url in [
            "http://127.0.0.1:8080",
            "https://shop.example/{method}",
            "127.0.0.1:80/x",
        ] {
            assert_eq!(super::url(url), url);
        }
    }
}
