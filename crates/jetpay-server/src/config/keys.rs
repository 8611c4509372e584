//! The tables and keys of the configuration: the commented file has each of them once, with its default or an example.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The configuration with a comment on every key. The reader takes its keys and defaults from it.
pub const COMMENTED: &str = include_str!("jetpay.toml");

/// A key, or the head of a table.
pub(super) struct Entry {
    /// The name of the table in which it is, or of the table itself.
    pub(super) table: &'static str,
    /// The key; empty for a head.
    pub(super) key: &'static str,
    /// The line, without the sign of a comment.
    pub(super) line: &'static str,
    /// Whether the value is the default.
    pub(super) is_default: bool,
    /// Whether a running service takes it again.
    is_reloaded: bool,
}

/// All of them, in the order of the file.
pub(super) static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let (mut entries, mut table, mut comment) = (Vec::new(), "", String::new());
    for text in COMMENTED.lines() {
        if text.is_empty() || text.starts_with("# ") {
            comment += text;
            continue;
        }
        let line = text.trim_start_matches('#');
        let key = line.split_once(" = ").map_or("", |(key, _)| key);
        if key.is_empty() {
            table = line.trim_matches(['[', ']']);
        }
        let has_none = ["y default", "Instead of", "must be there"];
        entries.push(Entry {
            table,
            key,
            line,
            is_default: text.starts_with('#') && !has_none.iter().any(|it| comment.contains(it)),
            is_reloaded: comment.contains("[SIGHUP]"),
        });
        comment.clear();
    }
    entries
});

fn heads() -> impl Iterator<Item = (&'static str, &'static str)> {
    let heads = ENTRIES.iter().filter(|entry| entry.key.is_empty());
    heads.map(|head| (head.table, head.line))
}

/// The name of a table, and its head.
pub(super) fn table(path: &str) -> (&'static str, &'static str) {
    heads().find(|(name, _)| *name == path).unwrap_or_default()
}

/// The keys of a table, each with what to write.
pub(super) fn keys(table: &str) -> Vec<(&'static str, &'static str)> {
    let own = ENTRIES
        .iter()
        .filter(|entry| entry.table == table && !entry.key.is_empty())
        .map(|entry| (entry.key, entry.line));
    let below = heads().filter_map(|(name, head)| {
        let (parent, key) = name.rsplit_once('.').unwrap_or(("", name));
        (parent == table).then_some((key, head))
    });
    own.chain(below).collect()
}

fn entry(table: &str, key: &str) -> Option<&'static Entry> {
    let is = |entry: &&Entry| entry.table == table && entry.key == key;
    ENTRIES.iter().find(is)
}

/// What to write for a key: a line, or the head of a table.
pub(super) fn example(table: &str, key: &str) -> &'static str {
    let found = keys(table).into_iter().find(|(name, _)| *name == key);
    found.map_or("", |(_, example)| example)
}

/// The default of a key, without quotes; `None` for a key without one.
pub(super) fn default(table: &str, key: &str) -> Option<&'static str> {
    let entry = entry(table, key).filter(|entry| entry.is_default)?;
    let (_, value) = entry.line.split_once(" = ")?;
    Some(value.trim_matches('"'))
}

/// The keys of a valid configuration that a running service does not take again, each with its value. A project is named by its
/// id, an endpoint by its name.
pub(super) fn fixed(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let tables = toml::from_str(text).expect("the text was read already");
    add_fixed(&mut found, "", "", &tables);
    found
}

fn add_fixed(into: &mut BTreeMap<String, String>, path: &str, shown: &str, value: &toml::Value) {
    let (name, key) = path.rsplit_once('.').unwrap_or(("", path));
    match value {
        toml::Value::Table(entries) => {
            for (key, value) in entries {
                let below = |of: &str| format!("{of}.{key}").trim_start_matches('.').to_owned();
                add_fixed(into, &below(path), &below(shown), value);
            }
        }
        toml::Value::Array(tables) if table(path).1.starts_with("[[") => {
            for value in tables {
                let id = value.get("id").or(value.get("name"));
                let id = id.map_or(String::new(), |id| format!(" {id}"));
                add_fixed(into, path, &format!("{shown}{id}"), value);
            }
        }
        _ if entry(name, key).is_some_and(|entry| entry.is_reloaded) => {}
        value => {
            into.insert(shown.to_owned(), value.to_string());
        }
    }
}

/// What to say about a key that its table does not have.
pub(super) fn unknown(table: &str, key: &str) -> String {
    let own = keys(table);
    let near = own
        .iter()
        .map(|(known, _)| (strsim::damerau_levenshtein(known, key), *known))
        .filter(|(changes, known)| {
            // `secret_env` where `env` is meant.
            let has_it = key.split('_').any(|part| part == *known);
            has_it || *changes <= known.len().min(key.len()).div_ceil(3)
        })
        .min();
    let mut others = heads().filter(|(name, _)| example(name, key).contains('='));
    match (near, others.next()) {
        (Some((_, near)), _) => format!("there is no such key; did you mean `{near}`?"),
        (None, other) => {
            let names: Vec<_> = own.iter().map(|(name, _)| *name).collect();
            let below = other.map_or_else(
                || "; write".to_owned(),
                |(_, head)| format!(" here; write it below {head}, or here"),
            );
            format!("there is no such key{below} one of {}", names.join(", "))
        }
    }
}
