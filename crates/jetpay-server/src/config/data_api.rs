//! `[data_api]` and `[reconcile]`: the platform's own books, and how often the service compares the ledger with them.

use std::path::Path;
use std::time::Duration;

use jetpay_core::signature::Key;
use jetpay_gate::{BaseUrl, DataApi, GateError};
use zeroize::Zeroizing;

use super::secret;
use super::table::{Table, Text};

/// How the platform's Data API is asked.
pub struct DataApiConfig {
    /// Its address.
    pub base_url: BaseUrl,
    /// The token of a user of the Dashboard.
    pub token: Zeroizing<String>,
    /// The key that belongs to the token. It signs requests and verifies answers.
    pub key: Key,
    /// The time limit of an answer.
    pub timeout: Duration,
}

impl DataApiConfig {
    /// A client with these settings.
    ///
    /// # Errors
    /// [`GateError`] if this machine has no certificates that can be loaded.
    pub fn client(&self) -> Result<DataApi, GateError> {
        DataApi::builder(self.base_url.clone(), &self.token, self.key.clone())
            .with_timeout(self.timeout)
            .build()
    }
}

/// The maximum of `answer_within_seconds`.
const MAX_SECONDS: i64 = 3600;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// How often the service may reconcile. Each time it looks back 15 days, so no operation is left out.
const EVERY: std::ops::RangeInclusive<u64> = HOUR..=14 * DAY;

/// The settings; `None` without `[data_api]`, and after a problem. A service also loads the certificates that it needs.
pub(super) fn read(data_api: &Table<'_>, folder: &Path, serving: bool) -> Option<DataApiConfig> {
    if !data_api.is_present() {
        return None;
    }
    if data_api.get("base_url").is_none() {
        data_api.missing(
            "base_url",
            "it is missing; ask JetPay for the address of its Data API",
        );
    }
    for (file, env) in [("token_file", "token_env"), ("key_file", "key_env")] {
        if data_api.get(file).or(data_api.get(env)).is_none() {
            data_api.missing(file, &format!("it is missing, and {env} is too"));
        }
    }
    let address = data_api.text("base_url");
    let base_url = address.and_then(|text| base_url(&text));
    let token = secret::token(data_api, "token_env", "token_file", folder);
    let key = secret::one_of(data_api, "key_env", "key_file", folder);
    if let Some((place, key)) = &key {
        secret::warn_of_unseen(key, place);
    }
    let timeout = data_api.number("answer_within_seconds", 1..=MAX_SECONDS);
    let config = DataApiConfig {
        base_url: base_url?,
        token: token?.1,
        key: Key::new(&key?.1).ok()?,
        timeout: Duration::from_secs(timeout?),
    };
    if serving && let Err(error) = config.client() {
        address?.problem(&error.to_string());
    }
    Some(config)
}

fn base_url(text: &Text<'_>) -> Option<BaseUrl> {
    let url = super::gate::address(text)?;
    if url.to_string().ends_with("/v1") {
        text.problem("write it without /v1, which the service adds");
        return None;
    }
    Some(url)
}

/// How often the service reconciles; `None` is never.
pub(super) fn every(reconcile: &Table<'_>, data_api: &Table<'_>) -> Option<Duration> {
    if reconcile.is_present() && !data_api.is_present() {
        reconcile.problem(
            "there is no [data_api], which the service asks; write [data_api], or remove [reconcile]",
        );
    }
    let text = reconcile.text("every")?;
    let duration = seconds(text.text).filter(|seconds| EVERY.contains(seconds));
    if duration.is_none() {
        text.problem(
            "write minutes, hours or days, from \"1h\" to \"14d\", such as \"90m\", \"24h\" or \"1d\"",
        );
    }
    duration.map(Duration::from_secs)
}

