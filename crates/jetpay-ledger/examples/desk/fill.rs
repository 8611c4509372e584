//! The statements that fill a ledger. Both stores run the same ones, but for some functions.

use serde_json::{Value, json};

const PROJECT: u64 = 1234;
/// In minor units.
const AMOUNT: i64 = 100_000;
/// Payments of one transaction.
const AT_ONCE: i64 = 250_000;
/// Milliseconds between two payments before today: 100,000 a day.
const APART: i64 = 864;
/// So many callbacks has one payment.
const MANY_CALLBACKS: i64 = 1_000;
/// The customer with every fiftieth payment.
const BUSY_CUSTOMER: &str = "7999999999";

/// Indexes that are cheaper to make at the end.
const LATE: [(&str, &str); 4] = [
    (
        "payments_of_customer",
        "ON payments (customer_id, created_at, id)",
    ),
    (
        "payments_of_contract",
        "ON payments (contract_id, created_at, id) WHERE contract_id IS NOT NULL",
    ),
    (
        "events_of_provider",
        "ON events (provider_payment_id) WHERE provider_payment_id IS NOT NULL",
    ),
    ("events_of_operation", "ON events (operation_id)"),
];

/// The store whose SQL is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sql {
    Sqlite,
    Postgres,
}

/// What is filled in. All that is not payments grows with them: 2 % are the alarms of each state, 1 % are payouts, and so on.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) payments: i64,
    pub(crate) day_began: i64,
    pub(crate) now: i64,
}

impl Plan {
    /// All statements, in their order.
    pub(crate) fn statements(self, sql: Sql) -> Vec<String> {
        let mut all = vec![Self::begin(sql)];
        let mut first = 0;
        while first < self.payments {
            let last = self.payments.min(first + AT_ONCE);
            all.push(self.top_ups(sql, first, last));
            first = last;
        }
        all.push(self.customers(sql));
        all.push(self.callbacks(sql));
        all.push(self.alarms(sql));
        all.push(self.payouts());
        all.push(self.reconciliation());
        all.push(self.deliveries());
        all.extend(Self::end(sql));
        all
    }

    /// What to look for: the words of a payment in the middle, and the rare things.
    pub(crate) fn words(self) -> Value {
        let middle = self.payments / 2 / 1_000 * 1_000 + 20;
        json!({
            "payment": self.id_of(middle),
            "operation": (middle + 1).to_string(),
            "receipt": format!("R{middle}"),
            "customer": customer_of(20),
            "contract": "N-20",
            "busy_customer": BUSY_CUSTOMER,
            "busy_payment": self.id_of(50),
            "busy_entry": (2 * 50 + 1).to_string(),
            "many_callbacks": self.id_of(0),
            "inbox": inbox_id(7),
            "payout": payout_id(7),
            "entry": (2 * middle + 1).to_string(),
            "alarm": self.payments / 50 / 2,
        })
    }

    fn customers_count(self) -> i64 {
        self.payments / 5
    }

    /// Payments of today: 200,000 of 5,000,000.
    fn old(self) -> i64 {
        self.payments - self.payments / 25
    }

    /// When a payment was announced.
    fn time(self) -> String {
        let (old, began, today) = (self.old(), self.day_began, self.payments / 25);
        let elapsed = (self.now - self.day_began).max(1);
        format!(
            "(CASE WHEN n < {old} THEN {began} - ({old} - n) * {APART} ELSE {began} + (n - {old}) * {elapsed} / {today} END)"
        )
    }

    fn id_of(self, n: i64) -> String {
        let (old, today) = (self.old(), self.payments / 25);
        let time = if n < old {
            self.day_began - (old - n) * APART
        } else {
            self.day_began + (n - old) * (self.now - self.day_began).max(1) / today
        };
        let hex = format!("{time:012x}");
        format!("{}-{}-7000-8000-{n:012}", &hex[..8], &hex[8..])
    }

    /// The id of a payment, as a `UUIDv7`.
    fn id(self, sql: Sql) -> String {
        let hex = sql.hex12(&self.time());
        format!(
            "(substr({hex}, 1, 8) || '-' || substr({hex}, 9, 4) || '-7000-8000-' || {})",
            digits("n", 12)
        )
    }

    fn begin(sql: Sql) -> String {
        let settings = match sql {
            Sql::Sqlite => {
                "PRAGMA synchronous = OFF; PRAGMA cache_size = -500000; PRAGMA temp_store = MEMORY;"
            }
            Sql::Postgres => {
                "SET statement_timeout = 0; SET synchronous_commit = off; SET maintenance_work_mem = '256MB'; SET jit = off;"
            }
        };
        let drops = LATE.map(|(name, _)| format!("DROP INDEX {name};"));
        format!("{settings} {}", drops.concat())
    }

