//! An HTTP request as it was captured.

use anyhow::bail;

use super::{Found, likeness, objects, text};

/// A request.
struct Request<'a> {
    headers: Vec<(String, String)>,
    /// All behind its blank line.
    rest: &'a [u8],
}

/// A body with what is odd about it, and what stands behind it.
struct Cut<'a> {
    body: Vec<u8>,
    behind: &'a [u8],
    doubts: Vec<String>,
}

const METHODS: [&[u8]; 3] = [b"POST", b"PUT", b"PATCH"];
const COMPRESSED: &str = "the body is compressed, and that is not undone here; capture it behind the proxy that unpacks \
     it, or unpack it first";

/// `None` when there is no request with a body in it; an error when there is one that cannot be read.
pub(super) fn find(input: &[u8]) -> Option<anyhow::Result<Found>> {
    let mut rest = input;
    let mut found: Vec<Found> = Vec::new();
    let mut compressed = false;
    while let Some(request) = next_request(rest) {
        let packed = request
            .header("content-encoding")
            .is_some_and(|how| how != "identity");
        compressed |= packed;
        let Cut {
            body,
            behind,
            mut doubts,
        } = request.cut();
        rest = behind;
        if packed {
            continue;
        }
        doubts.extend(request.signature_header());
        doubts.extend(text::doubts(&body));
        found.push(Found {
            place: format!("an HTTP capture: body of {} bytes", body.len()),
            body,
            notes: Vec::new(),
            doubts,
        });
    }
    let signed = found
        .iter()
        .filter(|found| likeness(&found.body).signed)
        .count();
    // The last of equals would be taken; the first is meant.
    let best = found
        .into_iter()
        .rev()
        .max_by_key(|found| likeness(&found.body));
    match best {
        Some(mut best) => {
            if signed > 1 {
                best.notes.push(format!(
                    "there are {signed} requests with a signature; this is the first"
                ));
            }
            Some(Ok(best))
        }
        None if compressed => Some((|| bail!(COMPRESSED))()),
        None => None,
    }
}

/// The next request that has a head.
fn next_request(mut rest: &[u8]) -> Option<Request<'_>> {
    loop {
        let (line, after) = split_line(rest)?;
        rest = after;
        if is_request_line(line) {
            break;
        }
    }
    let mut headers = Vec::new();
    loop {
        let (line, after) = split_line(rest)?;
        rest = after;
        if line.is_empty() {
            return Some(Request { headers, rest });
        }
        let line = String::from_utf8_lossy(line);
        if let Some((name, value)) = line.split_once(':') {
            headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
}

/// Without its line end. `None` at the end of all.
fn split_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    if bytes.is_empty() {
        return None;
    }
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let (line, rest) = match end {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &b""[..]),
    };
    Some((line.strip_suffix(b"\r").unwrap_or(line), rest))
}

/// Other bytes may stand before the method, as tcpdump shows those of the packet.
fn is_request_line(line: &[u8]) -> bool {
    let mut words = line.rsplit(|byte| *byte == b' ');
    let (version, _target, method) = (words.next(), words.next(), words.next());
    let version = version.is_some_and(|version| version.starts_with(b"HTTP/1."));
    version && method.is_some_and(|method| METHODS.iter().any(|known| method.ends_with(known)))
}

impl<'a> Request<'a> {
    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(header, _)| header == name)
            .map(|(_, value)| value.as_str())
    }

    fn signature_header(&self) -> Option<String> {
        let mut headers = self.headers.iter();
        let (name, _) = headers.find(|(name, _)| name.contains("signature"))?;
        Some(format!(
            "the header {} is not looked at: the signature belongs into the body",
            name.escape_debug()
        ))
    }

    fn cut(&self) -> Cut<'a> {
        let chunked = self.header("transfer-encoding");
        if chunked.is_some_and(|how| how.to_ascii_lowercase().contains("chunked")) {
            return match unchunked(self.rest) {
                Some((body, behind)) => Cut { body, behind, doubts: Vec::new() },
                None => self.cut_without("the chunks cannot be read; whoever captured it has joined them, or cut the end"),
            };
        }
        match self.header("content-length").map(str::parse::<usize>) {
            Some(Ok(length)) => self.cut_at(length),
            Some(Err(_)) => self.cut_without("the Content-Length is no number"),
            None => {
                self.cut_without("there is no Content-Length; the body ends where its JSON ends")
            }
        }
    }

    fn cut_at(&self, length: usize) -> Cut<'a> {
        let (body, behind) = self.rest.split_at(length.min(self.rest.len()));
        let object = objects::end(self.rest.trim_ascii_start());
        let mut doubts = Vec::new();
        if body.len() < length {
            let there = body.len();
            doubts.push(format!("the capture has {there} of the {length} bytes that Content-Length names: it was cut, or written anew"));
        } else if object.is_some_and(|end| end > length) {
            doubts.push(format!("the JSON goes on behind the {length} bytes that Content-Length names: the body was made longer without its length"));
        }
        Cut {
            body: body.to_vec(),
            behind,
            doubts,
        }
    }

    fn cut_without(&self, why: &str) -> Cut<'a> {
        let rest = self.rest.trim_ascii_start();
        let (body, behind) = rest.split_at(objects::end(rest).unwrap_or(rest.len()));
        Cut {
            body: body.to_vec(),
            behind,
            doubts: vec![why.to_owned()],
        }
    }
}

/// The chunks' bytes, and what stands behind the last chunk's line.
fn unchunked(mut rest: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut body = Vec::new();
    loop {
        let (line, after) = split_line(rest)?;
        let size = line.split(|byte| *byte == b';').next()?.trim_ascii();
        let size = usize::from_str_radix(std::str::from_utf8(size).ok()?, 16).ok()?;
        if size == 0 {
            return Some((body, after));
        }
        let (chunk, after) = after.split_at_checked(size)?;
        body.extend(chunk);
        let (end, after) = split_line(after)?;
        if !end.is_empty() {
            return None;
        }
        rest = after;
    }
}
