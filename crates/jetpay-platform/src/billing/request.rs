//! Reads a request: the query of a GET, or the form of a POST.

use std::collections::HashMap;

use jiff::civil::DateTime;

/// A request that can be read.
pub(super) struct Request {
    pub(super) command: Command,
    pub(super) txn_id: String,
    pub(super) account: String,
    /// In minor units with two digits. Of a check it means nothing.
    pub(super) minor: i64,
}

pub(super) enum Command {
    Check,
    Pay,
    /// Takes back the payment with this `prv_txn`.
    Cancel(String),
}

/// Why a request cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RequestError {
    /// A parameter is missing or wrong.
    Parameter(&'static str),
    /// The account cannot be one.
    Account,
}

/// The parameters by name.
pub(super) struct Parameters(HashMap<String, String>);

impl Parameters {
    /// Reads `name=value&name=value`.
    ///
    /// # Errors
    /// When a parameter comes twice.
    pub(super) fn parse(text: &str) -> Result<Self, RequestError> {
        let mut all = HashMap::new();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            if all.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(RequestError::Parameter("a parameter that comes twice"));
            }
        }
        Ok(Self(all))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The request that they make.
    pub(super) fn request(&self) -> Result<Request, RequestError> {
        let wrong = RequestError::Parameter;
        let txn_id = self.get("txn_id").filter(|it| is_number(it));
        let txn_id = txn_id.ok_or(wrong("txn_id"))?;
        let account = self.get("account").ok_or(wrong("account"))?;
        if !is_account(account) {
            return Err(RequestError::Account);
        }
        let minor = self.get("sum").and_then(minor).ok_or(wrong("sum"))?;
        let command = match self.get("command") {
            Some("check") => Command::Check,
            Some("pay") => {
                let date = self.get("txn_date").filter(|it| is_date(it));
                date.ok_or(wrong("txn_date"))?;
                Command::Pay
            }
            Some("cancel") => {
                let prv_txn = self.get("prv_txn").or(self.get("prv_txn_id"));
                Command::Cancel(prv_txn.ok_or(wrong("prv_txn"))?.to_owned())
            }
            _ => return Err(wrong("command")),
        };
        Ok(Request {
            command,
            txn_id: txn_id.to_owned(),
            account: account.to_owned(),
            minor,
        })
    }
}

/// At most 20 digits.
fn is_number(text: &str) -> bool {
    (1..=20).contains(&text.len()) && is_digits(text)
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// 1 to 64 letters, digits and `-._@+`.
fn is_account(text: &str) -> bool {
    let is_good = |it: char| it.is_alphanumeric() || "-._@+".contains(it);
    (1..=64).contains(&text.chars().count()) && text.chars().all(is_good)
}

/// `YYYYMMDDhhmmss`.
fn is_date(text: &str) -> bool {
    text.len() == 14 && is_digits(text) && DateTime::strptime("%Y%m%d%H%M%S", text).is_ok()
}

/// `200` or `200.00` as 20000.
fn minor(text: &str) -> Option<i64> {
    let (whole, hundredths) = text.split_once('.').unwrap_or((text, "00"));
    let is_sum = (1..=15).contains(&whole.len()) && hundredths.len() == 2;
    (is_sum && is_digits(whole) && is_digits(hundredths))
        .then(|| format!("{whole}{hundredths}").parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Request, RequestError> {
        Parameters::parse(text)?.request()
    }

    #[test]
    fn sum_is_read_in_minor_units() {
        for (text, expected) in [
            ("200.00", Some(20_000)),
            ("200", Some(20_000)),
            ("0.01", Some(1)),
            ("999999999999999.99", Some(99_999_999_999_999_999)),
            ("", None),
            (".50", None),
            ("1.5", None),
            ("1,50", None),
            ("-1.00", None),
            ("1.00.00", None),
            ("1e3", None),
            ("9999999999999999.00", None),
        ] {
            assert_eq!(minor(text), expected, "{text}");
        }
    }

    #[test]
    fn request_with_a_wrong_parameter_is_refused_by_its_name() {
        let good = "command=pay&txn_id=28&account=71&sum=1.00&txn_date=20240801120000";
        assert!(read(good).is_ok());
        for (from, to, why) in [
            ("command=pay", "command=book", "command"),
            ("txn_id=28", "txn_id=a", "txn_id"),
            ("txn_id=28", "txn_id=123456789012345678901", "txn_id"),
            ("account=71&", "", "account"),
            ("sum=1.00&", "", "sum"),
            ("20240801120000", "20240231120000", "txn_date"),
            ("&txn_date=20240801120000", "", "txn_date"),
            ("command=pay", "command=cancel", "prv_txn"),
            (
                "account=71",
                "account=71&account=72",
                "a parameter that comes twice",
            ),
        ] {
            let refused = read(&good.replace(from, to)).err();
            assert_eq!(refused, Some(RequestError::Parameter(why)), "{to}");
        }
        let spaced = read(&good.replace("account=71", "account=7+1"));
        assert_eq!(spaced.err(), Some(RequestError::Account));
    }
}
