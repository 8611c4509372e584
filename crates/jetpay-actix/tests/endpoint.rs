//! How endpoints behave, whatever their method is.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::{HttpServiceFactory, ServerHandle};
use actix_web::http::{Method as HttpMethod, StatusCode};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, HttpServer};
use jetpay_core::id::PaymentId;
use jetpay_core::signature::{Key, sign};
use jetpay_core::*;
use jetpay_kaspi::{CheckDeposit, CheckDepositResponse, Contract, Kaspi, VerifyResponse};
use serde_json::{Value, json};
use std::io::{Read, Write};

struct Shop;

impl Callbacks for Shop {
    async fn callback(&self, callback: Callback) -> Result<Acknowledged, CallbackError> {
        match callback.payment.id.as_str() {
            "payment_47" => Ok(Acknowledged),
            "later" => Err(Unavailable::new("the store is down").into()),
            _ => Err(CallbackError::UnknownPayment),
        }
    }
}

impl Merchant<Kaspi> for Shop {
    async fn verify(&self, request: VerifyRequest) -> VerifyResult<Kaspi> {
        match request.customer_id.as_str() {
            "unavailable" => Err(Unavailable::new("the store is down").into()),
            "unknown" => Err(Refused::not_found("no such account").into()),
            id => {
                let contract = Contract::new("1", "1")?;
                Ok(VerifyResponse::new(Currency::KZT, id, [contract])?)
            }
        }
    }

    async fn check_deposit(&self, _: CheckDeposit) -> CheckDepositResult<Kaspi> {
        Ok(CheckDepositResponse::new(
            PaymentId::new("payment_47").unwrap(),
        ))
    }
}

fn keyring() -> Keyring {
    Project::new(1234, "secret").unwrap().into()
}

fn signed(message: &Value) -> Vec<u8> {
    sign(message.to_string().as_bytes(), &Key::new("secret").unwrap()).unwrap()
}

fn verify(customer: &str) -> Vec<u8> {
    signed(&json!({"type": "verify", "project_id": 1234, "customer_id": customer}))
}

fn callback(payment: &str) -> Vec<u8> {
    let sum = json!({"amount": 1, "currency": "KZT"});
    signed(&json!({
        "project_id": 1234, "payment": {"id": payment, "status": "success"},
        "operation": {"id": 1, "type": "sale", "status": "success", "sum_initial": sum}
    }))
}

async fn post(path: &str, body: impl Into<Vec<u8>>) -> (StatusCode, Vec<u8>) {
    let app = App::new()
        .service(jetpay_actix::endpoint::<Kaspi, _>("/plain", Shop, keyring()).limit(1_000))
        .service(jetpay_actix::callbacks("/callback", Shop, keyring()).limit(1_000));
    let app = init_service(app).await;
    let request = TestRequest::post()
        .uri(path)
        .set_payload(body.into())
        .to_request();
    let response = call_service(&app, request).await;
    (response.status(), read_body(response).await.to_vec())
}

fn code(body: &[u8]) -> i64 {
    serde_json::from_slice::<Value>(body).unwrap()["code"]
        .as_i64()
        .unwrap()
}

#[actix_web::test]
async fn requests_are_answered_in_the_methods_shape() {
    for (body, status, expected) in [
        (verify("7123456789"), 200, 0),
        (verify("unknown"), 200, 404),
        (verify("unavailable"), 503, 500),
        (b"{".to_vec(), 400, 500),
        (b"{\"project_id\":9}".to_vec(), 200, 400),
        (vec![b' '; 1_001], 413, 500),
    ] {
        let (got, response) = post("/plain", body).await;
        assert_eq!(
            (got.as_u16(), code(&response)),
            (status, expected),
            "{}",
            String::from_utf8_lossy(&response)
        );
        assert!(
            !String::from_utf8_lossy(&response).contains("the store is down"),
            "the response shows the reason, which is for the log only"
        );
    }
}

#[actix_web::test]
async fn callbacks_are_answered_with_a_status_and_no_body_at_both_urls() {
    for path in ["/plain", "/callback"] {
        for (payment, status) in [("payment_47", 200), ("unknown", 404), ("later", 503)] {
            let (got, response) = post(path, callback(payment)).await;
            assert_eq!(
                (got.as_u16(), response.len()),
                (status, 0),
                "{path} {payment}"
            );
        }
        let forged = String::from_utf8(callback("payment_47"))
            .unwrap()
            .replace(":1,", ":2,");
        assert_eq!(
            post(path, forged).await,
            (StatusCode::BAD_REQUEST, Vec::new())
        );
    }
    for (body, status) in [
        (verify("7123456789"), 400),
        (b"{".to_vec(), 400),
        (vec![b' '; 1_001], 413),
    ] {
        let (got, response) = post("/callback", body).await;
        assert_eq!((got.as_u16(), response.len()), (status, 0));
    }
}

