//! What is sent.

use jetpay_core::signature::{Key, sign};
use jetpay_core::{Method, Payouts, Project};
use jetpay_gate::{Accepted, Gate, Outcome};
use jetpay_qiwi_kz::QiwiKz;

use crate::wire::{ACCEPTED, Server, payout, project};
use crate::{answer, pay_out};

#[tokio::test]
async fn accepted_payout_was_sent_once_signed_to_its_methods_path() {
    let server = Server::start(answer(200, ACCEPTED)).await;
    let accepted = Accepted {
        request_id: Some("abc".to_owned()),
        known_before: false,
    };
    assert_eq!(pay_out(&server).await, Outcome::Accepted(accepted));

    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert!(
        requests[0]
            .head
            .starts_with("post /v2/payment/wallet/qiwi-kz/payout http/1.1"),
        "{}",
        requests[0].head
    );
    assert!(requests[0].head.contains("content-type: application/json"));
    let key = Key::new("secret").unwrap();
    let signed = sign(payout().to_json().as_bytes(), &key).unwrap();
    assert_eq!(requests[0].body.as_bytes(), signed);
    assert!(requests[0].is_signed_by("secret"));
}

#[tokio::test]
async fn kept_request_is_sent_as_the_payout_is_and_below_the_path_of_the_base_url() {
    let server = Server::start(answer(200, ACCEPTED)).await;
    let gate = Gate::new(&format!("{}/gate/", server.url)).unwrap();
    let kept = payout().to_json();
    let _ = gate.payout::<QiwiKz>(&project(), &payout()).await;
    let outcome = gate.send(&project(), QiwiKz::PATH, kept.as_bytes()).await;
    assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
    let requests = server.requests();
    assert_eq!(requests[0].body, requests[1].body);
    assert!(
        requests[1]
            .head
            .starts_with("post /gate/v2/payment/wallet/"),
        "{}",
        requests[1].head
    );
}

#[tokio::test]
async fn request_that_cannot_be_right_is_not_sent() {
    let server = Server::start(answer(200, ACCEPTED)).await;
    let gate = Gate::new(&server.url).unwrap();
    let other = Project::new(36, "secret").unwrap();
    let kept = payout().to_json();
    let signed = sign(kept.as_bytes(), &Key::new("secret").unwrap()).unwrap();
    for outcome in [
        gate.payout::<QiwiKz>(&other, &payout()).await,
        gate.send(&project(), QiwiKz::PATH, b"garbage").await,
        gate.send(
            &project(),
            QiwiKz::PATH,
            br#"{"general":{"project_id":35}}"#,
        )
        .await,
        gate.send(&project(), QiwiKz::PATH, &signed).await,
        gate.send(&project(), QiwiKz::NAME, kept.as_bytes()).await,
    ] {
        let Outcome::Unknown(unknown) = outcome else {
            panic!("{outcome:?}");
        };
        assert!(unknown.nothing_was_sent(), "{unknown}");
    }
    assert_eq!(server.connections(), 0);
}
