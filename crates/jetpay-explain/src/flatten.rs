//! A body as a tree, and its values in the string of any rule. This is simple and slow. The verification of messages uses a
//! faster way.

use std::fmt;

use jetpay_core::signature::{natural, push_float};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::rule::{Colons, Numbers, Rule, Signatures, Sort, Texts};
use crate::signed::{Line, ValueKind};

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

/// The maximum size of the string, as a multiple of the body. A rule that keeps what the platform drops could make it
/// thousands of times as large.
const GROWTH: usize = 16;
/// The maximum size of the string of a small body, in bytes.
const LEAST: usize = 64 * 1024;

/// The values that are signed by a rule, in its order. It is `None` if they are far larger than the body of `size` bytes.
pub(super) fn lines(root: &Node<'_>, rule: Rule, size: usize) -> Option<Vec<Line>> {
    let mut flat = Flat {
        rule,
        lines: Vec::new(),
        left: size.saturating_mul(GROWTH).max(LEAST),
    };
    flat.add(root, &mut String::new(), true)?;
    let mut lines = flat.lines;
    match rule.sort {
        Sort::Natural => {
            natural::sort_by(&mut lines, |a, b| {
                natural::compare(a.path().as_bytes(), b.path().as_bytes())
            });
        }
        Sort::Byte => lines.sort_by(|a, b| a.path().cmp(b.path())),
        Sort::Lines => lines.sort_by(|a, b| a.text().cmp(b.text())),
        Sort::Unsorted => {}
    }
    Some(lines)
}

struct Flat {
    rule: Rule,
    lines: Vec<Line>,
    /// The number of bytes that can still be added.
    left: usize,
}

impl Flat {
    /// Adds all values below a node. `drop` says whether to drop a `signature` in it. Returns `None` if the values are too
    /// large.
    fn add(&mut self, node: &Node<'_>, path: &mut String, drop: bool) -> Option<()> {
        match node {
            Node::Object(fields) => self.add_fields(fields, path, drop)?,
            Node::Array(elements) => {
                let drop = drop && self.rule.signatures == Signatures::All;
                for (index, element) in elements.iter().enumerate() {
                    self.below(element, path, &index.to_string(), drop)?;
                }
            }
            leaf => {
                if let Some(value) = self.value(leaf) {
                    self.left = self.left.checked_sub(path.len() + value.len() + 1)?;
                    self.lines.push(Line::new(path, &value, kind(leaf)));
                }
            }
        }
        Some(())
    }

    fn add_fields(
        &mut self,
        fields: &[(String, Node<'_>)],
        path: &mut String,
        drop: bool,
    ) -> Option<()> {
        let is_signature =
            |name: &str, node: &Node<'_>| name == "signature" && !matches!(node, Node::Null);
        let signed = fields.iter().any(|(name, node)| is_signature(name, node));
        let drop_below = drop && !(signed && self.rule.signatures == Signatures::First);
        for (name, node) in fields {
            if drop && is_signature(name, node)
                || name == "frame_mode" && !self.rule.frame_mode_kept
            {
                continue;
            }
            let doubled = match self.rule.colons {
                Colons::Doubled => true,
                Colons::DoubledAtTop => path.is_empty(),
                Colons::Single => false,
            };
            let name = if doubled {
                name.replace(':', "::")
            } else {
                name.clone()
            };
            self.below(node, path, &name, drop_below)?;
        }
        Some(())
    }

    fn below(&mut self, node: &Node<'_>, path: &mut String, name: &str, drop: bool) -> Option<()> {
        let parent = path.len();
        if parent > 0 {
            path.push(':');
        }
        path.push_str(name);
        self.add(node, path, drop)?;
        path.truncate(parent);
        Some(())
    }

    /// The signed form of a value. It is `None` if the rule omits the value.
    fn value(&self, leaf: &Node<'_>) -> Option<String> {
        Some(match leaf {
            Node::Text { decoded, written } => match self.rule.texts {
                Texts::Decoded => decoded.clone(),
                Texts::Trimmed => decoded.trim().to_owned(),
                Texts::Written => (*written).to_owned(),
            },
            Node::Number(written) => number(written, self.rule.numbers),
            Node::Bool(value) => self.rule.booleans[usize::from(*value)].to_owned(),
            Node::Null => self.rule.null?.to_owned(),
            Node::Object(_) | Node::Array(_) => return None,
        })
    }
}

fn kind(leaf: &Node<'_>) -> ValueKind {
    match leaf {
        Node::Number(_) => ValueKind::Number,
        Node::Bool(_) => ValueKind::Boolean,
        Node::Null => ValueKind::Null,
        // No other node is a leaf.
        Node::Text { .. } | Node::Object(_) | Node::Array(_) => ValueKind::Text,
    }
}

/// A number as text. An integer of 64 bits is the same in all ways.
pub(super) fn number(written: &str, how: Numbers) -> String {
    if how == Numbers::Written || written.parse::<i64>().is_ok() {
        return written.to_owned();
    }
    let Ok(value) = written.parse::<f64>() else {
        return written.to_owned();
    };
    match how {
        Numbers::Php => {
            let mut out = String::new();
            push_float(&mut out, value);
            out
        }
        Numbers::Whole => value.trunc().to_string(),
        Numbers::Shortest | Numbers::Written => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::PLATFORM;
    use crate::signed;

    #[test]
    fn small_body_whose_string_would_be_enormous_gives_none() {
        let name = "k".repeat(1000);
        let body = format!(
            r#"{{"l":[{{"signature":{{"{name}":[{}0]}}}}]}}"#,
            "0,".repeat(1000)
        );
        let root = Node::parse(&body).unwrap();
        assert_eq!(
            lines(&root, PLATFORM, body.len()).map(|lines| signed::joined(&lines)),
            Some(String::new())
        );
        let kept = Rule {
            signatures: Signatures::OutsideArrays,
            ..PLATFORM
        };
        assert!(lines(&root, kept, body.len()).is_none());
    }
}
