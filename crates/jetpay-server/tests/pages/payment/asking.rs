//! A person asks the platform about a payment.

use std::net::TcpListener;

use jetpay_core::{Keyring, Project};
use jetpay_platform::gate::{Conventions, GateState, Server, ServerOptions, serve as serve_gate};
use jetpay_testing::free_port;
use reqwest::StatusCode;

use super::{hidden, made, plain};
use crate::desk::{Desk, READER, RESOLVER, Service, folder, serve, with_pages};
use crate::support::{CUSTOMER, Folder, PROJECT, SECRET, assert_has, on_every_store};

on_every_store! {
    with_a_gate;
    lost_callback_is_asked_for_shown_and_applied_once,
}

struct WithGate {
    service: Service,
    gate: Server,
}

/// A service of Kaspi alone with pages, which asks a Gate at this port.
async fn asking(folder: Folder, port: u16) -> Service {
    let folder = folder.configured(&format!(
        "[gate]\nbase_url = \"http://127.0.0.1:{port}\"\nanswer_within_seconds = 2\n"
    ));
    folder.change(
        "[\"kaspi\", \"kassa24\", \"kassa24-bvu\", \"cashin-kz\", \"qiwi-kz\"]",
        "[\"kaspi\"]",
    );
    let service = serve(with_pages(folder)).await;
    Service {
        running: service.running.with_customer().await,
        port: service.port,
    }
}

fn gate(port: u16, signs: bool) -> Server {
    let conventions = Conventions {
        signs_answers: signs,
        ..Conventions::default()
    };
    let keyring = Keyring::from(Project::new(PROJECT, SECRET).unwrap());
    let state = GateState::new(keyring).with_conventions(conventions);
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    serve_gate(listener, state, ServerOptions::default()).unwrap()
}

async fn with_a_gate(folder: Folder) -> WithGate {
    let port = free_port();
    let gate = gate(port, true);
    let service = asking(folder, port).await;
    WithGate { service, gate }
}

const ASK: [(&str, &str); 1] = [("step", "ask")];

/// The page that the first step shows.
async fn asked(person: &Desk, path: &str) -> String {
    let answer = person.post(path, &ASK).send().await.unwrap();
    let status = answer.status();
    let page = answer.text().await.unwrap();
    assert_eq!(status, StatusCode::OK, "{page}");
    page
}

