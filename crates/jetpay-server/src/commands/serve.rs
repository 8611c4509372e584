//! `jetpay serve` runs the service; `jetpay check` says what it would do.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use actix_web::rt::{System, time::timeout};
use anyhow::{Context, bail};
use clap::Args;
use jetpay_core::id::PaymentId;
use jetpay_gate::{Reason, StatusOutcome};
use jetpay_ledger::Ledger;
use jetpay_platform::visible;
use uuid::Uuid;

use super::{ConfigOption, lookup};
use crate::config::{
    AdminToken, Config, Debts, GateConfig, Kassa24Answers, LogConfig, MailConfig, ProjectConfig,
    StoreLocation,
};
use crate::deliver;
use crate::listener;
use crate::mail::Smtp;
use crate::methods::MethodName;
use crate::reload::Reload;
use crate::service::{self, Service};
use crate::systemd;
use crate::telemetry;

pub(super) fn serve(config: &Path) -> anyhow::Result<()> {
    telemetry::start_log(Some(LogConfig::default()));
    let signals = service::handle_signals()?;
    let path = config;
    let config = read(path)?;
    telemetry::set_log(config.log);
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    System::new().block_on(async move {
        let ledger = config.store.open_to_serve().await;
        let ledger = ledger.context("cannot open the store")?;
        // A store that is away has no answer, and is no reason not to start.
        let left_out = deliver::warnings(&ledger, &config.deliver).await;
        for warning in left_out.unwrap_or_default() {
            tracing::warn!("{warning}");
        }
        let service = Service::bind(&config, ledger)?;
        let pages = service.pages_listen.map(tracing::field::display);
        tracing::info!(listen = %service.listen, admin = %service.admin_listen, pages, "jetpay is running");
        let handles = service.handles();
        let reload = Reload {
            path: path.to_owned(),
            running: config,
            reloaded: service.reloaded.clone(),
        };
        // The receiver ends with the process.
        let _ = signals.send(Box::new(move || reload.run()));
        systemd::ready("running");
        systemd::watch();
        actix_web::rt::spawn(async move {
            if service::termination().await.is_ok() {
                tracing::info!("jetpay received a signal to stop, and finishes the accepted requests");
            }
            systemd::stopping();
            service::stop(&handles).await;
        });
        service.serve().await?;
        tracing::info!("jetpay stopped");
        Ok(())
    })
}

/// Reads a configuration, and fits `max_connections` to what the system allows.
fn read(path: &Path) -> anyhow::Result<Config> {
    let mut config = Config::read_to_serve(path)?;
    let own = 1 + usize::from(config.pages.is_some());
    let wanted = config.max_connections + own * service::ADMIN_CONNECTIONS;
    let missing = wanted - listener::raise_file_limit(wanted);
    if missing > 0 {
        config.max_connections = config.max_connections.saturating_sub(missing).max(1);
        config.warnings.push(format!(
            "the system allows fewer open files than max_connections needs; the service accepts {} connections",
            config.max_connections
        ));
    }
    Ok(config)
}

/// How long one step of `--connect` may take.
const CONNECT: Duration = Duration::from_secs(10);

#[derive(Args)]
pub(super) struct Check {
    #[command(flatten)]
    config: ConfigOption,
    /// Connect to the store, the Gate, your own system and the mail server too; this changes nothing there
    ///
    /// The command asks the Gate for the status of a payout that does not exist, for each project that can pay out, and your
    /// system, if `[lookup]` names it, about a customer that does not exist. It logs in at the mail server, and sends nothing. It
    /// waits at most 10 seconds for each answer, as long as `timeout_seconds` for your system, and 20 seconds for the mail server.
    #[arg(long)]
    connect: bool,
}

