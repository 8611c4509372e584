//! The head of a request, and a body in chunks.

use super::address::Address;

/// The head of a request with these headers, down to its empty line.
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
