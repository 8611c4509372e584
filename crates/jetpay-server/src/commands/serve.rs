//! `jetpay serve` runs the service; `jetpay check` says what it would do.

use std::path::Path;

use actix_web::rt::System;
use anyhow::Context;

use crate::config::{AdminToken, Config, Debts, GateConfig, Kassa24Answers, ProjectConfig};
use crate::listener;
use crate::methods::MethodName;
use crate::service::{self, Service};
use crate::telemetry::{self, Metrics};

pub(super) fn serve(config: &Path) -> anyhow::Result<()> {
    telemetry::start_log(telemetry::SERVICE);
    service::ignore_signals()?;
    let mut config = Config::read(config)?;
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    let wanted = config.max_connections + service::ADMIN_CONNECTIONS;
    let missing = wanted - listener::raise_file_limit(wanted);
    if missing > 0 {
        config.max_connections = config.max_connections.saturating_sub(missing).max(1);
        let connections = config.max_connections;
        tracing::warn!(
            connections,
            "the system allows fewer open files than max_connections needs; the service accepts fewer connections"
        );
    }
    let metrics = Metrics::start()?;
    System::new().block_on(async move {
        let ledger = config.store.open_to_serve().await;
        let ledger = ledger.context("cannot open the store")?;
        if let Some(path) = config.store.readable_by_others() {
            let path = path.display();
            tracing::warn!("other users can read {path}, which holds customers and what they paid: chmod 600 {path}");
        }
        let service = Service::bind(&config, ledger, metrics)?;
        tracing::info!(listen = %service.listen, admin = %service.admin_listen, "jetpay is running");
        let handles = service.handles();
        actix_web::rt::spawn(async move {
            if service::termination().await.is_ok() {
                tracing::info!("jetpay received a signal to stop, and finishes the accepted requests");
            }
            service::stop(&handles).await;
        });
        service.serve().await?;
        tracing::info!("jetpay stopped");
        Ok(())
    })
}

pub(super) fn check(path: &Path) -> anyhow::Result<()> {
    let config = Config::read(path)?;
    for warning in &config.warnings {
        println!("warning: {warning}");
    }
    println!("{} is valid. `jetpay serve` would", path.display());
    println!(
        "  answer the platform           at http://{}",
        config.listen
    );
    println!(
        "  answer the merchant           at http://{}, to the tokens {}",
        config.admin_listen,
        tokens(&config.admin_tokens)
    );
    println!("  store the ledger              in {}", config.store);
    println!("  keep all balances             in {}", config.currency);
    let debts = match config.debts {
        Debts::Net => "as given, less what came in since",
        Debts::AsGiven => "as given",
    };
    println!("  show debts                    {debts}");
    for project in &config.projects {
        print_project(project, &config);
    }
    match &config.gate {
        Some(gate) => print_gate(gate),
        None => println!("  make no payouts               until you add [gate]"),
    }
    println!(
        "  accept callbacks              at http://{}/callback and at every URL above",
        config.listen
    );
    Ok(())
}

/// The names of the tokens with their roles, each once.
fn tokens(tokens: &[AdminToken]) -> String {
    let mut names: Vec<_> = tokens
        .iter()
        .map(|token| format!("{} ({})", token.name, token.role.as_str()))
        .collect();
    names.dedup();
    names.join(", ")
}

fn print_project(project: &ProjectConfig, config: &Config) {
    let secrets = project.project.keys().len();
    let secrets = if secrets == 1 {
        "one secret".to_owned()
    } else {
        format!("{secrets} secrets, in rotation")
    };
    println!("  project {} ({secrets}):", project.id);
    for method in &project.methods {
        println!(
            "    {:<12} http://{}/{}",
            method.name(),
            config.listen,
            method.name()
        );
    }
    if project.methods.contains(&MethodName::KASSA24) {
        let answers = match project.kassa24_answers {
            Kassa24Answers::Contracts => "with contracts (option 2)",
            Kassa24Answers::Account => "with the account alone (option 1)",
        };
        println!("    kassa24 answers {answers}");
    }
    let contracts = if project.strict_contracts {
        "refused"
    } else {
        "accepted and flagged"
    };
    println!("    a top-up of an unknown contract is {contracts}");
}

fn print_gate(gate: &GateConfig) {
    println!("  send payouts                  to {}", gate.base_url);
    let balance = if gate.from_balance {
        "taken from the customer's balance, and refused when the balance is too small"
    } else {
        "independent of the customer's balance"
    };
    println!("    a payout is {balance}");
    println!(
        "    the Gate has {} s to answer; the service asks for a payout's status {} s after a request",
        gate.retry_policy.answer_timeout.as_secs(),
        gate.retry_policy.query_after.as_secs()
    );
    let deleted = match gate.keep_personal_data.as_secs() / (24 * 60 * 60) {
        1 => "a day after the payout has ended".to_owned(),
        days => format!("{days} days after the payout has ended"),
    };
    println!("    the payee's personal data is deleted {deleted}");
}
