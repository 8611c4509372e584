//! What people do: an operator resolves payouts without an outcome and erases personal data, customers top up, and an
//! employee of the merchant pays out in the Dashboard.

use std::time::Duration;

use jetpay_core::{Currency, Money};
use jetpay_ledger::payout::PayoutResolution;
use jetpay_ledger::{Error, NewPayment};
use jetpay_server::environment::Environment;

use super::Simulation;
use crate::database;
use crate::deterministic::{DAY, HOUR, MINUTE, START};
use crate::payouts::callbacks::PayoutNotification;
use crate::payouts::event::Event;
use crate::payouts::gate;
use crate::payouts::payout_request::{PAYEES, PayoutRequest, PlatformPlan};
use crate::payouts::rows;
use crate::payouts::server::{TaskKind, TaskResult};
use crate::report::{Breach, Concerns, Invariant};
use crate::setup::{PROJECTS, customer_id};
use crate::tally::Count;

impl Simulation<'_> {
    /// Schedules what people do.
    pub(super) fn plan_operator(&mut self) {
        let days = i64::from(self.world.plan.days);
        let top_ups = PAYEES + usize::try_from(2 * days).unwrap_or_default();
        for number in 0..top_ups {
            let at = if number < PAYEES {
                0
            } else {
                self.world.random.between(0..=days * DAY)
            };
            self.world.queue.put(START + at, Event::TopUp(number));
        }
        for number in 0..usize::try_from(days / 2).unwrap_or_default() {
            let at = START + self.world.random.between(0..=days * DAY);
            self.world.queue.put(at, Event::ManualPayout(number));
        }
        let mut at = START + DAY;
        while at < self.server_faults.gate_stops_at {
            self.world.queue.put(at, Event::OperatorResolves);
            self.world.queue.put(at + HOUR, Event::ErasePayers);
            at += self.world.random.between(4 * HOUR..=2 * DAY);
        }
    }

    /// The operator looks at payouts that do not end, asks the platform's support about each, and is sometimes wrong.
    pub(super) fn operator_resolves(&mut self) -> Result<(), Breach> {
        let stuck = self.checker.store.inspect(rows::stuck)?;
        for number in stuck
            .iter()
            .filter_map(|key| PayoutRequest::number_from_key(key))
        {
            let Some(server) = self.any_server() else {
                return Ok(());
            };
            if !self.world.random.happens(600) {
                continue;
            }
            let id = self.checker.known[&number].row.id.clone();
            let status = self.gate.status(self.requests[number].project_id(), &id);
            let right = !self.world.random.happens(100);
            let out = matches!(status, Some("success" | "reversed")) == right;
            let ending = if out {
                PayoutResolution::Paid
            } else {
                PayoutResolution::Declined
            };
            let at = &mut self.servers[server];
            let (ledger, now) = (at.ledger.clone(), at.clock.now());
            let id = id.as_str().try_into().expect("an id");
            let resolve = async move {
                let resolved =
                    ledger.resolve_payout(id, ending, "as platform support confirms".into(), now);
                TaskResult::Written(resolved.await)
            };
            // The ledger may store the resolution even if the operator receives no confirmation.
            self.requests[number].resolved = true;
            at.begin(TaskKind::Resolve(number, ending), resolve);
            self.advance(server)?;
        }
        Ok(())
    }

    pub(super) fn erase_payers(&mut self) -> Result<(), Breach> {
        if let Some(server) = self.any_server() {
            let minutes = self.world.random.between(1..=20_000).cast_unsigned();
            self.servers[server].erase_payers(Duration::from_secs(60 * minutes));
            self.advance(server)?;
        }
        Ok(())
    }

    /// A customer tops up: the merchant announces the payment, then the platform reports it paid.
    pub(super) fn top_up(&mut self, number: usize) -> Result<(), Breach> {
        let now = self.world.now();
        let id = top_up_id(number);
        if self
            .checker
            .store
            .inspect(|connection| database::payment(connection, &id))?
            .is_some()
        {
            let (kind, body) = gate::top_up_callback(self.setup, &id, number, amount(number), now);
            self.start_notification(PayoutNotification::new(None, kind, body));
            return Ok(());
        }
        // The merchant tries again until the payment is stored.
        self.world.later(10 * MINUTE, Event::TopUp(number));
        let Some(server) = self.any_server() else {
            return Ok(());
        };
        let payment = NewPayment {
            id: id.as_str().try_into().expect("an id"),
            project_id: PROJECTS[0].into(),
            method: "older".into(),
            customer_id: customer_id(number % PAYEES),
            contract_id: None,
            amount: Money::new(amount(number), Currency::KZT),
            flags: Vec::new(),
            created_at: self.servers[server].clock.now(),
        };
        let at = &mut self.servers[server];
        let ledger = at.ledger.clone();
        let import = async move {
            let now = payment.created_at;
            TaskResult::Written(ledger.import_payments(vec![payment], now).await.map(drop))
        };
        at.begin(TaskKind::TopUp, import);
        self.advance(server)
    }

    /// A person pays out in the platform's Dashboard. Its callbacks have an id that the service did not issue.
    pub(super) fn manual_payout(&mut self, number: usize) {
        let (id, account) = (format!("by-hand-{number}"), format!("7702{number:07}"));
        let amount = Money::new(10_000, Currency::KZT);
        self.gate
            .made_in_dashboard(self.gate_now(), PROJECTS[0], &id, &account, amount);
        self.advance_gate();
    }

    /// The platform sends a callback that does not fit the payout, if the payout is stored.
    pub(super) fn send_mismatch(&mut self, number: usize) {
        let Some(known) = self.checker.known.get(&number) else {
            return;
        };
        let (id, request) = (known.row.id.clone(), &self.requests[number]);
        let is_paid = self.gate.status(request.project_id(), &id) == Some("success")
            && request.platform_plan != PlatformPlan::Reverses;
        let now = self.world.now();
        let notification = self.notifications.len();
        let callbacks = gate::mismatched_callbacks(
            &mut self.world.random,
            self.setup,
            request,
            (&id, notification),
            is_paid,
            now,
        );
        for (kind, body) in callbacks {
            self.start_notification(PayoutNotification::new(Some(number), kind, body));
        }
    }

    /// Checks that what the operator wrote was stored, or was permitted to fail.
    pub(super) fn operator_write_ended(
        &mut self,
        kind: &TaskKind,
        result: &Result<(), Error>,
        may_fail: bool,
    ) -> Result<(), Breach> {
        if let TaskKind::Resolve(request, ending) = kind {
            self.world.tally[Count::Resolved] += u64::from(result.is_ok());
            let done = if result.is_ok() { "done" } else { "not done" };
            let text = format!("an operator resolves it as {ending}: {done}");
            self.world.record(Some(*request), Concerns::Service, text);
        }
        match result {
            Ok(()) | Err(Error::Resolve(_)) => Ok(()),
            Err(_) if may_fail => Ok(()),
            Err(error) => Invariant::AnswerAllowed.broken(
                None,
                format!("{kind:?} failed, and no fault permits that: {error}"),
            ),
        }
    }
}

fn top_up_id(number: usize) -> String {
    format!("top-up-{number}")
}

/// The amount of a top-up, in minor units.
fn amount(number: usize) -> i64 {
    100_000 + 7_919 * i64::try_from(number % 50).unwrap_or_default()
}
