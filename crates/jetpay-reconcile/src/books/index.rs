//! The order of the operations, and which row of each counts.

use std::cmp::Reverse;

use super::PlatformBooks;

/// The rows that count, in order; and the operations that have several contents.
pub(super) struct Index {
    /// For each operation, the row that counts: by project and operation.
    pub(super) operations: Box<[u32]>,
    /// For each operation with several contents, its place, and a row of each content: newer sources first, then later times.
    pub(super) versions: Box<[(u32, Vec<u32>)]>,
}

impl Index {
    pub(super) fn of(books: &PlatformBooks) -> Self {
        let rows = u32::try_from(books.rows.len()).expect("fewer than 2^32 rows");
        let mut order: Vec<u32> = (0..rows).collect();
        order.sort_unstable_by(|&left, &right| {
            let by_identity = books.identity(left).cmp(&books.identity(right));
            by_identity.then_with(|| {
                let (left, right) = (books.listed(left), books.listed(right));
                let newer = |row: &super::Listed<'_>| Reverse(row.source);
                let by_source = newer(&left).cmp(&newer(&right));
                let by_content = || right.content().cmp(&left.content());
                let by_line = || left.line.cmp(&right.line);
                by_source.then_with(by_content).then_with(by_line)
            })
        });
        let groups = order.chunk_by(|&left, &right| books.identity(left) == books.identity(right));
        let versions = (0..).zip(groups).filter_map(|(place, rows)| {
            let contents = contents(books, rows)?;
            Some((place, contents))
        });
        let versions = versions.collect();
        order.dedup_by_key(|row| books.identity(*row));
        Self {
            operations: order.into_boxed_slice(),
            versions,
        }
    }
}

/// A row of each content of each source, if the rows of an operation say different things.
fn contents(books: &PlatformBooks, rows: &[u32]) -> Option<Vec<u32>> {
    let first = books.listed(*rows.first()?);
    let differs = |&row: &u32| books.listed(row).content() != first.content();
    if !rows.iter().any(differs) {
        return None;
    }
    let mut contents = rows.to_vec();
    contents.dedup_by(|later, earlier| {
        let (later, earlier) = (books.listed(*later), books.listed(*earlier));
        (later.source, later.content()) == (earlier.source, earlier.content())
    });
    Some(contents)
}
