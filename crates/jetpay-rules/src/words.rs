//! Closed sets of words: one spelling in JSON, in a database and in Rust.

use jetpay_core::status::OperationType;
use thiserror::Error;

/// The text is not a word of the set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an unknown word")]
#[expect(
    clippy::exhaustive_structs,
    reason = "it has nothing to say; closed_words makes it in other crates"
)]
pub struct UnknownWord;

/// Declares an enum whose variants are words, with `ALL`, `as_str`, `FromStr`, `Display` and serde.
#[doc(hidden)]
#[macro_export]
macro_rules! closed_words {
    ($(#[$about:meta])* $name:ident { $($(#[$note:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$note])* $variant,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word, as JSON has it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::UnknownWord),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
                word.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

closed_words! {
    /// The state of a payment.
    #[expect(clippy::exhaustive_enums, reason = "a program that stores it must handle every state")]
    PaymentState {
        /// Announced, without an outcome. If no callback comes, it stays pending for ever.
        Pending = "pending",
        /// The customer has all the money that was credited.
        Credited = "credited",
        /// The platform declined it. A later success still credits it.
        Declined = "declined",
        /// A callback did not fit the payment, and an operator must look at it. A success that fits still credits it.
        Quarantined = "quarantined",
        /// A part of the money was taken back.
        PartiallyRefunded = "partially_refunded",
        /// All the money was taken back; the last part by a refund.
        Refunded = "refunded",
        /// All the money was taken back; the last part by a reversal, a manual change or an operator's correction.
        Reversed = "reversed",
    }
}

impl PaymentState {
    /// Whether the customer was ever credited.
    #[must_use]
    pub const fn was_credited(self) -> bool {
        match self {
            Self::Pending | Self::Declined | Self::Quarantined => false,
            Self::Credited | Self::PartiallyRefunded | Self::Refunded | Self::Reversed => true,
        }
    }
}

closed_words! {
    /// What happened to an event: store it with the event.
    ///
    /// [`decide`](crate::decide) gives one of the first four. The last two are for events that arrive before their
    /// payment is recorded.
    #[expect(clippy::exhaustive_enums, reason = "a program that stores it must handle every status")]
    EventStatus {
        /// It moved money or changed the payment's state.
        Applied = "applied",
        /// It changed nothing.
        Noted = "noted",
        /// A compensation that waits for the payment's credit.
        Early = "early",
        /// It does not fit the payment.
        Quarantined = "quarantined",
        /// It waits in the inbox: no payment has its id.
        Unmatched = "unmatched",
        /// An operator said that the payment is not ours. If the payment is recorded later, the event is decided then.
        Dismissed = "dismissed",
    }
}

closed_words! {
    /// What moved the money.
    #[expect(clippy::exhaustive_enums, reason = "an entry whose kind is left out would be money lost")]
    EntryKind {
        /// A sale: plus. A payment has at most one.
        Credit = "credit",
        /// An operator credited an operation that did not fit the payment: plus.
        ManualCredit = "manual_credit",
        /// Minus.
        Refund = "refund",
        /// Minus.
        Reversal = "reversal",
        /// A refund that the platform reversed: plus.
        RefundReverse = "refund_reverse",
        /// The platform's staff declared the payment failed: minus all that remained.
        ManualChange = "manual_change",
        /// An operator undid another entry: its amount with the other sign. An entry is corrected at most once.
        Correction = "correction",
    }
}

impl EntryKind {
    /// The kind of the entry that a successful operation of this type makes; none if its success moves no money of a top-up.
    #[must_use]
    pub const fn of(kind: &OperationType) -> Option<Self> {
        match kind {
            OperationType::Sale => Some(Self::Credit),
            OperationType::Refund => Some(Self::Refund),
            OperationType::Reversal => Some(Self::Reversal),
            OperationType::RefundReverse => Some(Self::RefundReverse),
            OperationType::ManualChange => Some(Self::ManualChange),
            _ => None,
        }
    }

    /// Whether it gives the customer money that the payer paid.
    #[must_use]
    pub const fn is_credit(self) -> bool {
        matches!(self, Self::Credit | Self::ManualCredit)
    }
}

/// Declares an enum of the alarms that the rules raise, and of more behind them.
#[doc(hidden)]
#[macro_export]
macro_rules! alarm_words {
    ($(#[$about:meta])* $name:ident { $($(#[$note:meta])* $variant:ident = $word:literal,)* }) => {
        $crate::closed_words! {
            $(#[$about])*
            $name {
                /// The callback's project is not the payment's.
                ProjectDiffers = "project_differs",
                /// The callback's amount is not the payment's, or is not possible.
                AmountDiffers = "amount_differs",
                /// The callback's currency is not the payment's.
                CurrencyDiffers = "currency_differs",
                /// The payer paid less than the merchant asked for.
                PartiallyPaid = "partially_paid",
                /// A second sale of one payment succeeded: perhaps the payer paid twice.
                SecondSale = "second_sale",
                /// A decline came after the credit: ask the platform for the payment's status.
                DeclineAfterCredit = "decline_after_credit",
                /// The sale succeeded, but the payment's status is not success, and the payment is not credited.
                SaleWithoutSuccess = "sale_without_success",
                /// A refund or reversal of more than remains, or a reversed refund that was never made.
                CompensationTooLarge = "compensation_too_large",
                /// The platform's staff changed the payment manually.
                ManualChange = "manual_change",
                /// A payout's callback has the id of a top-up.
                PayoutForTopUp = "payout_for_top_up",
                /// The operation has already moved the money of another payment.
                OperationOfAnotherPayment = "operation_of_another_payment",
                /// An operation succeeded that moves money and that a top-up should not have.
                UnexpectedOperation = "unexpected_operation",
                /// The payment's status is success, and the payment is not credited: the operation is absent, did not
                /// succeed, or is unknown here.
                SuccessNotCredited = "success_not_credited",
                /// An operation of a type or status that is unknown here succeeded, or one without an id or amount; or the
                /// status of a credited payment says that money went back, or is unknown here, and no operation says what
                /// happened. Nothing was done about it.
                UnknownOperation = "unknown_operation",
                /// The credit would make the customer's balance larger than 64 bits hold.
                BalanceOverflow = "balance_overflow",
                /// The event came again with another type, amount or currency.
                ContradictoryRepeat = "contradictory_repeat",
                $($(#[$note])* $variant = $word,)*
            }
        }
    };
}

alarm_words! {
    /// Why an operator must look at a payment.
    #[non_exhaustive]
    AlarmKind {}
}
