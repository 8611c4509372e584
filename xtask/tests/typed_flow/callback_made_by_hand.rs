//! A callback cannot be written down, only received; nor can its parts be put into another.
//! error: cannot create non-exhaustive struct

use jetpay_core::Callback;

pub fn remake(callback: Callback, other: Callback) {
    #[cfg(not(wrong))]
    drop((callback.operation, other));
    #[cfg(wrong)]
    drop(Callback { operation: callback.operation, ..other });
}
