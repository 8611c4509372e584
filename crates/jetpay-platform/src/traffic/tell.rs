//! Telling something of a payment, and again until it is acknowledged.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinSet;

use super::judge::{Seen, Wanted};
use super::kind::Kind;
use super::plan::{Act, Plan, Telling};
use super::raw;
use super::settings::Route;
use super::world::{About, World};
use crate::acknowledgement::{is_acknowledged, is_one_acknowledged};
use crate::exchange::{Exchange, NoAnswer};
use crate::schedule;

/// A callback that was not acknowledged.
pub(super) struct Again {
    number: u64,
    route: usize,
    kind: Kind,
    payment_id: String,
    body: Vec<u8>,
}

impl World {
    /// Does one telling; what must be sent again.
    pub(super) async fn tell(
        &self,
        plan: &Plan,
        payment_id: &str,
        telling: &Telling,
        body: Vec<u8>,
    ) -> Option<Again> {
        let route = &self.traffic.routes[plan.route];
        let kind = Kind::of(telling);
        let about = About {
            number: plan.number,
            route,
            kind,
            payment_id: Some(payment_id),
        };
        let acknowledged = match telling.act {
            Act::Tell(_) => self.send(about, Wanted::Acknowledged, &body).await,
            Act::AtOnce(_, times) => self.send_at_once(about, times, &body).await,
            Act::Slowly(_, takes) => self.send_slowly(about, takes, &body).await,
            Act::Cut(_) => {
                self.cut(about, &body).await;
                return None;
            }
            Act::WrongAmount(_) => return self.lie(about, Wanted::PutAside, &body).await,
            Act::BadSignature | Act::Tampered | Act::UnknownPayment => {
                return self.lie(about, Wanted::Refused, &body).await;
            }
            Act::Garbage => return self.lie(about, Wanted::Unreadable, &body).await,
        };
        (!acknowledged).then(|| Again {
            number: plan.number,
            route: plan.route,
            kind,
            payment_id: payment_id.to_owned(),
            body,
        })
    }

    /// What is no use repeating.
    async fn lie(&self, about: About<'_>, wanted: Wanted, body: &[u8]) -> Option<Again> {
        self.send(about, wanted, body).await;
        None
    }

    /// Whether it was acknowledged.
    async fn send(&self, about: About<'_>, wanted: Wanted, body: &[u8]) -> bool {
        self.judged(about, wanted, about.route.callbacks.send("", body).await)
    }

    /// Whether each was acknowledged. One at least must be; those that are not come again like any other.
    async fn send_at_once(&self, about: About<'_>, times: u8, body: &[u8]) -> bool {
        let mut sends = JoinSet::new();
        for _ in 0..times {
            let (platform, body) = (about.route.callbacks.clone(), body.to_vec());
            sends.spawn(async move { platform.send("", body).await });
        }
        let answers = sends.join_all().await;
        let statuses = answers.iter().flatten().map(|exchange| exchange.status);
        let wanted = if is_one_acknowledged(statuses) {
            Wanted::AnotherAcknowledged
        } else {
            Wanted::OneAcknowledged
        };
        let mut acknowledged = true;
        for answer in answers {
            acknowledged &= self.judged(about, wanted, answer);
        }
        acknowledged
    }

    /// Judges the answer; whether it acknowledges.
    fn judged(&self, about: About<'_>, wanted: Wanted, answer: Result<Exchange, NoAnswer>) -> bool {
        match answer {
            Ok(exchange) => {
                self.judge(
                    about,
                    wanted,
                    Ok((&Seen::from(&exchange), exchange.elapsed)),
                );
                is_acknowledged(exchange.status)
            }
            Err(none) => {
                self.judge(about, wanted, Err(&none.reason));
                false
            }
        }
    }

    async fn send_slowly(&self, about: About<'_>, takes: Duration, body: &[u8]) -> bool {
        let takes = takes / self.traffic.hurry.max(1);
        let answer = raw::slowly(about.route.callbacks.base_url(), body, takes).await;
        let seen = answer
            .map(|(status, took)| (Seen::status(status), took))
            .map_err(|lost| lost.to_string());
        let answer = match &seen {
            Ok((seen, took)) => Ok((seen, *took)),
            Err(reason) => Err(reason.as_str()),
        };
        self.judge(about, Wanted::AcknowledgedIfInTime, answer);
        matches!(answer, Ok((seen, _)) if is_acknowledged(seen.status))
    }

    /// Nobody waits for the answer, so only a connection that cannot be had is worth a word.
    async fn cut(&self, about: About<'_>, body: &[u8]) {
        match raw::cut(about.route.callbacks.base_url(), body).await {
            Ok(()) => self.sent(about.kind),
            Err(lost) => {
                self.judge(about, Wanted::Acknowledged, Err(&lost.to_string()));
            }
        }
    }
}

/// Sends a callback again as the platform does, until it is acknowledged or given up.
pub(super) async fn repeat(world: Arc<World>, again: Again, _waits: OwnedSemaphorePermit) {
    let route: &Route = &world.traffic.routes[again.route];
    let about = About {
        number: again.number,
        route,
        kind: again.kind,
        payment_id: Some(&again.payment_id),
    };
    world.counters.count(|tally| tally.waiting += 1);
    let mut acknowledged = false;
    for wait in schedule::waits().take(world.traffic.repeats) {
        world.sleep(wait).await;
        world.counters.count(|tally| tally.repeats += 1);
        acknowledged = world.send(about, Wanted::Acknowledged, &again.body).await;
        if acknowledged {
            break;
        }
    }
    world.counters.count(|tally| {
        tally.waiting -= 1;
        tally.given_up += u64::from(!acknowledged);
    });
}
