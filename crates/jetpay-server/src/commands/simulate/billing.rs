//! `jetpay simulate billing`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use actix_web::rt::System;
use anyhow::{Context, bail, ensure};
use clap::{Args, ValueEnum};
use jetpay_platform::billing::receiver::{self, Arrival, ReceiverState};
use jetpay_platform::billing::{
    self, BillingState, Booked, Dialect, Exchange, OnRequest, Quirks, UnknownFault,
};
use jetpay_platform::visible;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use zeroize::Zeroizing;

use crate::commands::table::aligned;
use crate::service::termination;

#[derive(Args)]
pub(in crate::commands) struct Billing {
    /// Address on which the billing listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9092")]
    listen: SocketAddr,
    /// How the billing is spoken to
    #[arg(long, value_enum, default_value_t = Spoken::Osmp)]
    dialect: Spoken,
    /// A customer that exists, and what is owed, in minor units, such as 7123456789=125000 for 1250.00; several times for
    /// several customers
    #[arg(long = "customer", value_name = "ID[=DEBT_MINOR]", required = true)]
    customers: Vec<Customer>,
    /// How long every answer takes, in milliseconds
    #[arg(long, value_name = "N", default_value_t = 0)]
    latency_ms: u32,
    /// What goes wrong; several take turns: `done-and-drop,answer` books every payment and breaks the connection of every
    /// other request. One of: answer, slow=SECONDS, drop, done-and-drop, down, status=N, result=N, wrong-encoding, entity-bomb,
    /// other-txn, two-answers, two-results, truncated, too-long
    #[arg(long = "fault", value_name = "NAME", value_delimiter = ',')]
    faults: Vec<Fault>,
    /// What this billing does that not every billing does; not for `webhook`
    #[arg(long = "quirk", value_enum, value_name = "NAME", value_delimiter = ',')]
    quirks: Vec<Quirk>,
    /// Environment variable that holds what the service's `secret_env` holds: for `webhook` the secret, `whsec_...`, twice
    /// while it is rotated; for the others USER:PASSWORD of HTTP Basic, if there shall be a login
    #[arg(long, value_name = "NAME")]
    secret_env: Vec<String>,
    /// File that holds the same
    #[arg(long, value_name = "FILE")]
    secret_file: Vec<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Spoken {
    /// OSMP (QIWI): XML
    Osmp,
    /// Kaspi's variant: JSON
    Kaspi,
    /// Kaspi's variant: XML
    KaspiXml,
    /// A web service of the merchant's own: signed JSON
    Webhook,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Quirk {
    /// It books at `check`, as `BGBilling` with `payOnCheck`
    PayOnCheck,
    /// It answers a repeated `txn_id` "double request", and not as before
    RefusesRepeats,
    /// It books a repeated `txn_id` again
    BooksRepeats,
    /// Its answers are in windows-1251
    #[value(name = "windows-1251")]
    Windows1251,
}

#[derive(Clone)]
struct Customer {
    id: String,
    /// In minor units.
    debt: Option<i64>,
}

impl FromStr for Customer {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let what = "write the customer's id, or the id, = and the debt in minor units, such as 7123456789=125000";
        let (id, debt) = match text.rsplit_once('=') {
            Some((id, debt)) => {
                let debt = debt.parse().ok().filter(|debt| *debt >= 0);
                (id, Some(debt.ok_or(what)?))
            }
            None => (text, None),
        };
        let id = Some(id).filter(|id| !id.is_empty()).ok_or(what)?;
        Ok(Self {
            id: id.to_owned(),
            debt,
        })
    }
}

impl Customer {
    /// What answers a look-up: the body of `PUT /v1/customers/{customer_id}`.
    fn body(&self) -> Value {
        let contract = |debt| json!({"id": self.id, "number": self.id, "payment": debt});
        let contracts: Vec<Value> = self.debt.map(contract).into_iter().collect();
        json!({ "contracts": contracts })
    }
}

#[derive(Clone)]
struct Fault(OnRequest);

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl Billing {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        ensure!(
            self.listen.ip().is_loopback(),
            "a simulated billing listens on loopback only, because it receives payers' data without TLS"
        );
        match self.dialect {
            Spoken::Osmp => self.answer(Dialect::Osmp),
            Spoken::Kaspi => self.answer(Dialect::KaspiJson),
            Spoken::KaspiXml => self.answer(Dialect::KaspiXml),
            Spoken::Webhook => self.receive(),
        }
    }

    /// Plays a billing until the command is ended, and then prints its books.
    fn answer(&self, dialect: Dialect) -> anyhow::Result<()> {
        let mut state = BillingState::new(dialect)
            .with_quirks(self.quirks())
            .with_watch(show);
        for Customer { id, debt } in &self.customers {
            state.put_account(id, *debt);
        }
        state.in_turn(self.faults());
        state.set_latency(self.latency());
        match &*self.secrets()? {
            [] => {}
            [login] if login.contains(':') => state = state.with_login(login),
            [_] => bail!("the secret of a billing is the login of HTTP Basic: write USER:PASSWORD"),
            _ => bail!("a billing has one login: give one --secret-env or --secret-file"),
        }
        let ended = self.serve(|listener| {
            let server = billing::serve(listener, state)?;
            println!(
                "A simulated billing at {}; end it with Ctrl-C\n",
                server.url()
            );
            Ok(server)
        })?;
        println!("\n{}", books(ended.booked()));
        Ok(())
    }

