//! `jetpay simulate`: the platform's side, for trying by hand.

mod gate;
mod platform;

use std::process::ExitCode;

use clap::Subcommand;

use crate::commands::exit_code;

#[derive(Subcommand)]
pub(super) enum Simulate {
    /// Play the Gate: take payouts, tell what became of them, and misbehave as the account number says
    Gate(gate::Gate),
    /// Play the platform: send top-ups to an endpoint as payers cause them, with faults, and judge its answers
    ///
    /// Payers look, pay or go away; callbacks follow, and come again until they are acknowledged. Success callbacks
    /// credit the customers. Ends with 0, 1 when something unexpected was seen, 2 when it could not run.
    Platform(Box<platform::Platform>),
}

impl Simulate {
    pub(super) fn run(&self) -> ExitCode {
        match self {
            Self::Gate(gate) => exit_code(gate.run()),
            Self::Platform(platform) => platform.run(),
        }
    }
}
