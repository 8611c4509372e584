//! The first round trip: begins a transaction, and fetches and locks what a group will look at.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use jetpay_core::id::{CustomerId, PaymentId, ProjectId};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Row, Statement};

use super::deliveries;
use super::error::PostgresError;
use super::rows::read;
use super::session::Session;
use super::wire::send;
use super::working_set::{EventRow, PaymentRow, PayoutRowInSet, Place, WorkingSet, missing};
use crate::model::{MAX_OPEN_UNUSABLE, without_nul};
use crate::port::payouts::sql;
use crate::port::{
    DifferenceRow, Keys, PayoutRow, StoredEvent, TransactionError, Value, alarms, rows,
};

/// Sends all statements in this order, then waits for the answers. Payments are locked in the order of their ids, so that two
/// servers never wait for each other in a ring.
pub(super) async fn fetch(session: &Session, keys: &Keys) -> Result<WorkingSet, PostgresError> {
    let Session { client, statements } = session;
    let ids: Vec<&str> = keys.payments.iter().map(PaymentId::as_str).collect();
    let operations = keys.operations.iter();
    let (projects, operations): (Vec<i64>, Vec<i64>) = operations
        .map(|(project, operation)| (stored(*project), operation.number().cast_signed()))
        .unzip();

    let begin = send(async { client.batch_execute("BEGIN").await }).await;
    let inbox_lock = send(async {
        if keys.fills_inbox {
            client.query(&statements.fill_inbox, &[]).await?;
        } else if keys.announces {
            client.query(&statements.announce, &[]).await?;
        }
        Ok::<_, Error>(())
    })
    .await;
    let payments = send(of(client, &statements.payments, &ids)).await;
    let events = send(of(client, &statements.events, &ids)).await;
    let effects = send(async {
        if ids.is_empty() && projects.is_empty() {
            return Ok(Vec::new());
        }
        let values: [&(dyn ToSql + Sync); 3] = [&ids, &projects, &operations];
        client.query(&statements.effects, &values).await
    })
    .await;
    // Before the alarms that an operator resolves are locked.
    let deliveries = send(deliveries::fetch(session, keys)).await;
    let rare = send(rare(session, keys)).await;
    let payouts = send(payouts(session, keys)).await;

    begin.wait().await?;
    inbox_lock.wait().await?;
    let mut set = WorkingSet {
        fills_inbox: keys.fills_inbox,
        ..WorkingSet::default()
    };
    take_payments(&mut set, keys, &payments.wait().await?)?;
    take_events(&mut set, keys, &events.wait().await?)?;
    take_effects(&mut set, keys, &effects.wait().await?)?;
    set.deliveries = deliveries.wait().await?;
    let (rare, payouts) = (rare.wait().await?, payouts.wait().await?);
    Ok(WorkingSet {
        deliveries: set.deliveries,
        payments: set.payments,
        events: set.events,
        effects: set.effects,
        payouts: payouts.payouts,
        payout_keys: payouts.payout_keys,
        spenders: payouts.spenders,
        fills_inbox: set.fills_inbox,
        ..rare
    })
}

fn stored(id: ProjectId) -> i64 {
    id.number().cast_signed()
}

/// The rows that a statement gives for these keys. Without a key nothing is sent.
async fn of<T: ToSql + Sync>(
    client: &Client,
    statement: &Statement,
    keys: &[T],
) -> Result<Vec<Row>, Error> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    client.query(statement, &[&keys]).await
}

/// What was found under each key that was asked for; the default for nothing.
fn found<K: Clone + Eq + Hash, V: Default>(asked: &[K], found: Vec<(K, V)>) -> HashMap<K, V> {
    let nothing = asked.iter().map(|key| (key.clone(), V::default()));
    nothing.chain(found).collect()
}

fn take_payments(set: &mut WorkingSet, keys: &Keys, rows: &[Row]) -> Result<(), TransactionError> {
    let payments = read(rows, |row| {
        let id = row.id()?;
        let payment = PaymentRow {
            snapshot: rows::snapshot(row)?,
            customer_id: row.id()?,
            has_large: row.truth()?,
            new: None,
            changed_at: None,
        };
        Ok((id, Some(payment)))
    });
    set.payments = found(&keys.payments, payments?);
    Ok(())
}

