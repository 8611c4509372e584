//! The tables and values of the configuration, each with its place. Reading a value reports what is wrong with it.

use std::ops::{Deref, RangeInclusive};

use jetpay_platform::visible;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::document::Document;
use super::keys;

fn path_of(table: &str, key: &str) -> String {
    let dot = if table.is_empty() { "" } else { "." };
    format!("{table}{dot}{key}")
}

/// A table, also one that the file does not have.
#[derive(Clone, Copy)]
pub(super) struct Table<'d> {
    pub(super) document: &'d Document<'d>,
    name: &'static str,
    at: usize,
    entries: Option<&'d DeTable<'d>>,
}

impl<'d> Table<'d> {
    /// The top of the configuration.
    pub(super) fn root(document: &'d Document<'d>, tables: &'d DeTable<'d>) -> Self {
        Self::new(document, "", 0, Some(tables))
    }

    /// Reports keys that the table cannot have.
    fn new(
        document: &'d Document<'d>,
        name: &'static str,
        at: usize,
        entries: Option<&'d DeTable<'d>>,
    ) -> Self {
        let known = keys::keys(name);
        for (key, _) in entries.into_iter().flatten() {
            if !known.iter().any(|(known, _)| known == key.get_ref()) {
                let shown = path_of(name, &visible::line(key.get_ref()));
                document.add(
                    key.span().start,
                    false,
                    &shown,
                    &keys::unknown(name, key.get_ref()),
                );
            }
        }
        Self {
            document,
            name,
            at,
            entries,
        }
    }

    pub(super) fn is_present(&self) -> bool {
        self.entries.is_some()
    }

    /// Reports a problem with a key that the table does not have.
    pub(super) fn missing(&self, key: &str, what: &str) {
        let path = path_of(self.name, key);
        let below = if self.is_present() || self.name.is_empty() {
            String::new()
        } else {
            format!("{} with ", keys::table(self.name).1)
        };
        let what = format!("{what}; write {below}{}", keys::example(self.name, key));
        self.document.add(self.at, false, &path, &what);
    }

    /// Reports a problem at the head of the table.
    pub(super) fn problem(&self, what: &str) {
        self.document.add(self.at, false, self.name, what);
    }

