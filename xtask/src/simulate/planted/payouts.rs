//! Bugs in payouts.

use super::{Edit, Planted, edit};

const ON_SEND: &str = "crates/jetpay-ledger/src/payout/on_send.rs";
const ON_STATUS: &str = "crates/jetpay-ledger/src/payout/on_status.rs";
const ON_CALLBACK: &str = "crates/jetpay-ledger/src/payout/on_callback.rs";
const REPORT: &str = "crates/jetpay-ledger/src/payout/report.rs";
const DECISION: &str = "crates/jetpay-ledger/src/payout/decision.rs";
const LEASE: &str = "crates/jetpay-ledger/src/payout/lease.rs";
const OPERATIONS: &str = "crates/jetpay-ledger/src/commands/payouts.rs";
const SQL: &str = "crates/jetpay-ledger/src/port/payouts/sql.rs";
const ROW: &str = "crates/jetpay-ledger/src/port/payouts/row.rs";
const SCHEMA: &str = "crates/jetpay-ledger/src/adapters/sqlite/schema/3.sql";
const DRIVER: &str = "crates/jetpay-server/src/payouts/mod.rs";

// A unique index of the database also holds the rule, so the bug must make the index an ordinary one.
const KEY_MAY_REPEAT: Edit = edit(SCHEMA, "UNIQUE INDEX payouts_once", "INDEX payouts_once");
const REVERSAL_MAY_REPEAT: Edit = edit(
    SCHEMA,
    "UNIQUE INDEX payout_steps_reversed",
    "INDEX payout_steps_reversed",
);

