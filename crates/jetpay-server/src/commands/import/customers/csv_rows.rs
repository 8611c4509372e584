//! Customers as CSV: a header, and one row for each contract. The rows of a customer need not follow each other.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use anyhow::Context;
use indicatif::ProgressBar;
use jetpay_core::id::{ContractId, CustomerId};
use jetpay_ledger::{Contract, Customer};

use super::Read;
use crate::commands::rows::{BadLine, Cells, Columns, CsvFile, CsvRow, RowFile};
use crate::customer::{AsOf, ContractBody, check_ids};

const COLUMNS: Columns = Columns {
    all: "customer_id,additional_customer_id,contract_id,contract_number,payment,min_payment,status_code,\
          as_of_seq",
    required: "customer_id",
};

/// Where a row begins, and the hash of its customer's id.
struct Place {
    hash: u64,
    byte: u64,
    line: u64,
}

/// A CSV file, read customer by customer in the order of their first rows.
pub(super) struct CsvCustomers {
    file: CsvFile,
    as_of: AsOf,
    /// The rows that name a customer, those of one customer together.
    places: Vec<Place>,
    /// The first row of each customer, as an index of `places`.
    firsts: Vec<usize>,
    next: usize,
    /// The errors of the rows that name no customer.
    pub(super) unreadable: Vec<BadLine>,
}

impl CsvCustomers {
    /// Finds the rows of each customer.
    pub(super) fn new(file: RowFile, as_of: AsOf, bar: &ProgressBar) -> anyhow::Result<Self> {
        bar.set_message("reading");
        let hashing = RandomState::new();
        let (mut places, mut unreadable) = (Vec::new(), Vec::new());
        let mut file = CsvFile::new(file, &COLUMNS)?;
        while let Some(row) = file.next()? {
            bar.set_position(row.byte);
            match row.key {
                Some(id) => places.push(Place {
                    hash: hashing.hash_one(id),
                    byte: row.byte,
                    line: row.line,
                }),
                None => Gathered::default().take(row, as_of, &mut unreadable),
            }
        }
        places.sort_unstable_by_key(|place| (place.hash, place.byte));
        let begins = |at: &usize| *at == 0 || places[at - 1].hash != places[*at].hash;
        let mut firsts: Vec<usize> = (0..places.len()).filter(begins).collect();
        firsts.sort_unstable_by_key(|&at| places[at].byte);
        Ok(Self {
            file,
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
            let row = self.file.next()?.context("the file changed meanwhile")?;
            gathered.take(row, self.as_of, &mut bad);
        }
        let customer = gathered
            .id
            .filter(|_| bad.is_empty())
            .map(|(customer_id, _)| Customer {
                customer_id,
                additional_customer_id: gathered.additional,
                contracts: gathered.contracts,
            });
        Ok(Some(Read {
            line,
            byte,
            customer: customer.ok_or(bad),
        }))
    }
}

/// The rows of one customer so far.
#[derive(Default)]
struct Gathered {
    /// The id, and the line of the first row.
    id: Option<(CustomerId, u64)>,
    additional: Option<String>,
    contracts: Vec<Contract>,
    /// The line of each contract.
    lines: HashMap<ContractId, u64>,
}

impl Gathered {
    /// Adds a row, or its errors to `bad`.
    fn take(&mut self, row: CsvRow<'_>, as_of: AsOf, bad: &mut Vec<BadLine>) {
        let line = row.line;
        let mut cells = match row.cells {
            Ok(cells) => cells,
            Err(error) => return bad.push(error),
        };
        let text = cells.text("customer_id");
        let id = text.and_then(|id| cells.errors.id::<CustomerId>("customer_id", &id));
        cells.errors.required("customer_id", id.as_ref());
        let additional = cells.id("additional_customer_id");
        check_ids(id.as_ref(), additional.as_deref(), &mut cells.errors);
        let contract = contract(&mut cells, as_of);
        let errors = &mut cells.errors;
        if let Some(id) = id {
            let (known, first) = self.id.get_or_insert_with(|| (id.clone(), line));
            if *known != id {
                errors.add(
                    "customer_id",
                    format!("cannot be told from that of line {first}; run the import again"),
                );
            }
            match (&self.additional, additional) {
                (Some(known), Some(other)) if *known != other => errors.add(
                    "additional_customer_id",
                    format!("differs from that of line {first}"),
                ),
                (_, Some(additional)) => self.additional = Some(additional),
                (_, None) => {}
            }
        }
        if let Some(contract) = contract {
            match self.lines.insert(contract.id.clone(), line) {
                Some(other) => errors.add(
                    "contract_id",
                    format!("is the same as in line {other}, for the same customer"),
                ),
                None => self.contracts.push(contract),
            }
        }
        bad.extend(BadLine::all(line, cells.errors));
    }
}

/// The contract in a row, if there is one. Adds its errors.
fn contract(cells: &mut Cells<'_>, as_of: AsOf) -> Option<Contract> {
    let (id, number) = (cells.id("contract_id"), cells.label("contract_number"));
    let [payment, min_payment, status_code, as_of_seq] =
        ["payment", "min_payment", "status_code", "as_of_seq"].map(|column| cells.number(column));
    if id.is_none() && number.is_none() && payment.or(min_payment).or(status_code).is_none() {
        return None;
    }
    for (column, text) in [("contract_id", &id), ("contract_number", &number)] {
        let what = "is missing: a contract needs both `contract_id` and `contract_number`";
        if text.is_none() {
            cells.errors.add(column, what);
        }
    }
    let contract = ContractBody {
        id: id.unwrap_or_default(),
        number: number.unwrap_or_default(),
        payment,
        min_payment,
        status_code: status_code.unwrap_or_default(),
        info: None,
        as_of_seq,
    };
    let name = |field: &str| match field {
        "id" | "number" => format!("contract_{field}"),
        field => field.to_owned(),
    };
    contract.check(name, as_of, &mut cells.errors)
}

#[cfg(test)]
mod tests {
    use super::super::Customers;
    use super::*;
    use crate::commands::rows::file;

