//! The rows of the file as payouts, and all that is wrong with them.

use std::collections::HashMap;

use anyhow::bail;
use jetpay_core::id::ProjectId;
use jetpay_core::{Currency, Money};

use super::file::{self, Cells};
use crate::commands::import::line::BadLine;
use crate::customer::Flaw;
use crate::payout_request::{PayoutRequest, Receiver, currency};

/// A row that can be sent.
pub(super) struct Row {
    /// From 1, the header's.
    pub(super) line: u64,
    pub(super) payout_request: PayoutRequest,
}

/// The good rows, and what is wrong with the others: each with its column.
pub(super) fn read(bytes: &[u8], project: ProjectId) -> anyhow::Result<(Vec<Row>, Vec<BadLine>)> {
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    let mut keys: HashMap<String, u64> = HashMap::new();
    file::each(bytes, |line, cells| {
        let cells = match cells {
            Ok(cells) => cells,
            Err(what) => return bad.push(what),
        };
        let (payout_request, mut flaws) = payout_request(project, cells);
        match keys.get(&payout_request.idempotency_key) {
            None => {
                keys.insert(payout_request.idempotency_key.clone(), line);
            }
            Some(first) => flaws.push(Flaw {
                field: "key".to_owned(),
                message: format!("stands in line {first} already"),
            }),
        }
        if flaws.is_empty() {
            rows.push(Row {
                line,
                payout_request,
            });
        }
        bad.extend(flaws.iter().map(|flaw| BadLine::flaw(line, flaw)));
    })?;
    if rows.is_empty() && bad.is_empty() {
        bail!("there is no payout in the file, only its first line: was it cut off?");
    }
    Ok((rows, bad))
}

/// What a row asks for, and its flaws by column. What cannot be read is flawed, and stands for itself no more.
fn payout_request(project_id: ProjectId, cells: Cells) -> (PayoutRequest, Vec<Flaw>) {
    let [
        key,
        account_number,
        amount,
        code,
        id,
        ip_address,
        first_name,
        last_name,
        email,
    ] = cells;
    let mut flaws = Vec::new();
    let minor = minor(&amount).unwrap_or_else(|flaw| {
        flaws.push(flaw);
        1
    });
    let currency = currency(&code).unwrap_or_else(|flaw| {
        flaws.push(flaw);
        Currency::KZT
    });
    let payout_request = PayoutRequest {
        project_id,
        customer: Receiver {
            id,
            ip_address,
            first_name,
            last_name,
            email,
        },
        account_number,
        amount: Money::new(minor, currency),
        idempotency_key: key,
    };
    let of_request = payout_request.flaws().into_iter().map(|flaw| Flaw {
        field: column(&flaw.field).to_owned(),
        ..flaw
    });
    flaws.extend(of_request);
    (payout_request, flaws)
}

/// Digits and nothing else: a sign, a point or a space is a slip, or another unit.
fn minor(cell: &str) -> Result<i64, Flaw> {
    let is_plain = cell.bytes().all(|byte| byte.is_ascii_digit());
    let minor = cell.parse().ok().filter(|_| is_plain);
    minor.ok_or_else(|| Flaw {
        field: "amount".to_owned(),
        message: "must be whole minor units, digits alone: 150000 is 1 500.00 KZT".to_owned(),
    })
}

/// The column in which a field stands.
fn column(field: &str) -> &str {
    match field {
        "customer.id" => "customer_id",
        "idempotency_key" => "key",
        field => field.strip_prefix("customer.").unwrap_or(field),
    }
}

#[cfg(test)]
mod tests;
