//! Whole top-ups against a small merchant.

use jetpay_core::{Currency, Money};
use jetpay_platform::{Admin, CallbackKind, KASPI, METHODS, Platform, StepKind, TopUp, top_up};

use crate::merchant::{PAYER, UNKNOWN};
use crate::{platform, right_merchant};

const HUNDRED: Money = Money::new(10_000, Currency::KZT);

fn merchant() -> (Platform, Admin) {
    let url = right_merchant();
    (platform(&url), Admin::new(url, "token"))
}

#[tokio::test]
async fn top_up_by_every_method_runs_all_steps_and_credits_once() {
    let (platform, admin) = merchant();
    for method in &METHODS {
        let paid = TopUp::new(method, PAYER, HUNDRED)
            .then(CallbackKind::Processing)
            .then(CallbackKind::Success)
            .then(CallbackKind::Success);
        let mut told = Vec::new();
        let steps = top_up(&platform, &paid, |step| told.push(step.kind))
            .await
            .unwrap();
        let callbacks = [
            CallbackKind::Processing,
            CallbackKind::Success,
            CallbackKind::Success,
        ];
        let wanted: Vec<StepKind> = [StepKind::Verify, StepKind::CheckDeposit]
            .into_iter()
            .chain(callbacks.map(StepKind::Callback))
            .collect();
        assert_eq!(told, wanted);
        assert!(
            steps.iter().all(|step| step.exchange.status == 200),
            "{}",
            method.name
        );
        let payment_id = steps[1].exchange.payment_id().unwrap();
        assert_eq!(admin.entries_of(payment_id).await.unwrap().len(), 1);
    }
    assert_eq!(admin.balance(PAYER).await.unwrap(), 5 * HUNDRED.minor());
}

#[tokio::test]
async fn top_up_of_an_unknown_customer_ends_with_the_refusal() {
    let (platform, _) = merchant();
    let paid = TopUp::new(&KASPI, UNKNOWN, HUNDRED).then(CallbackKind::Success);
    let steps = top_up(&platform, &paid, |_| ()).await.unwrap();
    let codes: Vec<_> = steps
        .iter()
        .map(|step| (step.kind, step.exchange.code()))
        .collect();
    assert_eq!(codes, [(StepKind::Verify, Some(404))]);
}

#[tokio::test]
async fn refunds_of_a_top_up_leave_the_rest() {
    let (platform, admin) = merchant();
    let part = Money::new(3_000, Currency::KZT);
    let paid = TopUp::new(&KASPI, PAYER, HUNDRED)
        .then(CallbackKind::Success)
        .then(CallbackKind::PartialRefund(part));
    top_up(&platform, &paid, |_| ()).await.unwrap();
    assert_eq!(admin.balance(PAYER).await.unwrap(), 7_000);
}

#[tokio::test]
async fn closed_port_is_no_answer_with_the_reason() {
    let platform = platform("http://127.0.0.1:1");
    let error = platform.send("/kaspi", "{}").await.unwrap_err().to_string();
    assert!(
        error.starts_with("no answer from http://127.0.0.1:1/kaspi: "),
        "{error}"
    );
    assert!(
        !format!("{platform:?}").contains("\"secret\""),
        "Debug hides the secret"
    );
}
