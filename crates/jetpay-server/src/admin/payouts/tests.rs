//! What taking a payout does beside the answer.

use std::sync::Arc;
use std::time::Duration;

use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, rt::time::timeout};
use jetpay_core::Currency;
use jetpay_ledger::Ledger;
use serde_json::json;
use tokio::sync::Notify;

use super::PayoutDesk;
use crate::admin::{self, Admin, Token};
use crate::environment::SystemEnvironment;
use crate::telemetry::Metrics;

#[actix_web::test]
async fn whoever_sends_is_woken_for_a_new_payout_and_not_for_a_repeat_or_a_refusal() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
    let woken = Arc::new(Notify::new());
    let desk = PayoutDesk {
        from_balance: false,
        projects: Arc::new([1234.into()].into()),
        woken: Arc::clone(&woken),
        environment: Arc::new(SystemEnvironment),
    };
    let admin = Admin {
        ledger,
        currency: Currency::KZT,
        token: Token::new("token"),
        payouts: Some(desk),
        metrics: Metrics::start().unwrap(),
    };
    let app = App::new().configure(|service| admin::endpoints(service, admin));
    let app = init_service(app).await;
    for (minor, status, wakes) in [(100, 202, true), (100, 200, false), (101, 409, false)] {
        let payout_request = json!({
            "project_id": 1234,
            "customer": {"id": "7", "ip_address": "203.0.113.9", "first_name": "A", "last_name": "B", "email": "a@b"},
            "account_number": "9182221133", "amount": minor, "currency": "KZT", "idempotency_key": "k",
        });
        let asked = TestRequest::post()
            .uri("/v1/payouts")
            .set_json(payout_request);
        let asked = asked.insert_header(("authorization", "Bearer token"));
        let answer = call_service(&app, asked.to_request()).await;
        assert_eq!(answer.status().as_u16(), status);
        let was_woken = timeout(Duration::from_millis(1), woken.notified()).await;
        assert_eq!(was_woken.is_ok(), wakes, "{minor} {status}");
    }
}
