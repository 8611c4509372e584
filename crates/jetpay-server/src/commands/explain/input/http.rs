//! A body in a captured HTTP request.

use super::{Found, is_cut, likeness, log_text, object_end, recode, surrounded};

/// A captured request.
struct Request<'a> {
    headers: Vec<(String, String)>,
    /// Everything after the blank line.
    rest: &'a [u8],
}

/// A body, the input after it, and reasons to doubt the body.
struct Cut<'a> {
    body: Vec<u8>,
    after: &'a [u8],
    doubts: Vec<String>,
}

const METHODS: [&[u8]; 3] = [b"POST", b"PUT", b"PATCH"];
/// The body of the most likely request. `None` when the input has no request.
pub(super) fn find(input: &[u8]) -> Option<Found> {
    let mut rest = input;
    let mut found: Vec<Found> = Vec::new();
    while let Some(request) = next_request(rest) {
        let packed = request
            .header("content-encoding")
            .filter(|how| *how != "identity");
        let cut = request.cut();
        let (body, mut doubts) = (cut.body, cut.doubts);
        rest = cut.after;
        // A proxy may have decompressed the body and left the header.
        let packed = packed.filter(|_| !likeness(&body).readable);
        doubts.extend(request.signature_header());
        doubts.extend(log_text::doubts(&body));
        let place = format!("an HTTP capture: body of {} bytes", body.len());
        let mut faults: Vec<String> = packed.map(recode::compressed_with).into_iter().collect();
        let body = match meant(&body).filter(|_| faults.is_empty()) {
            Some((inner, fault)) => {
                faults.push(fault);
                inner
            }
            None => body,
        };
        found.push(Found {
            body,
            place,
            doubts,
            faults,
            ..Found::default()
        });
    }
    let signed = found
        .iter()
        .filter(|found| likeness(&found.body).signed)
        .count();
    // `max_by_key` returns the last of equal values. Reversed, it is the first.
    let best = found
        .into_iter()
        .rev()
        .max_by_key(|found| likeness(&found.body));
    best.map(|mut best| {
        if signed > 1 {
            best.notes.push(format!(
                "there are {signed} requests with a signature, and this is the first"
            ));
        }
        best
    })
}

/// The signed object in a body that is not that object, and what is wrong with the body.
fn meant(body: &[u8]) -> Option<(Vec<u8>, String)> {
    if let Some((object, fault)) = surrounded(body.trim_ascii()) {
        return Some((object.to_vec(), fault));
    }
    if likeness(body).signed || is_cut(body) {
        return None;
    }
    let (inner, Found { body, how, .. }) = log_text::find(body)?;
    let fault = if how.is_empty() {
        "the body has other text around the signed object; send the object alone, as application/json".to_owned()
    } else {
        format!(
            "the body is not the signed object itself: that is inside ({how}); send the object as it is, as application/json"
        )
    };
    inner.signed.then_some((body, fault))
}

/// The next request with a complete head.
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

/// The next line without its end, and the rest. `None` at the end of the input.
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

/// Whether this is a request line. Other bytes may precede the method: tcpdump shows the packet's header there.
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
            "the command ignores the header {}: the signature must be in the body",
            name.escape_debug()
        ))
    }

    fn cut(&self) -> Cut<'a> {
        let chunked = self.header("transfer-encoding");
        if chunked.is_some_and(|how| how.to_ascii_lowercase().contains("chunked")) {
            return match unchunked(self.rest) {
                Some((body, after)) => Cut { body, after, doubts: Vec::new() },
                None => self.cut_without("the chunks cannot be read; the capture has joined them, or has cut off the end"),
            };
        }
        match self.header("content-length").map(str::parse::<usize>) {
            Some(Ok(length)) => self.cut_at(length),
            Some(Err(_)) => self.cut_without("the Content-Length is not a number"),
            None => {
                self.cut_without("there is no Content-Length; the body ends where its JSON ends")
            }
        }
    }

    fn cut_at(&self, length: usize) -> Cut<'a> {
        let (body, after) = self.rest.split_at(length.min(self.rest.len()));
        let object = object_end(self.rest.trim_ascii_start());
        let mut doubts = Vec::new();
        if body.len() < length {
            let there = body.len();
            doubts.push(format!("the capture has {there} of the {length} bytes of Content-Length: it was cut, or written anew"));
        } else if object.is_some_and(|end| end > length) {
            doubts.push(format!("the JSON continues after the {length} bytes of Content-Length: the body was lengthened without its Content-Length"));
        }
        Cut {
            body: body.to_vec(),
            after,
            doubts,
        }
    }

    fn cut_without(&self, why: &str) -> Cut<'a> {
        let rest = self.rest.trim_ascii_start();
        let (body, after) = rest.split_at(object_end(rest).unwrap_or(rest.len()));
        Cut {
            body: body.to_vec(),
            after,
            doubts: vec![why.to_owned()],
        }
    }
}

/// The joined chunks, and the input after the last chunk's line.
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
