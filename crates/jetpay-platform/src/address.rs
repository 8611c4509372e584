//! URLs as they may be shown.

use reqwest::Url;

/// Stands for what is not shown.
const CUT: &str = "…";

/// The URL without a user's name and password, and without the values in its query: tokens stand there. `{method}`
/// stays, and so does a URL that has nothing to hide, letter by letter.
///
/// ```
/// use jetpay_platform::shown_url;
///
/// let url = "https://me:password@shop.example/pay?token=abc&by={method}";
/// assert_eq!(shown_url(url), "https://shop.example/pay?token=…&by={method}");
/// ```
#[must_use]
pub fn shown_url(url: &str) -> String {
    let parsed = Url::parse(url).ok();
    let Some(mut parsed) = parsed.filter(|it| matches!(it.scheme(), "http" | "https")) else {
        // Nothing is sent to it; whoever wrote it wants to see what he wrote.
        let behind_user = url.rsplit('@').next().unwrap_or_default();
        let before_query = behind_user.split(['?', '#']).next();
        return before_query.unwrap_or_default().to_owned();
    };
    let has_user = !parsed.username().is_empty() || parsed.password().is_some();
    if !has_user && parsed.query().is_none() && parsed.fragment().is_none() {
        return url.to_owned();
    }
    let query = parsed.query().map(without_values);
    // They fail only for URLs that cannot have a user.
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
        // A word alone may be the token itself.
        None if !part.is_empty() => CUT.to_owned(),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn password_and_token_in_a_url_are_not_shown() {
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
            assert_eq!(shown_url(url), shown, "{url}");
        }
    }

    #[test]
    fn url_shown_url_is_shown_as_it_is() {
        for url in [
            "http://127.0.0.1:8080",
            "https://shop.example/{method}",
            "127.0.0.1:80/x",
        ] {
            assert_eq!(shown_url(url), url);
        }
    }
}
