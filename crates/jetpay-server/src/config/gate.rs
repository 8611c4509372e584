//! `[gate]`: where the platform's Gate is. It answers what became of a payment, and takes payouts.

use std::time::Duration;

use jetpay_core::Currency;
use jetpay_gate::{BaseUrl, Gate, GateBuilder};
use jetpay_ledger::payout::{GateAddress, RetryPolicy};

use super::table::{Table, Text};

/// The address of the Gate, and the settings of payouts.
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
    /// Begins a client of the Gate.
    pub fn client(&self) -> GateBuilder {
        Gate::builder(self.base_url.clone())
    }

    /// The Gate's addresses, as the ledger records them with each payout.
    #[must_use]
    pub fn address(&self) -> GateAddress {
        let now = GateAddress::new(self.base_url.to_string());
        let formerly = self.formerly.iter();
        formerly.fold(now, |gate, former| gate.formerly(former.to_string()))
    }
}

/// The minimum of `ask_after_seconds`: the platform asks merchants to wait at least so long before a status query (qiwi-kz,
/// payout by using Gate).
const ASK_AFTER: u64 = 10;
/// The maximum of both times, in seconds: the longest pause between two status queries.
const MAX_SECONDS: i64 = 600;
/// The maximum of `keep_personal_data_days`.
const MAX_DAYS: i64 = 36_500;

const DAY: u64 = 24 * 60 * 60;

/// The settings; `None` without `[gate]`, and after a problem with `base_url`. `currency` is that of the projects, if one of
/// them pays out. A service also loads the certificates that it needs for the Gate.
pub(super) fn read(
    gate: &Table<'_>,
    currency: Option<Currency>,
    serving: bool,
) -> Option<GateConfig> {
    if !gate.is_present() {
        return None;
    }
    if let Some(currency) = currency.filter(|it| *it != Currency::KZT) {
        gate.problem(&format!(
            "payouts are in KZT, but the projects are in {currency}; remove [gate], or the method qiwi-kz"
        ));
    }
    let answer_within = gate.number("answer_within_seconds", 1..=MAX_SECONDS);
    let ask_after: Option<u64> = gate.number("ask_after_seconds", 1..=MAX_SECONDS);
    let keep_days: Option<u64> = gate.number("keep_personal_data_days", 0..=MAX_DAYS);
    let from_balance = gate.is_true("from_balance");
    let mut formerly: Vec<BaseUrl> = Vec::new();
    let base_url = gate.text("base_url");
    let parsed = base_url.and_then(|text| address(&text));
    for text in gate.texts("formerly") {
        let former = address(&text);
        if former.is_some() && former == parsed {
            text.problem("this is the base_url; write only earlier addresses");
        }
        formerly.extend(former);
    }
    if gate.get("base_url").is_none() {
        gate.missing(
            "base_url",
            "it is missing; ask JetPay for the address of its Gate",
        );
    }
    let (text, base_url, ask_after) = (base_url?, parsed?, ask_after?);
    if !base_url.is_this_machine()
        && ask_after < ASK_AFTER
        && let Some(item) = gate.get("ask_after_seconds")
    {
        item.problem(
            "the platform asks for at least 10 seconds before a status query; write 10 or more (less is only for a simulated \
             Gate, whose base_url is on loopback)",
        );
    }
    if serving && let Err(error) = Gate::builder(base_url.clone()).build() {
        text.problem(&error.to_string());
    }
    Some(GateConfig {
        base_url,
        formerly,
        from_balance,
        keep_personal_data: Duration::from_secs(keep_days?.max(1) * DAY),
        retry_policy: RetryPolicy {
            answer_timeout: Duration::from_secs(answer_within?),
            query_after: Duration::from_secs(ask_after),
            ..RetryPolicy::default()
        },
    })
}

