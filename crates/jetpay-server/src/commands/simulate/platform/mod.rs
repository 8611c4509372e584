//! `jetpay simulate platform`.

mod endpoint;
mod watch;

use std::cell::Cell;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use actix_web::rt::System;
use anyhow::{Context, ensure};
use clap::Args;
use jetpay_core::Currency;
use jetpay_platform::data_api::{DataApiState, PlatformRecord, Server, serve};
use jetpay_platform::messages::Contract;
use jetpay_platform::traffic::{Faults, Rate, Runner, Traffic};
use tokio::net::TcpListener;

use crate::service::termination;
use endpoint::Endpoint;

/// With `--count`, a callback that is never acknowledged must not keep the run going for eleven days. The first six
/// repeats come within a minute.
const REPEATS_OF_A_COUNT: usize = 6;

#[derive(Args)]
pub(in crate::commands) struct Platform {
    #[command(flatten)]
    endpoint: endpoint::Options,
    /// Customer who pays and who exists at the endpoint; may be repeated, or a list with commas
    #[arg(
        long,
        value_name = "ID",
        value_delimiter = ',',
        required_unless_present = "customers"
    )]
    customer: Vec<String>,
    /// File with customers who pay, one id on a line
    #[arg(long, value_name = "FILE", conflicts_with = "customer")]
    customers: Option<PathBuf>,
    /// Contract that every customer pays; without it, the first payable one in the answer to verify
    #[arg(long, value_name = "ID[:NUMBER]")]
    contract: Option<Contract>,
    /// Currency of the projects; with --config, the currency of the configuration
    #[arg(long, value_name = "CODE", conflicts_with = "config")]
    currency: Option<Currency>,
    /// How often a top-up begins: per second (5, 0.5), or with a unit (30/min, 100/h)
    #[arg(long, value_name = "N", default_value = "1")]
    rate: Rate,
    /// Faults: names with commas, each with its share, such as repeat,late=20; or all, or none
    ///
    /// A share is a number of 1000 top-ups; the default is 50. The faults are: repeat, at-once, reorder, late,
    /// bad-signature, tampered, unknown-payment, unknown-customer, garbage, wrong-amount, slow, cut.
    #[arg(long, value_name = "FAULTS", default_value = "none")]
    faults: Faults,
    /// Number of top-ups, after which the command ends; without it, until Ctrl-C
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    /// Maximum number of top-ups in progress; further ones are skipped and counted
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    concurrency: u32,
    /// Divide the waits of payers and of the platform, but not the time between top-ups
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    hurry: u32,
    /// Seed of the random numbers: the same seed gives the same traffic; random without it
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Serve the Data API with these top-ups at this address, the one that the configuration has for it
    ///
    /// It also has the operations whose callbacks were not acknowledged. After --count top-ups it answers until Ctrl-C.
    #[arg(long, value_name = "ADDRESS", requires = "config")]
    data_api: Option<SocketAddr>,
    /// Credit customers at an endpoint on another machine
    #[arg(long)]
    allow_credits: bool,
}

/// The exit code when the traffic could not begin.
const COULD_NOT_RUN: u8 = 2;

impl Platform {
    /// Exit codes: 0; 1 after an unexpected answer; 2 when the traffic could not run.
    pub(super) fn run(&self) -> ExitCode {
        self.play().unwrap_or_else(|error| {
            crate::commands::print_error(&error);
            ExitCode::from(COULD_NOT_RUN)
        })
    }

