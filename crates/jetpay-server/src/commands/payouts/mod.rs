//! `jetpay payouts`: asked of the running service.

mod list;
mod send;
mod show;

use clap::{Args, Subcommand};

use super::operator::Asking;
use super::operator::client::Request;

#[derive(Subcommand)]
pub(in crate::commands) enum Payouts {
    /// List them, the oldest first
    List(list::List),
    /// Show one, and what happened to it
    Show(show::Show),
    /// Pay out what stands in a file; a second run of the same file pays nobody twice
    ///
    /// CSV, whose first line names these columns, in any order:
    /// `key,account_number,amount,currency,customer_id,ip_address,first_name,last_name,email`
    ///
    /// `amount` is in minor units: 150000 is 1 500.00 KZT. `key` is yours, and another one for each payout that you
    /// ever make: a row whose key the service knows already is not paid again. All rows are checked before the first is sent.
    Send(send::Send),
    /// Say how one ended whose outcome nobody tells
    Resolve(Resolve),
}

#[derive(Args)]
pub(in crate::commands) struct Resolve {
    /// The payout's id
    payment_id: String,
    /// paid: the money left. declined: it did not, and will not
    #[arg(long = "as", value_parser = ["paid", "declined"])]
    ending: String,
    /// How you know, in your words, without a payer's name; recorded for ever
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    asking: Asking,
}

impl Payouts {
    pub(in crate::commands) fn run(&self) -> anyhow::Result<()> {
        match self {
            Self::List(list) => list.run(),
            Self::Show(show) => show.run(),
            Self::Send(send) => send.run(),
            Self::Resolve(resolve) => resolve.run(),
        }
    }
}

impl Resolve {
    fn run(&self) -> anyhow::Result<()> {
        let body = serde_json::json!({ "as": self.ending, "reason": self.reason });
        let request = Request::post(&["payouts", &self.payment_id, "resolve"], body);
        self.asking.ask(&request, show::shown)
    }
}
