//! A program cannot read a message before it verifies the signature.
//! error: no method named `read` found

use jetpay_core::message::{Received, Request};
use jetpay_core::{Keyring, Rejection};
use jetpay_kaspi::Kaspi;

pub fn read(received: Received<'_>, keyring: &Keyring) -> Result<Request<Kaspi>, Rejection> {
    #[cfg(not(wrong))]
    return received.authenticate(keyring)?.read::<Kaspi>();
    #[cfg(wrong)]
    return received.read::<Kaspi>();
}
