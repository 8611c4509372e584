//! A small merchant that receives callbacks.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpResponse, HttpServer};
use serde_json::Value;

/// How slow the slow answers are.
pub(crate) const SLOW: Duration = Duration::from_secs(15);

/// An endpoint that answers with fixed statuses until the test ends.
pub(crate) struct Merchant {
    pub(crate) url: String,
    received: Arc<LogEntry>,
}

#[derive(Default)]
struct LogEntry {
    /// The statuses of the answers, in order. The last one is repeated.
    statuses: Vec<u16>,
    slow_with: Option<&'static str>,
    bodies: Mutex<Vec<Vec<u8>>>,
}

impl Merchant {
    pub(crate) fn answering(statuses: &[u16]) -> Self {
        Self::of(LogEntry {
            statuses: statuses.to_vec(),
            ..LogEntry::default()
        })
    }

    pub(crate) fn slow_with(payment_id: &'static str) -> Self {
        Self::of(LogEntry {
            statuses: vec![200],
            slow_with: Some(payment_id),
            ..LogEntry::default()
        })
    }

    fn of(received: LogEntry) -> Self {
        let received = Arc::new(received);
        let data = Data::from(Arc::clone(&received));
        let app = move || {
            App::new()
                .app_data(data.clone())
                .route("/callback", web::post().to(take))
        };
        let server = HttpServer::new(app)
            .workers(1)
            .disable_signals()
            .bind(("127.0.0.1", 0))
            .unwrap();
        let url = format!("http://{}/callback", server.addrs()[0]);
        actix_web::rt::spawn(server.run());
        Self { url, received }
    }

    pub(crate) fn bodies(&self) -> Vec<Vec<u8>> {
        self.received.bodies.lock().unwrap().clone()
    }

    /// `payment.status` of each callback.
    pub(crate) fn statuses(&self) -> Vec<String> {
        let bodies = self.bodies();
        let json = bodies
            .iter()
            .map(|body| serde_json::from_slice::<Value>(body).unwrap());
        json.map(|json| json["payment"]["status"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Waits until this many callbacks have come.
    pub(crate) async fn received(&self, count: usize) {
        let enough = async {
            while self.bodies().len() < count {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(20), enough).await;
        waited.unwrap_or_else(|_| panic!("{} of {count} callbacks came", self.bodies().len()));
    }
}

async fn take(received: Data<LogEntry>, body: Bytes) -> HttpResponse {
    let number = {
        let mut bodies = received.bodies.lock().unwrap();
        bodies.push(body.to_vec());
        bodies.len() - 1
    };
    let json: Value = serde_json::from_slice(&body).unwrap();
    if received
        .slow_with
        .is_some_and(|id| json["payment"]["id"] == id)
    {
        tokio::time::sleep(SLOW).await;
    }
    let last = received.statuses.len() - 1;
    let status = received.statuses[number.min(last)];
    HttpResponse::build(StatusCode::from_u16(status).unwrap()).finish()
}
