//! `jetpay lookup`: asks the merchant's own system about customers, as the service does.

pub(super) mod differences;
mod probe;

use std::time::{Duration, Instant};

use clap::Subcommand;
use jetpay_billing::Failure;
use jetpay_billing::dialect::Dialect;
use jetpay_core::id::{CustomerId, ProjectId};
use jetpay_platform::visible;
use uuid::Uuid;

use super::advice::{self, Asked};
use crate::config::{LookupConfig, LookupKind};
use crate::environment;
use crate::lookup::over_http::{Heard, Way};
use crate::lookup::source::Question;
use crate::methods;

#[derive(Subcommand)]
pub(super) enum LookupCommand {
    /// Before you go live: see what your system answers, how fast, and whether a question changes anything there
    ///
    /// The command needs no running service. It asks about the customer several times, and once about a customer that does
    /// not exist, and shows what a payer would see. Each question is one that the service asks: with kind "osmp" or "kaspi" a
    /// `check`, which must not change anything. If your billing books money at a `check`, this command finds it by the
    /// balance in the answers; so name a customer of your own. It ends with 0 when all is right, else with 1.
    Probe(probe::Probe),
}

impl LookupCommand {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        match self {
            Self::Probe(probe) => probe.run(),
        }
    }
}

/// A question and its answer.
struct Exchange {
    heard: Result<Heard, Failure>,
    took: Duration,
}

/// Asks once about a customer.
async fn ask(way: &Way, customer_id: &CustomerId, project_id: ProjectId) -> Exchange {
    let question = Question {
        customer_id: customer_id.clone(),
        project_id,
        method: methods::NAMES[0],
        asked_at: environment::now(),
    };
    let began = Instant::now();
    let heard = way.hear(&question).await;
    Exchange {
        heard,
        took: began.elapsed(),
    }
}

/// A customer that does not exist.
fn no_customer() -> CustomerId {
    let id = format!("jetpay-probe-{}", Uuid::now_v7().simple());
    CustomerId::new(id).expect("letters, digits and `-` are an id")
}

/// The word of `kind`.
pub(super) fn kind(lookup: &LookupConfig) -> &'static str {
    match lookup.kind {
        LookupKind::Http(_) => "http",
        LookupKind::Dialect { dialect, .. } => match dialect {
            Dialect::Osmp => "osmp",
            Dialect::Kaspi => "kaspi",
        },
    }
}

/// Says what a service with this configuration asks.
pub(super) fn describe(lookup: &LookupConfig) {
    println!(
        "  ask about customers           at {}, kind {}",
        lookup.url,
        kind(lookup)
    );
    println!(
        "    your system has {} s to answer; at most {} questions are in flight",
        lookup.timeout.as_secs(),
        lookup.max_in_flight
    );
    println!(
        "    an answer is good for {} s, \"no such customer\" for {} s; while there is none, the last one for {} h",
        lookup.cache.as_secs(),
        lookup.unknown_cache.as_secs(),
        lookup.stale.as_secs() / 3600
    );
    if let LookupKind::Dialect { owed, sum, .. } = &lookup.kind {
        match owed {
            Some(owed) => {
                let what = if owed.is_balance { "balance" } else { "debt" };
                println!("    the {what} is in {}", visible::line(&owed.name));
            }
            None => println!("    no debt is shown"),
        }
        println!(
            "    each question is a check of {sum}; before you go live, see `jetpay lookup probe`"
        );
    }
}

/// Asks once about a customer that does not exist: what the answer says about the system.
pub(super) async fn connect(
    lookup: &LookupConfig,
    project_id: ProjectId,
) -> Result<String, String> {
    let way = Way::of(lookup).map_err(|error| error.to_string())?;
    let knows_it = "it answers, and knows a customer that does not exist";
    match ask(&way, &no_customer(), project_id).await.heard {
        Ok(Heard::Unknown) => {
            Ok("it answers that a customer that does not exist is unknown".to_owned())
        }
        // A billing may take payments for any account.
        Ok(Heard::Account(..)) => Ok(knows_it.to_owned()),
        Ok(Heard::Body(_)) => Err(format!(
            "{knows_it}; answer HTTP 404 with {{\"error\": {{\"code\": \"unknown_customer\"}}}} there"
        )),
        Err(Failure::Said(text)) => Ok(format!(
            "it answers about a customer that does not exist: {text}"
        )),
        Err(failure) => Err(format!(
            "{failure}; {}",
            advice::of_failure(&failure, Asked::Lookup)
        )),
    }
}
