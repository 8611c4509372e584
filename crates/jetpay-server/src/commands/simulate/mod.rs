//! `jetpay simulate`: plays the other side for tests: the platform, or the merchant's billing.

mod billing;
mod gate;
mod platform;

use std::process::ExitCode;

use clap::Subcommand;

use crate::commands::exit_code;

#[derive(Subcommand)]
pub(super) enum Simulate {
    /// Play the merchant's billing: answer look-ups, book what is delivered, and fail as you choose
    ///
    /// It prints each request and its answer, with the payer's data, and at its end its books. They are in memory, and begin
    /// anew with each run.
    Billing(Box<billing::Billing>),
    /// Play the Gate: accept payouts, send callbacks, and fail as the account number says
    Gate(Box<gate::Gate>),
    /// Play the platform: send top-ups with faults to an endpoint, and compare its answers with the expected ones
    ///
    /// Payers look, pay or leave. Callbacks follow, and are repeated until they are acknowledged. Success callbacks
    /// credit the customers. Exit codes: 0; 1 after an unexpected answer; 2 when it could not run.
    Platform(Box<platform::Platform>),
}

impl Simulate {
    pub(super) fn run(&self) -> ExitCode {
        match self {
            Self::Billing(billing) => exit_code(billing.run()),
            Self::Gate(gate) => exit_code(gate.run()),
            Self::Platform(platform) => platform.run(),
        }
    }
}
