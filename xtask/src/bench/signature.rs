//! What it costs to verify and to read a message, compared with the bare HMAC; and what a hostile body costs, compared with
//! an honest one of its length.

use std::hint::black_box;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use hmac::{Hmac, KeyInit, Mac};
use jetpay_core::message::Received;
use jetpay_core::signature::{Canonical, Key};
use jetpay_core::{Keyring, Project};
use jetpay_testing::SECRET;
use sha2::Sha512;

use super::table::{Row, Target, median};
use super::{Effort, messages};

/// The targets were set for a callback of this size, in bytes.
const BYTES: usize = 772;
/// The number of calls that are timed together: the clock is too coarse for one call. They end long before the system gives
/// the processor to another program. A longer round would be interrupted more often, and ours is the longer one.
const AT_ONCE: u32 = 50;
/// There are many short rounds, so that the load of the machine affects both sides equally.
const ROUNDS: usize = 2_000;

pub(super) fn measure(effort: Effort) -> Result<Vec<Row>> {
    let mut rows = callbacks(effort)?;
    for bytes in [4 * 1024, 64 * 1024] {
        rows.push(slowest_body(effort, bytes)?);
    }
    Ok(rows)
}

/// Compares the verification of a callback, and the way to a typed one, with the bare HMAC of its string.
fn callbacks(effort: Effort) -> Result<Vec<Row>> {
    let key = Key::new(SECRET)?;
    let keyring = Keyring::from(Project::new(messages::PROJECT, SECRET)?);
    let body = messages::compact_callback(&key)?;
    ensure!(
        body.len() == BYTES,
        "the compact callback has {} bytes and not {BYTES}",
        body.len()
    );
    let text = Canonical::parse(&body)?.string_to_sign().to_owned();
    let keyed = Hmac::<Sha512>::new_from_slice(SECRET.as_bytes())
        .context("HMAC takes a key of any length")?;

    let (mut bare, mut verify, mut read) = (Vec::new(), Times::default(), Times::default());
    for _ in 0..ROUNDS * effort.rounds {
        let hmac = nanoseconds(|| {
            black_box(keyed.clone().chain_update(black_box(&text)).finalize());
            true
        });
        let verified = nanoseconds(|| is_signed(black_box(&body), &key));
        let typed = nanoseconds(|| is_paid(black_box(&body), &keyring));
        ensure!(verified.1 && typed.1, "a good signature was rejected");
        verify.add(verified.0, hmac.0);
        read.add(typed.0, hmac.0);
        bare.push(hmac.0);
    }
    let bare = median(bare);
    Ok(vec![
        verify.row("verify a callback / HMAC-SHA512".to_owned(), 1.6, bare),
        read.row("verify and read it / HMAC-SHA512".to_owned(), 2.0, bare),
    ])
}

/// Compares the slowest of many hostile bodies with an honest body of its length. Both have a wrong signature and name a
/// known project, so both go all the way to the comparison.
fn slowest_body(effort: Effort, bytes: usize) -> Result<Row> {
    let keyring = Keyring::from(Project::new(messages::PROJECT, SECRET)?);
    let honest = messages::honest(bytes);
    let cost = |body: &str| {
        let begun = Instant::now();
        black_box(Received::parse(body.as_bytes()).map(|it| it.authenticate(&keyring).is_ok()))
            .ok();
        begun.elapsed().as_secs_f64() * 1e9
    };
    let mut slowest: Option<(f64, Row)> = None;
    for (name, body) in messages::hostile(bytes) {
        let (mut bare, mut ours) = (Vec::new(), Times::default());
        for _ in 0..10 * effort.rounds {
            let baseline = cost(&honest);
            ours.add(cost(&body), baseline);
            bare.push(baseline);
        }
        let name = format!("{} KiB, {name} / honest", bytes / 1024);
        let row = ours.row(name, 3.0, median(bare));
        if slowest.as_ref().is_none_or(|(ratio, _)| row.ratio > *ratio) {
            slowest = Some((row.ratio, row));
        }
    }
    Ok(slowest.context("no hostile body")?.1)
}

/// The times of our side, and their ratios to the bare side.
#[derive(Default)]
struct Times {
    ours: Vec<f64>,
    ratios: Vec<f64>,
}

impl Times {
    fn add(&mut self, ours: f64, bare: f64) {
        self.ours.push(ours);
        self.ratios.push(ours / bare);
    }

    fn row(self, name: String, target: f64, bare: f64) -> Row {
        Row {
            name,
            target: Target::AtMost(target),
            ratio: median(self.ratios),
            ours: format!("{:.2} µs", median(self.ours) / 1_000.0),
            bare: format!("{:.2} µs", bare / 1_000.0),
        }
    }
}

/// Parses the body, builds the canonical string, computes the HMAC and compares.
fn is_signed(body: &[u8], key: &Key) -> bool {
    let Ok(canonical) = Canonical::parse(body) else {
        return false;
    };
    canonical
        .signature()
        .decode()
        .is_ok_and(|signature| key.verify(canonical.string_to_sign(), &signature))
}

/// The same through the typed path.
fn is_paid(body: &[u8], keyring: &Keyring) -> bool {
    let received = Received::parse(body).ok();
    let message = received.and_then(|received| received.authenticate(keyring).ok());
    message.is_some_and(|message| message.callback().is_ok_and(|it| it.paid().is_some()))
}

/// The time of one call, and whether all calls returned true.
fn nanoseconds(mut work: impl FnMut() -> bool) -> (f64, bool) {
    let begun = Instant::now();
    let good = (0..AT_ONCE).fold(true, |good, _| work() & good);
    (
        begun.elapsed().as_secs_f64() * 1e9 / f64::from(AT_ONCE),
        good,
    )
}
