//! `jetpay check`.

use std::path::Path;

use crate::config::{Config, GateConfig, Kassa24Answers, ProjectConfig};
use crate::methods::MethodName;

pub(super) fn check(path: &Path) -> anyhow::Result<()> {
    let config = Config::read(path)?;
    for warning in &config.warnings {
        println!("warning: {warning}");
    }
    println!("{} is good. `jetpay serve` would", path.display());
    println!(
        "  take the platform's requests  on http://{}",
        config.listen
    );
    println!(
        "  take the merchant's requests  on http://{} (bearer token)",
        config.admin_listen
    );
    println!("  keep the ledger               in {}", config.store);
    println!("  keep all balances             in {}", config.currency);
    for project in &config.projects {
        describe(project, &config);
    }
    match &config.gate {
        Some(gate) => payouts(gate),
        None => println!("  take no payouts               until there is [gate]"),
    }
    println!(
        "  take callbacks of any method  at http://{}/callback and at every URL above",
        config.listen
    );
    Ok(())
}

fn describe(project: &ProjectConfig, config: &Config) {
    let secrets = project.project.keys().len();
    let secrets = if secrets == 1 {
        "one secret".to_owned()
    } else {
        format!("{secrets} secrets, rotating")
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
        "taken and flagged"
    };
    println!("    a top-up of an unknown contract is {contracts}");
}

fn payouts(gate: &GateConfig) {
    println!("  send payouts                  to {}", gate.base_url);
    let from = if gate.from_balance {
        "taken from the customer's balance, and refused when it does not suffice"
    } else {
        "not tied to balances"
    };
    println!("    a payout is {from}");
    println!(
        "    an answer may take {} s; {} s after a request the platform is asked about it",
        gate.pace.answer_timeout.as_secs(),
        gate.pace.query_after.as_secs()
    );
    let forgotten = match gate.keep_personal_data.as_secs() / (24 * 60 * 60) {
        0 => "as soon as it has ended".to_owned(),
        1 => "a day after it has ended".to_owned(),
        days => format!("{days} days after it has ended"),
    };
    println!("    whom it paid is forgotten {forgotten}");
}
