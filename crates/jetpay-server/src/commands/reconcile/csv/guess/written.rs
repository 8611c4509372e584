//! A guessed map as a file, and what is missing in it.

use std::fmt::Write;

use super::Guess;
use crate::commands::reconcile::csv::field::Field;
use crate::commands::reconcile::csv::map::UNIT_ADVICE;

impl Guess {
    /// What the map must say beside the unit, and cannot be guessed.
    pub(in crate::commands::reconcile::csv) fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        for field in Field::ALL {
            let has_time = self.column(Field::CreatedAt).is_some() && field == Field::CompletedAt;
            if self.column(field).is_none() && !field.is_optional() && !has_time {
                missing.push(format!("{}: {}", field.key(), advice(field)));
            }
        }
        if let Some(name) = self.column(Field::OperationId).filter(|it| is_vague(it)) {
            missing.push(format!(
                "operation_id: is it `{name}`? It may be another id"
            ));
        }
        if let Some(looks) = &self.time {
            match &self.forms()[..] {
                [] => missing.push(format!(
                    "dates: the form of the times, which look like `{looks}`"
                )),
                [_] => {}
                forms => missing.push(format!(
                    "dates: which of these they are: {}",
                    forms.join(", ")
                )),
            }
        }
        if self.signs.len() > 1 {
            missing.push("decimal: some amounts have `.` and some have `,`".to_owned());
        }
        for (key, words) in [("types", &self.types), ("statuses", &self.statuses)] {
            if !words.is_empty() {
                let words: Vec<_> = words.iter().map(|it| quoted(it)).collect();
                missing.push(format!(
                    "[{key}]: the platform's words for {}",
                    words.join(", ")
                ));
            }
        }
        missing
    }

    /// The map as TOML. What is missing is there as a comment or as an empty text, which a reader of maps refuses.
    pub(in crate::commands::reconcile::csv) fn written(&self) -> String {
        let mut out = format!(
            "# How `jetpay reconcile csv` reads this report of the Dashboard: docs/reconciliation.md, \"Reading a report\".\n\n\
             # Keep one of these two lines, without its `#`. No program can guess it:\n# {UNIT_ADVICE}.\n\
             #amount_unit = \"minor\"\n#amount_unit = \"major\"\n\n"
        );
        let mut line = |key: &str, value: Option<String>, comment: &str| {
            let (mark, value) = match value {
                Some(value) => ("", value),
                None => ("#", "\"\"".to_owned()),
            };
            let _ = writeln!(out, "{comment}{mark}{key} = {value}");
        };
        let decimal = self.map.decimal.map(|it| quoted(&it.to_string()));
        line(
            "decimal",
            decimal,
            "# The sign before the fraction of an amount.\n",
        );
        line("delimiter", Some(quoted(&self.separator.to_string())), "");
        line("encoding", Some(quoted(self.encoding())), "");
        line(
            "zone",
            Some(quoted("UTC")),
            "# Of times without an offset: the Dashboard's reports are in UTC.\n",
        );
        let dates = self
            .map
            .dates
            .iter()
            .map(|it| quoted(it))
            .collect::<Vec<_>>();
        match &self.forms()[..] {
            [] if self.time.is_some() => {
                line(
                    "dates",
                    None,
                    "# The forms of the times, such as [\"%d.%m.%Y %H:%M:%S\"].\n",
                );
            }
            [_] if !dates.is_empty() => line("dates", Some(format!("[{}]", dates.join(", "))), ""),
            [] | [_] => {}
            several => {
                for form in several {
                    line("#dates", Some(format!("[{}]", quoted(form))), "");
                }
            }
        }
        out += "\n[columns]\n";
        for field in Field::ALL {
            let key = field.key();
            let _ = match self.column(field) {
                Some(name) if field == Field::OperationId && is_vague(name) => {
                    writeln!(
                        out,
                        "# Is it the id of the operation?\n{key} = {}",
                        quoted(name)
                    )
                }
                Some(name) => writeln!(out, "{key} = {}", quoted(name)),
                None => writeln!(out, "# {}\n#{key} = \"\"", advice(field)),
            };
        }
        let words = [
            ("types", &self.types, "sale, refund, reversal, payout"),
            ("statuses", &self.statuses, "success, decline, processing"),
        ];
        for (key, words, examples) in words {
            if words.is_empty() {
                continue;
            }
            let _ = writeln!(
                out,
                "\n# Write which of the platform's words each word is: {examples} and so on.\n[{key}]"
            );
            for word in words {
                let _ = writeln!(out, "{} = \"\"", quoted(word));
            }
        }
        out
    }
}

/// What to do about a field that the report does not seem to have.
fn advice(field: Field) -> &'static str {
    match field {
        Field::ProjectId => "the column's name, or { value = 1234 } if all rows are of one project",
        Field::Currency => {
            "the column's name, or { value = \"KZT\" } if all rows are in one currency"
        }
        Field::Type => "the column's name, or { value = \"sale\" } if all rows are of one type",
        Field::Status => {
            "the column's name, or { value = \"success\" } if the report has no others"
        }
        Field::CreatedAt => "The time of an operation without completed_at.",
        _ => "the column's name; make the report with it",
    }
}

/// Whether a column with this name can have another id than the operation's.
fn is_vague(name: &str) -> bool {
    name.eq_ignore_ascii_case("id")
}

/// A text as TOML.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
