//! Where else in a body a signature stands.

use super::tree::Node;

/// The text at `general.signature`.
pub(super) fn in_general<'a>(root: &'a Node<'_>) -> Option<&'a str> {
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

/// The path of a text that is called a signature, however its name is written.
pub(super) fn anywhere(node: &Node<'_>) -> Option<String> {
    match node {
        Node::Object(fields) => fields.iter().find_map(|(name, value)| {
            let called = name.eq_ignore_ascii_case("signature");
            match value {
                Node::Text { .. } if called => Some(name.clone()),
                _ => anywhere(value).map(|below| format!("{name}:{below}")),
            }
        }),
        Node::Array(elements) => elements
            .iter()
            .enumerate()
            .find_map(|(at, element)| anywhere(element).map(|below| format!("{at}:{below}"))),
        _ => None,
    }
}
