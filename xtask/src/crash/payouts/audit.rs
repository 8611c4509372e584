//! After a crash: what was acknowledged of payouts before it is there, and what was shown is not taken back.

use anyhow::Result;
use serde_json::Value;

use super::book::Known;
use super::wish::Wish;
use crate::crash::ask;
use crate::crash::world::World;

/// Looks up every payout that something was acknowledged of since the last time.
pub(in crate::crash) async fn after_a_crash(world: &World) -> Result<()> {
    let (touched, odd) = {
        let mut book = world.payouts.book();
        (book.take_touched(), std::mem::take(&mut book.odd))
    };
    for what in odd {
        world.violated(what);
    }
    sent_without_leave(world);
    for id in touched {
        // Before it is asked for: the Gate goes on telling.
        let told = {
            let book = world.payouts.book();
            book.known[&id].told.clone()
        };
        let answer = ask::get(&world.admins[0], &format!("/v1/payouts/{id}")).await?;
        let Some(shown) = answer.json.filter(|_| answer.status == 200) else {
            let status = answer.status;
            world.violated(format!("{id} was given out, and is answered with {status}"));
            continue;
        };
        let mut book = world.payouts.book();
        let wish = book.known[&id].asked.map(|number| &book.asked[number].wish);
        let mut problems = wish.map_or_else(Vec::new, |wish| unlike(wish, &shown));
        problems.extend(told.iter().filter_map(|status| ineffective(status, &shown)));
        let known = book.known.entry(id.clone()).or_default();
        problems.extend(shortened(known, &shown));
        for problem in problems {
            world.violated(format!("{id}: {problem}"));
        }
    }
    Ok(())
}

/// Looks through what the Gate has seen since the last time.
pub(super) fn sent_without_leave(world: &World) {
    let books = world.payouts.gate.books();
    let mut book = world.payouts.book();
    for seen in &books.log()[book.looked_at..] {
        if seen.is_unsafe_resend() {
            world.violated(format!("sent again without leave: {seen:?}"));
        }
    }
    book.looked_at = books.log().len();
}

/// What is not as it was asked for.
pub(super) fn unlike(wish: &Wish, shown: &Value) -> Vec<String> {
    let asked = wish.body();
    let fields = ["project_id", "account_number", "amount", "currency"].into_iter();
    fields
        .filter(|field| shown[field] != asked[field])
        .map(|field| format!("{field} is {}, and was {}", shown[field], asked[field]))
        .collect()
}

/// A callback was acknowledged, and nothing shows it.
pub(super) fn ineffective(status: &str, shown: &Value) -> Option<String> {
    let state = shown["state"].as_str().unwrap_or_default();
    let is_there = match status {
        "success" => matches!(state, "paid" | "reversed"),
        "reversed" => state == "reversed",
        "decline" => state == "declined",
        _ => true,
    };
    (!is_there).then(|| format!("{status} was acknowledged, and it is {state:?}"))
}

/// Remembers the history; what was in it before must still be there.
pub(super) fn shortened(known: &mut Known, shown: &Value) -> Option<String> {
    let history = shown["history"].as_array().cloned().unwrap_or_default();
    let before = std::mem::replace(&mut known.history, history);
    (!known.history.starts_with(&before) || known.history.is_empty()).then(|| {
        format!(
            "the history had {} steps, and not all are there",
            before.len()
        )
    })
}
