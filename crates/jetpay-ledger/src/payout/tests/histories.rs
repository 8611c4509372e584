//! Every history of a few steps: whatever comes, in whatever order.

use super::given::*;
use crate::model::{AlarmKind, Millis};
use crate::payout::decision::PayoutDecision;
use crate::payout::on_send::SendOutcome;
use crate::payout::on_status::StatusAnswer;
use crate::payout::resolve::PayoutResolution;
use crate::payout::snapshot::PayoutSnapshot;
use crate::payout::snapshot::PayoutState;
use crate::payout::step::StepKind;

#[derive(Clone, Copy, Debug)]
enum Event {
    /// So many seconds pass, then it is taken up.
    Lease(u64),
    /// A send ends, of this turn or of the one before.
    Accepted(i64),
    Rejected(i64),
    NotNow(i64),
    Unknown(i64),
    /// A question ends.
    NotKnown(i64),
    Unanswered(i64),
    Told(i64, Told),
    /// The same of two tries.
    ToldOfTwo(Told, Told),
    /// A callback comes.
    Callback(Told),
    /// A person decides.
    Settled(PayoutResolution),
}

const SECOND_SUCCESS: Told = Told { id: 30, ..SUCCESS };
const PART_BACK: Told = Told {
    id: 32,
    amount: AMOUNT / 2,
    payment: "partially reversed",
    ..REVERSAL
};
/// The platform contradicts itself.
const PAID_DECLINE: Told = Told {
    payment: "decline",
    ..SUCCESS
};
const PAID_ERROR: Told = Told {
    payment: "error",
    ..SUCCESS
};
const WORKING_DECLINE: Told = Told {
    payment: "decline",
    ..PROCESSING
};
const WORKING_ERROR: Told = Told {
    payment: "error",
    ..PROCESSING
};
const LESS: Told = Told {
    amount: AMOUNT - 1,
    ..SUCCESS
};

const EVENTS: &[Event] = &[
    Event::Lease(0),
    Event::Lease(100),
    Event::Lease(25 * 60 * 60),
    Event::Accepted(0),
    Event::Accepted(1),
    Event::Rejected(0),
    Event::Rejected(1),
    Event::NotNow(0),
    Event::Unknown(0),
    Event::NotKnown(0),
    Event::NotKnown(1),
    Event::Unanswered(0),
    Event::Told(0, PROCESSING),
    Event::Told(0, ERROR),
    Event::Told(1, ERROR),
    Event::Told(0, DECLINE),
    Event::Told(1, SUCCESS),
    Event::Callback(SUCCESS),
    Event::Callback(SECOND_SUCCESS),
    Event::Callback(DECLINE),
    Event::Callback(ERROR),
    Event::Callback(REVERSAL),
    Event::Callback(PART_BACK),
    Event::Callback(LESS),
    Event::Callback(PAID_DECLINE),
    Event::Callback(WORKING_DECLINE),
    Event::Told(0, PAID_ERROR),
    Event::Told(0, WORKING_ERROR),
    Event::ToldOfTwo(
        DECLINE,
        Told {
            id: 30,
            ..PAID_DECLINE
        },
    ),
    Event::ToldOfTwo(
        DECLINE,
        Told {
            id: 30,
            ..WORKING_DECLINE
        },
    ),
    Event::Settled(PayoutResolution::Paid),
    Event::Settled(PayoutResolution::Declined),
];

/// What was seen of a payout so far, counted apart from the rules.
#[derive(Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a thing that happened or did not"
)]
struct Seen {
    snapshot: PayoutSnapshot,
    now: Millis,
    reserved: i64,
    paid: i64,
    /// It may be sent, as far as the platform and this history say.
    may_send: bool,
    ever_paid: bool,
    released: bool,
    differs: bool,
}

impl Seen {
    fn begin() -> Self {
        Self {
            snapshot: created(),
            now: START,
            reserved: AMOUNT,
            paid: 0,
            may_send: true,
            ever_paid: false,
            released: false,
            differs: false,
        }
    }

    fn after(&self, event: Event) -> Self {
        let mut seen = self.clone();
        let snapshot = &self.snapshot;
        let fencing_token = |older: i64| snapshot.fencing_token - older;
        let on_send = |older, outcome: &SendOutcome| {
            Some(snapshot.on_send(fencing_token(older), outcome, self.now, &policy()))
        };
        let on_status = |older, answer: &StatusAnswer| {
            Some(snapshot.on_status(fencing_token(older), answer, self.now, &policy()))
        };
        let decision = match event {
            Event::Lease(seconds) => {
                seen.now = Millis(self.now.0 + i64::try_from(seconds).unwrap() * 1_000);
                lease(snapshot, seen.now).map(|(_, decision)| decision)
            }
            Event::Accepted(older) => on_send(older, &accept()),
            Event::Rejected(older) => on_send(older, &rejected()),
            Event::NotNow(older) => on_send(older, &not_now(3613)),
            Event::Unknown(older) => on_send(older, &unknown()),
            Event::NotKnown(older) => on_status(older, &StatusAnswer::NotFound),
            Event::Unanswered(older) => on_status(older, &unanswered()),
            Event::Told(older, operation) => on_status(older, &found(&[operation])),
            Event::ToldOfTwo(one, two) => on_status(0, &found(&[one, two])),
            Event::Callback(operation) => Some(operation.on_callback(snapshot, self.now)),
            Event::Settled(resolution) => snapshot
                .resolve(resolution, "a person's word", self.now)
                .ok(),
        };
        if let Some(decision) = decision {
            let released =
                |decision: &PayoutDecision| decision.snapshot.reserved < snapshot.reserved;
            let person = matches!(event, Event::Settled(_));
            let unpaid = !matches!(decision.snapshot.state, PayoutState::Paid);
            assert!(
                !(self.differs && !person && unpaid && released(&decision)),
                "what a person must look at was released"
            );
            seen.follow(decision);
        }
        seen
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
                    assert!(self.may_send, "sent again without leave");
                    assert!(!self.differs, "sent though a person must look");
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
            assert!(
                next.is_some() || self.differs,
                "an open payout is forgotten"
            );
        } else {
            assert_eq!(*next, None);
        }
    }
}

fn explore(seen: &Seen, depth: u32) -> u64 {
    if depth == 0 {
        return 1;
    }
    let histories = EVENTS
        .iter()
        .map(|event| explore(&seen.after(*event), depth - 1));
    histories.sum()
}

#[test]
fn money_leaves_at_most_once_in_every_history_of_four_steps_after_the_send() {
    let begun = Seen::begin().after(Event::Lease(0));
    assert_eq!(explore(&begun, 4), 32_u64.pow(4));
    assert_eq!(explore(&Seen::begin(), 3), 32_u64.pow(3));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2_000))]

    #[test]
    fn money_leaves_at_most_once_in_long_histories(
        history in proptest::collection::vec(0..EVENTS.len(), 0..60)
    ) {
        let mut seen = Seen::begin();
        for event in history {
            seen = seen.after(EVENTS[event]);
        }
    }
}
