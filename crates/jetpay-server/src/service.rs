//! The running service: two listeners over one ledger.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use jetpay_ledger::Ledger;
use tokio::sync::{Notify, watch};

use crate::admin::{self, Admin, PayoutDesk, Token};
use crate::config::Config;
use crate::listener::{self, Limits};
use crate::merchant::LedgerMerchant;
use crate::methods;
use crate::payouts::{AtTheGate, Worker};
use crate::telemetry::{self, AlarmLog, Metrics};

/// Threads of the admin interface: a long search on one leaves the other to the health checks.
const ADMIN_WORKERS: usize = 2;
/// Connections to the admin interface, which are one merchant's own.
pub(crate) const ADMIN_CONNECTIONS: usize = 256;
/// How often metrics are folded together and new alarms told.
const UPKEEP: Duration = Duration::from_secs(5);

/// A service that is bound and not yet awaited.
pub struct Service {
    platform: Server,
    admin: Server,
    worker: Option<Worker<AtTheGate>>,
    ledger: Ledger,
    metrics: Metrics,
    /// Where the platform calls.
    pub listen: SocketAddr,
    /// Where the merchant calls.
    pub admin_listen: SocketAddr,
}

impl Service {
    /// Binds both listeners.
    ///
    /// # Errors
    /// When an address is taken or not ours.
    pub fn bind(config: &Config, ledger: Ledger, metrics: Metrics) -> io::Result<Self> {
        let keyring = Arc::new(config.keyring());
        let merchant = Arc::new(LedgerMerchant::new(config, ledger.clone()));
        let limits = Limits {
            workers: config.workers,
            connections: config.max_connections,
            read_timeout: config.read_timeout,
        };
        let (platform, listen) = listener::listen(config.listen, limits, move |service| {
            methods::endpoints(service, &merchant, &keyring);
        })
        .map_err(|error| taken(config.listen, &error))?;
        let woken = Arc::new(Notify::new());
        let worker = Worker::new(config, &ledger, &woken);
        let for_admin = Admin {
            ledger: ledger.clone(),
            currency: config.currency,
            token: Token::new(&config.admin_token),
            payouts: PayoutDesk::new(config, woken),
            metrics: metrics.clone(),
        };
        let limits = Limits {
            workers: Some(ADMIN_WORKERS),
            connections: ADMIN_CONNECTIONS,
            ..limits
        };
        let (admin, admin_listen) = listener::listen(config.admin_listen, limits, move |service| {
            admin::endpoints(service, for_admin.clone());
        })
        .map_err(|error| taken(config.admin_listen, &error))?;
        Ok(Self {
            platform,
            admin,
            worker,
            ledger,
            metrics,
            listen,
            admin_listen,
        })
    }

    /// A handle with which [`stop`] ends the service.
    #[must_use]
    pub fn handles(&self) -> [ServerHandle; 2] {
        [self.platform.handle(), self.admin.handle()]
    }

    /// Serves until [`stop`]; then finishes what was accepted, and what is under way at the Gate, and closes the ledger.
    ///
    /// # Errors
    /// When a listener fails.
    pub async fn serve(self) -> io::Result<()> {
        let (metrics, watched) = (self.metrics, self.ledger.clone());
        let upkeep = actix_web::rt::spawn(async move {
            let mut alarms = AlarmLog::start(&watched).await;
            loop {
                actix_web::rt::time::sleep(UPKEEP).await;
                metrics.upkeep();
                alarms.tell(&watched).await;
            }
        });
        if self.worker.is_none() {
            telemetry::payouts_without_a_gate(&self.ledger).await;
        }
        let (end, ending) = watch::channel(false);
        let worker = self
            .worker
            .map(|worker| actix_web::rt::spawn(worker.keep_working(ending)));
        let served = tokio::try_join!(self.platform, self.admin);
        end.send_replace(true);
        if let Some(worker) = worker {
            // What is under way at the Gate is recorded; else the platform would be asked.
            let _ = worker.await;
        }
        upkeep.abort();
        // The task holds the ledger, which closes with its last handle.
        let _ = upkeep.await;
        self.ledger.close().await;
        served.map(|_| ())
    }
}

/// Ends a service gracefully: no new connections, accepted requests are finished.
pub async fn stop(handles: &[ServerHandle; 2]) {
    tokio::join!(handles[0].stop(true), handles[1].stop(true));
}

/// Resolves when the process is asked to end, by SIGTERM or SIGINT.
///
/// # Errors
/// When signals cannot be listened to.
pub async fn termination() -> io::Result<()> {
    #[cfg(unix)]
    {
        let mut term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = term.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

fn taken(address: SocketAddr, error: &io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("cannot listen on {address}: {error}; choose another in the configuration"),
    )
}
