//! Customers as CSV: a header, and one row for each contract. The rows of a customer need not follow each other.

use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::Seek;

use anyhow::Context;
use indicatif::ProgressBar;
use jetpay_core::id::CustomerId;
use jetpay_ledger::Customer;
use serde::Deserialize;

use super::Read;
use crate::commands::import::lines::{BadLine, Columns, CsvFile, CsvRow, for_each_csv};
use crate::customer::{AsOf, ContractBody, CustomerBody};
use crate::field_error::FieldError;

const COLUMNS: Columns = Columns {
    all: &[
        "customer_id",
        "additional_customer_id",
        "contract_id",
        "contract_number",
        "payment",
        "min_payment",
        "status_code",
        "as_of_seq",
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
    as_of_seq: Option<i64>,
}

/// Where a row begins, and the hash of its customer's id.
struct Place {
    hash: u64,
    byte: u64,
    line: u64,
}

/// A CSV file, read customer by customer in the order of their first rows.
pub(super) struct CsvCustomers {
    file: CsvFile<File>,
    as_of: AsOf,
    /// The rows that name a customer, those of one customer together.
    places: Vec<Place>,
    /// The first row of each customer, as an index of `places`.
    firsts: Vec<usize>,
    next: usize,
    /// The rows that name no customer.
    pub(super) unreadable: Vec<BadLine>,
}

impl CsvCustomers {
    /// Finds the rows of each customer.
    pub(super) fn new(mut file: File, as_of: AsOf, bar: &ProgressBar) -> anyhow::Result<Self> {
        bar.set_message("reading");
        let hashing = RandomState::new();
        let (mut places, mut unreadable) = (Vec::new(), Vec::new());
        for_each_csv(&file, bar, &COLUMNS, |row: CsvRow<'_, Row>| {
            let (line, byte) = (row.line, row.byte);
            match CustomerId::new(row.key.unwrap_or_default()) {
                Ok(id) => places.push(Place {
                    hash: hashing.hash_one(&id),
                    byte,
                    line,
                }),
                Err(error) => {
                    let what = || BadLine::new(line, format!("`customer_id`: {error}"));
                    unreadable.push(row.cells.err().unwrap_or_else(what));
                }
            }
        })?;
        places.sort_unstable_by_key(|place| (place.hash, place.byte));
        let begins = |at: &usize| *at == 0 || places[at - 1].hash != places[*at].hash;
        let mut firsts: Vec<usize> = (0..places.len()).filter(begins).collect();
        firsts.sort_unstable_by_key(|&at| places[at].byte);
        file.rewind()?;
        Ok(Self {
            file: CsvFile::new(file, &COLUMNS)?,
            as_of,
            places,
            firsts,
            next: 0,
            unreadable,
        })
    }

    pub(super) fn rewind(&mut self) {
        self.next = 0;
    }

    /// The next customer. One wrong row leaves out the whole customer: an import replaces all contracts, so half of them would
    /// delete the others.
    pub(super) fn next(&mut self) -> anyhow::Result<Option<Read>> {
        let Some(&first) = self.firsts.get(self.next) else {
            return Ok(None);
        };
        self.next += 1;
        let Place { hash, line, byte } = self.places[first];
        let (mut gathered, mut bad) = (Gathered::default(), Vec::new());
        for place in self.places[first..].iter().take_while(|it| it.hash == hash) {
            self.file.seek(place.byte, place.line)?;
            let row = self
                .file
                .next::<Row>()
                .context("the file changed meanwhile")?;
            let taken = row.cells.and_then(|cells| {
                gathered
                    .take(cells, line)
                    .map_err(|what| BadLine::new(row.line, what))
            });
            bad.extend(taken.err());
        }
        let customer = if bad.is_empty() {
            let customer = gathered.into_customer(self.as_of);
            customer.map_err(|error| vec![BadLine::of_field(line, &error)])
        } else {
            Err(bad)
        };
        Ok(Some(Read {
            line,
            byte,
            customer,
        }))
    }
}

/// The rows of one customer so far.
#[derive(Default)]
struct Gathered {
    id: String,
    additional: Option<String>,
    contracts: Vec<ContractBody>,
}

impl Gathered {
    /// Adds a row. `first` is the line of the customer's first row.
    fn take(&mut self, row: Row, first: u64) -> Result<(), String> {
        let mut contract = contract(
            row.contract_id,
            row.contract_number,
            row.payment,
            row.min_payment,
            row.status_code,
        )?;
        if let Some(contract) = &mut contract {
            contract.as_of_seq = row.as_of_seq;
        }
        if self.id.is_empty() {
            self.id = row.customer_id;
        } else if self.id != row.customer_id {
            return Err(format!(
                "this customer cannot be told from that of line {first}; run the import again"
            ));
        }
        match (&self.additional, row.additional_customer_id) {
            (Some(known), Some(other)) if *known != other => {
                return Err(format!(
                    "`additional_customer_id` differs from that of line {first}"
                ));
            }
            (_, Some(additional)) => self.additional = Some(additional),
            (_, None) => {}
        }
        self.contracts.extend(contract);
        Ok(())
    }

