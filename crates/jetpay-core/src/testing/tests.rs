//! A whole top-up against a small merchant, and what the messages are.

use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use super::{Answer, Payment, callback, check_deposit, verify};
use crate::message::Authentic;
use crate::response::{AccountResponse, MessageRefusal, PaymentIdResponse};
use crate::status::{OperationType, PaymentStatus};
use crate::*;

enum Plain {}

impl Method for Plain {
    const NAME: &'static str = "plain";
    const PAYMENT_METHOD: &'static str = "plain/terminal";
    const DOCUMENT: &'static str = "none";
    type VerifyResponse = AccountResponse;
    type CheckDeposit = TopUp;
    type CheckDepositResponse = PaymentIdResponse;
    type Refusal = MessageRefusal;

    fn check_deposit(message: &Authentic<'_, '_>) -> Result<TopUp, Rejection> {
        message.id::<ContractId>("entity_id")?;
        TopUp::read::<Self>(message)
    }
}

/// Keeps the callbacks that it gets.
#[derive(Default)]
struct Shop(Mutex<Vec<Callback>>);

impl Callbacks for Shop {
    async fn callback(&self, callback: Callback) -> Result<Acknowledged, CallbackError> {
        match callback.payment.id.as_str() {
            "payment_47" => self.0.lock().unwrap().push(callback),
            "later" => return Err(Unavailable::new("the store is down").into()),
            _ => return Err(CallbackError::UnknownPayment),
        }
        Ok(Acknowledged)
    }
}

impl Merchant<Plain> for Shop {
    async fn verify(&self, request: VerifyRequest) -> VerifyResult<Plain> {
        match request.customer_id.as_str() {
            "7123456789" => Ok(AccountResponse::new(Currency::KZT, "ABCDE12345")),
            "later" => Err(Unavailable::new("the store is down").into()),
            _ => Err(Refused::not_found("no such account").into()),
        }
    }

    async fn check_deposit(&self, request: TopUp) -> CheckDepositResult<Plain> {
        if request.amount.minor() == 1 {
            return Err(Refused::failed("too little").into());
        }
        Ok(PaymentIdResponse::new(
            PaymentId::new("payment_47").unwrap(),
        ))
    }
}

/// The shop waits for nothing, so its answer is there at once.
fn now(serving: impl Future<Output = Answer>) -> Answer {
    match std::pin::pin!(serving).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("the shop waits"),
    }
}

fn kzt(minor: i64) -> Money {
    Money::new(minor, Currency::KZT)
}

fn deposit(minor: i64) -> super::Message<super::CheckDeposit<Plain>> {
    check_deposit("7123456789", kzt(minor)).with("entity_id", "12345")
}

#[test]
fn answers_have_the_code_and_the_json_of_the_merchants_body() {
    let shop = Shop::default();
    let answer = now(verify("7123456789").serve_to(&shop));
    assert_eq!(
        (answer.status, answer.code()),
        (200, Some(ResponseCode::Success))
    );
    assert_eq!(answer.json()["additional_customer_id"], "ABCDE12345");
    let answer = now(verify("other").serve_to(&shop));
    assert_eq!(
        (answer.status, answer.code()),
        (200, Some(ResponseCode::NotFound))
    );
    assert_eq!(answer.json()["message"], "no such account");
}

#[test]
fn outcome_tells_a_refusal_from_a_success_and_both_from_an_outage() {
    let shop = Shop::default();
    let payment = |id| Payment::new(PaymentId::new(id).unwrap(), kzt(100));
    let (not_found, failed) = (Some(ResponseCode::NotFound), Some(ResponseCode::Failed));
    for (answer, status, refusal, is_unavailable) in [
        (now(verify("7123456789").serve_to(&shop)), 200, None, false),
        (now(verify("other").serve_to(&shop)), 200, not_found, false),
        (now(verify("later").serve_to(&shop)), 503, None, true),
        (now(deposit(100).serve_to(&shop)), 200, None, false),
        (now(deposit(1).serve_to(&shop)), 200, failed, false),
        (
            now(callback(&payment("payment_47")).success().serve_to(&shop)),
            200,
            None,
            false,
        ),
        (
            now(callback(&payment("other")).success().serve_to(&shop)),
            404,
            not_found,
            false,
        ),
        (
            now(callback(&payment("later")).success().serve_to(&shop)),
            503,
            None,
            true,
        ),
        (
            now(deposit(100).without("entity_id").serve_to(&shop)),
            200,
            None,
            false,
        ),
    ] {
        let outcome = &answer.outcome;
        assert_eq!(
            (
                answer.status,
                outcome.refusal,
                outcome.unavailable.is_some()
            ),
            (status, refusal, is_unavailable),
            "{}",
            answer.json()
        );
    }
}

