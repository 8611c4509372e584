//! Stub.
#[derive(clap::Args)]
pub(crate) struct Arguments {}
#[derive(clap::Args)]
pub(crate) struct BareArguments {}
pub(crate) fn run(_: &Arguments) -> anyhow::Result<()> {
    Ok(())
}
pub(crate) fn serve_bare(_: &BareArguments) -> anyhow::Result<()> {
    Ok(())
}
