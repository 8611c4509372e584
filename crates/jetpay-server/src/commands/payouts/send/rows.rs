//! The CSV file of payouts: its rows as payout requests, and every error with its line and column.

use std::collections::HashMap;

use anyhow::bail;
use jetpay_core::id::ProjectId;
use jetpay_core::{Currency, Money};

use crate::commands::rows::{BadLine, Cells, Columns, CsvFile, RowFile};
use crate::field_error::FieldError;
use crate::payout_request::{Payee, PayoutRequest, currency};
use crate::text::marked;

const COLUMNS: Columns = Columns {
    all: NAMES,
    required: NAMES,
};

const NAMES: &str =
    "key,account_number,amount,currency,customer_id,ip_address,first_name,last_name,email";

/// A row without errors.
pub(super) struct Row {
    /// The line in the file; the header is line 1.
    pub(super) line: u64,
    pub(super) payout_request: PayoutRequest,
}

impl Row {
    /// The errors of a row whose key the service does not know.
    pub(super) fn unseen(&self) -> Vec<BadLine> {
        let request = &self.payout_request;
        let ids = [
            ("idempotency_key", &request.idempotency_key),
            ("customer.id", &request.customer.id),
        ];
        let marked = ids
            .into_iter()
            .filter_map(|(field, id)| Some(FieldError::new(field, marked(id)?)));
        let of_column = |error: FieldError| FieldError {
            field: column(&error.field).to_owned(),
            ..error
        };
        marked
            .chain(request.unseen())
            .map(|error| BadLine::of_field(self.line, &of_column(error)))
            .collect()
    }
}

/// Reads the file: the rows without errors, and the errors of the others.
pub(super) fn read(file: RowFile, project: ProjectId) -> anyhow::Result<(Vec<Row>, Vec<BadLine>)> {
    if !file.is_csv {
        bail!("the file is JSON; write CSV, whose first line names {COLUMNS}");
    }
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    let mut keys: HashMap<String, u64> = HashMap::new();
    let mut file = CsvFile::new(file, &COLUMNS)?;
    while let Some(row) = file.next()? {
        let line = row.line;
        let mut cells = match row.cells {
            Ok(cells) => cells,
            Err(error) => {
                bad.push(error);
                continue;
            }
        };
        let payout_request = payout_request(project, &mut cells);
        let mut errors = cells.errors;
        let key = &payout_request.idempotency_key;
        let first = *keys.entry(key.clone()).or_insert(line);
        if first != line {
            errors.add("key", format!("is the same as in line {first}"));
        }
        match errors.into_result(Some(payout_request)) {
            Ok(payout_request) => rows.push(Row {
                line,
                payout_request,
            }),
            Err(errors) => bad.extend(BadLine::all(line, errors)),
        }
    }
    if rows.is_empty() && bad.is_empty() {
        bail!("there is no payout in the file, only its first line: was the file cut off?");
    }
    Ok((rows, bad))
}

/// The payout request of a row. Adds its errors to those of the cells.
fn payout_request(project_id: ProjectId, cells: &mut Cells<'_>) -> PayoutRequest {
    // Spaces around a cell are the spreadsheet's, but for the key: it is checked as it is.
    let key = cells.cell("key").to_owned();
    let amount = cells.number("amount");
    let mut text = |column| cells.text(column).unwrap_or_default();
    let customer = Payee {
        id: text("customer_id"),
        ip_address: text("ip_address"),
        first_name: text("first_name"),
        last_name: text("last_name"),
        email: text("email"),
    };
    let (account_number, code) = (text("account_number"), text("currency"));
    cells.errors.required("amount", amount);
    let currency = cells.errors.keep(currency(&code));
    cells.text("key");
    let payout_request = PayoutRequest {
        project_id,
        customer,
        account_number,
        amount: Money::new(
            amount.unwrap_or_default(),
            currency.unwrap_or(Currency::KZT),
        ),
        idempotency_key: key,
    };
    for error in payout_request.errors() {
        cells.errors.add(column(&error.field), error.message);
    }
    payout_request
}

/// The column that holds a field of the payout request.
fn column(field: &str) -> &str {
    match field {
        "customer.id" => "customer_id",
        "idempotency_key" => "key",
        field => field.strip_prefix("customer.").unwrap_or(field),
    }
}

#[cfg(test)]
mod tests {
    use super::{NAMES, Row, read as read_rows};
    use crate::commands::rows::{BadLine, open};

    fn read(content: impl AsRef<[u8]>) -> anyhow::Result<(Vec<Row>, Vec<BadLine>)> {
        read_rows(open(content)?, 1234.into())
    }

    #[test]
    fn columns_are_read_in_any_order_after_a_bom_and_without_the_white_space_around_cells() {
        let (rows, bad) = read(
            "\u{feff}email,last_name,first_name,ip_address,customer_id,currency,amount,account_number,key\r\n\
             a@b.kz , Seitkali,\"Aigerim, A.\",203.0.113.9,7,KZT,150000,9182221133,k1\r\n\r\n",
        )
        .unwrap();
        assert_eq!(bad, []);
        assert_eq!((rows.len(), rows[0].line), (1, 2));
        let payout_request = &rows[0].payout_request;
        let customer = &payout_request.customer;
        let names = (&*customer.email, &*customer.first_name);
        assert_eq!(names, ("a@b.kz", "Aigerim, A."));
        assert_eq!(payout_request.account_number, "9182221133");
        assert_eq!(payout_request.idempotency_key, "k1");
        assert_eq!(payout_request.amount.to_string(), "1 500.00 KZT");
        assert_eq!(payout_request.project_id, 1234.into());
    }

    #[test]
    fn every_error_is_reported_by_line_and_column() {
        let good = "9182221133,100,KZT,7,203.0.113.9,A,B,a@b";
        let (rows, bad) = read(format!(
            "{NAMES}\n\
             k1,{good}\n\
             k2,123,1.50,USD,,localhost,,A;B,nobody\n\
             k1,{good}\n\
             k3,{good},more\n\
             ,{good}\n\
             k4,9182221133,0,KZT,7,203.0.113.9,A,B,a@b\n\
             \"k\n5\",9182221133,-1,tenge,7,203.0.113.9,A,B,a@b\n\
             k6,{good}\n"
        ))
        .unwrap();
        let lines: Vec<_> = rows.iter().map(|row| row.line).collect();
        assert_eq!(lines, [2, 10]);
        let told = bad
            .iter()
            .map(|bad| format!("{}: {}\n", bad.line, bad.what));
        insta::assert_snapshot!(told.collect::<String>());
    }

    #[test]
    fn file_without_a_row_and_one_of_json_are_refused() {
        for (content, part) in [
            (format!("{NAMES}\n\n"), "no payout in the file"),
            ("{\"key\":1}".to_owned(), NAMES),
        ] {
            let error = read(content).err().unwrap().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
