//! `jetpay demo`: a service, a simulated platform, and the resulting ledger.

mod payouts;
mod reconciliation;
mod scenes;
mod setup;

use std::path::PathBuf;
use std::sync::atomic::Ordering::Relaxed;

use actix_web::rt::System;
use anyhow::Context;
use clap::Args;
use jetpay_core::signature::Key;
use jetpay_core::{Currency, Money};
use jetpay_ledger::{Ledger, PaymentFilter, PaymentState};
use jetpay_platform::Platform;
use jetpay_platform::data_api::PlatformRecord;
use jiff::Timestamp;

use super::UNREAD;
use crate::config::{AdminAccess, Config};
use crate::service::{self, Service};
use crate::telemetry;
use scenes::heading;
use setup::{Addresses, Setup};

#[derive(Args)]
pub(super) struct Demo {
    /// End after the demonstration; without it the service keeps running
    #[arg(long)]
    exit: bool,
    /// Keep the configuration, the secrets and the database in this folder; without it the demo uses a temporary folder and
    /// deletes it at the end
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Demo {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        // The demo prints everything itself.
        telemetry::start_log(None);
        let setup = Setup::prepare(self.dir.as_deref())?;
        let config = Config::read(&setup.config())?;
        System::new().block_on(async {
            let ledger = config.store.open().await;
            let ledger = ledger.context("cannot open the demo's ledger")?;
            ledger.import_customers(setup::customers()).await?;
            let service = Service::bind(&config, ledger.clone())?;
            let handles = service.handles();
            let addresses = Addresses {
                listen: service.listen,
                admin: service.admin_listen,
                pages: service.pages_listen,
            };
            let (listen, admin) = (addresses.listen, addresses.admin);
            let served = actix_web::rt::spawn(service.serve());

            setup.introduce(&addresses);
            let begun = Timestamp::now().as_second();
            // What the platform knows itself. The service does not see it until it asks the Data API.
            let record = PlatformRecord::new();
            let platform = Platform::new(
                format!("http://{listen}"),
                setup::PROJECT,
                Key::new(&setup.secret()?)?,
            )
            .with_record(record.clone());
            scenes::play(&platform).await?;
            scenes::pay_another_amount(&platform).await?;
            let lost = scenes::lose_a_callback(&platform).await?;
            // Kept until the end: payouts that the user makes go to it, too.
            let gate = payouts::gate(&config, listen, &record).await?;
            if let Some(gate) = &gate {
                gate.with_state(|state, _| state.has_made(lost));
                payouts::play(&AdminAccess {
                    address: admin,
                    token: config.admin_tokens[0].secret.clone(),
                    projects: config.projects.iter().map(|project| project.id).collect(),
                    from_balance: false,
                })
                .await?;
            }
            show_ledger(&ledger).await?;
            if gate.is_some()
                && let Some(data_api) = &config.data_api
            {
                reconciliation::play(data_api, &ledger, begun, &setup.config()).await?;
            }

            // Without a reader, the user cannot know that the service still runs.
            if self.exit || UNREAD.load(Relaxed) {
                setup::what_next(None);
            } else {
                setup.invite(&addresses);
                setup::what_next(Some((listen, &setup)));
                service::termination().await?;
            }
            service::stop(&handles).await;
            served.await??;
            Ok(())
        })
    }
}

/// Prints the entries, the balances and the states of all payments.
async fn show_ledger(ledger: &Ledger) -> anyhow::Result<()> {
    const ALL: usize = 1000;
    heading("The ledger");
    println!(
        "  {:>4}  {:<8} {:<12} {:<18} {:>15}  payment",
        "seq", "kind", "method", "customer", "amount"
    );
    for entry in ledger.entries(0, ALL).await? {
        println!(
            "  {:>4}  {:<8} {:<12} {:<18} {:>15}  {}",
            entry.seq,
            entry.kind.as_str(),
            entry.method,
            entry.customer_id.as_str(),
            entry.amount.to_string(),
            entry.payment_id,
        );
    }
    println!();
    for customer in [setup::ANNA, setup::BORIS] {
        let balance = Money::new(ledger.balance(customer).await?, Currency::KZT);
        println!(
            "  balance of {customer:<18} {balance:>15}",
            balance = balance.to_string()
        );
    }
    let payments = ledger
        .payments(&PaymentFilter {
            limit: ALL,
            ..PaymentFilter::default()
        })
        .await?;
    let count = |state| {
        payments
            .iter()
            .filter(|payment| payment.state == state)
            .count()
    };
    println!(
        "\n  {} payments: {} credited once each, {} declined, {} pending, {} for a person to decide",
        payments.len(),
        count(PaymentState::Credited),
        count(PaymentState::Declined),
        count(PaymentState::Pending),
        count(PaymentState::Quarantined)
    );
    Ok(())
}
