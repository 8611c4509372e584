//! Bugs in top-ups: in the answers and their order, in the rules about money, and in how the ledger applies them.

use super::{Edit, Planted, edit};

const COMMAND: &str = "crates/jetpay-ledger/src/port/command.rs";
const WRITER: &str = "crates/jetpay-ledger/src/adapters/sqlite/writer.rs";
const MERCHANT: &str = "crates/jetpay-server/src/merchant/mod.rs";
const DECIDE: &str = "crates/jetpay-rules/src/decide.rs";
const COMPENSATE: &str = "crates/jetpay-rules/src/compensate.rs";
const DECISION: &str = "crates/jetpay-rules/src/decision.rs";
const CALLBACK: &str = "crates/jetpay-ledger/src/commands/callback.rs";
const PAYMENT: &str = "crates/jetpay-ledger/src/commands/payment.rs";
const EVENTS: &str = "crates/jetpay-ledger/src/adapters/sqlite/ledger_transaction.rs";
const SCHEMA: &str = "crates/jetpay-ledger/src/adapters/sqlite/schema/1.sql";
const SCHEMA_4: &str = "crates/jetpay-ledger/src/adapters/sqlite/schema/4.sql";

// A unique index of the database also holds the rule, so the bug must make the index an ordinary one.
const OPERATION_MAY_REPEAT: Edit =
    edit(SCHEMA_4, "UNIQUE INDEX entries_once", "INDEX entries_once");
const PAYMENT_MAY_HAVE_MANY_CREDITS: Edit = edit(
    SCHEMA,
    "UNIQUE INDEX entries_one_credit",
    "INDEX entries_one_credit",
);

