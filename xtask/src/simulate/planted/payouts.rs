//! Bugs in payouts.

use super::{Edit, Planted, edit};

const SENT: &str = "crates/jetpay-ledger/src/payout/on_send.rs";
const ASKED: &str = "crates/jetpay-ledger/src/payout/on_status.rs";
const TOLD: &str = "crates/jetpay-ledger/src/payout/on_callback.rs";
const REPORT: &str = "crates/jetpay-ledger/src/payout/report.rs";
const CHANGE: &str = "crates/jetpay-ledger/src/payout/decision.rs";
const ERRAND: &str = "crates/jetpay-ledger/src/payout/lease.rs";
const TAKE_UP: &str = "crates/jetpay-ledger/src/operations/payouts.rs";
const RECORD: &str = "crates/jetpay-ledger/src/operations/payouts.rs";
const FORGET: &str = "crates/jetpay-ledger/src/operations/payouts.rs";
const SQL: &str = "crates/jetpay-ledger/src/port/payouts/sql.rs";
const ROW: &str = "crates/jetpay-ledger/src/port/payouts/row.rs";
const SCHEMA: &str = "crates/jetpay-ledger/src/adapters/sqlite/schema/3.sql";
const DRIVER: &str = "crates/jetpay-server/src/payouts/driver.rs";

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
            "                decision.snapshot.next =\n                    Some((Action::QueryStatus, after(now, policy.query_after)));\n",
            "                decision.send_again(after(now, policy.query_after));\n",
        )],
    },
    Planted {
        name: "payout of which nobody answered is released",
        edits: &[edit(
            SENT,
            "                decision.note(StepKind::Unknown, details(None, reason));\n",
            "                decision.release(StepKind::Declined, details(None, reason));\n",
        )],
    },
    Planted {
        name: "payout is sent before that is kept",
        edits: &[edit(
            TAKE_UP,
            "        carry_out(transaction, row, decision, self.now)?;\n        Ok(Some(lease))",
            "        let _ = (row, decision);\n        Ok(Some(lease))",
        )],
    },
    Planted {
        name: "payout that was being sent in a crash is sent again",
        edits: &[edit(
            ERRAND,
            "        snapshot.next = Some((Action::QueryStatus, after(now, policy.lease_time())));",
            "        snapshot.next = Some((action, after(now, policy.lease_time())));",
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
            "        let mine = fencing_token == self.fencing_token && self.next.is_some();",
            "        let mine = fencing_token >= 0 && self.next.is_some();",
        )],
    },
    Planted {
        name: "payout is taken up while another server has it: no lease",
        edits: &[edit(
            ERRAND,
            "        snapshot.next = Some((Action::QueryStatus, after(now, policy.lease_time())));",
            "        snapshot.next = Some((Action::QueryStatus, after(now, std::time::Duration::ZERO)));",
        )],
    },
    Planted {
        name: "payout is sent however late",
        edits: &[edit(
            DRIVER,
            "        if waited > answer_within {",
            "        if waited > i64::MAX - answer_within {",
        )],
    },
    Planted {
        name: "callback with `error` sends a payout again",
        edits: &[edit(
            TOLD,
            "            decision.snapshot.next = Some((next, due.min(now)));",
            "            let _ = next;\n            decision.send_again(due.min(now));",
        )],
    },
    Planted {
        name: "payout that ended with `error` is declined at once",
        edits: &[edit(
            ASKED,
            "        if self.is_overdue(now, policy) {",
            "        if self.is_overdue(now, policy) || self.sends > 0 {",
        )],
    },
    Planted {
        name: "payout that is sent again has a fresh id",
        edits: &[edit(
            TAKE_UP,
            "        let request = (action == Action::Send).then(|| row.payout.request.clone());",
            "        let (id, fencing_token) = (self.payment_id.as_str(), format!(\"{}-{}\", self.payment_id, row.snapshot.sends));\n        let again = row.snapshot.sends > 0;\n        let request = (action == Action::Send).then(|| if again { row.payout.request.replace(id, &fencing_token) } else { row.payout.request.clone() });",
        )],
    },
    Planted {
        name: "accepted payout is not asked about",
        edits: &[edit(
            CHANGE,
            "        self.snapshot.next = Some((Action::QueryStatus, query_at));",
            "        self.snapshot.next = Some((Action::QueryStatus, query_at)).filter(|_| false);",
        )],
    },
    Planted {
        name: "payout that succeeded late is not reserved again",
        edits: &[edit(
            CHANGE,
            "            self.add(\n                StepKind::ReservedAgain,\n                Some(amount),\n                StepDetails::default(),\n            );\n",
            "",
        )],
    },
    Planted {
        name: "reversal of a payout is counted twice",
        edits: &[
            edit(
                REPORT,
                "        if self.snapshot.reversed_by.contains(&operation.id) {",
                "        if self.snapshot.reversed_by.contains(&operation.id) && self.snapshot.paid == 0 {",
            ),
            REVERSAL_MAY_REPEAT,
        ],
    },
    Planted {
        name: "payout whose amount differs is paid",
        edits: &[edit(
            REPORT,
            "        if let Some(why) = mismatch(snapshot.amount, amount) {",
            "        if let Some(why) = mismatch(snapshot.amount, amount).filter(|_| false) {",
        )],
    },
    Planted {
        name: "top-up's callback pays a payout",
        edits: &[
            edit(
                REPORT,
                "            OperationType::Payout if succeeded => self.success(report, operation, details),",
                "            OperationType::Payout | OperationType::Sale if succeeded => self.success(report, operation, details),",
            ),
            edit(
                TOLD,
                "        } else if is_top_up(event) {",
                "        } else if is_top_up(event) && self.fencing_token < 0 {",
            ),
        ],
    },
    Planted {
        name: "each request is a payout of its own: its key is not looked up",
        edits: &[
            edit(
                RECORD,
                "transaction.payout_with_key(payout.project_id, &payout.idempotency_key)?;\n",
                "transaction.payout_with_key(payout.project_id, &payout.idempotency_key)?.filter(|_| false);\n",
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
            "            decision.alarm(AlarmKind::PayoutOverdue, None);\n",
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
                "row.filter(|row| !row.snapshot.state.is_open())",
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
