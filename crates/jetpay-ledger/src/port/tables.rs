//! The tables as every store has them: what is written is named here once.

/// A table. A row is written with its values in the order of the columns; some tables have more, which the store fills: the
/// number of the row is `seq`.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// Each with its type, as in `CREATE TABLE`.
    columns: &'static str,
}

impl Table {
    /// The names and the types of the columns.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let columns = self.columns.split(',').map(str::trim);
        columns.filter_map(|column| column.split_once(' '))
    }

    /// The end of a statement that adds a row, or replaces the one with the same key: the first columns, so many.
    pub(crate) fn or_replace(&self, key: usize) -> String {
        let changed = self.names(key).into_iter();
        let changed = changed.map(|name| format!("{name} = excluded.{name}"));
        let changed = changed.collect::<Vec<_>>().join(", ");
        let key = self.names(0)[..key].join(", ");
        format!(" ON CONFLICT ({key}) DO UPDATE SET {changed}")
    }

    /// The names of the columns behind the first `skip`.
    pub(crate) fn names(&self, skip: usize) -> Vec<&'static str> {
        self.columns().skip(skip).map(|(name, _)| name).collect()
    }
}

#[cfg(feature = "postgres")]
pub(crate) const CUSTOMERS: Table = Table {
    name: "customers",
    columns: "customer_id text, additional_customer_id text, contracts text, seen_at bigint",
};

/// First the columns that never change, then the others.
pub(crate) const PAYMENTS: Table = Table {
    name: "payments",
    columns: "id text, project_id bigint, method text, customer_id text, contract_id text, amount bigint, currency text,
        flags text, created_at bigint, state text, credited bigint, remaining bigint, credited_by bigint, early bigint,
        changed_at bigint, refunded bigint",
};

/// How many columns of a payment never change.
#[cfg(feature = "postgres")]
pub(crate) const KEPT_OF_PAYMENT: usize = 9;

/// The last two are the payer's words, of an event that waits without a payment.
pub(crate) const EVENTS: Table = Table {
    name: "events",
    columns: "payment_id text, project_id bigint, operation_id bigint, operation_status text, payment_status text,
        payment_type text, operation_type text, amount bigint, currency text, code text, provider_payment_id text,
        disposition text, received_at bigint, body bytea, said_account text, said_customer text",
};

pub(crate) const ENTRIES: Table = Table {
    name: "entries",
    columns: "payment_id text, project_id bigint, operation_id bigint, kind text, amount bigint, time bigint,
        corrects bigint",
};

pub(crate) const ALARMS: Table = Table {
    name: "alarms",
    columns: "kind text, project_id bigint, payment_id text, operation_id bigint, time bigint, reason text, body bytea,
        signature text, amount bigint, currency text, difference text, endpoint text, entry bigint",
};

pub(crate) const RESOLUTIONS: Table = Table {
    name: "settlements",
    columns: "alarm_seq bigint, payment_id text, operation_id bigint, verdict text, amount bigint, currency text,
        reason text, events_before bigint, time bigint, corrects bigint, actor text",
};

/// First the columns that never change, then the others. The payer's data is forgotten in the end.
pub(crate) const PAYOUTS: Table = Table {
    name: "payouts",
    columns: "payment_id text, project_id bigint, method text, customer_id text, amount bigint, currency text,
        idempotency_key text, fingerprint text, from_balance bigint, created_at bigint,
        account_number text, request text, request_id text, state text, reserved bigint, paid bigint, paid_by bigint,
        reversed_by text, error_by bigint, taken bigint, sending_until bigint, gate text, elsewhere bigint, next text,
        due_at bigint, turn bigint, sends bigint, waits bigint, overdue bigint, changed_at bigint, forgotten bigint",
};

/// How many columns of a payout never change.
pub(crate) const KEPT_OF_PAYOUT: usize = 10;

pub(crate) const STEPS: Table = Table {
    name: "payout_steps",
    columns: "payment_id text, project_id bigint, what text, amount bigint, operation_id bigint, code text, message text,
        time bigint, actor text",
};

/// The reconciliations. A run's last column says that all of it is recorded.
pub(crate) const RUNS: Table = Table {
    name: "reconciliations",
    columns: "seq bigint, from_time bigint, to_time bigint, ledger_seq bigint, sources text, counts text, sums text,
        listed bigint, time bigint, actor text, finished bigint",
};

/// What each run lists.
pub(crate) const FINDINGS: Table = Table {
    name: "reconciliation_results",
    columns: "run bigint, number bigint, difference text, finding text",
};

/// Each difference once, as the last run that saw it found it.
pub(crate) const DIFFERENCES: Table = Table {
    name: "differences",
    columns: "id text, kind text, project_id bigint, operation_id bigint, payment_id text, facts text, happened_at bigint,
        first_run bigint, last_run bigint, state text, reason text, actor text, decided_at bigint",
};

/// What is delivered where, and how far. First the columns that never change, then the others.
pub(crate) const STREAMS: Table = Table {
    name: "delivery_streams",
    columns: "id text, name text, feed text, cursor bigint, fencing_token bigint, leased_until bigint, changes bigint, \
              began bigint",
};

/// How many columns of a stream never change.
#[cfg(feature = "postgres")]
pub(crate) const KEPT_OF_STREAM: usize = 3;

/// The items up to the cursors that are not delivered. The first columns are the key.
pub(crate) const WAITING: Table = Table {
    name: "waiting_deliveries",
    columns: "stream text, seq bigint, lane text, state text, attempts bigint, since bigint, due_at bigint, why text, \
              may_be_there bigint",
};

/// How many columns of a waiting item are its key.
pub(crate) const KEY_OF_WAITING: usize = 2;

/// The items that do not wait and are not sent.
pub(crate) const SKIPS: Table = Table {
    name: "delivery_skips",
    columns: "stream text, seq bigint",
};

/// The receivers' own numbers. The first columns are the key.
pub(crate) const RECEIPTS: Table = Table {
    name: "delivery_receipts",
    columns: "endpoint text, project_id bigint, operation_id bigint, kind text, receipt text",
};

/// How many columns of a receipt are its key.
pub(crate) const KEY_OF_RECEIPT: usize = 4;
