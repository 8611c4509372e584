//! Faults in the ledger: what is credited, and how often.

use super::{Broken, LedgerFault};

pub(super) static ALL: &[Broken] = &[
    Broken::slips(
        "credits-repeats",
        "Every success credits, even a repeated one.",
        LedgerFault::CreditsRepeats,
        &[
            "callback-repeated",
            "callback-at-once",
            "callback-repeated-later",
        ],
    ),
    Broken::slips(
        "knows-repeats-by-bytes",
        "Recognises a repeated success by its bytes, although its date differs.",
        LedgerFault::KnowsRepeatsByTheirBytes,
        &["callback-repeated-later"],
    ),
    Broken::slips(
        "books-repeats-anew",
        "A repeated success reverses the credit and credits again.",
        LedgerFault::PostsRepeatsAgain,
        &["callback-repeated", "callback-repeated-later"],
    ),
    Broken::slips(
        "credits-each-operation",
        "Each operation credits once, so a payment is credited for each of its operations.",
        LedgerFault::CreditsEachOperation,
        &["callback-second-success", "callback-at-once-different"],
    ),
    Broken::slips(
        "one-operation-two-payments",
        "Does not remember the operation, so it credits a second payment.",
        LedgerFault::CreditsTwoPayments,
        &["callback-same-operation"],
    )
    .advised_against(),
    Broken::slips(
        "looks-then-credits",
        "Looks for a credit and credits a moment later, without a lock.",
        LedgerFault::LooksThenCredits,
        &["callback-at-once", "callback-at-once-different"],
    ),
    Broken::slips(
        "ignores-amount",
        "Credits the announced amount, whatever was paid.",
        LedgerFault::IgnoresTheAmount,
        &["callback-other-amount"],
    ),
    Broken::slips(
        "credits-what-came",
        "Credits whatever amount the callback has.",
        LedgerFault::CreditsWhatCame,
        &["callback-other-amount"],
    ),
    Broken::slips(
        "ignores-currency",
        "Credits dollars as tenge.",
        LedgerFault::IgnoresTheCurrency,
        &["callback-other-currency", "callback-refund-odd-amount"],
    ),
    Broken::slips(
        "ignores-project",
        "Credits a payment of one project that another project signed.",
        LedgerFault::IgnoresTheProject,
        &["callback-other-project", "callback-refund-other-project"],
    ),
    Broken::slips(
        "trusts-payment-status",
        "Credits on payment.status alone.",
        LedgerFault::TrustsThePayment,
        &[
            "callback-failed-operation",
            "callback-unknown-type",
            "callback-success-without-operation",
        ],
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
        &[
            "callback-unknown-success",
            "callback-unknown-type",
            "callback-unknown-success-acknowledged",
        ],
    ),
    Broken::slips(
        "unknown-is-final",
        "Closes a payment for ever at an unknown word, and at a callback without an operation.",
        LedgerFault::UnknownIsFinal,
        &["callback-unknown-success", "callback-success-after-report"],
    ),
    Broken::slips(
        "credits-processing",
        "Credits a payment in progress.",
        LedgerFault::CreditsProcessing,
        &["callback-processing"],
    ),
    Broken::slips(
        "credits-part-payments",
        "Credits the full amount of a partially paid payment.",
        LedgerFault::CreditsPartPayments,
        &["callback-partially-paid"],
    ),
    Broken::slips(
        "credits-before",
        "Credits at check_deposit, before the payment.",
        LedgerFault::CreditsBefore,
        &["deposit-pending", "callback-decline"],
    ),
    Broken::slips(
        "reads-payment-sum",
        "Reads amounts from payment.sum, which changes with refunds.",
        LedgerFault::ReadsThePaymentsSum,
        &["callback-payment-sum", "callback-refund-partial"],
    ),
    Broken::slips(
        "decline-takes-back",
        "Reverses the credit when a decline follows a success.",
        LedgerFault::DeclineTakesBack,
        &[
            "callback-decline-after-success",
            "callback-other-decline-after-success",
        ],
    ),
    Broken::slips(
        "decline-of-operation-takes-back",
        "Reverses the credit when its operation is declined.",
        LedgerFault::DeclineOfTheOperationTakesBack,
        &["callback-decline-after-success"],
    ),
    Broken::slips(
        "processing-reopens",
        "An old processing callback reopens the payment, and the next repeat credits again.",
        LedgerFault::ProcessingReopens,
        &["callback-processing-after-success"],
    ),
    Broken::slips(
        "decline-is-final",
        "Ignores a success after a decline.",
        LedgerFault::DeclineIsFinal,
        &[
            "callback-success-after-decline",
            "callback-success-after-report",
        ],
    ),
    Broken::slips(
        "wrong-is-final",
        "Ignores the right success after a wrong one.",
        LedgerFault::WrongIsFinal,
        &["callback-success-after-quarantine"],
    ),
    Broken::slips(
        "hears-an-operation-once",
        "Recognises an operation by its id only, so its success after processing is ignored.",
        LedgerFault::HearsAnOperationOnce,
        &["callback-success-after-processing"],
    ),
    Broken::slips(
        "payer-by-callback",
        "Finds the customer by customer.id and account.number of the callback.",
        LedgerFault::FindsThePayerByCallback,
        &["callback-account"],
    ),
    Broken::slips(
        "one-id",
        "Gives every payment the same id.",
        LedgerFault::OneId,
        &["deposit-twice", "deposit-at-once"],
    ),
    Broken::slips(
        "id-by-content",
        "Gives an equal check_deposit the id of the pending one.",
        LedgerFault::IdByContent,
        &["deposit-twice"],
    ),
    Broken::slips(
        "refunds-repeats",
        "A repeated refund takes the money back twice.",
        LedgerFault::RefundsRepeats,
        &["callback-refund-repeated"],
    ),
    Broken::slips(
        "refunds-all",
        "A partial refund takes the full amount back.",
        LedgerFault::RefundsAll,
        &["callback-refund-partial", "callback-refund-rest"],
    ),
    Broken::slips(
        "refunds-once",
        "Ignores the second refund of a payment.",
        LedgerFault::RefundsOnce,
        &["callback-refund-rest"],
    ),
    Broken::slips(
        "refunds-unless-declined",
        "Takes a refund back unless it was declined.",
        LedgerFault::RefundsUnlessDeclined,
        &["callback-refund-declined"],
    ),
    Broken::slips(
        "refunds-no-parts",
        "Ignores partial refunds, and processes full ones.",
        LedgerFault::RefundsNoParts,
        &["callback-refund-partial", "callback-refund-rest"],
    ),
    Broken::slips(
        "refunds-before-the-sale",
        "Takes an early refund from the customer before the sale is credited.",
        LedgerFault::RefundsBeforeTheSale,
        &["callback-refund-before-sale"],
    ),
    Broken::slips(
        "refunds-below-zero",
        "Refunds a negative amount, which gives the customer money.",
        LedgerFault::RefundsBelowZero,
        &["callback-refund-odd-amount"],
    ),
    Broken::slips(
        "loses-early-refunds",
        "Ignores a refund that comes before its sale.",
        LedgerFault::LosesEarlyRefunds,
        &["callback-refund-before-sale"],
    ),
    Broken::slips(
        "forgets-what-is-left",
        "Compares a refund with the announced amount, so a second full refund counts.",
        LedgerFault::ForgetsWhatIsLeft,
        &["callback-refund-second"],
    ),
    Broken::slips(
        "refunds-too-much",
        "Refunds more than the payer paid.",
        LedgerFault::RefundsTooMuch,
        &["callback-refund-too-large"],
    ),
    Broken::slips(
        "ignores-reversed-refunds",
        "Ignores a refund that the platform reversed.",
        LedgerFault::IgnoresReversedRefunds,
        &["callback-refund-reversed"],
    ),
    Broken::slips(
        "trusts-reversed-refunds",
        "Gives back what a reversed refund names, each time and without a refund.",
        LedgerFault::TrustsReversedRefunds,
        &[
            "callback-refund-reverse-too-large",
            "callback-refund-repeated",
        ],
    ),
    Broken::slips(
        "ignores-refunds",
        "Ignores refunds.",
        LedgerFault::IgnoresRefunds,
        &["callback-refund"],
    )
    .advised_against(),
    Broken::slips(
        "ignores-reversals",
        "Ignores reversals.",
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
        "Acknowledges callbacks of unknown payments, so they are never repeated.",
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
        "Processes an unknown status as a decline, which it considers final.",
        LedgerFault::UnknownIsADecline,
        &["callback-unknown-status"],
    )
    .as_service(),
];
