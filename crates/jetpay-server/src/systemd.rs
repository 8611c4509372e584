//! What the service tells the service manager, if one listens (`Type=notify-reload`): that it is ready, takes its
//! configuration again, stops, and is not stuck.

use actix_web::rt;
use sd_notify::NotifyState::{self, MonotonicUsec, Ready, Reloading, Status, Stopping, Watchdog};

/// The service is ready. It is also while a database is away: it then answers 503, and needs no restart.
pub(crate) fn ready(status: &str) {
    tell(&[Ready, Status(status)]);
}

pub(crate) fn reloading() {
    let now = NotifyState::monotonic_usec_now().unwrap_or(MonotonicUsec(0));
    tell(&[Reloading, now]);
}

pub(crate) fn stopping() {
    tell(&[Stopping, Status("finishing the accepted requests")]);
}

/// A change that needs no other word.
pub(crate) fn status(status: &str) {
    tell(&[Status(status)]);
}

/// Tells a watchdog twice in its time that the main thread is not stuck.
pub(crate) fn watch() {
    let Some(time) = sd_notify::watchdog_enabled() else {
        return;
    };
    rt::spawn(async move {
        loop {
            tell(&[Watchdog]);
            rt::time::sleep(time / 2).await;
        }
    });
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!("the service manager cannot be told: {error}");
    }
}
