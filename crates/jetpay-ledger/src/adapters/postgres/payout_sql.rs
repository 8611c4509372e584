//! The statements for payouts. Rows are written as JSON, whose columns the database knows.

use std::sync::LazyLock;

use crate::port::payouts::{COLUMNS, KEPT_COLUMNS, sql, step};

pub(super) static BY_IDS: LazyLock<String> = LazyLock::new(sql::by_ids);
pub(super) static ADD: LazyLock<String> = LazyLock::new(|| {
    let columns = COLUMNS.join(", ");
    format!(
        "INSERT INTO payouts ({columns})
         SELECT {columns} FROM json_populate_recordset(NULL::payouts, $1::text::json)"
    )
});
pub(super) static CHANGE: LazyLock<String> = LazyLock::new(|| {
    let changed = &COLUMNS[KEPT_COLUMNS..];
    format!(
        "UPDATE payouts SET ({}) = (n.{})
         FROM json_populate_recordset(NULL::payouts, $1::text::json) AS n WHERE payouts.payment_id = n.payment_id",
        changed.join(", "),
        changed.join(", n.")
    )
});
pub(super) static AVAILABLE: LazyLock<String> = LazyLock::new(|| {
    let balance = sql::BALANCE.replace("$1", "spender");
    format!(
        "SELECT spender, balance.* FROM unnest($1::text[]) AS spender, LATERAL ({balance}) AS balance (left_over, taken)"
    )
});
/// Numbered from the row of `counts`, which was counted up before and is locked.
pub(super) static ADD_STEPS: LazyLock<String> = LazyLock::new(|| {
    let columns = step::STEP_COLUMNS.join(", ");
    format!(
        "INSERT INTO payout_steps ({columns})
         SELECT (SELECT last_step FROM counts WHERE one) + seq, {}
         FROM json_populate_recordset(NULL::payout_steps, $1::text::json)",
        step::STEP_COLUMNS[1..].join(", ")
    )
});
