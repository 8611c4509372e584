//! The merchant behind HTTP.

use std::net::TcpListener as StdListener;
use std::sync::Arc;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming as Body};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use jetpay_core::Keyring;
use tokio::net::{TcpListener, TcpStream};

use super::web::{Answer, Incoming};
use super::{Fault, Shop, pages, wire};

/// Serves as long as the test runs; the base URL.
pub(crate) fn serve(shop: impl Into<Arc<Shop>>, keyring: Keyring) -> String {
    let (shop, keyring) = (shop.into(), Arc::new(keyring));
    listen(move |stream| {
        let (shop, keyring) = (Arc::clone(&shop), Arc::clone(&keyring));
        async move {
            if let Fault::Wire(wire) = shop.fault {
                // A connection that breaks is the sender's to see.
                let _ = wire::converse(wire, stream, &shop, &keyring).await;
            } else {
                converse(stream, move |incoming| {
                    let (shop, keyring) = (Arc::clone(&shop), Arc::clone(&keyring));
                    async move { pages::answer(&shop, &keyring, incoming).await }
                })
                .await;
            }
        }
    })
}

/// Serves the same answer to everything, as long as the test runs; the base URL.
pub(crate) fn serve_constant(status: u16, body: &'static str) -> String {
    serve_by(move |_| Answer::new(status, body))
}

/// Serves what somebody answers, as long as the test runs; the base URL.
pub(crate) fn serve_by(answer: impl Fn(Incoming) -> Answer + Send + Sync + 'static) -> String {
    let answer = Arc::new(answer);
    listen(move |stream| {
        let answer = Arc::clone(&answer);
        converse(stream, move |incoming| std::future::ready(answer(incoming)))
    })
}

/// Takes connections on a port of its own.
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

/// One connection, rightly.
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
    // A connection that breaks is the sender's to see.
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
