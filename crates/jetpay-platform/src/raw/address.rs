//! The parts of a URL that a connection and a request need, and the head of a request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Url;

use super::ConnectionError;
use crate::visible;

/// A URL, split into what a connection and a request need.
#[derive(Debug, Clone)]
pub(super) struct Address {
    /// Without the brackets of an IPv6 address.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: bool,
    /// The value of `Host`, without the default port of the scheme.
    pub(super) authority: String,
    /// The path and the query.
    pub(super) target: String,
    /// The value of `Authorization`, when the URL names a user.
    pub(super) authorization: Option<String>,
}

impl Address {
    pub(super) fn of(url: &str) -> Result<Self, ConnectionError> {
        let none =
            |why: &str| ConnectionError::NotConnected(format!("{why}: {}", visible::url(url)));
        let url = Url::parse(url).map_err(|error| none(&error.to_string()))?;
        let tls = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return Err(none("neither http nor https")),
        };
        let host = url.host_str().ok_or_else(|| none("no host"))?;
        let port = url.port_or_known_default();
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: port.ok_or_else(|| none("no port"))?,
            tls,
            authority: url
                .port()
                .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
            target: match url.query() {
                Some(query) => format!("{}?{query}", url.path()),
                None => url.path().to_owned(),
            },
            authorization: authorization(&url),
        })
    }
}

/// What HTTP clients send for `https://user:password@host`.
fn authorization(url: &Url) -> Option<String> {
    let (user, password) = (url.username(), url.password().unwrap_or_default());
    if user.is_empty() && password.is_empty() {
        return None;
    }
    let pair = [decoded(user), b":".to_vec(), decoded(password)].concat();
    Some(format!("Basic {}", STANDARD.encode(pair)))
}

/// Decodes `%41` and the like. An incomplete `%` stays as it is.
fn decoded(text: &str) -> Vec<u8> {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let byte = part.get(..2).map(|it| u8::from_str_radix(it, 16));
        if let Some(Ok(byte)) = byte {
            bytes.push(byte);
            bytes.extend_from_slice(&part.as_bytes()[2..]);
        } else {
            bytes.push(b'%');
            bytes.extend_from_slice(part.as_bytes());
        }
    }
    bytes
}

/// The head of a request with these headers, including the empty line.
pub(super) fn head(method: &str, address: &Address, headers: &[(&str, &str)]) -> String {
    let Address {
        target, authority, ..
    } = address;
    let mut head = format!("{method} {target} HTTP/1.1\r\nHost: {authority}\r\nAccept: */*\r\n");
    let authorization = address.authorization.as_deref();
    let authorization = authorization.map(|value| ("Authorization", value));
    for (name, value) in headers.iter().copied().chain(authorization) {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head + "\r\n"
}

/// A body for `Transfer-Encoding: chunked`, in chunks of `size` bytes.
///
/// # Panics
/// When `size` is 0.
#[must_use]
pub fn chunked(body: &[u8], size: usize) -> Vec<Vec<u8>> {
    let chunk =
        |bytes: &[u8]| [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat();
    let mut chunks: Vec<_> = body.chunks(size).map(chunk).collect();
    chunks.push(b"0\r\n\r\n".to_vec());
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_has_what_a_connection_and_a_request_need() {
        let it = Address::of("https://us%65r:p%40ss@[::1]/a/b?c=d#e").unwrap();
        assert_eq!((it.host.as_str(), it.port, it.tls), ("::1", 443, true));
        assert_eq!(
            (it.authority.as_str(), it.target.as_str()),
            ("[::1]", "/a/b?c=d")
        );
        assert_eq!(
            it.authorization.unwrap(),
            format!("Basic {}", STANDARD.encode("user:p@ss"))
        );
        let it = Address::of("http://shop.example:8080").unwrap();
        assert_eq!(
            (it.authority.as_str(), it.target.as_str()),
            ("shop.example:8080", "/")
        );
        assert_eq!((it.port, it.tls, it.authorization), (8080, false, None));
        for url in ["http://shop.example:80/a", "https://shop.example:443"] {
            assert_eq!(Address::of(url).unwrap().authority, "shop.example");
        }
    }

    #[test]
    fn invalid_url_is_not_connected_to() {
        for url in ["", "shop.example", "ftp://shop.example", "http://"] {
            assert!(
                matches!(Address::of(url), Err(ConnectionError::NotConnected(_))),
                "{url}"
            );
        }
        let lost = Address::of("ftp://me:pass@shop.example/?token=abc").unwrap_err();
        assert_eq!(lost.to_string(), "neither http nor https: shop.example/");
    }
}
