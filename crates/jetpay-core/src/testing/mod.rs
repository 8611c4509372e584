//! For a merchant's own tests: the platform's messages, signed and served without HTTP. Feature `testing`.
//!
//! Turn the feature on for tests only, at the crate of a method: `jetpay-kaspi = { ..., features = ["testing"] }` in
//! `[dev-dependencies]`. A unit test of a whole top-up, with the runtime that the merchant uses anyway:
//!
//! ```
//! # use std::future::Future;
//! # use std::sync::Mutex;
//! # use jetpay_core::message::Authentic;
//! # use jetpay_core::response::{AccountResponse, MessageRefusal, PaymentIdResponse};
//! # use jetpay_core::*;
//! # enum Kaspi {}
//! # impl Method for Kaspi {
//! #     const NAME: &'static str = "kaspi";
//! #     const PAYMENT_METHOD: &'static str = "terminal/kaspi";
//! #     const DOCUMENT: &'static str = "an example";
//! #     type VerifyResponse = AccountResponse;
//! #     type CheckDeposit = TopUp;
//! #     type CheckDepositResponse = PaymentIdResponse;
//! #     type Refusal = MessageRefusal;
//! #     fn check_deposit(message: &Authentic<'_, '_>) -> Result<TopUp, Rejection> {
//! #         message.id::<ContractId>("entity_id").and_then(|_| TopUp::read::<Self>(message))
//! #     }
//! # }
//! # #[derive(Default)]
//! # struct Shop(Mutex<Vec<(OperationId, i64)>>);
//! # impl Shop {
//! #     fn balance(&self, _customer: &str) -> i64 {
//! #         self.0.lock().unwrap().iter().map(|(_, amount)| amount).sum()
//! #     }
//! # }
//! # impl Callbacks for Shop {
//! #     async fn callback(&self, callback: Callback) -> Result<Acknowledged, CallbackError> {
//! #         let mut entries = self.0.lock().unwrap();
//! #         if let Some(paid) = callback.paid() && entries.is_empty() {
//! #             entries.push((OperationId::new(1), paid.minor()));
//! #         }
//! #         Ok(Acknowledged)
//! #     }
//! # }
//! # impl Merchant<Kaspi> for Shop {
//! #     async fn verify(&self, request: VerifyRequest) -> VerifyResult<Kaspi> {
//! #         match request.customer_id.as_str() {
//! #             "7123456789" => Ok(AccountResponse::new(Currency::KZT, "ABCDE12345")),
//! #             _ => Err(Refused::not_found("no such account").into()),
//! #         }
//! #     }
//! #     async fn check_deposit(&self, _: TopUp) -> CheckDepositResult<Kaspi> {
//! #         Ok(PaymentIdResponse::new(PaymentId::new("payment_47").expect("a valid id")))
//! #     }
//! # }
//! use jetpay_core::testing::{callback, check_deposit, verify};
//!
//! # async fn top_up_is_credited_once() {
//! let shop = Shop::default();
//! let answer = verify::<Kaspi>("no such customer").serve_to(&shop).await;
//! assert_eq!(answer.code(), Some(ResponseCode::NotFound));
//!
//! let amount = Money::new(100_000, Currency::KZT); // 1 000.00 KZT
//! let deposit = check_deposit::<Kaspi>("7123456789", amount).with("entity_id", "12345");
//! let payment = deposit.serve_to(&shop).await.payment();
//! let success = callback(&payment).success();
//! assert_eq!(success.serve_to(&shop).await.status, 200);
//! assert_eq!(success.serve_to(&shop).await.status, 200); // the platform repeats it
//! assert_eq!(shop.balance("7123456789"), 100_000);
//! # }
//! # let test = std::pin::pin!(top_up_is_credited_once());
//! # assert!(test.poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready());
//! ```
//!
//! A message takes the real way: it is signed, then read as from the platform. [`Message::read`] stops before the merchant
//! and returns the typed request, for a test that calls a handler itself.
//!
//! | you want | write |
//! |---|---|
//! | a request | [`verify`], [`check_deposit`] |
//! | the result of a payment | [`callback`]`(&payment)`, then `.success()`, `.decline()`, `.processing()`, `.refund(part)`, `.reversal()` |
//! | a callback of a payment that your merchant does not know | [`Payment::new`] |
//! | the platform repeats a callback | serve the same message again |
//! | an odd message | [`Message::with`], [`Message::without`] |
//! | the signed bytes, for a test over HTTP | [`Message::body`] |
//! | what the merchant answered | [`Answer::code`], [`Answer::json`], and the fields of [`Reply`](crate::Reply) |
//!
//! Messages belong to the project 1234 with the secret `secret`, unless [`Message::of_project`] says otherwise.

mod answer;
mod message;
mod payment;
#[cfg(test)]
mod tests;

use serde_json::json;

pub use answer::Answer;
pub use message::{CheckDeposit, Message, Verify};
pub use payment::{Payment, PaymentCallback, callback};

use crate::method::Method;
use crate::money::Money;
use crate::signature::Project;

/// A `verify` of a customer. Source: every document, request `verify`.
///
/// # Panics
/// Never. An id that is no [`CustomerId`](crate::CustomerId) makes a message that the library rejects.
#[must_use]
pub fn verify<M: Method>(customer_id: &str) -> Message<Verify<M>> {
    Message::new(
        json!({"type": "verify", "customer_id": customer_id}),
        &test_project(),
    )
}

/// A `check_deposit` of `amount` with the fields that all methods share. Add the method's own fields with
/// [`with`](Message::with).
///
/// The amount is in minor units. An amount that is not positive, or in another currency than the project's, makes a message
/// that the library rejects.
///
/// Source: every document, request `check_deposit`.
#[must_use]
pub fn check_deposit<M: Method>(customer_id: &str, amount: Money) -> Message<CheckDeposit<M>> {
    let fields = json!({
        "type": "check_deposit",
        "customer_id": customer_id,
        "amount": amount.minor(),
        "currency": amount.currency(),
        "payment_method": M::PAYMENT_METHOD,
    });
    Message::new(fields, &test_project()).with_amount(amount)
}

/// The project of messages that name no other.
fn test_project() -> Project {
    Project::new(1234, "secret").expect("the secret is not empty")
}
