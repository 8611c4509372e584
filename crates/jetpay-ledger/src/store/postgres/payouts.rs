//! Payouts: their statements, and what of them a group fetches. Rows are written as JSON, whose columns the database
//! knows.

use std::sync::LazyLock;

use jetpay_core::id::{CustomerId, PaymentId};
use tokio_postgres::{Error, Row};

use super::ask;
use super::desk::{Desk, PayoutOnDesk};
use super::rows;
use super::session::Session;
use crate::store::PayoutRow;
use crate::store::payouts::{COLUMNS, KEPT_COLUMNS, sql, step};
use crate::work::{Failure, Keys};

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
    format!("SELECT spender, ({balance}) FROM unnest($1::text[]) AS spender")
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

/// Rows of what a group looks at.
#[derive(Default)]
pub(super) struct Fetched {
    payouts: Vec<Row>,
    keys: Vec<Row>,
    spenders: Vec<Row>,
}

/// Payouts are locked in the order of their ids, then spenders in that of theirs. What depends on a spender is read by
/// statements of their own afterwards, so that they see what those did who held the lock before: also whether they took
/// the key.
pub(super) async fn fetch(session: &Session, keys: &Keys) -> Result<Fetched, Error> {
    let Session { client, statements } = session;
    let mut fetched = Fetched::default();
    if !keys.payouts.is_empty() {
        let ids: Vec<&str> = keys.payouts.iter().map(PaymentId::as_str).collect();
        fetched.payouts = client.query(&statements.payouts, &[&ids]).await?;
    }
    let spenders: Vec<&str> = keys.spenders.iter().map(CustomerId::as_str).collect();
    if !spenders.is_empty() {
        client.query(&statements.spenders, &[&spenders]).await?;
        fetched.spenders = client.query(&statements.available, &[&spenders]).await?;
    }
    if !keys.payout_keys.is_empty() {
        let asked = keys.payout_keys.iter();
        let (projects, texts): (Vec<i64>, Vec<&str>) = asked
            .map(|(project, key)| (project.number().cast_signed(), key.as_str()))
            .unzip();
        let values: [&(dyn tokio_postgres::types::ToSql + Sync); 2] = [&projects, &texts];
        fetched.keys = client.query(&statements.payout_keys, &values).await?;
    }
    Ok(fetched)
}

/// Puts what was fetched onto the desk.
pub(super) fn take(desk: &mut Desk, keys: &Keys, fetched: &Fetched) -> Result<(), Failure> {
    desk.payouts = keys.payouts.iter().map(|id| (id.clone(), None)).collect();
    for row in &fetched.payouts {
        let row = PayoutRow::from_values(&ask::values(row)?)?;
        let payout = PayoutOnDesk {
            row,
            new: false,
            changed: false,
        };
        desk.payouts
            .insert(payout.row.payout.id.clone(), Some(payout));
    }
    let asked = keys.payout_keys.iter().cloned();
    desk.payout_keys = asked.map(|key| (key, None)).collect();
    for row in &fetched.keys {
        let key = (rows::project(row, 0)?, rows::get(row, 1)?);
        let under = (rows::id(row, 2)?, rows::get(row, 3)?);
        desk.payout_keys.insert(key, Some(under));
    }
    for row in &fetched.spenders {
        desk.spenders.insert(rows::id(row, 0)?, rows::get(row, 1)?);
    }
    Ok(())
}
