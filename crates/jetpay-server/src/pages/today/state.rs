//! What waits, the last callback of each method, deliveries, look-ups, the store and the service.

use std::collections::BTreeMap;

use jetpay_ledger::{Counts, DeliveryStatus, Error, Millis};
use maud::{Markup, html};

use super::super::length::{LONG, age};
use super::super::list::{Caption, Cell, List};
use super::super::show;
use super::super::visit::Visit;
use super::ago;
use super::day::Counted;
use super::health::{Room, bytes};
use crate::admin::Endpoint;
use crate::telemetry::{self, LookupHealth};

/// Clocks differ, but an id of a day from now is no id of ours.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// What is read for each page.
pub(super) struct State {
    counts: Counts,
    /// Payments that wait, and were announced in the last minutes; `None`: too many were announced to count them.
    new_pending: Option<i64>,
    open_payouts: i64,
    overdue_payouts: i64,
    streams: Vec<DeliveryStatus>,
    last_entry: i64,
    room: Room,
    takes_writes: bool,
}

impl State {
    pub(super) async fn read(visit: &Visit, now: Millis) -> Result<Self, Error> {
        let ledger = visit.ledger();
        let endpoints: Vec<_> = visit
            .pages
            .admin
            .endpoints
            .iter()
            .map(Endpoint::name)
            .collect();
        let room = async { Ok(Room::of(&visit.pages.board, ledger).await) };
        let (counts, new_pending, (open, overdue), streams, last_entry, room) = tokio::try_join!(
            ledger.counts(),
            ledger.pending_between(Millis(now.0 - LONG), Millis(now.0.saturating_add(DAY))),
            ledger.open_payouts(),
            ledger.delivery_status(&endpoints),
            ledger.last_entry(),
            room,
        )?;
        Ok(Self {
            counts,
            new_pending,
            open_payouts: open.values().sum(),
            overdue_payouts: overdue,
            streams,
            last_entry,
            room,
            takes_writes: ledger.ready().is_ok(),
        })
    }

    /// What a person must see first.
    pub(super) fn problems(&self, visit: &Visit) -> Markup {
        let words = visit.words;
        html! {
            @if !self.takes_writes { p.problem { (words.get("today-store")) ": " (words.get("today-store-down")) } }
            @if self.room.is_low() { p.problem { (words.get("today-room-low")) } }
        }
    }

    pub(super) fn section(&self, visit: &Visit, counted: &Counted, now: Millis) -> Markup {
        let words = visit.words;
        html! {
            section {
                h2 { (words.get("today-waits")) }
                (self.waits(visit))
            }
            section {
                h2 { (words.get("today-last")) }
                (last(visit, counted, now).table(visit, Caption::Unseen(&words.get("today-last")), None, None))
            }
            @if !self.streams.is_empty() {
                section {
                    h2 { (words.get("today-deliveries")) }
                    (self.deliveries(visit, now).table(visit, Caption::Unseen(&words.get("today-deliveries")), None, None))
                }
            }
            @if visit.pages.board.has_lookup {
                section {
                    h2 { (words.get("today-lookups")) }
                    (lookups(visit, &telemetry::lookup_health()))
                }
            }
            section {
                h2 { (words.get("today-service")) }
                (self.service(visit, counted, now))
            }
        }
    }

    fn waits(&self, visit: &Visit) -> Markup {
        let words = visit.words;
        let Counts {
            pending,
            unmatched,
            quarantined,
            open_alarms,
            ..
        } = self.counts;
        html! {
            dl.facts {
                dt { (words.get("today-pending")) }
                dd { (pending) }
                dt { (words.get("today-pending-long")) }
                dd {
                    @match self.new_pending {
                        Some(new) => { ((pending - new).max(0)) },
                        None => { (words.get("today-not-counted")) },
                    }
                }
                dt { a href="/alarms" { (words.get("today-open-alarms")) } }
                dd { (open_alarms) }
                dt { a href="/inbox" { (words.get("today-inbox")) } }
                dd { (unmatched) }
                dt { (words.get("today-quarantined")) }
                dd { (quarantined) }
                dt { a href="/payouts" { (words.get("today-open-payouts")) } }
                dd { (self.open_payouts) }
                dt { (words.get("today-overdue-payouts")) }
                dd { (self.overdue_payouts) }
            }
        }
    }

