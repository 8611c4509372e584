//! The driver of a stream: leases it, reads its feed, sends and records.
//!
//! It has no clock and no tasks of its own. [`next`](Driver::next) gives what is to be done as a future; the caller runs these
//! futures beside each other, and gives the result of each back to [`take`](Driver::take). So the same driver works in the
//! service, and step by step under the clock of a simulation. A driver that is dropped with its futures is a crash.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jetpay_billing::Delivery;
use jetpay_core::id::ProjectId;
use jetpay_ledger::{DeliveryLease, DeliveryReceipt, DeliveryStream, Error, Feed, Ledger, Millis};

use super::queue::{Attempt, Need, NewItem, Outcome, Queue, READ_LIMIT, after};
use super::{Item, Receiver, Sent};
use crate::environment::Environment;
use crate::telemetry;

/// How long a lease lasts. Each record renews it.
const LEASE: Duration = Duration::from_secs(60);
/// When it is renewed if there is nothing to record. So late a driver sees, too, that a person retried or skipped an item on
/// another server.
const RENEW_AFTER: Duration = Duration::from_secs(10);
/// The pauses before another try to lease, to read on, and to go on after an error of the store.
const LEASE_POLL: Duration = Duration::from_secs(2);
const READ_POLL: Duration = Duration::from_secs(1);
const AFTER_ERROR: Duration = Duration::from_secs(1);
/// How long new items are gathered before they are read.
const GATHER: Duration = Duration::from_millis(10);

/// How a stream is delivered.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How many items may be sent at a time.
    pub parallel: usize,
    /// How long an attempt can last. None begins when the lease does not last longer.
    pub attempt_limit: Duration,
    /// Only items of these projects; of all, if it is empty.
    pub projects: Vec<ProjectId>,
}

/// Something to be done. Its result goes to [`Driver::take`].
pub type Action = Pin<Box<dyn Future<Output = Event> + Send>>;

/// The result of an [`Action`].
pub struct Event(Done);

enum Done {
    Leased(Renewal, Result<Option<DeliveryLease>, Error>),
    Read(Result<Vec<Item>, Error>),
    Finished(i64, Outcome),
    Recorded(Renewal, Result<Option<i64>, Error>),
    Released,
}

/// From when to when a lease lasts.
#[derive(Clone, Copy)]
struct Renewal {
    begun: Millis,
    until: Millis,
}

/// Delivers a stream.
pub struct Driver<R> {
    shared: Arc<Shared<R>>,
    phase: Phase,
    ends: bool,
    /// The time when something was to be done last.
    seen: Millis,
}

/// What actions use.
struct Shared<R> {
    ledger: Ledger,
    receiver: R,
    environment: Arc<dyn Environment>,
    stream: DeliveryStream,
    settings: Settings,
}

enum Phase {
    /// Tries to lease the stream then.
    Free(Millis),
    Leasing,
    Leased(Box<Leased>),
    Releasing,
    Ended,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Leased {
    queue: Queue,
    fencing_token: i64,
    changes: i64,
    lasts: Renewal,
    /// The items of the queue, as far as they were read.
    items: HashMap<i64, Arc<Item>>,
    is_reading: bool,
    /// Reads on then.
    read_at: Millis,
    /// There are new items since the last read began.
    has_news: bool,
    /// Records in any case, because a person may have changed something.
    looks: bool,
    /// Nothing is recorded before that: the store had a problem.
    record_after: Millis,
    /// A person changed the items that wait: finishes, and leases anew.
    is_outdated: bool,
    /// Another server may have the stream.
    is_lost: bool,
}

impl<R: Receiver + 'static> Driver<R> {
    /// A driver of `stream` in `ledger`, to `receiver`.
    pub fn new(
        ledger: Ledger,
        receiver: R,
        environment: Arc<dyn Environment>,
        stream: DeliveryStream,
        settings: Settings,
    ) -> Self {
        let now = environment.now();
        let shared = Shared {
            ledger,
            receiver,
            environment,
            stream,
            settings,
        };
        Self {
            shared: Arc::new(shared),
            phase: Phase::Free(now),
            ends: false,
            seen: now,
        }
    }

