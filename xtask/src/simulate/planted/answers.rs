//! Bugs in what is answered, and when.

use super::{Planted, edit};

const JOB: &str = concat!("crates/jetpay-ledger/src/", "work/job.rs");
const WRITER: &str = "crates/jetpay-ledger/src/store/sqlite/writer.rs";
const MERCHANT: &str = "crates/jetpay-server/src/merchant/mod.rs";
const MERCHANT_CALLBACKS: &str = "crates/jetpay-server/src/merchant/mod.rs";

pub(super) const ANSWERS: &[Planted] = &[
    Planted {
        name: "answered before the commit",
        edits: &[
            edit(
                JOB,
                "    reply: oneshot::Sender<Result<W::Done, Error>>,",
                "    reply: Option<oneshot::Sender<Result<W::Done, Error>>>,",
            ),
            edit(
                JOB,
                "            reply,\n        };\n        (Box",
                "            reply: Some(reply),\n        };\n        (Box",
            ),
            edit(
                JOB,
                "self.result = Some(self.work.run(books)?);",
                "let done = self.work.run(books)?;\n        if let Some(reply) = self.reply.take() {\n            let _ = reply.send(Ok(done));\n        }",
            ),
            edit(
                JOB,
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
            "            Err(Failure::Rule(_)) if group.len() > 1 => {",
            "            Err(Failure::Rule(_)) if group.is_empty() => {",
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
            MERCHANT_CALLBACKS,
            "Recorded::Unmatched => Err(CallbackError::UnknownPayment),",
            "Recorded::Unmatched => Ok(Acknowledged),",
        )],
    },
];