fn take_events(set: &mut WorkingSet, keys: &Keys, rows: &[Row]) -> Result<(), TransactionError> {
    set.events = found(&keys.payments, Vec::new());
    let events = read(rows, |row| {
        let StoredEvent { event, status } = rows::stored_event(row)?;
        Ok(EventRow {
            event,
            status,
            place: Place::Stored(row.int()?),
        })
    });
    for event in events? {
        let events = set.events.entry(event.event.payment_id.clone());
        events.or_default().push(event);
    }
    Ok(())
}

fn take_effects(set: &mut WorkingSet, keys: &Keys, rows: &[Row]) -> Result<(), TransactionError> {
    set.effects = found(&keys.operations, Vec::new());
    // The entries of those operations were fetched, too.
    for event in set.events.values().flatten() {
        if let Some(operation) = event.event.operation_id {
            let operation = (event.event.project_id, operation);
            set.effects.entry(operation).or_default();
        }
    }
    let effects = read(rows, |row| {
        Ok(((row.project()?, row.operation()?), (row.kind()?, row.id()?)))
    });
    for (operation, effect) in effects? {
        set.effects.entry(operation).or_default().push(effect);
    }
    Ok(())
}

/// The part of a working set that groups seldom read. What is read here comes after the payments are locked: so it is known
/// whether an entry is corrected, and no other transaction adds an alarm meanwhile.
async fn rare(session: &Session, keys: &Keys) -> Result<WorkingSet, PostgresError> {
    let Session { client, statements } = session;
    let mut set = WorkingSet::default();
    // First, so that this lock is always taken before those of payouts and spenders.
    if !keys.unusable.is_empty() {
        let projects: BTreeSet<i64> = keys.unusable.iter().copied().map(stored).collect();
        let projects: Vec<i64> = projects.into_iter().collect();
        of(client, &statements.lock_unusable, &projects).await?;
        // A later statement, so that it sees what the transaction did that held the lock before.
        let values: [&(dyn ToSql + Sync); 2] = [&projects, &Value::limit(MAX_OPEN_UNUSABLE)];
        let rows = client.query(&statements.open_unusable, &values).await?;
        let open = read(&rows, |row| {
            let open = (row.project()?, row.int()?);
            Ok((open.0, usize::try_from(open.1).unwrap_or(usize::MAX)))
        });
        set.unusable = found(&keys.unusable, open?);
    }
    if keys.reconciles {
        client.query(&statements.lock_reconciliations, &[]).await?;
        // A later statement, as above.
        let rows = client.query(&statements.last_run, &[]).await?;
        set.last_run = read(&rows, rows::number)?.pop();
    }
    let ids: Vec<&str> = keys.customers.iter().map(CustomerId::as_str).collect();
    let rows = of(client, &statements.customers, &ids).await?;
    let customers = read(&rows, |row| Ok((row.id()?, true)));
    set.customers = found(&keys.customers, customers?);
    let ids: Vec<&str> = keys.contracts.iter().map(CustomerId::as_str).collect();
    let rows = of(client, &statements.contracts, &ids).await?;
    let contracts = read(&rows, |row| {
        let customer = rows::customer(row)?;
        Ok((customer.customer_id.clone(), Some(customer)))
    });
    set.contracts = found(&keys.contracts, contracts?);
    differences_and_alarms(session, keys, &mut set).await?;
    let rows = of(client, &statements.entries, &keys.entries).await?;
    let entries = read(&rows, |row| {
        Ok((row.int()?, Some(rows::stored_entry(row)?)))
    });
    set.entries = found(&keys.entries, entries?);
    if !keys.signatures.is_empty() {
        let asked = keys.signatures.iter();
        let asked: Vec<(Box<str>, String)> = asked
            .map(|(signature, reason)| (signature.clone(), without_nul(reason).into()))
            .collect();
        let (signatures, reasons): (Vec<&str>, Vec<&str>) =
            asked.iter().map(|(one, other)| (&**one, &**other)).unzip();
        let values: [&(dyn ToSql + Sync); 2] = [&signatures, &reasons];
        let rows = client.query(&statements.signatures, &values).await?;
        let known = read(&rows, |row| Ok(((row.text()?.into(), row.string()?), true)));
        set.signatures = found(&asked, known?);
    }
    let ids: Vec<&str> = keys.declines.iter().map(PaymentId::as_str).collect();
    let rows = of(client, &statements.declines, &ids).await?;
    let declines = read(&rows, |row| Ok((row.id()?, true)));
    set.declines = found(&keys.declines, declines?);
    Ok(set)
}

