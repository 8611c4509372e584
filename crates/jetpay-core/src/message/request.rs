//! What the platform asks of a merchant.

use serde::Serialize;

use super::{Authentic, Callback};
use crate::id::{CustomerId, ProjectId};
use crate::method::Method;
use crate::rejection::Rejection;

/// Which of its two requests the platform sends: the word in `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestKind {
    /// `verify`: does this customer exist?
    Verify,
    /// `check_deposit`: give me your payment id.
    CheckDeposit,
}

/// A message to the method `M`.
pub enum Request<M: Method> {
    /// Does this customer exist? Without effects, any number of times.
    Verify(VerifyRequest),
    /// The payer pays; give me your payment id.
    CheckDeposit(M::CheckDeposit),
    /// The result of a payment. May come to any method's URL.
    Callback(Box<Callback>),
}

/// `verify`, the same for all methods. It does not say which one it is for: the URL does.
///
/// Source: every document, request `verify`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct VerifyRequest {
    /// The project whose secret signed it.
    pub project_id: ProjectId,
    /// Who wants to pay, as the payer typed it.
    pub customer_id: CustomerId,
}

impl VerifyRequest {
    pub(super) fn read(message: &Authentic<'_, '_>) -> Result<Self, Rejection> {
        Ok(Self {
            project_id: message.project_id()?,
            customer_id: message.id("customer_id")?,
        })
    }
}

impl RequestKind {
    /// The operation that `type` names.
    ///
    /// # Errors
    /// [`Rejection::Field`] when it names none.
    pub fn by_type(message: &Authentic<'_, '_>) -> Result<Self, Rejection> {
        match message.text("type")? {
            "verify" => Ok(Self::Verify),
            "check_deposit" => Ok(Self::CheckDeposit),
            _ => Err(Rejection::Field {
                path: "type",
                flaw: crate::rejection::FieldFlaw::NotThe("`verify` or `check_deposit`"),
            }),
        }
    }
}
