//! A payout_request as a body of HTTP says it.

use std::collections::HashSet;

use jetpay_core::Money;
use jetpay_core::id::ProjectId;
use serde::Deserialize;

use super::object::Object;
use super::{PayoutRequest, Receiver, currency};
use crate::customer::Flaw;

/// The body of `POST /v1/payouts`, not checked yet. What is missing is told with the other flaws, by its whole path.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct PayoutRequestBody(Object<Fields>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    project_id: Option<u64>,
    customer: Option<Object<ReceiverFields>>,
    account_number: Option<String>,
    amount: Option<i64>,
    currency: Option<String>,
    idempotency_key: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReceiverFields {
    id: Option<String>,
    ip_address: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    email: Option<String>,
}

impl PayoutRequestBody {
    /// The payout_request, if one of these projects can have it.
    ///
    /// # Errors
    /// [`Flaw`]: the first that is found.
    pub fn checked(self, projects: &HashSet<ProjectId>) -> Result<PayoutRequest, Flaw> {
        let Object(asked) = self.0;
        let project_id = ProjectId::new(given(asked.project_id, "project_id")?);
        if !projects.contains(&project_id) {
            return Err(Flaw {
                field: "project_id".to_owned(),
                message: "is not in the configuration".to_owned(),
            });
        }
        let Object(customer) = given(asked.customer, "customer")?;
        let customer = Receiver {
            id: given(customer.id, "customer.id")?,
            ip_address: given(customer.ip_address, "customer.ip_address")?,
            first_name: given(customer.first_name, "customer.first_name")?,
            last_name: given(customer.last_name, "customer.last_name")?,
            email: given(customer.email, "customer.email")?,
        };
        let account_number = given(asked.account_number, "account_number")?;
        let minor = given(asked.amount, "amount")?;
        let currency = currency(&given(asked.currency, "currency")?)?;
        let payout_request = PayoutRequest {
            project_id,
            customer,
            account_number,
            amount: Money::new(minor, currency),
            idempotency_key: given(asked.idempotency_key, "idempotency_key")?,
        };
        match payout_request.flaws().into_iter().next() {
            None => Ok(payout_request),
            Some(flaw) => Err(flaw),
        }
    }
}

fn given<T>(value: Option<T>, field: &str) -> Result<T, Flaw> {
    value.ok_or_else(|| Flaw {
        field: field.to_owned(),
        message: "is missing".to_owned(),
    })
}
