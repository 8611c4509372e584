//! All rows. A folder is a chapter of a report.

mod bad_input;
mod conditions;
mod documented;
mod expectations;
mod idempotence;
mod malleability;
mod money;
mod order;
mod robustness;
mod sections;
mod shape;
mod signatures;
#[cfg(test)]
mod tests;
mod time;

use super::row::{Group, Row};

/// All rows by chapter, in the order of a report.
static CHAPTERS: &[(Group, &[&[Row]])] = &[
    (Group::Shape, shape::ROWS),
    (Group::Documented, documented::ROWS),
    (Group::Signatures, signatures::ROWS),
    (Group::Malleability, &[malleability::ROWS]),
    (Group::Idempotence, idempotence::ROWS),
    (Group::Money, money::ROWS),
    (Group::Order, order::ROWS),
    (Group::BadInput, bad_input::ROWS),
    (Group::Robustness, robustness::ROWS),
    (Group::Time, &[time::ROWS]),
];

/// All rows, each with its chapter.
pub(crate) fn all() -> impl Iterator<Item = (Group, &'static Row)> {
    CHAPTERS.iter().flat_map(|(group, files)| {
        let rows = files.iter().copied().flatten();
        rows.map(|row| (*group, row))
    })
}
