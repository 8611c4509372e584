//! Bugs in what is answered, and when.

use super::{Planted, edit};

const COMMAND: &str = "crates/jetpay-ledger/src/port/command.rs";
const WRITER: &str = "crates/jetpay-ledger/src/adapters/sqlite/writer.rs";
const MERCHANT: &str = "crates/jetpay-server/src/merchant/mod.rs";

pub(super) const ANSWERS: &[Planted] = &[
    Planted {
        name: "answered before the commit",
        edits: &[
            edit(
                COMMAND,
                "    reply: oneshot::Sender<Result<C::Output, Error>>,",
                "    reply: Option<oneshot::Sender<Result<C::Output, Error>>>,",
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
                "        let _ = reply.send(outcome",
                "        let Some(reply) = reply else { return };\n        let _ = reply.send(outcome",
            ),
        ],
    },
    Planted {
        name: "answered as done though its own commit failed",
        edits: &[edit(
            WRITER,
            "outcome.map_err(Error::from));",
            "outcome.map_err(Error::from).or(Ok(())));",
        )],
    },
    Planted {
        name: "one bad job fails its whole group",
        edits: &[edit(
            WRITER,
            "            Err(TransactionError::Constraint(_)) if group.len() > 1 => {",
            "            Err(TransactionError::Constraint(_)) if group.is_empty() => {",
        )],
    },
    Planted {
        name: "transaction left open after a failure",
        edits: &[edit(WRITER, "                self.roll_back();\n", "")],
    },
    Planted {
        name: "payment id given out though it was not recorded",
        edits: &[edit(
            MERCHANT,
            "            .map_err(unavailable)?;\n        Ok(id)",
            "            .map_err(unavailable)\n            .ok();\n        Ok(id)",
        )],
    },
    Planted {
        name: "callback of an unknown payment is acknowledged",
        edits: &[edit(
            MERCHANT,
            "CallbackOutcome::Unmatched => Err(CallbackError::UnknownPayment),",
            "CallbackOutcome::Unmatched => Ok(Acknowledged),",
        )],
    },
];
