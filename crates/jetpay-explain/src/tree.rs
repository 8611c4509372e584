//! A body as a tree. It keeps how each value is written in the JSON.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A JSON value. Texts and numbers also keep their written form.
#[derive(Clone)]
pub(super) enum Node<'a> {
    Object(Vec<(String, Node<'a>)>),
    Array(Vec<Node<'a>>),
    Text {
        decoded: String,
        /// The text between the quotes, with its escapes.
        written: &'a str,
    },
    Number(&'a str),
    Bool(bool),
    Null,
}

impl<'a> Node<'a> {
    /// Reads one value without white space around it. It is `None` for JSON that
    /// [`Canonical`](jetpay_core::signature::Canonical) refuses. Parse that first, because it also limits the depth.
    pub(super) fn parse(json: &'a str) -> Option<Self> {
        Some(match json.bytes().next()? {
            b'{' => {
                let Fields(fields) = serde_json::from_str(json).ok()?;
                let field =
                    |(name, value): (String, &'a RawValue)| Some((name, Self::parse(value.get())?));
                Self::Object(fields.into_iter().map(field).collect::<Option<_>>()?)
            }
            b'[' => {
                let elements: Vec<&RawValue> = serde_json::from_str(json).ok()?;
                Self::Array(
                    elements
                        .into_iter()
                        .map(|element| Self::parse(element.get()))
                        .collect::<Option<_>>()?,
                )
            }
            b'"' => Self::Text {
                decoded: serde_json::from_str(json).ok()?,
                written: json.strip_prefix('"')?.strip_suffix('"')?,
            },
            b't' => Self::Bool(true),
            b'f' => Self::Bool(false),
            b'n' => Self::Null,
            _ => Self::Number(json),
        })
    }
}

/// The fields of one object, in their order.
struct Fields<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

/// The text of `general.signature`.
pub(super) fn signature_in_general<'a>(root: &'a Node<'_>) -> Option<&'a str> {
    let Node::Object(fields) = root else {
        return None;
    };
    let (_, Node::Object(general)) = fields.iter().find(|(name, _)| name == "general")? else {
        return None;
    };
    general.iter().find_map(|(name, value)| match value {
        Node::Text { decoded, .. } if name == "signature" => Some(decoded.as_str()),
        _ => None,
    })
}

/// The path of a text with the name `signature`, in upper or lower case.
pub(super) fn signature_anywhere(node: &Node<'_>) -> Option<String> {
    match node {
        Node::Object(fields) => fields.iter().find_map(|(name, value)| {
            let called = name.eq_ignore_ascii_case("signature");
            match value {
                Node::Text { .. } if called => Some(name.clone()),
                _ => signature_anywhere(value).map(|below| format!("{name}:{below}")),
            }
        }),
        Node::Array(elements) => elements.iter().enumerate().find_map(|(at, element)| {
            signature_anywhere(element).map(|below| format!("{at}:{below}"))
        }),
        _ => None,
    }
}