/// Locks differences, also those that the alarms are about, in the order of their ids, then the alarms: a run locks an alarm
/// that it resolves after the difference, too.
async fn differences_and_alarms(
    session: &Session,
    keys: &Keys,
    set: &mut WorkingSet,
) -> Result<(), PostgresError> {
    let Session { client, statements } = session;
    if keys.differences.is_empty() && keys.alarms.is_empty() {
        return Ok(());
    }
    let values: [&(dyn ToSql + Sync); 2] = [&keys.differences, &keys.alarms];
    let rows = client.query(&statements.differences, &values).await?;
    let differences = read(&rows, |row| {
        let row = DifferenceRow::read(row)?;
        Ok((row.id.clone(), Some(row)))
    });
    set.differences = found(&keys.differences, differences?);
    if keys.alarms.is_empty() {
        return Ok(());
    }
    let rows = client.query(&alarms::to_resolve(), &[&keys.alarms]).await?;
    let alarms = read(&rows, |row| {
        let alarm = alarms::alarm(row)?;
        Ok((alarm.seq, Some(alarm)))
    });
    set.alarms = found(&keys.alarms, alarms?);
    // An alarm was raised meanwhile, or its difference is gone: all of them are asked for at once.
    let alarms = set.alarms.values().flatten();
    let named = alarms.filter_map(|alarm| alarm.difference.clone());
    let unseen: Vec<String> = named
        .filter(|id| !set.differences.contains_key(id))
        .collect();
    if !unseen.is_empty() {
        return Err(missing(|keys| keys.differences = unseen).into());
    }
    Ok(())
}

/// The part of a working set that is about payouts. Locks payouts in the order of their ids, then spenders in the order of
/// theirs. What depends on a spender is read by later statements, so that they see what the transaction did that held the lock
/// before: also whether it used the key.
async fn payouts(session: &Session, keys: &Keys) -> Result<WorkingSet, PostgresError> {
    let Session { client, statements } = session;
    let mut set = WorkingSet::default();
    let ids: Vec<&str> = keys.payouts.iter().map(PaymentId::as_str).collect();
    let rows = of(client, &statements.payouts, &ids).await?;
    let payouts = read(&rows, |row| {
        let payout = PayoutRowInSet {
            row: PayoutRow::read(row)?,
            new: false,
            changed: false,
        };
        Ok((payout.row.payout.id.clone(), Some(payout)))
    });
    set.payouts = found(&keys.payouts, payouts?);
    let spenders: Vec<&str> = keys.spenders.iter().map(CustomerId::as_str).collect();
    of(client, &statements.spenders, &spenders).await?;
    let rows = of(client, &statements.available, &spenders).await?;
    let spenders = read(&rows, |row| Ok((row.id()?, sql::balance(row)?)));
    set.spenders = spenders?.into_iter().collect();
    if !keys.payout_keys.is_empty() {
        let asked = keys.payout_keys.iter();
        let (projects, texts): (Vec<i64>, Vec<&str>) = asked
            .map(|(project, key)| (stored(*project), key.as_str()))
            .unzip();
        let values: [&(dyn ToSql + Sync); 2] = [&projects, &texts];
        let rows = client.query(&statements.payout_keys, &values).await?;
        let used = read(&rows, |row| {
            let key = (row.project()?, row.string()?);
            Ok((key, Some(sql::with_key(row)?)))
        });
        set.payout_keys = found(&keys.payout_keys, used?);
    }
    Ok(set)
}
