//! The platform over real HTTP: top-ups and traffic against a small merchant, the simulated Gate, and the simulated billing.

mod billing;
mod data_api;
mod gate;
#[path = "../merchant/mod.rs"]
mod merchant;
mod receiver;
mod top_up;
mod traffic;

use jetpay_core::signature::Key;
use jetpay_core::{Keyring, Project};
use jetpay_platform::Platform;
use merchant::{Fault, TestMerchant, customers, serve};

fn platform(url: &str) -> Platform {
    Platform::new(url, 1234, Key::new("secret").unwrap())
}

/// The URL of a right merchant.
fn right_merchant() -> String {
    let keyring = Keyring::from(Project::new(1234, "secret").unwrap());
    serve(TestMerchant::new(Fault::None, customers()), keyring)
}
