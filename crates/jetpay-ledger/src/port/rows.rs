//! Payments, events, entries and customers as rows: the same in every store.
//!
//! The columns that are written are in [`tables`](super::tables); a function that gives the values of a row says of which.

use jetpay_core::Callback;
use jetpay_core::id::{ContractId, CustomerId, InvalidId, PaymentId, ProjectId};
use jetpay_core::operation_code::OperationCode;
use jetpay_core::redacted::Redacted;
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, PaymentType};
use jetpay_rules::{EventStatus, NewEntry, OperationEvent, PaymentSnapshot, PaymentState};

use super::keys::TransactionError;
use super::transaction::{StoredEntry, StoredEvent};
use super::value::{Conditions, Row, Value, Values};
use crate::model::{
    Counts, Customer, Entry, LONGEST, Millis, NewPayment, Operation, Payment, PaymentFilter,
    Reason, method_from_stored, operation_from_stored, short, stored_amount, stored_kind,
    stored_operation, without_nul,
};

/// A row of `payments`.
pub(crate) fn of_payment<'v>(
    payment: &'v NewPayment,
    snapshot: &PaymentSnapshot,
    changed_at: Millis,
) -> Result<Vec<Value<'v>>, TransactionError> {
    let mut row = vec![
        Value::from(&payment.id),
        payment.project_id.into(),
        (&*payment.method).into(),
        payment.customer_id.as_str().into(),
        payment.contract_id.as_ref().map(ContractId::as_str).into(),
        payment.amount.minor().into(),
        payment.amount.currency().code().to_owned().into(),
        Value::list(&payment.flags)?,
        payment.created_at.into(),
    ];
    row.extend(of_snapshot(snapshot, changed_at));
    Ok(row)
}

/// The columns of a payment that change. They are the last ones of its row.
pub(crate) fn of_snapshot(snapshot: &PaymentSnapshot, changed_at: Millis) -> [Value<'static>; 7] {
    [
        snapshot.state.as_str().into(),
        snapshot.credited.into(),
        snapshot.remaining.into(),
        snapshot.credited_by.into(),
        Value::limit(snapshot.early.len()),
        changed_at.into(),
        snapshot.refunded.into(),
    ]
}

/// What [`snapshot`] reads, and whether a payment of the customer is so large that the balance could overflow.
pub(crate) const SNAPSHOT: &str =
    "project_id, amount, currency, state, credited_by, credited, remaining, refunded, customer_id,
    EXISTS (SELECT 1 FROM payments AS other WHERE other.customer_id = payments.customer_id
        AND (other.amount > 1000000000000 OR other.credited > 1000000000000))";

/// A larger amount, in minor units, is one with which a balance could overflow: an index has the payments with one.
pub(crate) const LARGE: i64 = 1_000_000_000_000;

/// A row, if the customer `$1` has a payment so large.
pub(crate) const HAS_LARGE: &str = "SELECT 1 FROM payments
    WHERE customer_id = $1 AND (amount > 1000000000000 OR credited > 1000000000000) LIMIT 1";

/// From the first columns of [`SNAPSHOT`]. Without the early compensations.
pub(crate) fn snapshot(row: &mut Values<'_>) -> Result<PaymentSnapshot, TransactionError> {
    Ok(PaymentSnapshot {
        project_id: row.project()?,
        amount: row.money()?,
        state: row.word()?,
        credited_by: row.optional_operation(),
        credited: row.int()?,
        remaining: row.int()?,
        refunded: row.int()?,
        early: Vec::new(),
    })
}

const PAYMENT: &str = "SELECT payments.id, payments.project_id, method, customer_id, contract_id, payments.amount,
        payments.currency, state, credited, remaining, flags, created_at, changed_at, events.operation_id, operation_type,
        operation_status, events.amount, events.currency, code, provider_payment_id, received_at
    FROM payments LEFT JOIN events ON events.payment_id = payments.id AND events.project_id = payments.project_id";

/// A payment by its id, with a row for each event. Events of another project are no operations of this payment.
pub(crate) fn payment_by_id() -> String {
    format!("{PAYMENT} WHERE payments.id = $1 ORDER BY events.seq")
}

