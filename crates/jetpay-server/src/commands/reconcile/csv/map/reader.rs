//! Reads the TOML of a map, and names all that is wrong in it by line.

use std::collections::HashMap;

use jetpay_core::status::{OperationStatus, OperationType};
use jiff::tz::TimeZone;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{ENCODINGS, Map, Place, UNIT_ADVICE};
use crate::commands::reconcile::csv::amount::Unit;
use crate::commands::reconcile::csv::field::Field;
use crate::commands::reconcile::csv::time::check_format;
use crate::commands::rows::SEPARATORS;
use crate::zone;

const KEYS: [&str; 10] = [
    "amount_unit",
    "decimal",
    "delimiter",
    "encoding",
    "zone",
    "dates",
    "columns",
    "types",
    "statuses",
    "skip_rows_where",
];

/// The map in this text, or what is wrong with it, by line.
pub(super) fn parse(text: &str) -> Result<Map, Vec<Problem>> {
    let mut reader = Reader {
        text,
        problems: Vec::new(),
    };
    match DeTable::parse(text) {
        Ok(table) => {
            let map = reader.map(table.get_ref());
            if reader.problems.is_empty() {
                return Ok(map);
            }
        }
        Err(error) => {
            let what = error.message().to_owned();
            reader.problem(error.span().map_or(0, |span| span.start), what);
        }
    }
    reader.problems.sort();
    Err(reader.problems)
}

/// What is wrong with a map, with the line.
pub(super) type Problem = (Option<usize>, String);

type Value<'t> = Spanned<DeValue<'t>>;

/// Reads the tables of a map. It goes on after a problem.
struct Reader<'t> {
    text: &'t str,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn problem(&mut self, at: usize, what: impl Into<String>) {
        let line = self.text.as_bytes()[..at.min(self.text.len())]
            .split(|&byte| byte == b'\n')
            .count();
        self.problems.push((Some(line), what.into()));
    }

    fn missing(&mut self, what: String) {
        self.problems.push((None, what));
    }

    fn map(&mut self, table: &DeTable<'_>) -> Map {
        let mut map = Map::empty();
        let mut unit = None;
        for (key, value) in table {
            let name = &**key.get_ref();
            match name {
                "amount_unit" => {
                    unit = Some(());
                    let words = [("minor", Unit::Minor), ("major", Unit::Major)];
                    map.unit = self.word(name, value, &words).unwrap_or(map.unit);
                }
                "decimal" => {
                    map.decimal = self.word(name, value, &[(".", '.'), (",", ',')]);
                }
                "delimiter" => {
                    let words = SEPARATORS.map(|it| (it.to_string(), it));
                    let words = words.each_ref().map(|(text, it)| (text.as_str(), *it));
                    map.delimiter = self.word(name, value, &words);
                }
                "encoding" => {
                    map.encoding = self.word(name, value, &ENCODINGS).flatten();
                }
                "zone" => {
                    let text = self.text(name, value, "\"UTC\"");
                    match text.map_or(Ok(TimeZone::UTC), zone::named) {
                        Ok(zone) => map.zone = zone,
                        Err(what) => self.problem(value.span().start, format!("zone: {what}")),
                    }
                }
                "dates" => map.dates = self.dates(value),
                "columns" => self.columns(value, &mut map),
                "types" => {
                    let known = OperationType::KNOWN;
                    map.types = self.words(name, value, known, |it| {
                        matches!(it, OperationType::Other(_))
                    });
                }
                "statuses" => {
                    let known = OperationStatus::KNOWN;
                    let is_other = |it: &_| matches!(it, OperationStatus::Other(_));
                    map.statuses = self.words(name, value, known, is_other);
                }
                "skip_rows_where" => map.skipped = self.skipped(value),
                _ => self.problem(key.span().start, unknown(name, &KEYS)),
            }
        }
        if unit.is_none() {
            self.missing(format!("amount_unit is missing: write {UNIT_ADVICE}"));
        }
        if self.problems.is_empty() {
            self.complete(&map);
        }
        map
    }

    /// Reports the fields that every map must have.
    fn complete(&mut self, map: &Map) {
        for field in Field::ALL {
            let has_time = |it| *map.place(it) != Place::Nowhere;
            let is_there = match field {
                Field::CompletedAt => has_time(field) || has_time(Field::CreatedAt),
                Field::CreatedAt => true,
                _ => *map.place(field) != Place::Nowhere,
            };
            if !is_there {
                let key = field.key();
                self.missing(format!(
                    "{key} is missing: write {key} = \"the column's name\" below [columns]"
                ));
            }
        }
    }

    fn text<'v>(&mut self, key: &str, value: &'v Value<'_>, example: &str) -> Option<&'v str> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            let what = format!("{key}: write a text between quotes, such as {key} = {example}");
            self.problem(value.span().start, what);
        }
        text
    }

    /// What a word means.
    fn word<T: Copy>(&mut self, key: &str, value: &Value<'_>, words: &[(&str, T)]) -> Option<T> {
        let text = value.get_ref().as_str();
        let found = words.iter().find(|(word, _)| Some(*word) == text);
        if found.is_none() {
            let all: Vec<_> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
            let what = format!("{key}: write one of {}", all.join(", "));
            self.problem(value.span().start, what);
        }
        found.map(|(_, meaning)| *meaning)
    }

    fn dates(&mut self, value: &Value<'_>) -> Vec<String> {
        let example = "\"%d.%m.%Y %H:%M:%S\"";
        let single;
        let list = if let Some(list) = value.get_ref().as_array() {
            list.iter().collect()
        } else {
            single = value;
            vec![single]
        };
        let mut dates = Vec::new();
        for value in list {
            let Some(text) = self.text("dates", value, &format!("[{example}]")) else {
                continue;
            };
            if let Err(what) = check_format(text) {
                self.problem(value.span().start, format!("dates: {what}"));
            }
            dates.push(text.to_owned());
        }
        dates
    }

    /// The rows to leave out: columns, each with a list of cells.
    fn skipped(&mut self, value: &Value<'_>) -> Vec<(String, Vec<String>)> {
        let columns = value.get_ref().as_table().and_then(|table| {
            let column = |(name, cells): (&Spanned<_>, &Value<'_>)| {
                let name: &std::borrow::Cow<'_, str> = name.get_ref();
                let cells = cells.get_ref().as_array()?.iter();
                let cells = cells.map(|it| it.get_ref().as_str().map(|it| it.trim().to_owned()));
                Some((name.trim().to_owned(), cells.collect::<Option<_>>()?))
            };
            table.iter().map(column).collect::<Option<_>>()
        });
        columns.unwrap_or_else(|| {
            let what = "skip_rows_where: write { \"the column's name\" = [\"a cell\", \"\"] }, with all cells whose rows are left out";
            self.problem(value.span().start, what);
            Vec::new()
        })
    }

    fn columns(&mut self, value: &Value<'_>, map: &mut Map) {
        let Some(table) = value.get_ref().as_table() else {
            let what =
                "columns: write [columns], and below it operation_id = \"the column's name\"";
            return self.problem(value.span().start, what);
        };
        for (key, value) in table {
            let name = &**key.get_ref();
            let Some(field) = Field::ALL.into_iter().find(|it| it.key() == name) else {
                let known = Field::ALL.map(Field::key);
                self.problem(key.span().start, unknown(name, &known));
                continue;
            };
            match place(field, value.get_ref()) {
                Ok(place) => map.places[field as usize] = place,
                Err(what) => self.problem(value.span().start, format!("{name}: {what}")),
            }
        }
    }

    /// The meanings of the report's words. A word that the platform does not have here may only mean itself.
    fn words<T: for<'w> From<&'w str> + ToString>(
        &mut self,
        key: &str,
        value: &Value<'_>,
        known: &[T],
        is_other: impl Fn(&T) -> bool,
    ) -> HashMap<String, T> {
        let known: Vec<_> = known.iter().map(T::to_string).collect();
        let known: Vec<_> = known.iter().map(String::as_str).collect();
        let mut words = HashMap::new();
        let Some(table) = value.get_ref().as_table() else {
            let what = format!(
                "{key}: write [{key}], and below it \"the report's word\" = \"{}\"",
                known[0]
            );
            self.problem(value.span().start, what);
            return words;
        };
        for (word, value) in table {
            let example = format!("\"{}\"", known[0]);
            let Some(text) = self.text(word.get_ref(), value, &example) else {
                continue;
            };
            let meaning = T::from(text);
            if is_other(&meaning) && text != &**word.get_ref() {
                let what = format!(
                    "{key}: the platform has no word {text:?}{}",
                    near(text, &known)
                );
                self.problem(value.span().start, what);
            }
            words.insert(word.get_ref().trim().to_owned(), meaning);
        }
        words
    }
}

