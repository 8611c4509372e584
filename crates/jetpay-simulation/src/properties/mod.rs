//! Properties that hold for any bytes. Each property is a function that panics if the property does not hold.
//!
//! The fuzz targets in `fuzz/` call these functions and nothing else. `tests/simulation/corpora.rs` calls them on a stable
//! toolchain with the corpora that fuzzing left, so what a fuzzer found is checked without a fuzzer.
//!
//! Each function returns what the bytes reached. Tests use that to see that a corpus reaches everything.
//!
//! # Panics
//! Every function panics if its property does not hold.

mod billing;
mod canonical;
mod ledger;
mod typed;

pub use billing::billing;
pub use canonical::canonical;
pub use ledger::{Reached, ledger};
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
    Keyring::new(projects).expect("no project occurs twice")
});

fn project(id: u64) -> Project {
    Project::new(id, SECRET).expect("the secret is not empty")
}
