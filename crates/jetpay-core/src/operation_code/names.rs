//! Names for the codes that the five methods' callbacks are known to carry, and for answers of the Gate that decide
//! what becomes of a payout.

use std::borrow::Cow;

use super::OperationCode;

/// Declares a named code, with its number as the first line of its documentation.
macro_rules! names {
    ($($(#[$note:meta])* $name:ident = $code:literal;)+) => {
        /// Codes of top-ups and payouts by name.
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
    /// carried out.
    SUCCESS = "0";
    /// a request with this payment id was accepted before.
    PAYMENT_ID_EXISTS = "3041";
    /// the platform has no such payment.
    UNKNOWN_PAYMENT = "3061";
    /// the same customer and amount are in flight.
    SAME_IN_FLIGHT = "3613";
    /// the provider declined and gave no reason.
    DECLINED = "20000";
    /// a provider further on declined.
    DECLINED_BY_PROVIDER = "20100";
    /// a limit on the amount or the frequency.
    LIMIT_REACHED = "20101";
    /// the payer's account data is wrong.
    WRONG_ACCOUNT = "20102";
    /// the payer's account lacks the money.
    NO_FUNDS = "20105";
    /// the provider cannot be used at present.
    PROVIDER_UNAVAILABLE = "20202";
    /// the payer called it off.
    CANCELED_BY_PAYER = "20301";
    /// the payer paid another amount than was asked for.
    WRONG_AMOUNT_PAID = "20304";
    /// the provider took too long.
    TIMED_OUT = "20602";
    /// a notification did not arrive.
    NOTIFICATION_NOT_DELIVERED = "20604";
    /// the merchant, so *we*, declined.
    DECLINED_BY_MERCHANT = "30000";
    /// the merchant declined and the platform does not know why.
    DECLINED_BY_MERCHANT_UNEXPLAINED = "30100";
    /// the merchant's answer did not confirm the payment.
    MERCHANT_DID_NOT_CONFIRM = "30301";
    /// the merchant's answer did not come.
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
