//! The running service: two listeners over one ledger.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::{App, HttpServer};
use jetpay_ledger::Ledger;

use crate::admin::{self, Admin, Token};
use crate::config::Config;
use crate::methods;
use crate::shop::Shop;
use crate::telemetry::{AlarmLog, Metrics};

/// How long requests that were accepted may take once the service stops.
const LAST_REQUESTS: Duration = Duration::from_secs(10);
/// Threads of the admin interface: a long search on one leaves the other to the health checks.
const ADMIN_WORKERS: usize = 2;
/// How often metrics are folded together and new alarms told.
const UPKEEP: Duration = Duration::from_secs(5);

/// A service that is bound and not yet awaited.
pub struct Service {
    platform: Server,
    admin: Server,
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
        let shop = Arc::new(Shop::new(config, ledger.clone()));
        // Signals are handled by `asked_to_end`: actix-web would drop requests on SIGINT.
        let last_requests = LAST_REQUESTS.as_secs();
        let platform = HttpServer::new(move || {
            App::new().configure(|service| methods::endpoints(service, &shop, &keyring))
        })
        .disable_signals()
        .shutdown_timeout(last_requests);
        let platform = match config.workers {
            Some(workers) => platform.workers(workers),
            None => platform,
        };
        let platform = platform
            .bind(config.listen)
            .map_err(|error| taken(config.listen, &error))?;
        let (token, currency) = (Token::new(&config.admin_token), config.currency);
        let for_admin = Admin {
            ledger: ledger.clone(),
            currency,
            token,
            metrics: metrics.clone(),
        };
        let admin = HttpServer::new(move || {
            let admin = for_admin.clone();
            App::new().configure(|service| admin::endpoints(service, admin))
        })
        .disable_signals()
        .shutdown_timeout(last_requests);
        let admin = admin
            .workers(ADMIN_WORKERS)
            .bind(config.admin_listen)
            .map_err(|error| taken(config.admin_listen, &error))?;
        let (listen, admin_listen) = (platform.addrs()[0], admin.addrs()[0]);
        Ok(Self {
            platform: platform.run(),
            admin: admin.run(),
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

    /// Serves until [`stop`]; then finishes what was accepted, and closes the ledger.
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
        let served = tokio::try_join!(self.platform, self.admin);
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
pub async fn asked_to_end() -> io::Result<()> {
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
