//! `jetpay simulate gate`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use actix_web::rt::System;
use anyhow::{Context, bail, ensure};
use clap::Args;
use jetpay_core::{Keyring, Money, Project};
use jetpay_platform::KASPI;
use jetpay_platform::data_api::{DataApiState, PlatformRecord};
use jetpay_platform::gate::{EventHandler, GateOptions, Server, digits};
use jetpay_platform::messages::{Callback, Operation};
use reqwest::Url;

use crate::commands::secret_from_env;
use crate::config::{Config, DataApiConfig};
use crate::service::termination;

#[derive(Args)]
pub(in crate::commands) struct Gate {
    /// Address on which the Gate listens: the URL of the Gate in the service's configuration
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9090")]
    listen: SocketAddr,
    /// Configuration of the merchant's service: its projects, secrets, and where it accepts callbacks. If it has a
    /// Data API, that is served at the same address, with the Gate's payouts
    #[arg(long, value_name = "FILE", conflicts_with = "project")]
    config: Option<PathBuf>,
    /// Project, if there is no configuration
    #[arg(long, value_name = "ID", requires = "secret_env")]
    project: Option<u64>,
    /// Environment variable that holds the project's secret
    #[arg(long, value_name = "NAME", requires = "project")]
    secret_env: Option<String>,
    /// URL for callbacks; without it, the service of the configuration, if there is one
    #[arg(long, value_name = "URL")]
    callback_url: Option<Url>,
    /// Seed of random payouts: the same seed gives the same faults; account numbers then choose nothing
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Divide the waits before a callback is repeated, and the times of random payouts
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    hurry: u32,
    /// A top-up that the platform has as paid and whose callback was lost, to try `jetpay payments confirm`; the amount is in
    /// minor units
    #[arg(long = "paid", value_name = "PAYMENT_ID:AMOUNT")]
    paid: Vec<Paid>,
}

/// A top-up that is paid.
#[derive(Clone)]
struct Paid {
    payment_id: String,
    /// In minor units.
    amount: i64,
}

impl FromStr for Paid {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let what = "write the id of the payment, a colon, and the amount in minor units, such as payment_47:90000";
        let (id, amount) = text.rsplit_once(':').ok_or(what)?;
        let amount = amount.parse().ok().filter(|amount| *amount > 0);
        Ok(Self {
            payment_id: Some(id).filter(|id| !id.is_empty()).ok_or(what)?.to_owned(),
            amount: amount.ok_or(what)?,
        })
    }
}

impl Paid {
    /// The callback of the sale, in this project.
    fn callback(&self, project: &Project) -> Callback {
        let sum = Money::new(self.amount, project.currency());
        let sale = Operation::new("sale", "success", sum);
        Callback::new(&KASPI, project.id(), &self.payment_id, "success", sale)
    }
}

impl Gate {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let settings = self.settings()?;
        let callback_url = settings.callback_url.clone();
        let reports = settings.data_api.is_some();
        System::new().block_on(async {
            let serving =
                settings.run(|server| self.introduce(server, callback_url.as_ref(), reports));
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
            "a simulated Gate listens on loopback only, because it receives payers' data without TLS"
        );
        let (keyring, service, data_api) = match (&self.config, self.project, &self.secret_env) {
            (Some(config), ..) => {
                let config = Config::read(config)?;
                let url = format!("http://{}/callback", config.listen);
                let state =
                    |it: DataApiConfig| DataApiState::new(&it.token, it.key, PlatformRecord::new());
                (
                    config.keyring(),
                    Some(url.parse()?),
                    config.data_api.map(state),
                )
            }
            (None, Some(project), Some(secret)) => {
                let key = secret_from_env(secret)?;
                (Keyring::from(Project::from_key(project, key)), None, None)
            }
            _ => bail!(
                "the project is missing: give the merchant's configuration with --config FILE, or a project with \
                 --project ID --secret-env NAME"
            ),
        };
        let projects = keyring.projects().iter();
        let lost = projects.flat_map(|project| self.paid.iter().map(|paid| paid.callback(project)));
        Ok(GateOptions {
            lost: lost.collect(),
            callback_url: self.callback_url.clone().or(service),
            seed: self.seed,
            hurry: self.hurry,
            data_api,
            on_event: EventHandler::new(|event| println!("  {event}")),
            ..GateOptions::new(self.listen, keyring)
        })
    }

    fn introduce(&self, server: &Server, callback_url: Option<&Url>, reports: bool) {
        println!("A simulated Gate at {}; end it with Ctrl-C", server.url());
        match callback_url {
            Some(url) => println!("  callbacks go to {url}"),
            None => println!("  no callbacks are sent; give a URL with --callback-url"),
        }
        if reports {
            println!(
                "  the Data API is at the same address, with the token and the key of [data_api]"
            );
        }
        if let Some(seed) = self.seed {
            println!("  payouts are random, from the seed {seed}\n");
            return;
        }
        println!("  the last two digits of the account number choose what happens to a payout:");
        for (digits, _, words) in digits() {
            println!("    ...{digits:02}  {words}");
        }
        println!("    other payouts are paid after a second\n");
    }
}
