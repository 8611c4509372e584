//! What must hold between the ledger and the merchant's billing.

use std::collections::BTreeMap;

use jetpay_platform::billing::Booked;

use super::MerchantBilling;
use super::carry::DELIVERY_TIMEOUT;
use super::connection::txn_id;
use super::tellers::SKEW;
use super::traffic::Learned;
use crate::database::{self, EntryRow};
use crate::deterministic::{HOUR, SECOND};
use crate::report::{Breach, Invariant};
use crate::setup::customer_id;
use crate::tally::Count;
use crate::top_ups::Simulation;

/// The most entries that may be told again after a crash.
const MOST_TOLD_AGAIN: usize = 100;
/// How long an answer "unknown" is good, and how long a billing that fails may be left alone.
const UNKNOWN_IS_GOOD: i64 = 5 * SECOND;
const LEFT_ALONE: i64 = 13 * SECOND;
/// A stored answer is good for a day. It may be written an hour late.
const STORED_IS_GOOD: i64 = 23 * HOUR;

impl MerchantBilling {
    /// Notes what the service learned about accounts.
    pub(crate) fn learn(&mut self, now: i64) {
        for (account, learned) in self.traffic.take_learned() {
            if learned == Learned::Nothing {
                self.failed_at = Some(now);
            }
            self.fails = learned == Learned::Nothing;
            self.learned.insert(account, (learned, now));
        }
    }

    /// Whether "no such customer" may be answered: the billing said so a moment ago.
    pub(crate) fn may_be_unknown(&self, account: &str, now: i64) -> bool {
        let learned = self.learned.get(account);
        learned.is_some_and(|(learned, at)| {
            *learned == Learned::Unknown && now - at <= UNKNOWN_IS_GOOD
        })
    }

    /// Whether a failure may be answered about a customer that was seen at this time. To a `verify`: the billing has just said
    /// that the account takes no payments. To both: it does not answer, and nothing good is stored. For a deposit, any stored
    /// customer is good.
    pub(crate) fn may_fail(
        &self,
        account: &str,
        seen_at: Option<i64>,
        is_deposit: bool,
        now: i64,
    ) -> bool {
        if !is_deposit && self.learned.get(account) == Some(&(Learned::Refuses, now)) {
            return true;
        }
        let known = seen_at.is_some_and(|at| is_deposit || now - at < STORED_IS_GOOD);
        // A billing that failed last may be left alone until one question, which takes some time, is answered.
        let failed = self.fails || self.failed_at.is_some_and(|at| now - at <= LEFT_ALONE);
        !known && failed
    }
}

