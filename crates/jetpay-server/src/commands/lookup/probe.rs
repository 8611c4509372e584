//! `jetpay lookup probe`: what the merchant's system answers, how fast, and whether a question changes anything there.

use std::time::Duration;

use actix_web::rt::System;
use anyhow::{Context, bail};
use clap::Args;
use jetpay_billing::dialect::{CheckedAccount, Dialect};
use jetpay_core::id::CustomerId;
use jetpay_core::{Currency, Money};
use jetpay_ledger::Customer;
use jetpay_platform::visible;

use super::differences::Differences;
use super::{Exchange, ask, kind, no_customer};
use crate::commands::ConfigOption;
use crate::commands::advice::{self, Asked};
use crate::commands::table::aligned;
use crate::config::{Config, LookupConfig, LookupKind, OwedField};
use crate::customer::AsOf;
use crate::lookup::over_http::{Heard, Way, value};
use crate::lookup::source::Found;

#[derive(Args)]
pub(in crate::commands) struct Probe {
    #[command(flatten)]
    config: ConfigOption,
    /// The id of a customer that your system knows, as a payer types it
    #[arg(value_name = "CUSTOMER_ID", value_parser = customer_id)]
    customer: CustomerId,
    /// How often to ask about the customer
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(2..=1000))]
    times: u16,
}

fn customer_id(text: &str) -> Result<CustomerId, String> {
    CustomerId::new(text).map_err(|error| error.to_string())
}

impl Probe {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let config = Config::read(&self.config.config)?;
        let Some(lookup) = &config.lookup else {
            bail!(
                "the store knows the customers, so there is nothing to ask; write [lookup] with kind = \"http\", \"osmp\" or \
                 \"kaspi\" into {}",
                self.config.config.display()
            );
        };
        let way = Way::of(lookup)?;
        println!(
            "Asking {} ({}); an answer may take {} s",
            lookup.url,
            kind(lookup),
            lookup.timeout.as_secs()
        );
        let mut report = Report::default();
        System::new().block_on(self.ask(&config, lookup, &way, &mut report))?;
        if report.failed {
            bail!("something is wrong; see the lines with FAILED above");
        }
        Ok(())
    }

    async fn ask(
        &self,
        config: &Config,
        lookup: &LookupConfig,
        way: &Way,
        report: &mut Report,
    ) -> anyhow::Result<()> {
        let project = config.projects.first().context("there is no project")?.id;
        let mut answers = Vec::new();
        for _ in 0..self.times {
            answers.push(ask(way, &self.customer, project).await);
        }
        let unknown = ask(way, &no_customer(), project).await;
        let all = answers.iter().chain([&unknown]);
        Report::times(all.map(|asked| asked.took).collect(), lookup.timeout);
        report.unknown(unknown);
        let heard = report.known(answers);
        let (mut accounts, mut last) = (Vec::new(), None);
        for heard in heard {
            if let Heard::Account(account, _) = &heard {
                accounts.push(account.clone());
            }
            last = Some(heard);
        }
        if let LookupKind::Dialect {
            dialect, sum, owed, ..
        } = &lookup.kind
        {
            report.effects(&accounts, *sum, *dialect);
            if let Some(owed) = owed {
                report.owed(&accounts, owed);
            }
        }
        if let Some(heard) = last {
            report.payer(heard, &self.customer, config.currency);
        }
        Ok(())
    }
}

/// What was printed so far.
#[derive(Default)]
struct Report {
    failed: bool,
}

fn ok(text: &str) {
    println!("  ok      {text}");
}

fn warning(text: &str) {
    println!("  WARNING {text}");
}

impl Report {
    fn failed(&mut self, text: &str) {
        self.failed = true;
        println!("  FAILED  {text}");
    }

    /// The answers about the customer. Returns those that say something.
    fn known(&mut self, answers: Vec<Exchange>) -> Vec<Heard> {
        let count = answers.len();
        let mut known = Vec::new();
        let (mut unknown, mut failures) = (0, Vec::new());
        for asked in answers {
            match asked.heard {
                Ok(Heard::Unknown) => unknown += 1,
                Ok(heard) => known.push(heard),
                Err(failure) => failures.push(failure),
            }
        }
        if known.len() == count {
            ok(&format!(
                "it knows the customer: {count} of {count} answers"
            ));
        }
        if unknown > 0 {
            self.failed(&format!(
                "it says that there is no such customer: {unknown} of {count} answers; name one that your system knows"
            ));
        }
        if let Some(failure) = failures.first() {
            self.failed(&format!(
                "it did not answer about the customer: {} of {count} questions; the first: {}; {}",
                failures.len(),
                visible::line(&failure.to_string()),
                advice::of_failure(failure, Asked::Lookup)
            ));
        }
        known
    }