#[actix_web::test]
async fn other_http_methods_get_405_and_any_content_type_is_accepted() {
    let app = init_service(App::new().service(jetpay_actix::endpoint::<Kaspi, _>(
        "/plain",
        Shop,
        keyring(),
    )))
    .await;
    for method in [
        HttpMethod::GET,
        HttpMethod::HEAD,
        HttpMethod::PUT,
        HttpMethod::DELETE,
        HttpMethod::OPTIONS,
    ] {
        let request = TestRequest::with_uri("/plain")
            .method(method.clone())
            .to_request();
        assert_eq!(call_service(&app, request).await.status(), 405, "{method}");
    }
    for content_type in [
        "application/json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "nonsense",
    ] {
        let request = TestRequest::post()
            .uri("/plain")
            .insert_header(("content-type", content_type));
        let response = call_service(&app, request.set_payload(verify("1")).to_request()).await;
        assert_eq!(code(&read_body(response).await), 0, "{content_type}");
    }
}

#[actix_web::test]
async fn keyring_of_the_moment_authenticates_each_request() {
    let (right, wrong) = (
        Arc::new(keyring()),
        Arc::new(Project::new(1234, "new").unwrap().into()),
    );
    let is_right = Arc::new(AtomicBool::new(true));
    let now = Arc::clone(&is_right);
    let endpoint = jetpay_actix::endpoint::<Kaspi, _>("/plain", Shop, Arc::clone(&right));
    let keyring = move || {
        Arc::clone(if now.load(Ordering::Relaxed) {
            &right
        } else {
            &wrong
        })
    };
    let app = init_service(App::new().service(endpoint.keyring_from(keyring))).await;
    for (right, expected) in [(true, 0), (false, 400), (true, 0)] {
        is_right.store(right, Ordering::Relaxed);
        let request = TestRequest::post().uri("/plain").set_payload(verify("1"));
        let answer = call_service(&app, request.to_request()).await;
        assert_eq!(code(&read_body(answer).await), expected);
    }
}

/// A server of an endpoint, on a real port.
fn serve<E: HttpServiceFactory + 'static>(
    endpoint: impl Fn() -> E + Clone + Send + 'static,
) -> (SocketAddr, ServerHandle) {
    let server = HttpServer::new(move || App::new().service(endpoint()))
        .workers(1)
        .bind(("127.0.0.1", 0))
        .unwrap();
    let address = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    (address, handle)
}

#[actix_web::test]
async fn body_that_does_not_arrive_in_time_is_refused() {
    let endpoint = || {
        jetpay_actix::endpoint::<Kaspi, _>("/plain", Shop, keyring())
            .read_timeout(Duration::from_millis(100))
    };
    let (address, handle) = serve(endpoint);
    let answer = actix_web::rt::task::spawn_blocking(move || {
        let mut slow = std::net::TcpStream::connect(address).unwrap();
        slow.write_all(b"POST /plain HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{\"type\"")
            .unwrap();
        slow.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let mut answer = [0; 2_000];
        let length = slow.read(&mut answer).unwrap();
        String::from_utf8_lossy(&answer[..length]).into_owned()
    });
    let answer = answer.await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 400") && answer.contains("\"code\":500"),
        "{answer}"
    );
    handle.stop(false).await;
}

#[actix_web::test]
async fn body_as_long_as_the_limit_is_read_whole_in_any_number_of_pieces_and_a_longer_one_is_refused()
 {
    let whole = verify("7123456789");
    let limit = whole.len();
    let (address, handle) =
        serve(move || jetpay_actix::endpoint::<Kaspi, _>("/plain", Shop, keyring()).limit(limit));
    for (pieces, more, status) in [
        (1, 0, 200),
        (2, 0, 200),
        (7, 0, 200),
        (1, 1, 413),
        (2, 1, 413),
        (7, 1, 413),
    ] {
        let body = [&whole[..], &b" "[..more]].concat();
        let answer = actix_web::rt::task::spawn_blocking(move || {
            let mut client = std::net::TcpStream::connect(address).unwrap();
            let head = b"POST /plain HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
            client.write_all(head).unwrap();
            for piece in body.chunks(body.len().div_ceil(pieces)) {
                let size = format!("{:x}\r\n", piece.len());
                let chunk = [size.as_bytes(), piece, b"\r\n"].concat();
                client.write_all(&chunk).unwrap();
                std::thread::sleep(Duration::from_millis(20));
            }
            // After a refusal the connection may be closed already.
            let _closed = client.write_all(b"0\r\n\r\n");
            let mut answer = [0; 2_000];
            let length = client.read(&mut answer).unwrap();
            String::from_utf8_lossy(&answer[..length]).into_owned()
        });
        let answer = answer.await.unwrap();
        let expected = format!("HTTP/1.1 {status}");
        assert!(answer.starts_with(&expected), "{pieces} pieces: {answer}");
    }
    handle.stop(false).await;
}