    /// Payments with their callbacks and entries. Of a hundred payments one is pending, one declined, one refunded, one refunded
    /// in part, and one has a callback with another amount; of ten, one names a contract.
    fn top_ups(self, sql: Sql, first: i64, last: i64) -> String {
        let (id, time) = (self.id(sql), self.time());
        let numbers = numbers(first, last);
        let customers = self.customers_count();
        let body = sql.bytes(&format!(
            r#"'{{"project_id":{PROJECT},"payment":{{"id":"' || {id} || '","type":"purchase","method":"kaspi","date":"2026-12-01T05:00:00+0000","status":"success","description":"top-up of an account","sum":{{"amount":{AMOUNT},"currency":"KZT"}}}},"customer":{{"id":"' || {CUSTOMER} || '"}},"operation":{{"id":' || (n + 1) || ',"type":"sale","status":"success","date":"2026-12-01T05:00:00+0000","created_date":"2026-12-01T05:00:00+0000","code":"0","message":"Success","request_id":"0f2b6a1c5d7e4a3f9b8c7d6e5f4a3b2c1d0e9f8a-0f2b6a1c","provider":{{"id":1,"payment_id":"R' || n || '"}},"sum_initial":{{"amount":{AMOUNT},"currency":"KZT"}},"sum_converted":{{"amount":{AMOUNT},"currency":"KZT"}}}},"signature":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="}}'"#
        ));
        let method = "(CASE n % 10 WHEN 0 THEN 'kassa24' WHEN 1 THEN 'cashin-kz' WHEN 2 THEN 'qiwi-kz' ELSE 'kaspi' END)";
        let paid = "n % 100 NOT IN (94, 95, 98)";
        let entry = |seq: &str, operation: &str, kind: &str, amount: &str, later: i64| {
            format!(
                "{numbers} SELECT {seq}, {id}, {PROJECT}, {operation}, '{kind}', {amount}, {time} + {later}, NULL FROM numbers"
            )
        };
        let columns = "(seq, payment_id, project_id, operation_id, kind, amount, time, corrects)";
        let credits = entry("2 * n + 1", "n + 1", "credit", &AMOUNT.to_string(), 4_000);
        let taken = "-(CASE n % 100 WHEN 97 THEN 40000 ELSE 100000 END)";
        let refunds = entry("2 * n + 2", "1000000000 + n", "refund", taken, 9_000);
        format!(
            "BEGIN;
            INSERT INTO payments (id, project_id, method, customer_id, contract_id, amount, currency, flags, created_at, state,
                    credited, remaining, credited_by, early, changed_at, refunded)
                {numbers} SELECT {id}, {PROJECT}, {method},
                    CASE WHEN n % 50 = 0 THEN '{BUSY_CUSTOMER}' ELSE {CUSTOMER} END,
                    CASE WHEN n % 10 = 0 THEN 'c' || (n % {customers}) END, {AMOUNT}, 'KZT', NULL, {time},
                    CASE n % 100 WHEN 94 THEN 'pending' WHEN 95 THEN 'declined' WHEN 96 THEN 'refunded'
                        WHEN 97 THEN 'partially_refunded' WHEN 98 THEN 'quarantined' ELSE 'credited' END,
                    CASE WHEN {paid} THEN {AMOUNT} ELSE 0 END,
                    CASE WHEN n % 100 IN (94, 95, 96, 98) THEN 0 WHEN n % 100 = 97 THEN 60000 ELSE {AMOUNT} END,
                    CASE WHEN {paid} THEN n + 1 END, 0, {time} + 4000,
                    CASE n % 100 WHEN 96 THEN {AMOUNT} WHEN 97 THEN 40000 ELSE 0 END FROM numbers;
            INSERT INTO events (seq, payment_id, project_id, operation_id, operation_status, payment_status, payment_type,
                    operation_type, amount, currency, code, provider_payment_id, disposition, received_at, body)
                {numbers} SELECT 2 * n + 1, {id}, {PROJECT}, n + 1,
                    CASE n % 100 WHEN 95 THEN 'decline' ELSE 'success' END,
                    CASE n % 100 WHEN 95 THEN 'decline' ELSE 'success' END, 'purchase', 'sale',
                    CASE n % 100 WHEN 98 THEN {AMOUNT} - 1000 ELSE {AMOUNT} END, 'KZT',
                    CASE n % 100 WHEN 95 THEN '20105' ELSE '0' END, 'R' || n,
                    CASE n % 100 WHEN 98 THEN 'quarantined' ELSE 'applied' END, {time} + 4000, {body} FROM numbers
                    WHERE n % 100 <> 94;
            INSERT INTO events (seq, payment_id, project_id, operation_id, operation_status, payment_status, payment_type,
                    operation_type, amount, currency, code, provider_payment_id, disposition, received_at, body)
                {numbers} SELECT 2 * n + 2, {id}, {PROJECT}, 1000000000 + n, 'success', 'refunded', 'purchase', 'refund',
                    {AMOUNT}, 'KZT', '0', NULL, 'applied', {time} + 9000, {body} FROM numbers WHERE n % 100 IN (96, 97);
            INSERT INTO entries {columns} {credits} WHERE {paid};
            INSERT INTO entries {columns} {refunds} WHERE n % 100 IN (96, 97);
            COMMIT;"
        )
    }

