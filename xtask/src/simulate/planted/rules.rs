//! Bugs in the rules about money, and in how they are carried out.

use super::{Edit, Planted, edit};

const DECIDE: &str = "crates/jetpay-ledger/src/state/decide.rs";
const COMPENSATE: &str = "crates/jetpay-ledger/src/state/compensate.rs";
const STANDING: &str = "crates/jetpay-ledger/src/state/standing.rs";
const CALLBACK: &str = concat!("crates/jetpay-ledger/src/", "work/callback.rs");
const PAYMENT: &str = concat!("crates/jetpay-ledger/src/", "work/payment.rs");
const EVENTS: &str = "crates/jetpay-ledger/src/store/sqlite/events.rs";
const SCHEMA: &str = "crates/jetpay-ledger/src/store/sqlite/schema/1.sql";
const SCHEMA_2: &str = "crates/jetpay-ledger/src/store/sqlite/schema/2.sql";

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
                "        repeated(books, callback, fact, *now)\n",
                "        if books.stored(fact)?.agrees {\n            follow(books, &standing, fact, &decision, *now)?;\n        }\n        repeated(books, callback, fact, *now)\n",
            ),
            edit(
                DECIDE,
                "        Some(operation_id) if operation_id == fact.operation_id => return noted,\n",
                "        Some(operation_id) if operation_id == fact.operation_id => {}\n",
            ),
            edit(
                DECIDE,
                "(standing.effect != Effect::Free)",
                "(standing.effect == Effect::Elsewhere)",
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
                "        Some(_) => return noted.with_alarm(fact.operation_id, AlarmKind::SecondSale),\n",
                "        Some(_) => {}\n",
            ),
            PAYMENT_MAY_HAVE_MANY_CREDITS,
        ],
    },
    Planted {
        name: "operation credits a second payment",
        edits: &[
            edit(DECIDE, "(standing.effect != Effect::Free)", "false"),
            OPERATION_MAY_REPEAT,
        ],
    },
    Planted {
        name: "amount is not compared",
        edits: &[edit(
            DECIDE,
            "    if fact.amount != standing.amount {\n        return Some(AlarmKind::AmountDiffers);\n    }\n",
            "",
        )],
    },
    Planted {
        name: "project is not compared",
        edits: &[edit(
            DECIDE,
            "    if fact.project_id != standing.project_id {",
            "    if false {",
        )],
    },
    Planted {
        name: "payout is taken for a payment",
        edits: &[edit(DECIDE, "    if fact.is_payout() {", "    if false {")],
    },
    Planted {
        name: "decline credits",
        edits: &[edit(
            DECIDE,
            "        State::Pending => Decision {\n            state: State::Declined,\n            disposition: Disposition::Applied,\n            ..noted\n        },\n",
            "        State::Pending => credit(standing, fact),\n",
        )],
    },
    Planted {
        name: "intermediate status of the payment credits",
        edits: &[edit(
            DECIDE,
            "    if fact.payment_status != PaymentStatus::Success {",
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
            "    match standing.credited_by {\n",
            "    if standing.state == State::Declined {\n        return noted;\n    }\n    match standing.credited_by {\n",
        )],
    },
    Planted {
        name: "decline after a credit declines the payment",
        edits: &[edit(
            DECIDE,
            "            noted.with_alarm(fact.operation_id, AlarmKind::DeclineAfterCredit)\n",
            "            Decision { state: State::Declined, ..noted }\n",
        )],
    },
    Planted {
        name: "early refund is forgotten",
        edits: &[edit(
            DECIDE,
            "    if standing.early.is_empty() {",
            "    if true {",
        )],
    },
    Planted {
        name: "refund told under two statuses is applied twice",
        edits: &[
            edit(
                COMPENSATE,
                "    match standing.effect {\n        Effect::Here => return Decision::noted(standing),\n",
                "    match standing.effect {\n        Effect::Here => {}\n",
            ),
            OPERATION_MAY_REPEAT,
        ],
    },
    Planted {
        name: "refund of more than remains is applied",
        edits: &[edit(
            COMPENSATE,
            "(amount <= standing.remaining, -amount)",
            "(true, -amount)",
        )],
    },
    Planted {
        name: "what remains is not updated",
        edits: &[edit(
            STANDING,
            "            after.remaining += entry.amount;\n",
            "",
        )],
    },
    Planted {
        name: "inbox is not matched when the payment appears",
        edits: &[edit(
            PAYMENT,
            "        match_waiting(books, &payment.id, now)?;\n",
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
            "    books.counts().pending += pending(after.state) - pending(before.state);\n",
            "    let _ = pending(after.state);\n",
        )],
    },
];
