//! The time zones of this machine.

use jiff::tz::{self, TimeZone};

/// The zone with this name in the time zone database of the IANA.
///
/// # Errors
/// What to write or to install.
pub(crate) fn named(name: &str) -> Result<TimeZone, &'static str> {
    if name.eq_ignore_ascii_case("UTC") {
        return Ok(TimeZone::UTC);
    }
    TimeZone::get(name).map_err(|_| {
        if tz::db().is_definitively_empty() {
            "this machine has no time zones: install the package tzdata, or write UTC"
        } else {
            "there is no such zone; write a name such as UTC or Asia/Almaty"
        }
    })
}
