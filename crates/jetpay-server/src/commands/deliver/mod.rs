//! `jetpay deliver`: how the deliveries to the merchant's own systems stand, what an operator decides about an item that waits,
//! and whether an endpoint is ready.

mod booked;
mod probe;
mod retry;
mod test;

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::client::{AdminOptions, Answer, Request};
use super::table::{Column, column, named, rows, table, text};
use crate::admin::HELD;
use crate::config::{Config, DeliverConfig};

#[derive(Subcommand)]
pub(super) enum Deliver {
    /// Show how far each endpoint is, what waits there or is parked, and why; calls the running service
    Status(Status),
    /// List what waits or is parked at one endpoint; calls the running service
    Waiting(Waiting),
    /// Send an item that waits or is parked again, now, or all that is parked; calls the running service
    ///
    /// When the endpoint refused everything for a time, for example because of a wrong secret, mend that and use --all.
    Retry(retry::Retry),
    /// Take an item that waits or is parked as delivered, without sending it; calls the running service
    ///
    /// The endpoint does not learn of it: book it there by hand if it must be there, after this command has ended well. An item
    /// that is not parked may be on its way to the endpoint: the command holds it first, and waits until nothing of it can be
    /// under way, a minute at most. If it is delivered meanwhile, the command says so.
    Skip(Skip),
    /// Deliver everything after an item again, or from the past; calls the running service
    ///
    /// Everything has the ids that it had before: `webhook-id`, or `txn_id`. An endpoint that keeps them takes nothing twice.
    /// What waits or is parked after that item waits no longer: it is delivered in its turn. What a person skipped, and what the
    /// endpoint's protocol has no request for, is left out: it was booked by hand.
    Replay(Replay),
    /// Send one harmless message to an endpoint, and say what came back
    ///
    /// A webhook gets a signed message of the type `test`. A billing is asked about an account that cannot exist (`check`).
    /// The command reads the configuration; the service need not run. It ends with 1 when the endpoint is not ready.
    Test(test::Test),
    /// Before going live: send one thing twice, and say what the endpoint makes of the repeat
    ///
    /// A webhook gets the same signed message of the type `test` twice. In a billing, the command pays a small amount into an
    /// account with `pay`, twice with one `txn_id`: that is real money in that billing, so the command asks first. It says
    /// whether the billing answers the repeat as before, whether it books it twice as far as the fields of `check` show that,
    /// and how long answers take. It ends with 1 when the endpoint is not ready.
    Probe(probe::Probe),
}

#[derive(Args)]
pub(super) struct Status {
    #[command(flatten)]
    admin: AdminOptions,
}

#[derive(Args)]
pub(super) struct Waiting {
    #[command(flatten)]
    stream: Stream,
    /// List only items after this number
    #[arg(long, value_name = "SEQ")]
    after: Option<i64>,
    /// List at most N items
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    #[command(flatten)]
    admin: AdminOptions,
}

#[derive(Args)]
pub(super) struct Item {
    #[command(flatten)]
    stream: Stream,
    /// The number of the entry, or of the alarm
    seq: i64,
    #[command(flatten)]
    admin: AdminOptions,
}

#[derive(Args)]
pub(super) struct Skip {
    #[command(flatten)]
    item: Item,
    /// Why, in your own words; the service records it for ever
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

#[derive(Args)]
pub(super) struct Replay {
    #[command(flatten)]
    stream: Stream,
    /// Deliver what comes after the entry, or the alarm, with this number; 0: everything
    #[arg(long, value_name = "SEQ")]
    after: i64,
    /// Why, in your own words; the service records it for ever
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    admin: AdminOptions,
}

/// What is delivered to which endpoint.
#[derive(Args)]
struct Stream {
    /// The name of the endpoint in the configuration
    name: String,
    /// What is delivered: entries, or alarms
    #[arg(long, value_parser = ["entries", "alarms"], default_value = "entries")]
    feed: String,
}

impl Deliver {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        match self {
            Self::Status(status) => status.run(),
            Self::Waiting(waiting) => waiting.run(),
            Self::Retry(retry) => retry.run(),
            Self::Skip(skip) => skip.run(),
            Self::Replay(replay) => replay.run(),
            Self::Test(test) => test.run(),
            Self::Probe(probe) => probe.run(),
        }
    }
}

