//! Checks against the Gate: each request that leaves and arrives, the money that left, and the agreement of both
//! sides in the end.

use jetpay_platform::gate::{EntryKind, GateState, LogEntry};
use rusqlite::types::ValueRef;

use super::Checker;
use crate::database;
use crate::deterministic::{DAY, HOUR};
use crate::payouts::callbacks::{NotificationKind, PayoutNotification};
use crate::payouts::gate_traffic::{Exchange, GateTraffic};
use crate::payouts::payout_request::{MerchantView, PayoutRequest};
use crate::payouts::rows;
use crate::report::{Breach, Invariant};

impl Checker {
    /// Checks that a request may leave. The ledger must have stored the payout and the attempt to send it. A second
    /// send needs the platform's permission. No server may still wait for the answer to a send that left after
    /// `since`.
    pub(in crate::payouts) fn check_departure(
        &self,
        ticket: usize,
        traffic: &GateTraffic,
        since: i64,
    ) -> Result<usize, Breach> {
        let exchange = traffic.exchange(ticket);
        let Some(request) = self.request_of(&exchange.id) else {
            let message = format!("request {ticket} has a payout that is not in the database");
            return Invariant::CommitBeforeAnswer.broken(None, message);
        };
        if traffic.has_pending_send(ticket, since) {
            let message = format!(
                "request {ticket} leaves while another server waits for the answer to a send"
            );
            return Invariant::ResendPermitted.broken(request, message);
        }
        if !exchange.is_send {
            return Ok(request);
        }
        let row = self
            .store
            .inspect(|connection| rows::payout(connection, &exchange.id))?;
        let kept = row.map_or(0, |row| row.sends);
        let sends = i64::try_from(traffic.sends(&exchange.id)).unwrap_or(i64::MAX);
        if sends > kept {
            let message =
                format!("request {ticket} is its send number {sends}, but {kept} are stored");
            return Invariant::CommitBeforeAnswer.broken(request, message);
        }
        if !exchange.permitted {
            let message =
                format!("request {ticket} sends it again, without the permission of the Gate");
            return Invariant::ResendPermitted.broken(request, message);
        }
        Ok(request)
    }

    /// Checks that the service did not send a payout that an alarm has stopped.
    pub(in crate::payouts) fn check_not_stopped(&self, request: usize) -> Result<(), Breach> {
        let mut steps = self.known[&request].steps.iter();
        let mut whats = steps.by_ref().map(|&place| &*self.steps[place].what);
        if !whats.any(|what| what == "differs") || !whats.any(|what| what == "sent") {
            return Ok(());
        }
        Invariant::ResendPermitted.broken(request, "it is sent although an alarm has stopped it")
    }

    /// Checks that the service did not send a payout that a person sends.
    pub(in crate::payouts) fn check_not_by_hand(&self, request: usize) -> Result<(), Breach> {
        let mut steps = self.known[&request].steps.iter();
        let mut whats = steps.by_ref().map(|&place| &*self.steps[place].what);
        if !whats.any(|what| what == "sent_by_hand") || !whats.any(|what| what == "sent") {
            return Ok(());
        }
        Invariant::ResendPermitted.broken(request, "it is sent although a person sends it")
    }

    /// Checks that the platform did not have a payout that was just given to a person, unless a slow send brought it there.
    pub(in crate::payouts) fn check_given_out(
        &self,
        request: &PayoutRequest,
        gate: &GateState,
    ) -> Result<(), Breach> {
        let known = &self.known[&request.number];
        let status = gate.status(request.project_id(), &known.row.id);
        let steps = known.steps.iter().map(|&place| &*self.steps[place].what);
        let again = steps.filter(|what| *what == "sent_by_hand").count() > 1;
        match status {
            Some(status) if !again && !request.overtaken => {
                let message = format!("it is given to a person, and at the Gate it is {status}");
                Invariant::ResendPermitted.broken(request.number, message)
            }
            _ => Ok(()),
        }
    }

    /// Checks a send that the Gate has just received. Returns whether another request of the same payout overtook it.
    pub(in crate::payouts) fn check_arrival(
        request: &PayoutRequest,
        exchange: &Exchange,
        gate: &GateState,
    ) -> Result<bool, Breach> {
        let breach =
            |invariant: Invariant, message: &str| invariant.broken(request.number, message);
        let (Some(seen), before) = (gate.log().last(), &gate.log()[exchange.log_length..]) else {
            return breach(Invariant::OnePayoutPerRequest, "the Gate could not read it");
        };
        if seen.kind != EntryKind::Send || *seen.payment_id != *exchange.id {
            return breach(
                Invariant::OnePayoutPerRequest,
                "it was sent under another id",
            );
        }
        let own = |other: &&LogEntry| {
            other.payment_id == seen.payment_id && other.kind != EntryKind::Callback
        };
        let overtaken = before[..before.len() - 1].iter().any(|other| own(&other));
        if seen.is_unsafe_resend() && !overtaken && !request.overtaken {
            return breach(
                Invariant::ResendPermitted,
                "the Gate had not permitted another send",
            );
        }
        if gate.payment_ids(&request.account()) != [&*exchange.id] {
            return breach(
                Invariant::OnePayoutPerRequest,
                "the Gate has two ids for its wallet",
            );
        }
        if gate
            .sends_of(&exchange.id)
            .any(|other| other.body != seen.body)
        {
            return breach(Invariant::OnePayoutPerRequest, "its sends differ");
        }
        Ok(overtaken)
    }