    fn customers(self, sql: Sql) -> String {
        let count = self.customers_count();
        let contracts = r#"'[{"id":"c' || n || '","number":"N-' || n || '","payment":150000,"min_payment":10000}]'"#;
        let numbers = numbers(0, count);
        let bucket = match sql {
            Sql::Sqlite => "n / 4096",
            Sql::Postgres => "0",
        };
        let words = match sql {
            Sql::Sqlite => {
                "INSERT INTO customer_words SELECT * FROM words_of_customers ORDER BY 1, 2;
                UPDATE counts SET customers_added = (SELECT count(*) FROM customers);"
            }
            Sql::Postgres => "",
        };
        format!(
            "BEGIN;
            INSERT INTO customers (customer_id, additional_customer_id, contracts, bucket)
                {numbers} SELECT {CUSTOMER}, 'A' || n, {contracts}, {bucket} FROM numbers;
            INSERT INTO customers (customer_id, bucket) VALUES ('{BUSY_CUSTOMER}', 0);
            {words}
            COMMIT;"
        )
    }

    /// The payment with many callbacks, and the inbox.
    fn callbacks(self, sql: Sql) -> String {
        let first = 2 * self.payments + 10;
        let id = self.id_of(0);
        let body = sql.bytes("'{\"payment\":{\"id\":\"p\"},\"signature\":\"AAAA\"}'");
        let columns = "(seq, payment_id, project_id, operation_id, operation_status, payment_status, payment_type,
            operation_type, amount, currency, code, provider_payment_id, disposition, received_at, body, said_account)";
        let inbox = self.payments / 500;
        format!(
            "INSERT INTO events {columns} {many} SELECT {first} + n, '{id}', {PROJECT}, 2000000000 + n, 'processing',
                'processing', 'purchase', 'sale', {AMOUNT}, 'KZT', NULL, NULL, 'noted', {now} - {MANY_CALLBACKS} + n, {body}, NULL
                FROM numbers;
            INSERT INTO events {columns} {waiting} SELECT {first} + {MANY_CALLBACKS} + n, 'unknown-' || {number}, {PROJECT}, 3000000000 + n,
                'success', 'success', 'purchase', 'sale', {AMOUNT}, 'KZT', '0', 'I' || n,
                CASE WHEN n % 10 = 0 THEN 'dismissed' ELSE 'unmatched' END, {now} - 1000 * ({inbox} - n), {body}, {CUSTOMER}
                FROM numbers;",
            many = numbers(0, MANY_CALLBACKS),
            waiting = numbers(0, inbox),
            number = digits("n", 12),
            now = self.now,
        )
    }

    /// As many resolved alarms as open ones, in turns; about payments, and about messages that could not be read.
    fn alarms(self, sql: Sql) -> String {
        let count = self.payments / 25;
        let id = self.id(sql);
        let body = sql.bytes("'{\"signature\":\"' || n || '\"}'");
        let about = "(n % 4 <> 3)";
        format!(
            "BEGIN;
            INSERT INTO alarms (seq, kind, project_id, payment_id, operation_id, time, reason, body, signature, amount,
                    currency, settled)
                WITH RECURSIVE counted (k) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT k + 1 FROM counted WHERE k + 1 < {count}),
                    numbers AS (SELECT k, k * 25 + CASE k % 4 WHEN 0 THEN 98 - (k * 25) % 100 ELSE 3 END AS n FROM counted)
                SELECT k + 1, CASE k % 4 WHEN 0 THEN 'amount_differs' WHEN 1 THEN 'decline_after_credit'
                        WHEN 2 THEN 'compensation_too_large' ELSE 'unusable' END, {PROJECT},
                    CASE WHEN {about} THEN {id} END, CASE WHEN {about} THEN n + 1 END, {time} + 5000,
                    CASE WHEN {about} THEN NULL ELSE 'the field `payment:status` is missing' END,
                    CASE WHEN {about} THEN NULL ELSE {body} END, CASE WHEN {about} THEN NULL ELSE 'S' || n END,
                    CASE WHEN {about} THEN NULL ELSE {AMOUNT} END, CASE WHEN {about} THEN NULL ELSE 'KZT' END, k / 4 % 2 = 1
                FROM numbers;
            INSERT INTO settlements (alarm_seq, payment_id, operation_id, verdict, amount, currency, reason, events_before, time,
                    actor)
                SELECT seq, payment_id, operation_id, 'dismiss', NULL, NULL, 'seen', 1, time + 60000, 'admin' FROM alarms
                WHERE settled ORDER BY seq;
            COMMIT;",
            about = about.replace("n %", "k %"),
            time = self.time(),
        )
    }

    /// Of a hundred payouts, one has no outcome, one was declined, and the others are paid.
    fn payouts(self) -> String {
        let count = self.payments / 100;
        let time = format!("({} - ({count} - n) * 60000)", self.now);
        let id = format!("('payout-' || {})", digits("n", 12));
        let numbers = numbers(0, count);
        format!(
            "BEGIN;
            INSERT INTO payouts (payment_id, project_id, method, customer_id, amount, currency, idempotency_key, fingerprint,
                    from_balance, created_at, account_number, request, request_id, state, reserved, paid, paid_by, reversed_by,
                    error_by, taken, sending_until, gate, elsewhere, next, due_at, turn, sends, waits, overdue, changed_at,
                    forgotten)
                {numbers} SELECT {id}, {PROJECT}, 'qiwi-kz', {CUSTOMER}, 50000, 'KZT', 'key-' || n, 'f', 0, {time},
                    '918' || n, NULL, NULL, CASE n % 100 WHEN 1 THEN 'unknown' WHEN 2 THEN 'declined' ELSE 'paid' END,
                    CASE n % 100 WHEN 1 THEN 50000 ELSE 0 END, CASE WHEN n % 100 IN (1, 2) THEN 0 ELSE 50000 END,
                    CASE WHEN n % 100 IN (1, 2) THEN NULL ELSE 4000000000 + n END, '', NULL, 1, NULL, NULL, 0,
                    CASE n % 100 WHEN 1 THEN 'ask' END, CASE n % 100 WHEN 1 THEN {later} END, 1, 1, 1,
                    CASE n % 100 WHEN 1 THEN 1 ELSE 0 END, {time} + 2000, 1 FROM numbers;
            INSERT INTO payout_steps (seq, payment_id, project_id, what, amount, operation_id, code, message, time, actor)
                {numbers} SELECT 2 * n + 1, {id}, {PROJECT}, 'created', 50000, NULL, NULL, NULL, {time}, 'admin' FROM numbers;
            INSERT INTO payout_steps (seq, payment_id, project_id, what, amount, operation_id, code, message, time, actor)
                {numbers} SELECT 2 * n + 2, {id}, {PROJECT},
                    CASE n % 100 WHEN 1 THEN 'unknown' WHEN 2 THEN 'declined' ELSE 'paid' END,
                    CASE n % 100 WHEN 1 THEN NULL ELSE 50000 END, 4000000000 + n, NULL, NULL, {time} + 2000, NULL FROM numbers;
            COMMIT;",
            later = self.now + 86_400_000,
        )
    }

    /// A run that lists many differences, half of which are open.
    fn reconciliation(self) -> String {
        let count = self.payments / 500;
        let (from, to) = (self.day_began - 86_400_000, self.day_began);
        let operation = "(5000000000 + n)";
        let id = format!("('{PROJECT}-' || {operation} || '-not_credited')");
        let seconds = to / 1_000 - 1;
        let numbers = numbers(0, count);
        format!(
            "BEGIN;
            INSERT INTO reconciliations (seq, from_time, to_time, ledger_seq, sources, counts, sums, listed, time, actor,
                    finished)
                VALUES (1, {from}, {to}, {payments}, '[]', '{{\"matched\":100000,\"not_credited\":{count}}}', '[]', {count},
                    {to}, 'admin', 1);
            INSERT INTO reconciliation_results (run, number, difference, finding)
                {numbers} SELECT 1, n + 1, {id}, '{{\"id\":\"' || {id} || '\",\"kind\":\"not_credited\",\"project_id\":{PROJECT},\"operation_id\":\"' || {operation} || '\",\"payment_id\":\"lost-' || n || '\",\"time\":{seconds}}}'
                FROM numbers;
            INSERT INTO differences (id, kind, project_id, operation_id, payment_id, facts, happened_at, first_run, last_run,
                    state, reason, actor, decided_at)
                {numbers} SELECT {id}, 'not_credited', {PROJECT}, {operation}, 'lost-' || n,
                    '[null,null,null,null,\"lost-' || n || '\"]', {seconds}, 1, 1,
                    CASE n % 2 WHEN 0 THEN 'open' ELSE 'accepted' END, CASE n % 2 WHEN 0 THEN NULL ELSE 'seen' END,
                    CASE n % 2 WHEN 0 THEN NULL ELSE 'admin' END, CASE n % 2 WHEN 0 THEN NULL ELSE {to} END FROM numbers;
            COMMIT;",
            payments = self.payments,
        )
    }

    /// A stream whose cursor is at the end; items wait for a receiver that does not answer, and some are parked.
    fn deliveries(self) -> String {
        let (count, last) = (self.payments / 500, 2 * self.payments - 1);
        format!(
            "INSERT INTO delivery_streams (id, name, feed, cursor, fencing_token, leased_until, changes)
                VALUES ('entries:billing', 'billing', 'entries', {last}, 0, 0, 0);
            INSERT INTO waiting_deliveries (number, stream, seq, lane, state, attempts, since, due_at, why, may_be_there)
                {numbers} SELECT n + 1, 'entries:billing', {last} - 2 * ({count} - n), {CUSTOMER},
                    CASE n % 50 WHEN 1 THEN 'parked' ELSE 'waiting' END, 3, {now}, {later}, 'it does not answer', 0
                FROM numbers;",
            numbers = numbers(0, count),
            now = self.now,
            later = self.now + 86_400_000,
        )
    }

    fn end(sql: Sql) -> [String; 2] {
        let makes = LATE.map(|(name, on)| format!("CREATE INDEX {name} {on};"));
        let counted = "pending = (SELECT count(*) FROM payments WHERE state = 'pending'),
            unmatched = (SELECT count(*) FROM events WHERE disposition IN ('unmatched', 'dismissed') AND disposition = 'unmatched'),
            quarantined = (SELECT count(*) FROM payments WHERE state = 'quarantined'),
            alarms = (SELECT count(*) FROM alarms), open_alarms = (SELECT count(*) FROM alarms WHERE NOT settled)";
        let (numbers, end) = match sql {
            Sql::Sqlite => ("", "PRAGMA wal_checkpoint(TRUNCATE);"),
            Sql::Postgres => (
                ", last_entry = (SELECT max(seq) FROM entries), last_alarm = (SELECT max(seq) FROM alarms),
                    last_step = (SELECT max(seq) FROM payout_steps);
                SELECT setval(pg_get_serial_sequence('events', 'seq'), (SELECT max(seq) FROM events));
                SELECT setval(pg_get_serial_sequence('waiting_deliveries', 'number'), (SELECT max(number) FROM waiting_deliveries))",
                "VACUUM ANALYZE;",
            ),
        };
        let makes = makes.concat();
        [
            format!("{makes} UPDATE counts SET {counted}{numbers};"),
            end.to_owned(),
        ]
    }
}

