//! Alarms by e-mail: one digest in 15 minutes at most.
//!
//! The cursor of a delivery stream says up to which alarm is mailed, and its lease when the next mail may be sent. So neither a
//! restart nor a second server on the store sends an alarm again, or a second mail within the 15 minutes.

mod digest;
mod smtp;
#[cfg(test)]
mod tests;

pub(crate) use smtp::Smtp;

use std::sync::Arc;
use std::time::Duration;

use actix_web::rt;
use futures_util::future::join_all;
use jetpay_ledger::{DeliveryProgress, DeliveryStream, Error, Feed, Ledger, Millis};
use lettre::address::Envelope;
use tokio::sync::watch;

use self::digest::Digest;
use crate::config::{Config, MailConfig};
use crate::environment::now;
use crate::telemetry;

/// The name of the delivery stream: no endpoint of the configuration may have it.
pub(crate) const STREAM: &str = "mail";

/// How long things take. Tests have shorter times.
#[derive(Clone, Copy)]
struct Pace {
    /// The pause between two looks for new alarms.
    poll: Duration,
    /// How long further alarms are gathered after the first one.
    gather: Duration,
    /// The shortest time from one mail to the next.
    period: Duration,
    /// The pauses after failures double from the first to the longest one, which is not longer than the period.
    pauses: (Duration, Duration),
}

const PACE: Pace = Pace {
    poll: Duration::from_secs(10),
    gather: Duration::from_secs(60),
    period: Duration::from_secs(15 * 60),
    pauses: (Duration::from_secs(60), Duration::from_secs(15 * 60)),
};

/// Mails new alarms.
pub(crate) struct Mail {
    ledger: Ledger,
    config: MailConfig,
    smtp: Smtp,
    pace: Pace,
}

/// What became of the new alarms.
#[derive(Debug, PartialEq, Eq)]
enum Turn {
    /// They are mailed, or need no mail.
    Done,
    /// The time for a mail has not come, or another server is at it.
    NotNow,
    /// The mail server took the mail for no receiver. It is sent again after this pause.
    Failed,
}

impl Mail {
    /// The mail of a configuration; `None` without `[mail]`.
    ///
    /// # Errors
    /// When the server's name cannot be in a certificate.
    pub(crate) fn new(config: &Config, ledger: &Ledger) -> Result<Option<Self>, String> {
        let Some(config) = &config.mail else {
            return Ok(None);
        };
        Ok(Some(Self {
            ledger: ledger.clone(),
            smtp: Smtp::new(config)?,
            config: config.clone(),
            pace: PACE,
        }))
    }

    /// Works until `ending` is true; a mail in progress is sent to its end, which takes some seconds. After a panic it logs the
    /// error and starts again.
    pub(crate) async fn run(self, ending: watch::Receiver<bool>) {
        let pause = self.pace.pauses.0;
        let mail = Arc::new(self);
        while let Err(error) = rt::spawn(Arc::clone(&mail).work(ending.clone())).await {
            tracing::error!("the mail of alarms failed and starts again: {error}");
            rt::time::sleep(pause).await;
        }
    }

    async fn work(self: Arc<Self>, mut ending: watch::Receiver<bool>) {
        let Pace {
            poll,
            gather,
            pauses,
            ..
        } = self.pace;
        let (mut pause, mut waits, mut gathered) = (pauses.0, Duration::ZERO, false);
        loop {
            tokio::select! {
                () = rt::time::sleep(waits) => {}
                _ = ending.wait_for(|ends| *ends) => return,
            }
            let turn = match self.has_new().await {
                Ok(true) if gathered => self.turn(pause).await,
                Ok(has_new) => {
                    gathered = has_new;
                    waits = if has_new { gather } else { poll };
                    continue;
                }
                Err(error) => Err(error),
            };
            waits = poll;
            match turn {
                Ok(Turn::Done) => (gathered, pause) = (false, pauses.0),
                Ok(Turn::NotNow) => {}
                Ok(Turn::Failed) => {
                    waits = pause;
                    pause = (pause * 2).min(pauses.1);
                }
                // The service logs once that the store is not available.
                Err(error) => tracing::debug!("cannot mail alarms now: {error}"),
            }
        }
    }

    fn stream() -> DeliveryStream {
        DeliveryStream {
            name: STREAM.to_owned(),
            feed: Feed::Alarms,
        }
    }

    /// Whether there are alarms that are not mailed. What was raised before the first start with `[mail]` is not.
    async fn has_new(&self) -> Result<bool, Error> {
        let stream = Self::stream();
        let status = self.ledger.delivery_status(&[STREAM.to_owned()]).await?;
        if let Some(status) = status.iter().find(|status| status.stream == stream) {
            return Ok(status.cursor < status.last);
        }
        let until = after(now(), self.pace.period);
        let lease = self.ledger.lease_deliveries(&stream, now(), until).await?;
        if let Some(lease) = lease {
            let released = self.ledger.release_deliveries(&stream, lease.fencing_token);
            released.await?;
        }
        Ok(false)
    }

    /// Mails the new alarms, if it is time. After a failure, every server waits for `pause`.
    async fn turn(&self, pause: Duration) -> Result<Turn, Error> {
        let stream = Self::stream();
        // As long as the longest pause: the ledger takes an end that is much further ahead for one of a wrong clock.
        let until = after(now(), self.pace.period);
        let lease = self.ledger.lease_deliveries(&stream, now(), until).await?;
        let Some(lease) = lease else {
            return Ok(Turn::NotNow);
        };
        let digest = Digest::read(&self.ledger, lease.cursor).await?;
        let last = digest.as_ref().map_or(lease.cursor, |digest| digest.last);
        let mail = digest.and_then(|digest| digest.mail(&self.config));
        let (cursor, waits, turn) = match &mail {
            None => (last, Duration::ZERO, Turn::Done),
            Some(mail) if self.send(&mail.formatted()).await => {
                (last, self.pace.period, Turn::Done)
            }
            Some(_) => (lease.cursor, pause, Turn::Failed),
        };
        let recorded = loop {
            let progress = DeliveryProgress {
                cursor,
                ..DeliveryProgress::default()
            };
            let token = lease.fencing_token;
            let recorded =
                self.ledger
                    .record_deliveries(&stream, token, progress, now(), after(now(), waits));
            match recorded.await {
                Ok(recorded) => break recorded,
                // The mail is sent: a digest that is not recorded comes twice.
                Err(error) if now() < until => tracing::debug!("cannot record a mail now: {error}"),
                Err(error) => return Err(error),
            }
            rt::time::sleep(self.pace.pauses.0.min(Duration::from_secs(1))).await;
        };
        if recorded.is_none() {
            tracing::warn!("a mail of alarms took longer than it may, and comes again");
        }
        Ok(turn)
    }

    /// Sends a mail to each receiver, side by side. Returns whether the server took it for one of them at least: then it does not
    /// come again, because a receiver that the server refuses must not keep the alarms from the others.
    async fn send(&self, mail: &[u8]) -> bool {
        let sent = self.config.to.iter().map(async |to| {
            let from = Some(self.config.from.email.clone());
            let envelope = Envelope::new(from, vec![to.email.clone()]);
            let envelope = envelope.expect("it has a receiver");
            let sent = self.smtp.send(&envelope, mail).await;
            telemetry::mail_sent(&self.config.server, &to.email, &sent);
            sent.is_ok()
        });
        join_all(sent).await.contains(&true)
    }
}

fn after(time: Millis, waits: Duration) -> Millis {
    let waits = i64::try_from(waits.as_millis()).unwrap_or(i64::MAX);
    Millis(time.0.saturating_add(waits))
}
