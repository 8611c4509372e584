//! The platform's books: the operations of reports or of the Data API.

mod index;
mod row;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::OnceLock;

use jetpay_core::Money;
use jetpay_core::id::{OperationId, ProjectId};
use jetpay_core::report::ReportedOperation;
use serde::{Deserialize, Serialize};

use self::index::Index;
use self::row::{Class, Row};
pub(crate) use self::row::{ClassId, Listed};
use crate::effect::Move;

/// A file, or the Data API, from which operations came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Source {
    /// The file's name without its folder, or `data api`.
    pub name: String,
    /// The SHA-256 of its content, in hexadecimal digits: of the file's bytes, or of the answers' bodies in their order.
    pub sha256: String,
    /// How many rows or operations it had, also those that could not be read.
    pub rows: u64,
}

impl Source {
    /// A source.
    #[must_use]
    pub fn new(name: String, sha256: String, rows: u64) -> Self {
        Self { name, sha256, rows }
    }
}

/// The place of a [`Source`] in the order in which they were added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceId(u16);

/// A row that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    pub(crate) source: SourceId,
    pub(crate) line: u64,
    pub(crate) column: String,
    pub(crate) why: String,
}

/// What the platform says: each operation once. An operation takes 52 bytes, and those of its payment's id.
///
/// The order in which operations of a source are added does not matter. Two rows of one source that say the same of one
/// operation are one; if they say different things, the later time counts, and the report has a
/// [`TwiceThere`](crate::Kind::TwiceThere).
#[derive(Default)]
pub struct PlatformBooks {
    sources: Vec<Source>,
    rows: Vec<Row>,
    /// The payments' ids of all rows, one behind the other.
    payments: String,
    classes: Vec<Class>,
    class_ids: HashMap<Class, ClassId>,
    unreadable: Vec<Unreadable>,
    unreadable_operations: HashSet<(ProjectId, OperationId)>,
    index: OnceLock<Index>,
}

impl PlatformBooks {
    /// Books without an operation.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a source. Its hash and its number of rows are known at its end: [`end_source`](Self::end_source). A later
    /// source is a newer report: its version of an operation counts.
    ///
    /// # Panics
    /// If there are 65,536 sources already.
    pub fn begin_source(&mut self, name: &str) -> SourceId {
        let id = u16::try_from(self.sources.len()).expect("at most 65,536 sources");
        self.sources
            .push(Source::new(name.to_owned(), String::new(), 0));
        SourceId(id)
    }

    /// Ends a source. The hash makes the ids of its unreadable rows.
    pub fn end_source(&mut self, source: SourceId, sha256: String, rows: u64) {
        let ended = &mut self.sources[usize::from(source.0)];
        (ended.sha256, ended.rows) = (sha256, rows);
    }

    /// Adds an operation that is in this line of a source, from 1; no line for the Data API.
    ///
    /// # Panics
    /// If there are 4,294,967,296 rows already.
    pub fn add(&mut self, source: SourceId, line: Option<u64>, operation: &ReportedOperation) {
        let row = Row {
            operation_id: operation.operation_id,
            minor: operation.amount.minor(),
            time: operation.time.unwrap_or(Row::NO_TIME),
            payment: self.payments.len(),
            line: line.unwrap_or(Row::NO_LINE),
            class: self.class(operation),
            source,
        };
        self.index.take();
        row::make_room(&mut self.rows, 1);
        self.rows.push(row);
        row::make_room_for_text(&mut self.payments, operation.payment_id.len());
        self.payments.push_str(&operation.payment_id);
    }

    /// Adds a row that cannot be read: its line, the column and what is wrong with it, without a payer's data; and its
    /// operation, if the row still says that. Then the operation is not taken as one that the platform does not list.
    pub fn add_unreadable(
        &mut self,
        source: SourceId,
        line: u64,
        column: &str,
        why: &str,
        operation: Option<(ProjectId, OperationId)>,
    ) {
        self.unreadable_operations.extend(operation);
        self.unreadable.push(Unreadable {
            source,
            line,
            column: column.to_owned(),
            why: why.to_owned(),
        });
    }