    pub(super) fn get(&self, key: &'static str) -> Option<Item<'d>> {
        let (table, example) = (self.name, keys::example(self.name, key));
        debug_assert!(
            !example.is_empty(),
            "config/jetpay.toml lacks {table} {key}"
        );
        let mut entries = self.entries?.iter();
        let (_, value) = entries.find(|(name, _)| name.get_ref() == key)?;
        Some(Item {
            document: self.document,
            table: self.name,
            key,
            at: value.span().start,
            value: value.get_ref(),
        })
    }

    /// Whether a list is missing or empty.
    pub(super) fn has_none(&self, key: &'static str) -> bool {
        self.get(key).is_none_or(|item| item.is_empty_list())
    }

    pub(super) fn text(&self, key: &'static str) -> Option<Text<'d>> {
        self.get(key)?.text()
    }

    /// The texts of a list.
    pub(super) fn texts(&self, key: &'static str) -> Vec<Text<'d>> {
        self.get(key)
            .map_or_else(Vec::new, |item| item.texts(false))
    }

    /// The texts of a list, or the one text that may be there instead.
    pub(super) fn one_or_more(&self, key: &'static str) -> Vec<Text<'d>> {
        self.get(key).map_or_else(Vec::new, |item| item.texts(true))
    }

    /// A whole number in this range, or the default. `T` holds all of them.
    pub(super) fn number<T: TryFrom<i64>>(
        &self,
        key: &'static str,
        range: RangeInclusive<i64>,
    ) -> Option<T> {
        let default = || T::try_from(self.default(key)?.parse().ok()?).ok();
        let Some(item) = self.get(key) else {
            return default();
        };
        let fits = item.whole().filter(|number| range.contains(number));
        if fits.is_none() {
            item.problem(&format!(
                "write a whole number from {} to {} without quotes and unit, such as {}",
                range.start(),
                range.end(),
                item.example()
            ));
        }
        fits.map_or_else(default, |number| T::try_from(number).ok())
    }

    /// The whole numbers of a list, from 1 on.
    pub(super) fn numbers(&self, key: &'static str) -> Vec<(Item<'d>, u64)> {
        let Some(item) = self.get(key) else {
            return Vec::new();
        };
        let Some(list) = item.value.as_array() else {
            item.wrong();
            return Vec::new();
        };
        let number = |value: &'d Spanned<DeValue<'d>>| {
            let (at, value) = (value.span().start, value.get_ref());
            let item = Item { at, value, ..item };
            let number = item.whole().and_then(|number| u64::try_from(number).ok());
            let number = number.filter(|number| *number > 0);
            if number.is_none() {
                item.problem(&format!(
                    "write whole numbers from 1 on, without quotes: {}",
                    item.example()
                ));
            }
            Some((item, number?))
        };
        list.iter().filter_map(number).collect()
    }

    /// The default of a key, without quotes.
    pub(super) fn default(&self, key: &str) -> Option<&'static str> {
        keys::default(self.name, key)
    }

    pub(super) fn is_true(&self, key: &'static str) -> bool {
        let Some(item) = self.get(key) else {
            return false;
        };
        item.value.as_bool().unwrap_or_else(|| {
            item.problem("write true or false, without quotes");
            false
        })
    }

    /// What a word, or the default, means.
    pub(super) fn word<T: Copy>(&self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let item = self.text(key);
        let text = item.map_or(self.default(key), |item| Some(item.text))?;
        let found = words.iter().find(|(word, _)| *word == text);
        if let (None, Some(item)) = (found, item) {
            let all: Vec<_> = words
                .iter()
                .map(|(word, _)| format!("\"{word}\""))
                .collect();
            item.problem(&format!(
                "there is no such word; write one of {}",
                all.join(", ")
            ));
        }
        found.map(|(_, meaning)| *meaning)
    }

    pub(super) fn table(&self, key: &'static str) -> Self {
        let item = self.get(key);
        let entries = item.and_then(|item| {
            let table = item.value.as_table();
            if table.is_none() {
                item.wrong();
            }
            table
        });
        self.child(key, item.map_or(0, |item| item.at), entries)
    }

    /// The tables of a list of tables. A single table counts as one, with a problem.
    pub(super) fn tables(&self, key: &'static str) -> Vec<Self> {
        let Some(item) = self.get(key) else {
            return Vec::new();
        };
        let one = |at, value: &'d DeValue<'d>| {
            let table = value.as_table();
            if table.is_none() {
                item.wrong();
            }
            Some(self.child(key, at, Some(table?)))
        };
        match item.value {
            DeValue::Array(list) => list
                .iter()
                .filter_map(|value| one(value.span().start, value.get_ref()))
                .collect(),
            value => {
                item.wrong();
                one(item.at, value).into_iter().collect()
            }
        }
    }

    fn child(&self, key: &str, at: usize, entries: Option<&'d DeTable<'d>>) -> Self {
        let (name, _) = keys::table(&path_of(self.name, key));
        Self::new(self.document, name, at, entries)
    }
}

/// A value with its place.
#[derive(Clone, Copy)]
pub(super) struct Item<'d> {
    pub(super) document: &'d Document<'d>,
    table: &'static str,
    key: &'static str,
    at: usize,
    value: &'d DeValue<'d>,
}

impl<'d> Item<'d> {
    pub(super) fn problem(&self, what: &str) {
        self.add(false, what);
    }

    /// What to write, as `key = value`.
    pub(super) fn example(&self) -> &'static str {
        keys::example(self.table, self.key)
    }

    pub(super) fn warn(&self, what: &str) {
        self.add(true, what);
    }

    /// Its file, line and key.
    pub(super) fn place(&self) -> String {
        let path = path_of(self.table, self.key);
        self.document.place(self.at, &path)
    }

    fn add(&self, is_warning: bool, what: &str) {
        let path = path_of(self.table, self.key);
        self.document.add(self.at, is_warning, &path, what);
    }

    pub(super) fn is_empty_list(&self) -> bool {
        self.value.as_array().is_some_and(|list| list.is_empty())
    }

    fn whole(&self) -> Option<i64> {
        let number = self.value.as_integer()?;
        i64::from_str_radix(number.as_str(), number.radix()).ok()
    }

    fn wrong(&self) {
        let is = match self.value {
            DeValue::String(_) => "this is a text",
            DeValue::Integer(_) | DeValue::Float(_) => "this is a number",
            DeValue::Boolean(_) => "this is a yes or no",
            DeValue::Datetime(_) => "this is a date",
            DeValue::Array(_) => "this is a list",
            DeValue::Table(_) => "this is a table",
        };
        self.problem(&format!("{is}; write {}", self.example()));
    }

    fn text(self) -> Option<Text<'d>> {
        let text = self.value.as_str();
        if text.is_none() {
            self.wrong();
        }
        Some(Text {
            item: self,
            text: text?,
        })
    }

    fn texts(self, or_one: bool) -> Vec<Text<'d>> {
        match self.value {
            DeValue::Array(list) => list
                .iter()
                .filter_map(|value| {
                    let at = value.span().start;
                    let value = value.get_ref();
                    Self { at, value, ..self }.text()
                })
                .collect(),
            DeValue::String(_) if or_one => self.text().into_iter().collect(),
            _ => {
                self.wrong();
                Vec::new()
            }
        }
    }
}

/// A text with its place.
#[derive(Clone, Copy)]
pub(super) struct Text<'d> {
    item: Item<'d>,
    pub(super) text: &'d str,
}

impl<'d> Deref for Text<'d> {
    type Target = Item<'d>;

    fn deref(&self) -> &Item<'d> {
        &self.item
    }
}
