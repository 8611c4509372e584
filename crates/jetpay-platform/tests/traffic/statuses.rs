//! Answers to callbacks that the documents leave to the merchant: only HTTP 200 acknowledges, every other status
//! refuses.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use actix_web::dev::Handler;
use actix_web::rt::time::sleep;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, FromRequest, HttpResponse, HttpServer, Responder};

use super::*;

/// An endpoint with this handler; its URL.
fn answering<A: FromRequest + 'static>(
    answer: impl Handler<A, Output: Responder + 'static> + Copy + Send,
) -> String {
    let state: State = Data::default();
    let app = move || {
        App::new()
            .app_data(state.clone())
            .default_service(web::to(answer))
    };
    let server = HttpServer::new(app).workers(1).disable_signals();
    let server = server.bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", server.addrs()[0]);
    actix_web::rt::spawn(server.run());
    url
}

/// The number of callbacks that were acknowledged, and the bodies that are being processed.
type State = Data<(AtomicU32, Mutex<HashSet<Bytes>>)>;

#[actix_web::test]
async fn callback_that_is_finally_acknowledged_is_not_repeated_any_more() {
    let url = answering(
        async |state: State| match state.0.fetch_add(1, Relaxed) % 2 {
            0 => HttpResponse::ServiceUnavailable().finish(),
            _ => HttpResponse::Ok().finish(),
        },
    );
    let tally = play(with_callbacks_to(&url, 30)).await;
    assert!(tally.repeats >= 10, "{tally}");
    assert_eq!(tally.unexpected(), tally.repeats, "a repeat for each 503");
    assert_eq!((tally.given_up, tally.waiting), (0, 0));
}

#[actix_web::test]
async fn one_acknowledgement_of_several_is_enough_and_refused_ones_are_repeated() {
    let url = answering(async |state: State, body: Bytes| {
        if !state.1.lock().unwrap().insert(body.clone()) {
            return HttpResponse::Conflict().finish();
        }
        sleep(Duration::from_millis(50)).await;
        state.1.lock().unwrap().remove(&body);
        HttpResponse::Ok().finish()
    });
    let mut traffic = with_callbacks_to(&url, 20);
    traffic.faults = "at-once=1000".parse().unwrap();
    traffic.hurry = 100;
    let tally = play(traffic).await;
    let (sent, unexpected) = of_fault(&tally, Goes::AtOnce);
    assert!(sent > 30 && unexpected == 0, "{tally}");
    assert!(tally.repeats >= 10, "{tally}");
    assert_eq!((tally.unexpected(), tally.given_up), (0, 0), "{tally}");
}

#[actix_web::test]
async fn any_status_but_200_refuses_a_forgery() {
    let lies = [
        Goes::BadSignature,
        Goes::Tampered,
        Goes::UnknownPayment,
        Goes::Garbage,
        Goes::WrongAmount,
    ];
    for status in [302, 404, 500] {
        let mut traffic = with_callbacks_to(&serve_constant(status, ""), 20);
        traffic.repeats = 0;
        for fault in lies.into_iter().chain([Goes::AtOnce]) {
            traffic.faults = traffic.faults.with(fault, 1000);
        }
        let tally = play(traffic).await;
        for fault in lies {
            let (sent, unexpected) = of_fault(&tally, fault);
            assert!(sent > 10 && unexpected == 0, "{status} {fault}: {tally}");
        }
        let (sent, unexpected) = of_fault(&tally, Goes::AtOnce);
        assert!(sent > 10 && unexpected == sent, "{status}: {tally}");
        let state =
            format!("expected HTTP 200 to at least one of them, got HTTP {status}, no code");
        assert!(tally.to_string().contains(&state), "{tally}");
    }
}
