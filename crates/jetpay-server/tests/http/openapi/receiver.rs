//! A receiver of the merchant's, which keeps the messages that it gets.

use std::sync::atomic::{AtomicU16, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use serde_json::Value;

#[derive(Clone)]
pub(super) struct Receiver {
    pub(super) port: u16,
    status: Arc<AtomicU16>,
    messages: Arc<Mutex<Vec<Message>>>,
}

/// A message: the names and values of its headers, and its body.
pub(super) struct Message {
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Value,
}

impl Receiver {
    /// Begins to take messages.
    pub(super) fn open() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let receiver = Self {
            port: listener.local_addr().unwrap().port(),
            status: Arc::new(AtomicU16::new(200)),
            messages: Arc::default(),
        };
        let data = Data::new(receiver.clone());
        let app = move || {
            App::new()
                .app_data(data.clone())
                .default_service(web::to(take))
        };
        let server = HttpServer::new(app).workers(1).disable_signals();
        actix_web::rt::spawn(server.listen(listener).unwrap().run());
        receiver
    }

    /// Answers with this status from now on.
    pub(super) fn answer(&self, status: u16) {
        self.status.store(status, Relaxed);
    }

    /// The messages so far.
    pub(super) fn take(&self) -> Vec<Message> {
        std::mem::take(&mut self.messages.lock().unwrap())
    }
}

async fn take(receiver: Data<Receiver>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| {
        let value = value.to_str().unwrap().to_owned();
        (name.as_str().to_owned(), value)
    });
    receiver.messages.lock().unwrap().push(Message {
        headers: headers.collect(),
        body: serde_json::from_slice(&body).unwrap(),
    });
    let status = receiver.status.load(Relaxed);
    HttpResponse::new(StatusCode::from_u16(status).unwrap())
}
