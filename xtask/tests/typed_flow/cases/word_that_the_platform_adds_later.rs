//! A program must handle words that a later version knows.
//! error: non-exhaustive patterns

use jetpay_core::status::PaymentType;

pub fn is_payout(kind: PaymentType) -> bool {
    match kind {
        PaymentType::Payout => true,
        PaymentType::Purchase => false,
        PaymentType::Other(_) => false,
        #[cfg(not(wrong))]
        _ => false,
    }
}
