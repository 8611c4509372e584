//! The real binary under bad load, by slow and by too many clients and while its store hangs; and its memory.
//!
//! No test asserts a speed. All time limits are many seconds.
#![cfg(target_os = "linux")]

mod connections;
mod memory;
mod standstill;
#[path = "../support/mod.rs"]
mod support;

use tokio::sync::RwLock;

/// A test that needs the machine for itself takes it for writing.
static MACHINE: RwLock<()> = RwLock::const_new(());
