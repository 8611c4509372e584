//! The body of `POST /v1/payouts`.

use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;

use jetpay_core::Money;
use jetpay_core::id::ProjectId;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::{Payee, PayoutRequest, currency};
use crate::field_error::FieldError;

/// The body of `POST /v1/payouts`, not checked yet. All fields are optional here: [`checked`](Self::checked) reports a
/// missing one by its whole path.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct PayoutRequestBody(Object<Fields>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    project_id: Option<u64>,
    customer: Option<Object<PayeeFields>>,
    account_number: Option<String>,
    amount: Option<i64>,
    currency: Option<String>,
    idempotency_key: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PayeeFields {
    id: Option<String>,
    ip_address: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    email: Option<String>,
}

impl PayoutRequestBody {
    /// The request, if it is complete and valid and one of these projects pays.
    ///
    /// # Errors
    /// [`FieldError`]: the first error that is found.
    pub fn checked(self, projects: &HashSet<ProjectId>) -> Result<PayoutRequest, FieldError> {
        let Object(body) = self.0;
        let project_id = ProjectId::new(required(body.project_id, "project_id")?);
        if !projects.contains(&project_id) {
            return Err(FieldError::new("project_id", "is not in the configuration"));
        }
        let Object(customer) = required(body.customer, "customer")?;
        let customer = Payee {
            id: required(customer.id, "customer.id")?,
            ip_address: required(customer.ip_address, "customer.ip_address")?,
            first_name: required(customer.first_name, "customer.first_name")?,
            last_name: required(customer.last_name, "customer.last_name")?,
            email: required(customer.email, "customer.email")?,
        };
        let account_number = required(body.account_number, "account_number")?;
        let minor = required(body.amount, "amount")?;
        let currency = currency(&required(body.currency, "currency")?)?;
        let request = PayoutRequest {
            project_id,
            customer,
            account_number,
            amount: Money::new(minor, currency),
            idempotency_key: required(body.idempotency_key, "idempotency_key")?,
        };
        match request.errors().into_iter().next() {
            None => Ok(request),
            Some(error) => Err(error),
        }
    }
}

fn required<T>(value: Option<T>, field: &str) -> Result<T, FieldError> {
    value.ok_or_else(|| FieldError::new(field, "is missing"))
}

/// A value that was read from a JSON object. Without it serde would also read a JSON list, field by field in the order of
/// the struct.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}