    fn play(&self) -> anyhow::Result<ExitCode> {
        let endpoint = Endpoint::new(&self.endpoint)?;
        ensure!(
            self.allow_credits || endpoint.is_on_this_machine(),
            "{} is another machine, and success callbacks credit real customers there; if it is a test system and \
             these customers may be credited, add --allow-credits",
            endpoint.foreign_host()
        );
        let record = PlatformRecord::new();
        let data_api = self.data_api(&endpoint, &record)?;
        let traffic = self.traffic(&endpoint, &record)?;
        self.introduce(&endpoint, &traffic);
        let runner = Runner::new(traffic);
        let tally = System::new().block_on(async {
            let data_api = match data_api {
                Some(data_api) => Some(data_api.serve().await?),
                None => None,
            };
            let stopped = Cell::new(false);
            let watching = actix_web::rt::spawn(watch::watch(runner.counters()));
            let stop = async {
                // Without signals the run ends when the process is killed.
                if termination().await.is_err() {
                    std::future::pending::<()>().await;
                }
                stopped.set(true);
            };
            let tally = runner.run(stop).await;
            watching.abort();
            let _ = watching.await;
            println!("{tally}");
            if let Some(data_api) = data_api.filter(|_| !stopped.get()) {
                println!(
                    "the Data API still answers at {}; end it with Ctrl-C",
                    data_api.url()
                );
                termination().await?;
            }
            anyhow::Ok(tally)
        })?;
        Ok(match tally.total().unexpected {
            0 => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        })
    }

    /// The Data API of these top-ups, if one is to be served.
    fn data_api(
        &self,
        endpoint: &Endpoint,
        record: &PlatformRecord,
    ) -> anyhow::Result<Option<DataApi>> {
        let Some(address) = self.data_api else {
            return Ok(None);
        };
        ensure!(
            address.ip().is_loopback(),
            "--data-api: the simulated Data API listens on loopback only, because it answers without TLS"
        );
        let config = endpoint.data_api.as_ref();
        let config = config.context(
            "--data-api: the configuration has no [data_api], whose token and key the Data API needs",
        )?;
        let state = DataApiState::new(&config.token, config.key.clone(), record.clone());
        Ok(Some(DataApi { address, state }))
    }

    fn traffic(&self, endpoint: &Endpoint, record: &PlatformRecord) -> anyhow::Result<Traffic> {
        let mut traffic = Traffic::new(endpoint.routes(record), self.customers()?)?;
        traffic.contract.clone_from(&self.contract);
        traffic.currency = self.currency.unwrap_or(endpoint.currency);
        traffic.rate = self.rate;
        traffic.count = self.count;
        traffic.concurrency = usize::try_from(self.concurrency)?;
        traffic.hurry = self.hurry;
        traffic.seed = match self.seed {
            Some(seed) => seed,
            None => u64::from(getrandom::u32().context("there are no random numbers")?),
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
        println!("Traffic to {endpoint}");
        println!(
            "  {} top-ups, seed {}, faults: {}",
            traffic.rate, traffic.seed, traffic.faults
        );
        if let Some(address) = self.data_api {
            println!(
                "  the Data API has them at http://{address}, with the token and the key of [data_api]"
            );
        }
        println!("  success callbacks really credit the given customers");
        match self.count {
            Some(count) => println!("  ends after {count} top-ups or with Ctrl-C\n"),
            None => println!("  end it with Ctrl-C\n"),
        }
    }
}

/// A Data API that does not serve yet.
struct DataApi {
    address: SocketAddr,
    state: DataApiState,
}

impl DataApi {
    async fn serve(self) -> anyhow::Result<Server> {
        let listener = TcpListener::bind(self.address).await;
        let cannot = || format!("--data-api: cannot listen on {}", self.address);
        Ok(serve(listener.with_context(cannot)?, self.state)?)
    }
}

/// The ids without white space and empty lines.
fn cleaned<'a>(ids: impl Iterator<Item = &'a str>) -> anyhow::Result<Vec<String>> {
    let ids = ids.map(str::trim).filter(|id| !id.is_empty());
    let ids: Vec<String> = ids.map(str::to_owned).collect();
    ensure!(
        !ids.is_empty(),
        "there is no customer; give one with --customer ID, or several in a file with --customers FILE"
    );
    Ok(ids)
}
