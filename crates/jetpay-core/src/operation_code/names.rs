//! Names of the codes that callbacks of the five methods carry, and of the Gate's codes that decide about a payout.

use std::borrow::Cow;

use super::OperationCode;

/// Declares named codes. The documentation of each begins with its number.
macro_rules! names {
    ($($(#[$note:meta])* $name:ident = $code:literal;)+) => {
        /// Named codes of top-ups and payouts.
        impl OperationCode {
            $(
                #[doc = concat!("`", $code, "`: ")]
                $(#[$note])*
                pub const $name: Self = Self(Cow::Borrowed($code));
            )+
        }

        #[cfg(test)]
        const NAMED: &[OperationCode] = &[$(OperationCode::$name),+];
    };
}

names! {
    /// the operation succeeded.
    SUCCESS = "0";
    /// the platform accepted a request with this payment id before.
    PAYMENT_ID_EXISTS = "3041";
    /// the platform has no such payment.
    UNKNOWN_PAYMENT = "3061";
    /// an operation with the same customer and amount is in progress.
    SAME_IN_FLIGHT = "3613";
    /// the provider declined and gave no reason.
    DECLINED = "20000";
    /// another provider in the chain declined.
    DECLINED_BY_PROVIDER = "20100";
    /// a limit on the amount or the frequency is reached.
    LIMIT_REACHED = "20101";
    /// the payer's account data is wrong.
    WRONG_ACCOUNT = "20102";
    /// the payer's account does not have enough money.
    NO_FUNDS = "20105";
    /// the provider is unavailable at present.
    PROVIDER_UNAVAILABLE = "20202";
    /// the payer cancelled the operation.
    CANCELED_BY_PAYER = "20301";
    /// the payer paid a wrong amount.
    WRONG_AMOUNT_PAID = "20304";
    /// the provider took too long.
    TIMED_OUT = "20602";
    /// a notification did not arrive.
    NOTIFICATION_NOT_DELIVERED = "20604";
    /// the merchant declined.
    DECLINED_BY_MERCHANT = "30000";
    /// the merchant declined, and the platform does not know why.
    DECLINED_BY_MERCHANT_UNEXPLAINED = "30100";
    /// the merchant's response did not confirm the payment.
    MERCHANT_DID_NOT_CONFIRM = "30301";
    /// the merchant did not respond.
    MERCHANT_DID_NOT_ANSWER = "30302";
    /// the merchant confirmed another amount or currency.
    CONFIRMED_DIFFERENTLY = "30303";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_code_is_known_and_named_once() {
        assert_eq!(NAMED.len(), 19);
        for (index, code) in NAMED.iter().enumerate() {
            assert!(code.known().is_some(), "{code}");
            assert!(!NAMED[..index].contains(code), "{code}");
        }
    }
}
