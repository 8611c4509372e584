//! One question: what is asked, what a debt in the answer includes, and what the ledger stores of it.

use std::time::Instant;

use jetpay_core::id::CustomerId;
use jetpay_ledger::{Customer, Error, Feed, Millis};

use super::breaker::Change;
use super::memory::Asking;
use super::source::{Failed, Found, Question};
use super::{Answer, Includes, Inner, Settled, age, over_http};
use crate::config::Debts;
use crate::customer::{AsOf, CustomerBody};
use crate::environment::Environment;
use crate::telemetry;

impl Inner {
    /// Asks, stores and tells the result to all who wait.
    pub(super) async fn run(
        &self,
        question: Question,
        asking: Asking,
        environment: &dyn Environment,
    ) {
        let asked_at = question.asked_at;
        let settled = self.settle(question, environment).await;
        let good = match &settled {
            Ok(Answer::Exists) => Some((true, self.settings.cache)),
            Ok(Answer::Unknown) => Some((false, self.settings.unknown_cache)),
            Ok(Answer::Failed(_)) | Err(_) => None,
        };
        let until = |lasts| Millis(asked_at.0.saturating_add(lasts));
        asking.settle(
            settled,
            good.map(|(exists, lasts)| (exists, asked_at, until(lasts))),
        );
    }

    async fn settle(&self, question: Question, environment: &dyn Environment) -> Settled {
        let included = self.included(&question.customer_id).await?;
        let began = Instant::now();
        let found = self.billing.ask(&question).await;
        telemetry::lookup_took(began.elapsed());
        self.record(&found, environment.now());
        let body = match found {
            Ok(Found::Customer(body)) => body,
            Ok(Found::Unknown) => {
                self.unsee(question.customer_id).await?;
                return Ok(Answer::Unknown);
            }
            Err(failed) => {
                if failed.refuses() {
                    self.unsee(question.customer_id).await?;
                }
                return Ok(Answer::Failed(failed));
            }
        };
        match self.checked(body, question.customer_id, included).await? {
            Ok(customer) => {
                self.store(customer, question.asked_at).await?;
                Ok(Answer::Exists)
            }
            Err(failed) => Ok(Answer::Failed(failed)),
        }
    }

    /// The system no longer takes payments for the customer: if it fails later, what it said before is not shown.
    async fn unsee(&self, id: CustomerId) -> Result<(), Error> {
        match self.ledger.seen_customer(id.as_str()).await {
            Ok(Some((_, Some(_)))) => self.ledger.unsee_customer(id).await,
            // What is damaged is shown in no case.
            Ok(_) | Err(Error::Damaged(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The last entry that the customer's debts include, unless the answer names another.
    async fn included(&self, customer_id: &CustomerId) -> Result<i64, Error> {
        let names = match &self.settings.includes {
            Includes::NoDebts => return Ok(0),
            Includes::All => return self.ledger.last_entry().await,
            Includes::DeliveredBy(names) => names,
        };
        let mut included = self.ledger.last_entry().await?;
        if names.is_empty() {
            return Ok(included);
        }
        for status in self.ledger.delivery_status(names).await? {
            if status.stream.feed != Feed::Entries {
                continue;
            }
            included = included.min(status.cursor);
            if status.waiting > 0 {
                let lane = customer_id.as_str();
                let first = self.ledger.first_waiting(&status.stream, lane).await?;
                // Of one customer, what comes after an entry that waits waits too.
                included = first.map_or(included, |seq| included.min(seq - 1));
            }
        }
        Ok(included)
    }

    /// Counts a result for the breaker. A system that says no answers.
    fn record<T>(&self, found: &Result<T, Failed>, now: Millis) {
        let change = match found {
            Err(failed) if failed.is_outage() => self.breaker().failed(now),
            // It was not asked.
            Err(Failed::Busy) => None,
            _ => self.breaker().answered(),
        };
        if let Some(change) = change {
            telemetry::lookup_breaker(change == Change::Opened);
        }
    }

    /// The customer of an answer, checked as `PUT /v1/customers/{customer_id}` checks it.
    async fn checked(
        &self,
        body: CustomerBody,
        id: CustomerId,
        default: i64,
    ) -> Result<Result<Customer, Failed>, Error> {
        // The merchant may have read an entry that came after the question.
        let end = if body.names_entries() {
            self.ledger.last_entry().await?
        } else {
            default
        };
        let customer = body.into_customer(id, AsOf { default, end });
        Ok(customer.map_err(|errors| over_http::unreadable(errors).into()))
    }

    /// Stores an answer. What the ledger shows already, and saw not long ago, is not written again.
    async fn store(&self, customer: Customer, now: Millis) -> Result<(), Error> {
        let id = customer.customer_id.as_str();
        if let Some((stored, Some(seen_at))) = self.ledger.seen_customer(id).await?
            && age(seen_at, now) < self.settings.refresh
            && self.shows(stored, &customer).await?
        {
            return Ok(());
        }
        self.ledger.see_customer(customer, now).await
    }

    /// Whether the ledger, which has this net customer, shows what the answer says.
    async fn shows(&self, net: Customer, answer: &Customer) -> Result<bool, Error> {
        let shown = match self.settings.debts {
            Debts::Net => net,
            Debts::AsGiven => {
                let given = self.ledger.customer(answer.customer_id.as_str()).await?;
                given.unwrap_or(net)
            }
        };
        if without_as_of(shown) != without_as_of(answer.clone()) {
            return Ok(false);
        }
        let mut debts = answer.contracts.iter().filter(|it| it.payment.is_some());
        let Some(first) = debts.next() else {
            return Ok(true);
        };
        // An entry after those that the answer includes lowers what the answer says, and may have lowered the stored debt already.
        let end = Some(self.ledger.last_entry().await?);
        Ok(first.as_of_seq == end && debts.all(|debt| debt.as_of_seq == end))
    }
}

fn without_as_of(mut customer: Customer) -> Customer {
    for contract in &mut customer.contracts {
        contract.as_of_seq = None;
    }
    customer
}