#[actix_web::test]
async fn connection_ends_after_413_also_when_the_whole_body_came() {
    let endpoint = || jetpay_actix::endpoint::<Kaspi, _>("/plain", Shop, keyring()).limit(1_000);
    let (address, handle) = serve(endpoint);
    let chunk = format!(
        "transfer-encoding: chunked\r\n\r\n3e9\r\n{}\r\n0\r\n\r\n",
        " ".repeat(1_001)
    );
    let whole = format!("content-length: 1001\r\n\r\n{}", " ".repeat(1_001));
    for body in [chunk, whole] {
        let answer = actix_web::rt::task::spawn_blocking(move || {
            let mut client = std::net::TcpStream::connect(address).unwrap();
            write!(client, "POST /plain HTTP/1.1\r\nhost: x\r\n{body}").unwrap();
            client
                .set_read_timeout(Some(Duration::from_secs(2)))
                .unwrap();
            let mut answer = String::new();
            client.read_to_string(&mut answer).map(|_| answer)
        });
        let answer = answer.await.unwrap().expect("the connection stays open");
        let head = answer.to_ascii_lowercase();
        assert!(
            head.starts_with("http/1.1 413") && head.contains("connection: close"),
            "{answer}"
        );
    }
    handle.stop(false).await;
}

#[actix_web::test]
async fn path_is_taken_with_one_slash_at_its_end_or_none() {
    for registered in ["/plain", "/plain/", "/"] {
        let endpoint = jetpay_actix::endpoint::<Kaspi, _>(registered, Shop, keyring());
        let app = init_service(App::new().service(endpoint)).await;
        let served: Vec<&str> = ["/", "/plain", "/plain/", "/plain//", "/plain/x", "/plainer"]
            .into_iter()
            .collect();
        let mut taken = Vec::new();
        for path in served {
            let request = TestRequest::post().uri(path).set_payload(verify("1"));
            if call_service(&app, request.to_request()).await.status() == 200 {
                taken.push(path);
            }
        }
        let expected: &[&str] = match registered {
            "/" => &["/"],
            _ => &["/plain", "/plain/"],
        };
        assert_eq!(taken, expected, "{registered}");
    }
}

#[actix_web::test]
async fn every_setting_counts_in_any_order() {
    let seen = Arc::new(AtomicU16::new(0));
    let observer = Arc::clone(&seen);
    let endpoint = jetpay_actix::endpoint::<Kaspi, _>("/plain", Shop, keyring())
        .observe(move |reply, _| observer.store(reply.status, Ordering::Relaxed))
        .read_timeout(Duration::from_secs(1))
        .limit(10);
    let app = init_service(App::new().service(endpoint)).await;
    let request = TestRequest::post().uri("/plain").set_payload(verify("1"));
    call_service(&app, request.to_request()).await;
    assert_eq!(seen.load(Ordering::Relaxed), 413);
}

/// What the code logs while it runs on this thread.
async fn logged(code: impl Future<Output = ()>) -> String {
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    code.await;
    drop(guard);
    let bytes = log.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[actix_web::test]
async fn every_503_is_logged_with_its_cause_and_without_the_payers_data() {
    let bodies = [
        ("/plain", verify("unavailable")),
        ("/plain", callback("later")),
        ("/callback", callback("later")),
    ];
    for (path, body) in bodies {
        let log = logged(async {
            assert_eq!(post(path, body).await.0, 503);
        })
        .await;
        let lines: Vec<&str> = log.lines().filter(|line| line.contains("ERROR")).collect();
        assert_eq!(lines.len(), 1, "{log}");
        let expected = "answered 503: unavailable: the store is down";
        assert!(
            lines[0].contains(expected) && lines[0].contains(path),
            "{log}"
        );
        assert!(!log.contains("customer") && !log.contains("later"), "{log}");
    }
}

#[actix_web::test]
async fn refusals_and_rejections_are_not_logged_as_outages() {
    let log = logged(async {
        for body in [
            verify("7123456789"),
            verify("unknown"),
            b"{".to_vec(),
            callback("unknown"),
        ] {
            assert_ne!(post("/plain", body).await.0, 503);
        }
    })
    .await;
    assert!(!log.contains("503"), "{log}");
}
