//! What a run has shown of payouts.

use std::collections::BTreeSet;

use jetpay_platform::gate::{Answer, EntryKind};
use jiff::Timestamp;
use serde_json::Value;

use super::settle::text;
use crate::crash::world::World;

/// As long as nobody else takes up what a service took up: twice the longest answer, and the wait before asking. Whoever
/// writes down what came of a send is sooner, or somebody else had to ask.
const LEASE_MILLIS: i64 = 3_000;

/// Rows of the report: a name and a number. `kills` is when a service was killed.
pub(in crate::crash) fn rows(world: &World, kills: &[Timestamp]) -> Vec<(&'static str, usize)> {
    let (books, book) = (world.payouts.gate.books(), world.payouts.book());
    let seen = |what| books.log().iter().filter(move |seen| seen.kind == what);
    let again = seen(EntryKind::Send).filter(|seen| seen.earlier_sends > 0);
    let refused = |said: &Answer| matches!(said, Answer::Rejected(_));
    let histories: Vec<Vec<(&str, Timestamp)>> = book.shown.iter().map(steps).collect();
    let steps = |name: &str| {
        let all = histories.iter().flatten();
        all.filter(|(what, _)| *what == name).count()
    };
    let under_way = kills.iter().filter(|kill| {
        let mut histories = histories.iter();
        histories.any(|steps| is_under_way(steps, **kill))
    });
    let is = |state: &str| {
        let shown = book.shown.iter();
        shown.filter(|shown| text(shown, "state") == state).count()
    };
    let answered: BTreeSet<_> = book
        .asked
        .iter()
        .filter_map(|it| it.id.as_deref())
        .collect();
    let gave_up = book
        .shown
        .iter()
        .filter(|shown| !answered.contains(text(shown, "payment_id")));
    vec![
        ("payouts acknowledged", answered.len()),
        ("  kept, client gave up", gave_up.count()),
        ("sends", seen(EntryKind::Send).count()),
        ("  again, by leave", again.count()),
        ("  turned down", {
            seen(EntryKind::Send)
                .filter(|seen| refused(&seen.answer))
                .count()
        }),
        ("  of unknown outcome", steps("unknown")),
        ("  whose outcome was lost", {
            histories.iter().map(|steps| lost(steps)).sum()
        }),
        ("questions", seen(EntryKind::Status).count()),
        ("callbacks not taken", book.undelivered),
        ("kills with one under way", under_way.count()),
        ("paid", is("paid")),
        ("reversed", is("reversed")),
        ("declined", is("declined")),
        ("rejected", is("rejected")),
        ("accepted for ever", is("accepted")),
    ]
}

/// What happened, and when.
fn steps(shown: &Value) -> Vec<(&str, Timestamp)> {
    let steps = shown["history"].as_array().into_iter().flatten();
    let read = |step| Some((text(step, "what"), text(step, "time").parse().ok()?));
    steps.filter_map(read).collect()
}

/// Whether it was sent by then, and had no outcome yet. One that never gets one does not count.
fn is_under_way(steps: &[(&str, Timestamp)], then: Timestamp) -> bool {
    let sent = steps.iter().find(|(what, _)| *what == "sent");
    let ends = ["paid", "declined", "rejected"];
    let ended = steps.iter().find(|(what, _)| ends.contains(what));
    sent.zip(ended)
        .is_some_and(|((_, sent), (_, ended))| (*sent..=*ended).contains(&then))
}

/// How many sends came to nothing that was kept, so that somebody had to ask.
fn lost(steps: &[(&str, Timestamp)]) -> usize {
    let pairs = steps.windows(2);
    let lost = pairs.filter(|pair| {
        let waited = pair[1].1.as_millisecond() - pair[0].1.as_millisecond();
        pair[0].0 == "sent" && waited >= LEASE_MILLIS
    });
    lost.count()
}
