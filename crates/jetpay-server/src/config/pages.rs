//! `[pages]`: the pages for the people at the desk.

use std::net::SocketAddr;

use jiff::tz::TimeZone;

use super::file;
use super::table::Table;
use crate::zone;

/// Where the pages are, and the times that they show.
#[derive(Clone)]
pub struct PagesConfig {
    /// The address that browsers call.
    pub listen: SocketAddr,
    /// The time zone of the people who read them. UTC is shown beside it.
    pub zone: TimeZone,
    /// The zone's name, as it is shown.
    pub zone_name: String,
    /// Names by which browsers call the pages, besides addresses and `localhost`.
    pub hosts: Vec<String>,
}

/// The settings; `None` without `[pages]`, and after a problem.
pub(super) fn read(pages: &Table<'_>, serving: bool) -> Option<PagesConfig> {
    if !pages.is_present() {
        return None;
    }
    let listen = file::listen(pages, serving);
    let zone_name = match pages.text("zone") {
        Some(text) => {
            if let Err(what) = zone::named(text.text) {
                text.problem(what);
            }
            text.text.to_owned()
        }
        None => pages.default("zone")?.to_owned(),
    };
    Some(PagesConfig {
        listen,
        zone: zone::named(&zone_name).ok()?,
        zone_name,
        hosts: super::admin::hosts(pages),
    })
}
