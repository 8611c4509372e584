//! The first round trip: begins a transaction, and fetches and locks what a group will look at.

use std::borrow::Cow;
use std::collections::BTreeSet;

use jetpay_core::id::{CustomerId, PaymentId};
use jetpay_rules::{NewEntry, PaymentSnapshot};
use tokio_postgres::Row;

use super::error::PostgresError;
use super::rows::Values;
use super::session::Session;
use super::wire::send;
use super::working_set::{EventRow, PaymentRow, Place, WorkingSet};
use super::{payouts, query, reads, rows};
use crate::model::MAX_OPEN_UNUSABLE;
use crate::port::{Keys, StoredEntry, TransactionError, alarms};

/// Sends all statements in this order, then waits for the answers. Payments are locked in the order of their ids, so that two
/// servers never wait for each other in a ring.
pub(super) async fn fetch(session: &Session, keys: &Keys) -> Result<WorkingSet, PostgresError> {
    let Session { client, statements } = session;
    let ids: Vec<&str> = keys.payments.iter().map(PaymentId::as_str).collect();
    let (projects, operations): (Vec<i64>, Vec<i64>) = keys
        .operations
        .iter()
        .map(|(project, operation)| (number(project.number()), number(operation.number())))
        .unzip();

    let begin = send(async { client.batch_execute("BEGIN").await }).await;
    let inbox_lock = send(async {
        if keys.fills_inbox {
            client.query(&statements.fill_inbox, &[]).await?;
        } else if keys.announces {
            client.query(&statements.announce, &[]).await?;
        }
        Ok::<_, tokio_postgres::Error>(())
    })
    .await;
    let payments = send(async {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        client.query(&statements.payments, &[&ids]).await
    })
    .await;
    let events = send(async {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        client.query(&statements.events, &[&ids]).await
    })
    .await;
    let effects = send(async {
        if ids.is_empty() && projects.is_empty() {
            return Ok(Vec::new());
        }
        let values: Values<'_> = &[&ids, &projects, &operations];
        client.query(&statements.effects, values).await
    })
    .await;
    let rare = send(rare(session, keys)).await;
    let payouts = send(payouts::fetch_rows(session, keys)).await;

    begin.wait().await?;
    inbox_lock.wait().await?;
    let mut set = WorkingSet {
        fills_inbox: keys.fills_inbox,
        ..WorkingSet::default()
    };
    take_payments(&mut set, keys, &payments.wait().await?)?;
    take_events(&mut set, keys, &events.wait().await?)?;
    take_effects(&mut set, keys, &effects.wait().await?)?;
    take_rare(&mut set, keys, &rare.wait().await?)?;
    payouts::take(&mut set, keys, &payouts.wait().await?)?;
    Ok(set)
}

fn number(id: u64) -> i64 {
    id.cast_signed()
}

/// The rows that groups seldom read.
#[derive(Default)]
struct Rare {
    customers: Vec<Row>,
    contracts: Vec<Row>,
    alarms: Vec<Row>,
    entries: Vec<Row>,
    signatures: Vec<Row>,
    declines: Vec<Row>,
    unusable: Vec<Row>,
}

