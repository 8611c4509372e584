//! How many top-ups begin in a time.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

/// Faster than this nobody pays.
const MOST_A_SECOND: u64 = 10_000;
/// Digits behind the point.
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

/// The text is no rate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "a rate is a number of top-ups a second, such as 5 or 0.5, or with a unit, such as 30/min or 100/h; \
     more than nothing, at most {MOST_A_SECOND} a second, with up to three digits behind the point"
)]
pub struct RateError;

impl Rate {
    /// One a second.
    pub const ONE_A_SECOND: Self = Self {
        thousandths: ONE,
        unit: Unit::Second,
    };

    /// The time between two, on average.
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

/// `12.5` is 12500.
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
    /// As it is read.
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
    fn rates_are_read_to_the_thousandth_and_printed_as_they_are_read() {
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
    fn anything_else_is_no_rate() {
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
