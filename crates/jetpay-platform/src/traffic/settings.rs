//! The settings of traffic, and its rate.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jetpay_core::Currency;
use thiserror::Error;

use super::faults::Faults;
use crate::messages::Contract;
use crate::methods::MethodFacts;
use crate::platform::Platform;
use crate::schedule;

/// A method, and where one project of the merchant accepts it.
#[derive(Debug, Clone)]
pub struct Route {
    pub(super) method: &'static MethodFacts,
    pub(super) platform: Platform,
    pub(super) callbacks: Platform,
}

/// Traffic that is not running yet.
#[derive(Clone)]
#[non_exhaustive]
pub struct Traffic {
    pub(super) routes: Vec<Route>,
    pub(super) customers: Vec<String>,
    /// The contract to pay when the method has contracts. Without it the first payable contract in the answer to
    /// `verify` is paid.
    pub contract: Option<Contract>,
    /// The currency of all top-ups. Default: KZT.
    pub currency: Currency,
    /// The seed of the random numbers. Default: 0.
    pub seed: u64,
    /// How often a top-up begins. Default: one a second.
    pub rate: Rate,
    /// The faults. Default: none.
    pub faults: Faults,
    /// The maximum number of top-ups in progress. While it is reached, further ones are skipped and counted. Default:
    /// 500.
    pub concurrency: usize,
    /// Divides all waits of payers and of the platform, but not the time between top-ups. Default: 1.
    pub hurry: u32,
    /// The number of top-ups. Without it the traffic does not end.
    pub count: Option<u64>,
    /// The maximum number of repeats of a callback that is not acknowledged. Default: 120 in ten days, as the platform
    /// does.
    pub repeats: usize,
}

/// The traffic has nothing to play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EmptyTraffic {
    /// There is no route.
    #[error("there is no route")]
    Route,
    /// There is no customer.
    #[error("there is no customer")]
    Customer,
}

impl Route {
    /// All messages of the method, callbacks too, go to the base URL of the platform.
    #[must_use]
    pub fn new(method: &'static MethodFacts, platform: Platform) -> Self {
        Self {
            method,
            callbacks: platform.clone(),
            platform,
        }
    }

    /// Sends callbacks to the base URL of this platform.
    #[must_use]
    pub fn with_callbacks(mut self, callbacks: Platform) -> Self {
        self.callbacks = callbacks;
        self
    }
}

impl Traffic {
    /// Traffic of these customers by these routes.
    ///
    /// # Errors
    /// [`EmptyTraffic`].
    pub fn new(routes: Vec<Route>, customers: Vec<String>) -> Result<Self, EmptyTraffic> {
        if routes.is_empty() {
            return Err(EmptyTraffic::Route);
        }
        if customers.is_empty() {
            return Err(EmptyTraffic::Customer);
        }
        Ok(Self {
            routes,
            customers,
            contract: None,
            currency: Currency::KZT,
            seed: 0,
            rate: Rate::ONE_A_SECOND,
            faults: Faults::default(),
            concurrency: 500,
            hurry: 1,
            count: None,
            repeats: schedule::waits().len(),
        })
    }
}

/// The maximum rate.
const MOST_A_SECOND: u64 = 10_000;
/// The maximum number of decimals.
const DIGITS: usize = 3;
const ONE: u64 = 1000;

/// How many top-ups begin in a second, a minute or an hour.
///
/// ```
/// use jetpay_platform::traffic::Rate;
/// use std::time::Duration;
///
/// let rate = |text: &str| text.parse::<Rate>();
/// assert_eq!(rate("0.5")?.every(), Duration::from_secs(2));
/// assert_eq!(rate("30/min")?.every(), Duration::from_secs(2));
/// assert!(rate("0").is_err());
/// # Ok::<(), jetpay_platform::traffic::RateError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    thousandths: u64,
    unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Second,
    Minute,
    Hour,
}

/// The text is not a rate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "a rate is a number of top-ups a second, such as 5 or 0.5, or with a unit, such as 30/min or 100/h; \
     more than 0, at most {MOST_A_SECOND} a second, with up to three decimals"
)]
pub struct RateError;

impl Rate {
    /// One a second.
    pub const ONE_A_SECOND: Self = Self {
        thousandths: ONE,
        unit: Unit::Second,
    };

    /// The average time between two top-ups.
    #[must_use]
    pub fn every(self) -> Duration {
        let nanos = self.unit.seconds() * 1_000_000_000 * ONE / self.thousandths;
        Duration::from_nanos(nanos)
    }
}

impl Unit {
    const fn seconds(self) -> u64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3600,
        }
    }
}

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        let (number, unit) = text.trim().split_once('/').unwrap_or((text.trim(), "s"));
        let unit = match unit.trim() {
            "s" | "sec" | "second" => Unit::Second,
            "m" | "min" | "minute" => Unit::Minute,
            "h" | "hour" => Unit::Hour,
            _ => return Err(RateError),
        };
        let thousandths = thousandths(number.trim()).ok_or(RateError)?;
        if thousandths == 0 || thousandths > MOST_A_SECOND * ONE * unit.seconds() {
            return Err(RateError);
        }
        Ok(Self { thousandths, unit })
    }
}

/// `12.5` becomes 12500.
fn thousandths(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > DIGITS {
        return None;
    }
    let part: u64 = format!("{part:0<DIGITS$}").parse().ok()?;
    whole
        .parse::<u64>()
        .ok()?
        .checked_mul(ONE)?
        .checked_add(part)
}

impl fmt::Display for Rate {
    /// The format that [`FromStr`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.thousandths / ONE)?;
        let part = self.thousandths % ONE;
        if part != 0 {
            write!(f, ".{}", format!("{part:03}").trim_end_matches('0'))?;
        }
        f.write_str(match self.unit {
            Unit::Second => "/s",
            Unit::Minute => "/min",
            Unit::Hour => "/h",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_to_the_thousandth_and_printed_in_the_same_format() {
        for (text, printed, every) in [
            ("1", "1/s", Duration::from_secs(1)),
            (" 5 / s ", "5/s", Duration::from_millis(200)),
            ("2.50", "2.5/s", Duration::from_millis(400)),
            ("30/min", "30/min", Duration::from_secs(2)),
            ("0.001/h", "0.001/h", Duration::from_secs(3_600_000)),
            ("10000", "10000/s", Duration::from_micros(100)),
        ] {
            let rate: Rate = text.parse().unwrap();
            assert_eq!((rate.to_string().as_str(), rate.every()), (printed, every));
            assert_eq!(printed.parse(), Ok(rate));
        }
        assert_eq!("1".parse(), Ok(Rate::ONE_A_SECOND));
    }

    #[test]
    fn any_other_text_is_refused() {
        for text in [
            "",
            "0",
            "0.000",
            "-1",
            "1e3",
            ".5",
            "1.",
            "1.2345",
            "10001",
            "1/day",
            "1/",
            "∞",
            "99999999999999999999",
        ] {
            assert_eq!(text.parse::<Rate>(), Err(RateError), "{text:?}");
        }
    }
}
