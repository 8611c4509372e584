//! What the Gate does with a payout, what it has of it, and the figures of the report that come from its record.

use std::collections::BTreeSet;
use std::time::Duration;

use fastrand::Rng;
use jetpay_platform::gate::{Answer, Ending, EntryKind, GateState, LogEntry, OnSend, Plan};
use jiff::Timestamp;
use serde_json::Value;

use super::fleet::PROJECT;
use super::payouts::Journal;
use super::{list, text};

/// Divides the times of plans. An answer then takes 0.05 to 3 seconds, and the services wait for one second.
const PLAN_HURRY: u32 = 20;
/// The longest time in a plan. There are several kills in a second, so longer times would show nothing.
const LONGEST: Duration = Duration::from_millis(1_500);
/// So long after the last send, in milliseconds, nothing of a plan is left to happen.
const SETTLED: i64 = 10_000;

/// A random plan with any fault of a Gate, within a few seconds.
pub(super) fn random_plan(random: &mut Rng) -> Plan {
    let mut plan = Plan::of_chance(random.u64(..)).hurried(PLAN_HURRY);
    for send in &mut plan.sends {
        if let OnSend::AcceptSlowly(time) = send {
            *time = LONGEST.min(*time);
        }
    }
    for ending in &mut plan.endings {
        if let Ending::Linger { how_long, .. } = ending {
            *how_long = LONGEST.min(*how_long);
        }
    }
    let callbacks = &mut plan.callbacks;
    let times = [
        &mut plan.after,
        &mut plan.later,
        &mut callbacks.gap,
        &mut callbacks.delay,
    ];
    for time in times {
        *time = LONGEST.min(*time);
    }
    // The service does not ask about a paid payout, so only a callback can report the reversal.
    if plan.endings.contains(&Ending::SucceedThenReverse) {
        callbacks.times = callbacks.times.max(1);
    }
    plan
}

/// A payout, as the Gate has it.
pub(super) struct AtTheGate {
    /// `payment.status`; `None` if the Gate does not know the payout.
    pub(super) status: Option<&'static str>,
    /// What the wallet got, less what came back, in minor units.
    pub(super) money_out: i64,
    /// The body of each send.
    pub(super) sent: Vec<Vec<u8>>,
    /// When it was sent last, in milliseconds since 1970.
    pub(super) last_sent: i64,
}

impl AtTheGate {
    pub(super) fn of(gate: &GateState, id: &str) -> Self {
        Self {
            status: gate.status(PROJECT, id),
            money_out: gate.money_out_by(PROJECT, id),
            sent: gate.sends_of(id).map(|it| it.body.clone()).collect(),
            last_sent: gate.sends_of(id).last().map_or(i64::MAX, |it| it.at),
        }
    }

    pub(super) fn is_settled(&self) -> bool {
        self.last_sent < Timestamp::now().as_millisecond() - SETTLED
    }

    /// Whether the payout may be in this state of the service for good.
    pub(super) fn agrees_with(&self, state: &str) -> bool {
        match state {
            "paid" => self.status == Some("success"),
            "reversed" => self.status == Some("reversed"),
            "declined" => self.status == Some("decline"),
            "accepted" => self.status == Some("processing"),
            "rejected" => matches!(self.status, None | Some("error")),
            _ => false,
        }
    }

    /// What differs from the payout that the service shows. `jetpay ledger check` compares the amounts that it shows with
    /// its state and its history.
    pub(super) fn problems(&self, shown: &Value) -> Vec<String> {
        let (state, paid) = (text(shown, "state"), &shown["paid"]);
        let (status, out) = (self.status, self.money_out);
        let mut problems = Vec::new();
        if !self.agrees_with(state) {
            problems.push(format!(
                "the service says {state}, and the Gate says {status:?}"
            ));
        }
        if *paid != out {
            problems.push(format!(
                "the service has {paid} as paid, and {out} has left the Gate"
            ));
        }
        let Some(first) = self.sent.first() else {
            problems.push("it was never sent".into());
            return problems;
        };
        let body: Value = serde_json::from_slice(first).unwrap_or_default();
        if self.sent.iter().any(|it| it != first)
            || body["payment"]["amount"] != shown["amount"]
            || body["account"]["number"] != shown["account_number"]
        {
            problems.push("what was sent differs from the request, or from an earlier send".into());
        }
        problems
    }
}

