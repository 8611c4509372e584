//! How the store, the deliveries and the look-ups are, and how long the disk lasts.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use jetpay_ledger::Ledger;

use super::board::Board;
use super::day::Counted;

/// The size of the store, and what is left for it, in bytes, as far as they are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Room {
    pub(super) used: Option<u64>,
    pub(super) free: Option<u64>,
}

impl Room {
    pub(super) async fn of(board: &Board, ledger: &Ledger) -> Self {
        match &board.file {
            Some(file) => Self::of_file(file),
            None => Self {
                used: ledger
                    .database_size()
                    .await
                    .ok()
                    .and_then(|it| it.try_into().ok()),
                free: None,
            },
        }
    }

    fn of_file(file: &Path) -> Self {
        let mut log = OsString::from(file);
        log.push("-wal");
        let size = |path: &Path| fs::metadata(path).map(|it| it.len());
        let used = size(file).map(|bytes| bytes + size(&PathBuf::from(log)).unwrap_or_default());
        let free = rustix::fs::statvfs(file).map(|it| it.f_bavail.saturating_mul(it.f_frsize));
        Self {
            used: used.ok(),
            free: free.ok(),
        }
    }

    /// Whether there is almost no room left. A store without room takes neither payments nor callbacks.
    pub(super) fn is_low(self) -> bool {
        self.free.is_some_and(|free| free < LITTLE)
    }

    /// How many days the free room lasts, if every day has as much as today so far, and an entry needs as much as one did on
    /// average: `None` when that is not known, or when today is too short to say.
    pub(super) fn lasts(self, counted: &Counted, elapsed: i64, last_entry: i64) -> Option<u64> {
        let (used, free) = (u128::from(self.used?), u128::from(self.free?));
        let elapsed = u128::try_from(elapsed).ok().filter(|it| *it >= LEAST)?;
        let all = u128::try_from(last_entry).ok().filter(|all| *all > 0)?;
        let of_today = used * u128::from(counted.sums.entries) / all;
        let a_day = of_today * DAY / elapsed;
        u64::try_from(free.checked_div(a_day)?).ok()
    }
}

/// Bytes.
const LITTLE: u64 = 1_000_000_000;
/// Milliseconds.
const DAY: u128 = 24 * 60 * 60 * 1000;
const LEAST: u128 = 60 * 60 * 1000;

/// A number of bytes for people.
pub(super) fn bytes(bytes: u64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    let (mut rest, mut unit) = (bytes, 0);
    while rest >= 10_000 && unit + 1 < units.len() {
        rest /= 1_000;
        unit += 1;
    }
    format!("{rest} {}", units[unit])
}

#[cfg(test)]
mod tests {
    use jetpay_ledger::Millis;
    use jiff::tz::TimeZone;

    use super::super::span::Span;
    use super::super::sums::Sums;
    use super::super::told::Told;
    use super::*;

    #[test]
    fn bytes_are_short_for_people() {
        let of = [0, 9_999, 10_000, 12_345_678, u64::MAX].map(bytes);
        assert_eq!(of, ["0 B", "9999 B", "10 kB", "12 MB", "18446744 TB"]);
    }

    #[test]
    fn room_lasts_as_long_as_days_like_today_fit_into_it() {
        let counted = Counted {
            span: Span::of(Millis(0), &TimeZone::UTC).unwrap(),
            sums: Sums {
                entries: 100,
                ..Sums::default()
            },
            told: Told::default(),
            up_to: None,
        };
        let room = Room {
            used: Some(1_000_000),
            free: Some(2_400_000),
        };
        let hour = 60 * 60 * 1000;
        // An entry needs 1000 bytes: 100,000 bytes in an hour are 2,400,000 a day.
        assert_eq!(room.lasts(&counted, hour, 1_000), Some(1));
        assert_eq!(room.lasts(&counted, 24 * hour, 1_000), Some(24));
        assert_eq!(room.lasts(&counted, hour - 1, 1_000), None);
        assert_eq!(room.lasts(&counted, hour, 0), None);
        let none = Counted {
            sums: Sums::default(),
            ..counted
        };
        assert_eq!(room.lasts(&none, hour, 1_000), None);
    }

    #[test]
    fn room_is_low_below_a_gigabyte_and_not_when_it_is_not_known() {
        let of = |free| Room { used: None, free }.is_low();
        let sizes = [Some(0), Some(999_999_999), Some(1_000_000_000), None];
        assert_eq!(sizes.map(of), [true, true, false, false]);
    }

    #[test]
    fn room_of_a_file_is_known_and_that_of_a_missing_one_is_not() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), [0; 100]).unwrap();
        let room = Room::of_file(file.path());
        assert_eq!(room.used, Some(100));
        assert!(room.free.is_some());
        assert_eq!(Room::of_file(Path::new("/no/such/file")), Room::default());
    }
}
