//! Verifying a callback against the bare HMAC of its string.

use std::hint::black_box;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use hmac::{Hmac, KeyInit, Mac};
use jetpay_core::signature::{Canonical, Key};
use jetpay_testing::SECRET;
use sha2::Sha512;

use super::Effort;
use super::figures::median;
use super::messages;
use super::table::{Row, Target};

/// The size of the callback that the target was set for.
const BYTES: usize = 772;
/// How many are timed together: the clock is far too coarse for one.
const AT_ONCE: u32 = 1_000;
/// Rounds are short, so that both sides meet the same moods of the machine.
const ROUNDS: usize = 100;

pub(super) fn measure(effort: Effort) -> Result<Row> {
    let key = Key::new(SECRET)?;
    let body = messages::compact_callback(&key)?;
    ensure!(
        body.len() == BYTES,
        "the compact callback has {} bytes and not {BYTES}",
        body.len()
    );
    let text = Canonical::parse(&body)?.string_to_sign().to_owned();
    let keyed = Hmac::<Sha512>::new_from_slice(SECRET.as_bytes())
        .context("HMAC takes a key of any length")?;

    let (mut ours, mut bare, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS * effort.rounds {
        let hmac = nanoseconds(|| {
            black_box(keyed.clone().chain_update(black_box(&text)).finalize());
            true
        });
        let verified = nanoseconds(|| is_signed(black_box(&body), &key));
        ensure!(hmac.1 && verified.1, "a good signature was found bad");
        ratios.push(verified.0 / hmac.0);
        ours.push(verified.0);
        bare.push(hmac.0);
    }
    Ok(Row {
        name: "verify a callback / HMAC-SHA512".to_owned(),
        target: Target::AtMost(1.6),
        ratio: median(ratios),
        ours: format!("{:.2} µs", median(ours) / 1_000.0),
        bare: format!("{:.2} µs", median(bare) / 1_000.0),
    })
}

/// Parse, canonical string, HMAC, compare.
fn is_signed(body: &[u8], key: &Key) -> bool {
    let Ok(canonical) = Canonical::parse(body) else {
        return false;
    };
    canonical
        .signature()
        .decode()
        .is_ok_and(|signature| key.verify(canonical.string_to_sign(), &signature))
}

/// The time of one, and whether all went well.
fn nanoseconds(mut work: impl FnMut() -> bool) -> (f64, bool) {
    let begun = Instant::now();
    let good = (0..AT_ONCE).fold(true, |good, _| work() & good);
    (
        begun.elapsed().as_secs_f64() * 1e9 / f64::from(AT_ONCE),
        good,
    )
}
