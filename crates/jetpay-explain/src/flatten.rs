//! The values that are signed by any rule. This is simple and slow. The verification of messages uses a faster way.

use jetpay_core::signature::{natural, push_float};

use crate::rule::{Colons, Numbers, Rule, Signatures, Sort, Texts};
use crate::signed::{Line, ValueKind};
use crate::tree::Node;

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
