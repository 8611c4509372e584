//! The commands with which a person goes on from results of each kind.

use jetpay_core::status::OperationType;
use jetpay_reconcile::{Kind, Sum};

use crate::reconcile::view::ResultView;

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
    let (commands, of_payouts) = of(kind);
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

/// The commands for results of a kind, and those for an operation of a payout, if they are others.
const fn of(kind: Kind) -> (&'static [&'static str], &'static [&'static str]) {
    match kind {
        Kind::Matched
        | Kind::NotFinal
        | Kind::TooFresh
        | Kind::DeclinedBoth
        | Kind::Foreign
        | Kind::Outside
        | Kind::ChangedThere
        | Kind::TwiceThere => (&[], &[]),
        Kind::NotCredited => (
            &[
                "jetpay payments confirm PAYMENT_ID --reason TEXT",
                "jetpay inbox resolve PAYMENT_ID --verdict credit --customer ID --amount MINOR_UNITS --reason TEXT",
                "jetpay alarms show SEQ",
            ],
            &[
                "jetpay payouts show PAYMENT_ID",
                "jetpay payouts resolve PAYMENT_ID --as paid --reason TEXT",
            ],
        ),
        Kind::NotThere
        | Kind::AmountDiffers
        | Kind::CurrencyDiffers
        | Kind::PaymentDiffers
        | Kind::TypeDiffers
        | Kind::TakenBackHere => (LOOK_AND_CORRECT, LOOK_AT_PAYOUT),
        Kind::TakenBackThere => (
            &[
                "jetpay payments confirm PAYMENT_ID --reason TEXT",
                "jetpay payments show PAYMENT_ID",
            ],
            LOOK_AT_PAYOUT,
        ),
        Kind::TwiceHere => (&["jetpay ledger check"], &[]),
        Kind::Unreadable => (&["jetpay reconcile columns FILE"], &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::parse_proposed;

    #[test]
    fn every_command_that_a_report_names_is_one_that_the_command_line_takes() {
        let kinds = Kind::ALL.iter().map(|kind| of(*kind));
        let lines = kinds.flat_map(|(commands, of_payouts)| [commands, of_payouts].concat());
        for line in lines.chain([ACCEPT]) {
            assert_eq!(parse_proposed(line), Ok(()));
        }
    }
}