/// A base URL of the platform.
pub(super) fn address(text: &Text<'_>) -> Option<BaseUrl> {
    if text.text.contains(char::is_whitespace) {
        text.problem("a URL has no white space; write it without");
        return None;
    }
    let parsed = BaseUrl::parse(text.text);
    parsed.map_err(|what| text.problem(&what.to_string())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::{HEAD, PROJECT, assert_problems, assert_refused, read};

    fn gate(lines: &str) -> GateConfig {
        let config = read(&format!("{HEAD}{PROJECT}[gate]\n{lines}")).unwrap();
        config.gate.expect("the configuration has [gate]")
    }

    #[test]
    fn every_key_of_the_gate_is_used_and_without_the_table_there_is_none() {
        assert!(read(&format!("{HEAD}{PROJECT}")).unwrap().gate.is_none());
        let gate = gate(
            "base_url = \"http://127.0.0.1:9000/base\"\nformerly = [\"https://old.example\"]\n\
             from_balance = true\nkeep_personal_data_days = 0\n\
             answer_within_seconds = 5\nask_after_seconds = 1",
        );
        assert_eq!(gate.base_url.to_string(), "http://127.0.0.1:9000/base");
        assert!(gate.address().is("https://old.example"));
        assert!(gate.from_balance);
        // Shorter than a day, a second payout to the same wallet would not be noticed.
        assert_eq!(gate.keep_personal_data, Duration::from_secs(86_400));
        assert_eq!(gate.retry_policy.answer_timeout.as_secs(), 5);
        assert_eq!(gate.retry_policy.query_after.as_secs(), 1);
    }

    #[test]
    fn invalid_gate_is_refused_with_its_line() {
        assert_refused(
            "[gate]",
            r#"
from_balance = true                        => 10: gate.base_url: it is missing; ask JetPay for the address of its Gate; write base_url =
base_url = "gate.example"                  => 11: gate.base_url: a base URL must be a URL
base_url = "https://..."                   => 11: gate.base_url: a base URL must be a URL
base_url = "https://<host>"                => 11: gate.base_url: a base URL must be a URL
base_url = "https://gate.example:70000"    => 11: gate.base_url: a base URL must be a URL
base_url = "https://gate.example "         => 11: gate.base_url: a URL has no white space
base_url = "http://gate.example"           => 11: gate.base_url: a base URL must begin with https://
base_url = "http://10.0.0.1"               => 11: gate.base_url: a base URL must begin with https://
base_url = "ftp://127.0.0.1"               => 11: gate.base_url: a base URL must begin with https://
base_url = "https://a:pass@gate.example"   => 11: gate.base_url: a base URL must not have a user or a password;
base_url = "https://gate.example?a=b"      => 11: gate.base_url: a base URL must end with its host or a path, without `?`
base_url = "https://gate.example" | formerly = ["https://gate.example/"] => 12: gate.formerly: this is the base_url
base_url = "https://gate.example" | formerly = "https://old.example"     => 12: gate.formerly: this is a text; write formerly = [
base_url = "https://gate.example" | formerly = ["https://..."]           => 12: gate.formerly: a base URL must be a URL
base_url = "https://gate.example" | ask_after_seconds = 9                => 12: gate.ask_after_seconds: the platform asks for at least 10
base_url = "https://gate.example" | ask_after_seconds = 0                => 12: gate.ask_after_seconds: write a whole number from 1 to 600
base_url = "https://gate.example" | ask_after_seconds = "30s"            => 12: gate.ask_after_seconds: write a whole number from 1 to 600
base_url = "https://gate.example" | answer_within_seconds = 601          => 12: gate.answer_within_seconds: write a whole number from 1
base_url = "https://gate.example" | keep_personal_data_days = -1         => 12: gate.keep_personal_data_days: write a whole number from 0
base_url = "https://gate.example" | from_balance = 1                     => 12: gate.from_balance: write true or false
base_url = "https://gate.example" | base_uri = 1                         => 12: gate.base_uri: there is no such key; did you mean `base_url`?
"#,
        );
        let dollars = PROJECT.replace("id = 1\n", "id = 1\ncurrency = \"USD\"\n");
        let text = format!("{HEAD}{dollars}[gate]\nbase_url = \"https://gate.example\"\n");
        assert_problems(
            &text,
            "10: gate: payouts are in KZT, but the projects are in USD; remove [gate], or the method qiwi-kz",
        );
    }

    #[test]
    fn gate_without_a_method_that_pays_out_is_for_status_questions_in_any_currency() {
        let with_gate = |project: &str| {
            read(&format!(
                "{HEAD}{project}[gate]\nbase_url = \"https://gate.example\"\n"
            ))
            .unwrap()
        };
        let kaspi = PROJECT.replace("qiwi-kz", "kaspi");
        let dollars = kaspi.replace("id = 1\n", "id = 1\ncurrency = \"USD\"\n");
        for project in [&kaspi, &dollars] {
            let config = with_gate(project);
            assert!(
                config.gate.is_some() && !config.makes_payouts(),
                "{project}"
            );
        }
        assert!(with_gate(PROJECT).makes_payouts());
        assert!(!read(&format!("{HEAD}{PROJECT}")).unwrap().makes_payouts());
    }
}
