//! The messages of a language, as its files have them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use fluent_syntax::ast::{
    Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey,
};
use fluent_syntax::parser::parse;

use crate::locale::Lang;

/// What a message has.
#[derive(Default)]
pub(super) struct Message {
    pub(super) file: String,
    /// All its texts, without the values.
    pub(super) text: String,
    /// Each text that it can be, with `$name` for a value.
    pub(super) variants: Vec<String>,
    /// The values and messages that it names.
    pub(super) values: BTreeSet<String>,
    /// The plural forms that it has.
    pub(super) plurals: BTreeSet<String>,
}

/// The messages of a language.
pub(super) fn messages(lang: Lang) -> BTreeMap<String, Message> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("locales")
        .join(lang.tag());
    let mut messages = BTreeMap::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap();
        let name = file.file_name().into_string().unwrap();
        let source = std::fs::read_to_string(file.path()).unwrap();
        for entry in parse(source.as_str()).unwrap().body {
            let Entry::Message(found) = entry else {
                continue;
            };
            let id = found.id.name.to_owned();
            assert!(
                lang.bundle().has_message(&id),
                "the bundle does not have the file {name}"
            );
            assert!(
                found.attributes.is_empty(),
                "{id}: the pages read no attributes"
            );
            let message = read(&name, &found.value.expect("a message has a text"));
            assert!(messages.insert(id.clone(), message).is_none(), "{id} twice");
        }
    }
    messages
}

fn read(file: &str, pattern: &Pattern<&str>) -> Message {
    let mut message = Message {
        file: file.to_owned(),
        ..Message::default()
    };
    message.variants = texts(&mut message, pattern);
    message.text = message.text.trim().to_owned();
    message
}

/// Each text that a pattern can be.
fn texts(message: &mut Message, pattern: &Pattern<&str>) -> Vec<String> {
    let mut texts = vec![String::new()];
    for element in &pattern.elements {
        let parts = match element {
            PatternElement::TextElement { value } => {
                message.text += value;
                vec![(*value).to_owned()]
            }
            PatternElement::Placeable { expression } => placed(message, expression),
        };
        let joined = texts
            .iter()
            .flat_map(|text| parts.iter().map(move |part| format!("{text}{part}")));
        texts = joined.collect();
    }
    texts
}

fn placed(message: &mut Message, expression: &Expression<&str>) -> Vec<String> {
    match expression {
        Expression::Inline(inline) => vec![named(message, inline)],
        Expression::Select { selector, variants } => {
            named(message, selector);
            let mut all = Vec::new();
            for variant in variants {
                if let VariantKey::Identifier { name } = variant.key
                    && ["zero", "one", "two", "few", "many", "other"].contains(&name)
                {
                    message.plurals.insert(name.to_owned());
                }
                all.extend(texts(message, &variant.value));
            }
            // `other` alone is what stands for all else.
            if message.plurals.len() == 1 {
                message.plurals.remove("other");
            }
            all
        }
    }
}

fn named(message: &mut Message, inline: &InlineExpression<&str>) -> String {
    let name = match inline {
        InlineExpression::VariableReference { id } => format!("${}", id.name),
        InlineExpression::MessageReference { id, .. } => id.name.to_owned(),
        InlineExpression::StringLiteral { value } => return (*value).to_owned(),
        InlineExpression::Placeable { expression } => return placed(message, expression).join(""),
        other => panic!("the pages use no {other:?}"),
    };
    message.values.insert(name.clone());
    name
}
