//! How bytes arrive: in pieces, in chunks, many requests on one connection, and half a request.

use std::time::Duration;

use crate::check_context::CheckContext;
use crate::expect;
use crate::outcome::{Checked, Stop};
use crate::refusal::Refusal;
use crate::row::{Level, Row, Section, play};
use crate::rows::callbacks::unchanged;
use crate::wire::{Framing, Wire};
use jetpay_platform::raw::chunked;

const MESSAGES: Section = Section::Ours("RFC 9112, section 6: message body");
const CHUNKS: Section = Section::Ours("RFC 9112, section 7.1: chunked transfer coding");
const PERSISTENCE: Section = Section::Ours("RFC 9112, section 9.3: persistence");
const INCOMPLETE: Section = Section::Ours("RFC 9112, section 8: incomplete messages");

/// Between two pieces of a slow request.
const PAUSE: Duration = Duration::from_millis(400);
/// In how many pieces its body comes.
const PIECES: usize = 4;
/// The size of a chunk, in bytes.
const CHUNK: usize = 16;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "connection-slow",
        Level::Must,
        MESSAGES,
        "a request whose bytes come in pieces over two seconds is answered like any other",
        "Who reads only the first piece turns the payer away whenever the network is slow.",
        play!(slow),
    ),
    Row::new(
        "connection-chunked",
        Level::Should,
        CHUNKS,
        "a body in chunks, without a Content-Length, is read",
        "A proxy on the way may send bodies so, and every payer would be turned away.",
        play!(in_chunks),
    ),
    Row::new(
        "connection-kept",
        Level::Must,
        PERSISTENCE,
        "three requests on one connection are each answered, or its end is announced",
        "A kept connection that is out of step gives one payer the answer meant for another.",
        play!(kept),
    ),
    Row::new(
        "connection-pipelined",
        Level::Should,
        PERSISTENCE,
        "two requests written at once are answered in their order, or the connection ends after the first",
        "Answers that change places tell one payer of another's account.",
        play!(pipelined),
    ),
    Row::new(
        "connection-cut",
        Level::Must,
        INCOMPLETE,
        "after a connection that was cut in the middle of a body the endpoint goes on",
        "Networks break: half a callback must not move money, and must not stop the next one.",
        play!(cut),
    ),
];

async fn slow(scene: &CheckContext<'_>) -> Checked {
    let body = scene.platform.sign(&scene.verify_json());
    let mut wire = scene.wire(&scene.platform).await?;
    let head = wire.begin(Framing::Length, &body);
    let (first, second) = head.split_at(head.len() / 2);
    wire.write(first, Duration::ZERO);
    for piece in std::iter::once(second).chain(body.chunks(body.len().div_ceil(PIECES))) {
        wire.write(piece, PAUSE);
    }
    let (exchange, _) = wire.answer().await?;
    expect::answer(&exchange, 0).map(drop)
}

async fn in_chunks(scene: &CheckContext<'_>) -> Checked {
    let body = scene.platform.sign(&scene.verify_json());
    let mut wire = scene.wire(&scene.platform).await?;
    let head = wire.begin(Framing::Chunks, &body);
    wire.write(head, Duration::ZERO);
    for chunk in chunked(&body, CHUNK) {
        wire.write(chunk, Duration::from_millis(1));
    }
    let (exchange, _) = wire.answer().await?;
    expect::answer(&exchange, 0).map(drop)
}

async fn kept(scene: &CheckContext<'_>) -> Checked {
    let deposit = scene.platform.sign(&scene.check_deposit_json());
    let mut wire = scene.wire(&scene.platform).await?;
    wire.post(&scene.platform.sign(&scene.verify_json()));
    let (exchange, answer) = wire.answer().await?;
    expect::answer(&exchange, 0)?;
    expect::equal("a payment_id of verify", &None, &exchange.payment_id())?;
    if answer.is_last() {
        wire = scene.wire(&scene.platform).await?;
    }
    wire.post(&deposit);
    let (exchange, answer) = wire.answer().await?;
    let fields = expect::answer(&exchange, 0)?;
    expect::text(fields, "payment_id", &exchange)?;
    if answer.is_last() {
        wire = scene.wire(&scene.platform).await?;
    }
    wire.post(&of_nobody(scene));
    expect_nobody(scene, wire).await
}

async fn pipelined(scene: &CheckContext<'_>) -> Checked {
    let mut wire = scene.wire(&scene.platform).await?;
    let bodies = [scene.platform.sign(&scene.verify_json()), of_nobody(scene)];
    let mut requests = Vec::new();
    for body in &bodies {
        requests.extend(wire.begin(Framing::Length, body));
        requests.extend_from_slice(body);
    }
    wire.write(requests, Duration::ZERO);
    let (first, _) = wire.answer().await?;
    expect::answer(&first, 0)?;
    match wire.heard().await? {
        Ok((second, _)) => scene.expect_refusal(&second, Refusal::new(200, 404)),
        Err(lost) if lost.is_closed() => scene.alive().await,
        Err(lost) => Err(Stop::failed(
            "the answer to the second request, or the end of the connection",
            lost.to_string(),
        )),
    }
}

/// A verify of somebody who is no customer.
fn of_nobody(scene: &CheckContext<'_>) -> Vec<u8> {
    let unknown = &scene.target.customers.unknown;
    scene.platform.sign(&scene.verify(unknown))
}

async fn expect_nobody(scene: &CheckContext<'_>, mut wire: Wire<'_>) -> Checked {
    let (exchange, _) = wire.answer().await?;
    scene.expect_refusal(&exchange, Refusal::new(200, 404))
}

async fn cut(scene: &CheckContext<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let callback = scene.any_callback(&payment_id);
    let requests = [
        (&scene.platform, scene.platform.sign(&scene.verify_json())),
        (&scene.callbacks, scene.callbacks.sign(&callback)),
    ];
    for (platform, body) in requests {
        // Half of it, and all but its last byte.
        for written in [body.len() / 2, body.len() - 1] {
            let mut wire = scene.wire(platform).await?;
            let head = wire.begin(Framing::Length, &body);
            wire.write([&head, &body[..written]].concat(), Duration::ZERO);
            wire.cut().await;
        }
    }
    scene.alive().await?;
    unchanged(scene, &payment_id).await?;
    scene.still_settles(&payment_id, &callback).await
}
