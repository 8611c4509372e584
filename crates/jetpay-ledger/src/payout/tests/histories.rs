//! Every history of a few steps: whatever comes, in whatever order.

use std::fmt::Debug;
use std::time::Duration;

use super::given::*;
use crate::model::{AlarmKind, Millis};
use crate::payout::after;
use crate::payout::decision::PayoutDecision;
use crate::payout::on_send::SendOutcome;
use crate::payout::on_status::StatusAnswer;
use crate::payout::snapshot::PayoutSnapshot;
use crate::payout::snapshot::PayoutState;
use crate::payout::step::StepKind;

/// One of each kind of thing that can happen, as [`parse`] reads it.
const EVENTS: &str = "lease; +100 lease; +90000 lease; accept; accept -1; reject; reject -1; not_now; unknown; not_known;
    not_known -1; unanswered; found processing; found error; found error -1; found decline; found success -1;
    callback success; callback success id=30; callback decline; callback error; callback reversal;
    callback reversal id=32 amount=5000 payment=partially_reversed; callback success amount=9999;
    callback success payment=decline; callback processing payment=decline; found success payment=error;
    found processing payment=error; found decline and success id=30 payment=decline;
    found decline and processing id=30 payment=decline; resolve paid; resolve declined; by_hand;
    by_hand again";

fn events() -> Vec<(u64, Event)> {
    EVENTS.split(';').map(|text| parse(text.trim())).collect()
}

/// The name of the error with which the rules refuse what a person wants.
type Refused = String;

fn refused(why: impl Debug) -> Refused {
    format!("{why:?}")
}

/// What was seen of a payout so far, counted apart from the rules.
#[derive(Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a thing that happened or did not"
)]
pub(super) struct Seen {
    pub(super) snapshot: PayoutSnapshot,
    now: Millis,
    reserved: i64,
    paid: i64,
    /// It may be sent, as far as the platform and this history say.
    may_send: bool,
    ever_paid: bool,
    released: bool,
    differs: bool,
    by_hand: bool,
}

impl Seen {
    pub(super) fn begin() -> Self {
        Self {
            snapshot: created(),
            now: START,
            reserved: AMOUNT,
            paid: 0,
            may_send: true,
            ever_paid: false,
            released: false,
            differs: false,
            by_hand: false,
        }
    }

    fn after(&self, (seconds, event): &(u64, Event)) -> Self {
        let mut seen = self.clone();
        let _ = seen.take(*seconds, event);
        seen
    }

    /// What the rules decide about an event, after so many seconds. None: it is not due.
    pub(super) fn take(
        &mut self,
        seconds: u64,
        event: &Event,
    ) -> Result<Option<PayoutDecision>, Refused> {
        self.now = after(self.now, Duration::from_secs(seconds));
        let decision = self.decide(event)?;
        if let Some(decision) = &decision {
            let released = decision.snapshot.reserved < self.snapshot.reserved;
            let operator = matches!(event, Event::Resolve(_));
            let unpaid = decision.snapshot.state != PayoutState::Paid;
            assert!(
                !(self.differs && !operator && unpaid && released),
                "what an operator must look at was released"
            );
            self.follow(decision.clone());
        }
        Ok(decision)
    }

    fn decide(&self, event: &Event) -> Result<Option<PayoutDecision>, Refused> {
        let snapshot = &self.snapshot;
        let on_send = |older, outcome: &SendOutcome| {
            let token = snapshot.fencing_token - older;
            snapshot.on_send(token, outcome, self.now, &policy())
        };
        let on_status = |older, answer: &StatusAnswer| {
            let token = snapshot.fencing_token - older;
            snapshot.on_status(token, answer, self.now, &policy())
        };
        Ok(Some(match *event {
            Event::Lease => return Ok(lease(snapshot, self.now).map(|(_, decision)| decision)),
            Event::Accepted(older) => on_send(older, &accept()),
            Event::Rejected(older) => on_send(older, &rejected()),
            Event::NotNow(older) => on_send(older, &not_now(3613)),
            Event::Unknown(older) => on_send(older, &unknown()),
            Event::NotKnown(older) => on_status(older, &StatusAnswer::NotFound),
            Event::Unanswered(older) => on_status(older, &unanswered()),
            Event::Found(older, one, another) => on_status(older, &found(one, another)),
            Event::Callback(told) => told.on_callback(snapshot, self.now),
            Event::Resolve(resolution) => {
                let resolved = snapshot.resolve(resolution, "an operator's word", self.now);
                resolved.map_err(refused)?
            }
            Event::ByHand(again) => {
                let marked = snapshot.send_by_hand(again, self.now, &policy());
                marked.map_err(refused)?
            }
        }))
    }

