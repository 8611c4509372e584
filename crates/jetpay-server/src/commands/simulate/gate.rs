//! `jetpay simulate gate`.

use std::net::SocketAddr;
use std::path::PathBuf;

use actix_web::rt::System;
use anstream::println;
use anyhow::{Context, bail, ensure};
use clap::Args;
use jetpay_core::{Keyring, Project};
use jetpay_platform::gate::{EventHandler, GateOptions, Server, digits};
use reqwest::Url;

use crate::commands::secret_from_env;
use crate::config::Config;
use crate::service::termination;

#[derive(Args)]
pub(in crate::commands) struct Gate {
    /// Where it listens: what the merchant's service has as its Gate
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9090")]
    listen: SocketAddr,
    /// The configuration of the merchant's service: its projects, secrets, and where it takes callbacks
    #[arg(long, value_name = "FILE", conflicts_with = "project")]
    config: Option<PathBuf>,
    /// A project, where there is no configuration
    #[arg(long, value_name = "ID", requires = "secret_env")]
    project: Option<u64>,
    /// The environment variable that holds its secret
    #[arg(long, value_name = "NAME", requires = "project")]
    secret_env: Option<String>,
    /// Where callbacks are sent; without it, to the service of the configuration, else to nobody
    #[arg(long, value_name = "URL")]
    callback_url: Option<Url>,
    /// Misbehave by chance from this number, the same each time, and not as account numbers say
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Divide the waits before a callback comes again, and the times of what happens by chance
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    hurry: u32,
}

impl Gate {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let settings = self.settings()?;
        let told = settings.callback_url.clone();
        System::new().block_on(async {
            let serving = settings.run(|server| self.introduce(server, told.as_ref()));
            tokio::select! {
                ended = serving => ended.with_context(|| {
                    format!("cannot listen on {}; choose another with --listen", self.listen)
                }),
                ended = termination() => Ok(ended?),
            }
        })
    }

    fn settings(&self) -> anyhow::Result<GateOptions> {
        ensure!(
            self.listen.ip().is_loopback(),
            "a simulated Gate listens on loopback only: payers' data comes here without TLS"
        );
        let (keyring, service) = match (&self.config, self.project, &self.secret_env) {
            (Some(config), ..) => {
                let config = Config::read(config)?;
                let url = format!("http://{}/callback", config.listen);
                (config.keyring(), Some(url.parse()?))
            }
            (None, Some(project), Some(secret)) => {
                let key = secret_from_env(secret)?;
                (Keyring::from(Project::from_key(project, key)), None)
            }
            _ => bail!(
                "whose Gate? Name the merchant's configuration with --config FILE, or a project with \
                 --project ID --secret-env NAME"
            ),
        };
        Ok(GateOptions {
            callback_url: self.callback_url.clone().or(service),
            seed: self.seed,
            hurry: self.hurry,
            on_event: EventHandler::new(|event| println!("  {event}")),
            ..GateOptions::new(self.listen, keyring)
        })
    }

    fn introduce(&self, server: &Server, told: Option<&Url>) {
        println!("A simulated Gate at {}; end it with Ctrl-C", server.url());
        match told {
            Some(url) => println!("  callbacks go to {url}"),
            None => println!("  nobody is told what becomes of payouts: name a --callback-url"),
        }
        if let Some(seed) = self.seed {
            println!("  payouts go by chance, from the seed {seed}\n");
            return;
        }
        println!("  the last two digits of the account number say how a payout goes:");
        for (digits, _, words) in digits() {
            println!("    ...{digits:02}  {words}");
        }
        println!("    others paid after a second\n");
    }
}
