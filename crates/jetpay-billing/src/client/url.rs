//! The configured URL of a billing or of a receiver.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;

/// The checked URL of a billing or of a receiver: `https`, or `http` to this machine; without user, password and fragment. It
/// may have a path and a query. `Display` and `Debug` leave the query out, which may hold a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct BillingUrl(Url);

/// Why a text cannot be such a URL. It does not show the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadUrl {
    /// The text is not a URL with a host.
    #[error("write a whole URL, such as https://billing.example.com/payments")]
    NotAUrl,
    /// The URL is neither `https`, nor `http` to this machine.
    #[error(
        "write https://, because requests have payers' data; http:// is allowed for this machine only (localhost, \
         127.0.0.1, [::1])"
    )]
    NotHttps,
    /// The URL has a user or a password.
    #[error("leave user and password out of the URL; write a login in `secret_file`")]
    UserInfo,
    /// The URL has `#`.
    #[error("leave out `#` and what follows: it is never sent")]
    Fragment,
}

impl BillingUrl {
    /// Checks a URL.
    ///
    /// # Errors
    /// [`BadUrl`]. Its text does not show the URL.
    pub fn parse(text: &str) -> Result<Self, BadUrl> {
        let url = Url::parse(text).map_err(|_| BadUrl::NotAUrl)?;
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or(BadUrl::NotAUrl)?;
        // `https://...` and `https://{host}` are URLs, but no host has such a name. A path may be a placeholder too.
        let is_name = |part: &str| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|it| it.is_ascii_alphanumeric() || "-_[]:".contains(it))
        };
        let before_query = text.split('?').next().unwrap_or_default();
        let is_placeholder =
            before_query.contains("...") || before_query.contains(['…', '<', '>', '{', '}']);
        let mut names = host.strip_suffix('.').unwrap_or(host).split('.');
        if is_placeholder || !names.all(is_name) || url.port() == Some(0) {
            return Err(BadUrl::NotAUrl);
        }
        match url.scheme() {
            "https" => {}
            "http" if is_this_machine(host) => {}
            _ => return Err(BadUrl::NotHttps),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BadUrl::UserInfo);
        }
        if url.fragment().is_some() {
            return Err(BadUrl::Fragment);
        }
        Ok(Self(url))
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    pub(crate) fn as_url(&self) -> &Url {
        &self.0
    }

    /// Whether its own query sets this parameter.
    pub(crate) fn has_parameter(&self, name: &str) -> bool {
        let mut names = self.0.query_pairs().map(|(name, _)| name);
        names.any(|it| it.eq_ignore_ascii_case(name))
    }

    /// The URL with these parameters after those of its own query.
    pub(crate) fn with_query<V: AsRef<str>>(&self, query: &[(&str, V)]) -> Url {
        let mut url = self.0.clone();
        url.query_pairs_mut().extend_pairs(query);
        url
    }
}

impl fmt::Display for BillingUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.as_str().split('?').next().unwrap_or_default();
        f.write_str(shown)
    }
}

impl fmt::Debug for BillingUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BillingUrl({self})")
    }
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::{BadUrl, BillingUrl};

    #[test]
    fn parameters_of_a_request_come_after_those_of_the_url_and_are_escaped() {
        for (url, whole) in [
            (
                "https://b.example.com/pay",
                "https://b.example.com/pay?account=a+%26%D1%8F",
            ),
            (
                "https://b.example.com:8443/hydra?bank=7&key=x%20y",
                "https://b.example.com:8443/hydra?bank=7&key=x%20y&account=a+%26%D1%8F",
            ),
            ("http://127.0.0.1?", "http://127.0.0.1/?account=a+%26%D1%8F"),
            ("http://[::1]:1", "http://[::1]:1/?account=a+%26%D1%8F"),
            ("http://localhost", "http://localhost/?account=a+%26%D1%8F"),
        ] {
            let parsed = BillingUrl::parse(url).unwrap();
            let query = [("account", "a &я")];
            assert_eq!(parsed.with_query(&query).as_str(), whole, "{url}");
        }
    }

    #[test]
    fn query_is_not_shown() {
        let url = BillingUrl::parse("https://b.example.com/p?token=hidden").unwrap();
        assert_eq!(url.to_string(), "https://b.example.com/p");
        assert_eq!(format!("{url:?}"), "BillingUrl(https://b.example.com/p)");
    }

    #[test]
    fn anything_else_is_refused_with_the_reason() {
        for (url, why) in [
            ("", BadUrl::NotAUrl),
            ("b.example.com", BadUrl::NotAUrl),
            ("https://", BadUrl::NotAUrl),
            ("https://...", BadUrl::NotAUrl),
            ("https://{host}/p", BadUrl::NotAUrl),
            ("https://b.example.com/<path>", BadUrl::NotAUrl),
            ("https://b..example.com", BadUrl::NotAUrl),
            ("https://b.example.com:0", BadUrl::NotAUrl),
            ("http://b.example.com", BadUrl::NotHttps),
            ("http://localhost.example.com", BadUrl::NotHttps),
            ("http://localhost@b.example.com", BadUrl::NotHttps),
            ("http://0.0.0.0", BadUrl::NotHttps),
            ("ftp://localhost", BadUrl::NotHttps),
            ("https://user@b.example.com", BadUrl::UserInfo),
            ("https://:word@b.example.com", BadUrl::UserInfo),
            ("https://b.example.com#", BadUrl::Fragment),
            ("https://b.example.com/?a=b#c", BadUrl::Fragment),
        ] {
            assert_eq!(BillingUrl::parse(url).unwrap_err(), why, "{url}");
        }
    }
}