    /// What is to be done now; call it until there is nothing.
    #[expect(
        clippy::should_implement_trait,
        reason = "there can be something again after nothing"
    )]
    pub fn next(&mut self) -> Option<Action> {
        let (shared, ends) = (&self.shared, self.ends);
        let now = shared.environment.now();
        let set_back = std::mem::replace(&mut self.seen, now)
            .0
            .saturating_sub(now.0);
        if set_back > 0 {
            self.phase.clock_was_set_back(set_back, now);
        }
        let leased = match &mut self.phase {
            Phase::Free(_) if ends => {
                self.phase = Phase::Ended;
                return None;
            }
            Phase::Free(at) if *at <= now => {
                self.phase = Phase::Leasing;
                return Some(shared.lease());
            }
            Phase::Leased(leased) => leased,
            Phase::Free(_) | Phase::Leasing | Phase::Releasing | Phase::Ended => return None,
        };
        let is_idle = leased.queue.is_idle() && !leased.queue.is_recording() && !leased.is_reading;
        if leased.is_lost {
            if !is_idle {
                return None;
            }
            // After a replay, others wait until this server has finished. At the end, the store may be away.
            let release = (!ends).then(|| shared.release(leased.fencing_token));
            self.phase = match &release {
                Some(_) => Phase::Releasing,
                None => Phase::Ended,
            };
            return release;
        }
        let winds_down = ends || leased.is_outdated;
        let is_unrecorded = winds_down && leased.queue.is_idle() && !leased.queue.is_recorded();
        let need = match () {
            () if is_unrecorded => Need::All,
            () if leased.looks || leased.is_to_be_renewed(now) => Need::Renew,
            () => Need::WhenDue,
        };
        if leased.record_after <= now
            && let Some(progress) = leased.queue.progress(now, need)
        {
            leased.looks = false;
            return Some(shared.record(leased.fencing_token, progress));
        }
        if winds_down {
            if is_idle && !is_unrecorded {
                let release = shared.release(leased.fencing_token);
                self.phase = Phase::Releasing;
                return Some(release);
            }
            return None;
        }
        if !leased.is_reading
            && leased.read_at <= now
            && let Some(read_after) = leased.queue.reads_after(now)
        {
            (leased.is_reading, leased.has_news) = (true, false);
            return Some(shared.read(read_after));
        }
        if !shared.may_send(leased.lasts, now) {
            return None;
        }
        let attempt = leased.queue.next(now)?;
        let item = leased.items.get(&attempt.seq).cloned();
        Some(shared.send(attempt, item, leased.lasts))
    }

    /// Takes the result of an action.
    pub fn take(&mut self, Event(done): Event) {
        let now = self.shared.environment.now();
        match (done, &mut self.phase) {
            (Done::Leased(lasts, Ok(Some(lease))), phase) => {
                let queue = Queue::new(&lease, self.shared.settings.parallel, now);
                *phase = Phase::Leased(Box::new(Leased::new(&lease, queue, lasts, now)));
            }
            (Done::Leased(_, Ok(None)), phase) => *phase = Phase::Free(after(now, LEASE_POLL)),
            (Done::Leased(_, Err(error)), phase) => {
                *phase = Phase::Free(after(now, AFTER_ERROR));
                self.shared.stopped(&error);
            }
            (Done::Released, phase) => {
                *phase = if self.ends {
                    Phase::Ended
                } else {
                    Phase::Free(now)
                };
            }
            (Done::Read(read), Phase::Leased(leased)) => self.shared.take_read(leased, read, now),
            (Done::Finished(seq, outcome), Phase::Leased(leased)) => {
                telemetry::delivery_attempt(&self.shared.stream, seq, &outcome);
                leased.queue.finished(seq, outcome, now);
                if !leased.queue.is_open(seq) {
                    leased.items.remove(&seq);
                }
            }
            (Done::Recorded(lasts, recorded), Phase::Leased(leased)) => {
                leased.queue.recorded(matches!(recorded, Ok(Some(_))), now);
                match recorded {
                    Ok(Some(changes)) => {
                        leased.lasts = lasts;
                        leased.is_outdated |= changes != leased.changes;
                    }
                    Ok(None) => leased.is_lost = true,
                    Err(error) => {
                        leased.record_after = after(now, AFTER_ERROR);
                        // The end does not wait for a store that is away. What is not recorded is sent again.
                        leased.is_lost |= self.ends;
                        self.shared.stopped(&error);
                    }
                }
            }
            // Nothing is going on in the other phases.
            (Done::Read(_) | Done::Finished(..) | Done::Recorded(..), _) => {}
        }
    }

    /// When to call [`next`](Self::next) again, if no action ends earlier; `None`: only then.
    #[must_use]
    pub fn wakes_at(&self) -> Option<Millis> {
        let now = self.shared.environment.now();
        let at = match &self.phase {
            Phase::Free(at) => Some(*at),
            Phase::Leased(leased) => {
                let winds_down = self.ends || leased.is_outdated || leased.is_lost;
                leased.wakes_at(now, winds_down, self.shared.may_send(leased.lasts, now))
            }
            Phase::Leasing | Phase::Releasing | Phase::Ended => None,
        };
        at.map(|at| at.max(Millis(now.0.saturating_add(1))))
    }

    /// There are new items in the feed.
    pub fn has_news(&mut self) {
        let at = after(self.shared.environment.now(), GATHER);
        if let Phase::Leased(leased) = &mut self.phase {
            leased.has_news = true;
            leased.read_at = leased.read_at.min(at);
        }
    }

    /// A person may have changed the items that wait.
    pub fn looks_again(&mut self) {
        match &mut self.phase {
            Phase::Leased(leased) => leased.looks = true,
            Phase::Free(at) => *at = self.shared.environment.now(),
            Phase::Leasing | Phase::Releasing | Phase::Ended => {}
        }
    }

    /// From now on nothing new is sent. What is being sent is finished and recorded, and the lease is released.
    pub fn end(&mut self) {
        self.ends = true;
    }

    /// Whether all that is done.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        matches!(self.phase, Phase::Ended)
    }
}

