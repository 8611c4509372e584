//! The service: two or three listeners, the payouts worker, the scheduled reconciliation and the deliveries, over one ledger.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::rt::time::timeout;
use futures_util::future;
use jetpay_ledger::Ledger;
use rustix::process::Signal;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, oneshot, watch};

use crate::admin::{self, Access, Admin, PayoutIntake};
use crate::config::Config;
use crate::deliver::{HttpReceiver, Wake, Workers};
use crate::environment::SystemEnvironment;
use crate::listener::{self, Limits, TrustedProxies};
use crate::lookup::Lookup;
use crate::mail::Mail;
use crate::merchant::LedgerMerchant;
use crate::methods;
use crate::pages::{self, Pages};
use crate::payouts::{GateClient, Worker};
use crate::reconcile::Schedule;
use crate::reload::Reloaded;
use crate::status::StatusClient;
use crate::systemd;
use crate::telemetry::{self, AlarmLog, Metrics, StoreLog};

/// Threads of the admin interface: while one runs a long search, the other answers health checks.
const ADMIN_WORKERS: usize = 2;
/// Connections that may be open to the admin interface, and as many to the pages.
pub(crate) const ADMIN_CONNECTIONS: usize = 256;
/// How often new alarms are logged.
const UPKEEP: Duration = Duration::from_secs(5);
/// How long the end may wait for the store to give the last alarms.
const LAST_LINES: Duration = Duration::from_secs(2);

/// A service whose listeners are bound. [`serve`](Self::serve) runs it.
pub struct Service {
    platform: Server,
    admin: Server,
    pages: Option<Server>,
    desk: Option<Pages>,
    worker: Option<Worker<GateClient>>,
    schedule: Option<Schedule>,
    mail: Option<Mail>,
    deliveries: Workers<HttpReceiver>,
    ledger: Ledger,
    /// What a reload of the configuration replaces.
    pub reloaded: Reloaded,
    /// The address that the platform calls.
    pub listen: SocketAddr,
    /// The address that the merchant calls.
    pub admin_listen: SocketAddr,
    /// The address that browsers call; `None` without pages.
    pub pages_listen: Option<SocketAddr>,
}

impl Service {
    /// Binds all listeners.
    ///
    /// # Errors
    /// When an address is in use or does not belong to this machine, or when a client of the platform finds no certificates.
    pub fn bind(config: &Config, ledger: Ledger) -> io::Result<Self> {
        let reloaded = Reloaded::new(config);
        let keyring = reloaded.keyring.clone();
        let lookup = Lookup::configured(config, &ledger).map_err(io::Error::other)?;
        let wake = Wake::new();
        let merchant = LedgerMerchant::new(config, ledger.clone()).with_lookup(lookup);
        let merchant = Arc::new(merchant.with_wake(wake.clone()));
        let limits = Limits {
            workers: config.workers,
            connections: config.max_connections,
            closes_oldest: false,
            read_timeout: config.read_timeout,
        };
        let proxies = TrustedProxies::new(&config.trusted_proxies);
        let senders = proxies.clone();
        let (platform, listen) = listener::listen(config.listen, limits, move |service| {
            methods::endpoints(service, &merchant, &keyring, &senders);
        })
        .map_err(|error| in_use(config.listen, &error))?;
        let new_payout = Arc::new(Notify::new());
        let worker = Worker::new(config, &ledger, &reloaded.keyring, &new_payout)
            .map_err(io::Error::other)?;
        let schedule = Schedule::new(config, &ledger).map_err(io::Error::other)?;
        let mail = Mail::new(config, &ledger).map_err(io::Error::other)?;
        let deliveries = Workers::new(&config.deliver, &ledger, Arc::new(SystemEnvironment), &wake)
            .map_err(io::Error::other)?;
        let context = Admin {
            ledger: ledger.clone(),
            currency: config.currency,
            access: Access::new(reloaded.tokens.clone(), proxies),
            hosts: config.admin_hosts.clone(),
            payouts: PayoutIntake::new(config, new_payout),
            status: StatusClient::new(config, &reloaded.keyring).map_err(io::Error::other)?,
            endpoints: config.deliver.iter().map(admin::Endpoint::from).collect(),
            wake: wake.clone(),
            metrics: Metrics::default(),
        };
        let limits = Limits {
            workers: Some(ADMIN_WORKERS),
            connections: ADMIN_CONNECTIONS,
            closes_oldest: true,
            ..limits
        };
        let pages = match &config.pages {
            Some(settings) => {
                let pages = Pages::new(settings, config, context.clone(), &reloaded);
                let desk = pages.clone();
                let bound = listener::listen(settings.listen, limits, move |service| {
                    pages::endpoints(service, pages.clone());
                });
                let (server, listen) = bound.map_err(|error| in_use(settings.listen, &error))?;
                Some(((server, desk), listen))
            }
            None => None,
        };
        let (admin, admin_listen) = listener::listen(config.admin_listen, limits, move |service| {
            admin::endpoints(service, context.clone());
        })
        .map_err(|error| in_use(config.admin_listen, &error))?;
        let (pages, pages_listen) = pages.unzip();
        let (pages, desk) = pages.unzip();
        Ok(Self {
            platform,
            admin,
            pages,
            desk,
            worker,
            schedule,
            mail,
            deliveries,
            ledger,
            reloaded,
            listen,
            admin_listen,
            pages_listen,
        })
    }

    /// The handles with which [`stop`] ends the service.
    #[must_use]
    pub fn handles(&self) -> Vec<ServerHandle> {
        let servers = [&self.platform, &self.admin].into_iter();
        servers.chain(&self.pages).map(Server::handle).collect()
    }

