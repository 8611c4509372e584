//! `POST /v1/payments/{payment_id}/confirm`: an operator asks the platform about a payment whose callback is lost. Real HTTP to a
//! simulated Gate.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use jetpay_core::signature::{Key, sign};
use jetpay_core::{Keyring, Project};
use jetpay_platform::KASPI;
use jetpay_platform::gate::{Conventions, GateState, Server, ServerOptions, serve};
use jetpay_platform::messages::{Callback, Operation};
use jetpay_testing::free_port;
use serde_json::{Value, json};

use crate::support::{
    Answer, CUSTOMER, Folder, PROJECT, Running, SECRET, assert_has, each, failed, on_every_store,
    payout_request, refused, success, tenge,
};

on_every_store! {
    with_a_gate;
    lost_callback_is_credited_once_by_a_signed_answer,
    refunded_payment_ends_credited_and_refunded,
}

/// A service of Kaspi alone, which asks a Gate at this port.
async fn asking(folder: Folder, port: u16) -> Running {
    let url = format!("http://127.0.0.1:{port}");
    let folder = folder.configured(&format!(
        "[gate]\nbase_url = \"{url}\"\nanswer_within_seconds = 2\n"
    ));
    folder.change(
        "[\"kaspi\", \"kassa24\", \"kassa24-bvu\", \"cashin-kz\", \"qiwi-kz\"]",
        "[\"kaspi\"]",
    );
    folder.serve().await.with_customer().await
}

async fn with_a_gate(folder: Folder) -> WithGate {
    let port = free_port();
    let gate = gate(port, SECRET, true);
    let running = asking(folder, port).await;
    WithGate { running, gate }
}

struct WithGate {
    running: Running,
    gate: Server,
}

/// A Gate that signs its answers with this secret, or does not sign them.
fn gate(port: u16, secret: &str, signs: bool) -> Server {
    let mut project = Project::new(PROJECT, secret).unwrap();
    if secret != SECRET {
        project = project.with_secret(SECRET).unwrap();
    }
    let conventions = Conventions {
        signs_answers: signs,
        ..Conventions::default()
    };
    let state = GateState::new(Keyring::from(project)).with_conventions(conventions);
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    serve(listener, state, ServerOptions::default()).unwrap()
}

/// The platform's callback about an operation.
fn made(payment_id: &str, status: &str, kind: &str, minor: i64) -> Callback {
    let operation = Operation::new(kind, "success", tenge(minor));
    Callback::new(&KASPI, PROJECT.into(), payment_id, status, operation)
}

async fn confirm(running: &Running, id: &str, body: Value) -> Answer {
    running
        .post(&format!("/v1/payments/{id}/confirm"), &body)
        .await
}

fn because() -> Value {
    json!({"reason": "the older system answered it"})
}

fn dry_run() -> Value {
    json!({"dry_run": true})
}

/// The audit of the running service finds nothing, and every signature is good.
fn check(running: &Running) {
    let checked = running.run("ledger check");
    assert_eq!(checked.code, Some(0), "{checked:?}");
}

