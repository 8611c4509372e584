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

/// The body of `POST /v1/payouts`, not checked yet.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct PayoutRequestBody(Object<Fields>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    project_id: ProjectId,
    customer: Object<Payee>,
    account_number: String,
    amount: i64,
    currency: String,
    idempotency_key: String,
}

impl PayoutRequestBody {
    /// The request, if it is valid and one of these projects pays.
    ///
    /// # Errors
    /// [`FieldError`]: the first error that is found.
    pub fn checked(self, projects: &HashSet<ProjectId>) -> Result<PayoutRequest, FieldError> {
        let Object(body) = self.0;
        if !projects.contains(&body.project_id) {
            return Err(FieldError::new("project_id", "is not in the configuration"));
        }
        let request = PayoutRequest {
            project_id: body.project_id,
            customer: body.customer.0,
            account_number: body.account_number,
            amount: Money::new(body.amount, currency(&body.currency)?),
            idempotency_key: body.idempotency_key,
        };
        request.errors().into_iter().next().map_or(Ok(request), Err)
    }
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
