//! The service `jetpay`: accepts top-ups by all five methods into one ledger, and makes payouts.
//!
//! Most merchants run the binary `jetpay`, which the README describes. A merchant who needs more than the configuration
//! offers can build another service from the public modules of this crate.

pub mod admin;
mod alarm_text;
pub mod commands;
pub mod config;
mod confirm;
pub mod customer;
mod decisions;
pub mod deliver;
pub mod environment;
pub mod field_error;
pub mod listener;
mod locale;
pub mod lookup;
mod mail;
pub mod merchant;
pub mod methods;
pub mod pages;
pub mod payout_request;
pub mod payouts;
mod reconcile;
pub mod reload;
mod search;
pub mod service;
pub mod status;
mod systemd;
pub mod telemetry;
mod text;
mod zone;

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;

/// The examples of the page for Rust developers are tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/rust.md")]
pub struct RustPage;