    /// The customers and the wrong lines of a file. It is read twice, and gives the same both times.
    fn read(text: &str) -> (Vec<Customer>, Vec<(u64, String)>) {
        let bar = ProgressBar::hidden();
        let rows = CsvCustomers::new(file(text), AsOf::end(9), &bar).unwrap();
        let of = |bad: &BadLine| (bad.line, bad.what.clone());
        let unreadable: Vec<_> = rows.unreadable.iter().map(of).collect();
        let mut customers = Customers::Csv(rows);
        let mut all = || {
            let (mut good, mut bad) = (Vec::new(), unreadable.clone());
            while let Some(read) = customers.next().unwrap() {
                match read.customer {
                    Ok(customer) => good.push(customer),
                    Err(lines) => bad.extend(lines.iter().map(of)),
                }
            }
            customers.rewind().unwrap();
            bad.sort_by_key(|(line, _)| *line);
            (good, bad)
        };
        let (first, second) = (all(), all());
        assert_eq!(first, second);
        first
    }

    fn ids(customers: &[Customer]) -> Vec<&str> {
        let ids = customers.iter().map(|it| it.customer_id.as_str());
        ids.collect()
    }

    #[test]
    fn rows_of_one_customer_become_its_contracts_also_when_they_are_apart() {
        let head = "customer_id,contract_id,contract_number,payment,as_of_seq";
        let text = format!("{head}\n1,a,A,100,7\n2,,,,\n\n3,a,\"A, B\",1,\n1,b,B,,\n3,b,B,2,\n");
        let (good, bad) = read(&text);
        assert_eq!(bad, []);
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
            ("a", "A, B", Some(1), Some(9)),
            ("b", "B", Some(2), Some(9)),
        ];
        assert_eq!(contracts(2), third);
    }

    #[test]
    fn all_errors_of_a_row_are_told_with_its_line_and_columns() {
        let text = "\
            customer_id,additional_customer_id,contract_id,contract_number,payment,min_payment,status_code\n\
            1,,a,A,10.5,-2,x\n\
            2,,a,,,,\n\
            3\n\
            4,A,a,A,1,,\n\
            4,B,a,A,1,2,\n\
            a;b,,c;d,E,,,\n\
            ,7E+9,7.70011E+10,7E+9,-1,,\n\
            ..,,,,5,,\n\
            5,,c;d,,1,2,\n\
            6,,'c,'C,,,\n\
            7,,,=\"\"C\"\",1,2,\n";
        let (good, bad) = read(text);
        let told = bad.iter().map(|(line, what)| format!("{line}: {what}\n"));
        insta::assert_snapshot!(told.collect::<String>());
        assert_eq!(good, []);
    }

    #[test]
    fn customer_with_one_wrong_row_is_left_out_completely() {
        let first = "customer_id,contract_id,contract_number,payment\n1,a,A,100\n2,a,A,1\n3,,,";
        let last = "contract_number,contract_id,customer_id\nA,a,1\nA,a,2\n,,3";
        for (rows, wrong) in [
            (first, "1,b,B,10.5"),
            (first, "1,b,\"B,1"),
            (first, "1,b,\"B\"B,1"),
            (first, "1,b"),
            (first, "1,b,B,1,,1"),
            // The quote is at fault before the customer's id or in it.
            (first, "\"1,b,B,1"),
            (first, "\"1\"\",b,B,1"),
            (last, "\"B,b,1"),
            (last, "\"B, \"\"B\"\", B\",\"b,1"),
            (last, "\"B\"B,b,1"),
            (last, "B,\"b\"\",\"1\""),
        ] {
            let (good, bad) = read(&format!("{rows}\n{wrong}\n"));
            let lines: Vec<_> = bad.iter().map(|(line, _)| *line).collect();
            assert_eq!((ids(&good), lines), (vec!["2", "3"], vec![5]), "{wrong}");
        }
    }
}
