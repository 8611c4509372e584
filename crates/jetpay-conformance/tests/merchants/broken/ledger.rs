//! Faults in the ledger: what is credited, and how often.

use super::{Broken, slip};
use crate::merchant::LedgerFault;

pub(super) static ALL: &[Broken] = &[
    slip(LedgerFault::CreditsRepeats).fails(&[
        "callback-repeated",
        "callback-at-once",
        "callback-repeated-later",
    ]),
    slip(LedgerFault::KnowsRepeatsByBytes).fails(&["callback-repeated-later"]),
    slip(LedgerFault::BooksRepeatsAnew).fails(&["callback-repeated", "callback-repeated-later"]),
    slip(LedgerFault::CreditsEachOperation)
        .fails(&["callback-second-success", "callback-at-once-different"]),
    slip(LedgerFault::OneOperationTwoPayments).fails(&["callback-same-operation"]),
    slip(LedgerFault::LooksThenCredits).fails(&["callback-at-once", "callback-at-once-different"]),
    slip(LedgerFault::IgnoresAmount).fails(&["callback-other-amount"]),
    slip(LedgerFault::CreditsWhatCame).fails(&["callback-other-amount"]),
    slip(LedgerFault::IgnoresCurrency)
        .fails(&["callback-other-currency", "callback-refund-odd-amount"]),
    slip(LedgerFault::IgnoresProject)
        .fails(&["callback-other-project", "callback-refund-other-project"]),
    slip(LedgerFault::TrustsPaymentStatus).fails(&[
        "callback-failed-operation",
        "callback-unknown-type",
        "callback-success-without-operation",
    ]),
    slip(LedgerFault::TrustsOperationStatus).fails(&["callback-payment-under-way"]),
    slip(LedgerFault::IgnoresType).fails(&[
        "callback-unknown-success",
        "callback-unknown-type",
        "callback-unknown-success-acknowledged",
    ]),
    slip(LedgerFault::UnknownIsFinal)
        .fails(&["callback-unknown-success", "callback-success-after-report"]),
    slip(LedgerFault::CreditsProcessing).fails(&["callback-processing"]),
    slip(LedgerFault::CreditsPartPayments)
        .fails(&["callback-partially-paid", "callback-other-amount"]),
    slip(LedgerFault::CreditsBefore).fails(&["deposit-pending", "callback-decline"]),
    slip(LedgerFault::ReadsPaymentSum).fails(&["callback-payment-sum", "callback-refund-partial"]),
    slip(LedgerFault::DeclineTakesBack).fails(&[
        "callback-decline-after-success",
        "callback-other-decline-after-success",
    ]),
    slip(LedgerFault::DeclineOfOperationTakesBack).fails(&["callback-decline-after-success"]),
    slip(LedgerFault::ProcessingReopens).fails(&["callback-processing-after-success"]),
    slip(LedgerFault::DeclineIsFinal).fails(&[
        "callback-success-after-decline",
        "callback-success-after-report",
    ]),
    slip(LedgerFault::WrongIsFinal).fails(&["callback-success-after-quarantine"]),
    slip(LedgerFault::HearsAnOperationOnce).fails(&["callback-success-after-processing"]),
    slip(LedgerFault::PayerByCallback).fails(&["callback-account"]),
    slip(LedgerFault::OneId).fails(&["deposit-twice", "deposit-at-once"]),
    slip(LedgerFault::IdByContent).fails(&["deposit-twice"]),
    slip(LedgerFault::RefundsRepeats).fails(&["callback-refund-repeated"]),
    slip(LedgerFault::RefundsAll).fails(&["callback-refund-partial", "callback-refund-rest"]),
    slip(LedgerFault::RefundsOnce).fails(&["callback-refund-rest"]),
    slip(LedgerFault::RefundsUnlessDeclined).fails(&["callback-refund-declined"]),
    slip(LedgerFault::RefundsNoParts).fails(&["callback-refund-partial", "callback-refund-rest"]),
    slip(LedgerFault::RefundsBeforeTheSale).fails(&["callback-refund-before-sale"]),
    slip(LedgerFault::RefundsBelowZero).fails(&["callback-refund-odd-amount"]),
    slip(LedgerFault::LosesEarlyRefunds).fails(&["callback-refund-before-sale"]),
    slip(LedgerFault::ForgetsWhatIsLeft).fails(&["callback-refund-second"]),
    slip(LedgerFault::RefundsTooMuch).fails(&["callback-refund-too-large"]),
    slip(LedgerFault::IgnoresReversedRefunds).fails(&["callback-refund-reversed"]),
    slip(LedgerFault::TrustsReversedRefunds).fails(&[
        "callback-refund-reverse-too-large",
        "callback-refund-repeated",
    ]),
    slip(LedgerFault::IgnoresRefunds).fails(&["callback-refund"]),
    slip(LedgerFault::IgnoresReversals).fails(&["callback-reversal"]),
    slip(LedgerFault::TrustsRefunds).fails(&["callback-refund-declined"]),
    slip(LedgerFault::AcknowledgesStrangers).fails(&[
        "callback-unknown-payment",
        "callback-payout",
        "callback-odd-unknown-payment",
    ]),
    slip(LedgerFault::NeverCredits).fails(&["callback-success", "callback-words"]),
    slip(LedgerFault::UnknownWordIsADecline)
        .as_service()
        .fails(&["callback-unknown-status"]),
];