/// The lease of a payout: twice the longest answer, plus the wait before the first question. A service records the outcome
/// of a send within the lease; a later step means that the outcome was lost.
const LEASE_MILLIS: i64 = 3_000;

/// Rows of the report: a name and a number. `kills` are the times when a service was killed.
pub(super) fn rows(
    journal: &Journal,
    gate: &GateState,
    kills: &[Timestamp],
) -> Vec<(&'static str, usize)> {
    let seen = |kind| gate.log().iter().filter(move |it| it.kind == kind);
    let sends = |wanted: fn(&LogEntry) -> bool| {
        let sends = seen(EntryKind::Send);
        sends.filter(|it| wanted(it)).count()
    };
    let histories: Vec<_> = journal.shown.iter().map(steps).collect();
    let all_steps = histories.iter().flatten();
    let unknown = all_steps.filter(|(what, _)| *what == "unknown").count();
    let lost = histories.iter().map(|steps| lost(steps)).sum();
    let during = |kill: &&Timestamp| histories.iter().any(|steps| is_under_way(steps, **kill));
    let shown = |wanted: &dyn Fn(&Value) -> bool| {
        let shown = journal.shown.iter();
        shown.filter(|it| wanted(it)).count()
    };
    let is = |state: &str| shown(&|it| text(it, "state") == state);
    let ids = journal.orders.iter().filter_map(|it| it.id.as_deref());
    let answered: BTreeSet<_> = ids.collect();
    let gave_up = shown(&|it| !answered.contains(text(it, "payment_id")));
    vec![
        ("payouts acknowledged", answered.len()),
        ("  kept, client gave up", gave_up),
        ("sends", sends(|_| true)),
        ("  again, as allowed", sends(|it| it.earlier_sends > 0)),
        (
            "  refused",
            sends(|it| matches!(it.answer, Answer::Rejected(_))),
        ),
        ("  of unknown outcome", unknown),
        ("  whose outcome was lost", lost),
        ("questions", seen(EntryKind::Status).count()),
        ("callbacks not taken", journal.undelivered),
        ("kills during a payout", kills.iter().filter(during).count()),
        ("paid", is("paid")),
        ("reversed", is("reversed")),
        ("declined", is("declined")),
        ("rejected", is("rejected")),
        ("accepted, no outcome", is("accepted")),
    ]
}

/// The steps of a history, with their times.
fn steps(shown: &Value) -> Vec<(&str, Timestamp)> {
    let read = |step| Some((text(step, "what"), text(step, "time").parse().ok()?));
    list(shown, "history").filter_map(read).collect()
}

/// Whether the payout was sent before this time and got its outcome after it.
fn is_under_way(steps: &[(&str, Timestamp)], then: Timestamp) -> bool {
    let first = |wanted: &[&str]| steps.iter().find(|(what, _)| wanted.contains(what));
    let ended = first(&["paid", "declined", "rejected"]);
    let pair = first(&["sent"]).zip(ended);
    pair.is_some_and(|((_, sent), (_, ended))| (*sent..=*ended).contains(&then))
}

/// The number of sends whose outcome was not recorded, so that a service had to ask.
fn lost(steps: &[(&str, Timestamp)]) -> usize {
    let millis = |at: usize| steps[at].1.as_millisecond();
    let lost = |at: &usize| steps[*at].0 == "sent" && millis(at + 1) - millis(*at) >= LEASE_MILLIS;
    (0..steps.len().saturating_sub(1)).filter(lost).count()
}
