//! A row of a report: the operation that it says, or what is wrong with it.

use std::fmt;

use jetpay_core::id::{OperationId, ProjectId};
use jetpay_core::report::ReportedOperation;
use jetpay_platform::visible;

use super::amount::Decimal;
use super::field::{self, Field};
use super::map::{Map, Place};
use crate::commands::rows::Cells;
use crate::commands::table::cut;
use crate::field_error::{FieldError, FieldErrors};

/// A row that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    /// The project and the operation, if the row still says them.
    pub(super) operation: Option<(ProjectId, OperationId)>,
    /// The name of the first column with an error; empty if the whole row is wrong.
    pub(super) column: String,
    /// What is wrong with it and with other columns, without the values of those that may hold a payer's data.
    pub(super) why: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { column, why, .. } = self;
        if column.is_empty() {
            return f.write_str(why);
        }
        write!(f, "`{column}` {why}")
    }
}

impl Unreadable {
    pub(super) fn new(operation: Option<(ProjectId, OperationId)>, errors: FieldErrors) -> Self {
        let mut errors = errors.into_iter();
        let first = errors.next().unwrap_or_else(|| FieldError::new("", ""));
        let others = errors.map(|it| format!("; `{}` {}", it.field, it.message));
        let (column, why) = (first.field, first.message + &others.collect::<String>());
        Self {
            operation,
            column: visible::line(&column),
            why: cut(visible::line(&why)),
        }
    }
}

/// The column of a field in this header.
pub(super) fn column(map: &Map, field: Field, header: &[String]) -> Option<String> {
    let Place::Columns(names) = map.place(field) else {
        return None;
    };
    names.iter().find(|name| header.contains(name)).cloned()
}

/// Where a report has the value of a field.
enum Source<'m> {
    Nowhere,
    Column(String),
    Value(&'m str),
}

/// Where a report has the value of each field, in the order of [`Field::ALL`].
pub(super) struct Sources<'m>([Source<'m>; Field::ALL.len()]);

impl<'m> Sources<'m> {
    /// Finds the columns in a header. The error says which are missing or there twice.
    pub(super) fn new(map: &'m Map, header: &[String]) -> Result<Self, String> {
        let mut wrong = Vec::new();
        let sources = Field::ALL.map(|field| {
            let (key, name) = (field.key(), column(map, field, header));
            match (map.place(field), name) {
                (Place::Value(value), _) => return Source::Value(value),
                (_, Some(name)) => {
                    if header.iter().filter(|it| **it == name).count() > 1 {
                        wrong.push(format!("{key} is there twice: `{name}`"));
                    }
                    return Source::Column(name);
                }
                (Place::Columns(names), None) if !field.is_optional() => {
                    wrong.push(format!("{key} is missing: `{}`", names.join("` or `")));
                }
                _ => {}
            }
            Source::Nowhere
        });
        for (name, _) in &map.skipped {
            if !header.contains(name) {
                wrong.push(format!(
                    "skip_rows_where names a column that is missing: `{name}`"
                ));
            }
        }
        if wrong.is_empty() {
            Ok(Self(sources))
        } else {
            Err(visible::line(&wrong.join("; ")))
        }
    }

    /// What `read` reads of a field. None: the field is empty, or an error was added.
    fn value<T>(
        &self,
        cells: &mut Cells<'_>,
        field: Field,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        match &self.0[field as usize] {
            Source::Nowhere => None,
            Source::Value(text) => {
                let value = read(text).map_err(|what| FieldError::new(field.key(), what));
                cells.errors.keep(value)
            }
            Source::Column(name) if is_empty(cells.cell(name)) => None,
            Source::Column(name) => cells.checked(name, read),
        }
    }

    /// The same of a field that must have a value.
    fn required<T>(
        &self,
        cells: &mut Cells<'_>,
        field: Field,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        if let Source::Column(name) = &self.0[field as usize]
            && is_empty(cells.cell(name))
        {
            let what = match field {
                Field::OperationId => "is empty: a settlement or a total is no operation",
                _ => "is empty",
            };
            cells.errors.add(name, what);
        }
        self.value(cells, field, read)
    }
}

/// Reads rows by a map.
pub(super) struct Reader<'m> {
    pub(super) map: &'m Map,
    pub(super) sources: Sources<'m>,
    pub(super) decimal: Decimal,
}

impl Reader<'_> {
    /// Whether the map says to leave out the row.
    pub(super) fn skips(&self, cells: &Cells<'_>) -> bool {
        let mut columns = self.map.skipped.iter();
        columns.any(|(name, values)| {
            let cell = cells.cell(name).trim();
            values.iter().any(|it| it == cell)
        })
    }

    /// The ids of a row, if they can be read, and its operation. No operation: an error was added.
    pub(super) fn operation(
        &mut self,
        line: u64,
        cells: &mut Cells<'_>,
    ) -> (Option<(ProjectId, OperationId)>, Option<ReportedOperation>) {
        let Self {
            map,
            sources,
            decimal,
        } = self;
        let operation_id = sources.required(cells, Field::OperationId, field::operation_id);
        let project_id = sources.required(cells, Field::ProjectId, field::project);
        let payment_id = sources.required(cells, Field::PaymentId, field::payment_id);
        let kind = sources.required(cells, Field::Type, |text| map.kind(text));
        let status = sources.required(cells, Field::Status, |text| map.status(text));
        let currency = sources.required(cells, Field::Currency, field::currency);
        let amount = sources.required(cells, Field::Amount, |text| {
            let amount = |currency| decimal.read(line, text, map.unit, currency);
            currency.map(amount).transpose()
        });
        let mut time = |field| sources.value(cells, field, |text| map.seconds(text));
        let time = time(Field::CompletedAt).or_else(|| time(Field::CreatedAt));
        let ids = project_id.zip(operation_id);
        let operation = || {
            let (project_id, operation_id) = ids?;
            let (payment_id, kind) = (payment_id?, kind?);
            let operation = ReportedOperation::new(
                project_id,
                operation_id,
                &payment_id,
                kind,
                status?,
                amount.flatten()?,
            );
            Some(operation.at(time))
        };
        (ids, operation())
    }
}

/// Some systems write the word `null` for nothing.
pub(super) fn is_empty(cell: &str) -> bool {
    let cell = cell.trim();
    cell.is_empty() || cell.eq_ignore_ascii_case("null")
}
