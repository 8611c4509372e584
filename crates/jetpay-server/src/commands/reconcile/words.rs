//! What each kind of result means, and what a person does next.

use jetpay_core::status::OperationType;
use jetpay_reconcile::{Kind, Sum};

use crate::reconcile::view::ResultView;

/// What people read about a kind.
pub(super) struct Words {
    /// What it means.
    pub(super) meaning: &'static str,
    /// What to do; empty if there is nothing.
    pub(super) advice: &'static str,
    /// The commands for it, with words in capitals to fill in.
    pub(super) commands: &'static [&'static str],
    /// Those for an operation of a payout, if they are others.
    pub(super) of_payouts: &'static [&'static str],
}

/// The commands for two sides that say different things about one operation.
const LOOK_AND_CORRECT: &[&str] = &[
    "jetpay payments show PAYMENT_ID",
    "jetpay entries correct SEQ --reason TEXT",
];

/// The command that shows what is recorded of a payout, which has no entry of a customer to correct.
const LOOK_AT_PAYOUT: &[&str] = &["jetpay payouts show PAYMENT_ID"];

/// The command that says that a difference stays as it is.
const ACCEPT: &str = "jetpay reconcile resolve ID --verdict foreign|accepted --reason TEXT";

/// The commands below the results of a kind, which are of operations of payouts, of top-ups, or of both.
pub(super) fn commands(kind: Kind, results: &[&ResultView], sums: &[Sum]) -> Vec<String> {
    let Words {
        commands,
        of_payouts,
        ..
    } = of(kind);
    let payouts = |sum: &&Sum| {
        matches!(
            sum.kind,
            OperationType::Payout | OperationType::PayoutReversal
        )
    };
    let (has_payouts, has_others) = (
        sums.iter().any(|sum| payouts(&sum)),
        sums.iter().any(|sum| !payouts(&sum)),
    );
    let mut all = Vec::new();
    if of_payouts.is_empty() || has_others || !has_payouts {
        all.extend(commands.iter().map(ToString::to_string));
    }
    if has_payouts {
        all.extend(
            of_payouts
                .iter()
                .map(|command| format!("{command}  # for a payout")),
        );
    }
    // What a person says is kept by operation, and a row that cannot be read has none.
    let is_of_operation = |it: &&ResultView| it.finding.operation_id.is_some();
    if kind.is_difference() && results.iter().any(is_of_operation) {
        all.push(ACCEPT.to_owned());
    }
    all
}

pub(super) fn of(kind: Kind) -> Words {
    let nothing_to_do = |meaning| Words {
        meaning,
        advice: "",
        commands: &[],
        of_payouts: &[],
    };
    let compare = |meaning| Words {
        meaning,
        advice: "Ask JetPay which side is right. If yours is wrong, correct the entry.",
        commands: LOOK_AND_CORRECT,
        of_payouts: LOOK_AT_PAYOUT,
    };
    match kind {
        Kind::Matched => nothing_to_do("both sides say the same"),
        Kind::NotFinal => {
            nothing_to_do("the platform has no final status yet, and nothing is recorded")
        }
        Kind::TooFresh => Words {
            meaning: "so late that the other side may still come",
            advice: "Compare the interval again later.",
            commands: &[],
            of_payouts: &[],
        },
        Kind::DeclinedBoth => nothing_to_do("both sides know that it failed"),
        Kind::Foreign => nothing_to_do("a person said before that it is not yours"),
        Kind::Outside => nothing_to_do("outside the interval, or of another project"),
        Kind::ChangedThere => {
            nothing_to_do("a later report has another version; the later one counts")
        }
        Kind::NotCredited => Words {
            meaning: "the platform reports a success, and no entry is recorded",
            advice: "If the payment is pending, apply the platform's signed status. If its callback waits in the inbox or in an \
                     alarm, resolve that.",
            commands: &[
                "jetpay payments confirm PAYMENT_ID --reason TEXT",
                "jetpay inbox resolve PAYMENT_ID --verdict credit --customer ID --amount MINOR_UNITS --reason TEXT",
                "jetpay alarms show SEQ",
            ],
            of_payouts: &[
                "jetpay payouts show PAYMENT_ID",
                "jetpay payouts resolve PAYMENT_ID --as paid --reason TEXT",
            ],
        },
        Kind::NotThere => Words {
            meaning: "an entry is recorded, and the platform does not list the operation",
            advice: "Ask JetPay about the operation at once. If there was no payment, undo the entry.",
            commands: LOOK_AND_CORRECT,
            of_payouts: LOOK_AT_PAYOUT,
        },
        Kind::AmountDiffers => compare("the amounts differ"),
        Kind::CurrencyDiffers => compare("the currencies differ"),
        Kind::PaymentDiffers => compare("the operation belongs to another payment"),
        Kind::TypeDiffers => compare("the types of the operation differ"),
        Kind::TakenBackThere => Words {
            meaning: "the platform took money back or declined, and that is not recorded",
            advice: "Apply the platform's signed status, or look for an alarm about the payment.",
            commands: &[
                "jetpay payments confirm PAYMENT_ID --reason TEXT",
                "jetpay payments show PAYMENT_ID",
            ],
            of_payouts: LOOK_AT_PAYOUT,
        },
        Kind::TakenBackHere => compare(
            "it is recorded that money was taken back, and the platform did not take it back",
        ),
        Kind::TwiceThere => Words {
            meaning: "one operation has two contents in one report",
            advice: "Fetch the report again. If that does not help, ask JetPay.",
            commands: &[],
            of_payouts: &[],
        },
        Kind::TwiceHere => Words {
            meaning: "one operation moved money twice in the ledger, which its rules forbid",
            advice: "Check the ledger, and report this to the authors of jetpay.",
            commands: &["jetpay ledger check"],
            of_payouts: &[],
        },
        Kind::Unreadable => Words {
            meaning: "a row that cannot be read",
            advice: "Correct the map or the file, and compare again.",
            commands: &["jetpay reconcile columns FILE"],
            of_payouts: &[],
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::parse_proposed;

    #[test]
    fn every_command_that_a_report_names_is_one_that_the_command_line_takes() {
        let kinds = Kind::ALL.iter().map(|kind| of(*kind));
        let lines = kinds.flat_map(|words| [words.commands, words.of_payouts].concat());
        for line in lines.chain([ACCEPT]) {
            assert_eq!(parse_proposed(line), Ok(()));
        }
    }

    #[test]
    fn every_difference_says_what_to_do_and_what_is_only_counted_needs_nothing() {
        for kind in Kind::ALL {
            let words = of(*kind);
            assert!(!words.meaning.is_empty());
            if kind.is_difference() {
                assert!(!words.advice.is_empty(), "{kind}");
            }
            if kind.is_only_counted() {
                assert!(
                    words.advice.is_empty() && words.commands.is_empty(),
                    "{kind}"
                );
            }
        }
    }
}