async fn lost_callback_is_asked_for_shown_and_applied_once(with: &WithGate) {
    let running = &with.service.running;
    let person = Desk::with_token(&with.service, RESOLVER).await;
    let id = running.announced(9_000).await;
    let path = format!("/payments/{id}/confirm");
    assert_has(
        &person.page(&format!("/payments/{id}")).await,
        &["Ask the platform about this payment"],
    );
    let reader = Desk::with_token(&with.service, READER).await;
    assert_has(
        &reader.page(&format!("/payments/{id}")).await,
        &["can ask the platform about this payment"],
    );

    let (status, page) = person.refused(&path, &ASK).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_has(&page, &["does not know this payment"]);

    with.gate
        .state()
        .has_made(made(&id, "success", "sale", 9_000));
    let said = asked(&person, &path).await;
    assert_has(
        &plain(&said),
        &[
            "Apply: +90.00 KZT",
            "+90.00 KZT · customer 7123456789",
            "new",
        ],
    );
    assert_eq!(running.balance(CUSTOMER).await, 0);

    let seen = hidden(&said, "seen").to_owned();
    let apply = |seen, reason| [("step", "apply"), ("seen", seen), ("reason", reason)];
    let (status, page) = person.refused(&path, &apply(&seen, " ")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_has(&page, &["role=\"alert\"", "Apply: +90.00 KZT"]);
    let (status, page) = person
        .refused(&path, &apply("another", "kept <text>"))
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_has(
        &page,
        &["says something else now", "kept &lt;text&gt;</textarea>"],
    );
    for form in [&[("step", "x")][..], &[]] {
        assert_eq!(person.refused(&path, form).await.0, StatusCode::BAD_REQUEST);
    }
    assert_eq!(running.balance(CUSTOMER).await, 0);

    let done = plain(&person.sent(&path, &apply(&seen, "no callback came")).await);
    assert_has(
        &done,
        &[
            "answer is applied.",
            "Paid and credited 90.00 KZT.",
            "answer to a question about the payment.",
        ],
    );
    assert_eq!(running.balance(CUSTOMER).await, 9_000);
    let again = person.sent(&path, &apply(&seen, "no callback came")).await;
    assert_has(&again, &["answer is applied."]);
    let (status, page) = person.refused(&path, &apply(&seen, "again")).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_has(&page, &["The ledger has all that", "again</textarea>"]);
    assert_eq!(running.balance(CUSTOMER).await, 9_000);
    // The platform says nothing new: there is nothing to apply.
    let said = asked(&person, &path).await;
    assert!(!said.contains("<textarea"), "{said}");

    // After another answer was applied, the first form is no repeat.
    let refund = made(&id, "partially refunded", "refund", 4_000);
    with.gate.state().has_made(refund);
    let said = asked(&person, &path).await;
    let seen = hidden(&said, "seen").to_owned();
    person.sent(&path, &apply(&seen, "a refund")).await;
    assert_eq!(running.balance(CUSTOMER).await, 5_000);
    let first = apply(&seen, "no callback came");
    let (status, _) = person.refused(&path, &first).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(!running.log().contains("no callback came"));
}

#[actix_web::test]
async fn answer_with_another_amount_moves_no_money_and_says_so_before() {
    let WithGate { service, gate } = with_a_gate(Folder::new()).await;
    let person = Desk::signed_in(&service).await;
    let id = service.running.announced(9_000).await;
    gate.state().has_made(made(&id, "success", "sale", 8_000));
    let path = format!("/payments/{id}/confirm");
    let said = asked(&person, &path).await;
    assert_has(
        &plain(&said),
        &["An alarm is raised:", "Apply: no money moves"],
    );
    let form = [
        ("step", "apply"),
        ("seen", hidden(&said, "seen")),
        ("reason", "look"),
    ];
    let done = plain(&person.sent(&path, &form).await);
    assert_has(
        &done,
        &["Paid 80.00 KZT, announced 90.00 KZT: waiting for a decision."],
    );
    assert_eq!(service.running.balance(CUSTOMER).await, 0);
}

#[actix_web::test]
async fn what_a_dismissed_alarm_advises_is_what_works() {
    let WithGate { service, gate } = with_a_gate(Folder::new()).await;
    let (running, person) = (&service.running, Desk::signed_in(&service).await);
    let dismiss = [("verdict", "dismiss"), ("reason", "nothing came in")];

    // The ledger has the success of another amount: to ask again credits nothing.
    let differs = running.announced(9_000).await;
    let sale = made(&differs, "success", "sale", 8_000);
    assert_eq!(running.deliver(&sale).await, 200);
    let dismissed = person.sent("/alarms/1/resolve", &dismiss).await;
    assert_has(&dismissed, &["Undo: the money came in after all"]);
    assert!(!dismissed.contains("ask the platform"), "{dismissed}");
    gate.state().has_made(sale);
    let path = format!("/payments/{differs}/confirm");
    let said = asked(&person, &path).await;
    assert_has(&said, &["The ledger has all that the platform says"]);
    assert!(!said.contains("<textarea"), "{said}");

    // It has a success without an operation: the platform can still name the one.
    let unnamed = running.announced(9_000).await;
    let sale = made(&unnamed, "success", "sale", 9_000);
    let mut callback = serde_json::to_value(sale.clone()).unwrap();
    callback.as_object_mut().unwrap().remove("operation");
    assert_eq!(running.deliver(&callback).await, 200);
    let page = person.page(&format!("/payments/{unnamed}")).await;
    assert_has(&page, &["Ask JetPay whether the money came in"]);
    let dismissed = person.sent("/alarms/2/resolve", &dismiss).await;
    assert_has(&dismissed, &["open the payment and ask the platform there"]);
    gate.state().has_made(sale);
    let path = format!("/payments/{unnamed}/confirm");
    let said = asked(&person, &path).await;
    let form = [
        ("step", "apply"),
        ("seen", hidden(&said, "seen")),
        ("reason", "it came in"),
    ];
    person.sent(&path, &form).await;
    assert_eq!(running.balance(CUSTOMER).await, 9_000);
}

#[actix_web::test]
async fn unsigned_answer_silent_gate_and_no_gate_change_nothing_and_say_why() {
    let port = free_port();
    let unsigned = gate(port, false);
    let service = asking(Folder::new(), port).await;
    let person = Desk::signed_in(&service).await;
    let id = service.running.announced(9_000).await;
    unsigned
        .state()
        .has_made(made(&id, "success", "sale", 9_000));
    let path = format!("/payments/{id}/confirm");
    let said = asked(&person, &path).await;
    assert_has(&said, &["not signed with a secret of the project"]);
    assert!(!said.contains("<textarea"), "{said}");
    let form = [("step", "apply"), ("seen", ""), ("reason", "x")];
    let answer = person.post(&path, &form).send().await.unwrap();
    assert_has(
        &answer.text().await.unwrap(),
        &["not signed with a secret of the project"],
    );
    assert_eq!(service.running.balance(CUSTOMER).await, 0);

    let without = serve(folder()).await;
    let without = Service {
        running: without.running.with_customer().await,
        port: without.port,
    };
    let silent = asking(Folder::new(), free_port()).await;
    for (service, part) in [
        (silent, "gave no usable answer"),
        (without, "has no [gate]"),
    ] {
        let id = service.running.announced(9_000).await;
        let person = Desk::signed_in(&service).await;
        let path = format!("/payments/{id}/confirm");
        let (status, page) = person.refused(&path, &ASK).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_has(&page, &[part, "no result yet"]);
        let (status, _) = person.refused("/payments/ghost/confirm", &ASK).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
}
