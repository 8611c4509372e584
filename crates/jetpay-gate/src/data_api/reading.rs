//! The pages of one window, put together without a gap.
//!
//! An operation that the platform changes meanwhile leaves its place, and all rows behind it move up by one: the row that
//! would have begun the next page is then never seen. Therefore each page begins with the last row of the page before.

use std::collections::BTreeMap;

use super::exchange::LIMIT;
use super::row::{Identity, Row};

/// What the pages have brought so far.
#[derive(Default)]
pub(super) struct Reading {
    rows: BTreeMap<Identity, Row>,
    first_page: Option<BTreeMap<Identity, Row>>,
    last: Option<Identity>,
    offset: u64,
    is_complete: bool,
}

impl Reading {
    /// The row with which the next page begins, from 0.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// How many rows the pages had.
    pub(super) fn rows(&self) -> u64 {
        self.offset + u64::from(self.last.is_some())
    }

    /// Whether the last page was short.
    pub(super) fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Adds the next page. The later version of an operation counts. Returns whether the page fits to the one before.
    #[must_use]
    pub(super) fn add(&mut self, page: Vec<(Identity, Row)>) -> bool {
        self.add_page_of(page, LIMIT)
    }

    fn add_page_of(&mut self, page: Vec<(Identity, Row)>, limit: usize) -> bool {
        if self.last.is_some() && page.first().map(|(identity, _)| identity) != self.last.as_ref() {
            return false;
        }
        self.is_complete = page.len() < limit;
        self.offset += (page.len() as u64).saturating_sub(1);
        self.last = page.last().map(|(identity, _)| identity.clone());
        if self.first_page.is_none() {
            self.first_page = Some(page.iter().cloned().collect());
        }
        self.rows.extend(page);
        true
    }

    /// All rows, if the first page is still the same.
    pub(super) fn close(
        self,
        first_page_again: Vec<(Identity, Row)>,
    ) -> Option<BTreeMap<Identity, Row>> {
        let again: BTreeMap<_, _> = first_page_again.into_iter().collect();
        (self.first_page? == again).then_some(self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jetpay_core::id::{OperationId, ProjectId};
    use jetpay_core::report::ReportedOperation;
    use jetpay_core::status::{OperationStatus, OperationType};
    use jetpay_core::{Currency, Money};
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// An operation of this number and amount.
    fn row((number, minor): (u64, i64)) -> (Identity, Row) {
        let (project, id) = (ProjectId::new(1), OperationId::new(number));
        let (kind, status) = (OperationType::Sale, OperationStatus::Success);
        let amount = Money::new(minor, Currency::KZT);
        let operation = ReportedOperation::new(project, id, "p", kind, status, amount);
        (Identity::Operation(project, id), Ok(operation))
    }

    /// Reads pages of `limit` rows of the books, which change before the question with this number.
    fn read(
        books: &[(u64, i64)],
        limit: usize,
        change: Option<(usize, &[(u64, i64)])>,
    ) -> Option<BTreeMap<Identity, Row>> {
        let mut asked = 0;
        let mut page = |offset: u64| -> Vec<_> {
            let changed = change.filter(|(at, _)| asked >= *at);
            let now = changed.map_or(books, |(_, changed)| changed);
            asked += 1;
            let from = usize::try_from(offset).unwrap();
            now.iter()
                .copied()
                .skip(from)
                .take(limit)
                .map(row)
                .collect()
        };
        let mut reading = Reading::default();
        while !reading.is_complete() {
            if !reading.add_page_of(page(reading.offset()), limit) {
                return None;
            }
        }
        reading.close(page(0))
    }

    fn union(books: &[(u64, i64)]) -> BTreeMap<Identity, Row> {
        books.iter().copied().map(row).collect()
    }

    fn books() -> impl Strategy<Value = Vec<(u64, i64)>> {
        let shuffled = Just((1..60_u64).map(|id| (id, 100)).collect::<Vec<_>>()).prop_shuffle();
        (shuffled, 0..60_usize).prop_map(|(books, rows)| books.into_iter().take(rows).collect())
    }

    proptest! {
        #[test]
        fn any_split_into_pages_gives_the_union_in_which_the_later_version_counts(
            books in vec((1..40_u64, 1..3_i64), 0..60),
            limit in 2..70_usize,
        ) {
            let whole = read(&books, limit, None);
            // An operation that is there twice may also begin a page, which then fits by chance. It loses nothing.
            prop_assert_eq!(whole, Some(union(&books)));
        }

        #[test]
        fn rows_that_leave_or_come_while_pages_are_read_are_noticed_or_hide_no_other(
            books in books(),
            limit in 2..8_usize,
            before_question in 1..8_usize,
            changes in vec((0..60_usize, any::<bool>()), 1..5),
        ) {
            let mut changed = books.clone();
            for (id, (place, leaves)) in (1000..).zip(changes) {
                if leaves && !changed.is_empty() {
                    changed.remove(place % changed.len());
                } else {
                    changed.insert(place % (changed.len() + 1), (id, 100));
                }
            }
            if let Some(rows) = read(&books, limit, Some((before_question, &changed))) {
                for stays in changed.iter().filter(|row| books.contains(row)) {
                    let (identity, row) = row(*stays);
                    prop_assert_eq!(rows.get(&identity), Some(&row), "{:?}", stays);
                }
            }
        }
    }

    #[test]
    fn changed_first_page_and_shifted_pages_are_noticed() {
        let books: Vec<_> = (1..=10).map(|id| (id, 100)).collect();
        assert_eq!(read(&books, 4, None), Some(union(&books)));
        let mut without_the_second = books.clone();
        without_the_second.remove(1);
        let mut without_the_sixth = books.clone();
        without_the_sixth.remove(5);
        let mut with_another = books.clone();
        with_another.insert(0, (11, 100));
        let mut with_another_amount = books.clone();
        with_another_amount[0].1 = 200;
        for (name, before_question, changed) in [
            ("a row of the first page leaves", 1, &without_the_second),
            ("a row of the second page leaves", 2, &without_the_sixth),
            ("a row comes before the second page", 1, &with_another),
            ("a row comes before the end", 3, &with_another),
            ("an amount changes before the end", 3, &with_another_amount),
        ] {
            assert_eq!(
                read(&books, 4, Some((before_question, changed))),
                None,
                "{name}"
            );
        }
    }
}
