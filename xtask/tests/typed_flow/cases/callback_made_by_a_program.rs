//! A program cannot make a callback, nor put a part of one into another. It can only receive one.
//! error: cannot create non-exhaustive struct

use jetpay_core::Callback;

pub fn remake(callback: Callback, other: Callback) {
    #[cfg(not(wrong))]
    drop((callback.operation, other));
    #[cfg(wrong)]
    drop(Callback { operation: callback.operation, ..other });
}