/// The items of one stream that `status` shows.
const SHOWN: usize = 20;

impl Status {
    fn run(&self) -> anyhow::Result<()> {
        let mut answer = self.admin.answer(&Request::get(&["deliveries"]))?;
        let streams = answer["deliveries"].as_array_mut();
        for stream in streams.into_iter().flatten() {
            if stream["waiting"]
                .as_i64()
                .is_some_and(|waiting| waiting > 0)
            {
                let (name, feed) = (text(stream, "/name"), text(stream, "/feed"));
                let request = Request::get(&["deliveries", &name, "waiting"]);
                let request = request.with("feed", Some(feed)).with("limit", Some(SHOWN));
                stream["items"] = self.admin.answer(&request)?["waiting"].take();
            }
        }
        self.admin.print(&answer, render)
    }
}

impl Waiting {
    fn run(&self) -> anyhow::Result<()> {
        let request = Request::get(&["deliveries", &self.stream.name, "waiting"])
            .with("feed", Some(&self.stream.feed))
            .with("after", self.after)
            .with("limit", self.limit);
        self.admin.call(&request, |answer| {
            let list = table(rows(answer, "waiting"), &ITEMS[2..], "nothing waits\n");
            match text(answer, "/next").as_str() {
                "" => list,
                next => format!("{list}there are more: --after {next}\n"),
            }
        })
    }
}

/// How often a command looks whether a held item can be skipped, and for how long: a hold lasts two minutes at most.
const HOLD_POLL: Duration = Duration::from_secs(1);
const HOLD_POLLS: u32 = 150;

impl Skip {
    fn run(&self) -> anyhow::Result<()> {
        let Item { stream, seq, admin } = &self.item;
        stream.decide(admin, *seq, "skip", &self.reason)
    }
}

impl Stream {
    /// Sends a decision about an item. While the item is held, it comes again.
    fn decide(
        &self,
        admin: &AdminOptions,
        seq: i64,
        what: &str,
        reason: &str,
    ) -> anyhow::Result<()> {
        let body = json!({"feed": self.feed, "reason": reason});
        let path = ["deliveries", &self.name, "waiting", &seq.to_string(), what];
        let request = Request::post(&path, body);
        let mut answer = admin.send(&request)?;
        let is_held = |answer: &Answer| text(&answer.body, "/error/code") == HELD;
        let was_held = is_held(&answer);
        if was_held {
            eprintln!(
                "{seq} is held: an attempt to send it may be under way; waiting until it has ended"
            );
        }
        for _ in 0..HOLD_POLLS {
            if !is_held(&answer) {
                break;
            }
            std::thread::sleep(HOLD_POLL);
            answer = admin.send(&request)?;
        }
        let is_gone = answer.status == StatusCode::NOT_FOUND;
        if was_held && is_gone {
            bail!(
                "{seq} was delivered to {} meanwhile, or another person skipped it: do not book it by hand before you have \
                 looked there",
                self.name
            );
        }
        if is_gone && self.is_of_an_alarm(admin, seq) {
            let hint = format!(
                "{seq} is the number of an alarm that waits at {}: add --feed alarms",
                self.name
            );
            return Err(answer.good().context(hint).expect_err("it is refused"));
        }
        admin.print(&answer.good()?, decision)
    }

    /// Whether the number is of an alarm, and the command says that it is of an entry.
    fn is_of_an_alarm(&self, admin: &AdminOptions, seq: i64) -> bool {
        let request = Request::get(&["deliveries", &self.name, "waiting"])
            .with("feed", Some("alarms"))
            .with("after", Some(seq - 1))
            .with("limit", Some(1));
        self.feed == "entries"
            && admin
                .answer(&request)
                .is_ok_and(|answer| answer["waiting"][0]["seq"] == seq)
    }
}

impl Replay {
    fn run(&self) -> anyhow::Result<()> {
        let body = json!({"feed": self.stream.feed, "after": self.after, "reason": self.reason});
        let request = Request::post(&["deliveries", &self.stream.name, "replay"], body);
        self.admin.call(&request, |answer| {
            named(&[
                ("endpoint", text(answer, "/name")),
                ("delivers what comes after", text(answer, "/after")),
                ("before", text(answer, "/before")),
                (
                    "leaves out what was skipped or has no request",
                    text(answer, "/left_out"),
                ),
                ("by", text(answer, "/by")),
            ])
        })
    }
}