/// Where the map says that a field is.
fn place(field: Field, value: &DeValue<'_>) -> Result<Place, String> {
    let key = field.key();
    let wrong = || {
        format!(
            "write the column's name, such as {key} = \"{}\"",
            field.labels()[0]
        )
    };
    let name = |value: &DeValue<'_>| value.as_str().map(|it| it.trim().to_owned());
    if let Some(name) = name(value) {
        return Ok(Place::Columns(vec![name]));
    }
    if let Some(list) = value.as_array() {
        let names = list.iter().map(|it| name(it.get_ref()));
        let names: Option<Vec<_>> = names.collect();
        return names
            .filter(|it| !it.is_empty())
            .map(Place::Columns)
            .ok_or_else(wrong);
    }
    let entries: Vec<_> = value.as_table().into_iter().flatten().collect();
    let [(is_value, value)] = entries[..] else {
        return Err(wrong());
    };
    let text = match value.get_ref() {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.to_string(),
        _ => return Err(wrong()),
    };
    if is_value.get_ref() != "value" {
        return Err(wrong());
    }
    field.check_value(&text)?;
    Ok(Place::Value(text))
}

fn unknown(key: &str, known: &[&str]) -> String {
    let near = near(key, known);
    format!("{key}: there is no such key{near}")
}

/// A question whether the word that resembles this one is meant, or all words.
fn near(word: &str, known: &[&str]) -> String {
    let near = known
        .iter()
        .map(|known| (strsim::damerau_levenshtein(known, word), *known))
        .filter(|(changes, known)| *changes <= known.len().min(word.len()).div_ceil(3))
        .min();
    match near {
        Some((_, near)) => format!("; did you mean `{near}`?"),
        None => format!("; write one of {}", known.join(", ")),
    }
}
