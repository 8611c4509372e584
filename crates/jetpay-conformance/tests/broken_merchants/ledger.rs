//! The books: who credits what, and how often.

use super::{Broken, LedgerFault};

pub(super) static ALL: &[Broken] = &[
    Broken::slips(
        "credits-repeats",
        "Every success that comes credits, also a repeated one.",
        LedgerFault::CreditsRepeats,
        &[
            "callback-repeated",
            "callback-at-once",
            "callback-repeated-later",
        ],
    ),
    Broken::slips(
        "knows-repeats-by-bytes",
        "A repeated success is known by its bytes, and the date in it differs.",
        LedgerFault::KnowsRepeatsByTheirBytes,
        &["callback-repeated-later"],
    ),
    Broken::slips(
        "books-repeats-anew",
        "A repeated success takes the money back and credits it anew, so that it was credited twice.",
        LedgerFault::PostsRepeatsAgain,
        &["callback-repeated", "callback-repeated-later"],
    ),
    Broken::slips(
        "credits-each-operation",
        "Each operation credits once, so that a payment credits as often as it has operations.",
        LedgerFault::CreditsEachOperation,
        &["callback-second-success", "callback-at-once-different"],
    ),
    Broken::slips(
        "one-operation-two-payments",
        "The operation is not remembered, so that it credits a second payment.",
        LedgerFault::CreditsTwoPayments,
        &["callback-same-operation"],
    )
    .advised_against(),
    Broken::slips(
        "looks-then-credits",
        "Looks whether there is a credit and credits a moment later, without a lock.",
        LedgerFault::LooksThenCredits,
        &["callback-at-once", "callback-at-once-different"],
    ),
    Broken::slips(
        "ignores-amount",
        "Credits what was asked for, whatever was paid.",
        LedgerFault::IgnoresTheAmount,
        &["callback-other-amount"],
    ),
    Broken::slips(
        "credits-what-came",
        "Credits whatever amount the callback says.",
        LedgerFault::CreditsWhatCame,
        &["callback-other-amount"],
    ),
    Broken::slips(
        "ignores-currency",
        "Credits dollars as tenge.",
        LedgerFault::IgnoresTheCurrency,
        &["callback-other-currency"],
    ),
    Broken::slips(
        "ignores-project",
        "Credits a payment of one project because another one has signed it.",
        LedgerFault::IgnoresTheProject,
        &["callback-other-project"],
    ),
    Broken::slips(
        "trusts-payment-status",
        "Credits on payment.status alone.",
        LedgerFault::TrustsThePayment,
        &["callback-failed-operation", "callback-unknown-type"],
    ),
    Broken::slips(
        "trusts-operation-status",
        "Credits on operation.status alone.",
        LedgerFault::TrustsTheOperation,
        &["callback-payment-under-way"],
    ),
    Broken::slips(
        "ignores-type",
        "Credits successful operations of any type.",
        LedgerFault::IgnoresTheType,
        &["callback-unknown-type"],
    )
    .advised_against(),
    Broken::slips(
        "credits-processing",
        "Credits a payment that is under way.",
        LedgerFault::CreditsProcessing,
        &["callback-processing"],
    ),
    Broken::slips(
        "credits-part-payments",
        "Credits the whole amount of what is partially paid.",
        LedgerFault::CreditsPartPayments,
        &["callback-partially-paid"],
    ),
    Broken::slips(
        "credits-before",
        "Credits with check_deposit, before anything is paid.",
        LedgerFault::CreditsBefore,
        &["deposit-pending", "callback-decline"],
    ),
    Broken::slips(
        "reads-payment-sum",
        "Takes amounts from payment.sum, which includes what was refunded.",
        LedgerFault::ReadsThePaymentsSum,
        &["callback-payment-sum", "callback-refund-partial"],
    ),
    Broken::slips(
        "decline-takes-back",
        "Takes the money back when a decline follows a success.",
        LedgerFault::DeclineTakesBack,
        &[
            "callback-decline-after-success",
            "callback-other-decline-after-success",
        ],
    ),
    Broken::slips(
        "decline-of-operation-takes-back",
        "Takes the money back when the operation that has credited is declined.",
        LedgerFault::DeclineOfTheOperationTakesBack,
        &["callback-decline-after-success"],
    ),
    Broken::slips(
        "processing-reopens",
        "An old intermediate callback opens the payment again, and the next repeat credits again.",
        LedgerFault::ProcessingReopens,
        &["callback-processing-after-success"],
    ),
    Broken::slips(
        "decline-is-final",
        "Ignores a success after a decline.",
        LedgerFault::DeclineIsFinal,
        &["callback-success-after-decline"],
    ),
    Broken::slips(
        "wrong-is-final",
        "Ignores the right success after a wrong one.",
        LedgerFault::WrongIsFinal,
        &["callback-success-after-quarantine"],
    ),
    Broken::slips(
        "hears-an-operation-once",
        "Knows an operation by its id, so that its success after processing is not heard.",
        LedgerFault::HearsAnOperationOnce,
        &["callback-success-after-processing"],
    ),
    Broken::slips(
        "payer-by-callback",
        "Finds the payer by customer.id and account.number of the callback.",
        LedgerFault::FindsThePayerByCallback,
        &["callback-account"],
    ),
    Broken::slips(
        "one-id",
        "Has one payment id for all.",
        LedgerFault::OneId,
        &["deposit-twice", "deposit-at-once"],
    ),
    Broken::slips(
        "id-by-content",
        "An equal check_deposit gets the payment id of the one that still waits.",
        LedgerFault::IdByContent,
        &["deposit-twice"],
    ),
    Broken::slips(
        "refunds-repeats",
        "A refund that comes twice takes the money back twice.",
        LedgerFault::RefundsRepeats,
        &["callback-refund-repeated"],
    ),
    Broken::slips(
        "refunds-all",
        "A refund of a part takes all back.",
        LedgerFault::RefundsAll,
        &["callback-refund-partial", "callback-refund-rest"],
    ),
    Broken::slips(
        "refunds-once",
        "The second refund of a payment is not heard.",
        LedgerFault::RefundsOnce,
        &["callback-refund-rest"],
    ),
    Broken::slips(
        "ignores-refunds",
        "Never takes money back for a refund.",
        LedgerFault::IgnoresRefunds,
        &["callback-refund"],
    )
    .advised_against(),
    Broken::slips(
        "ignores-reversals",
        "Never takes money back for a reversal.",
        LedgerFault::IgnoresReversals,
        &["callback-reversal"],
    )
    .advised_against(),
    Broken::slips(
        "trusts-refunds",
        "A declined refund takes the money back.",
        LedgerFault::TrustsRefunds,
        &["callback-refund-declined"],
    ),
    Broken::slips(
        "acknowledges-strangers",
        "Acknowledges callbacks of payments that it does not know, so that they never come again.",
        LedgerFault::AcknowledgesStrangers,
        &[
            "callback-unknown-payment",
            "callback-payout",
            "callback-odd-unknown-payment",
        ],
    )
    .advised_against(),
    Broken::slips(
        "never-credits",
        "Acknowledges a success and credits nothing.",
        LedgerFault::NeverCredits,
        &["callback-success", "callback-words"],
    ),
    Broken::slips(
        "unknown-word-is-a-decline",
        "Takes an unknown status for a decline, and a decline for final.",
        LedgerFault::UnknownIsADecline,
        &["callback-unknown-status"],
    )
    .strictly(),
];
