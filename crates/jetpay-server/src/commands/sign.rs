//! `jetpay sign`.

use std::io::{Read, Write};

use anyhow::Context;
use clap::Args;

/// Sign a JSON body from standard input.
#[derive(Args)]
pub(super) struct Sign {
    /// The environment variable that holds the project's secret
    #[arg(long, value_name = "NAME")]
    secret_env: String,
}

impl Sign {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let key = super::secret_from_env(&self.secret_env)?;
        let mut body = Vec::new();
        std::io::stdin()
            .read_to_end(&mut body)
            .context("cannot read standard input")?;
        let signed = jetpay_core::signature::sign(&body, &key)
            .context("standard input cannot be signed; give one JSON object: echo '{\"type\":\"verify\"}' | jetpay sign ...")?;
        let mut out = std::io::stdout().lock();
        out.write_all(&signed)
            .and_then(|()| out.flush())
            .context("cannot write standard output")
    }
}
