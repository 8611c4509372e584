//! What a mail says: the new open alarms, each on one line.

use std::fmt::Write;

use jetpay_ledger::{Alarm, AlarmCount, AlarmFilter, Error, Ledger};
use jetpay_platform::visible;
use lettre::Message;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};

use crate::alarm_text::summary;
use crate::config::MailConfig;

/// The alarms that one mail lists one by one at most: the newest ones. It counts all.
const LISTED: usize = 100;

/// The alarms that were raised after the last mail.
pub(super) struct Digest {
    /// The number of the last alarm, open or resolved.
    pub(super) last: i64,
    /// How many are open, by kind.
    counts: Vec<AlarmCount>,
    /// The newest open ones, oldest first.
    listed: Vec<Alarm>,
}

impl Digest {
    /// Reads the alarms after this one; `None` if there are none.
    pub(super) async fn read(ledger: &Ledger, after: i64) -> Result<Option<Self>, Error> {
        let newest = AlarmFilter {
            after: Some(after),
            limit: 1,
            ..AlarmFilter::default()
        };
        let newest = ledger.alarms(newest).await?;
        let Some(last) = newest.first().map(|alarm| alarm.seq) else {
            return Ok(None);
        };
        let open = AlarmFilter {
            after: Some(after),
            before: Some(last.saturating_add(1)),
            resolved: Some(false),
            limit: LISTED,
            ..AlarmFilter::default()
        };
        let mut listed = ledger.alarms(open.clone()).await?;
        listed.reverse();
        let counts = ledger.count_alarms(open).await?;
        Ok(Some(Self {
            last,
            counts,
            listed,
        }))
    }

    /// The mail; `None` if all are resolved meanwhile. The same alarms have the same `Message-ID`, so that a mail server can see
    /// that it has the mail already.
    pub(super) fn mail(&self, config: &MailConfig) -> Option<Message> {
        let newest = self.listed.last()?;
        let total: i64 = self.counts.iter().map(|of_kind| of_kind.count).sum();
        let domain = config.from.email.domain();
        let id = format!("<alarms.{}.{}.{total}@{domain}>", newest.time.0, newest.seq);
        let mut mail = Message::builder()
            .from(config.from.clone())
            .subject(format!("jetpay: {}", alarms(total)))
            .message_id(Some(id))
            .header(ContentType::TEXT_PLAIN)
            // RFC 3834: out-of-office programs do not answer it.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        for to in &config.to {
            mail = mail.to(to.clone());
        }
        let text = self.text(total);
        Some(mail.body(text).expect("it has a sender and a receiver"))
    }

    fn text(&self, total: i64) -> String {
        let mut text = String::new();
        let mut line = |line: std::fmt::Arguments<'_>| {
            let written = writeln!(text, "{line}");
            written.expect("a text takes every line");
        };
        line(format_args!("{} for an operator:\n", alarms(total)));
        for of_kind in &self.counts {
            line(format_args!("{:>6} {}", of_kind.count, of_kind.kind));
        }
        let listed = i64::try_from(self.listed.len()).unwrap_or(i64::MAX);
        if listed < total {
            line(format_args!("\nThe newest {listed}:"));
        }
        line(format_args!(""));
        for alarm in &self.listed {
            let said = visible::line(&summary(alarm));
            let Alarm {
                seq, time, kind, ..
            } = alarm;
            line(format_args!("{seq}  {time}  {kind}: {said}"));
        }
        let first = self.listed.first().map_or(0, |alarm| alarm.seq);
        line(format_args!(
            "\n`jetpay alarms list` lists the open alarms; `jetpay alarms show {first}` says what to do about alarm {first}."
        ));
        text
    }
}

fn alarms(total: i64) -> String {
    match total {
        1 => "1 new alarm".to_owned(),
        _ => format!("{total} new alarms"),
    }
}
