//! Bugs in the rules about money, and in how they are carried out.

use super::{Edit, Planted, edit};

const DECIDE: &str = "crates/jetpay-rules/src/decide.rs";
const COMPENSATE: &str = "crates/jetpay-rules/src/compensate.rs";
const DECISION: &str = "crates/jetpay-rules/src/decision.rs";
const CALLBACK: &str = "crates/jetpay-ledger/src/operations/callback.rs";
const PAYMENT: &str = "crates/jetpay-ledger/src/operations/payment.rs";
const EVENTS: &str = "crates/jetpay-ledger/src/adapters/sqlite/events.rs";
const SCHEMA: &str = "crates/jetpay-ledger/src/adapters/sqlite/schema/1.sql";
const SCHEMA_2: &str = "crates/jetpay-ledger/src/adapters/sqlite/schema/2.sql";

// The database holds the rules, too: a bug in the code shows only without these.
const OPERATION_MAY_REPEAT: Edit = edit(
    SCHEMA_2,
    "CREATE UNIQUE INDEX entries_once ON entries (project_id, operation_id, CASE kind WHEN 'settled_credit' THEN 'credit' ELSE kind END);",
    "",
);
const PAYMENT_MAY_HAVE_MANY_CREDITS: Edit = edit(
    SCHEMA,
    "CREATE UNIQUE INDEX entries_one_credit ON entries (payment_id) WHERE kind = 'credit';",
    "",
);

pub(super) const RULES: &[Planted] = &[
    Planted {
        name: "each repeat credits",
        edits: &[
            edit(
                CALLBACK,
                "        repeated(transaction, callback, event, *now)\n",
                "        if !event.contradicts(&transaction.stored_event(event)?.event) {\n            carry_out(transaction, &snapshot, event, &decision, *now)?;\n        }\n        repeated(transaction, callback, event, *now)\n",
            ),
            edit(
                DECIDE,
                "        Some(operation_id) if operation_id == event.operation_id => return noted(),\n",
                "        Some(operation_id) if operation_id == event.operation_id => {}\n",
            ),
            edit(
                DECIDE,
                "(effect != Effect::None)",
                "(effect == Effect::Elsewhere)",
            ),
            OPERATION_MAY_REPEAT,
            PAYMENT_MAY_HAVE_MANY_CREDITS,
        ],
    },
    Planted {
        name: "second sale of a payment credits, too",
        edits: &[
            edit(
                DECIDE,
                "        Some(_) => return noted().with_alarm(event.operation_id, AlarmKind::SecondSale),\n",
                "        Some(_) => {}\n",
            ),
            PAYMENT_MAY_HAVE_MANY_CREDITS,
        ],
    },
    Planted {
        name: "operation credits a second payment",
        edits: &[
            edit(DECIDE, "(effect != Effect::None)", "false"),
            OPERATION_MAY_REPEAT,
        ],
    },
    Planted {
        name: "amount is not compared",
        edits: &[edit(
            DECIDE,
            "    if event.amount != snapshot.amount {\n        return Some(AlarmKind::AmountDiffers);\n    }\n",
            "",
        )],
    },
    Planted {
        name: "project is not compared",
        edits: &[edit(
            DECIDE,
            "    if event.project_id != snapshot.project_id {",
            "    if false {",
        )],
    },
    Planted {
        name: "payout is taken for a payment",
        edits: &[edit(DECIDE, "    if event.is_payout() {", "    if false {")],
    },
    Planted {
        name: "decline credits",
        edits: &[edit(
            DECIDE,
            "            decision.snapshot.state = PaymentState::Declined;\n            decision.outcome = EventStatus::Applied;\n            decision\n",
            "            decision = credit(snapshot, event, &Effects::default());\n            decision\n",
        )],
    },
    Planted {
        name: "intermediate status of the payment credits",
        edits: &[edit(
            DECIDE,
            "    if event.payment_status != PaymentStatus::Success {",
            "    if false {",
        )],
    },
    Planted {
        name: "unknown status of the operation credits",
        edits: &[edit(
            DECIDE,
            "        OperationType::Sale if succeeded => sale(",
            "        OperationType::Sale => sale(",
        )],
    },
    Planted {
        name: "success after a decline is not credited",
        edits: &[edit(
            DECIDE,
            "    match snapshot.credited_by {\n",
            "    if snapshot.state == PaymentState::Declined {\n        return noted();\n    }\n    match snapshot.credited_by {\n",
        )],
    },
    Planted {
        name: "decline after a credit declines the payment",
        edits: &[edit(
            DECIDE,
            "            decision.with_alarm(event.operation_id, AlarmKind::DeclineAfterCredit)\n",
            "            decision.snapshot.state = PaymentState::Declined;\n            decision\n",
        )],
    },
    Planted {
        name: "early refund is forgotten",
        edits: &[edit(
            DECIDE,
            "    compensate::release_early(credit, effects)\n",
            "    let _ = effects;\n    credit\n",
        )],
    },
    Planted {
        name: "refund told under two statuses is applied twice",
        edits: &[
            edit(
                COMPENSATE,
                "    match effect {\n        Effect::Here => return Decision::noted(snapshot),\n",
                "    match effect {\n        Effect::Here => {}\n",
            ),
            OPERATION_MAY_REPEAT,
        ],
    },
    Planted {
        name: "refund of more than remains is applied",
        edits: &[edit(
            COMPENSATE,
            "(amount <= snapshot.remaining, -amount)",
            "(true, -amount)",
        )],
    },
    Planted {
        name: "what remains is not updated",
        edits: &[edit(
            DECISION,
            "        snapshot.remaining += entry.amount;\n",
            "",
        )],
    },
    Planted {
        name: "inbox is not matched when the payment appears",
        edits: &[edit(
            PAYMENT,
            "        match_waiting(transaction, &payment.id, now)?;\n",
            "",
        )],
    },
    Planted {
        name: "dismissed callbacks stay dismissed when the payment appears",
        edits: &[edit(
            EVENTS,
            "disposition IN ('unmatched', 'dismissed')\n               ORDER BY",
            "disposition = 'unmatched'\n               ORDER BY",
        )],
    },
    Planted {
        name: "event is replaced by what contradicts it",
        edits: &[edit(
            EVENTS,
            "ON CONFLICT DO NOTHING\";",
            "ON CONFLICT DO UPDATE SET body = excluded.body\";",
        )],
    },
    Planted {
        name: "alarms are not raised",
        edits: &[edit(
            CALLBACK,
            "    for alarm in &decision.alarms {",
            "    for alarm in decision.alarms.iter().take(0) {",
        )],
    },
    Planted {
        name: "pending payments are never counted down",
        edits: &[edit(
            CALLBACK,
            "    transaction.counts().pending += pending(after.state) - pending(before.state);\n",
            "    let _ = pending(after.state);\n",
        )],
    },
];