pub(super) const PAYOUTS: &[Planted] = &[
    Planted {
        name: "payout without an answer is sent again",
        edits: &[edit(
            ON_SEND,
            "decision.snapshot.next =\n                    Some((Action::QueryStatus, after(now, policy.query_after)));",
            "decision.send_again(after(now, policy.query_after));",
        )],
    },
    Planted {
        name: "payout without an answer is released",
        edits: &[edit(
            ON_SEND,
            "decision.note(StepKind::Unknown,",
            "decision.release(StepKind::Declined,",
        )],
    },
    Planted {
        name: "payout is sent before the ledger records it",
        edits: &[edit(
            OPERATIONS,
            "        carry_out(transaction, row, decision, None, now)?;\n        Ok(Some(lease))",
            "        let _ = (row, decision);\n        Ok(Some(lease))",
        )],
    },
    Planted {
        name: "payout that was being sent in a crash is sent again",
        edits: &[edit(
            LEASE,
            "Action::QueryStatus, after(now, policy.lease_time())",
            "action, after(now, policy.lease_time())",
        )],
    },
    Planted {
        name: "late answer to a send is used: the fencing token is not compared",
        edits: &[edit(
            ON_SEND,
            "!mine || self.state != PayoutState::Unknown",
            "(mine && false) || self.state != PayoutState::Unknown",
        )],
    },
    Planted {
        name: "payout that waits for an operator is sent again",
        edits: &[edit(ON_SEND, " || self.next.is_none()", "")],
    },
    Planted {
        name: "late 3061 sends a payout again: the fencing token is not compared",
        edits: &[edit(
            ON_STATUS,
            "fencing_token == self.fencing_token",
            "fencing_token >= 0",
        )],
    },
    Planted {
        name: "payout has no lease: another server may act on it",
        edits: &[edit(
            LEASE,
            "Action::QueryStatus, after(now, policy.lease_time())",
            "Action::QueryStatus, after(now, std::time::Duration::ZERO)",
        )],
    },
    Planted {
        name: "payout is sent after its time limit",
        edits: &[edit(
            DRIVER,
            "waited > answer_timeout",
            "waited > i64::MAX - answer_timeout",
        )],
    },
    Planted {
        name: "callback with `error` sends a payout again",
        edits: &[edit(
            ON_CALLBACK,
            "decision.snapshot.next = Some((next, due.min(now)));",
            "{\n                let _ = next;\n                decision.send_again(due.min(now));\n            }",
        )],
    },
    Planted {
        name: "payout that ended with `error` is declined at once",
        edits: &[edit(
            ON_STATUS,
            "self.is_overdue(now, policy)",
            "self.is_overdue(now, policy) || self.sends > 0",
        )],
    },
    Planted {
        name: "payout that is sent again has a new id",
        edits: &[edit(
            OPERATIONS,
            "row.payout.request.clone()",
            "{\n            let (id, sends) = (row.payout.id.as_str(), row.snapshot.sends);\n            let request = &row.payout.request;\n            if sends > 0 { request.replace(id, &format!(\"{id}-{sends}\")) } else { request.clone() }\n        }",
        )],
    },
    Planted {
        name: "status of an accepted payout is never queried",
        edits: &[edit(
            DECISION,
            "Some((Action::QueryStatus, query_at))",
            "Some((Action::QueryStatus, query_at)).filter(|_| false)",
        )],
    },
    Planted {
        name: "payout that succeeded late is not reserved again",
        edits: &[edit(
            DECISION,
            "self.add(\n                StepKind::ReservedAgain,\n                Some(amount),\n                StepDetails::default(),\n            );",
            "",
        )],
    },
    Planted {
        name: "reversal of a payout is counted twice",
        edits: &[
            edit(
                REPORT,
                "self.snapshot.reversed_by.contains(&operation.id)",
                "self.snapshot.reversed_by.contains(&operation.id) && self.snapshot.paid == 0",
            ),
            REVERSAL_MAY_REPEAT,
        ],
    },
    Planted {
        name: "payout whose amount differs is paid",
        edits: &[edit(
            REPORT,
            "Some(why) = mismatch(snapshot.amount, amount)",
            "Some(why) = mismatch(snapshot.amount, amount).filter(|_| false)",
        )],
    },
    Planted {
        name: "top-up's callback pays a payout",
        edits: &[
            edit(
                REPORT,
                "OperationType::Payout if succeeded => self.success",
                "OperationType::Payout | OperationType::Sale if succeeded => self.success",
            ),
            edit(
                ON_CALLBACK,
                "else if is_top_up(event)",
                "else if is_top_up(event) && self.fencing_token < 0",
            ),
        ],
    },
    Planted {
        name: "each request is a new payout: its key is not looked up",
        edits: &[
            edit(
                OPERATIONS,
                "payout_with_key(payout.project_id, &payout.idempotency_key)?",
                "payout_with_key(payout.project_id, &payout.idempotency_key)?.filter(|_| false)",
            ),
            KEY_MAY_REPEAT,
        ],
    },
    Planted {
        name: "different payout with a known key is accepted",
        edits: &[edit(
            OPERATIONS,
            "fingerprint == payout.fingerprint",
            "!fingerprint.is_empty()",
        )],
    },
    Planted {
        name: "amount reserved for a payout can be spent again",
        edits: &[edit(SQL, "sum(reserved + paid)", "sum(paid)")],
    },
    Planted {
        name: "payout that takes too long raises no alarm",
        edits: &[edit(
            LEASE,
            "decision.alarm(AlarmKind::PayoutOverdue, StepDetails::default());",
            "",
        )],
    },
    Planted {
        name: "payers of open payouts are erased, too",
        edits: &[
            edit(
                SQL,
                "AND state IN ('paid', 'declined', 'rejected', 'reversed') AND changed_at",
                "AND changed_at",
            ),
            edit(
                OPERATIONS,
                ".filter(|row| !row.snapshot.state.is_open())",
                "",
            ),
        ],
    },
    Planted {
        name: "request of a payout keeps the erased payer",
        edits: &[
            edit(ROW, "self.payout.request.clear();", ""),
            edit(
                ROW,
                "request.is_none().into()",
                "payout.account_number.starts_with('*').into()",
            ),
        ],
    },
];
