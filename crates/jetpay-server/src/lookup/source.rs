//! The questions: what is asked about a customer, and over which way.

use std::time::{Duration, Instant};

use actix_web::rt::time::timeout;
use futures_util::future::BoxFuture;
use jetpay_billing::client::{DialectClient, LookupAnswer, NoClient, WebhookClient};
use jetpay_billing::dialect::{CheckAnswer, CheckedAccount};
use jetpay_billing::{Failure, amount, txn_id};
use jetpay_core::Currency;
use jetpay_core::id::{CustomerId, ProjectId};
use jetpay_ledger::Millis;
use serde::Serialize;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::config::{LookupConfig, LookupKind};
use crate::customer::CustomerBody;
use crate::field_error::FieldErrors;
use crate::text::without_bom;

/// A question about a customer.
#[derive(Clone)]
pub struct Question {
    /// The account, as the payer typed it.
    pub customer_id: CustomerId,
    /// The project through which the payer came.
    pub project_id: ProjectId,
    /// The payment method through which the payer came, such as `kaspi`.
    pub method: &'static str,
    /// When it is asked.
    pub asked_at: Millis,
}

/// The merchant's own system.
pub trait Billing: Send + Sync + 'static {
    /// Asks about a customer. It ends in time by itself.
    fn ask<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Found, Failed>>;
}

/// An answer.
pub enum Found {
    /// The customer exists.
    Customer(CustomerBody),
    /// There is no such customer.
    Unknown,
}

/// Why there is no answer. It never means that the customer is unknown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failed {
    /// The system was asked.
    #[error(transparent)]
    Billing(#[from] Failure),
    /// The question did not get its turn in time.
    #[error("as many questions as max_in_flight permits were in flight all the time")]
    Busy,
    /// The system did not answer of late, and is not asked for some seconds.
    #[error("it did not answer of late, and is asked again in a few seconds")]
    Resting,
    /// The question ended without a result, because the service stops or has a bug.
    #[error("the question was broken off")]
    Lost,
}

impl Failed {
    /// The reason as metrics and the log name it.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::Billing(failure) => match failure {
                Failure::TimedOut => "timeout",
                Failure::NotConnected(_) | Failure::Broken(_) => "connection",
                Failure::Status(_) => "status",
                Failure::Unreadable(_) => "unreadable",
                Failure::Said(_) => "said",
                Failure::NotNow(_) => "not_now",
            },
            Self::Busy => "busy",
            Self::Resting => "breaker",
            Self::Lost => "lost",
        }
    }

    /// Whether the system knows the customer, and refuses payments to it.
    pub(crate) fn refuses(&self) -> bool {
        matches!(self, Self::Billing(Failure::Said(_)))
    }

    /// Whether the system as a whole seems to be away. One that says no works.
    pub(super) fn is_outage(&self) -> bool {
        match self {
            Self::Billing(failure) => !matches!(failure, Failure::Said(_) | Failure::NotNow(_)),
            Self::Busy | Self::Resting | Self::Lost => false,
        }
    }
}

/// The system of a configuration.
///
/// # Errors
/// [`NoClient`].
pub(crate) fn over_http(settings: &LookupConfig) -> Result<impl Billing + use<>, NoClient> {
    let way = Way::of(settings)?;
    Ok(Limited::new(way, settings.timeout, settings.max_in_flight))
}

/// A system that is asked so many questions at a time, each of which ends in time, waiting for its turn included.
pub(super) struct Limited<B> {
    billing: B,
    timeout: Duration,
    turns: Semaphore,
}

impl<B: Billing> Limited<B> {
    pub(super) fn new(billing: B, timeout: Duration, max_in_flight: usize) -> Self {
        Self {
            billing,
            timeout,
            turns: Semaphore::new(max_in_flight),
        }
    }
}

impl<B: Billing> Billing for Limited<B> {
    fn ask<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Found, Failed>> {
        Box::pin(async move {
            let (began, mut has_turn) = (Instant::now(), false);
            let asked = timeout(self.timeout, async {
                let _turn = self.turns.acquire().await;
                // All that began together get a turn when the first of them gives up, which is too late.
                if began.elapsed() >= self.timeout {
                    return Err(Failed::Busy);
                }
                has_turn = true;
                self.billing.ask(question).await
            });
            match (asked.await, has_turn) {
                (Ok(found), _) => found,
                (Err(_), true) => Err(Failure::TimedOut.into()),
                (Err(_), false) => Err(Failed::Busy),
            }
        })
    }
}

