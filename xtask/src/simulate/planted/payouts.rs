//! Bugs in payouts.

use super::{Edit, Planted, edit};

const SENT: &str = "crates/jetpay-ledger/src/payout/sent.rs";
const ASKED: &str = "crates/jetpay-ledger/src/payout/asked.rs";
const TOLD: &str = "crates/jetpay-ledger/src/payout/told.rs";
const CHANGE: &str = "crates/jetpay-ledger/src/payout/change.rs";
const ERRAND: &str = "crates/jetpay-ledger/src/payout/errand.rs";
const TAKE_UP: &str = concat!("crates/jetpay-ledger/src/", "work/payout/errand.rs");
const RECORD: &str = concat!("crates/jetpay-ledger/src/", "work/payout/record.rs");
const FORGET: &str = concat!("crates/jetpay-ledger/src/", "work/payout/forget.rs");
const SQL: &str = "crates/jetpay-ledger/src/store/payouts/sql.rs";
const ROW: &str = "crates/jetpay-ledger/src/store/payouts/row.rs";
const SCHEMA: &str = "crates/jetpay-ledger/src/store/sqlite/schema/3.sql";
const DRIVER: &str = "crates/jetpay-server/src/payouts/mod.rs";

// The database holds the rules, too: a bug in the code shows only without these.
const KEY_MAY_REPEAT: Edit = edit(
    SCHEMA,
    "CREATE UNIQUE INDEX payouts_once ON payouts (project_id, idempotency_key);",
    "",
);
const REVERSAL_MAY_REPEAT: Edit = edit(
    SCHEMA,
    "CREATE UNIQUE INDEX payout_steps_reversed ON payout_steps (payment_id, operation_id) WHERE what = 'reversed';",
    "",
);

