//! Reads an answer in XML: no document type, no entities but the five that XML has and references to characters, no deep
//! nesting. The names of the root and of namespaces do not matter.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};

use super::answer::Raw;
use super::body::Body;

/// The deepest nesting. An answer needs three levels.
const DEEPEST: usize = 8;
/// A declaration is at the very beginning and short.
const LONGEST_DECLARATION: usize = 200;

const NOT_XML: &str = "it is no XML";
const TWICE: &str = "a field occurs twice";

/// An element.
#[derive(Default)]
struct Element {
    tag: String,
    /// The attribute `name`.
    name: Option<String>,
    text: String,
    children: Vec<Element>,
}

pub(super) fn read(body: Body<'_>) -> Result<Raw, &'static str> {
    let text = body.text(declared_encoding(body.unmarked()).as_deref())?;
    let root = parse(&text)?;
    let mut raw = Raw::default();
    for Element {
        tag,
        text,
        children,
        ..
    } in root.children
    {
        let place = match &*tag {
            "txn_id" | "osmp_txn_id" => {
                raw.txn_ids.push(text);
                continue;
            }
            "fields" => {
                raw.fields.extend(children.into_iter().map(named));
                continue;
            }
            "prv_txn" | "prv_txn_id" => {
                raw.receipt = raw
                    .receipt
                    .filter(|it| !it.trim().is_empty())
                    .or(Some(text));
                continue;
            }
            "result" => &mut raw.result,
            "sum" => &mut raw.sum,
            "comment" => &mut raw.comment,
            _ => continue,
        };
        if place.replace(text).is_some() {
            return Err(TWICE);
        }
    }
    Ok(raw)
}

fn named(field: Element) -> (String, String) {
    let name = field.name.filter(|name| !name.is_empty());
    (name.unwrap_or(field.tag), field.text)
}

/// The character set in `<?xml version="1.0" encoding="..."?>`.
fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let head = &bytes[..bytes.len().min(LONGEST_DECLARATION)];
    let end = head.windows(2).position(|pair| pair == b"?>")?;
    let declaration = std::str::from_utf8(&head[..end + 2]).ok()?;
    match Reader::from_str(declaration).read_event().ok()? {
        Event::Decl(declaration) => Some(declaration.encoding()?.ok()?.into_owned()),
        _ => None,
    }
}

/// The root element.
fn parse(text: &str) -> Result<Element, &'static str> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let is_inside = !open.is_empty();
        match reader.read_event().map_err(|_| NOT_XML)? {
            Event::Start(_) | Event::Empty(_) if !is_inside && root.is_some() => {
                return Err(NOT_XML);
            }
            Event::Start(_) if open.len() == DEEPEST => return Err("it is nested too deep"),
            Event::Start(tag) => open.push(element(&tag)?),
            Event::Empty(tag) => close(element(&tag)?, &mut open, &mut root),
            Event::End(_) => {
                let closed = open.pop().ok_or(NOT_XML)?;
                close(closed, &mut open, &mut root);
            }
            Event::Text(text) => push(&mut open, &text.xml10_content())?,
            Event::CData(text) if is_inside => push(&mut open, &text.xml10_content())?,
            Event::GeneralRef(reference) if is_inside => {
                match reference.resolve_char_ref().map_err(|_| NOT_XML)? {
                    Some(character) => push(&mut open, character.encode_utf8(&mut [0; 4]))?,
                    None => push(
                        &mut open,
                        resolve_xml_entity(&reference).ok_or("it has an entity of its own")?,
                    )?,
                }
            }
            Event::CData(_) | Event::GeneralRef(_) => return Err(NOT_XML),
            Event::DocType(_) => return Err("it has a document type, which is not read"),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            Event::Eof if is_inside => return Err(NOT_XML),
            Event::Eof => return root.ok_or(NOT_XML),
        }
    }
}

fn element(tag: &BytesStart<'_>) -> Result<Element, &'static str> {
    let mut name = None;
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|_| NOT_XML)?;
        if attribute.key.as_ref() == "name" {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            name = Some(value.map_err(|_| NOT_XML)?.into_owned());
        }
    }
    Ok(Element {
        tag: tag.local_name().as_ref().to_owned(),
        name,
        ..Element::default()
    })
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None => *root = Some(element),
    }
}

