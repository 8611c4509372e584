//! `jetpay simulate`: the platform's side, for trying by hand.

mod gate;

use clap::Subcommand;

#[derive(Subcommand)]
pub(super) enum Simulate {
    /// Play the Gate: take payouts, tell what became of them, and misbehave as the account number says
    Gate(gate::Gate),
}

impl Simulate {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        match self {
            Self::Gate(gate) => gate.run(),
        }
    }
}