impl Check {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let config = read(&self.config.config)?;
        for warning in &config.warnings {
            println!("warning: {}", visible::line(warning));
        }
        let pages = config.pages.as_ref().map(|pages| pages.listen);
        for address in [config.listen, config.admin_listen]
            .into_iter()
            .chain(pages)
        {
            let in_use = |error: &std::io::Error| error.kind() == ErrorKind::AddrInUse;
            if TcpListener::bind(address).is_err_and(|error| in_use(&error)) {
                println!(
                    "note: a program listens on {address} already; that is right if it is this service"
                );
            }
        }
        if let (StoreLocation::Sqlite(file), false) = (&config.store, self.connect) {
            let place = || format!("{}: cannot open the store", config.store_place);
            Ledger::inspect_file(file).with_context(place)?;
        }
        describe(&config, &self.config.config);
        if self.connect {
            System::new().block_on(connect(&config))?;
        }
        Ok(())
    }
}

/// Connects to the store, the Gate and the merchant's own system, and prints a line for each.
async fn connect(config: &Config) -> anyhow::Result<()> {
    println!("Connections:");
    let store = match &config.store {
        StoreLocation::Sqlite(path) => Ok(Ledger::inspect_file(path)),
        StoreLocation::Postgres { url, ca_file } => {
            timeout(CONNECT, Ledger::inspect_database(url, ca_file.as_deref())).await
        }
    };
    let store = match store {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("no answer in 10 s".to_owned()),
    };
    let mut failed = !report(&config.store.to_string(), &store);
    // A store that the next start changes is not opened: to open it would change it.
    if store.is_ok_and(|found| !found.contains("which the")) {
        for warning in left_out(config).await.unwrap_or_default() {
            println!("  warning: {}", visible::line(&warning));
        }
    }
    for project in &config.projects {
        if let Some(gate) = &config.gate {
            let place = format!("the Gate at {}, project {}", gate.base_url, project.id);
            failed |= !report(&place, &ask(gate, project).await);
        }
    }
    if let Some(mail) = &config.mail {
        let place = format!("the mail server at {}", mail.server);
        failed |= !report(&place, &log_in(mail).await);
    }
    if let (Some(lookup), Some(project)) = (&config.lookup, config.projects.first()) {
        let place = format!(
            "your system at {}, kind {}",
            lookup.url,
            lookup::kind(lookup)
        );
        failed |= !report(&place, &lookup::connect(lookup, project.id).await);
    }
    if failed {
        bail!("not every connection works; see the lines with FAILED above");
    }
    Ok(())
}

/// What the store has for endpoints that are not configured.
async fn left_out(config: &Config) -> anyhow::Result<Vec<String>> {
    let ledger = match &config.store {
        StoreLocation::Sqlite(path) => Ledger::open_to_read(path),
        StoreLocation::Postgres { .. } => config.store.open().await,
    }?;
    let warnings = deliver::warnings(&ledger, &config.deliver).await;
    ledger.close().await;
    Ok(warnings?)
}

fn report(place: &str, found: &Result<String, String>) -> bool {
    let (word, text) = match found {
        Ok(text) => ("ok", text),
        Err(text) => ("FAILED", text),
    };
    println!("  {word:<6} {place}: {}", visible::line(text));
    found.is_ok()
}

/// Asks the Gate for the status of a payment that does not exist.
async fn ask(gate: &GateConfig, project: &ProjectConfig) -> Result<String, String> {
    let client = gate.client().with_timeout(CONNECT).build();
    let client = client.map_err(|error| error.to_string())?;
    let id = PaymentId::new(format!("jetpay-check-{}", Uuid::now_v7()));
    let id = id.map_err(|error| error.to_string())?;
    let reason = match client.status(&project.project, &id).await {
        StatusOutcome::NotKnown | StatusOutcome::Known(_) => {
            return Ok("it accepts the signature of this project".to_owned());
        }
        StatusOutcome::Unanswered(unknown) => unknown.reason,
    };
    let what_to_do = match &reason {
        Reason::HttpStatus(401) => {
            "is the secret that signs the one of this project, and is the project's number right?"
        }
        Reason::HttpStatus(403) => "ask JetPay to put this machine's address on its list",
        Reason::HttpStatus(404) => "ask JetPay whether base_url is right",
        Reason::HttpStatus(500..) | Reason::Waiting(_) => "try again later",
        Reason::NotConnected(_) | Reason::TimedOut | Reason::Broken(_) => {
            "is base_url right, and does the network let this machine out?"
        }
        Reason::BadSignature => "is the secret that signs the one of this project?",
        _ => "ask JetPay whether base_url, the project's number and its secret are right",
    };
    Err(format!("{reason}; {what_to_do}"))
}