    fn deliveries(&self, visit: &Visit, now: Millis) -> List {
        let rows = self.streams.iter().map(|status| {
            let lag = status.last - status.cursor + status.waiting;
            let oldest = status.oldest.map(|time| ago(visit, time, now));
            vec![
                Cell::Text(show::text(&status.stream.name)),
                Cell::Text(visit.words.word("feed", status.stream.feed.as_str())),
                Cell::Text(lag.to_string()),
                Cell::Text(status.parked.to_string()),
                Cell::Text(oldest.unwrap_or_default()),
            ]
        });
        List {
            columns: &[
                "today-endpoint",
                "today-feed",
                "today-behind-by",
                "today-parked",
                "today-oldest",
            ],
            rows: rows.collect(),
        }
    }

    fn service(&self, visit: &Visit, counted: &Counted, now: Millis) -> Markup {
        let words = visit.words;
        let board = &visit.pages.board;
        let state = if self.takes_writes {
            "today-store-up"
        } else {
            "today-store-down"
        };
        let kind = if board.file.is_some() {
            "SQLite"
        } else {
            "PostgreSQL"
        };
        let unknown = || words.get("today-not-known");
        let size = |size: Option<u64>| size.map_or_else(unknown, bytes);
        html! {
            dl.facts {
                dt { (words.get("today-store")) }
                dd { (kind) ": " (words.get(state)) }
                dt { (words.get("today-used")) }
                dd { (size(self.room.used)) }
                dt { (words.get("today-free")) }
                @if board.file.is_some() {
                    dd { (size(self.room.free)) }
                    dt { (words.get("today-lasts")) }
                    dd { (self.lasts(visit, counted, now).unwrap_or_else(unknown)) }
                } @else {
                    dd { (words.get("today-free-elsewhere")) }
                }
                dt { (words.get("today-version")) }
                dd { (env!("CARGO_PKG_VERSION")) }
                dt { (words.get("today-since")) }
                dd { (show::time(visit, board.started)) " · " (age(words, board.started, now)) }
            }
        }
    }

    /// How long the free room lasts. While the day is not counted, it cannot be said.
    fn lasts(&self, visit: &Visit, counted: &Counted, now: Millis) -> Option<String> {
        let elapsed = now.0 - counted.span.begins.0;
        let lasts = self.room.lasts(counted, elapsed, self.last_entry);
        let days = lasts.filter(|_| counted.up_to.is_none())?;
        Some(visit.words.with("length-days", [("count", days.into())]))
    }
}

/// When the last callback of each method came, and when the last one credited a payment.
fn last(visit: &Visit, counted: &Counted, now: Millis) -> List {
    let mut methods: BTreeMap<String, (Option<Millis>, Option<Millis>)> = BTreeMap::new();
    for (method, time) in visit.pages.board.last_credits() {
        methods.entry(method).or_default().1 = Some(time);
    }
    for (method, time) in &counted.sums.last_credits {
        let last = &mut methods.entry(method.clone()).or_default().1;
        *last = (*last).max(Some(*time));
    }
    for (method, time) in &counted.told.last {
        methods.entry(method.clone()).or_default().0 = Some(*time);
    }
    let rows = methods.into_iter().map(|(method, (callback, credit))| {
        // A callback before those that were read may be a later one than the last credit.
        let time = callback.map(|time| time.max(credit.unwrap_or(time)));
        let age = time.map(|time| ago(visit, time, now));
        let unknown = || Cell::Text(visit.words.get("today-not-known"));
        vec![
            Cell::Text(visit.words.word("method", &method)),
            time.map_or_else(unknown, |time| Cell::Time(Some(time))),
            Cell::Text(age.unwrap_or_default()),
            Cell::Time(credit),
        ]
    });
    List {
        columns: &[
            "today-method",
            "today-last-callback",
            "today-age",
            "today-last-credit",
        ],
        rows: rows.collect(),
    }
}

fn lookups(visit: &Visit, health: &LookupHealth) -> Markup {
    let words = visit.words;
    let state = if health.is_left_alone {
        "today-lookups-down"
    } else {
        "today-lookups-up"
    };
    html! {
        p.problem[health.is_left_alone] { (words.get(state)) }
        dl.facts {
            @for (outcome, count) in &health.outcomes {
                dt { (words.word("today-lookup", outcome)) }
                dd { (count) }
            }
            @for (outcome, count) in &health.fallbacks {
                dt { (words.word("today-fallback", outcome)) }
                dd { (count) }
            }
        }
    }
}
