//! `jetpay sign`, and secrets from environment variables that an option names.

use std::io::{Read, Write};

use anyhow::{Context, anyhow};
use clap::Args;
use jetpay_core::signature::{self, Key};
use zeroize::Zeroizing;

#[derive(Args)]
pub(super) struct Sign {
    /// The environment variable that holds the project's secret
    #[arg(long, value_name = "NAME")]
    secret_env: String,
}

impl Sign {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let key = secret_from_env(&self.secret_env)?;
        let mut body = Vec::new();
        std::io::stdin()
            .read_to_end(&mut body)
            .context("cannot read standard input")?;
        let signed = signature::sign(&body, &key).context(
            "cannot sign standard input; give one JSON object: echo '{\"type\":\"verify\"}' | jetpay sign ...",
        )?;
        let mut out = std::io::stdout().lock();
        out.write_all(&signed)
            .and_then(|()| out.flush())
            .context("cannot write standard output")
    }
}

/// The secret in an environment variable.
pub(super) fn secret_from_env(name: &str) -> anyhow::Result<Key> {
    let secret = std::env::var(name).map(Zeroizing::new);
    let secret = secret.map_err(|_| {
        anyhow!("the environment variable {name} is not set; set it to the project's secret: export {name}=...")
    })?;
    Key::new(&secret).map_err(|_| {
        anyhow!("the environment variable {name} is empty; set it to the project's secret")
    })
}