    fn into_customer(self, as_of: AsOf) -> Result<Customer, FieldError> {
        let id = CustomerId::new(self.id)
            .map_err(|error| FieldError::new("customer_id", error.to_string()))?;
        CustomerBody::new(self.additional, self.contracts, None).into_customer(id, as_of)
    }
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
                as_of_seq: None,
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
    use super::super::Customers;
    use super::super::tests::file;
    use super::*;

    /// The customers and the wrong lines of a file. It is read twice, and gives the same both times.
    fn read(text: &str) -> anyhow::Result<(Vec<Customer>, Vec<u64>)> {
        let bar = ProgressBar::hidden();
        let rows = CsvCustomers::new(file(text), AsOf::end(9), &bar)?;
        let unreadable: Vec<_> = rows.unreadable.iter().map(|bad| bad.line).collect();
        let mut customers = Customers::Csv(rows);
        let mut all = || -> anyhow::Result<_> {
            let (mut good, mut bad) = (Vec::new(), unreadable.clone());
            while let Some(read) = customers.next()? {
                match read.customer {
                    Ok(customer) => good.push(customer),
                    Err(lines) => bad.extend(lines.iter().map(|bad| bad.line)),
                }
            }
            customers.rewind()?;
            bad.sort_unstable();
            Ok((good, bad))
        };
        let (first, second) = (all()?, all()?);
        assert_eq!(first, second);
        Ok(first)
    }

    fn ids(customers: &[Customer]) -> Vec<&str> {
        let ids = customers.iter().map(|it| it.customer_id.as_str());
        ids.collect()
    }

    #[test]
    fn rows_of_one_customer_become_its_contracts_also_when_they_are_apart() {
        let head = "customer_id,contract_id,contract_number,payment,as_of_seq";
        let text = format!("{head}\n1,a,A,100,7\n2,,,,\n\n3,a,\"A\nB\",1,\n1,b,B,,\n3,b,B,2,\n");
        let (good, bad) = read(&text).unwrap();
        assert_eq!(bad, Vec::<u64>::new());
        assert_eq!(ids(&good), ["1", "2", "3"]);
        let contracts = |at: usize| {
            let contracts = good[at].contracts.iter();
            contracts
                .map(|it| (it.id.as_str(), &*it.number, it.payment, it.as_of_seq))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            contracts(0),
            [("a", "A", Some(100), Some(7)), ("b", "B", None, Some(9))]
        );
        assert_eq!(contracts(1), []);
        let third = [
            ("a", "A\nB", Some(1), Some(9)),
            ("b", "B", Some(2), Some(9)),
        ];
        assert_eq!(contracts(2), third);
    }

    #[test]
    fn wrong_rows_are_reported_with_their_line() {
        let text = "customer_id,contract_id,contract_number,payment\n1,a,A,10.5\n2,a,,\n3\n4,a,A,1\n4,a,A,1\na;b,,,\n";
        let (good, bad) = read(text).unwrap();
        assert_eq!(bad, [2, 3, 4, 5, 7]);
        assert_eq!(good, []);
    }

    #[test]
    fn number_that_is_not_whole_or_too_large_is_named_with_what_to_write() {
        for (column, wrong, unit) in [
            ("payment", "10.5", " of minor units"),
            ("min_payment", "9223372036854775808", " of minor units"),
            ("status_code", "x", ""),
        ] {
            let text = format!("customer_id,contract_id,contract_number,{column}\n1,a,A,{wrong}\n");
            let bar = ProgressBar::hidden();
            let mut rows = CsvCustomers::new(file(&text), AsOf::end(9), &bar).unwrap();
            let bad = rows.next().unwrap().unwrap().customer.unwrap_err();
            let must =
                format!("`{column}`: must be a whole number{unit}, at most 9223372036854775807");
            assert_eq!(bad[0].what, must);
        }
    }

    #[test]
    fn customer_with_one_wrong_row_is_left_out_completely() {
        let text =
            "customer_id,contract_id,contract_number,payment\n1,a,A,100\n2,a,A,1\n1,b,B,10.5\n";
        let (good, bad) = read(text).unwrap();
        assert_eq!((ids(&good), bad), (vec!["2"], vec![4]));
    }

    #[test]
    fn unknown_column_is_refused_with_the_list_of_columns() {
        let error = read("customer,contract_id\n").unwrap_err().to_string();
        let columns = "customer_id,additional_customer_id";
        assert!(error.contains(columns), "{error}");
    }
}
