//! The merchant behind HTTP.

use std::net::TcpListener as StdListener;
use std::sync::Arc;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming as Body};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use jetpay_cashin_kz::CashinKz;
use jetpay_core::serve::{refuse_unread, refuse_unread_callback, serve_callback};
use jetpay_core::{Keyring, Method, Rejection, Reply};
use jetpay_kaspi::Kaspi;
use jetpay_kassa24::Kassa24;
use jetpay_kassa24_bvu::Kassa24Bvu;
use jetpay_qiwi_kz::QiwiKz;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

use super::message::{Answer, Incoming};
use super::{Fault, TestMerchant, wire};

/// Serves until the test ends. Returns the base URL.
pub(crate) fn serve(merchant: impl Into<Arc<TestMerchant>>, keyring: Keyring) -> String {
    let (merchant, keyring) = (merchant.into(), Arc::new(keyring));
    listen(move |stream| {
        let (merchant, keyring) = (Arc::clone(&merchant), Arc::clone(&keyring));
        async move {
            if let Fault::Wire(wire) = merchant.fault {
                // The sender notices a broken connection.
                let _ = wire::converse(wire, stream, &merchant, &keyring).await;
            } else {
                converse(stream, move |incoming| {
                    let (merchant, keyring) = (Arc::clone(&merchant), Arc::clone(&keyring));
                    async move { answer(&merchant, &keyring, incoming).await }
                })
                .await;
            }
        }
    })
}

/// Serves the same answer to every request until the test ends. Returns the base URL.
pub(crate) fn serve_constant(status: u16, body: &'static str) -> String {
    serve_by(move |_| std::future::ready(Answer::new(status, body)))
}

/// Serves these answers until the test ends. Returns the base URL.
pub(crate) fn serve_by<F: Future<Output = Answer> + Send + 'static>(
    answer: impl Fn(Incoming) -> F + Clone + Send + Sync + 'static,
) -> String {
    listen(move |stream| converse(stream, answer.clone()))
}

/// Accepts connections on its own port.
fn listen<F: Future<Output = ()> + Send + 'static>(
    converse: impl Fn(TcpStream) -> F + Send + 'static,
) -> String {
    let listener = StdListener::bind(("127.0.0.1", 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let listener = TcpListener::from_std(listener).unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).unwrap();
            tokio::spawn(converse(stream));
        }
    });
    format!("http://{address}")
}

/// Serves one connection correctly.
async fn converse<F: Future<Output = Answer> + Send>(
    stream: TcpStream,
    answer: impl Fn(Incoming) -> F + Send + Sync,
) {
    let service = service_fn(|request: Request<Body>| async {
        let Some(incoming) = read(request).await else {
            return Err("broken off");
        };
        let answer = answer(incoming).await;
        tokio::time::sleep(answer.wait).await;
        if answer.hangs_up {
            return Err("hung up");
        }
        Ok(response(answer))
    });
    let connection = hyper::server::conn::http1::Builder::new();
    // The sender notices a broken connection.
    let _ = connection
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn read(request: Request<Body>) -> Option<Incoming> {
    let (head, body) = request.into_parts();
    let content_type = head.headers.get("content-type");
    Some(Incoming {
        http_method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().map(str::to_owned),
        content_type: content_type.map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned()),
        body: body.collect().await.ok()?.to_bytes().to_vec(),
    })
}

fn response(answer: Answer) -> Response<Full<Bytes>> {
    let mut response = Response::builder().status(answer.status);
    if !answer.body.is_empty() {
        let content_type = answer.content_type.unwrap_or("application/json");
        response = response.header("content-type", content_type);
    }
    response.body(Full::new(Bytes::from(answer.body))).unwrap()
}

/// The largest body that the merchant accepts, in bytes.
const LIMIT: usize = 64 * 1024;

/// The answer of this merchant, with its fault.
pub(super) async fn answer(
    merchant: &TestMerchant,
    keyring: &Keyring,
    mut incoming: Incoming,
) -> Answer {
    if let Some(shown) = looked_up(merchant, &incoming) {
        return shown;
    }
    merchant.heard().push(incoming.clone());
    match merchant.fault {
        Fault::Comes(comes) => comes(&mut incoming),
        Fault::Reads(reads) => incoming.edit(reads),
        Fault::Stops(when, instead) if when(&incoming) => {
            return Answer::instead(&incoming, instead);
        }
        Fault::ActsFirst if incoming.is_callback() => {
            let mut signed = incoming.clone();
            signed.sign();
            right(merchant, keyring, &signed).await;
        }
        _ => {}
    }
    let mut answer = right(merchant, keyring, &incoming).await;
    if let Fault::Answers(when, change) = merchant.fault
        && when(&incoming, &answer)
    {
        answer.change(change);
    }
    answer
}

/// The answer of the right merchant.
async fn right(merchant: &TestMerchant, keyring: &Keyring, incoming: &Incoming) -> Answer {
    match incoming.path.as_str() {
        "/kaspi" => message::<Kaspi>(merchant, keyring, incoming).await,
        "/kassa24" => message::<Kassa24>(merchant, keyring, incoming).await,
        "/kassa24-bvu" => message::<Kassa24Bvu>(merchant, keyring, incoming).await,
        "/cashin-kz" => message::<CashinKz>(merchant, keyring, incoming).await,
        "/qiwi-kz" => message::<QiwiKz>(merchant, keyring, incoming).await,
        "/callback" if incoming.http_method != "POST" => Answer::new(405, ""),
        "/callback" if incoming.body.len() > LIMIT => {
            refuse_unread_callback(Rejection::TooLarge { limit: LIMIT }).into()
        }
        "/callback" => serve_callback(&incoming.body, merchant, keyring)
            .await
            .into(),
        _ => Answer::new(404, ""),
    }
}

async fn message<M: Method>(
    merchant: &TestMerchant,
    keyring: &Keyring,
    incoming: &Incoming,
) -> Answer
where
    TestMerchant: jetpay_core::Merchant<M>,
{
    if incoming.http_method != "POST" {
        Answer::new(405, "")
    } else if incoming.body.len() > LIMIT {
        refuse_unread::<M>(Rejection::TooLarge { limit: LIMIT }).into()
    } else {
        jetpay_core::serve::<M, _>(&incoming.body, merchant, keyring)
            .await
            .into()
    }
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self::new(reply.status, reply.body)
    }
}

/// The money, as the service shows it, and as one URL for each payment.
fn looked_up(merchant: &TestMerchant, incoming: &Incoming) -> Option<Answer> {
    if incoming.http_method != "GET" {
        return None;
    }
    let ledger = merchant.ledger();
    let (page, id) = incoming.path.rsplit_once('/')?;
    let shown: Option<Value> = match page {
        "/v1/payments" => ledger.payment(id),
        "/v1/customers" => Some(json!({"balance": ledger.balance(id)})),
        "/v1" if id == "entries" => {
            let query = incoming.query.as_deref().unwrap_or_default();
            let after = query.split('&').find_map(|it| it.strip_prefix("after="));
            let after = after.and_then(|it| it.parse().ok()).unwrap_or_default();
            Some(json!({"entries": ledger.entries(after)}))
        }
        "/seen" => ledger
            .seen(id)
            .map(|(credited, remaining)| json!({"credited": credited, "remaining": remaining})),
        _ => return None,
    };
    Some(shown.map_or_else(
        || Answer::new(404, ""),
        |shown| Answer::new(200, shown.to_string()),
    ))
}
