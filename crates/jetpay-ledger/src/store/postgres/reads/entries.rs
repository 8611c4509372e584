//! Entries, and how much waits.

use deadpool_postgres::Object;

use super::super::rows;
use super::super::trouble::Trouble;
use super::list;
use crate::entry::Entry;
use crate::millis::Millis;
use crate::recorded::Counts;
use crate::work::Failure;

/// In the order of commit, those after `after`.
pub(crate) async fn entries(
    client: Object,
    after: i64,
    limit: usize,
) -> Result<Vec<Entry>, Trouble> {
    let sql = "SELECT seq, kind, payment_id, operation_id, entries.project_id, method, customer_id,
                      entries.amount, currency, time
               FROM entries JOIN payments ON payments.id = payment_id
               WHERE seq > $1 ORDER BY seq LIMIT $2";
    list(&client, sql, &[&after, &rows::limit(limit)], |row| {
        Ok(Entry {
            seq: rows::get(row, 0)?,
            kind: rows::word(row, 1)?,
            payment_id: rows::id(row, 2)?,
            operation_id: rows::operation(row, 3)?,
            project_id: rows::project(row, 4)?,
            method: rows::get(row, 5)?,
            customer_id: rows::id(row, 6)?,
            amount: rows::money(row, 7)?,
            time: Millis(rows::get(row, 9)?),
        })
    })
    .await
}

pub(crate) async fn counts(client: Object) -> Result<Counts, Trouble> {
    let sql = "SELECT pending, unmatched, quarantined, alarms, open_alarms FROM counts";
    let counts = list(&client, sql, &[], |row| {
        Ok(Counts {
            pending: rows::get(row, 0)?,
            unmatched: rows::get(row, 1)?,
            quarantined: rows::get(row, 2)?,
            alarms: rows::get(row, 3)?,
            open_alarms: rows::get(row, 4)?,
        })
    });
    let nothing = || Failure::Store("the row of counts is gone".into());
    Ok(counts.await?.pop().ok_or_else(nothing)?)
}
