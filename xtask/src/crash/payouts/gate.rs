//! The simulated Gate: it runs on its own threads, so this program's waits never delay its answers. Random plans decide
//! what it does; its records say what it has seen.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Result;
use jetpay_core::{Keyring, Project};
use jetpay_platform::gate::{
    self, Answer, Ending, EntryKind, Event, EventHandler, GateState, LogEntry, OnSend, Plan,
    Server, ServerOptions,
};
use jetpay_platform::next_operation_id;
use tokio::io::copy_bidirectional;
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};

use super::Journal;
use crate::crash::journal::PROJECT;
use crate::crash::run::Random;
use crate::crash::service::SECRET;

/// Divides the waits before a callback is repeated: 10 seconds become 2 milliseconds.
const CALLBACK_HURRY: u32 = 5_000;

pub(super) struct Gate {
    server: Server,
    runtime: Option<Runtime>,
}

impl Gate {
    /// Listens at this port and sends each callback to a random service.
    pub(super) fn open(
        port: u16,
        services: Vec<u16>,
        journal: &Arc<Mutex<Journal>>,
    ) -> Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let entered = runtime.enter();
        let callbacks = listen(0)?;
        let callback_url = format!("http://{}/callback", callbacks.local_addr()?);
        runtime.spawn(relay(callbacks, services));
        let project = Project::new(PROJECT, SECRET)?;
        let state =
            GateState::new(Keyring::from(project)).with_operation_ids_from(next_operation_id());
        let journal = Arc::clone(journal);
        let options = ServerOptions {
            callback_url: Some(callback_url.parse()?),
            hurry: CALLBACK_HURRY,
            on_event: EventHandler::new(move |event| {
                let mut journal = journal.lock().unwrap_or_else(PoisonError::into_inner);
                record(&mut journal, event);
            }),
            ..ServerOptions::default()
        };
        let server = gate::serve(listen(port)?, state, options)?;
        drop(entered);
        Ok(Self {
            server,
            runtime: Some(runtime),
        })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, GateState> {
        self.server.state()
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        // A runtime must not wait for the threads of another one.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn listen(port: u16) -> Result<tokio::net::TcpListener> {
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    listener.set_nonblocking(true)?;
    Ok(tokio::net::TcpListener::from_std(listener)?)
}

fn record(journal: &mut Journal, event: Event) {
    match event {
        Event::Delivered {
            payment_id,
            status,
            answer,
        } => match answer {
            Ok(200) => journal.acknowledged(payment_id, status),
            // The service or its store is down. The Gate repeats the callback.
            Ok(503) | Err(_) => journal.undelivered += 1,
            Ok(answer) => journal.unexpected.push(format!(
                "{payment_id}: the callback of {status} was answered with HTTP {answer}"
            )),
        },
        // The signature or the form of the request is wrong.
        Event::Rejected { status, why } => journal.unexpected.push(format!(
            "the Gate refused a request with HTTP {status}: {why}"
        )),
        _ => {}
    }
}

/// One address for callbacks, with all services behind it, as a merchant's proxy has it. Connects each connection to a
/// random service, running or not.
async fn relay(listener: tokio::net::TcpListener, services: Vec<u16>) {
    let mut random = Random::new(0);
    while let Ok((mut here, _)) = listener.accept().await {
        let service = services[random.below(services.len())];
        tokio::spawn(async move {
            // When one side breaks, the other side's connection closes, too.
            if let Ok(mut there) = TcpStream::connect(("127.0.0.1", service)).await {
                let _broken = copy_bidirectional(&mut here, &mut there).await;
            }
        });
    }
}

/// Divides the times of plans. An answer then takes 0.05 to 3 seconds, and the services wait for one second.
const PLAN_HURRY: u32 = 20;
/// The longest time in a plan. There are several kills in a second, so longer times would show nothing.
const LONGEST: Duration = Duration::from_millis(1_500);

/// A random plan with any fault of a Gate, within a few seconds.
pub(super) fn random_plan(random: &mut Random) -> Plan {
    let mut plan = Plan::of_chance(random.next()).hurried(PLAN_HURRY);
    for send in &mut plan.sends {
        if let OnSend::AcceptSlowly(time) = send {
            *time = LONGEST.min(*time);
        }
    }
    for ending in &mut plan.endings {
        if let Ending::Linger { how_long, .. } = ending {
            *how_long = LONGEST.min(*how_long);
        }
    }
    let callbacks = &mut plan.callbacks;
    for time in [
        &mut plan.after,
        &mut plan.later,
        &mut callbacks.gap,
        &mut callbacks.delay,
    ] {
        *time = LONGEST.min(*time);
    }
    // The service does not ask about a paid payout, so only a callback can report the reversal.
    if plan.endings.contains(&Ending::SucceedThenReverse) {
        callbacks.times = callbacks.times.max(1);
    }
    plan
}

/// The state in which a payout ends that the Gate accepted `accepted` times; `None` if it must be sent again.
fn ending(plan: &Plan, accepted: usize) -> Option<&'static str> {
    let last = accepted.checked_sub(1)?;
    match plan.endings.get(last).copied().unwrap_or(Ending::Succeed) {
        Ending::Succeed | Ending::Linger { .. } | Ending::DeclineThenSucceed => Some("paid"),
        Ending::SucceedThenReverse => Some("reversed"),
        Ending::Decline { .. } => Some("declined"),
        Ending::Never => Some("accepted"),
        _ => None,
    }
}

/// What the Gate has seen of one payment id.
pub(super) struct Record {
    pub(super) account: String,
    /// The body of the first send.
    pub(super) body: Vec<u8>,
    pub(super) sends: usize,
    /// Whether a later send had other bytes.
    pub(super) changed: bool,
    /// How often the Gate accepted the payout.
    pub(super) accepted: usize,
    /// The answer to the last send.
    pub(super) last: Answer,
}

/// The records of all payouts, by payment id.
pub(super) fn records(state: &GateState) -> BTreeMap<String, Record> {
    let mut records = BTreeMap::new();
    for seen in state
        .log()
        .iter()
        .filter(|seen| seen.kind == EntryKind::Send)
    {
        records
            .entry(seen.payment_id.clone())
            .or_insert_with(|| Record::of(seen))
            .sent(seen);
    }
    records
}

impl Record {
    fn of(first: &LogEntry) -> Self {
        Self {
            account: first.account.clone(),
            body: first.body.clone(),
            sends: 0,
            changed: false,
            accepted: 0,
            last: Answer::None,
        }
    }

    fn sent(&mut self, seen: &LogEntry) {
        self.sends += 1;
        self.changed |= self.body != seen.body;
        self.accepted += usize::from(seen.accepted);
        self.last = seen.answer.clone();
    }

    /// The state in which the payout must end if the service sends nothing more; `None` if it must send again.
    pub(super) fn ending(&self, plan: &Plan) -> Option<&'static str> {
        match self.last {
            // 3041 means that the Gate has the payout already; 3613 allows another send.
            Answer::Rejected(code) if code != 3041 && code != 3613 => Some("rejected"),
            _ => ending(plan, self.accepted),
        }
    }
}
