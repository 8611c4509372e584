//! What must hold for whatever bytes arrive: one function a property, which panics when it does not.
//!
//! The fuzz targets in `fuzz/` call these and nothing else; on a stable toolchain the tests of this crate call them
//! with the corpora that fuzzing left. So what a fuzzer found stays found, without a fuzzer.
//!
//! Each function says what the bytes came to, so that a test can see that a corpus reaches all there is.
//!
//! # Panics
//! Everything here panics when a property does not hold: that is what it is for.

mod canonical;
mod ledger;
mod typed;

pub use canonical::canonical;
pub use ledger::{Tally, ledger};
pub use typed::{Read, typed};

use std::sync::LazyLock;

use jetpay_core::signature::Key;
use jetpay_core::{Keyring, Project};

/// The test secret of all fixtures.
const SECRET: &str = "secret";

static KEY: LazyLock<Key> = LazyLock::new(|| Key::new(SECRET).expect("the secret is not empty"));

/// The projects of the documents' examples.
static KEYRING: LazyLock<Keyring> = LazyLock::new(|| {
    let projects = [35_u64, 111, 238, 1234].map(project);
    Keyring::new(projects).expect("no project stands twice")
});

fn project(id: u64) -> Project {
    Project::new(id, SECRET).expect("the secret is not empty")
}
