//! Helpers for tests: the fixtures (the examples of the platform's documents), their manifests and snapshots; a
//! temporary PostgreSQL; free ports; the path of Chromium.
//!
//! # Panics
//! These functions are for tests, so they panic with a clear message when a fixture does not agree with its manifest.

mod fixtures;
mod port;
pub mod postgres;
mod snapshot;

pub use fixtures::{
    BAD_INPUT, FOLDERS, Fixture, Kind, Manifest, SECRET, Text, fixture_keyring, json,
};
pub use port::free_port;
pub use snapshot::{pretty, snapshot};

use std::path::PathBuf;

/// The Chromium program in `PATH`, if there is one. Tests open report pages with it.
#[must_use]
pub fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .flat_map(|folder| ["chromium", "chromium-browser"].map(|name| folder.join(name)))
        .find(|program| program.is_file())
}
