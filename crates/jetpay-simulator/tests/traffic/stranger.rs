//! Answers to callbacks that the documents leave to a merchant: only HTTP 200 acknowledges, and every other status refuses.

use std::collections::HashSet;
use std::sync::Mutex;

use actix_web::rt::time::sleep;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpResponse, HttpServer};

use super::*;

#[actix_web::test]
async fn any_status_but_200_refuses_what_must_not_be_believed() {
    for status in [302, 404, 500] {
        let mut traffic = with_callbacks_to(&serve_constant(status, ""), 20);
        let faults = "bad-signature=1000,tampered=1000,unknown-payment=1000,garbage=1000,wrong-amount=1000,at-once=1000";
        traffic.faults = faults.parse().unwrap();
        traffic.repeats = 0;
        let tally = play(traffic).await;
        for fault in [
            Goes::BadSignature,
            Goes::Tampered,
            Goes::UnknownPayment,
            Goes::Garbage,
            Goes::WrongAmount,
        ] {
            let (sent, unexpected) = of_fault(&tally, fault);
            assert!(sent > 10 && unexpected == 0, "{status} {fault}: {tally}");
        }
        let (sent, unexpected) = of_fault(&tally, Goes::AtOnce);
        assert!(sent > 10 && unexpected == sent, "{status}: {tally}");
        let told = format!(
            "fault: at-once of payment_1: expected HTTP 200 to at least one of them, got HTTP {status}"
        );
        let first = tally.first_unexpected.iter();
        assert!(
            first.map(ToString::to_string).any(|it| {
                // Each merchant has payment ids of its own.
                let id = it.split(" of ").nth(1).and_then(|it| it.split(':').next());
                it.replace(id.unwrap_or_default(), "payment_1")
                    .contains(&told)
            }),
            "{tally}"
        );
    }
}

/// Callbacks that somebody is at work on.
type AtWork = Data<Mutex<HashSet<Bytes>>>;

async fn one_at_a_time(at_work: AtWork, body: Bytes) -> HttpResponse {
    if !at_work.lock().unwrap().insert(body.clone()) {
        return HttpResponse::Conflict().finish();
    }
    sleep(Duration::from_millis(50)).await;
    at_work.lock().unwrap().remove(&body);
    HttpResponse::Ok().finish()
}

#[actix_web::test]
async fn one_of_several_at_once_is_enough_and_what_was_refused_comes_again() {
    let at_work = AtWork::default();
    let app = move || {
        App::new()
            .app_data(at_work.clone())
            .default_service(web::to(one_at_a_time))
    };
    let server = HttpServer::new(app).workers(1).disable_signals();
    let server = server.bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", server.addrs()[0]);
    actix_web::rt::spawn(server.run());
    let mut traffic = with_callbacks_to(&url, 20);
    traffic.faults = "at-once=1000".parse().unwrap();
    traffic.hurry = 100;
    let tally = play(traffic).await;
    let (sent, unexpected) = of_fault(&tally, Goes::AtOnce);
    assert!(sent > 30 && unexpected == 0, "{tally}");
    assert!(tally.repeats >= 10, "{tally}");
    assert_eq!((tally.unexpected(), tally.given_up), (0, 0), "{tally}");
}
