//! `cargo xtask conformance`: not written yet.

#[derive(Default, clap::Args)]
pub(crate) struct Arguments {}

pub(crate) fn run(_: &Arguments) -> anyhow::Result<()> {
    anyhow::bail!("the conformance run is not written yet")
}
