//! The configured base URL of the Gate, or of the Data API.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;
use thiserror::Error;

/// Why a text cannot be a base URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BadBaseUrl {
    /// The text is not a URL with a host.
    #[error("a base URL must be a URL, such as https://gate.example.com")]
    NotAUrl,
    /// The URL is neither `https`, nor `http` to this machine.
    #[error(
        "a base URL must begin with https://, because requests have payers' data; http:// is allowed for this \
         machine only (localhost, 127.0.0.1, [::1])"
    )]
    NotHttps,
    /// The URL has a user or a password.
    #[error("a base URL must not have a user or a password; requests are signed instead")]
    UserInfo,
    /// The URL has `?` or `#`.
    #[error("a base URL must end with its host or a path, without `?` and `#`")]
    QueryOrFragment,
}

/// A checked base URL: `https`, or `http` to this machine. It keeps its path: with `https://host/gate`, payouts go to
/// `https://host/gate/v2/...`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// Checks a base URL.
    ///
    /// # Errors
    /// [`BadBaseUrl`]. Its text does not show the URL, which may have a password.
    pub fn parse(text: &str) -> Result<Self, BadBaseUrl> {
        let url = Url::parse(text).map_err(|_| BadBaseUrl::NotAUrl)?;
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or(BadBaseUrl::NotAUrl)?;
        // `https://...` and `https://{host}` are URLs, but no host has such a name. A path may be a placeholder too.
        let is_name = |part: &str| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|it| it.is_ascii_alphanumeric() || "-_[]:".contains(it))
        };
        let is_placeholder = text.contains("...") || text.contains(['…', '<', '>', '{', '}']);
        let mut names = host.strip_suffix('.').unwrap_or(host).split('.');
        if is_placeholder || !names.all(is_name) || url.port() == Some(0) {
            return Err(BadBaseUrl::NotAUrl);
        }
        let is_safe = match url.scheme() {
            "https" => true,
            "http" => is_this_machine(host),
            _ => false,
        };
        if !is_safe {
            return Err(BadBaseUrl::NotHttps);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BadBaseUrl::UserInfo);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(BadBaseUrl::QueryOrFragment);
        }
        Ok(Self(url))
    }

    /// Whether the URL is on this machine, like that of a simulated Gate.
    #[must_use]
    pub fn is_this_machine(&self) -> bool {
        self.0.host_str().is_some_and(is_this_machine)
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The URL of `path` below the base URL.
    pub(crate) fn join(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.0.path().trim_end_matches('/')));
        url
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str().trim_end_matches('/'))
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
    use super::{BadBaseUrl, BaseUrl};

    #[test]
    fn https_and_plain_http_to_this_machine_are_accepted_and_keep_their_path() {
        for (base, whole) in [
            ("https://gate.example.com", "https://gate.example.com/v2/x"),
            ("https://gate.example.com/", "https://gate.example.com/v2/x"),
            (
                "https://gate.example.com:8443/a/b/",
                "https://gate.example.com:8443/a/b/v2/x",
            ),
            (
                "HTTPS://gate.example.com/a%20b",
                "https://gate.example.com/a%20b/v2/x",
            ),
            ("http://localhost:8080", "http://localhost:8080/v2/x"),
            ("http://127.0.0.1", "http://127.0.0.1/v2/x"),
            ("https://gate.example./", "https://gate.example./v2/x"),
            ("http://127.8.9.1:1/p", "http://127.8.9.1:1/p/v2/x"),
            ("http://[::1]:1", "http://[::1]:1/v2/x"),
        ] {
            let parsed = BaseUrl::parse(base).unwrap();
            assert_eq!(parsed.join("/v2/x").as_str(), whole);
            assert_eq!(parsed.is_this_machine(), !base.contains("example"));
        }
        let shown = BaseUrl::parse("https://gate.example.com/")
            .unwrap()
            .to_string();
        assert_eq!(shown, "https://gate.example.com");
    }

    #[test]
    fn anything_else_is_refused_with_the_reason() {
        for (base, why) in [
            ("", BadBaseUrl::NotAUrl),
            ("gate.example.com", BadBaseUrl::NotAUrl),
            ("https://", BadBaseUrl::NotAUrl),
            ("mailto:a@b", BadBaseUrl::NotAUrl),
            ("https://...", BadBaseUrl::NotAUrl),
            ("https://gate..example.com", BadBaseUrl::NotAUrl),
            ("https://.", BadBaseUrl::NotAUrl),
            ("https://{host}", BadBaseUrl::NotAUrl),
            ("https://*.example.com", BadBaseUrl::NotAUrl),
            ("https://gate.example.com:0", BadBaseUrl::NotAUrl),
            ("https://gate.example.com/...", BadBaseUrl::NotAUrl),
            ("https://gate.example.com/<path>", BadBaseUrl::NotAUrl),
            ("http://gate.example.com", BadBaseUrl::NotHttps),
            ("http://128.0.0.1", BadBaseUrl::NotHttps),
            ("http://0.0.0.0", BadBaseUrl::NotHttps),
            ("http://[::2]", BadBaseUrl::NotHttps),
            ("http://localhost.example.com", BadBaseUrl::NotHttps),
            ("http://127.0.0.1.example.com", BadBaseUrl::NotHttps),
            ("http://localhost@example.com", BadBaseUrl::NotHttps),
            ("ftp://localhost", BadBaseUrl::NotHttps),
            ("https://user@gate.example.com", BadBaseUrl::UserInfo),
            ("https://:word@gate.example.com", BadBaseUrl::UserInfo),
            ("https://gate.example.com/?a=b", BadBaseUrl::QueryOrFragment),
            ("https://gate.example.com?", BadBaseUrl::QueryOrFragment),
            ("https://gate.example.com#", BadBaseUrl::QueryOrFragment),
        ] {
            assert_eq!(BaseUrl::parse(base).unwrap_err(), why, "{base}");
        }
    }
}