    /// The answer about a customer that does not exist.
    fn unknown(&mut self, asked: Exchange) {
        match asked.heard {
            Ok(Heard::Unknown) => ok("it does not know a customer that does not exist"),
            Ok(_) => self.failed(
                "it knows a customer that does not exist: a payer who mistypes would pay into nothing",
            ),
            Err(failure) => self.failed(&format!(
                "it did not say that a customer that does not exist is unknown, so a payer who mistypes is told to try again \
                 later: {}; {}",
                visible::line(&failure.to_string()),
                advice::of_failure(&failure, Asked::Lookup)
            )),
        }
    }

    fn times(mut took: Vec<Duration>, limit: Duration) {
        took.sort();
        let [shortest, median, longest] =
            [0, took.len() / 2, took.len() - 1].map(|at| took[at].as_millis());
        let text = format!(
            "an answer takes {median} ms (the median of {}; from {shortest} to {longest} ms)",
            took.len()
        );
        if longest * 2 > limit.as_millis() {
            warning(&format!(
                "{text}: the longest is more than half of timeout_seconds, so some will be too late"
            ));
        } else {
            ok(&text);
        }
    }

    /// Whether a `check` has effects.
    fn effects(&mut self, answers: &[CheckedAccount], sum: Money, dialect: Dialect) {
        if answers.len() < 2 {
            return;
        }
        let differences = Differences::between(answers, sum.currency());
        let names = |names: &[String]| visible::line(&names.join(", "));
        if !differences.amounts.is_empty() {
            let setting = match dialect {
                Dialect::Osmp => "; BGBilling does so with payOnCheck, which must be off",
                Dialect::Kaspi => "",
            };
            self.failed(&format!(
                "an amount changed from one check to the next: {}. Unless a payment came meanwhile, the billing books money at \
                 each check, and every verify would be a payment{setting}. Then take back there what this command's checks booked: \
                 {} times {sum}, or another amount that moved",
                names(&differences.amounts),
                answers.len()
            ));
        } else if differences.has_amounts {
            ok("checks change no amount in its answers");
        } else {
            warning(
                "its answers have no amount, so it cannot be seen here whether a check books money (BGBilling does so with \
                 payOnCheck): look at the customer's payments in the billing now; there must be none",
            );
        }
        if !differences.texts.is_empty() {
            warning(&format!(
                "this differs from one check to the next, and may be meant to: {}",
                names(&differences.texts)
            ));
        }
    }

    /// Whether the field with what is owed is there at all.
    fn owed(&mut self, answers: &[CheckedAccount], owed: &OwedField) {
        let Some(last) = answers.last() else {
            return;
        };
        let has_it = |answer| value(answer, &owed.name).is_some();
        if answers.iter().any(has_it) {
            return;
        }
        let sum = last.sum.iter().map(|_| "sum");
        let names = last.fields.iter().map(|(name, _)| name.as_str());
        let present: Vec<_> = sum.chain(names).collect();
        let present = if present.is_empty() {
            "no sum and no fields".to_owned()
        } else {
            present.join(", ")
        };
        self.failed(&visible::line(&format!(
            "no answer has the field {:?} of {}, so no debt is shown; an answer has {present}",
            owed.name,
            owed.key()
        )));
    }

    /// What a payer would see.
    fn payer(&mut self, heard: Heard, id: &CustomerId, currency: Currency) {
        let any = AsOf {
            default: 0,
            end: i64::MAX,
        };
        let customer = match heard.found(id) {
            Found::Unknown => return,
            Found::Customer(body) => body.into_customer(id.clone(), any),
        };
        match customer {
            Ok(customer) => print!("{}", shown(&customer, currency)),
            Err(errors) => {
                for error in errors {
                    let text = format!("its answer is wrong: {} {}", error.field, error.message);
                    self.failed(&visible::line(&text));
                }
            }
        }
    }
}

/// The customer as the methods show it.
fn shown(customer: &Customer, currency: Currency) -> String {
    let id = customer.additional_customer_id.as_deref();
    let id = visible::line(id.unwrap_or(customer.customer_id.as_str()));
    if customer.contracts.is_empty() {
        return format!(
            "A payer sees the account {id}, without contracts and debts; methods that show contracts show the account as the only \
             one, without an amount\n"
        );
    }
    let money = |minor: Option<i64>| {
        minor.map_or_else(String::new, |minor| Money::new(minor, currency).to_string())
    };
    let heads = ["contract", "number", "debt", "at least", "status"];
    let mut lines = vec![heads.map(str::to_owned).to_vec()];
    for contract in &customer.contracts {
        let status = match contract.status_code {
            0 => "can be paid".to_owned(),
            204 => "204: nothing is owed".to_owned(),
            code => format!("{code}: cannot be paid"),
        };
        lines.push(vec![
            visible::line(contract.id.as_str()),
            visible::line(&contract.number),
            money(contract.payment),
            money(contract.min_payment),
            status,
        ]);
    }
    format!(
        "A payer sees the account {id}, and with methods that show contracts:\n{}",
        aligned(&lines)
    )
}
