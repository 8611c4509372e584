//! Carries requests to the merchant's billing, and answers back to the service.

use jetpay_platform::billing::OnRequest;
use jetpay_platform::gate::Reply;

use super::traffic::{Request, Wire};
use crate::deterministic::SECOND;
use crate::report::{Breach, Concerns, Invariant};
use crate::tally::Count;
use crate::top_ups::Simulation;
use crate::top_ups::event::Event;

/// How long the service waits for an answer to a question, and for one to a delivery.
const QUESTION_TIMEOUT: i64 = 3 * SECOND;
pub(super) const DELIVERY_TIMEOUT: i64 = 15 * SECOND;

impl Simulation<'_> {
    /// Checks each request that leaves, and carries it.
    pub(crate) fn carry_to_billing(&mut self) -> Result<(), Breach> {
        let departures = self.billing.as_ref().map(|it| it.traffic.take_departures());
        for ticket in departures.unwrap_or_default() {
            let (request, _) = self.billing().traffic.request(ticket);
            let timeout = match &request {
                Request::Question(account) => {
                    let text = format!("request {ticket}: asks about {account}");
                    self.world.record(None, Concerns::Others, text);
                    self.world.tally[Count::Questions] += 1;
                    QUESTION_TIMEOUT
                }
                Request::Pay { teller, seq } => {
                    self.check_departure(*teller, *seq)?;
                    let sends = self.billing().sends.entry(*seq).or_default();
                    *sends += 1;
                    let again = *sends > 1;
                    self.world.tally[Count::Told] += 1;
                    self.world.tally[Count::ToldAgain] += u64::from(again);
                    let text = format!("request {ticket}: teller {teller} tells entry {seq}");
                    self.record_entry(*seq, text);
                    DELIVERY_TIMEOUT
                }
            };
            self.world.later(timeout, Event::BillingTimesOut(ticket));
            if self.world.suffers(|it| it.request_lost) {
                self.world.tally[Count::Lost] += 1;
                // Some connections break at once, others give no answer.
                if self.world.random.happens(500) {
                    self.answer_from_billing(ticket, Wire::Broken, 0);
                }
            } else {
                let latency = self.latency_to_billing();
                self.world.later(latency, Event::BillingReceives(ticket));
            }
        }
        Ok(())
    }

    /// A request arrives at the billing.
    pub(crate) fn billing_receives(&mut self, ticket: usize) -> Result<(), Breach> {
        let now = self.world.now();
        let billing = self.billing.as_mut().expect("a billing got a request");
        if billing.faults.is_down(now) {
            self.answer_from_billing(ticket, Wire::NotConnected, 0);
            return Ok(());
        }
        let (request, query) = billing.traffic.request(ticket);
        let first = match &request {
            Request::Pay { seq, .. } => billing.sends[seq] == 1,
            Request::Question(_) => false,
        };
        let on_request = billing
            .faults
            .on_request(&mut self.world.random, &request, first);
        let before = billing.state.booked().len();
        if on_request != OnRequest::Answer {
            let text = format!("request {ticket}: the billing's fault is {on_request:?}");
            self.world.record(None, Concerns::Others, text);
        }
        billing.state.script([on_request]);
        let reply = billing.state.receive(&query, None);
        let booked = billing.state.booked()[before..].to_vec();
        if let Request::Pay { seq, .. } = request {
            let text = format!("request {ticket}: arrived, {} booked", booked.len());
            self.record_entry(seq, text);
            self.check_booked(seq, &booked)?;
        } else if !booked.is_empty() {
            return Invariant::BookedOnce.broken(None, "a question was booked");
        }
        let (wire, after) = match reply {
            Reply::Dropped { .. } => (Wire::Broken, 0),
            Reply::Answer {
                after,
                status,
                headers,
                body,
            } => {
                let kind = headers
                    .into_iter()
                    .find(|(name, _)| *name == "content-type");
                let content_type = kind.map(|(_, value)| value);
                let after = i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
                (
                    Wire::Answer {
                        status,
                        content_type,
                        body,
                    },
                    after,
                )
            }
        };
        if self.world.suffers(|it| it.answer_lost) {
            self.world.tally[Count::Lost] += 1;
        } else {
            self.answer_from_billing(ticket, wire, after);
        }
        Ok(())
    }

    fn answer_from_billing(&mut self, ticket: usize, wire: Wire, after: i64) {
        let latency = self.latency_to_billing();
        self.billing().traffic.answer(ticket, wire);
        self.world
            .later(after + latency, Event::BillingAnswers(ticket));
    }

    /// An answer arrives at the service, or the service stops waiting for it.
    pub(crate) fn billing_answers(&mut self, ticket: usize) -> Result<(), Breach> {
        let billing = self.billing();
        let Some(wire) = billing.traffic.arrive(ticket) else {
            return Ok(());
        };
        let (request, _) = billing.traffic.request(ticket);
        match request {
            Request::Question(_) => self.service_advances(),
            Request::Pay { teller, seq } => {
                self.record_entry(seq, format!("request {ticket}: {}", wire.words()));
                self.teller_advances(teller)
            }
        }
    }

    /// How long a message is on its way.
    fn latency_to_billing(&mut self) -> i64 {
        if self.world.random.happens(200) {
            self.world.latency()
        } else {
            self.world.random.between(1..=40)
        }
    }

    pub(super) fn billing(&mut self) -> &mut super::MerchantBilling {
        self.billing.as_mut().expect("the merchant has a billing")
    }

    /// Records what happened to the top-up of an entry.
    pub(crate) fn record_entry(&mut self, seq: i64, text: String) {
        let index = self
            .checker
            .entry(seq)
            .map(|it| self.checker.by_id[it.payment.as_str()]);
        let top_up = index.map(|index| self.checker.payments[index].top_up);
        self.world.record(top_up, Concerns::Service, text);
    }
}
