//! `[gate]`: how payouts are made.

use std::num::NonZero;
use std::time::Duration;

use jetpay_core::Currency;
use jetpay_gate::BaseUrl;
use jetpay_ledger::payout::{GateAddress, RetryPolicy};
use serde::Deserialize;
use toml::Spanned;

use super::problem::Collector;

/// The settings of payouts.
pub struct GateConfig {
    /// The address of the platform's Gate.
    pub base_url: BaseUrl,
    /// Earlier addresses of the same Gate.
    pub formerly: Vec<BaseUrl>,
    /// Whether a payout is taken from the customer's balance, and refused when the balance is too small.
    pub from_balance: bool,
    /// How long the payee's personal data is kept after the payout has ended: at least a day, so that a second payout to the
    /// same wallet is noticed.
    pub keep_personal_data: Duration,
    /// Time limits and pauses.
    pub retry_policy: RetryPolicy,
}

impl GateConfig {
    /// The Gate's addresses, as the ledger records them with each payout.
    #[must_use]
    pub fn address(&self) -> GateAddress {
        let now = GateAddress::new(self.base_url.to_string());
        let formerly = self.formerly.iter();
        formerly.fold(now, |gate, former| gate.formerly(former.to_string()))
    }
}

/// The table `[gate]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GateTable {
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

/// The default of `ask_after_seconds`: the platform asks merchants to wait at least so long before a status query
/// (qiwi-kz, payout by using Gate).
const ASK_AFTER: NonZero<u32> = NonZero::new(10).expect("not zero");
/// The default of `answer_within_seconds`.
const ANSWER_WITHIN: NonZero<u32> = NonZero::new(30).expect("not zero");
/// The maximum of both, in seconds: the longest pause between two status queries.
const MAX_SECONDS: u32 = 600;

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

impl GateTable {
    /// The settings; `None` after a problem with `base_url`.
    pub(super) fn resolve(
        table: &Spanned<Self>,
        currency: Currency,
        problems: &mut Collector<'_>,
    ) -> Option<GateConfig> {
        let gate = table.get_ref();
        if currency != Currency::KZT {
            let text =
                format!("payouts are in KZT, but the projects are in {currency}; remove [gate]");
            problems.at(table, &text);
        }
        for (name, seconds) in [
            ("answer_within_seconds", &gate.answer_within_seconds),
            ("ask_after_seconds", &gate.ask_after_seconds),
        ] {
            if seconds.get_ref().get() > MAX_SECONDS {
                problems.at(seconds, &format!("{name} may be {MAX_SECONDS} at most"));
            }
        }
        let Some(written) = &gate.base_url else {
            problems.at(
                table,
                "[gate] has no base_url; ask JetPay for the address of its Gate and write base_url = \"https://...\"",
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
                "the platform asks for at least 10 seconds before a status query; a smaller ask_after_seconds is only for a \
                 simulated Gate, whose base_url is on loopback",
            );
        }
        let seconds =
            |given: &Spanned<NonZero<u32>>| Duration::from_secs(given.get_ref().get().into());
        Some(GateConfig {
            base_url,
            formerly,
            from_balance: gate.from_balance,
            keep_personal_data: Duration::from_secs(
                u64::from(gate.keep_personal_data_days.max(1)) * DAY,
            ),
            retry_policy: RetryPolicy {
                answer_timeout: seconds(&gate.answer_within_seconds),
                query_after: seconds(&gate.ask_after_seconds),
                ..RetryPolicy::default()
            },
        })
    }
}