impl Sql {
    fn hex12(self, number: &str) -> String {
        match self {
            Self::Sqlite => format!("printf('%012x', {number})"),
            Self::Postgres => format!("lpad(to_hex({number}), 12, '0')"),
        }
    }

    fn bytes(self, text: &str) -> String {
        match self {
            Self::Sqlite => format!("CAST({text} AS BLOB)"),
            Self::Postgres => format!("convert_to({text}, 'UTF8')"),
        }
    }
}

/// The customer of the payment `n`, or with the number `n`.
const CUSTOMER: &str = "('7' || substr(CAST(10000000000 + n * 7919 % 1000000007 AS TEXT), 3))";

fn customer_of(n: i64) -> String {
    format!("7{:09}", n * 7_919 % 1_000_000_007)
}

fn inbox_id(n: i64) -> String {
    format!("unknown-{n:012}")
}

fn payout_id(n: i64) -> String {
    format!("payout-{n:012}")
}

/// A number with zeros before it.
fn digits(number: &str, width: u32) -> String {
    format!("substr(CAST({} + {number} AS TEXT), 2)", 10_i64.pow(width))
}

/// The numbers `n` from `first` up to before `last`.
fn numbers(first: i64, last: i64) -> String {
    format!(
        "WITH RECURSIVE numbers (n) AS (SELECT CAST({first} AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {last})"
    )
}
