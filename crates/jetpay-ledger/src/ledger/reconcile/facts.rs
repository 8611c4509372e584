//! All that is recorded about the operations that do not agree at first sight.

use std::collections::HashMap;

use jetpay_core::Currency;
use jetpay_core::id::{OperationId, ProjectId};
use jetpay_reconcile::{BookedEntry, Facts, Key, RecordedPayment};

use super::recorded::{ENTRY, EVENT, MOVED, STEP, entry, event, step};
use crate::ledger::Ledger;
use crate::ledger::listed::{list, listed};
use crate::model::{Error, Millis};
use crate::port::{Value, reconciliations};

/// The operations that are looked up together, and what was found.
struct Batch<'k> {
    facts: Vec<Facts>,
    /// Since when nothing but an operator's word speaks of each.
    foreign: Vec<Option<Millis>>,
    places: HashMap<(ProjectId, OperationId), usize>,
    payments: HashMap<&'k str, Vec<usize>>,
}

impl<'k> Batch<'k> {
    fn of(keys: &'k [Key]) -> Self {
        let places = keys.iter().zip(0..);
        let places = places.map(|(key, place)| ((key.project_id, key.operation_id), place));
        let mut payments: HashMap<&str, Vec<usize>> = HashMap::new();
        for (place, key) in keys.iter().enumerate() {
            if let Some(payment_id) = &key.payment_id {
                payments.entry(payment_id).or_default().push(place);
            }
        }
        Self {
            facts: keys.iter().map(|_| Facts::default()).collect(),
            foreign: vec![None; keys.len()],
            places: places.collect(),
            payments,
        }
    }

    fn operation(&mut self, project_id: ProjectId, id: OperationId) -> Option<&mut Facts> {
        let place = self.places.get(&(project_id, id))?;
        self.facts.get_mut(*place)
    }

    fn payment(&mut self, id: &str, mut note: impl FnMut(&mut Facts)) {
        for place in self.payments.get(id).into_iter().flatten() {
            note(&mut self.facts[*place]);
        }
    }

    fn book(&mut self, entries: impl IntoIterator<Item = BookedEntry>) {
        for entry in entries {
            if let Some(facts) = self.operation(entry.project_id, entry.operation_id) {
                facts.entries.push(entry);
            }
        }
    }

    /// An operator called the operation foreign at this time.
    fn is_foreign(&mut self, place: usize, since: Millis) {
        let known = &mut self.foreign[place];
        *known = (*known).max(Some(since));
    }

    /// An operator's word holds until something is booked.
    fn done(mut self) -> Vec<Facts> {
        for (facts, since) in self.facts.iter_mut().zip(self.foreign) {
            let booked = facts.entries.iter().map(|entry| entry.time).max();
            let holds = |since: Millis| booked.is_none_or(|time| time <= since.0.div_euclid(1_000));
            facts.is_foreign |= since.is_some_and(holds);
        }
        self.facts
    }
}

impl Ledger {
    /// The facts about each of these operations, at most [`BATCH`](crate::ledger::listed::BATCH), in their order. An operator who says that a payout was paid
    /// names no operation: then it is that of `last_payouts`.
    pub(super) async fn facts(
        &self,
        keys: &[Key],
        last_payouts: &HashMap<(ProjectId, &str), OperationId>,
    ) -> Result<Vec<Facts>, Error> {
        let mut batch = Batch::of(keys);
        let operations = list(keys.iter().map(|key| key.operation_id.into()));
        let payments = keys.iter().filter_map(|key| key.payment_id.as_deref());
        let payments = list(payments.map(Value::from));

        // Events before entries: then the entry of each applied event is among those.
        let sql = format!("SELECT {EVENT} FROM events WHERE operation_id IN ({{}}) ORDER BY seq");
        let events = self.look_up(&sql, &operations, event).await?;
        for event in events.into_iter().flatten() {
            if let Some(facts) = batch.operation(event.project_id, event.operation_id) {
                facts.events.push(event);
            }
        }
        let mut projects: Vec<ProjectId> = keys.iter().map(|key| key.project_id).collect();
        projects.dedup();
        let sql = format!(
            "SELECT {ENTRY} FROM entries WHERE project_id = $1 AND operation_id IN ({{}}) ORDER BY seq"
        );
        for project_id in projects {
            let mut values = vec![project_id.into()];
            values.extend(operations.iter().cloned());
            let entries = self.read(&listed(&sql, 2), values, entry).await?;
            batch.book(entries);
        }
        let sql = format!(
            "SELECT {STEP} FROM payout_steps WHERE operation_id IN ({{}}) AND {MOVED} ORDER BY seq"
        );
        let steps = self.look_up(&sql, &operations, |row| step(row, |_, _| None));
        batch.book(steps.await?.into_iter().flatten());
        let sql = format!(
            "SELECT {STEP} FROM payout_steps WHERE payment_id IN ({{}}) AND what = 'paid' AND operation_id IS NULL"
        );
        let known = |project_id, id: &str| last_payouts.get(&(project_id, id)).copied();
        let steps = self.look_up(&sql, &payments, |row| step(row, known));
        batch.book(steps.await?.into_iter().flatten());
        self.look_up_payments(&payments, &mut batch).await?;
        self.look_up_alarms(&operations, &payments, &mut batch)
            .await?;
        self.look_up_foreign(keys, &operations, &payments, &mut batch)
            .await?;
        Ok(batch.done())
    }

