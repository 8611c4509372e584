//! How bytes arrive: in pieces, chunked, several requests on one connection, and half a request.

use std::time::Duration;

use jetpay_platform::raw::chunked;

use crate::check::{CheckResult, Stop};
use crate::check_context::CheckContext;
use crate::expect;
use crate::expect::Refusal;
use crate::row::{Level, Row, Section, run};
use crate::rows::expectations::expect_unchanged;
use crate::wire::{Framing, Wire};

const MESSAGES: Section = Section::Ours("RFC 9112, section 6: message body");
const CHUNKS: Section = Section::Ours("RFC 9112, section 7.1: chunked transfer coding");
const PERSISTENCE: Section = Section::Ours("RFC 9112, section 9.3: persistence");
const INCOMPLETE: Section = Section::Ours("RFC 9112, section 8: incomplete messages");

/// The pause between two pieces of a slow request.
const PAUSE: Duration = Duration::from_millis(400);
/// The number of pieces of its body.
const PIECES: usize = 4;
/// The size of a chunk, in bytes.
const CHUNK: usize = 16;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "connection-slow",
        Level::Must,
        MESSAGES,
        "a request whose bytes come in pieces over two seconds is answered like any other",
        "An endpoint that reads only the first piece turns payers away when the network is slow.",
        run!(slow),
    ),
    Row::new(
        "connection-chunked",
        Level::Should,
        CHUNKS,
        "a chunked body without Content-Length is read",
        "A proxy may send bodies this way, and every payer is turned away.",
        run!(in_chunks),
    ),
    Row::new(
        "connection-kept",
        Level::Must,
        PERSISTENCE,
        "three requests on one connection are answered, or the end of the connection is announced",
        "When answers are out of step, one payer gets the answer for another.",
        run!(kept),
    ),
    Row::new(
        "connection-pipelined",
        Level::Should,
        PERSISTENCE,
        "two requests that are written at once are answered in order, or the connection ends after the first",
        "Answers in the wrong order show one payer the account of another.",
        run!(pipelined),
    ),
    Row::new(
        "connection-cut",
        Level::Must,
        INCOMPLETE,
        "the endpoint continues to work after a connection was cut in the middle of a body",
        "Networks break: half a callback must not move money, and must not stop the next one.",
        run!(cut),
    ),
];

async fn slow(context: &CheckContext<'_>) -> CheckResult {
    let body = context.platform.sign(&context.verify_json());
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
    let body = context.platform.sign(&context.verify_json());
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
    let deposit = context.platform.sign(&context.check_deposit_json());
    let mut wire = context.wire(&context.platform).await?;
    wire.post(&context.platform.sign(&context.verify_json()));
    let (exchange, answer) = wire.answer().await?;
    expect::answer(&exchange, 0)?;
    expect::equal("a payment_id of verify", &None, &exchange.payment_id())?;
    if answer.is_last() {
        wire = context.wire(&context.platform).await?;
    }
    wire.post(&deposit);
    let (exchange, answer) = wire.answer().await?;
    let fields = expect::answer(&exchange, 0)?;
    expect::text(fields, "payment_id", &exchange)?;
    if answer.is_last() {
        wire = context.wire(&context.platform).await?;
    }
    wire.post(&unknown_customer(context));
    expect_unknown_customer(context, wire).await
}

async fn pipelined(context: &CheckContext<'_>) -> CheckResult {
    let mut wire = context.wire(&context.platform).await?;
    let bodies = [
        context.platform.sign(&context.verify_json()),
        unknown_customer(context),
    ];
    let mut requests = Vec::new();
    for body in &bodies {
        requests.extend(wire.begin(Framing::Length, body));
        requests.extend_from_slice(body);
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

async fn expect_unknown_customer(context: &CheckContext<'_>, mut wire: Wire<'_>) -> CheckResult {
    let (exchange, _) = wire.answer().await?;
    context.expect_refusal(&exchange, Refusal::new(200, 404))
}

async fn cut(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let callback = context.any_callback(&payment_id);
    let requests = [
        (
            &context.platform,
            context.platform.sign(&context.verify_json()),
        ),
        (&context.callbacks, context.callbacks.sign(&callback)),
    ];
    for (platform, body) in requests {
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