async fn lost_callback_is_credited_once_by_a_signed_answer(with: &WithGate) {
    let (running, gate) = (&with.running, &with.gate);
    let id = running.announced(90_000).await;
    let sale = made(&id, "success", "sale", 90_000);
    gate.state().has_made(sale.clone());

    let (status, said) = confirm(running, &id, dry_run()).await;
    assert_eq!(status, 200, "{said}");
    let shown = [
        &said["signed"],
        &said["applied"],
        &said["payment_status"],
        &said["advice"],
    ];
    assert_eq!(json!(shown), json!([true, false, "success", null]));
    assert_eq!(said["payment"]["state"], "pending");
    let operation = json!({
        "operation_id": sale.operation.id.to_string(), "operation_type": "sale", "operation_status": "success",
        "amount": 90_000, "currency": "KZT", "date": sale.operation.date, "code": "0",
        "text": said["operations"][0]["text"], "provider_payment_id": sale.operation.provider.payment_id, "stored": false,
    });
    assert_eq!(said["operations"], json!([operation]));
    assert_eq!(running.balance(CUSTOMER).await, 0);

    assert_has(
        &refused(&confirm(running, &id, json!({})).await, "reason"),
        &["a reason is needed"],
    );
    let (status, done) = confirm(running, &id, because()).await;
    assert_eq!((status, &done["applied"]), (200, &json!(true)), "{done}");
    assert_eq!(each(&done["operations"], "outcome"), json!(["applied"]));
    assert_eq!(done["payment"]["state"], "credited");
    assert_eq!(running.balance(CUSTOMER).await, 90_000);

    let again = failed(&confirm(running, &id, because()).await, 409, "conflict");
    assert_has(&again, &["has all that the platform says"]);
    let (_, said) = confirm(running, &id, dry_run()).await;
    assert_eq!(each(&said["operations"], "stored"), json!([true]));
    // The callback comes at last.
    assert_eq!(running.deliver(&sale).await, 200);
    assert_eq!(running.balance(CUSTOMER).await, 90_000);
    let (_, history) = running.get(&format!("/v1/payments/{id}/history")).await;
    let decided = each(&history["resolutions"], "verdict");
    assert_eq!(
        (decided, each(&history["resolutions"], "by")),
        (json!(["confirm"]), json!(["admin"]))
    );
    assert_eq!(history["callbacks"].as_array().unwrap().len(), 1);
    let receipt = &sale.operation.provider.payment_id;
    let (_, found) = running.get(&format!("/v1/search?q={receipt}")).await;
    assert_eq!(each(&found["hits"], "payment_id"), json!([id]));
    check(running);
    let log = running.log();
    assert_has(&log, &["the merchant applied the platform's signed answer"]);
    assert!(!log.contains("older system"), "{log}");
}

async fn refunded_payment_ends_credited_and_refunded(with: &WithGate) {
    let (running, gate) = (&with.running, &with.gate);
    let id = running.announced(90_000).await;
    for (status, kind, minor) in [
        ("success", "sale", 90_000),
        ("partially refunded", "refund", 30_000),
        ("refunded", "refund", 60_000),
    ] {
        gate.state().has_made(made(&id, status, kind, minor));
    }
    let (status, done) = confirm(running, &id, because()).await;
    assert_eq!(status, 200, "{done}");
    let payment = &done["payment"];
    let money = [
        &payment["state"],
        &payment["credited"],
        &payment["remaining"],
    ];
    assert_eq!(json!(money), json!(["refunded", 90_000, 0]));
    let (_, alarms) = running.get("/v1/alarms").await;
    assert_eq!(alarms["alarms"], json!([]));
    check(running);
}

#[actix_web::test]
async fn answer_that_proves_nothing_changes_nothing_and_says_what_to_do() {
    let good = |id: &str| made(id, "success", "sale", 90_000);
    let with_text = |id: &str| {
        let mut recut = made(id, "success", "sale", 90_000);
        recut.payment.description = "x;operations:0:status:success".to_owned();
        recut
    };
    for (what, secret, signs, says, expected, parts) in [
        (
            "unsigned",
            SECRET,
            false,
            Some(good as fn(&str) -> Callback),
            (409, "conflict"),
            &[
                "not signed with a secret of the project",
                "ask JetPay to send the callback again",
            ][..],
        ),
        (
            "recut",
            SECRET,
            true,
            Some(with_text as fn(&str) -> Callback),
            (409, "conflict"),
            &["signed, but cannot be applied", "`operations`"],
        ),
        (
            "wrong key",
            "another secret of tests",
            true,
            Some(good as fn(&str) -> Callback),
            (502, "no_answer"),
            &["signed with another secret", "nothing was applied"],
        ),
        (
            "unknown",
            SECRET,
            true,
            None,
            (409, "conflict"),
            &["3061", "receipt"],
        ),
    ] {
        let port = free_port();
        let gate = gate(port, secret, signs);
        let running = asking(Folder::new(), port).await;
        let id = running.announced(90_000).await;
        if let Some(says) = says {
            gate.state().has_made(says(&id));
        }
        let (status, code) = expected;
        let message = failed(&confirm(&running, &id, because()).await, status, code);
        assert_has(&message, parts);
        let (status, shown) = confirm(&running, &id, dry_run()).await;
        match what {
            "unsigned" | "recut" => {
                assert_eq!(
                    (status, &shown["signed"]),
                    (200, &json!(what == "recut")),
                    "{shown}"
                );
                assert_eq!(shown["payment_status"], "success", "{what}");
                assert_has(shown["advice"].as_str().unwrap(), parts);
            }
            _ => assert_eq!(status, expected.0, "{what}: {shown}"),
        }
        let (_, payment) = running.get(&format!("/v1/payments/{id}")).await;
        assert_eq!(
            (&payment["state"], running.balance(CUSTOMER).await),
            (&json!("pending"), 0),
            "{what}"
        );
        let (_, resolutions) = running.get("/v1/resolutions").await;
        assert_eq!(resolutions["resolutions"], json!([]), "{what}");
        check(&running);
    }
}

