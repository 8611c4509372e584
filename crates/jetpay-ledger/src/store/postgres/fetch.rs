//! The first round trip: begins a transaction, and fetches and locks what a group will look at.

use std::collections::HashMap;

use futures_util::future::try_join;
use jetpay_core::id::{CustomerId, PaymentId};
use tokio_postgres::Row;

use super::desk::{Desk, EventRow, PaymentRow, Place};
use super::payouts;
use super::reads;
use super::rows;
use super::session::Session;
use super::trouble::Trouble;
use crate::state::{Effect, Standing};
use crate::work::{Failure, Keys};

/// Payments are locked in the order of their ids, so that two servers never wait for each other in a ring.
pub(super) async fn fetch(session: &Session, keys: &Keys) -> Result<Desk, Trouble> {
    let mut desk = Desk {
        fills_inbox: keys.fills_inbox,
        ..Desk::default()
    };
    // Polled in this order, and so sent in this order, without waiting for each other's answers.
    let begin = session.client.batch_execute("BEGIN");
    let ((), ()) = try_join(
        async { begin.await.map_err(Trouble::from) },
        fill(session, keys, &mut desk),
    )
    .await?;
    Ok(desk)
}

async fn fill(session: &Session, keys: &Keys, desk: &mut Desk) -> Result<(), Trouble> {
    let Session { client, statements } = session;
    let gate = async {
        if keys.fills_inbox {
            client.query(&statements.fill_inbox, &[]).await?;
        } else if keys.announces {
            client.query(&statements.announce, &[]).await?;
        }
        Ok(())
    };
    let ids: Vec<&str> = keys.payments.iter().map(PaymentId::as_str).collect();
    let number = |id: u64| id.cast_signed();
    let (projects, operations): (Vec<i64>, Vec<i64>) = keys
        .operations
        .iter()
        .map(|(project, operation)| (number(project.number()), number(operation.number())))
        .unzip();
    let payments = async {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        client.query(&statements.payments, &[&ids]).await
    };
    let events = async {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        client.query(&statements.events, &[&ids]).await
    };
    let effects = async {
        if ids.is_empty() && projects.is_empty() {
            return Ok(Vec::new());
        }
        let values: [&(dyn tokio_postgres::types::ToSql + Sync); 3] =
            [&ids, &projects, &operations];
        client.query(&statements.effects, &values).await
    };
    // Boxed: groups seldom have any, and a lane would carry the room for them for ever.
    let rare = Box::pin(rare(session, keys));
    let payouts = Box::pin(payouts::fetch(session, keys));
    let ((), payments, events, effects, rare, payouts) =
        futures_util::try_join!(gate, payments, events, effects, rare, payouts)?;
    payouts::take(desk, keys, &payouts)?;
    take_payments(desk, keys, &payments)?;
    take_events(desk, keys, &events)?;
    take_effects(desk, keys, &effects)?;
    take_rare(desk, keys, &rare)?;
    Ok(())
}

/// Rows of what groups seldom look at.
#[derive(Default)]
struct Rare {
    customers: Vec<Row>,
    alarms: Vec<Row>,
    bodies: Vec<Row>,
}

async fn rare(session: &Session, keys: &Keys) -> Result<Rare, tokio_postgres::Error> {
    let Session { client, statements } = session;
    let mut rare = Rare::default();
    if !keys.customers.is_empty() {
        let ids: Vec<&str> = keys.customers.iter().map(CustomerId::as_str).collect();
        rare.customers = client.query(&statements.customers, &[&ids]).await?;
    }
    if !keys.alarms.is_empty() {
        rare.alarms = client
            .query(reads::ALARMS_TO_SETTLE, &[&keys.alarms])
            .await?;
    }
    if !keys.bodies.is_empty() {
        let bodies: Vec<&[u8]> = keys.bodies.iter().map(|body| &**body).collect();
        rare.bodies = client.query(&statements.bodies, &[&bodies]).await?;
    }
    Ok(rare)
}

fn take_payments(desk: &mut Desk, keys: &Keys, rows: &[Row]) -> Result<(), Failure> {
    desk.payments = keys.payments.iter().map(|id| (id.clone(), None)).collect();
    for row in rows {
        let standing = Standing {
            project_id: rows::project(row, 1)?,
            amount: rows::money(row, 2)?,
            state: rows::word(row, 4)?,
            credited_by: rows::optional_operation(row, 5)?,
            credited: rows::get(row, 6)?,
            remaining: rows::get(row, 7)?,
            early: Vec::new(),
            effect: Effect::Free,
        };
        let payment = PaymentRow {
            standing,
            new: None,
            changed_at: None,
        };
        desk.payments.insert(rows::id(row, 0)?, Some(payment));
    }
    Ok(())
}

fn take_events(desk: &mut Desk, keys: &Keys, rows: &[Row]) -> Result<(), Failure> {
    desk.events = keys
        .payments
        .iter()
        .map(|id| (id.clone(), Vec::new()))
        .collect();
    for row in rows {
        let fact = rows::fact(row, 0)?;
        let events = desk.events.entry(fact.payment_id.clone()).or_default();
        events.push(EventRow {
            fact,
            kept: rows::word(row, 9)?,
            place: Place::Stored(rows::get(row, 10)?),
        });
    }
    Ok(())
}

fn take_effects(desk: &mut Desk, keys: &Keys, rows: &[Row]) -> Result<(), Failure> {
    let operations = keys.operations.iter().copied();
    desk.effects = operations
        .map(|operation| (operation, Vec::new()))
        .collect();
    // The entries of those operations were fetched, too.
    for event in desk.events.values().flatten() {
        let operation = (event.fact.project_id, event.fact.operation_id);
        desk.effects.entry(operation).or_default();
    }
    for row in rows {
        let operation = (rows::project(row, 0)?, rows::operation(row, 1)?);
        let made = desk.effects.entry(operation).or_default();
        made.push((rows::word(row, 2)?, rows::id(row, 3)?));
    }
    Ok(())
}

fn take_rare(desk: &mut Desk, keys: &Keys, rare: &Rare) -> Result<(), Failure> {
    let customers = keys.customers.iter().map(|id| (id.clone(), false));
    desk.customers = customers.collect();
    for row in &rare.customers {
        desk.customers.insert(rows::id(row, 0)?, true);
    }
    desk.alarms = keys.alarms.iter().map(|seq| (*seq, None)).collect();
    for row in &rare.alarms {
        let alarm = reads::alarm(row)?;
        desk.alarms.insert(alarm.seq, Some(alarm));
    }
    let bodies: HashMap<Box<[u8]>, bool> = keys
        .bodies
        .iter()
        .map(|body| (body.clone(), false))
        .collect();
    desk.bodies = bodies;
    for row in &rare.bodies {
        let body: &[u8] = rows::get(row, 0)?;
        desk.bodies.insert(body.into(), true);
    }
    Ok(())
}
