//! `jetpay customers import`.

mod csv_rows;

use std::collections::HashMap;

use anyhow::Context;
use clap::Args;
use indicatif::ProgressBar;
use jetpay_core::id::CustomerId;
use jetpay_ledger::Customer;
use serde::Deserialize;

use super::lines::{BadLine, for_each_json};
use super::{Records, Source, with_store};
use crate::config::Config;
use crate::customer::{ContractBody, CustomerBody};

#[derive(Args)]
pub(in crate::commands) struct ImportCustomers {
    #[command(flatten)]
    source: Source,
}

impl ImportCustomers {
    pub(in crate::commands) fn run(&self) -> anyhow::Result<()> {
        let config = Config::read(&self.source.config)?;
        let file = self.source.content()?;
        let customers = if file.csv {
            csv_rows::read(&file.bytes, &file.bar)?
        } else {
            read_json_lines(&file.bytes, &file.bar)
        };
        self.source.report(&customers.bad)?;
        file.bar.set_message("storing");
        let in_use =
            "stop the service first, or put customers over HTTP: PUT /v1/customers/{customer_id}";
        let counted = with_store(&config.store, in_use, async |ledger| {
            ledger.import_customers(customers.good).await
        })?;
        let counted = counted.context("nothing was stored")?;
        file.bar.finish_and_clear();
        let left_out = customers.bad.len();
        println!(
            "{} new, {} replaced, {left_out} left out",
            counted.new, counted.replaced
        );
        Ok(())
    }
}

/// A line of JSON: the body of `PUT /v1/customers/{customer_id}`, and `customer_id`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a customer object")]
struct JsonLine {
    customer_id: String,
    additional_customer_id: Option<String>,
    #[serde(default)]
    contracts: Vec<ContractBody>,
}

fn read_json_lines(bytes: &[u8], bar: &ProgressBar) -> Records<Customer> {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    let mut lines: HashMap<CustomerId, u64> = HashMap::new();
    for_each_json(bytes, bar, |number, line| {
        match line.and_then(|line| customer(number, line)) {
            Ok(customer) => match lines.insert(customer.customer_id.clone(), number) {
                None => good.push(customer),
                Some(first) => bad.push(BadLine::new(
                    number,
                    format!("this customer is already in line {first}"),
                )),
            },
            Err(line) => bad.push(line),
        }
    });
    Records { good, bad }
}

fn customer(number: u64, line: JsonLine) -> Result<Customer, BadLine> {
    let id = CustomerId::new(line.customer_id)
        .map_err(|error| BadLine::new(number, format!("`customer_id`: {error}")))?;
    let body = CustomerBody::new(line.additional_customer_id, line.contracts);
    body.into_customer(id)
        .map_err(|error| BadLine::of_field(number, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_lines_are_read_and_wrong_lines_are_reported_with_their_number() {
        let file = concat!(
            "{\"customer_id\":\"1\",\"contracts\":[{\"id\":\"a\",\"number\":\"A\",\"payment\":100}]}\n",
            "\n",
            "{\"customer_id\":\"2\",\"contracts\":[{\"id\":\"a\",\"number\":\"A\",\"payment\":1.5}]}\n",
            "{\"customer_id\":\"a;b\"}\n",
            "{\"customer_id\":\"3\"}\n",
            "{\"customer_id\":\"1\"}",
        );
        let Records { good, bad } = read_json_lines(file.as_bytes(), &ProgressBar::hidden());
        let ids: Vec<_> = good
            .iter()
            .map(|customer| customer.customer_id.as_str())
            .collect();
        assert_eq!(ids, ["1", "3"]);
        assert_eq!(
            bad.iter().map(|bad| bad.line).collect::<Vec<_>>(),
            [3, 4, 6]
        );
        assert!(bad[0].what.contains("contracts[0].payment"), "{:?}", bad[0]);
    }
}