impl Phase {
    /// The clock was set back by so many milliseconds. What waits does not wait longer for it.
    fn clock_was_set_back(&mut self, by: i64, now: Millis) {
        match self {
            Self::Free(at) => *at = now,
            Self::Leased(leased) => {
                // How long the lease lasts is not known until it is renewed.
                leased.lasts.begun = Millis(i64::MAX);
                (leased.read_at, leased.record_after) = (now, now);
                leased.queue.clock_was_set_back(by);
            }
            Self::Leasing | Self::Releasing | Self::Ended => {}
        }
    }
}

impl Leased {
    fn new(lease: &DeliveryLease, queue: Queue, lasts: Renewal, now: Millis) -> Self {
        Self {
            queue,
            fencing_token: lease.fencing_token,
            changes: lease.changes,
            lasts,
            items: HashMap::new(),
            is_reading: false,
            read_at: now,
            has_news: false,
            looks: false,
            record_after: now,
            is_outdated: false,
            is_lost: false,
        }
    }

    /// A clock that was set back makes a lease look longer than it is, so it is renewed then, too.
    fn is_to_be_renewed(&self, now: Millis) -> bool {
        now < self.lasts.begun || after(self.lasts.begun, RENEW_AFTER) <= now
    }

    fn wakes_at(&self, now: Millis, winds_down: bool, may_send: bool) -> Option<Millis> {
        let renews_at = after(self.lasts.begun, RENEW_AFTER);
        let renews_at = if self.is_to_be_renewed(now) {
            now
        } else {
            renews_at
        };
        let records_at = renews_at.max(self.record_after);
        let records_at = (!self.queue.is_recording()).then_some(records_at);
        if winds_down || !may_send {
            return records_at;
        }
        let read_at =
            (!self.is_reading && self.queue.reads_after(now).is_some()).then_some(self.read_at);
        let queue = self.queue.wakes_at(now);
        records_at.into_iter().chain(read_at).chain(queue).min()
    }
}

