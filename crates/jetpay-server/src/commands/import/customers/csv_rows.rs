//! Customers as CSV: a header, and one row for each contract. The rows of a customer need not follow each other.

use std::collections::{HashMap, HashSet};

use indicatif::ProgressBar;
use jetpay_core::id::CustomerId;
use jetpay_ledger::Customer;
use serde::Deserialize;

use crate::commands::import::Records;
use crate::commands::import::lines::{BadLine, Columns, for_each_csv};
use crate::customer::{ContractBody, CustomerBody};

const COLUMNS: Columns = Columns {
    all: &[
        "customer_id",
        "additional_customer_id",
        "contract_id",
        "contract_number",
        "payment",
        "min_payment",
        "status_code",
    ],
    required: &["customer_id"],
};

#[derive(Deserialize)]
struct Row {
    customer_id: String,
    additional_customer_id: Option<String>,
    contract_id: Option<String>,
    contract_number: Option<String>,
    payment: Option<i64>,
    min_payment: Option<i64>,
    status_code: Option<i64>,
}

/// The rows of one customer so far. `line` is that of the first.
struct Gathered {
    id: CustomerId,
    line: u64,
    additional: Option<String>,
    contracts: Vec<ContractBody>,
}

pub(super) fn read(bytes: &[u8], bar: &ProgressBar) -> anyhow::Result<Records<Customer>> {
    let mut gathered: Vec<Gathered> = Vec::new();
    let mut places: HashMap<CustomerId, usize> = HashMap::new();
    let mut bad = Vec::new();
    // One wrong row leaves out the whole customer: an import replaces all contracts, so half of them would delete the others.
    let mut spoiled = HashSet::new();
    for_each_csv(bytes, bar, &COLUMNS, |row| {
        let taken = row.cells.and_then(|cells| {
            gather(cells, row.line, &mut gathered, &mut places)
                .map_err(|what| BadLine::new(row.line, what))
        });
        if let Err(line) = taken {
            bad.push(line);
            spoiled.extend(row.key.map(str::to_owned));
        }
    })?;
    let complete = gathered
        .into_iter()
        .filter(|customer| !spoiled.contains(customer.id.as_str()));
    let customers = complete.filter_map(|customer| {
        let body = CustomerBody::new(customer.additional, customer.contracts);
        body.into_customer(customer.id)
            .map_err(|error| bad.push(BadLine::of_field(customer.line, &error)))
            .ok()
    });
    let good = customers.collect();
    bad.sort_by_key(|bad| bad.line);
    Ok(Records { good, bad })
}

fn gather(
    row: Row,
    line: u64,
    gathered: &mut Vec<Gathered>,
    places: &mut HashMap<CustomerId, usize>,
) -> Result<(), String> {
    let id = CustomerId::new(row.customer_id).map_err(|error| format!("`customer_id`: {error}"))?;
    let contract = contract(
        row.contract_id,
        row.contract_number,
        row.payment,
        row.min_payment,
        row.status_code,
    )?;
    let place = *places.entry(id.clone()).or_insert_with(|| {
        gathered.push(Gathered {
            id,
            line,
            additional: None,
            contracts: Vec::new(),
        });
        gathered.len() - 1
    });
    let customer = &mut gathered[place];
    match (&customer.additional, row.additional_customer_id) {
        (Some(known), Some(other)) if *known != other => {
            return Err(format!(
                "`additional_customer_id` differs from that of line {}",
                customer.line
            ));
        }
        (_, Some(additional)) => customer.additional = Some(additional),
        (_, None) => {}
    }
    customer.contracts.extend(contract);
    Ok(())
}

fn contract(
    id: Option<String>,
    number: Option<String>,
    payment: Option<i64>,
    min_payment: Option<i64>,
    status_code: Option<i64>,
) -> Result<Option<ContractBody>, String> {
    match (id, number) {
        (Some(id), Some(number)) => {
            let status_code = status_code.unwrap_or_default();
            Ok(Some(ContractBody {
                id,
                number,
                payment,
                min_payment,
                status_code,
                info: None,
            }))
        }
        (None, None) if payment.is_none() && min_payment.is_none() && status_code.is_none() => {
            Ok(None)
        }
        _ => Err("a contract needs both `contract_id` and `contract_number`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_one_customer_become_its_contracts() {
        let file = "customer_id,contract_id,contract_number,payment\n1,a,A,100\n2,,,\n1,b,B,\n";
        let Records { good, bad } = read(file.as_bytes(), &ProgressBar::hidden()).unwrap();
        assert_eq!(bad, []);
        assert_eq!(good.len(), 2);
        assert_eq!(good[0].contracts.len(), 2);
        assert_eq!(good[1].contracts.len(), 0);
    }

    #[test]
    fn wrong_rows_are_reported_with_their_line() {
        let file = "customer_id,contract_id,contract_number,payment\n1,a,A,10.5\n2,a,,\n3\n4,a,A,1\n4,a,A,1\n";
        let Records { good, bad } = read(file.as_bytes(), &ProgressBar::hidden()).unwrap();
        assert_eq!(
            bad.iter().map(|bad| bad.line).collect::<Vec<_>>(),
            [2, 3, 4, 5],
            "{bad:?}"
        );
        assert_eq!(good, []);
    }

    #[test]
    fn customer_with_one_wrong_row_is_left_out_completely() {
        let file =
            "customer_id,contract_id,contract_number,payment\n1,a,A,100\n2,a,A,1\n1,b,B,10.5\n";
        let Records { good, bad } = read(file.as_bytes(), &ProgressBar::hidden()).unwrap();
        assert_eq!(bad.len(), 1);
        let ids: Vec<_> = good
            .iter()
            .map(|customer| customer.customer_id.as_str())
            .collect();
        assert_eq!(ids, ["2"]);
    }

    #[test]
    fn unknown_column_is_refused_with_the_list_of_columns() {
        let error = read(b"customer,contract_id\n", &ProgressBar::hidden())
            .err()
            .unwrap();
        assert!(
            error
                .to_string()
                .contains("customer_id,additional_customer_id"),
            "{error}"
        );
    }
}
