//! A program cannot make an unknown word, so an unknown word is never a known one.
//! error: private fields

use jetpay_core::status::{PaymentStatus, UnknownWord};

pub fn status() -> (PaymentStatus, Option<UnknownWord>) {
    #[cfg(not(wrong))]
    return (PaymentStatus::from("success"), None);
    #[cfg(wrong)]
    return (PaymentStatus::Other(UnknownWord("success".into())), None);
}