#[test]
fn callbacks_are_of_the_payment_that_check_deposit_made() {
    let shop = Shop::default();
    let payment = now(deposit(100).serve_to(&shop)).payment();
    let messages = callback(&payment);
    let success = messages.success();
    for message in [
        success.clone(),
        success,
        messages.decline(),
        messages.processing(),
        messages.refund(kzt(30)),
        messages.refund(kzt(100)),
        messages.reversal(),
    ] {
        assert_eq!(now(message.serve_to(&shop)).status, 200);
    }
    let seen = shop.0.into_inner().unwrap();
    let statuses = seen.iter().map(|it| it.payment.status.as_str());
    assert_eq!(
        statuses.collect::<Vec<_>>(),
        [
            "success",
            "success",
            "decline",
            "processing",
            "partially refunded",
            "refunded",
            "reversed"
        ]
    );
    assert_eq!(
        seen[0].body, seen[1].body,
        "a message served twice is a repeat"
    );
    assert_eq!((seen[1].paid(), seen[2].paid()), (Some(kzt(100)), None));
    let left = seen[4].payment.sum;
    assert_eq!((left, seen[5].payment.sum), (Some(kzt(70)), Some(kzt(0))));
}

#[test]
fn messages_are_read_as_the_handlers_get_them() {
    assert_eq!(
        verify::<Plain>("1").read().unwrap().customer_id.as_str(),
        "1"
    );
    assert_eq!(deposit(100).read().unwrap().amount, kzt(100));
    let payment = Payment::new(PaymentId::new("payment_47").unwrap(), kzt(100));
    let refund = callback(&payment)
        .refund(kzt(30))
        .with("operation:type", "refund reverse");
    let refund = refund.read().unwrap();
    assert_eq!(refund.payment.status, PaymentStatus::PartiallyRefunded);
    let json = serde_json::to_value(&refund).unwrap();
    assert_eq!(
        json["operation"]["type"],
        OperationType::RefundReverse.as_str()
    );
}

#[test]
fn changed_message_is_read_with_its_change() {
    let rejection = deposit(0).read().unwrap_err();
    assert!(matches!(rejection, Rejection::Field { path: "amount", .. }));
    let rejection = deposit(100).without("entity_id").read().unwrap_err();
    assert!(matches!(
        rejection,
        Rejection::Field {
            path: "entity_id",
            ..
        }
    ));
    let rejection = deposit(100).with("type", "verify").read().unwrap_err();
    assert!(matches!(rejection, Rejection::Field { path: "type", .. }));
}

#[test]
fn message_of_another_project_is_signed_with_that_projects_secret() {
    let project = Project::new(35, "another secret").unwrap();
    let request = verify::<Plain>("1").of_project(&project).read().unwrap();
    assert_eq!(request.project_id, ProjectId::new(35));
    let shop = Shop::default();
    let payment = now(deposit(100).of_project(&project).serve_to(&shop)).payment();
    let callback = callback(&payment).success().read().unwrap();
    assert_eq!(callback.project_id, ProjectId::new(35));
}

#[test]
fn request_serializes_as_the_message_without_its_signature() {
    let message = deposit(100);
    let request = serde_json::to_value(message.read().unwrap()).unwrap();
    let mut sent: serde_json::Value = serde_json::from_slice(&message.body()).unwrap();
    let fields = sent.as_object_mut().unwrap();
    fields.remove("signature");
    fields.remove("entity_id"); // the test's method leaves it to its own type
    assert_eq!(request, sent);
    let verify = verify::<Plain>("1");
    let mut sent: serde_json::Value = serde_json::from_slice(&verify.body()).unwrap();
    sent.as_object_mut().unwrap().remove("signature");
    assert_eq!(serde_json::to_value(verify.read().unwrap()).unwrap(), sent);
}
