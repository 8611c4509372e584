//! The head of an answer, and where its body ends.

use super::Lost;

/// An HTTP answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// HTTP/1.0, where a connection ends with its answer unless both sides say otherwise.
    old: bool,
    /// Names and values. The names are in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Where the body of an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    Bytes(usize),
    Chunks,
    /// With the connection.
    Open,
}

impl Answer {
    /// A head down to its empty line, still without a body.
    pub(super) fn of_head(head: &[u8]) -> Result<Self, Lost> {
        let head = String::from_utf8_lossy(head);
        let mut lines = head.split("\r\n");
        let status_line = lines.next().unwrap_or_default();
        let status = status_line
            .strip_prefix("HTTP/1.")
            .and_then(|rest| rest.get(2..5));
        let status = status.and_then(|status| status.parse().ok());
        let headers = lines.filter(|line| !line.is_empty()).map(|line| {
            let (name, value) = line
                .split_once(':')
                .ok_or(Lost::Garbled("a header without a colon"))?;
            Ok((name.to_ascii_lowercase(), value.trim().to_owned()))
        });
        Ok(Self {
            old: status_line.starts_with("HTTP/1.0"),
            status: status.ok_or(Lost::Garbled("it begins with no status line"))?,
            headers: headers.collect::<Result<_, _>>()?,
            body: Vec::new(),
        })
    }

    /// The value of a header. `name` is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(it, _)| it == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether the other side closes the connection after this answer.
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.lists("connection", "close")
            || (self.old && !self.lists("connection", "keep-alive"))
            || self.length(false) == Ok(Length::Open)
    }

    fn lists(&self, header: &str, word: &str) -> bool {
        let mut words = self.header(header).unwrap_or_default().split(',');
        words.any(|it| it.trim().eq_ignore_ascii_case(word))
    }

    pub(super) fn length(&self, of_head_request: bool) -> Result<Length, Lost> {
        if of_head_request || matches!(self.status, 100..=199 | 204 | 304) {
            return Ok(Length::Bytes(0));
        }
        if self.lists("transfer-encoding", "chunked") {
            return Ok(Length::Chunks);
        }
        match self.header("content-length").map(str::parse) {
            Some(Ok(bytes)) => Ok(Length::Bytes(bytes)),
            Some(Err(_)) => Err(Lost::Garbled("a content-length that is no number")),
            None => Ok(Length::Open),
        }
    }
}