/// Connects to the mail server and logs in.
async fn log_in(mail: &MailConfig) -> Result<String, String> {
    let tested = match Smtp::new(mail) {
        Ok(smtp) => smtp.test().await,
        Err(error) => Err(error),
    };
    let what_to_do = "are url and the login those of your mail provider, and does the network let this machine out?";
    tested.map_err(|error| format!("{error}; {what_to_do}"))?;
    Ok(match mail.login {
        Some(_) => "it accepts the login".to_owned(),
        None => "it answers, without a login".to_owned(),
    })
}

/// Says what a service with this configuration does.
fn describe(config: &Config, path: &Path) {
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
    match &config.pages {
        Some(pages) => println!(
            "  show pages to people          at http://{}, with times of {}",
            pages.listen, pages.zone_name
        ),
        None => println!("  show no pages                 until you add [pages]"),
    }
    println!("  store the ledger              in {}", config.store);
    println!("  keep all balances             in {}", config.currency);
    let debts = match config.debts {
        Debts::Net => "as given, less what came in since",
        Debts::AsGiven => "as given",
    };
    println!("  show debts                    {debts}");
    match &config.lookup {
        Some(lookup) => lookup::describe(lookup),
        None => println!("  know the customers            from what you write and import"),
    }
    for project in &config.projects {
        print_project(project, config);
    }
    match &config.gate {
        Some(gate) => print_gate(gate, config.makes_payouts()),
        None => println!("  make no payouts               until you add [gate]"),
    }
    match (&config.data_api, config.reconcile_every) {
        (Some(data_api), Some(every)) => println!(
            "  reconcile the ledger          with {}, every {:#}",
            data_api.base_url,
            jiff::SignedDuration::from_secs(every.as_secs().cast_signed())
        ),
        (Some(data_api), None) => println!(
            "  reconcile the ledger          with {}, when `jetpay reconcile api` asks it",
            data_api.base_url
        ),
        (None, _) => println!("  reconcile with no Data API    until you add [data_api]"),
    }
    print_deliveries(config);
    match &config.mail {
        Some(mail) => println!(
            "  mail alarms                   by {} to {}",
            mail.server,
            if mail.to.len() == 1 {
                "1 receiver".to_owned()
            } else {
                format!("{} receivers", mail.to.len())
            }
        ),
        None => println!("  mail no alarms                until you add [mail]"),
    }
    println!(
        "  accept callbacks              at http://{}/callback and at every URL above",
        config.listen
    );
}

fn print_deliveries(config: &Config) {
    for endpoint in &config.deliver {
        let what = if endpoint.alarms {
            "deliver entries and alarms"
        } else {
            "deliver entries"
        };
        println!(
            "  {what:<29} to {} at {}, kind {}",
            endpoint.name,
            endpoint.url,
            endpoint.kind()
        );
    }
    if config.deliver.is_empty() {
        println!("  deliver no entries            until you add [[deliver]]");
    }
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
    let accepted = project.project.keys().len();
    let past = project.with_past.keys().len() - accepted;
    let accepted = match accepted {
        1 => "one secret".to_owned(),
        _ => format!("{accepted} secrets, in rotation: the first signs"),
    };
    let past = match past {
        0 => String::new(),
        _ => format!("; {past} past, for `jetpay ledger check` alone"),
    };
    println!("  project {} ({accepted}{past}):", project.id);
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

fn print_gate(gate: &GateConfig, makes_payouts: bool) {
    println!("  ask about lost callbacks      at {}", gate.base_url);
    if !makes_payouts {
        println!("  make no payouts               until a project has the method qiwi-kz");
        return;
    }
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
