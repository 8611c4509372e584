//! Payouts as rows: the same columns and the same questions in every store.

mod row;
pub(crate) mod sql;
pub(crate) mod step;
mod value;

pub use row::PayoutRow;
pub(crate) use row::{COLUMNS, KEPT_COLUMNS};
