//! HTTP around the messages, and how its bytes arrive: in pieces, chunked, several requests on one connection, and half a
//! request.

use std::time::Duration;

use jetpay_platform::Platform;
use jetpay_platform::messages::Callback;
use jetpay_platform::raw::chunked;

use crate::check::{CheckResult, Stop};
use crate::check_context::CheckContext;
use crate::expect::{self, Refusal};
use crate::row::sections::HTTP;
use crate::row::{Row, Source, must, run, should};
use crate::rows::expectations::expect_unchanged;
use crate::wire::Framing;

pub(crate) static ROWS: &[Row] = &[
    should("http-post-only", HTTP)
        .that("other HTTP methods than POST are refused")
        .why("Browsers and crawlers call the endpoint by accident.")
        .runs(run!(post_only)),
    should("http-content-type", HTTP)
        .that("any content type is accepted, and also none")
        .why("The header is not documented; when it changes, nobody can pay.")
        .runs(run!(content_type)),
    should("http-query", HTTP)
        .that("a query in the URL changes nothing")
        .why("Query parameters are not signed, but would decide what the endpoint does.")
        .runs(run!(query)),
    should("http-get", SAFE)
        .that("a signed message by GET or HEAD is not answered as a success")
        .why("A program that fetches a link again would repeat its effect on money.")
        .runs(run!(get)),
    must("connection-slow", MESSAGES)
        .that("a request whose bytes come in pieces over two seconds is answered like any other")
        .why("An endpoint that reads only the first piece turns payers away when the network is slow.")
        .runs(run!(slow)),
    should("connection-chunked", CHUNKS)
        .that("a chunked body without Content-Length is read")
        .why("A proxy may send bodies this way, and every payer is turned away.")
        .runs(run!(in_chunks)),
    must("connection-kept", PERSISTENCE)
        .that("three requests on one connection are answered, or the end of the connection is announced")
        .why("When answers are out of step, one payer gets the answer for another.")
        .runs(run!(kept)),
    should("connection-pipelined", PERSISTENCE)
        .that("two requests that are written at once are answered in order, or the connection ends after the first")
        .why("Answers in the wrong order show one payer the account of another.")
        .runs(run!(pipelined)),
    must("connection-cut", INCOMPLETE)
        .that("the endpoint continues to work after a connection was cut in the middle of a body")
        .why("Networks break: half a callback must not move money, and must not stop the next one.")
        .runs(run!(cut)),
];

async fn post_only(context: &CheckContext<'_>) -> CheckResult {
    let body = context.signed_verify();
    for method in ["GET", "PUT", "DELETE", "PATCH"] {
        let exchange = context
            .platform
            .send_as(method, "", None, body.clone())
            .await?;
        let refused = if context.target.exact {
            exchange.status == 405
        } else {
            (400..500).contains(&exchange.status) || exchange.status == NOT_IMPLEMENTED
        };
        let what = format!("{method} refused, best with HTTP 405");
        expect::holds(&what, refused, || expect::brief(&exchange))?;
    }
    Ok(())
}

/// HTTP has this status for a method that is not implemented.
const NOT_IMPLEMENTED: u16 = 501;

async fn content_type(context: &CheckContext<'_>) -> CheckResult {
    let types = [
        None,
        Some("text/plain"),
        Some("application/json; charset=utf-8"),
        Some("application/x-www-form-urlencoded"),
        Some("application/octet-stream"),
        Some("text/html; charset=windows-1251"),
    ];
    let body = context.signed_verify();
    for content_type in types {
        let exchange = context
            .platform
            .send_as("POST", "", content_type, body.clone())
            .await?;
        expect::answer(&exchange, 0)?;
    }
    Ok(())
}

async fn query(context: &CheckContext<'_>) -> CheckResult {
    let url = context.platform.base_url();
    let joined = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{joined}note=1&type=check_deposit");
    let exchange = context.send_at(&url, context.signed_verify()).await?;
    expect::answer(&exchange, 0).map(drop)
}

const SAFE: Source = Source::Other("RFC 9110, section 9.2.1: safe methods");

async fn get(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let callback = context.any_callback(&payment_id);
    for (platform, body) in verify_and(context, &callback) {
        for method in ["GET", "HEAD"] {
            refused(context, platform, method, &body).await?;
        }
    }
    expect_unchanged(context, &payment_id).await?;
    context.expect_alive().await?;
    context.expect_processed_once(&payment_id, &callback).await
}

