//! `jetpay simulate platform`.

mod endpoint;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;

use actix_web::rt::System;
use anstream::println;
use anyhow::{Context, ensure};
use clap::Args;
use jetpay_core::Currency;
use jetpay_platform::messages::Contract;
use jetpay_platform::traffic::{Faults, Rate, Runner, Traffic};

use crate::service::termination;
use endpoint::Endpoint;

/// A run that ends is not kept up for ten days by a callback that nobody acknowledges: the first six repeats come
/// within a minute.
const REPEATS_OF_A_COUNT: usize = 6;

#[derive(Args)]
pub(in crate::commands) struct Platform {
    #[command(flatten)]
    endpoint: endpoint::Options,
    /// A customer who pays, known to the endpoint; may be given several times, or as a list with commas
    #[arg(
        long,
        value_name = "ID",
        value_delimiter = ',',
        required_unless_present = "customers"
    )]
    customer: Vec<String>,
    /// A file with customers who pay, one id a line
    #[arg(long, value_name = "FILE", conflicts_with = "customer")]
    customers: Option<PathBuf>,
    /// The contract that every customer pays; without it the first that the answer to verify says can be paid
    #[arg(long, value_name = "ID[:NUMBER]")]
    contract: Option<Contract>,
    /// The currency of the projects; with --config, theirs
    #[arg(long, value_name = "CODE", conflicts_with = "config")]
    currency: Option<Currency>,
    /// How many top-ups begin: a second (5, 0.5), or with a unit (30/min, 100/h)
    #[arg(long, value_name = "N", default_value = "1")]
    rate: Rate,
    /// What goes wrong: names with commas, each with its share, such as repeat,late=20; or all, or none
    ///
    /// A share is so many of 1000 top-ups, 50 without one. There are: repeat, at-once, reorder, late, bad-signature,
    /// tampered, unknown-payment, unknown-customer, garbage, wrong-amount, slow, cut.
    #[arg(long, value_name = "FAULTS", default_value = "none")]
    faults: Faults,
    /// Begin so many top-ups, wait until they have ended, and end; without it, until Ctrl-C
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    /// The most top-ups under way; while there are so many, others are left out, and counted
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    concurrency: u32,
    /// Divide the waits of payers and of the platform, but not the time between top-ups
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    hurry: u32,
    /// Decides about the order of events: the same number, the same traffic; random without it
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Credit customers at an endpoint that is not on this machine
    #[arg(long)]
    allow_credits: bool,
}

/// When it could not even begin.
const COULD_NOT_RUN: u8 = 2;

impl Platform {
    /// Ends with 0, with 1 when something unexpected was seen, with 2 when it could not run.
    pub(super) fn run(&self) -> ExitCode {
        self.play().unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            ExitCode::from(COULD_NOT_RUN)
        })
    }

    fn play(&self) -> anyhow::Result<ExitCode> {
        let endpoint = Endpoint::new(&self.endpoint)?;
        ensure!(
            self.allow_credits || endpoint.is_on_this_machine(),
            "{} is not on this machine, and success callbacks credit real customers there; when it is there to be \
             tried and these customers may be credited, add --allow-credits",
            endpoint.foreign_host()
        );
        let traffic = self.traffic(&endpoint)?;
        self.introduce(&endpoint, &traffic);
        let runner = Runner::new(traffic);
        let tally = System::new().block_on(async {
            let watching = actix_web::rt::spawn(watch::watch(runner.counters()));
            let stop = async {
                // Without signals it ends as it is killed.
                if termination().await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            let tally = runner.run(stop).await;
            watching.abort();
            let _ = watching.await;
            tally
        });
        println!("{tally}");
        Ok(match tally.unexpected() {
            0 => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        })
    }

    fn traffic(&self, endpoint: &Endpoint) -> anyhow::Result<Traffic> {
        let mut traffic = Traffic::new(endpoint.routes(), self.customers()?)?;
        traffic.contract.clone_from(&self.contract);
        traffic.currency = self.currency.unwrap_or(endpoint.currency);
        traffic.rate = self.rate;
        traffic.count = self.count;
        traffic.concurrency = usize::try_from(self.concurrency)?;
        traffic.hurry = self.hurry;
        traffic.seed = match self.seed {
            Some(seed) => seed,
            None => u64::from(getrandom::u32().context("no chance can be had")?),
        };
        traffic.faults = self.faults.clone();
        if self.count.is_some() {
            traffic.repeats = REPEATS_OF_A_COUNT;
        }
        Ok(traffic)
    }

    fn customers(&self) -> anyhow::Result<Vec<String>> {
        let text = match &self.customers {
            None => return cleaned(self.customer.iter().map(String::as_str)),
            Some(file) => std::fs::read_to_string(file)
                .with_context(|| format!("cannot read {}", file.display()))?,
        };
        cleaned(text.lines())
    }

    fn introduce(&self, endpoint: &Endpoint, traffic: &Traffic) {
        println!("Traffic of the platform to {endpoint}");
        println!(
            "  {} top-ups, seed {}, faults: {}",
            traffic.rate, traffic.seed, traffic.faults
        );
        println!("  success callbacks credit the customers that were named, for real");
        match self.count {
            Some(count) => println!("  ends after {count} top-ups, or with Ctrl-C\n"),
            None => println!("  end it with Ctrl-C\n"),
        }
    }
}

/// The ids, without what editors add.
fn cleaned<'a>(ids: impl Iterator<Item = &'a str>) -> anyhow::Result<Vec<String>> {
    let ids = ids.map(str::trim).filter(|id| !id.is_empty());
    let ids: Vec<String> = ids.map(str::to_owned).collect();
    ensure!(
        !ids.is_empty(),
        "there is no customer; name one with --customer ID, or several in a file with --customers FILE"
    );
    Ok(ids)
}