impl<R: Receiver + 'static> Shared<R> {
    fn stopped(&self, error: &Error) {
        telemetry::deliveries_stopped(&self.ledger, &self.stream, error);
    }

    fn renewal(&self) -> Renewal {
        let begun = self.environment.now();
        let until = after(begun, LEASE);
        Renewal { begun, until }
    }

    /// Whether an attempt that begins now ends before the lease does.
    fn may_send(&self, lasts: Renewal, now: Millis) -> bool {
        lasts.begun <= now && after(now, self.settings.attempt_limit) < lasts.until
    }

    fn lease(self: &Arc<Self>) -> Action {
        let shared = Arc::clone(self);
        Box::pin(async move {
            let lasts = shared.renewal();
            let (stream, ledger) = (&shared.stream, &shared.ledger);
            let lease = ledger
                .lease_deliveries(stream, lasts.begun, lasts.until)
                .await;
            Event(Done::Leased(lasts, lease))
        })
    }

    fn record(
        self: &Arc<Self>,
        fencing_token: i64,
        progress: jetpay_ledger::DeliveryProgress,
    ) -> Action {
        let shared = Arc::clone(self);
        Box::pin(async move {
            let lasts = shared.renewal();
            let recorded = shared
                .ledger
                .record_deliveries(
                    &shared.stream,
                    fencing_token,
                    progress,
                    lasts.begun,
                    lasts.until,
                )
                .await;
            Event(Done::Recorded(lasts, recorded))
        })
    }

    fn release(self: &Arc<Self>, fencing_token: i64) -> Action {
        let shared = Arc::clone(self);
        Box::pin(async move {
            let (stream, ledger) = (&shared.stream, &shared.ledger);
            if let Err(error) = ledger.release_deliveries(stream, fencing_token).await {
                shared.stopped(&error);
            }
            Event(Done::Released)
        })
    }

    fn read(self: &Arc<Self>, read_after: i64) -> Action {
        let shared = Arc::clone(self);
        Box::pin(async move { Event(Done::Read(shared.items(read_after, READ_LIMIT).await)) })
    }

    /// Reads the feed after this item.
    async fn items(&self, read_after: i64, limit: usize) -> Result<Vec<Item>, Error> {
        let ledger = &self.ledger;
        Ok(match self.stream.feed {
            Feed::Entries => (ledger.entries(read_after, limit).await?.into_iter())
                .map(|entry| Item::Entry(Box::new(entry)))
                .collect(),
            Feed::Alarms => (ledger.alarms_after(read_after, limit).await?.into_iter())
                .map(|alarm| Item::Alarm(Box::new(alarm)))
                .collect(),
        })
    }

    fn take_read(&self, leased: &mut Leased, read: Result<Vec<Item>, Error>, now: Millis) {
        leased.is_reading = false;
        let read = match read {
            Ok(read) => read,
            Err(error) => {
                leased.read_at = after(now, AFTER_ERROR);
                return self.stopped(&error);
            }
        };
        leased.read_at = match () {
            () if read.len() == READ_LIMIT => now,
            () if leased.has_news => after(now, GATHER),
            () => after(now, READ_POLL),
        };
        let items = read.into_iter().map(|item| {
            let (seq, time) = (item.seq(), item.time());
            let lane = self.wants(&item).then(|| item.lane());
            if lane.is_some() {
                leased.items.insert(seq, Arc::new(item));
            }
            NewItem { seq, lane, time }
        });
        leased.queue.add(items.collect::<Vec<_>>(), now);
        // The queue passed what was skipped.
        let Leased { queue, items, .. } = leased;
        items.retain(|seq, _| queue.is_open(*seq));
    }

    fn send(self: &Arc<Self>, attempt: Attempt, item: Option<Arc<Item>>, lasts: Renewal) -> Action {
        let shared = Arc::clone(self);
        Box::pin(async move {
            let outcome = shared.attempt(attempt, item, lasts).await;
            Event(Done::Finished(attempt.seq, outcome))
        })
    }

    async fn attempt(
        &self,
        Attempt { seq, is_repeat }: Attempt,
        item: Option<Arc<Item>>,
        lasts: Renewal,
    ) -> Outcome {
        let item = match item {
            Some(item) => item,
            None => match self
                .items(seq - 1, 1)
                .await
                .map(|items| items.into_iter().next())
            {
                Ok(Some(item)) if item.seq() == seq => Arc::new(item),
                Ok(_) => {
                    let why = format!("the ledger has no number {seq} in this feed");
                    return refused(why);
                }
                Err(error) => {
                    self.stopped(&error);
                    return Outcome::NotSent;
                }
            },
        };
        if !self.wants(&item) {
            let project = item.project_id();
            let why = format!(
                "its project {project} is no longer one of this endpoint's `projects`: add it again and retry, or skip the item"
            );
            return refused(why);
        }
        // Reading may have taken long.
        if !self.may_send(lasts, self.environment.now()) {
            return Outcome::NotSent;
        }
        let sent = self.receiver.deliver(&item, is_repeat).await;
        let receipt = receipt(&item, &sent);
        Outcome::Sent(sent, receipt)
    }

    fn wants(&self, item: &Item) -> bool {
        let projects = &self.settings.projects;
        projects.is_empty() || projects.contains(&item.project_id())
    }
}

/// The item is parked without being sent.
fn refused(why: String) -> Outcome {
    let why = why.into();
    Outcome::Sent(Sent::Sent(Delivery::Refused { why }), None)
}

/// The receiver's own number of an entry that it has.
fn receipt(item: &Item, sent: &Sent) -> Option<DeliveryReceipt> {
    match (item, sent) {
        (Item::Entry(entry), Sent::Sent(Delivery::Delivered { receipt })) => {
            Some(DeliveryReceipt {
                project_id: entry.project_id,
                operation_id: entry.operation_id,
                kind: entry.kind,
                receipt: receipt.clone()?,
            })
        }
        _ => None,
    }
}

impl Item {
    fn seq(&self) -> i64 {
        match self {
            Self::Entry(entry) => entry.seq,
            Self::Alarm(alarm) => alarm.seq,
        }
    }

    fn time(&self) -> Millis {
        match self {
            Self::Entry(entry) => entry.time,
            Self::Alarm(alarm) => alarm.time,
        }
    }

    fn project_id(&self) -> ProjectId {
        match self {
            Self::Entry(entry) => entry.project_id,
            Self::Alarm(alarm) => alarm.project_id,
        }
    }

    /// The entries of a customer go one after the other. Alarms need no order, so each is alone.
    pub(super) fn lane(&self) -> Arc<str> {
        match self {
            Self::Entry(entry) => entry.customer_id.as_str().into(),
            Self::Alarm(alarm) => alarm.seq.to_string().into(),
        }
    }
}
