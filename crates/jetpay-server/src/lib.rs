//! The ready service of JetPay top-ups: all five methods over one ledger.
//!
//! The binary is `jetpay`; see the README. Its parts are public so that a merchant who outgrows the configuration can
//! build a service of their own from them.

pub mod admin;
pub mod commands;
pub mod config;
pub mod customer;
pub mod environment;
pub mod listener;
pub mod merchant;
pub mod methods;
pub mod payout_request;
pub mod payouts;
pub mod reason;
pub mod service;
pub mod telemetry;

/// The examples of README are tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;

/// The examples of the page for Rust developers are tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/rust.md")]
pub struct RustPage;
