//! What a merchant does wrong, and where.

use super::web::{Answer, Incoming};
use super::wire::Wire;

/// What a merchant does wrong.
#[derive(Clone, Copy)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// Takes what comes for something else.
    Comes(fn(&mut Incoming)),
    /// Answers some of what comes without looking further.
    Stops(fn(&Incoming) -> Option<Answer>),
    /// Answers otherwise than the right merchant.
    Answers(fn(&Incoming, &mut Answer)),
    /// Does what a callback says before it looks at its signature.
    ActsFirst,
    /// Keeps the books so.
    Books(Slip),
    /// Reads and writes HTTP so.
    Wire(Wire),
}

/// What is done wrong with the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slip {
    /// Every success credits, also a repeated one.
    CreditsRepeats,
    /// A success credits unless the very same bytes have come before.
    KnowsRepeatsByTheirBytes,
    /// A repeated success takes the money back and credits it anew.
    BooksRepeatsAnew,
    /// Every operation credits once, and the payment as often as it has operations.
    CreditsEachOperation,
    /// One operation may credit two payments.
    CreditsTwoPayments,
    /// Looks whether there is a credit, waits, and credits.
    LooksThenCredits,
    /// Credits what was asked for, whatever was paid.
    IgnoresTheAmount,
    /// Credits whatever was paid.
    CreditsWhatCame,
    /// Credits in any currency.
    IgnoresTheCurrency,
    /// Credits what another project has signed.
    IgnoresTheProject,
    /// Looks at `payment.status` alone.
    TrustsThePayment,
    /// Looks at `operation.status` alone.
    TrustsTheOperation,
    /// Looks at the statuses and not at the type of the operation.
    IgnoresTheType,
    /// Credits what is under way.
    CreditsProcessing,
    /// Credits what is partially paid.
    CreditsPartPayments,
    /// Credits before there is a callback.
    CreditsBefore,
    /// Takes every amount from `payment.sum`.
    ReadsThePaymentsSum,
    /// Takes money back when a decline comes.
    DeclineTakesBack,
    /// Takes money back when a decline of the same operation comes.
    DeclineOfTheOperationTakesBack,
    /// An old intermediate callback opens the payment again.
    ProcessingReopens,
    /// A decline is for ever.
    DeclineIsFinal,
    /// Whatever was wrong once stays so.
    WrongIsFinal,
    /// An operation is heard once, whatever its status was.
    HearsAnOperationOnce,
    /// Credits the payer whom the callback names.
    FindsThePayerByCallback,
    /// One payment id for all.
    OneId,
    /// Takes the next number for a payment id, and stores the payment a moment later.
    CountsThenOpens,
    /// Keeps the request that it works at where the next one is put, too.
    SharesItsRequest,
    /// A callback that nobody waits for gives its payment id to the next ``check_deposit``.
    EarlyCallbackNamesTheNext,
    /// An equal ``check_deposit`` gets the id of the one that still waits.
    IdByContent,
    /// Every refund that comes takes money back, also a repeated one.
    RefundsRepeats,
    /// A refund of a part takes all.
    RefundsAll,
    /// The second refund is not heard.
    RefundsOnce,
    /// Refunds are not heard.
    IgnoresRefunds,
    /// Reversals are not heard.
    IgnoresReversals,
    /// A refund counts that was declined.
    TrustsRefunds,
    /// An unknown payment is acknowledged.
    AcknowledgesStrangers,
    /// Nothing is ever credited.
    NeverCredits,
    /// No payment is ever flagged.
    NeverFlags,
    /// A wrong amount is ignored instead of kept.
    NeverQuarantines,
    /// A customer's balance does not grow.
    ForgetsBalances,
    /// A refund does not lower the customer's balance.
    ForgetsRefundsInBalances,
    /// Unknown words are final.
    UnknownIsADecline,
}
