//! Systems of the merchant's, over real HTTP, and a folder that names one.

use std::sync::Mutex;

use actix_web::web::{self, Bytes};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use jetpay_billing::webhook::Secrets;
use jetpay_platform::billing::{BillingState, Dialect, Quirks, Server, serve};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{CUSTOMER, Folder, PROJECT, Running, Said};

pub(crate) const LOGIN: &str = "jetpay:a long password";
pub(crate) const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
/// A key in the query of the configured URL.
pub(crate) const HIDDEN: &str = "a-key-in-the-url";

/// A billing that knows the customer, who owes 123.45.
pub(crate) async fn billing(dialect: Dialect, quirks: Quirks) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut state = BillingState::new(dialect)
        .with_quirks(quirks)
        .with_login(LOGIN);
    state.put_account(CUSTOMER, Some(12_345));
    serve(listener, state).unwrap()
}

/// A folder whose `[lookup]` asks this billing, with these further lines.
pub(crate) fn asking(kind: &str, url: &str, lines: &str) -> Folder {
    let folder = Folder::new().configured(&format!(
        "[lookup]\nkind = \"{kind}\"\nurl = \"{url}?key={HIDDEN}\"\nsecret_file = \"lookup.secret\"\n{lines}\n"
    ));
    let secret = if kind == "http" { SECRET } else { LOGIN };
    folder.write("lookup.secret", secret);
    folder
}

/// Runs a command while this thread serves.
pub(crate) async fn run(folder: &Folder, line: &str) -> Said {
    let mut command = folder.command(line);
    let output = web::block(move || command.output().unwrap()).await;
    let said = Said::of(output.unwrap());
    let all = said.all();
    assert!(
        !all.contains("a long password") && !all.contains(HIDDEN) && !all.contains(SECRET),
        "{all}"
    );
    said
}

/// The answer to `verify` of Kaspi.
pub(crate) async fn verify(running: &Running, customer: &str) -> Value {
    let message = json!({"type": "verify", "project_id": PROJECT, "customer_id": customer});
    let exchange = running.platform().call("/kaspi", &message).await.unwrap();
    serde_json::from_str(&exchange.text()).unwrap()
}

/// A web service of the merchant's: the answer to each question, and the questions that came. It refuses those that are not signed.
pub(crate) struct WebService {
    answer: Mutex<(u16, Value)>,
    pub(crate) questions: Mutex<Vec<Value>>,
}

impl WebService {
    pub(crate) fn answers(&self, status: u16, body: Value) {
        *self.answer.lock().unwrap() = (status, body);
    }
}

async fn answer(service: web::Data<WebService>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let header = |name| request.headers().get(name).unwrap().to_str().unwrap();
    let id = header("webhook-id");
    let time: i64 = header("webhook-timestamp").parse().unwrap();
    let signature = Secrets::parse([SECRET]).unwrap().sign(id, time, &body);
    if header("webhook-signature") != signature || !id.starts_with("lookup_") {
        return HttpResponse::Unauthorized().finish();
    }
    let question = serde_json::from_slice(&body).unwrap();
    service.questions.lock().unwrap().push(question);
    let (status, body) = service.answer.lock().unwrap().clone();
    HttpResponse::build(status.try_into().unwrap()).json(body)
}

/// The web service and its URL.
pub(crate) fn web_service() -> (web::Data<WebService>, String) {
    let service = web::Data::new(WebService {
        answer: Mutex::new((404, json!({"error": {"code": "unknown_customer"}}))),
        questions: Mutex::default(),
    });
    let shared = service.clone();
    let app = move || {
        let app = App::new().app_data(shared.clone());
        app.route("/customers", web::post().to(answer))
    };
    let server = HttpServer::new(app).workers(1).disable_signals();
    let server = server.bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/customers", server.addrs()[0]);
    actix_web::rt::spawn(server.run());
    (service, url)
}