/// A verify and a callback, signed, each with its URL.
fn verify_and<'c>(
    context: &'c CheckContext<'_>,
    callback: &Callback,
) -> [(&'c Platform, Vec<u8>); 2] {
    [
        (&context.platform, context.signed_verify()),
        (&context.callbacks, context.callbacks.sign(callback)),
    ]
}

async fn refused(
    context: &CheckContext<'_>,
    platform: &Platform,
    method: &str,
    body: &[u8],
) -> CheckResult {
    let json = Some("application/json");
    let exchange = platform.send_as(method, "", json, body).await?;
    let refused = !context.target.exact || exchange.status == 405;
    let brief = || expect::brief(&exchange);
    expect::holds(&format!("HTTP 405 to {method}"), refused, brief)?;
    let failed = exchange.status >= 500 && exchange.status != NOT_IMPLEMENTED;
    let refused = exchange.code() != Some(0) && !failed;
    expect::holds(
        &format!("neither code 0 nor HTTP 5xx to {method}"),
        refused,
        brief,
    )
}

const MESSAGES: Source = Source::Other("RFC 9112, section 6: message body");
const CHUNKS: Source = Source::Other("RFC 9112, section 7.1: chunked transfer coding");
const PERSISTENCE: Source = Source::Other("RFC 9112, section 9.3: persistence");
const INCOMPLETE: Source = Source::Other("RFC 9112, section 8: incomplete messages");

/// The pause between two pieces of a slow request.
const PAUSE: Duration = Duration::from_millis(400);
/// The number of pieces of its body.
const PIECES: usize = 4;
/// The size of a chunk, in bytes.
const CHUNK: usize = 16;

async fn slow(context: &CheckContext<'_>) -> CheckResult {
    let body = context.signed_verify();
    let mut wire = context.wire(&context.platform).await?;
    let head = wire.begin(Framing::Length, &body);
    let (first, second) = head.split_at(head.len() / 2);
    wire.write(first, Duration::ZERO);
    for piece in std::iter::once(second).chain(body.chunks(body.len().div_ceil(PIECES))) {
        wire.write(piece, PAUSE);
    }
    let (exchange, _) = wire.answer().await?;
    expect::answer(&exchange, 0).map(drop)
}

async fn in_chunks(context: &CheckContext<'_>) -> CheckResult {
    let body = context.signed_verify();
    let mut wire = context.wire(&context.platform).await?;
    let head = wire.begin(Framing::Chunks, &body);
    wire.write(head, Duration::ZERO);
    for chunk in chunked(&body, CHUNK) {
        wire.write(chunk, Duration::from_millis(1));
    }
    let (exchange, _) = wire.answer().await?;
    expect::answer(&exchange, 0).map(drop)
}

async fn kept(context: &CheckContext<'_>) -> CheckResult {
    let mut wire = context.wire(&context.platform).await?;
    wire.post(&context.signed_verify());
    let (exchange, answer) = wire.answer().await?;
    expect::answer(&exchange, 0)?;
    expect::equal("a payment_id of verify", &None, &exchange.payment_id())?;
    if answer.is_last() {
        wire = context.wire(&context.platform).await?;
    }
    wire.post(&context.signed_deposit());
    let (exchange, answer) = wire.answer().await?;
    let fields = expect::answer(&exchange, 0)?;
    expect::text(fields, "payment_id", &exchange)?;
    if answer.is_last() {
        wire = context.wire(&context.platform).await?;
    }
    wire.post(&unknown_customer(context));
    let (exchange, _) = wire.answer().await?;
    context.expect_refusal(&exchange, Refusal::new(200, 404))
}

async fn pipelined(context: &CheckContext<'_>) -> CheckResult {
    let mut wire = context.wire(&context.platform).await?;
    let mut requests = Vec::new();
    for body in [context.signed_verify(), unknown_customer(context)] {
        requests.extend(wire.begin(Framing::Length, &body));
        requests.extend(body);
    }
    wire.write(requests, Duration::ZERO);
    let (first, _) = wire.answer().await?;
    expect::answer(&first, 0)?;
    match wire.answer_or_loss().await? {
        Ok((second, _)) => context.expect_refusal(&second, Refusal::new(200, 404)),
        Err(lost) if lost.is_closed() => context.expect_alive().await,
        Err(lost) => Err(Stop::failed(
            "the answer to the second request, or the end of the connection",
            lost.to_string(),
        )),
    }
}

/// A verify of an unknown customer.
fn unknown_customer(context: &CheckContext<'_>) -> Vec<u8> {
    let unknown = &context.target.customers.unknown;
    context.platform.sign(&context.verify(unknown))
}

async fn cut(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let callback = context.any_callback(&payment_id);
    for (platform, body) in verify_and(context, &callback) {
        // Half of it, and all but its last byte.
        for written in [body.len() / 2, body.len() - 1] {
            let mut wire = context.wire(platform).await?;
            let head = wire.begin(Framing::Length, &body);
            wire.write([&head, &body[..written]].concat(), Duration::ZERO);
            wire.cut().await;
        }
    }
    context.expect_alive().await?;
    expect_unchanged(context, &payment_id).await?;
    context.expect_processed_once(&payment_id, &callback).await
}
