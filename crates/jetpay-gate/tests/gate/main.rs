//! Payouts and questions over real HTTP.

mod https;
mod lost;
mod sent;
mod status;
mod wire;

use jetpay_gate::{BadBaseUrl, Gate, Outcome};
use jetpay_qiwi_kz::QiwiKz;
use wire::{Does, Server, payout, project};

async fn pay_out(server: &Server) -> Outcome {
    let gate = Gate::new(&server.url).unwrap();
    gate.payout::<QiwiKz>(&project(), &payout()).await
}

fn answer(http_status: u16, body: &str) -> Does {
    Does::Answer(http_status, body.to_owned())
}

#[test]
fn plain_http_to_another_machine_is_refused() {
    assert_eq!(
        Gate::new("http://gate.example.com").unwrap_err(),
        BadBaseUrl::NotHttps
    );
    assert!(Gate::new("https://gate.example.com").is_ok());
}

#[tokio::test]
async fn futures_may_move_between_threads_and_debug_shows_no_secret() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let (gate, project, payout) = (
        Gate::new("https://gate.example.com").unwrap(),
        project(),
        payout(),
    );
    drop(is_send(gate.payout::<QiwiKz>(&project, &payout)));
    drop(is_send(gate.request_status(&project, "abc")));
    let shown = format!("{gate:?} {project:?} {payout:?}");
    assert!(
        !shown.contains("\"secret\"") && !shown.contains("John"),
        "{shown}"
    );
}