/// A way to ask over HTTP.
pub(crate) enum Way {
    /// The merchant's own web service.
    Http(WebhookClient),
    /// A billing.
    Dialect {
        /// The client.
        client: DialectClient,
        /// The text of `sum` in each question.
        sum: String,
        /// The currency of the answers.
        currency: Currency,
        /// The field with the debt.
        debt_field: Option<String>,
    },
}

/// What was heard, before it is a customer.
pub(crate) enum Heard {
    Unknown,
    /// The body of an answer of a web service.
    Body(Vec<u8>),
    /// What a billing says about an account, and the debt in it, in minor units.
    Account(CheckedAccount, Option<i64>),
}

/// The body of a question to the merchant's web service.
#[derive(Serialize)]
struct QuestionBody<'a> {
    customer_id: &'a CustomerId,
    project_id: ProjectId,
    method: &'a str,
}

impl Way {
    /// The way of a configuration.
    ///
    /// # Errors
    /// [`NoClient`].
    pub(crate) fn of(settings: &LookupConfig) -> Result<Self, NoClient> {
        let (url, timeout) = (settings.url.clone(), settings.timeout);
        Ok(match &settings.kind {
            LookupKind::Http(secrets) => {
                Self::Http(WebhookClient::new(url, secrets.clone(), timeout)?)
            }
            LookupKind::Dialect {
                dialect,
                login,
                sum,
                debt_field,
            } => Self::Dialect {
                client: DialectClient::new(*dialect, url, login.clone(), timeout)?,
                sum: amount::to_text(*sum).expect("the configuration has listed currencies alone"),
                currency: sum.currency(),
                debt_field: debt_field.clone(),
            },
        })
    }

    /// Asks once.
    pub(crate) async fn hear(&self, question: &Question) -> Result<Heard, Failure> {
        match self {
            Self::Http(client) => {
                let body = QuestionBody {
                    customer_id: &question.customer_id,
                    project_id: question.project_id,
                    method: question.method,
                };
                let body = serde_json::to_vec(&body).expect("ids and texts are JSON");
                let id = format!("lookup_{}", Uuid::now_v7());
                let now = question.asked_at.0.div_euclid(1000);
                Ok(match client.ask(&id, &body, now).await? {
                    LookupAnswer::Unknown => Heard::Unknown,
                    LookupAnswer::Body(body) => Heard::Body(body),
                })
            }
            Self::Dialect {
                client,
                sum,
                currency,
                debt_field,
            } => {
                let account = question.customer_id.as_str();
                let txn_id = txn_id::of_check(question.asked_at.0);
                Ok(match client.check(account, &txn_id, sum).await? {
                    CheckAnswer::Unknown => Heard::Unknown,
                    CheckAnswer::Known(account) => {
                        let debt = debt(&account, debt_field.as_deref(), *currency)?;
                        Heard::Account(account, debt)
                    }
                })
            }
        }
    }
}

impl Heard {
    /// What it says about this customer.
    pub(crate) fn found(self, id: &CustomerId) -> Result<Found, Failure> {
        Ok(match self {
            Self::Unknown => Found::Unknown,
            Self::Body(body) => Found::Customer(customer(&body)?),
            Self::Account(_, debt) => Found::Customer(CustomerBody::of_account(id, debt)),
        })
    }
}

impl Billing for Way {
    fn ask<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Found, Failed>> {
        Box::pin(async move {
            let heard = self.hear(question).await?;
            Ok(heard.found(&question.customer_id)?)
        })
    }
}

/// The debt of an account, in minor units. It is the text of `sum`, or of the field with this name; an empty one is no debt that
/// is known. An account that is ahead owes nothing.
fn debt(
    account: &CheckedAccount,
    field: Option<&str>,
    currency: Currency,
) -> Result<Option<i64>, Failure> {
    let text = match field {
        None => None,
        Some("sum") => account.sum.as_deref(),
        Some(name) => {
            let mut fields = account.fields.iter();
            let found = fields.find(|(known, _)| known == name);
            found.map(|(_, text)| text.as_str())
        }
    };
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
        return Ok(None);
    };
    let debt = amount::from_text(text, currency).map_err(|what| {
        let name = field.unwrap_or_default();
        Failure::Unreadable(format!("debt_field {name:?} of it is no amount: {what}"))
    })?;
    Ok(Some(debt.max(0)))
}

/// Reads the body of `PUT /v1/customers/{customer_id}`.
fn customer(body: &[u8]) -> Result<CustomerBody, Failure> {
    let mut errors = FieldErrors::default();
    let body = errors.line(without_bom(body));
    errors.into_result(body).map_err(unreadable)
}