pub(super) const PAYOUTS: &[Planted] = &[
    Planted {
        name: "payout of which nobody answered is sent again",
        edits: &[edit(
            SENT,
            "                change.standing.next = Some((Next::Ask, after(now, pace.ask_after)));\n",
            "                change.send_again(after(now, pace.ask_after));\n",
        )],
    },
    Planted {
        name: "payout of which nobody answered is released",
        edits: &[edit(
            SENT,
            "                change.note(StepKind::Unknown, about(None, reason));\n",
            "                change.release(StepKind::Declined, about(None, reason));\n",
        )],
    },
    Planted {
        name: "payout is sent before that is kept",
        edits: &[edit(
            TAKE_UP,
            "        follow(books, row, change, self.now)?;\n        Ok(Some(taken_up))",
            "        let _ = follow;\n        Ok(Some(taken_up))",
        )],
    },
    Planted {
        name: "payout that was being sent in a crash is sent again",
        edits: &[edit(
            ERRAND,
            "        standing.next = Some((Next::Ask, after(now, pace.lease())));",
            "        standing.next = Some((next, after(now, pace.lease())));",
        )],
    },
    Planted {
        name: "stale answer to a send is acted on: the payout's turn is not compared",
        edits: &[edit(
            SENT,
            "            _ if !mine || self.state != PayoutState::Unknown || self.next.is_none() => {}",
            "            _ if (mine && false) || self.state != PayoutState::Unknown || self.next.is_none() => {}",
        )],
    },
    Planted {
        name: "payout that a person must look at is sent again",
        edits: &[edit(
            SENT,
            "            _ if !mine || self.state != PayoutState::Unknown || self.next.is_none() => {}",
            "            _ if !mine || self.state != PayoutState::Unknown => {}",
        )],
    },
    Planted {
        name: "stale 3061 sends a payout again: its turn is not compared",
        edits: &[edit(
            ASKED,
            "        let mine = turn == self.turn && self.next.is_some();",
            "        let mine = turn >= 0 && self.next.is_some();",
        )],
    },
    Planted {
        name: "payout is taken up while another server has it: no lease",
        edits: &[edit(
            ERRAND,
            "        standing.next = Some((Next::Ask, after(now, pace.lease())));",
            "        standing.next = Some((Next::Ask, after(now, std::time::Duration::ZERO)));",
        )],
    },
    Planted {
        name: "payout is sent however late",
        edits: &[edit(
            DRIVER,
            "        if waited > answer_timeout {",
            "        if waited > i64::MAX - answer_timeout {",
        )],
    },
    Planted {
        name: "callback with `error` sends a payout again",
        edits: &[edit(
            TOLD,
            "            change.standing.next = Some((next, due.min(now)));",
            "            let _ = next;\n            change.send_again(due.min(now));",
        )],
    },
    Planted {
        name: "payout that ended with `error` is declined at once",
        edits: &[edit(
            ASKED,
            "        if self.takes_too_long(now, pace) {",
            "        if self.takes_too_long(now, pace) || self.sends > 0 {",
        )],
    },
    Planted {
        name: "payout that is sent again has a fresh id",
        edits: &[edit(
            TAKE_UP,
            "        let request = (errand == Errand::Send).then(|| row.payout.request.clone());",
            "        let (id, turn) = (self.payment_id.as_str(), format!(\"{}-{}\", self.payment_id, row.standing.sends));\n        let again = row.standing.sends > 0;\n        let request = (errand == Errand::Send).then(|| if again { row.payout.request.replace(id, &turn) } else { row.payout.request.clone() });",
        )],
    },
    Planted {
        name: "accepted payout is not asked about",
        edits: &[edit(
            CHANGE,
            "        self.standing.next = Some((Next::Ask, ask_at));",
            "        self.standing.next = Some((Next::Ask, ask_at)).filter(|_| false);",
        )],
    },
    Planted {
        name: "payout that succeeded late is not reserved again",
        edits: &[edit(
            CHANGE,
            "            self.add(StepKind::ReservedAgain, Some(amount), About::default());\n",
            "",
        )],
    },
    Planted {
        name: "reversal of a payout is counted twice",
        edits: &[
            edit(
                TOLD,
                "        if self.standing.reversed_by.contains(&operation.id) {",
                "        if self.standing.reversed_by.contains(&operation.id) && self.standing.paid == 0 {",
            ),
            REVERSAL_MAY_REPEAT,
        ],
    },
    Planted {
        name: "payout whose amount differs is paid",
        edits: &[edit(
            TOLD,
            "        if let Some(why) = mismatch(standing.amount, amount) {",
            "        if let Some(why) = mismatch(standing.amount, amount).filter(|_| false) {",
        )],
    },
    Planted {
        name: "top-up's callback pays a payout",
        edits: &[
            edit(
                TOLD,
                "            OperationType::Payout if succeeded => self.success(news, operation, about),",
                "            OperationType::Payout | OperationType::Sale if succeeded => self.success(news, operation, about),",
            ),
            edit(
                TOLD,
                "        } else if is_of_top_up(fact) {",
                "        } else if is_of_top_up(fact) && self.turn < 0 {",
            ),
        ],
    },
    Planted {
        name: "each request is a payout of its own: its key is not looked up",
        edits: &[
            edit(
                RECORD,
                "books.payout_under(payout.project_id, &payout.idempotency_key)?\n",
                "books.payout_under(payout.project_id, &payout.idempotency_key)?.filter(|_| false)\n",
            ),
            KEY_MAY_REPEAT,
        ],
    },
    Planted {
        name: "another payout under a key passes for the first",
        edits: &[edit(
            RECORD,
            "            let same = fingerprint == payout.fingerprint;",
            "            let same = !fingerprint.is_empty();",
        )],
    },
    Planted {
        name: "what is reserved for payouts can be spent again",
        edits: &[edit(
            SQL,
            "coalesce(sum(reserved + paid), 0)",
            "coalesce(sum(paid), 0)",
        )],
    },
    Planted {
        name: "payout that takes too long raises no alarm",
        edits: &[edit(
            ERRAND,
            "            change.alarm(AlarmKind::PayoutOverdue, None);\n",
            "",
        )],
    },
    Planted {
        name: "payers of open payouts are forgotten, too",
        edits: &[
            edit(
                SQL,
                "forgotten = 0 AND state IN ('paid', 'declined', 'rejected', 'reversed') AND changed_at",
                "forgotten = 0 AND changed_at",
            ),
            edit(
                FORGET,
                "row.filter(|row| !row.standing.state.is_open())",
                "row",
            ),
        ],
    },
    Planted {
        name: "payout's request outlives its payer",
        edits: &[
            edit(ROW, "        self.payout.request.clear();\n", ""),
            edit(
                ROW,
                "Value::Int(request.is_none().into()),",
                "Value::Int(payout.account_number.starts_with('*').into()),",
            ),
        ],
    },
];