async fn rare(session: &Session, keys: &Keys) -> Result<Rare, tokio_postgres::Error> {
    let Session { client, statements } = session;
    let mut rare = Rare::default();
    // First, so that this lock is always taken before those of payouts and spenders.
    if !keys.unusable.is_empty() {
        let projects = keys.unusable.iter().map(|id| number(id.number()));
        let projects: BTreeSet<i64> = projects.collect();
        let projects: Vec<i64> = projects.into_iter().collect();
        client
            .query(&statements.lock_unusable, &[&projects])
            .await?;
        // A later statement, so that it sees what the transaction did that held the lock before.
        let values: Values<'_> = &[&projects, &rows::limit(MAX_OPEN_UNUSABLE)];
        rare.unusable = client.query(&statements.open_unusable, values).await?;
    }
    if !keys.customers.is_empty() {
        let ids: Vec<&str> = keys.customers.iter().map(CustomerId::as_str).collect();
        rare.customers = client.query(&statements.customers, &[&ids]).await?;
    }
    if !keys.contracts.is_empty() {
        let ids: Vec<&str> = keys.contracts.iter().map(CustomerId::as_str).collect();
        rare.contracts = client.query(&statements.contracts, &[&ids]).await?;
    }
    if !keys.alarms.is_empty() {
        rare.alarms = client.query(&alarms::to_resolve(), &[&keys.alarms]).await?;
    }
    if !keys.entries.is_empty() {
        // Read after the payments are locked: so it is known whether an entry is corrected.
        rare.entries = client.query(&statements.entries, &[&keys.entries]).await?;
    }
    if !keys.signatures.is_empty() {
        let asked = keys.signatures.iter();
        let (signatures, reasons): (Vec<&str>, Vec<Cow<'_, str>>) = asked
            .map(|(signature, reason)| (&**signature, rows::without_nul(reason)))
            .unzip();
        let values: Values<'_> = &[&signatures, &reasons];
        rare.signatures = client.query(&statements.signatures, values).await?;
    }
    if !keys.declines.is_empty() {
        // Read after the payments are locked: no other transaction adds one meanwhile.
        let ids: Vec<&str> = keys.declines.iter().map(PaymentId::as_str).collect();
        rare.declines = client.query(&statements.declines, &[&ids]).await?;
    }
    Ok(rare)
}

fn take_payments(set: &mut WorkingSet, keys: &Keys, rows: &[Row]) -> Result<(), TransactionError> {
    set.payments = keys.payments.iter().map(|id| (id.clone(), None)).collect();
    for row in rows {
        let snapshot = PaymentSnapshot {
            project_id: rows::project(row, 1)?,
            amount: rows::money(row, 2)?,
            state: rows::word(row, 4)?,
            credited_by: rows::optional_operation(row, 5)?,
            credited: rows::get(row, 6)?,
            remaining: rows::get(row, 7)?,
            refunded: rows::get(row, 8)?,
            early: Vec::new(),
        };
        let payment = PaymentRow {
            snapshot,
            customer_id: rows::id(row, 9)?,
            has_large: rows::get(row, 10)?,
            new: None,
            changed_at: None,
        };
        set.payments.insert(rows::id(row, 0)?, Some(payment));
    }
    Ok(())
}

fn take_events(set: &mut WorkingSet, keys: &Keys, rows: &[Row]) -> Result<(), TransactionError> {
    set.events = keys
        .payments
        .iter()
        .map(|id| (id.clone(), Vec::new()))
        .collect();
    for row in rows {
        let event = rows::event(row, 0)?;
        let events = set.events.entry(event.payment_id.clone()).or_default();
        events.push(EventRow {
            event,
            status: rows::word(row, 9)?,
            place: Place::Stored(rows::get(row, 10)?),
        });
    }
    Ok(())
}

fn take_effects(set: &mut WorkingSet, keys: &Keys, rows: &[Row]) -> Result<(), TransactionError> {
    let operations = keys.operations.iter().copied();
    set.effects = operations
        .map(|operation| (operation, Vec::new()))
        .collect();
    // The entries of those operations were fetched, too.
    for event in set.events.values().flatten() {
        if let Some(operation) = event.event.operation_id {
            let operation = (event.event.project_id, operation);
            set.effects.entry(operation).or_default();
        }
    }
    for row in rows {
        let operation = (rows::project(row, 0)?, rows::operation(row, 1)?);
        let made = set.effects.entry(operation).or_default();
        made.push((rows::kind(row, 2)?, rows::id(row, 3)?));
    }
    Ok(())
}

fn take_rare(set: &mut WorkingSet, keys: &Keys, rare: &Rare) -> Result<(), TransactionError> {
    let customers = keys.customers.iter().map(|id| (id.clone(), false));
    set.customers = customers.collect();
    for row in &rare.customers {
        set.customers.insert(rows::id(row, 0)?, true);
    }
    let contracts = keys.contracts.iter().map(|id| (id.clone(), None));
    set.contracts = contracts.collect();
    for row in &rare.contracts {
        let customer = reads::from_row(row)?;
        let id = customer.customer_id.clone();
        set.contracts.insert(id, Some(customer));
    }
    set.alarms = keys.alarms.iter().map(|seq| (*seq, None)).collect();
    for row in &rare.alarms {
        let alarm = alarms::alarm(&query::values(row)?)?;
        set.alarms.insert(alarm.seq, Some(alarm));
    }
    set.entries = keys.entries.iter().map(|seq| (*seq, None)).collect();
    for row in &rare.entries {
        let stored = StoredEntry {
            payment_id: rows::id(row, 1)?,
            entry: NewEntry {
                operation_id: rows::operation(row, 2)?,
                kind: rows::kind(row, 3)?,
                amount: rows::get(row, 4)?,
            },
            corrected: rows::get(row, 5)?,
        };
        set.entries.insert(rows::get(row, 0)?, Some(stored));
    }
    for row in &rare.unusable {
        let open: i64 = rows::get(row, 1)?;
        let open = usize::try_from(open).unwrap_or(usize::MAX);
        set.unusable.insert(rows::project(row, 0)?, open);
    }
    set.declines = keys.declines.iter().map(|id| (id.clone(), false)).collect();
    for row in &rare.declines {
        set.declines.insert(rows::id(row, 0)?, true);
    }
    let asked = keys.signatures.iter();
    let asked =
        asked.map(|(signature, reason)| (signature.clone(), rows::without_nul(reason).into()));
    set.signatures = asked.map(|key| (key, false)).collect();
    for row in &rare.signatures {
        let signature: &str = rows::get(row, 0)?;
        let key = (signature.into(), rows::get(row, 1)?);
        set.signatures.insert(key, true);
    }
    Ok(())
}
