//! `jetpay deliver retry`: one item, or all that is parked at an endpoint.

use std::io::IsTerminal;

use anyhow::{Context, bail};
use clap::Args;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::Stream;
use crate::commands::client::{AdminOptions, Request};
use crate::commands::confirmed;
use crate::commands::table::text;

#[derive(Args)]
pub(in crate::commands) struct Retry {
    #[command(flatten)]
    stream: Stream,
    /// The number of the entry, or of the alarm
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    seq: Option<i64>,
    /// Send everything again that is parked at the endpoint: shows how much that is, and asks
    #[arg(long)]
    all: bool,
    /// Do not ask
    #[arg(long, requires = "all")]
    yes: bool,
    /// Why, in your own words; the service records it for ever
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    admin: AdminOptions,
}

/// The items of one request.
const PAGE: usize = 500;

impl Retry {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        match self.seq {
            Some(seq) => (self.stream).decide(&self.admin, seq, "retry", &self.reason),
            None => self.all(),
        }
    }

    fn request(&self, seq: &str) -> Request {
        let body = json!({"feed": self.stream.feed, "reason": self.reason});
        Request::post(
            &["deliveries", &self.stream.name, "waiting", seq, "retry"],
            body,
        )
    }

    fn all(&self) -> anyhow::Result<()> {
        let parked = self.parked()?;
        let name = &self.stream.name;
        if !self.may_go_on(&parked)? {
            return Ok(());
        }
        let (mut retried, mut gone) = (0_usize, 0_usize);
        for item in &parked {
            let seq = text(item, "/seq");
            let done = || format!("{retried} of {} are sent again; then {seq}", parked.len());
            let answer = self.admin.send(&self.request(&seq)).with_context(done)?;
            // It was delivered, skipped or replayed meanwhile.
            if answer.status == StatusCode::NOT_FOUND {
                gone += 1;
                continue;
            }
            answer.good().with_context(done)?;
            retried += 1;
        }
        let answer =
            json!({"name": name, "feed": self.stream.feed, "retried": retried, "gone": gone});
        self.admin.print(&answer, |_| {
            let gone = match gone {
                0 => String::new(),
                gone => format!("{gone} no longer waited\n"),
            };
            format!(
                "{retried} sent again; `jetpay deliver status` shows what becomes of them\n{gone}"
            )
        })
    }

    /// What is parked, in the order of its numbers.
    fn parked(&self) -> anyhow::Result<Vec<Value>> {
        let mut parked = Vec::new();
        let mut after = None;
        loop {
            let request = Request::get(&["deliveries", &self.stream.name, "waiting"])
                .with("feed", Some(&self.stream.feed))
                .with("after", after)
                .with("limit", Some(PAGE));
            let mut page = self.admin.answer(&request)?;
            let waiting = page["waiting"].as_array_mut();
            parked.extend(
                (waiting.into_iter().flatten())
                    .filter(|it| it["state"] == "parked")
                    .map(Value::take),
            );
            after = page["next"].as_i64();
            if after.is_none() {
                return Ok(parked);
            }
        }
    }

    /// Shows how much is parked, and asks.
    fn may_go_on(&self, parked: &[Value]) -> anyhow::Result<bool> {
        let Stream { name, feed } = &self.stream;
        let (Some(first), Some(last)) = (parked.first(), parked.last()) else {
            eprintln!("nothing is parked at {name}");
            return Ok(false);
        };
        eprintln!(
            "this sends all that is parked at {name} again: {} of {feed}, from {} to {}",
            parked.len(),
            text(first, "/seq"),
            text(last, "/seq")
        );
        if self.yes {
            return Ok(true);
        }
        if !std::io::stdin().is_terminal() {
            bail!("nothing is sent again: standard input is no terminal to ask on; add --yes");
        }
        if !confirmed("Continue?")? {
            bail!("nothing is sent again; answer y, or use --yes");
        }
        Ok(true)
    }
}