impl Simulation<'_> {
    /// Checks a delivery that leaves.
    pub(super) fn check_departure(&mut self, teller: usize, seq: i64) -> Result<(), Breach> {
        let now = self.world.now();
        let Some(entry) = self.checker.entry(seq).cloned() else {
            let message = format!("entry {seq} is told, and the ledger does not have it");
            return Invariant::BookedOnce.broken(None, message);
        };
        let index = self.checker.by_id[entry.payment.as_str()];
        let customer = self.checker.payments[index].customer;
        let billing = self.billing.as_ref().expect("the merchant has a billing");
        for earlier in self.checker.credits_of(customer).filter(|it| *it < seq) {
            if !billing.traffic.is_delivered(earlier) {
                let message = format!("entry {seq} is told before entry {earlier} is delivered");
                return Invariant::ToldInOrder.broken(index, message);
            }
        }
        let Some(stream) = self.service.store.inspect(database::delivery_stream)? else {
            return Invariant::ToldUnderLease.broken(index, "nothing is leased");
        };
        let billing = self.billing();
        let incarnation = billing.tellers[teller].incarnation;
        let holder = *billing
            .holders
            .entry(stream.fencing_token)
            .or_insert(incarnation);
        if holder != incarnation || stream.leased_until < now + DELIVERY_TIMEOUT + SKEW {
            let message = format!(
                "teller {teller} tells entry {seq}, and its lease is over, or may end before the answer"
            );
            return Invariant::ToldUnderLease.broken(index, message);
        }
        billing.tellers[teller].active_at = now;
        let beyond = billing.sends.range(stream.cursor + 1..).count();
        if beyond > MOST_TOLD_AGAIN {
            let message =
                format!("{beyond} entries were told, and would be told again after a crash");
            return Invariant::FewToldAgain.broken(index, message);
        }
        Ok(())
    }

    /// Checks what the billing booked when it was told of an entry.
    pub(super) fn check_booked(&mut self, seq: i64, booked: &[Booked]) -> Result<(), Breach> {
        let [booked] = booked else {
            return Ok(());
        };
        let entry = self.checker.entry(seq).expect("its departure was checked");
        let index = self.checker.by_id[entry.payment.as_str()];
        let account = customer_id(self.checker.payments[index].customer);
        let txn_id = booked_as(entry);
        let same = booked.txn_id == txn_id
            && booked.account == account.as_str()
            && booked.minor == entry.amount;
        if entry.kind != "credit" || !same {
            return Invariant::BookedOnce
                .broken(index, format!("entry {seq} is booked as {booked:?}"));
        }
        let last = self.billing().booked.insert(booked.account.clone(), seq);
        if last.is_some_and(|last| last >= seq) {
            let message = format!("entry {seq} is booked after entry {last:?}");
            return Invariant::ToldInOrder.broken(index, message);
        }
        Ok(())
    }

    /// Checks at the end that each credit is booked once, that nothing waits, and that what was not told has an alarm.
    pub(crate) fn check_billing_end(&mut self) -> Result<(), Breach> {
        let Some(billing) = &self.billing else {
            return Ok(());
        };
        let mut books: BTreeMap<&str, usize> = BTreeMap::new();
        for booked in billing.state.booked() {
            *books.entry(&booked.txn_id).or_default() += 1;
        }
        let alarms = self.service.store.inspect(database::delivery_alarms)?;
        for entry in &self.checker.entries {
            let index = self.checker.by_id[entry.payment.as_str()];
            let (seq, txn_id) = (entry.seq, booked_as(entry));
            let times = books.get(txn_id.as_str()).copied().unwrap_or_default();
            if entry.kind == "credit" && times != 1 {
                return Invariant::BookedOnce
                    .broken(index, format!("entry {seq} is booked {times} times"));
            }
            let told = alarms
                .iter()
                .any(|(kind, entry, _)| kind == "not_deliverable" && *entry == Some(seq));
            if entry.kind != "credit" && !told {
                return Invariant::MismatchAlarmed.broken(
                    index,
                    format!("entry {seq} was not told, and no alarm says so"),
                );
            }
        }
        let credits = self.checker.entries.iter().filter(|it| it.kind == "credit");
        let (booked, credits) = (billing.state.booked().len(), credits.count());
        if booked != credits {
            return Invariant::BookedOnce
                .broken(None, format!("{booked} bookings of {credits} credits"));
        }
        self.world.tally[Count::Booked] = booked as u64;
        let stream = self.service.store.inspect(database::delivery_stream)?;
        let last = self.checker.entries.last().map_or(0, |it| it.seq);
        let open = alarms
            .iter()
            .find(|(kind, _, open)| *open && kind != "not_deliverable");
        let waiting = self.service.store.inspect(database::waiting_deliveries)?;
        if stream.as_ref().is_none_or(|it| it.cursor != last)
            || !waiting.is_empty()
            || open.is_some()
        {
            let message =
                format!("{stream:?} of {last} entries; {waiting:?} wait; {open:?} is open");
            return Invariant::Terminates.broken(None, message);
        }
        Ok(())
    }
}

/// The number under which the billing books an entry.
fn booked_as(entry: &EntryRow) -> String {
    let [project, operation] = [entry.project, entry.operation].map(i64::cast_unsigned);
    txn_id(project.into(), operation.into())
}
