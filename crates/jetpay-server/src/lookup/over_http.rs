//! The questions over HTTP: signed JSON to a web service, or a `check` to a billing.

use std::fmt::Display;

use futures_util::future::BoxFuture;
use jetpay_billing::client::{DialectClient, LookupAnswer, NoClient, WebhookClient};
use jetpay_billing::dialect::{CheckAnswer, CheckedAccount};
use jetpay_billing::{Failure, amount, txn_id};
use jetpay_core::Currency;
use jetpay_core::id::{CustomerId, ProjectId};
use serde::Serialize;
use uuid::Uuid;

use super::source::{Billing, Failed, Found, Limited, Question};
use crate::config::{LookupConfig, LookupKind, OwedField};
use crate::customer::CustomerBody;
use crate::field_error::FieldErrors;
use crate::text::without_bom;

/// The system of a configuration.
///
/// # Errors
/// [`NoClient`].
pub(crate) fn billing(settings: &LookupConfig) -> Result<impl Billing + use<>, NoClient> {
    let way = Way::of(settings)?;
    Ok(Limited::new(way, settings.timeout, settings.max_in_flight))
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
        /// The field with what is owed.
        owed: Option<OwedField>,
    },
}

/// What was heard, before it is a customer.
pub(crate) enum Heard {
    Unknown,
    /// What a web service says about a customer.
    Body(Box<CustomerBody>),
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
                owed,
            } => Self::Dialect {
                client: DialectClient::new(*dialect, url, login.clone(), timeout)?,
                sum: amount::to_text(*sum).expect("the configuration has listed currencies alone"),
                currency: sum.currency(),
                owed: owed.clone(),
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
                    LookupAnswer::Body(body) => Heard::Body(Box::new(customer(&body)?)),
                })
            }
            Self::Dialect {
                client,
                sum,
                currency,
                owed,
            } => {
                let account = question.customer_id.as_str();
                let txn_id = txn_id::of_check(question.asked_at.0);
                Ok(match client.check(account, &txn_id, sum).await? {
                    CheckAnswer::Unknown => Heard::Unknown,
                    CheckAnswer::Known(account) => {
                        let debt = debt(&account, owed.as_ref(), *currency)?;
                        Heard::Account(account, debt)
                    }
                })
            }
        }
    }
}

impl Heard {
    /// What it says about this customer.
    pub(crate) fn found(self, id: &CustomerId) -> Found {
        match self {
            Self::Unknown => Found::Unknown,
            Self::Body(body) => Found::Customer(*body),
            Self::Account(_, debt) => Found::Customer(CustomerBody::of_account(id, debt)),
        }
    }
}

impl Billing for Way {
    fn ask<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Found, Failed>> {
        Box::pin(async move {
            let heard = self.hear(question).await?;
            Ok(heard.found(&question.customer_id))
        })
    }
}

/// The text of `sum`, or of the field with this name; `None` also when it is empty.
pub(crate) fn value<'a>(account: &'a CheckedAccount, name: &str) -> Option<&'a str> {
    let text = if name == "sum" {
        account.sum.as_deref()
    } else {
        let found = account.fields.iter().find(|(known, _)| known == name);
        found.map(|(_, text)| text.as_str())
    };
    text.filter(|text| !text.trim().is_empty())
}

/// The debt of an account, in minor units; `None`: none is known, or a balance says that nothing is owed. A debt below 0 is one
/// of an account that is ahead: it owes 0.
fn debt(
    account: &CheckedAccount,
    owed: Option<&OwedField>,
    currency: Currency,
) -> Result<Option<i64>, Failure> {
    let Some((owed, text)) = owed.and_then(|owed| Some((owed, value(account, &owed.name)?))) else {
        return Ok(None);
    };
    let unreadable = |what: &dyn Display| {
        let (key, name) = (owed.key(), &owed.name);
        Failure::Unreadable(format!("{key} {name:?} of it is no amount: {what}"))
    };
    let amount = amount::from_text(text, currency).map_err(|what| unreadable(&what))?;
    if !owed.is_balance {
        return Ok(Some(amount.max(0)));
    }
    let debt = amount.checked_neg();
    let debt = debt.ok_or_else(|| unreadable(&"it is too large"))?;
    Ok(Some(debt).filter(|debt| *debt > 0))
}

/// Reads the body of `PUT /v1/customers/{customer_id}`.
fn customer(body: &[u8]) -> Result<CustomerBody, Failure> {
    let mut errors = FieldErrors::default();
    let body = errors.answer(without_bom(body));
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
    use super::*;

    #[test]
    fn debt_is_read_exactly_from_the_debt_or_the_balance_that_the_configuration_names() {
        let field = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let account = CheckedAccount {
            sum: Some("200.00".to_owned()),
            fields: vec![
                field("debt", "1 200,50"),
                field("ahead", "-5.00"),
                field("zero", "0.00"),
                field("least", "-92233720368547758.08"),
                field("empty", " "),
                field("odd", "two"),
            ],
            comment: None,
        };
        let of = |name: &str, is_balance| {
            let name = name.to_owned();
            let owed = OwedField { name, is_balance };
            debt(&account, Some(&owed), Currency::KZT)
        };
        assert_eq!(debt(&account, None, Currency::KZT), Ok(None));
        for (field, as_debt, as_balance) in [
            ("sum", Some(20_000), None),
            ("debt", Some(120_050), None),
            ("ahead", Some(0), Some(500)),
            ("zero", Some(0), None),
            ("empty", None, None),
            ("none", None, None),
        ] {
            assert_eq!(of(field, false), Ok(as_debt), "{field}");
            assert_eq!(of(field, true), Ok(as_balance), "{field}");
        }
        for (is_balance, key) in [(false, "debt_field"), (true, "balance_field")] {
            let failure = of("odd", is_balance).unwrap_err().to_string();
            let names_it = failure.contains(&format!("{key} \"odd\""));
            assert!(names_it && !failure.contains("two"), "{failure}");
        }
        assert!(of("least", true).is_err());
    }

    #[test]
    fn answer_of_a_web_service_is_a_customer_or_names_the_field_that_is_wrong() {
        for body in ["{}", "\u{feff}{\"contracts\": []}", "\n{\n}\n"] {
            assert!(customer(body.as_bytes()).is_ok(), "{body}");
        }
        for (body, text) in [
            ("", "cannot be read: ends in the middle of a JSON value"),
            (
                "[]",
                "cannot be read: is a JSON list, and must be an object",
            ),
            ("<html>", "cannot be read: is not JSON"),
            ("{}{}", "has something after its JSON object"),
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
                failure.contains(text)
                    && ["secret", "write each", "on the line"]
                        .iter()
                        .all(|it| !failure.contains(it)),
                "{body}: {failure}"
            );
        }
    }
}
