//! For tests: the documents' examples as files, what their manifests say of them, and what they decode to; a PostgreSQL
//! that vanishes with the test; and where Chromium is.
//!
//! # Panics
//! Everything here panics with a clear text when a fixture is not what its manifest says: these are tests.

mod chromium;
mod decode;
mod manifest;
mod port;
pub mod postgres;

pub use chromium::chromium;
pub use decode::{callbacks_decoded, decoded, fixture_keyring};
pub use manifest::{FOLDERS, Fixture, Kind, Manifest, Text};
pub use port::free_port;

use serde_json::Value;

/// The secret that all fixtures are signed with.
pub const SECRET: &str = "secret";

/// A fixture as JSON, to compare an answer with field by field.
///
/// # Panics
/// When there is no such fixture.
#[must_use]
pub fn json(folder: &str, file: &str) -> Value {
    serde_json::from_slice(&Manifest::of(folder).fixture(file).body()).expect("a fixture is JSON")
}
