//! `jetpay alarms`, `jetpay inbox` and `jetpay resolutions`: what waits for a person, asked of the running service.

mod alarms;
pub(super) mod client;
mod inbox;
mod resolutions;
pub(super) mod table;

use std::io::Write;
use std::path::PathBuf;

use actix_web::rt::System;
use anyhow::Context;
use clap::Args;
use serde_json::Value;

use crate::config::AdminAccess;
use client::{Client, Request};

pub(super) use alarms::Alarms;
pub(super) use inbox::Inbox;
pub(super) use resolutions::Resolutions;

/// What all of these commands take.
#[derive(Args)]
pub(super) struct Asking {
    /// The configuration of the running service
    #[arg(long, value_name = "FILE", default_value = "jetpay.toml")]
    config: PathBuf,
    /// Print the service's answer as it is, for machines
    #[arg(long)]
    json: bool,
}

/// What a person decides.
#[derive(Args)]
struct Decision {
    /// credit: the money came in and is the customer's. dismiss: nothing is to be done. foreign: it is not ours
    #[arg(long, value_parser = ["credit", "dismiss", "foreign"])]
    verdict: String,
    /// How much to credit, in minor units: 90000 is 900.00 KZT
    #[arg(long, value_name = "MINOR_UNITS")]
    amount: Option<i64>,
    /// In another currency than the configured one
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
    /// Why, in your words; recorded for ever
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

impl Decision {
    /// What was not said is left out, so that the service tells what is missing.
    fn body(&self) -> Value {
        let mut body = serde_json::json!({ "verdict": self.verdict, "reason": self.reason });
        if let Some(amount) = self.amount {
            body["amount"] = amount.into();
        }
        if let Some(currency) = &self.currency {
            body["currency"] = currency.as_str().into();
        }
        body
    }
}

impl Asking {
    /// Asks the service, and prints its answer: as `shown` says, or as JSON.
    pub(super) fn ask(
        &self,
        request: &Request,
        shown: impl FnOnce(&Value) -> String,
    ) -> anyhow::Result<()> {
        let access = AdminAccess::read(&self.config)?;
        let answer = System::new().block_on(Client::new(&access)?.ask(request))?;
        let text = if self.json {
            answer.to_string()
        } else {
            shown(&answer)
        };
        print(&text)
    }
}

/// Prints an answer.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", text.trim_end())
        .and_then(|()| out.flush())
        .context("cannot write standard output")
}