    /// Serves until [`stop`]. Then it finishes the accepted requests and the payout actions in progress, and closes the
    /// ledger.
    ///
    /// # Errors
    /// When a listener fails.
    pub async fn serve(self) -> io::Result<()> {
        let watched = self.ledger.clone();
        let mut payouts_known = self.worker.is_some();
        let (end, ending) = watch::channel(false);
        let mut ended = ending.clone();
        let mut upkeep = actix_web::rt::spawn(async move {
            let mut alarms = AlarmLog::start();
            let mut store = StoreLog::default();
            let (mut ends, mut was_up) = (false, true);
            loop {
                let is_up = store.log_change(&watched);
                if is_up != was_up {
                    was_up = is_up;
                    systemd::status(if is_up {
                        "running"
                    } else {
                        "running; the store is not available, and the service answers 503"
                    });
                }
                if is_up {
                    alarms.log_new(&watched).await;
                    payouts_known =
                        payouts_known || telemetry::payouts_without_gate(&watched).await;
                }
                if ends {
                    break;
                }
                let end = async { while ended.changed().await.is_ok() {} };
                ends = timeout(UPKEEP, end).await.is_ok();
                telemetry::report_left_out();
            }
        });
        let worker = self
            .worker
            .map(|worker| actix_web::rt::spawn(worker.run(ending.clone())));
        let schedule = self
            .schedule
            .map(|schedule| actix_web::rt::spawn(schedule.run(ending.clone())));
        let mail = self
            .mail
            .map(|mail| actix_web::rt::spawn(mail.run(ending.clone())));
        let desk = self
            .desk
            .map(|desk| actix_web::rt::spawn(desk.count_today(ending.clone())));
        // What is credited from now on is delivered.
        self.deliveries.begin().await;
        let deliveries = actix_web::rt::spawn(self.deliveries.run(ending));
        let servers = [self.platform, self.admin].into_iter().chain(self.pages);
        let served = future::try_join_all(servers).await;
        end.send_replace(true);
        if let Some(worker) = worker {
            // An action that is not recorded now would cost a status query after the next start.
            let _ = worker.await;
        }
        // What is not recorded now would be sent again after the next start.
        let _ = deliveries.await;
        if let Some(schedule) = schedule {
            let _ = schedule.await;
        }
        if let Some(desk) = desk {
            let _ = desk.await;
        }
        if let Some(mail) = mail {
            // A mail that is sent and not recorded would come again.
            let _ = mail.await;
        }
        // The task logs the last alarms. It holds a handle of the ledger, which closes with the last one.
        drop(end);
        if timeout(LAST_LINES, &mut upkeep).await.is_err() {
            upkeep.abort();
            let _ = upkeep.await;
        }
        self.ledger.close().await;
        served.map(|_| ())
    }
}

/// Stops a service gracefully: it accepts no new connections and finishes the accepted requests.
pub async fn stop(handles: &[ServerHandle]) {
    future::join_all(handles.iter().map(|handle| handle.stop(true))).await;
}

/// Signals that would end the process, and what the log says instead.
const IGNORED: [(Signal, &str); 3] = [
    (
        Signal::USR1,
        "SIGUSR1 is ignored: the service does not use it",
    ),
    (
        Signal::USR2,
        "SIGUSR2 is ignored: the service does not use it",
    ),
    (Signal::XFSZ, FILE_TOO_LARGE),
];
const FILE_TOO_LARGE: &str = "a file may not grow beyond the limit of this process: raise it with `ulimit -f unlimited`, or \
                              with LimitFSIZE=infinity in the unit of systemd";

/// What the service does on SIGHUP.
pub(crate) type HangUp = Box<dyn Fn() + Send + Sync>;

/// From now on SIGHUP, SIGUSR1 and SIGUSR2 do not end the process, and a file that grows beyond the limit is an error of the
/// write. Returns where to send what SIGHUP does; until then the signals wait.
///
/// # Errors
/// When the process cannot listen to signals.
pub(crate) fn handle_signals() -> io::Result<oneshot::Sender<HangUp>> {
    let (start, started) = oneshot::channel::<HangUp>();
    // A thread of its own: signals also come while the service starts and while it stops.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    let inside = runtime.enter();
    let stream = |kind: Signal| signal(SignalKind::from_raw(kind.as_raw()));
    let mut streams = vec![(stream(Signal::HUP)?, None)];
    for (kind, text) in IGNORED {
        streams.push((stream(kind)?, Some(text)));
    }
    drop(inside);
    let handle = async move {
        let Ok(hang_up) = started.await else { return };
        let handled = streams.into_iter().map(async |(mut signals, text)| {
            while signals.recv().await.is_some() {
                text.map_or_else(&hang_up, telemetry::signal_ignored);
            }
        });
        future::join_all(handled).await;
    };
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || runtime.block_on(handle))?;
    Ok(start)
}

/// From now on a file that grows beyond the limit of the process is an error of the write, and does not end the process.
///
/// # Errors
/// When the process cannot listen to signals.
pub(crate) fn survive_large_files() -> io::Result<()> {
    // tokio never takes a handler back, so it outlives this runtime.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    let _inside = runtime.enter();
    signal(SignalKind::from_raw(Signal::XFSZ.as_raw())).map(drop)
}

/// Waits for SIGTERM or SIGINT.
///
/// # Errors
/// When the process cannot listen to signals.
pub async fn termination() -> io::Result<()> {
    let mut term = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = term.recv() => Ok(()),
    }
}

fn in_use(address: SocketAddr, error: &io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("cannot listen on {address}: {error}; choose another address in the configuration"),
    )
}
