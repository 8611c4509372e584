//! Where payouts are sent, and how patiently.

use std::num::NonZero;
use std::time::Duration;

use jetpay_core::Currency;
use jetpay_gate::BaseUrl;
use jetpay_ledger::payout::{GateAddress, RetryPolicy};
use serde::Deserialize;
use toml::Spanned;

use super::problem::Collector;

/// What payouts need.
pub struct GateConfig {
    /// Where the platform's Gate is.
    pub base_url: BaseUrl,
    /// Where the same Gate was before.
    pub formerly: Vec<BaseUrl>,
    /// A payout is taken from the customer's balance, and refused when that does not suffice.
    pub from_balance: bool,
    /// How long the payer's data stays after the payout has ended.
    pub keep_personal_data: Duration,
    /// How long to wait for what.
    pub pace: RetryPolicy,
}

impl GateConfig {
    /// The Gate as payouts remember it.
    #[must_use]
    pub fn address(&self) -> GateAddress {
        let now = GateAddress::new(self.base_url.to_string());
        let formerly = self.formerly.iter();
        formerly.fold(now, |gate, former| gate.formerly(former.to_string()))
    }
}

/// `[gate]`, as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Gate {
    base_url: Option<Spanned<String>>,
    #[serde(default)]
    formerly: Vec<Spanned<String>>,
    #[serde(default)]
    from_balance: bool,
    #[serde(default = "keep_days")]
    keep_personal_data_days: u32,
    #[serde(default = "answer_within")]
    answer_within_seconds: Spanned<NonZero<u32>>,
    #[serde(default = "ask_after")]
    ask_after_seconds: Spanned<NonZero<u32>>,
}

/// The soonest that the platform is asked about what it was sent, in seconds: its own payout_request.
const ASK_AFTER: NonZero<u32> = NonZero::new(10).expect("not zero");
/// How long an answer may take unless said otherwise.
const ANSWER_WITHIN: NonZero<u32> = NonZero::new(30).expect("not zero");
/// The longest that either may be, in seconds: the longest pause between two questions.
const LONGEST: u32 = 600;

const DAY: u64 = 24 * 60 * 60;

fn keep_days() -> u32 {
    30
}

fn answer_within() -> Spanned<NonZero<u32>> {
    Spanned::new(0..0, ANSWER_WITHIN)
}

fn ask_after() -> Spanned<NonZero<u32>> {
    Spanned::new(0..0, ASK_AFTER)
}

impl Gate {
    /// What it says, if nothing is wrong with it. It stands at `table` in the file.
    pub(super) fn resolve(
        table: &Spanned<Self>,
        currency: Currency,
        problems: &mut Collector<'_>,
    ) -> Option<GateConfig> {
        let gate = table.get_ref();
        if currency != Currency::KZT {
            let text =
                format!("payouts are in KZT, and the projects in {currency}; take out [gate]");
            problems.at(table, &text);
        }
        for (name, seconds) in [
            ("answer_within_seconds", &gate.answer_within_seconds),
            ("ask_after_seconds", &gate.ask_after_seconds),
        ] {
            if seconds.get_ref().get() > LONGEST {
                problems.at(seconds, &format!("{name} is {LONGEST} at most"));
            }
        }
        let Some(written) = &gate.base_url else {
            problems.at(
                table,
                "[gate] has no base_url; JetPay tells you the address of its Gate: base_url = \"https://...\"",
            );
            return None;
        };
        let mut address = |written: &Spanned<String>| {
            let parsed = BaseUrl::parse(written.get_ref());
            parsed
                .map_err(|what| problems.at(written, &what.to_string()))
                .ok()
        };
        let base_url = address(written);
        let formerly = gate.formerly.iter().filter_map(&mut address).collect();
        let base_url = base_url?;
        if !base_url.is_this_machine() && *gate.ask_after_seconds.get_ref() < ASK_AFTER {
            problems.at(
                &gate.ask_after_seconds,
                "the platform wants 10 seconds before it is asked for a status: ask_after_seconds is less only for a \
                 simulated Gate, whose base_url is on loopback",
            );
        }
        let seconds =
            |given: &Spanned<NonZero<u32>>| Duration::from_secs(given.get_ref().get().into());
        Some(GateConfig {
            base_url,
            formerly,
            from_balance: gate.from_balance,
            keep_personal_data: Duration::from_secs(u64::from(gate.keep_personal_data_days) * DAY),
            pace: RetryPolicy {
                answer_timeout: seconds(&gate.answer_within_seconds),
                query_after: seconds(&gate.ask_after_seconds),
                ..RetryPolicy::default()
            },
        })
    }
}

#[cfg(test)]
mod tests;
