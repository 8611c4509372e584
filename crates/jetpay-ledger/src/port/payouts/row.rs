//! A payout as a row.

use jetpay_core::id::OperationId;

use crate::model::Millis;
use crate::payout::{NewPayout, Payout, PayoutSnapshot};
use crate::port::keys::TransactionError;
use crate::port::value::{Value, Values};

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

    /// A row of `payouts`.
    pub(crate) fn values(&self) -> Vec<Value<'_>> {
        let Self {
            payout,
            snapshot,
            changed_at,
        } = self;
        let (next, due) = snapshot.next.unzip();
        let reversed_by = snapshot.reversed_by.iter();
        let reversed_by: Vec<_> = reversed_by.map(|id| id.number().to_string()).collect();
        let request = Some(payout.request.as_str()).filter(|request| !request.is_empty());
        vec![
            Value::from(&payout.id),
            payout.project_id.into(),
            (&*payout.method).into(),
            payout.customer_id.as_str().into(),
            payout.amount.minor().into(),
            payout.amount.currency().code().to_owned().into(),
            payout.idempotency_key.as_str().into(),
            payout.fingerprint.as_str().into(),
            payout.from_balance.into(),
            payout.created_at.into(),
            payout.account_number.as_str().into(),
            request.into(),
            snapshot.request_id.as_deref().into(),
            snapshot.state.as_str().into(),
            snapshot.reserved.into(),
            snapshot.paid.into(),
            snapshot.paid_by.into(),
            reversed_by.join(",").into(),
            snapshot.error_by.into(),
            snapshot.taken.into(),
            snapshot.sending_until.into(),
            snapshot.gate.as_deref().into(),
            snapshot.elsewhere.into(),
            next.map(crate::payout::Action::as_str).into(),
            due.into(),
            snapshot.fencing_token.into(),
            snapshot.sends.into(),
            snapshot.waits.into(),
            snapshot.overdue.into(),
            (*changed_at).into(),
            request.is_none().into(),
        ]
    }

    /// From the columns of `payouts`.
    pub(crate) fn read(row: &mut Values<'_>) -> Result<Self, TransactionError> {
        // It concerns this command alone: the others of its group go on.
        Self::taken_from(row).map_err(|_| {
            TransactionError::Constraint(format!("the row of payout {} is broken", row.key()))
        })
    }

    fn taken_from(row: &mut Values<'_>) -> Result<Self, TransactionError> {
        let (id, project_id) = (row.id()?, row.project()?);
        let (method, customer_id) = (row.string()?, row.id()?);
        let amount = row.money()?;
        let (idempotency_key, fingerprint) = (row.string()?, row.string()?);
        let (from_balance, created_at) = (row.truth()?, row.time()?);
        let payout = NewPayout {
            id,
            project_id,
            method: method.into(),
            customer_id,
            account_number: row.string()?,
            amount,
            idempotency_key,
            fingerprint,
            from_balance,
            request: row.optional_string().unwrap_or_default(),
            created_at,
            requested_by: None,
        };
        let snapshot = PayoutSnapshot {
            project_id,
            amount,
            request_id: row.optional_string(),
            state: row.word()?,
            reserved: row.int()?,
            paid: row.int()?,
            paid_by: row.optional_operation(),
            reversed_by: {
                let numbers = row.text()?.split(',').filter(|number| !number.is_empty());
                let ids = numbers.map(|number| number.parse().map(OperationId::new));
                ids.collect::<Result<_, _>>().map_err(|_| row.broken())?
            },
            error_by: row.optional_operation(),
            taken: row.truth()?,
            sending_until: row.optional_int().map(Millis),
            gate: row.optional_string(),
            elsewhere: row.truth()?,
            next: {
                let next = row.optional_text().map(str::parse).transpose();
                let next = next.map_err(|_| row.broken())?;
                next.zip(row.optional_int().map(Millis))
            },
            fencing_token: row.int()?,
            sends: row.int()?,
            waits: row.int()?,
            overdue: row.truth()?,
            created_at,
        };
        Ok(Self {
            payout,
            snapshot,
            changed_at: row.time()?,
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

#[cfg(test)]
mod tests {
    use jetpay_core::{Currency, Money};

    use super::*;
    use crate::port::tables::PAYOUTS;

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
        let read = |row: &PayoutRow| PayoutRow::read(&mut Values::of(&row.values())).unwrap();
        let mut row = row();
        assert!(read(&row) == row);
        assert_eq!(row.values().len(), PAYOUTS.names(0).len());
        row.snapshot.next = None;
        row.snapshot.paid_by = Some(29.into());
        row.snapshot.reversed_by = vec![30.into(), 31.into()];
        row.snapshot.request_id = Some("r".into());
        row.snapshot.overdue = true;
        row.snapshot.error_by = Some(32.into());
        row.snapshot.sending_until = Some(Millis(8));
        row.snapshot.gate = Some("https://gate".into());
        row.snapshot.elsewhere = true;
        assert!(read(&row) == row);
    }

    #[test]
    fn forgotten_payer_leaves_the_last_digits_of_the_wallet() {
        let mut row = row();
        row.forget_payer();
        assert_eq!(row.payout.account_number, "******1133");
        let stored = row.values();
        let names = PAYOUTS.names(0);
        let at = |column| names.iter().position(|name| *name == column).unwrap();
        assert_eq!(stored[at("request")], Value::Null);
        assert_eq!(stored[at("forgotten")], Value::Int(1));
        assert!(PayoutRow::read(&mut Values::of(&stored)).unwrap() == row);
    }
}