    /// Checks that no more money left than the amount of the payout.
    pub(in crate::payouts) fn check_paid_out(
        &self,
        request: &PayoutRequest,
        gate: &GateState,
    ) -> Result<(), Breach> {
        let amount = self
            .known
            .get(&request.number)
            .map_or(0, |known| known.row.amount);
        let out = gate.money_out(&request.account());
        if out <= amount {
            return Ok(());
        }
        let message = format!("{out} left, but its amount is {amount}");
        Invariant::PaidOutOnce.broken(request.number, message)
    }
}

/// Every payer's personal data contains one of these texts.
const PRIVATE: [&str; 4] = ["First", "Last", "@example.com", ".77"];

impl Checker {
    /// Whether the ledger and the Gate agree on a payout. False if the platform never delivered the last callback.
    pub(in crate::payouts) fn matches_gate(
        &self,
        request: &PayoutRequest,
        gate: &GateState,
        notification: &[PayoutNotification],
    ) -> Result<bool, Breach> {
        let Some(known) = self.known.get(&request.number) else {
            return Ok(true);
        };
        let row = &known.row;
        let kept = || {
            notification
                .iter()
                .filter(|it| it.request == Some(request.number) && it.acknowledged_at_merchant)
        };
        let alarmed = |notification: &PayoutNotification| {
            let alarm =
                |connection: &_| rows::alarm(connection, &row.id, Some(notification.operation));
            self.store.inspect(alarm)
        };
        let out = gate.money_out(&request.account());
        let returned = kept().find_map(|notification| match notification.kind {
            NotificationKind::Returned(amount) => Some((amount, notification)),
            NotificationKind::Gate | NotificationKind::Mismatch | NotificationKind::TopUp => None,
        });
        let agrees = match returned {
            None => row.paid == out,
            // An alarm lets the operator decide, so the ledger may or may not have the return.
            Some((amount, notification)) => {
                row.paid == out - amount || row.paid == out && alarmed(notification)?
            }
        };
        // An operator resolved the payout, correctly or not. What the platform reports afterwards raises its own
        // alarm.
        if agrees || request.resolved {
            return Ok(true);
        }
        let status = gate
            .status(request.project_id(), &row.id)
            .unwrap_or("not known");
        // The service does not query a payout that has ended. It learns what follows from callbacks only.
        let mut was_reported = false;
        for notification in
            kept().filter(|it| it.kind == NotificationKind::Gate && it.status() == status)
        {
            was_reported |= !alarmed(notification)?;
        }
        if !row.is_open() && !was_reported {
            return Ok(false);
        }
        // A mismatch stopped the payout, and an alarm waits for an operator.
        if row.is_open() && row.next.is_none() {
            return Ok(true);
        }
        let message = format!(
            "it is {} with {} paid; at the Gate it is {status} with {out} paid",
            row.state, row.paid
        );
        Invariant::LedgerMatchesGate.broken(request.number, message)
    }

    /// Checks that a payout which the merchant knows is stored, and that an alarm was raised if its outcome takes too
    /// long.
    pub(in crate::payouts) fn check_followed_up(
        &self,
        request: &PayoutRequest,
        now: i64,
    ) -> Result<(), Breach> {
        let Some(known) = self.known.get(&request.number) else {
            return match request.merchant_view {
                MerchantView::Accepted => Invariant::PayoutFollowedUp.broken(
                    request.number,
                    "the service accepted it, but it is not stored",
                ),
                MerchantView::Unanswered | MerchantView::Refused => Ok(()),
            };
        };
        let row = &known.row;
        let alarm = self
            .store
            .inspect(|connection| rows::alarm(connection, &row.id, None))?;
        if row.is_open() && now - row.created_at > DAY + 8 * HOUR && !alarm {
            let message = "it has had no outcome for more than a day, and no alarm";
            return Invariant::MismatchAlarmed.broken(request.number, message);
        }
        Ok(())
    }

    /// Checks that a payer's personal data is nowhere in the store, except in the request of an open payout.
    pub(in crate::payouts) fn check_payers(
        &self,
        requests: &[PayoutRequest],
    ) -> Result<(), Breach> {
        let mut texts = String::new();
        self.store.inspect(|connection| {
            database::values(connection, |_, value| {
                if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = value {
                    let text = String::from_utf8_lossy(bytes);
                    if PRIVATE.iter().any(|part| text.contains(part)) {
                        texts.push_str(&text);
                        texts.push('\n');
                    }
                }
            })
        })?;
        for request in requests {
            let Some(known) = self.known.get(&request.number) else {
                continue;
            };
            let times = usize::from(known.row.is_open());
            let found = request
                .private()
                .into_iter()
                .find(|text| texts.matches(text.as_str()).count() > times);
            if found.is_some() || known.row.request.is_some() != known.row.is_open() {
                let message = format!("its personal data is stored, and it is {}", known.row.state);
                return Invariant::PayerDataErased.broken(request.number, message);
            }
        }
        Ok(())
    }
}
