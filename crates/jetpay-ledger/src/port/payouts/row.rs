//! A payout as a row.

use jetpay_core::id::OperationId;

use crate::model::Millis;
use crate::payout::{NewPayout, Payout, PayoutSnapshot};
use crate::port::keys::TransactionError;
use crate::port::store::Value;
use crate::port::value;
use crate::port::value::{Values, broken};

/// The columns of a payout: first those that never change, then the others. The payer's data is forgotten in the end.
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

/// How many of them never change.
pub(crate) const KEPT_COLUMNS: usize = 10;

/// A payout as a row.
#[derive(Clone, PartialEq, Eq)]
pub struct PayoutRow {
    /// The request. It is empty after the payer's data is forgotten.
    pub payout: NewPayout,
    /// Its snapshot.
    pub snapshot: PayoutSnapshot,
    /// When it last changed.
    pub changed_at: Millis,
}

impl PayoutRow {
    /// A new payout's row.
    #[must_use]
    pub fn new(payout: NewPayout) -> Self {
        let snapshot = PayoutSnapshot::created(payout.project_id, payout.amount, payout.created_at);
        Self {
            changed_at: payout.created_at,
            payout,
            snapshot,
        }
    }

    /// In the order of [`COLUMNS`].
    pub(crate) fn values(&self) -> Vec<Value> {
        let Self {
            payout,
            snapshot,
            changed_at,
        } = self;
        let (next, due) = snapshot.next.unzip();
        let reversed_by = snapshot
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
            value::optional_text(snapshot.request_id.as_deref()),
            value::text(snapshot.state.as_str()),
            Value::Int(snapshot.reserved),
            Value::Int(snapshot.paid),
            value::optional_operation(snapshot.paid_by),
            value::text(&reversed_by.join(",")),
            value::optional_operation(snapshot.error_by),
            Value::Int(snapshot.taken.into()),
            value::optional_time(snapshot.sending_until),
            value::optional_text(snapshot.gate.as_deref()),
            Value::Int(snapshot.elsewhere.into()),
            value::optional_text(next.map(crate::payout::Action::as_str)),
            value::optional_time(due),
            Value::Int(snapshot.fencing_token),
            Value::Int(snapshot.sends),
            Value::Int(snapshot.waits),
            Value::Int(snapshot.overdue.into()),
            Value::Int(changed_at.0),
            Value::Int(request.is_none().into()),
        ]
    }

    /// From a row in the order of [`COLUMNS`].
    pub(crate) fn from_values(row: &[Value]) -> Result<Self, TransactionError> {
        Self::read(row).map_err(|_| {
            let id = row.first().and_then(Value::text).unwrap_or("unknown");
            // It concerns this command alone: the others of its group go on.
            TransactionError::Constraint(format!("the row of payout {id} is broken"))
        })
    }

    fn read(row: &[Value]) -> Result<Self, TransactionError> {
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
            requested_by: None,
        };
        let snapshot = PayoutSnapshot {
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
            fencing_token: values.int()?,
            sends: values.int()?,
            waits: values.int()?,
            overdue: values.truth()?,
            created_at,
        };
        Ok(Self {
            payout,
            snapshot,
            changed_at: Millis(values.int()?),
        })
    }

    /// As it is shown, without its history.
    pub(crate) fn shown(self) -> Payout {
        let Self {
            payout,
            snapshot,
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
            state: snapshot.state,
            reserved: snapshot.reserved,
            paid: snapshot.paid,
            request_id: snapshot.request_id,
            overdue: snapshot.overdue,
            due_at: snapshot.next.map(|(_, due)| due),
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

fn operations(list: &str) -> Result<Vec<OperationId>, TransactionError> {
    let numbers = list.split(',').filter(|number| !number.is_empty());
    numbers
        .map(|number| number.parse().map(OperationId::new).map_err(|_| broken()))
        .collect()
}

#[cfg(test)]
mod tests {
    use jetpay_core::{Currency, Money};

    use super::*;

    fn row() -> PayoutRow {
        PayoutRow::new(NewPayout {
            id: "p".try_into().unwrap(),
            project_id: 1234.into(),
            method: "qiwi-kz".into(),
            customer_id: "7123456789".try_into().unwrap(),
            account_number: "9182221133".into(),
            amount: Money::new(100, Currency::KZT),
            idempotency_key: "k".into(),
            fingerprint: "f".into(),
            from_balance: true,
            request: "{}".into(),
            created_at: Millis(7),
            requested_by: None,
        })
    }

    #[test]
    fn row_survives_a_round_trip_in_whatever_state() {
        let mut row = row();
        assert!(PayoutRow::from_values(&row.values()).unwrap() == row);
        assert_eq!(row.values().len(), COLUMNS.len());
        row.snapshot.next = None;
        row.snapshot.paid_by = Some(29.into());
        row.snapshot.reversed_by = vec![30.into(), 31.into()];
        row.snapshot.request_id = Some("r".into());
        row.snapshot.overdue = true;
        row.snapshot.error_by = Some(32.into());
        row.snapshot.sending_until = Some(Millis(8));
        row.snapshot.gate = Some("https://gate".into());
        row.snapshot.elsewhere = true;
        assert!(PayoutRow::from_values(&row.values()).unwrap() == row);
    }

    #[test]
    fn forgotten_payer_leaves_the_last_digits_of_the_wallet() {
        let mut row = row();
        row.forget_payer();
        assert_eq!(row.payout.account_number, "******1133");
        let stored = row.values();
        let at = |column| COLUMNS.iter().position(|name| *name == column).unwrap();
        assert_eq!(stored[at("request")], Value::Null);
        assert_eq!(stored[at("forgotten")], Value::Int(1));
        assert!(PayoutRow::from_values(&stored).unwrap() == row);
    }
}