pub(super) const TOP_UPS: &[Planted] = &[
    Planted {
        name: "answered before the commit",
        edits: &[
            edit(
                COMMAND,
                "reply: oneshot::Sender<Result<C::Output, Error>>",
                "reply: Option<oneshot::Sender<Result<C::Output, Error>>>",
            ),
            edit(
                COMMAND,
                "            reply,\n        };\n        (Box",
                "            reply: Some(reply),\n        };\n        (Box",
            ),
            edit(
                COMMAND,
                "self.output = Some(self.command.run(transaction)?);",
                "let done = self.command.run(transaction)?;\n        if let Some(reply) = self.reply.take() {\n            let _ = reply.send(Ok(done));\n        }",
            ),
            edit(
                COMMAND,
                "let _ = reply.send(outcome",
                "let Some(reply) = reply else { return };\n        let _ = reply.send(outcome",
            ),
        ],
    },
    Planted {
        name: "answered as done although its commit failed",
        edits: &[edit(
            WRITER,
            "outcome.map_err(Error::from));",
            "outcome.map_err(Error::from).or(Ok(())));",
        )],
    },
    Planted {
        name: "one bad command fails its whole group",
        edits: &[edit(WRITER, "if group.len() > 1", "if group.is_empty()")],
    },
    Planted {
        name: "transaction left open after a failure",
        edits: &[edit(WRITER, "self.roll_back();", "")],
    },
    Planted {
        name: "payment id is issued although it was not recorded",
        edits: &[edit(
            MERCHANT,
            "            .map_err(Unavailable::new)?;\n        Ok(id)",
            "            .map_err(Unavailable::new)\n            .ok();\n        Ok(id)",
        )],
    },
    Planted {
        name: "callback of an unknown payment is acknowledged",
        edits: &[edit(
            MERCHANT,
            "Unmatched => Err(CallbackError::UnknownPayment)",
            "Unmatched => Ok(Acknowledged)",
        )],
    },
    Planted {
        name: "each repeat credits",
        edits: &[
            edit(
                CALLBACK,
                "repeated(transaction,",
                "if !event.contradicts(&transaction.stored_event(event)?.event) {\n            carry_out(transaction, &snapshot, event, &decision, *now)?;\n        }\n        repeated(transaction,",
            ),
            edit(
                DECIDE,
                "if event.operation_id == Some(operation_id) => return noted(),",
                "if event.operation_id == Some(operation_id) => {}",
            ),
            edit(
                DECIDE,
                "effect != Effect::None",
                "effect == Effect::Elsewhere",
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
                "return noted().with_alarm(event.operation_id, AlarmKind::SecondSale),",
                "{}",
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
        edits: &[edit(DECIDE, "amount != snapshot.amount", "false")],
    },
    Planted {
        name: "project is not compared",
        edits: &[edit(
            DECIDE,
            "event.project_id != snapshot.project_id",
            "false",
        )],
    },
    Planted {
        name: "payout is taken for a payment",
        edits: &[edit(DECIDE, "event.is_payout()", "false")],
    },
    Planted {
        name: "decline credits",
        edits: &[edit(
            DECIDE,
            "decision.snapshot.state = PaymentState::Declined;",
            "decision = credit(snapshot, event.operation_id.unwrap_or(0.into()), &Effects::default());",
        )],
    },
    Planted {
        name: "intermediate status of the payment credits",
        edits: &[edit(
            DECIDE,
            "event.payment_status != PaymentStatus::Success",
            "false",
        )],
    },
    Planted {
        name: "unknown status of the operation credits",
        edits: &[edit(
            DECIDE,
            "Some(OperationType::Sale) if succeeded",
            "Some(OperationType::Sale)",
        )],
    },
    Planted {
        name: "decline without an operation is ignored",
        edits: &[
            edit(DECIDE, "None if failed => decline(snapshot, event),", ""),
            edit(
                DECIDE,
                "None if failed && !succeeded => decline(snapshot, event),",
                "None if failed && !succeeded && event.operation_type.is_some() => decline(snapshot, event),",
            ),
        ],
    },
    Planted {
        name: "success without an operation is silent",
        edits: &[edit(
            DECIDE,
            "return Some(AlarmKind::SuccessNotCredited);",
            "return None;",
        )],
    },
    Planted {
        name: "success after a decline is not credited",
        edits: &[edit(
            DECIDE,
            "match snapshot.credited_by {",
            "if snapshot.state == PaymentState::Declined {\n        return noted();\n    }\n    match snapshot.credited_by {",
        )],
    },
    Planted {
        name: "decline after a credit declines the payment",
        edits: &[edit(
            DECIDE,
            "decision.with_alarm(event.operation_id, AlarmKind::DeclineAfterCredit)",
            "decision.snapshot.state = PaymentState::Declined;\n            decision",
        )],
    },
    Planted {
        name: "early refund is forgotten",
        edits: &[edit(
            DECIDE,
            "compensate::release_early(credit, effects)",
            "{ let _ = effects; credit }",
        )],
    },
    Planted {
        name: "refund reported under two statuses is applied twice",
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
        edits: &[edit(COMPENSATE, "amount <= snapshot.remaining", "true")],
    },
    Planted {
        name: "remaining amount is not updated",
        edits: &[edit(DECISION, "snapshot.remaining += entry.amount;", "")],
    },
    Planted {
        name: "inbox is not matched when the payment appears",
        edits: &[edit(
            PAYMENT,
            "match_waiting(transaction, &payment.id, now)?;",
            "",
        )],
    },
    Planted {
        name: "dismissed callbacks stay dismissed when the payment appears",
        edits: &[edit(
            EVENTS,
            "disposition IN ('unmatched', 'dismissed')",
            "disposition = 'unmatched'",
        )],
    },
    Planted {
        name: "event is replaced by a contradicting one",
        edits: &[edit(
            EVENTS,
            "insert(&EVENTS) + \" ON CONFLICT DO NOTHING\"",
            "insert(&EVENTS) + \" ON CONFLICT DO UPDATE SET body = excluded.body\"",
        )],
    },
    Planted {
        name: "alarms are not raised",
        edits: &[edit(
            CALLBACK,
            "in &decision.alarms",
            "in decision.alarms.iter().take(0)",
        )],
    },
    Planted {
        name: "pending payments are never counted down",
        edits: &[edit(
            CALLBACK,
            "transaction.counts().pending += pending(after.state) - pending(before.state);",
            "let _ = pending(after.state);",
        )],
    },
];