/// Adds text to the element that is open. Outside there is only white space.
fn push(open: &mut [Element], text: &str) -> Result<(), &'static str> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err(NOT_XML),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(xml: &str) -> Result<Raw, &'static str> {
        super::read(Body::new(xml.as_bytes(), None))
    }

    #[test]
    fn fields_are_read_with_references_and_cdata_whatever_is_around_them() {
        let raw = read(
            "\u{feff}<?xml version='1.0' encoding='UTF-8'?>\n<!-- a -->\n<ns:Response xmlns:ns='x'><?php?><other><result>5\
             </result></other><osmp_txn_id>1</osmp_txn_id><result> 0\n</result><comment>a&amp;b &#1103;&#x44f;<![CDATA[<&>]]>\
             <!-- c -->d</comment><prv_txn/><prv_txn_id>7</prv_txn_id><fields><field1 type=\"disp\" name=\"debt &quot;1&quot;\">\
             200.00</field1><field2 name=''>x</field2><field3/></fields></ns:Response>\n<!-- e -->\n",
        )
        .unwrap();
        assert_eq!(raw.txn_ids, ["1"]);
        assert_eq!(raw.result.as_deref(), Some(" 0\n"));
        assert_eq!(raw.comment.as_deref(), Some("a&b яя<&>d"));
        assert_eq!(raw.receipt.as_deref(), Some("7"));
        let fields = [("debt \"1\"", "200.00"), ("field2", "x"), ("field3", "")];
        let fields = fields.map(|(name, text)| (name.to_owned(), text.to_owned()));
        assert_eq!(raw.fields, fields);
    }

    #[test]
    fn declared_character_set_is_used() {
        let declaration = b"<?xml version=\"1.0\" encoding=\"windows-1251\"?>".as_slice();
        let xml = [declaration, b"<r><comment>\xff</comment></r>"].concat();
        let raw = super::read(Body::new(&xml, Some("text/xml; charset=utf-8"))).unwrap();
        assert_eq!(raw.comment.as_deref(), Some("я"));
        let undeclared = &xml[declaration.len()..];
        assert!(super::read(Body::new(undeclared, None)).is_err());
        let koi8 = "<?xml version='1.0' encoding='koi8-r'?><r/>";
        assert!(read(koi8).err().unwrap().contains("windows-1251"));
    }

    #[test]
    fn document_types_entities_deep_nesting_and_broken_documents_are_refused_with_the_reason() {
        let bomb = "<!DOCTYPE r [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><r>&b;</r>";
        let deep = |depth| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(read(&deep(DEEPEST)).is_ok());
        for (xml, why) in [
            (bomb, "document type"),
            (
                "<!DOCTYPE r SYSTEM 'file:///etc/passwd'><r/>",
                "document type",
            ),
            ("<r/><!DOCTYPE r>", "document type"),
            ("<r>&nbsp;</r>", "entity"),
            ("<r>&b;</r>", "entity"),
            (&deep(DEEPEST + 1), "deep"),
            (&"<a>".repeat(20_000), "deep"),
            ("<r><result>0</result><result>0</result></r>", "twice"),
            ("", "no XML"),
            ("OK", "no XML"),
            ("<r>", "no XML"),
            ("<r></s>", "no XML"),
            ("</r>", "no XML"),
            ("<r/><s/>", "no XML"),
            ("<r></r><s></s>", "no XML"),
            ("<r/>x", "no XML"),
            ("<r>&#0;</r>", "no XML"),
            ("<r>&#xd800;</r>", "no XML"),
            ("<r>a & b</r>", "no XML"),
            ("<r><![CDATA[a</r>", "no XML"),
            ("<r><f name='&b;'/></r>", "no XML"),
            ("<r><f name='a' name='b'/></r>", "no XML"),
            ("{\"result\": 0}", "no XML"),
        ] {
            let error = read(xml).err().unwrap_or_else(|| panic!("{xml}"));
            assert!(error.contains(why), "{xml}: {error}");
        }
    }
}
