//! The body of an answer: its bytes and their character set.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1251};

/// The mark that may come before text in UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// The body of an answer with HTTP status 200.
#[derive(Clone, Copy)]
pub struct Body<'a> {
    bytes: &'a [u8],
    content_type: Option<&'a str>,
}

impl<'a> Body<'a> {
    /// A body, and the head `Content-Type`.
    #[must_use]
    pub fn new(bytes: &'a [u8], content_type: Option<&'a str>) -> Self {
        Self {
            bytes,
            content_type,
        }
    }

    /// Whether it is JSON: by its type, or because it begins as no XML does. Many programs say that all is a web page.
    pub(super) fn is_json(self) -> bool {
        let media_type = self.content_type.and_then(|it| it.split(';').next());
        let says_json = media_type.is_some_and(|it| it.to_ascii_lowercase().contains("json"));
        says_json || self.unmarked().trim_ascii_start().starts_with(b"{")
    }

    /// The bytes without the mark.
    pub(super) fn unmarked(self) -> &'a [u8] {
        self.bytes.strip_prefix(MARK).unwrap_or(self.bytes)
    }

    /// The text: in UTF-8 if there is the mark, else as the document declares, else as `Content-Type` does, else UTF-8.
    pub(super) fn text(self, declared: Option<&str>) -> Result<Cow<'a, str>, &'static str> {
        let has_mark = self.bytes.starts_with(MARK);
        let label = if has_mark {
            None
        } else {
            declared.or_else(|| self.charset())
        };
        let encoding = match label {
            None => UTF_8,
            Some(label) => Encoding::for_label(label.as_bytes())
                .filter(|it| [UTF_8, WINDOWS_1251].contains(it))
                .ok_or("its character set is neither UTF-8 nor windows-1251")?,
        };
        let text = encoding.decode_without_bom_handling_and_without_replacement(self.unmarked());
        text.ok_or("it is not in the character set that it should have")
    }

    /// `charset` of `Content-Type`.
    fn charset(self) -> Option<&'a str> {
        let parameters = self.content_type?.split(';').skip(1);
        let mut pairs = parameters.filter_map(|it| it.trim().split_once('='));
        let (_, charset) = pairs.find(|(name, _)| name.eq_ignore_ascii_case("charset"))?;
        Some(charset.trim_matches('"'))
    }
}

#[cfg(test)]
mod tests {
    use super::Body;

    /// "я" in windows-1251.
    const YA: &[u8] = b"\xff";

    #[test]
    fn text_is_in_the_character_set_that_the_mark_the_document_or_the_type_names() {
        for (bytes, declared, content_type, text) in [
            ("я".as_bytes(), None, None, "я"),
            (
                "я".as_bytes(),
                Some("UTF-8"),
                Some("text/xml; charset=windows-1251"),
                "я",
            ),
            (
                YA,
                Some("windows-1251"),
                Some("text/xml; charset=utf-8"),
                "я",
            ),
            (YA, Some("CP1251"), None, "я"),
            (
                YA,
                None,
                Some("text/xml; a=b; Charset=\"Windows-1251\""),
                "я",
            ),
            (b"\xef\xbb\xbf\xd1\x8f", Some("windows-1251"), None, "я"),
        ] {
            let body = Body::new(bytes, content_type);
            assert_eq!(
                body.text(declared).unwrap(),
                text,
                "{declared:?} {content_type:?}"
            );
        }
    }

    #[test]
    fn other_character_sets_and_wrong_bytes_are_refused() {
        for (bytes, declared) in [
            (YA, None),
            (YA, Some("utf-8")),
            (b"a", Some("koi8-r")),
            (b"a", Some("utf-16")),
            (b"a", Some("iso-8859-1")),
            (b"a", Some("none")),
            (b"\xef\xbb\xbf\xff", Some("windows-1251")),
        ] {
            assert!(
                Body::new(bytes, None).text(declared).is_err(),
                "{declared:?}"
            );
        }
    }

    #[test]
    fn json_is_named_by_the_type_or_begins_with_a_brace() {
        for (bytes, content_type, is_json) in [
            (&b"{}"[..], Some("text/html"), true),
            (b" \r\n{}", None, true),
            (b"\xef\xbb\xbf{}", None, true),
            (b"<a/>", Some("application/JSON; charset=utf-8"), true),
            (b"<a/>", Some("text/xml; note=json"), false),
            (b"<a/>", None, false),
            (b"", None, false),
        ] {
            assert_eq!(Body::new(bytes, content_type).is_json(), is_json);
        }
    }
}
