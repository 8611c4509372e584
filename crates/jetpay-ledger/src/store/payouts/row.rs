//! A payout as a row.

use jetpay_core::id::OperationId;

use super::value::{self, Values, broken};
use crate::millis::Millis;
use crate::payout::{NewPayout, Payout, Standing};
use crate::store::Value;
use crate::work::Failure;

/// The columns of a payout that never change, but for the payer's data, which is forgotten in the end; then the others.
pub(crate) const COLUMNS: [&str; 31] = [
    "payment_id",
    "project_id",
    "method",
    "customer_id",
    "amount",
    "currency",
    "idempotency_key",
    "fingerprint",
    "from_balance",
    "created_at",
    "account_number",
    "request",
    "request_id",
    "state",
    "reserved",
    "paid",
    "paid_by",
    "reversed_by",
    "error_by",
    "taken",
    "sending_until",
    "gate",
    "elsewhere",
    "next",
    "due_at",
    "turn",
    "sends",
    "waits",
    "overdue",
    "changed_at",
    "forgotten",
];

/// How many of them are never written again.
pub(crate) const KEPT_COLUMNS: usize = 10;

/// A payout as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct PayoutRow {
    /// What was asked for. Its request is empty once the payer's data was forgotten.
    pub payout: NewPayout,
    /// Where it stands.
    pub standing: Standing,
    /// When it last changed.
    pub changed_at: Millis,
}

impl PayoutRow {
    /// A new payout's row.
    #[must_use]
    pub fn new(payout: NewPayout) -> Self {
        let standing = Standing::created(payout.project_id, payout.amount, payout.created_at);
        Self {
            changed_at: payout.created_at,
            payout,
            standing,
        }
    }

    /// In the order of [`COLUMNS`].
    pub(crate) fn values(&self) -> Vec<Value> {
        let Self {
            payout,
            standing,
            changed_at,
        } = self;
        let (next, due) = standing.next.unzip();
        let reversed_by = standing
            .reversed_by
            .iter()
            .map(|id| id.number().to_string());
        let reversed_by: Vec<String> = reversed_by.collect();
        let request = Some(payout.request.as_str()).filter(|request| !request.is_empty());
        vec![
            value::id(&payout.id),
            value::project(payout.project_id),
            value::text(&payout.method),
            value::text(payout.customer_id.as_str()),
            Value::Int(payout.amount.minor()),
            value::text(payout.amount.currency().code()),
            value::text(&payout.idempotency_key),
            value::text(&payout.fingerprint),
            Value::Int(payout.from_balance.into()),
            Value::Int(payout.created_at.0),
            value::text(&payout.account_number),
            value::optional_text(request),
            value::optional_text(standing.request_id.as_deref()),
            value::text(standing.state.as_str()),
            Value::Int(standing.reserved),
            Value::Int(standing.paid),
            value::optional_operation(standing.paid_by),
            value::text(&reversed_by.join(",")),
            value::optional_operation(standing.error_by),
            Value::Int(standing.taken.into()),
            value::optional_time(standing.sending_until),
            value::optional_text(standing.gate.as_deref()),
            Value::Int(standing.elsewhere.into()),
            value::optional_text(next.map(crate::payout::Next::as_str)),
            value::optional_time(due),
            Value::Int(standing.turn),
            Value::Int(standing.sends),
            Value::Int(standing.waits),
            Value::Int(standing.overdue.into()),
            Value::Int(changed_at.0),
            Value::Int(request.is_none().into()),
        ]
    }

    /// From a row in the order of [`COLUMNS`].
    pub(crate) fn from_values(row: &[Value]) -> Result<Self, Failure> {
        Self::read(row).map_err(|_| {
            let id = row.first().and_then(Value::text).unwrap_or("unknown");
            // Of this job alone: the others of its group go on.
            Failure::Rule(format!("the row of payout {id} is broken"))
        })
    }

    fn read(row: &[Value]) -> Result<Self, Failure> {
        let mut values = Values::of(row);
        let (id, project_id) = (values.id()?, values.project()?);
        let (method, customer_id) = (values.text()?.to_owned(), values.id()?);
        let amount = values.money()?;
        let (idempotency_key, fingerprint) = (values.text()?.into(), values.text()?.into());
        let (from_balance, created_at) = (values.truth()?, Millis(values.int()?));
        let payout = NewPayout {
            id,
            project_id,
            method: method.into(),
            customer_id,
            account_number: values.text()?.into(),
            amount,
            idempotency_key,
            fingerprint,
            from_balance,
            request: values.optional_text().unwrap_or_default().into(),
            created_at,
        };
        let standing = Standing {
            project_id,
            amount,
            request_id: values.optional_text().map(ToOwned::to_owned),
            state: values.word()?,
            reserved: values.int()?,
            paid: values.int()?,
            paid_by: values.optional_operation(),
            reversed_by: operations(values.text()?)?,
            error_by: values.optional_operation(),
            taken: values.truth()?,
            sending_until: values.optional_int().map(Millis),
            gate: values.optional_text().map(ToOwned::to_owned),
            elsewhere: values.truth()?,
            next: {
                let next = values.optional_text().map(str::parse).transpose();
                let next = next.map_err(|_| broken())?;
                next.zip(values.optional_int().map(Millis))
            },
            turn: values.int()?,
            sends: values.int()?,
            waits: values.int()?,
            overdue: values.truth()?,
            created_at,
        };
        Ok(Self {
            payout,
            standing,
            changed_at: Millis(values.int()?),
        })
    }

    /// As it is shown, without its history.
    pub(crate) fn shown(self) -> Payout {
        let Self {
            payout,
            standing,
            changed_at,
        } = self;
        Payout {
            payment_id: payout.id,
            project_id: payout.project_id,
            method: payout.method.into_owned(),
            customer_id: payout.customer_id,
            account_number: payout.account_number,
            amount: payout.amount,
            idempotency_key: payout.idempotency_key,
            from_balance: payout.from_balance,
            state: standing.state,
            reserved: standing.reserved,
            paid: standing.paid,
            request_id: standing.request_id,
            overdue: standing.overdue,
            due_at: standing.next.map(|(_, due)| due),
            created_at: payout.created_at,
            changed_at,
            history: Vec::new(),
        }
    }

    /// Forgets the payer: names, addresses, and all but the last digits of the wallet.
    pub(crate) fn forget_payer(&mut self) {
        self.payout.request.clear();
        let hidden = self.payout.account_number.chars().count().saturating_sub(4);
        let digits = self.payout.account_number.chars().enumerate();
        self.payout.account_number = digits
            .map(|(place, digit)| if place < hidden { '*' } else { digit })
            .collect();
    }
}

fn operations(list: &str) -> Result<Vec<OperationId>, Failure> {
    let numbers = list.split(',').filter(|number| !number.is_empty());
    numbers
        .map(|number| number.parse().map(OperationId::new).map_err(|_| broken()))
        .collect()
}

#[cfg(test)]
mod tests;
