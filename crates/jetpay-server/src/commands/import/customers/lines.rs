//! Customers as JSON Lines: one customer a line, as `PUT /v1/customers` takes it, with `customer_id`.

use std::collections::HashMap;

use indicatif::ProgressBar;
use jetpay_core::id::CustomerId;
use jetpay_ledger::Customer;
use serde::Deserialize;

use crate::commands::import::line::BadLine;
use crate::commands::import::{Lines, json_lines};
use crate::customer::{ContractBody, CustomerBody};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a customer object")]
struct Line {
    customer_id: String,
    additional_customer_id: Option<String>,
    #[serde(default)]
    contracts: Vec<ContractBody>,
}

pub(super) fn read(bytes: &[u8], bar: &ProgressBar) -> Lines<Customer> {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    let mut lines: HashMap<CustomerId, u64> = HashMap::new();
    json_lines::each(bytes, bar, |number, line| {
        match line.and_then(|line| customer(number, line)) {
            Ok(customer) => match lines.insert(customer.customer_id.clone(), number) {
                None => good.push(customer),
                Some(first) => bad.push(BadLine::new(
                    number,
                    format!("this customer stands in line {first} already"),
                )),
            },
            Err(line) => bad.push(line),
        }
    });
    Lines { good, bad }
}

fn customer(number: u64, line: Line) -> Result<Customer, BadLine> {
    let id = CustomerId::new(line.customer_id)
        .map_err(|error| BadLine::new(number, format!("`customer_id`: {error}")))?;
    let body = CustomerBody::new(line.additional_customer_id, line.contracts);
    body.named(id).map_err(|flaw| BadLine::flaw(number, &flaw))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_lines_are_read_and_bad_ones_told_with_their_number() {
        let file = concat!(
            "{\"customer_id\":\"1\",\"contracts\":[{\"id\":\"a\",\"number\":\"A\",\"payment\":100}]}\n",
            "\n",
            "{\"customer_id\":\"2\",\"contracts\":[{\"id\":\"a\",\"number\":\"A\",\"payment\":1.5}]}\n",
            "{\"customer_id\":\"a;b\"}\n",
            "{\"customer_id\":\"3\"}\n",
            "{\"customer_id\":\"1\"}",
        );
        let Lines { good, bad } = read(file.as_bytes(), &ProgressBar::hidden());
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