    fn follow(&mut self, decision: PayoutDecision) {
        let late = |decision: &PayoutDecision| {
            decision
                .alarms
                .iter()
                .any(|alarm| alarm.kind == AlarmKind::PaidAfterRelease)
        };
        for step in &decision.steps {
            let amount = step.amount.unwrap_or_default();
            match step.what {
                StepKind::Sent => {
                    assert!(self.may_send, "sent again without permission");
                    assert!(!self.differs, "sent though an operator must look");
                    assert!(!self.by_hand, "sent though a person sends it");
                    self.may_send = false;
                }
                StepKind::Postponed | StepKind::NotKnown | StepKind::Error => self.may_send = true,
                StepKind::Declined | StepKind::Rejected => {
                    assert!(
                        !self.released && !self.ever_paid,
                        "released twice, or after it was paid"
                    );
                    self.reserved -= amount;
                    self.released = true;
                }
                StepKind::ReservedAgain => {
                    assert!(self.released && late(&decision));
                    self.reserved += amount;
                }
                StepKind::Paid => {
                    assert!(!self.ever_paid, "paid twice");
                    self.reserved -= amount;
                    self.paid += amount;
                    self.ever_paid = true;
                }
                StepKind::Reversed => self.paid -= amount,
                StepKind::Differs => self.differs = true,
                StepKind::SentByHand => {
                    assert!(
                        self.may_send || self.by_hand,
                        "given to a person though the platform may have it"
                    );
                    assert!(!self.differs, "given out though an operator must look");
                    self.may_send = false;
                    self.by_hand = true;
                }
                StepKind::Created
                | StepKind::Accepted
                | StepKind::Unknown
                | StepKind::Elsewhere
                | StepKind::Overdue => {}
            }
        }
        self.snapshot = decision.snapshot;
        self.check();
    }

    fn check(&self) {
        let PayoutSnapshot {
            state,
            reserved,
            paid,
            next,
            ..
        } = &self.snapshot;
        assert_eq!(
            (*reserved, *paid),
            (self.reserved, self.paid),
            "the steps add up"
        );
        assert!([0, AMOUNT].contains(reserved) && (0..=AMOUNT - reserved).contains(paid));
        assert_eq!(state.is_open(), *reserved == AMOUNT);
        assert_eq!(
            self.ever_paid,
            matches!(state, PayoutState::Paid | PayoutState::Reversed)
        );
        assert_eq!(*state == PayoutState::Paid, *paid > 0);
        if state.is_open() {
            assert_eq!(
                *state == PayoutState::SentByHand,
                self.by_hand,
                "what a person sends stays so"
            );
            assert!(
                next.is_some() || self.differs,
                "an open payout is forgotten"
            );
        } else {
            assert_eq!(*next, None);
        }
    }
}

fn explore(seen: &Seen, events: &[(u64, Event)], depth: u32) -> u64 {
    if depth == 0 {
        return 1;
    }
    let histories = events
        .iter()
        .map(|event| explore(&seen.after(event), events, depth - 1));
    histories.sum()
}

#[test]
fn money_leaves_at_most_once_in_every_history_of_four_steps_after_the_send() {
    let events = events();
    let begun = Seen::begin().after(&(0, Event::Lease));
    assert_eq!(explore(&begun, &events, 4), 34_u64.pow(4));
    assert_eq!(explore(&Seen::begin(), &events, 3), 34_u64.pow(3));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2_000))]

    #[test]
    fn money_leaves_at_most_once_in_long_histories(
        history in proptest::collection::vec(proptest::sample::select(events()), 0..60)
    ) {
        let mut seen = Seen::begin();
        for event in history {
            seen = seen.after(&event);
        }
    }
}