/// Says that the index of the rare states holds the payment.
pub(crate) const IN_RARE_STATE: &str = "state NOT IN ('pending', 'credited')";

/// Whether an index holds the payments in this state.
pub(crate) const fn is_rare(state: PaymentState) -> bool {
    !matches!(state, PaymentState::Pending | PaymentState::Credited)
}

/// The payments that a filter lets through, by id, with a row for each event. The payments are chosen before their events are
/// joined to them: an index has their ids.
pub(crate) fn filtered_payments(filter: &PaymentFilter) -> (String, Vec<Value<'static>>) {
    // No id is empty, and none lies between a text and the same with a NUL behind it.
    let after = filter.after.as_deref().and_then(|id| id.split('\0').next());
    let mut conditions = Conditions::of("id >", after.unwrap_or_default().to_owned());
    conditions.and("customer_id =", filter.customer_id.clone());
    conditions.and("created_at >=", filter.from);
    conditions.and("created_at <", filter.to);
    if let Some(receipt) = filter.provider_payment_id.clone() {
        // An older version kept it whole in SQLite.
        let kept = conditions.place(short(&receipt).into_owned());
        let whole = conditions.place(receipt);
        conditions.and_text(&format!(
            "id IN (SELECT payment_id FROM events WHERE provider_payment_id IN ({kept}, {whole}))"
        ));
    }
    conditions.and("state =", filter.state.map(PaymentState::as_str));
    if filter.customer_id.is_none() && filter.state.is_some_and(is_rare) {
        conditions.and_text(IN_RARE_STATE);
    }
    let (conditions, limit, values) = conditions.limited(filter.limit);
    let chosen = format!("SELECT id FROM payments WHERE {conditions} ORDER BY id LIMIT {limit}");
    let sql = format!("{PAYMENT} WHERE payments.id IN ({chosen}) ORDER BY payments.id, events.seq");
    (sql, values)
}

/// From the rows of [`payment_by_id`] or [`filtered_payments`].
pub(crate) fn payments(rows: &[Row]) -> Result<Vec<Payment>, TransactionError> {
    let mut payments: Vec<Payment> = Vec::new();
    for row in rows {
        let mut row = Values::of(row);
        if payments
            .last()
            .is_some_and(|last| last.id.as_str() == row.key())
        {
            row.skip(PAYMENT_COLUMNS);
        } else {
            payments.push(payment(&mut row)?);
        }
        if let Some(last) = payments.last_mut()
            && let Some(event) = operation(&mut row)?
        {
            Operation::fold(&mut last.operations, event);
        }
    }
    Ok(payments)
}

/// How many columns of a row are the payment's.
const PAYMENT_COLUMNS: usize = 13;

fn payment(row: &mut Values<'_>) -> Result<Payment, TransactionError> {
    Ok(Payment {
        id: row.id()?,
        project_id: row.project()?,
        method: method_from_stored(row.string()?),
        customer_id: row.id()?,
        contract_id: row.optional_id()?,
        amount: row.money()?,
        state: row.word()?,
        credited: row.int()?,
        remaining: row.int()?,
        flags: row.list()?,
        created_at: row.time()?,
        changed_at: row.time()?,
        operations: Vec::new(),
    })
}

fn operation(row: &mut Values<'_>) -> Result<Option<Operation>, TransactionError> {
    let Some(id) = row.optional_int() else {
        return Ok(None);
    };
    Ok(Some(Operation {
        id: operation_from_stored(id),
        kind: row.event_word(),
        status: row.event_word(),
        amount: row.optional_money()?,
        code: row.optional_text().map(OperationCode::from),
        provider_payment_id: row.optional_string(),
        received_at: row.time()?,
    }))
}

/// A row of `events`.
pub(crate) fn of_event(
    callback: &Callback,
    status: EventStatus,
    received_at: Millis,
) -> [Value<'_>; 16] {
    let kind = callback.operation.kind.as_ref();
    let (amount, currency) = stored_amount(callback.operation.sum_initial);
    let [payment, project, id, operation_status, payment_status] = key_of_callback(callback);
    let [code, receipt, payment_type] = completion(callback);
    let [account, customer] = payer(callback, status);
    [
        payment,
        project,
        id,
        operation_status,
        payment_status,
        payment_type,
        kind.map_or("", OperationType::as_str).into(),
        amount.into(),
        currency.into(),
        code,
        receipt,
        status.as_str().into(),
        received_at.into(),
        (&*callback.body).into(),
        account,
        customer,
    ]
}