    /// Plays a merchant's web service until the command is ended, and then prints what was delivered.
    fn receive(&self) -> anyhow::Result<()> {
        ensure!(
            self.quirks.is_empty(),
            "--quirk: a web service has no quirks; they belong to the dialects osmp, kaspi and kaspi-xml"
        );
        let secrets = self.secrets()?;
        ensure!(
            !secrets.is_empty(),
            "the secret is missing: give --secret-env NAME or --secret-file FILE with what the service's secret_env or \
             secret_file holds"
        );
        let secrets = secrets.iter().map(|it| it.as_str());
        let mut state = ReceiverState::new(secrets)
            .context("the secret of webhooks")?
            .with_watch(show);
        for customer in &self.customers {
            state.put_customer(&customer.id, customer.body());
        }
        state.deliveries().always(self.faults());
        state.deliveries().latency = self.latency();
        state.lookups().always(self.faults());
        state.lookups().latency = self.latency();
        let ended = self.serve(|listener| {
            let server = receiver::serve(listener, state)?;
            println!("A simulated web service of a merchant; end it with Ctrl-C");
            println!("  webhooks are delivered to {}", server.webhooks_url());
            println!(
                "  customers are looked up at {}; a debt stays as given\n",
                server.lookup_url()
            );
            Ok(server)
        })?;
        println!("\n{}", arrivals(ended.arrivals()));
        println!("deliveries that came again: {}", ended.repeats());
        for violation in ended.violations() {
            println!("wrong: {}", visible::line(&format!("{violation:?}")));
        }
        Ok(())
    }

    /// Listens, serves until the command is ended, and returns the state then.
    fn serve<S: Clone>(
        &self,
        begin: impl FnOnce(TcpListener) -> std::io::Result<billing::Server<S>>,
    ) -> anyhow::Result<S> {
        System::new().block_on(async {
            let listener = TcpListener::bind(self.listen).await;
            let server = listener.and_then(begin).with_context(|| {
                format!(
                    "cannot listen on {}; choose another with --listen",
                    self.listen
                )
            })?;
            termination().await?;
            Ok(server.stop())
        })
    }

    fn faults(&self) -> impl Iterator<Item = OnRequest> {
        self.faults.iter().map(|it| it.0.clone())
    }

    fn latency(&self) -> Duration {
        Duration::from_millis(self.latency_ms.into())
    }

    fn quirks(&self) -> Quirks {
        let has = |quirk| self.quirks.contains(&quirk);
        Quirks {
            pay_on_check: has(Quirk::PayOnCheck),
            refuses_repeats: has(Quirk::RefusesRepeats),
            books_repeats: has(Quirk::BooksRepeats),
            windows_1251: has(Quirk::Windows1251),
        }
    }

    fn secrets(&self) -> anyhow::Result<Vec<Zeroizing<String>>> {
        let from_env = self.secret_env.iter().map(|name| {
            let secret = std::env::var(name).map(Zeroizing::new);
            secret.with_context(|| {
                format!("the environment variable {name} is not set; set it to the secret: export {name}=...")
            })
        });
        let from_file = self.secret_file.iter().map(|file| read(file));
        from_env.chain(from_file).collect()
    }
}

/// The first line of a file.
fn read(file: &Path) -> anyhow::Result<Zeroizing<String>> {
    let text = std::fs::read_to_string(file).map(Zeroizing::new);
    let text = text.with_context(|| format!("cannot read {}", file.display()))?;
    Ok(Zeroizing::new(text.trim().to_owned()))
}

/// Shows a request while the billing runs.
fn show(exchange: &Exchange) {
    println!("  {}\n    {}", exchange.request, exchange.answer);
}

/// The billing's books, with sums in minor units.
fn books(booked: &[Booked]) -> String {
    let row = |it: &Booked| {
        let cancelled = if it.cancelled { "cancelled" } else { "" };
        let minor = it.minor.to_string();
        vec![
            it.txn_id.clone(),
            visible::line(&it.account),
            minor,
            it.prv_txn.clone(),
            cancelled.into(),
        ]
    };
    let heading = ["TXN_ID", "ACCOUNT", "SUM (MINOR UNITS)", "PRV_TXN", ""];
    listed(&heading, booked.iter().map(row), "nothing was booked")
}

/// What was delivered, with amounts in minor units.
fn arrivals(arrivals: &[Arrival]) -> String {
    let row = |it: &Arrival| {
        let seq = it.seq.map(|it| it.to_string());
        let customer = it.customer_id.as_deref().unwrap_or_default();
        let texts = [&*it.id, &*it.kind, customer].map(visible::line);
        [
            texts.to_vec(),
            vec![seq.unwrap_or_default(), it.amount.to_string()],
        ]
        .concat()
    };
    let heading = [
        "WEBHOOK-ID",
        "TYPE",
        "CUSTOMER",
        "SEQ",
        "AMOUNT (MINOR UNITS)",
    ];
    listed(
        &heading,
        arrivals.iter().map(row),
        "nothing was delivered\n",
    )
}

/// A table, or the text `empty` when there are no rows.
fn listed(heading: &[&str], rows: impl Iterator<Item = Vec<String>>, empty: &str) -> String {
    let heading = heading.iter().map(|it| (*it).to_owned()).collect();
    let lines: Vec<_> = std::iter::once(heading).chain(rows).collect();
    if lines.len() == 1 {
        return empty.to_owned();
    }
    aligned(&lines)
}