    /// The payments and payouts that the platform names.
    async fn look_up_payments(
        &self,
        payments: &[Value<'_>],
        batch: &mut Batch<'_>,
    ) -> Result<(), Error> {
        for sql in [
            "SELECT id, project_id, currency, state FROM payments WHERE id IN ({})",
            "SELECT payment_id, project_id, currency, NULL FROM payouts WHERE payment_id IN ({})",
        ] {
            let found = self.look_up(sql, payments, |row| {
                let (id, project_id) = (row.string()?, row.project()?);
                let currency = Currency::parse(row.text()?).map_err(|_| row.broken())?;
                let payment = RecordedPayment {
                    project_id,
                    currency,
                    state: row.optional_word()?,
                };
                Ok((id, payment))
            });
            for (id, payment) in found.await? {
                batch.payment(&id, |facts| facts.payment = Some(payment.clone()));
            }
        }
        Ok(())
    }

    /// Open alarms about the operation, else about the payment, the oldest of them. Those that reconciliations raised say what
    /// this one finds again.
    async fn look_up_alarms(
        &self,
        operations: &[Value<'_>],
        payments: &[Value<'_>],
        batch: &mut Batch<'_>,
    ) -> Result<(), Error> {
        let sql = "SELECT seq, project_id, operation_id FROM alarms
            WHERE operation_id IN ({}) AND NOT settled AND difference IS NULL ORDER BY seq";
        let alarms = self.look_up(sql, operations, |row| {
            Ok((row.int()?, row.project()?, row.operation()?))
        });
        for (seq, project_id, operation_id) in alarms.await? {
            if let Some(facts) = batch.operation(project_id, operation_id) {
                facts.alarm.get_or_insert(seq);
            }
        }
        let sql = "SELECT seq, payment_id FROM alarms
            WHERE payment_id IN ({}) AND NOT settled AND difference IS NULL ORDER BY seq";
        let alarms = self.look_up(sql, payments, |row| Ok((row.int()?, row.string()?)));
        for (seq, payment_id) in alarms.await? {
            batch.payment(&payment_id, |facts| {
                facts.alarm.get_or_insert(seq);
            });
        }
        Ok(())
    }

    /// What operators called foreign: callbacks in the inbox, alarms, and differences.
    async fn look_up_foreign(
        &self,
        keys: &[Key],
        operations: &[Value<'_>],
        payments: &[Value<'_>],
        batch: &mut Batch<'_>,
    ) -> Result<(), Error> {
        let sql = "SELECT DISTINCT payment_id FROM events WHERE payment_id IN ({})
            AND disposition IN ('unmatched', 'dismissed') AND disposition = 'dismissed'";
        for (id,) in self
            .look_up(sql, payments, |row| Ok((row.string()?,)))
            .await?
        {
            batch.payment(&id, |facts| facts.is_foreign = true);
        }
        // What was said of the alarm about a difference is the word about that difference, below.
        let sql = "SELECT operation_id, payment_id, time FROM settlements
            WHERE operation_id IN ({}) AND verdict = 'foreign' AND NOT EXISTS (SELECT 1 FROM alarms
                WHERE alarms.seq = settlements.alarm_seq AND alarms.difference IS NOT NULL)";
        let verdicts = self.look_up(sql, operations, |row| {
            Ok((row.operation()?, row.string()?, row.time()?))
        });
        for (operation_id, payment_id, time) in verdicts.await? {
            for (place, key) in keys.iter().enumerate() {
                let is_named = key.payment_id.as_deref() == Some(&*payment_id);
                if key.operation_id == operation_id && is_named {
                    batch.is_foreign(place, time);
                }
            }
        }
        let sql = "SELECT project_id, operation_id, kind, facts FROM differences
            WHERE operation_id IN ({}) AND state = 'foreign'";
        let verdicts = self.look_up(sql, operations, |row| {
            let operation = (row.project()?, row.operation()?);
            Ok((operation, row.word()?, reconciliations::read_subject(row)?))
        });
        for ((project_id, id), kind, (amount, payment)) in verdicts.await? {
            if let Some(facts) = batch.operation(project_id, id) {
                facts
                    .foreign
                    .extend(amount.map(|amount| (kind, amount, payment)));
            }
        }
        Ok(())
    }
}