/// What a callback says of its payer, if it waits in the inbox: only there is it looked for by these words. A longer one than
/// an id can be is left out.
fn payer(callback: &Callback, status: EventStatus) -> [Value<'_>; 2] {
    [&callback.account_number, &callback.customer_id].map(|said| {
        let said = said.as_ref().map(Redacted::as_str);
        let said = said.filter(|text| status == EventStatus::Unmatched && text.len() <= LONGEST);
        said.map(without_nul).map_or(Value::Null, Value::Text)
    })
}

/// The values of a callback's key, which are the first ones of its row.
pub(crate) fn key_of_callback(callback: &Callback) -> [Value<'_>; 5] {
    let (payment, operation) = (&callback.payment, &callback.operation);
    let status = operation.status.as_ref();
    [
        (&payment.id).into(),
        callback.project_id.into(),
        stored_operation(operation.id).into(),
        status.map_or("", OperationStatus::as_str).into(),
        payment.status.as_str().into(),
    ]
}

/// The same of an event.
pub(crate) fn key_of_event(event: &OperationEvent) -> [Value<'_>; 5] {
    let key = event.key();
    let status = key.operation_status;
    [
        key.payment_id.into(),
        key.project_id.into(),
        stored_operation(key.operation_id).into(),
        status.map_or("", OperationStatus::as_str).into(),
        key.payment_status.as_str().into(),
    ]
}

/// What a repeat may add to a stored event: the code, the provider's payment id, and the payment's type.
pub(crate) fn completion(callback: &Callback) -> [Value<'_>; 3] {
    let (operation, kind) = (&callback.operation, callback.payment.kind.as_ref());
    [
        operation.code.as_ref().map(OperationCode::as_str).into(),
        operation.provider.payment_id.as_deref().into(),
        kind.map(PaymentType::as_str).into(),
    ]
}

/// What [`event`] reads.
pub(crate) const EVENT: &str =
    "project_id, payment_id, payment_type, payment_status, operation_id, operation_type,
    operation_status, amount, currency";

/// From the columns of [`EVENT`].
pub(crate) fn event(row: &mut Values<'_>) -> Result<OperationEvent, TransactionError> {
    Ok(OperationEvent {
        project_id: row.project()?,
        payment_id: row.id()?,
        payment_type: row.optional_text().map(PaymentType::from),
        payment_status: PaymentStatus::from(row.text()?),
        operation_id: row.event_operation()?,
        operation_type: row.event_word(),
        operation_status: row.event_word(),
        amount: row.optional_money()?,
    })
}

/// From the columns of [`EVENT`] and the status.
pub(crate) fn stored_event(row: &mut Values<'_>) -> Result<StoredEvent, TransactionError> {
    Ok(StoredEvent {
        event: event(row)?,
        status: row.word()?,
    })
}

/// A row of `entries`.
pub(crate) fn of_entry<'v>(
    payment_id: &'v PaymentId,
    project_id: ProjectId,
    entry: &NewEntry,
    corrects: Option<i64>,
    now: Millis,
) -> [Value<'v>; 7] {
    [
        payment_id.into(),
        project_id.into(),
        entry.operation_id.into(),
        stored_kind(entry.kind).into(),
        entry.amount.into(),
        now.into(),
        corrects.into(),
    ]
}

/// What [`stored_entry`] reads.
pub(crate) const STORED_ENTRY: &str = "payment_id, project_id, operation_id, kind, amount,
    (SELECT reason FROM settlements WHERE settlements.corrects = entries.seq),
    (SELECT actor FROM settlements WHERE settlements.corrects = entries.seq)";

