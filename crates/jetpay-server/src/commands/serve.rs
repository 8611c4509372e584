//! `jetpay serve`.

use std::path::Path;

use actix_web::rt::System;
use anyhow::Context;

use crate::config::Config;
use crate::listener;
use crate::service::{self, Service};
use crate::telemetry::{self, Metrics};

pub(super) fn serve(config: &Path) -> anyhow::Result<()> {
    telemetry::start_log(telemetry::SERVICE);
    let mut config = Config::read(config)?;
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    let asked = config.max_connections + service::ADMIN_CONNECTIONS;
    let missing = asked - listener::allow(asked);
    if missing > 0 {
        config.max_connections = config.max_connections.saturating_sub(missing).max(1);
        let connections = config.max_connections;
        tracing::warn!(
            connections,
            "the system allows fewer open files than max_connections"
        );
    }
    let metrics = Metrics::start()?;
    System::new().block_on(async move {
        let ledger = config.store.open().await;
        let ledger = ledger.context("the store cannot be opened")?;
        let service = Service::bind(&config, ledger, metrics)?;
        tracing::info!(listen = %service.listen, admin = %service.admin_listen, "jetpay serves");
        let handles = service.handles();
        actix_web::rt::spawn(async move {
            if service::asked_to_end().await.is_ok() {
                tracing::info!("asked to end: finishing what was accepted");
            }
            service::stop(&handles).await;
        });
        service.serve().await?;
        tracing::info!("jetpay ended");
        Ok(())
    })
}
