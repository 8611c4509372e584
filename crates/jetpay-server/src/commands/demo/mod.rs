//! `jetpay demo`.

mod ledger;
mod payouts;
mod place;
mod scenes;

use std::path::PathBuf;

use actix_web::rt::System;
use anyhow::Context;
use clap::Args;
use jetpay_core::signature::Key;
use jetpay_platform::Platform;

use crate::config::{AdminAccess, Config};
use crate::service::{self, Service};
use crate::telemetry::{self, Metrics};
use place::Place;

/// Show it at work: a service of its own, a simulated platform, and the resulting ledger.
#[derive(Args)]
pub(super) struct Demo {
    /// End after the show; otherwise it keeps serving
    #[arg(long)]
    exit: bool,
    /// Keep configuration, secrets and database here; otherwise in a temporary folder that goes with the demo
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Demo {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        telemetry::start_log(telemetry::SHOW);
        let place = Place::prepare(self.dir.as_deref())?;
        let config = Config::read(&place.config())?;
        let metrics = Metrics::start()?;
        System::new().block_on(async {
            let ledger = config.store.open().await;
            let ledger = ledger.context("the demo's ledger cannot be opened")?;
            ledger.import_customers(place::customers()).await?;
            let service = Service::bind(&config, ledger.clone(), metrics)?;
            let handles = service.handles();
            let (listen, admin) = (service.listen, service.admin_listen);
            let served = actix_web::rt::spawn(service.serve());

            place.introduce(listen, admin);
            let platform = Platform::new(
                format!("http://{listen}"),
                place::PROJECT,
                Key::new(&place.secret()?)?,
            );
            scenes::play(&platform).await?;
            // Held until the end: payouts by hand go there, too.
            let gate = payouts::gate(&config, listen).await?;
            if gate.is_some() {
                payouts::play(&AdminAccess {
                    address: admin,
                    token: config.admin_token.clone(),
                    projects: config.projects.iter().map(|project| project.id).collect(),
                })
                .await?;
            }
            ledger::show(&ledger).await?;

            if !self.exit {
                place.invite(listen, admin);
                service::asked_to_end().await?;
            }
            service::stop(&handles).await;
            served.await??;
            Ok(())
        })
    }
}