/// From the columns of [`STORED_ENTRY`].
pub(crate) fn stored_entry(row: &mut Values<'_>) -> Result<StoredEntry, TransactionError> {
    Ok(StoredEntry {
        payment_id: row.id()?,
        project_id: row.project()?,
        entry: NewEntry {
            operation_id: row.operation()?,
            kind: row.kind()?,
            amount: row.int()?,
        },
        corrected: {
            let (text, by) = (row.optional_string(), row.optional_string());
            text.map(|text| Reason { text, by })
        },
    })
}

/// The entries after `$1`, at most `$2`. The receipt is that of the operation's success, if one of its callbacks has it.
pub(crate) const ENTRIES: &str =
    "SELECT seq, kind, payment_id, operation_id, entries.project_id, method, customer_id,
        contract_id, (SELECT provider_payment_id FROM events
            WHERE events.payment_id = entries.payment_id AND events.project_id = entries.project_id
                AND events.operation_id = entries.operation_id AND provider_payment_id IS NOT NULL
            ORDER BY CASE operation_status WHEN 'success' THEN 0 ELSE 1 END, seq DESC LIMIT 1),
        entries.amount, currency, time, corrects
    FROM entries JOIN payments ON payments.id = payment_id WHERE seq > $1 ORDER BY seq LIMIT $2";

/// From a row that [`ENTRIES`] gives.
pub(crate) fn entry(row: &mut Values<'_>) -> Result<Entry, TransactionError> {
    Ok(Entry {
        seq: row.int()?,
        kind: row.kind()?,
        payment_id: row.id()?,
        operation_id: row.operation()?,
        project_id: row.project()?,
        method: method_from_stored(row.string()?),
        customer_id: row.id()?,
        contract_id: row.optional_id()?,
        provider_payment_id: row.optional_string(),
        amount: row.money()?,
        time: row.time()?,
        corrects: row.optional_int(),
    })
}

/// A row of `customers`. `seen`: when a look-up saw the customer.
pub(crate) fn of_customer(
    customer: &Customer,
    seen: Option<Millis>,
) -> Result<[Value<'_>; 4], TransactionError> {
    Ok([
        customer.customer_id.as_str().into(),
        customer.additional_customer_id.as_deref().into(),
        Value::list(&customer.contracts)?,
        seen.into(),
    ])
}

/// A customer by the id, and when a look-up saw it last.
pub(crate) const CUSTOMER: &str = "SELECT customer_id, additional_customer_id, contracts, seen_at FROM customers WHERE customer_id = $1";

/// The customers after `$1` by id, at most `$2`.
pub(crate) const CUSTOMERS: &str =
    "SELECT customer_id, additional_customer_id, contracts FROM customers
    WHERE customer_id > $1 ORDER BY customer_id LIMIT $2";

/// From the columns `customer_id, additional_customer_id, contracts`.
pub(crate) fn customer(row: &mut Values<'_>) -> Result<Customer, TransactionError> {
    let customer_id: CustomerId = row.id()?;
    Ok(Customer {
        additional_customer_id: row.optional_string(),
        // The reader's own error may show a value.
        contracts: row
            .list()
            .map_err(|_| TransactionError::Damaged(customer_id.clone()))?,
        customer_id,
    })
}

/// How much waits, as of the last commit.
pub(crate) const COUNTS: &str =
    "SELECT pending, unmatched, quarantined, alarms, open_alarms FROM counts";

/// From a row that [`COUNTS`] gives.
pub(crate) fn counts(row: &mut Values<'_>) -> Result<Counts, TransactionError> {
    Ok(Counts {
        pending: row.int()?,
        unmatched: row.int()?,
        quarantined: row.int()?,
        alarms: row.int()?,
        open_alarms: row.int()?,
    })
}

/// The number in a row of one column.
pub(crate) fn number(row: &mut Values<'_>) -> Result<i64, TransactionError> {
    row.int()
}

/// The id in a row of one column.
pub(crate) fn id<T>(row: &mut Values<'_>) -> Result<T, TransactionError>
where
    T: for<'a> TryFrom<&'a str, Error = InvalidId>,
{
    row.id()
}

/// The bytes in a row of one column.
pub(crate) fn bytes(row: &mut Values<'_>) -> Result<Vec<u8>, TransactionError> {
    row.bytes()
}