    /// How many operations there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index().operations.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn class(&mut self, operation: &ReportedOperation) -> ClassId {
        let class = Class {
            project_id: operation.project_id,
            kind: operation.kind.clone(),
            status: operation.status.clone(),
            currency: operation.amount.currency(),
        };
        if let Some(id) = self.class_ids.get(&class) {
            return *id;
        }
        let id = ClassId::of(self.classes.len());
        self.classes.push(class.clone());
        self.class_ids.insert(class, id);
        id
    }

    /// The row at a place.
    fn listed(&self, row: u32) -> Listed<'_> {
        let place = row as usize;
        let next = self.rows.get(place + 1);
        let end = next.map_or(self.payments.len(), |next| next.payment);
        let row = &self.rows[place];
        let class = &self.classes[row.class.place()];
        Listed {
            project_id: class.project_id,
            operation_id: row.operation_id,
            payment_id: &self.payments[row.payment..end],
            kind: &class.kind,
            status: &class.status,
            amount: Money::new(row.minor, class.currency),
            time: (row.time != Row::NO_TIME).then_some(row.time),
            source: row.source,
            line: (row.line != Row::NO_LINE).then_some(row.line),
            class: row.class,
        }
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::of(self))
    }

    /// The operation at a place of their order: by project and operation.
    pub(crate) fn operation(&self, place: usize) -> Listed<'_> {
        self.listed(self.index().operations[place])
    }

    /// The place of an operation in their order.
    pub(crate) fn find(&self, project: ProjectId, operation: OperationId) -> Option<usize> {
        let operations = &self.index().operations;
        let found =
            operations.binary_search_by(|&row| self.identity(row).cmp(&(project, operation)));
        found.ok()
    }

    fn identity(&self, row: u32) -> (ProjectId, OperationId) {
        let row = &self.rows[row as usize];
        (self.classes[row.class.place()].project_id, row.operation_id)
    }

    /// Operations with more than one content: their place, and all contents: newer sources first, then later times.
    pub(crate) fn versions(&self) -> impl Iterator<Item = (usize, Vec<Listed<'_>>)> {
        let versions = self.index().versions.iter();
        versions.map(|(place, rows)| {
            let contents = rows.iter().map(|&row| self.listed(row));
            (*place as usize, contents.collect())
        })
    }

    pub(crate) fn sources(&self) -> &[Source] {
        &self.sources
    }

    pub(crate) fn source(&self, id: SourceId) -> &Source {
        &self.sources[usize::from(id.0)]
    }

    pub(crate) fn unreadable(&self) -> &[Unreadable] {
        &self.unreadable
    }

    /// Whether a row of the operation cannot be read.
    pub(crate) fn is_unreadable(&self, operation: (ProjectId, OperationId)) -> bool {
        self.unreadable_operations.contains(&operation)
    }

    /// How many classes of rows there are: see [`Listed::class`].
    pub(crate) const fn classes(&self) -> usize {
        self.classes.len()
    }

    /// The project of each class, and a movement of nothing of its type and currency.
    pub(crate) fn class_moves(&self) -> impl Iterator<Item = (ProjectId, Move)> {
        self.classes.iter().map(|class| {
            let (kind, currency, amount) = (class.kind.clone(), class.currency, 0);
            (
                class.project_id,
                Move {
                    kind,
                    currency,
                    amount,
                },
            )
        })
    }
}

impl SourceId {
    pub(crate) const fn number(self) -> u16 {
        self.0
    }
}

impl fmt::Debug for PlatformBooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("PlatformBooks");
        debug.field("sources", &self.sources);
        debug.field("rows", &self.rows.len());
        debug.finish_non_exhaustive()
    }
}