/// The first thing that is wrong with an answer. It names a field, and has no value.
pub(super) fn unreadable(errors: FieldErrors) -> Failure {
    let first = errors.into_iter().next();
    let text = first.map(|it| format!("{} {}", it.field, it.message));
    Failure::Unreadable(text.unwrap_or_default().trim_start().to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use futures_util::future::join_all;

    use super::*;

    /// Answers after this time. Counts the questions in flight.
    struct Slow {
        after: Duration,
        in_flight: AtomicUsize,
        most: AtomicUsize,
    }

    impl Billing for Slow {
        fn ask<'a>(&'a self, _: &'a Question) -> BoxFuture<'a, Result<Found, Failed>> {
            Box::pin(async move {
                let in_flight = self.in_flight.fetch_add(1, Relaxed) + 1;
                self.most.fetch_max(in_flight, Relaxed);
                actix_web::rt::time::sleep(self.after).await;
                self.in_flight.fetch_sub(1, Relaxed);
                Ok(Found::Unknown)
            })
        }
    }

    /// Asks so many questions at once; how many ended in which way, and the most that were in flight.
    async fn ask(count: usize, after: u64, timeout: u64, turns: usize) -> ([usize; 3], usize) {
        let slow = Slow {
            after: Duration::from_millis(after),
            in_flight: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        };
        let limited = Limited::new(slow, Duration::from_millis(timeout), turns);
        let question = Question {
            customer_id: CustomerId::new("7").unwrap(),
            project_id: 1.into(),
            method: "kaspi",
            asked_at: Millis(0),
        };
        let found = join_all((0..count).map(|_| limited.ask(&question))).await;
        let timed_out = Failed::Billing(Failure::TimedOut);
        let of =
            |is: &dyn Fn(&Result<Found, Failed>) -> bool| found.iter().filter(|it| is(it)).count();
        let counts = [
            of(&|found| found.is_ok()),
            of(&|found| found.as_ref().err() == Some(&timed_out)),
            of(&|found| found.as_ref().err() == Some(&Failed::Busy)),
        ];
        (counts, limited.billing.most.load(Relaxed))
    }

    #[actix_web::test]
    async fn questions_wait_for_their_turn_and_the_time_limit_is_for_the_waiting_too() {
        // Ten rounds of 20 ms fit into the time limit.
        assert_eq!(ask(20, 20, 20_000, 2).await, ([20, 0, 0], 2));
        // No question is answered in time: two have their turn, the others wait in vain.
        assert_eq!(ask(20, 20_000, 50, 2).await, ([0, 2, 18], 2));
    }

    #[test]
    fn debt_is_read_exactly_from_the_field_that_the_configuration_names() {
        let field = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let account = CheckedAccount {
            sum: Some("200.00".to_owned()),
            fields: vec![
                field("debt", "1 200,50"),
                field("ahead", "-5.00"),
                field("empty", " "),
                field("odd", "two"),
            ],
            comment: None,
        };
        let of = |field| debt(&account, field, Currency::KZT);
        for (field, minor) in [
            (None, None),
            (Some("sum"), Some(20_000)),
            (Some("debt"), Some(120_050)),
            (Some("ahead"), Some(0)),
            (Some("empty"), None),
            (Some("none"), None),
        ] {
            assert_eq!(of(field), Ok(minor), "{field:?}");
        }
        let failure = of(Some("odd")).unwrap_err().to_string();
        assert!(
            failure.contains("debt_field \"odd\"") && !failure.contains("two"),
            "{failure}"
        );
    }

    #[test]
    fn answer_of_a_web_service_is_a_customer_or_names_the_field_that_is_wrong() {
        for body in ["{}", "\u{feff}{\"contracts\": []}", "\n{\n}\n"] {
            assert!(customer(body.as_bytes()).is_ok(), "{body}");
        }
        for (body, text) in [
            ("", "ends in the middle"),
            ("[]", "is a JSON list"),
            ("<html>", "is not JSON"),
            ("{\"contract\": [\"secret\"]}", "contract unknown field"),
            (
                "{\"contracts\": [{\"id\": 5, \"number\": \"1\"}]}",
                "contracts[0].id must be a text",
            ),
            (
                "{\"contracts\": [{\"id\": \"5\"}]}",
                "contracts[0].number is missing",
            ),
            ("{\"as_of_seq\": 1.5}", "as_of_seq must be a whole number"),
        ] {
            let failure = customer(body.as_bytes()).err().expect(body).to_string();
            assert!(
                failure.contains(text) && !failure.contains("secret"),
                "{body}: {failure}"
            );
        }
    }
}