/// Answers every request with this body.
fn always(body: Vec<u8>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            // Closed with a part unread, the connection would be reset.
            stream
                .set_read_timeout(Some(Duration::from_millis(100)))
                .unwrap();
            while stream.read(&mut [0; 4096]).is_ok_and(|read| read > 0) {}
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(&body).unwrap();
        }
    });
    port
}

#[actix_web::test]
async fn answer_about_another_payment_or_project_or_none_at_all_is_no_answer() {
    let about = |project: u64, id: &str| {
        let body = json!({
            "project_id": project, "payment": {"id": id, "status": "success"},
            "operations": [{"id": 1, "type": "sale", "status": "success", "sum_initial": {"amount": 90_000, "currency": "KZT"}}],
        });
        sign(body.to_string().as_bytes(), &Key::new(SECRET).unwrap()).unwrap()
    };
    for (port, part) in [
        (
            always(about(PROJECT, "another payment")),
            "about another payment",
        ),
        (
            always(about(4321, "another payment")),
            "about another payment",
        ),
        (always(b"<html>".to_vec()), "cannot be read"),
        (free_port(), "no connection"),
    ] {
        let running = asking(Folder::new(), port).await;
        let id = running.announced(90_000).await;
        let message = failed(&confirm(&running, &id, because()).await, 502, "no_answer");
        assert_has(&message, &[part, "try again later"]);
        assert_eq!(running.balance(CUSTOMER).await, 0);
    }
}

#[actix_web::test]
async fn misfit_is_quarantined_with_an_alarm_and_a_callback_that_came_is_not_asked_for_again() {
    let WithGate { running, gate } = with_a_gate(Folder::new()).await;
    let id = running.announced(90_000).await;
    gate.state().has_made(made(&id, "success", "sale", 89_999));
    let (status, done) = confirm(&running, &id, because()).await;
    assert_eq!(status, 200, "{done}");
    assert_eq!(each(&done["operations"], "outcome"), json!(["quarantined"]));
    let (_, alarms) = running.get("/v1/alarms").await;
    assert_eq!(each(&alarms["alarms"], "kind"), json!(["amount_differs"]));
    check(&running);

    let paid = running.announced(90_000).await;
    let callback = success(&paid, 90_000);
    assert_eq!(running.deliver(&callback).await, 200);
    gate.state().has_made(callback);
    failed(&confirm(&running, &paid, because()).await, 409, "conflict");
    assert_eq!(running.balance(CUSTOMER).await, 90_000);
}

#[actix_web::test]
async fn gate_of_a_merchant_without_qiwi_answers_status_questions_and_takes_no_payouts() {
    let WithGate { running, .. } = with_a_gate(Folder::new()).await;
    let payout = running.post("/v1/payouts", &payout_request("k", 100)).await;
    assert_has(&failed(&payout, 409, "not_configured"), &["qiwi-kz"]);
    let shown = running.run("check").good();
    assert_has(
        &shown,
        &[
            "ask about lost callbacks",
            "until a project has the method qiwi-kz",
        ],
    );

    let without = Folder::new().serve().await.with_customer().await;
    let id = without.announced(90_000).await;
    let answer = confirm(&without, &id, because()).await;
    assert_has(&failed(&answer, 409, "not_configured"), &["add [gate]"]);
    for id in ["ghost", "%01"] {
        failed(&confirm(&running, id, because()).await, 404, "not_found");
    }
}

#[actix_web::test]
async fn two_operators_at_once_credit_once() {
    let WithGate { running, gate } = with_a_gate(Folder::new()).await;
    let id = running.announced(90_000).await;
    gate.state().has_made(made(&id, "success", "sale", 90_000));
    let both = [because(), because()].map(|body| confirm(&running, &id, body));
    let mut statuses = futures_util::future::join_all(both).await;
    statuses.sort_by_key(|(status, _)| *status);
    assert_eq!([statuses[0].0, statuses[1].0], [200, 409], "{statuses:?}");
    assert_eq!(running.balance(CUSTOMER).await, 90_000);
}