/// The answer to a decision about an item.
fn decision(answer: &Value) -> String {
    named(&[
        ("endpoint", text(answer, "/name")),
        (item_of(answer), text(answer, "/seq")),
        ("state", text(answer, "/state")),
        ("by", text(answer, "/by")),
    ])
}

/// What an item of the feed in an answer is.
fn item_of(answer: &Value) -> &'static str {
    if answer["feed"] == "alarms" {
        "alarm"
    } else {
        "entry"
    }
}

const STREAMS: &[Column] = &[
    column("endpoint", |stream| text(stream, "/name")),
    column("feed", |stream| text(stream, "/feed")),
    column("kind", |stream| {
        if stream["in_configuration"] == false {
            return "not in the configuration".to_owned();
        }
        text(stream, "/kind")
    }),
    column("at", |stream| match text(stream, "/cursor").as_str() {
        "" => "not begun".to_owned(),
        cursor => format!("{cursor} of {}", text(stream, "/last")),
    }),
    column("not delivered", |stream| text(stream, "/lag")),
    column("waiting", |stream| match stream["waiting"].as_i64() {
        // Those that are parked have a column of their own.
        Some(waiting) => (waiting - stream["parked"].as_i64().unwrap_or_default()).to_string(),
        None => String::new(),
    }),
    column("parked", |stream| text(stream, "/parked")),
    column("oldest", |stream| text(stream, "/oldest")),
    column("url", |stream| text(stream, "/url")),
];

/// The first two are of the stream.
const ITEMS: &[Column] = &[
    column("endpoint", |item| text(item, "/name")),
    column("feed", |item| text(item, "/feed")),
    column("seq", |item| text(item, "/seq")),
    column("state", |item| match text(item, "/behind").as_str() {
        first if !first.is_empty() && item["state"] == "waiting" => format!("behind {first}"),
        _ => text(item, "/state"),
    }),
    column("attempts", |item| text(item, "/attempts")),
    column("since", |item| text(item, "/since")),
    column("next attempt", |item| {
        if item["state"] == "parked" {
            return "when you say so".to_owned();
        }
        if item["behind"].is_number() {
            return format!("after {}", text(item, "/behind"));
        }
        text(item, "/due_at")
    }),
    column("why", |item| text(item, "/why")),
];

fn render(answer: &Value) -> String {
    let streams = rows(answer, "deliveries");
    let none = "there is no endpoint: the configuration has no [[deliver]]\n";
    let mut shown = table(streams, STREAMS, none);
    let mut items = Vec::new();
    let mut more = String::new();
    for stream in streams {
        let waiting = rows(stream, "items");
        for item in waiting {
            let mut item = item.clone();
            item["name"] = stream["name"].clone();
            item["feed"] = stream["feed"].clone();
            items.push(item);
        }
        if stream["waiting"].as_u64() > Some(waiting.len() as u64) {
            let (name, feed) = (text(stream, "/name"), text(stream, "/feed"));
            let _ = writeln!(
                more,
                "there are more: jetpay deliver waiting {name} --feed {feed}"
            );
        }
    }
    if !items.is_empty() {
        shown += "\n";
        shown += &table(&items, ITEMS, "");
    }
    shown + &more
}

/// The configured endpoint with this name.
fn endpoint(path: &Path, name: &str) -> anyhow::Result<(Config, DeliverConfig)> {
    let mut config = Config::read(path)?;
    let Some(place) = config.deliver.iter().position(|it| it.name == name) else {
        let names: Vec<_> = config.deliver.iter().map(|it| it.name.as_str()).collect();
        if names.is_empty() {
            bail!("{} has no [[deliver]]", path.display());
        }
        bail!(
            "there is no endpoint `{name}`; [[deliver]] in {} has {}",
            path.display(),
            names.join(", ")
        );
    };
    let endpoint = config.deliver.swap_remove(place);
    Ok((config, endpoint))
}

/// A time as people read it.
fn millis(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}