/// The seconds of `90m`, `24h` or `1d`.
fn seconds(text: &str) -> Option<u64> {
    let units = [('m', MINUTE), ('h', HOUR), ('d', DAY)];
    let (number, unit) =
        (units.iter()).find_map(|(name, unit)| Some((text.strip_suffix(*name)?, unit)))?;
    let is_plain = number.bytes().all(|byte| byte.is_ascii_digit());
    number
        .parse::<u64>()
        .ok()
        .filter(|_| is_plain)?
        .checked_mul(*unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::{HEAD, PROJECT, TOKEN, assert_problems, assert_refused, read};

    const DATA_API: &str = "[data_api]\nbase_url = \"https://data.example\"\ntoken_file = \"token\"\nkey_file = \"other\"\n";

    #[test]
    fn every_key_of_the_data_api_is_used_and_without_the_tables_there_is_none() {
        let none = read(&format!("{HEAD}{PROJECT}")).unwrap();
        assert!(none.data_api.is_none() && none.reconcile_every.is_none());
        let text = DATA_API.replace("https://data.example", "http://127.0.0.1:9000/base");
        let config = read(&format!("{HEAD}{PROJECT}{text}answer_within_seconds = 5\n")).unwrap();
        assert_eq!(config.reconcile_every, None);
        let data_api = config.data_api.unwrap();
        assert_eq!(data_api.base_url.to_string(), "http://127.0.0.1:9000/base");
        // The line end of the file is no part of it.
        assert_eq!(data_api.token.as_str(), TOKEN);
        let key = Key::new("another token of the tests of jetpay").unwrap();
        assert_eq!(data_api.key.sign("x"), key.sign("x"));
        assert_eq!(data_api.timeout.as_secs(), 5);
        let shown = format!("{:?}", data_api.client().unwrap());
        assert!(shown.contains("5s") && !shown.contains(TOKEN), "{shown}");
    }

    #[test]
    fn schedule_is_minutes_hours_or_days_from_an_hour_to_a_fortnight() {
        for (text, seconds) in [
            ("60m", 3600),
            ("90m", 5400),
            ("24h", 86_400),
            ("1d", 86_400),
            ("14d", 1_209_600),
        ] {
            let config = format!("{HEAD}{PROJECT}{DATA_API}[reconcile]\nevery = {text:?}\n");
            let every = read(&config).unwrap().reconcile_every;
            assert_eq!(every, Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in [
            "",
            "h",
            "24",
            "59m",
            "0h",
            "15d",
            "1.5h",
            "24 h",
            "+24h",
            "24H",
            "1w",
            "99999999999999999999h",
            "9999999999999999d",
        ] {
            let config = format!("{HEAD}{PROJECT}{DATA_API}[reconcile]\nevery = {text:?}\n");
            assert_problems(
                &config,
                "14: reconcile.every: write minutes, hours or days, from \"1h\" to \"14d\"",
            );
        }
        let config = format!("{HEAD}{PROJECT}{DATA_API}[reconcile]\nevery = 24\n");
        assert_problems(
            &config,
            "14: reconcile.every: this is a number; write every = \"24h\"",
        );
        let alone = format!("{HEAD}{PROJECT}[reconcile]\nevery = \"24h\"\n");
        assert_problems(
            &alone,
            "9: reconcile: there is no [data_api], which the service asks",
        );
    }

    #[test]
    fn invalid_data_api_is_refused_with_its_line() {
        let rows = r#"
URL | KEY                                    => 10: data_api.token_file: it is missing, and token_env is too; write token_file =
URL | TOKEN                                  => 10: data_api.key_file: it is missing, and key_env is too; write key_file =
TOKEN | KEY                                  => 10: data_api.base_url: it is missing; ask JetPay for the address of its Data API; write base_url =
base_url = "https://..." | TOKEN | KEY       => 11: data_api.base_url: a base URL must be a URL
base_url = "http://data.example" | TOKEN | KEY       => 11: data_api.base_url: a base URL must begin with https://
base_url = "https://data.example/v1/" | TOKEN | KEY  => 11: data_api.base_url: write it without /v1, which the service adds
base_url = "https://data.example " | TOKEN | KEY     => 11: data_api.base_url: a URL has no white space
URL | TOKEN | KEY | key_env = "JETPAY_KEY"   => 13: data_api.key_file: key_env is set too; keep one of them
URL | TOKEN | key_file = "none"              => 13: data_api.key_file: there is no such file
URL | TOKEN | key_file = "empty"             => 13: data_api.key_file: the secret is empty
URL | TOKEN | key_env = "JETPAY_NO"          => 13: data_api.key_env: the environment variable JETPAY_NO is not set
URL | token_file = "unseen" | KEY            => 12: data_api.token_file: this token has a line break or another character that cannot be seen
URL | token_env = "JETPAY_NO" | KEY          => 12: data_api.token_env: the environment variable JETPAY_NO is not set
URL | TOKEN | KEY | answer_within_seconds = 0     => 14: data_api.answer_within_seconds: write a whole number from 1 to 3600
URL | TOKEN | KEY | answer_within_seconds = "5m"  => 14: data_api.answer_within_seconds: write a whole number from 1 to 3600
URL | TOKEN | KEY | base_uri = 1             => 14: data_api.base_uri: there is no such key; did you mean `base_url`?
"#;
        let rows = rows.replace("URL |", "base_url = \"https://data.example\" |");
        let rows = rows
            .replace("TOKEN", "token_file = \"token\"")
            .replace("KEY  ", "key_file = \"other\"  ");
        assert_refused(
            "[data_api]",
            &rows.replace("KEY |", "key_file = \"other\" |"),
        );
    }
}
