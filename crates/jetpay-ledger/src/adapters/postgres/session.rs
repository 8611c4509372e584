//! A connection that writes, with its statements prepared.

use tokio::time::timeout;
use tokio_postgres::{Client, Error, Statement};

use super::address::Address;
use super::error::{SILENT, unopened};
use super::rows::{insert, insert_numbered, update};
use crate::model::OpenError;
use crate::port::payouts::sql;
use crate::port::tables::{
    ALARMS, CUSTOMERS, DIFFERENCES, ENTRIES, EVENTS, FINDINGS, KEPT_OF_PAYMENT, KEPT_OF_PAYOUT,
    KEPT_OF_STREAM, KEY_OF_RECEIPT, KEY_OF_WAITING, PAYMENTS, PAYOUTS, RECEIPTS, RESOLUTIONS, RUNS,
    SKIPS, STEPS, STREAMS, WAITING,
};
use crate::port::{deliveries, reconciliations, rows};

/// Each statement reads a few rows out of millions by key. So no plan may read a whole table, whatever the statistics are,
/// and no plan is worth compiling, or worth the start of parallel workers, which takes longer than the rows.
pub(super) const PLANS: &str =
    "SET jit = off; SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;
    SET max_parallel_workers_per_gather = 0; SET plan_cache_mode = force_generic_plan; SET lock_timeout = '5s'";

macro_rules! statements {
    ($($(#[$about:meta])* $name:ident: $sql:expr;)+) => {
        /// The statements of a writer, prepared once.
        pub(super) struct Statements {
            $($(#[$about])* pub(super) $name: Statement,)+
        }

        impl Statements {
            async fn prepare(client: &Client) -> Result<Self, Error> {
                $(let sql = String::from($sql); let $name = client.prepare(&sql);)+
                let ($($name,)+) = tokio::try_join!($($name,)+)?;
                Ok(Self { $($name,)+ })
            }
        }
    };
}

statements! {
    announce: "SELECT pg_advisory_xact_lock_shared(7630123801)";
    fill_inbox: "SELECT pg_advisory_xact_lock(7630123801)";
    payments: format!("SELECT id, {} FROM payments WHERE id = ANY($1) ORDER BY id FOR UPDATE", rows::SNAPSHOT);
    events: format!("SELECT {}, disposition, seq FROM events WHERE payment_id = ANY($1) ORDER BY seq", rows::EVENT);
    effects: "SELECT project_id, operation_id, kind, payment_id FROM entries JOIN (
            SELECT project_id, operation_id FROM unnest($2::bigint[], $3::bigint[]) AS asked (project_id, operation_id)
            UNION SELECT project_id, operation_id FROM events WHERE payment_id = ANY($1)
        ) AS wanted USING (project_id, operation_id)";
    entries: format!("SELECT seq, {} FROM entries WHERE seq = ANY($1)", rows::STORED_ENTRY);
    customers: "SELECT customer_id FROM customers WHERE customer_id = ANY($1)";
    signatures: "SELECT signature, reason FROM alarms
        JOIN unnest($1::text[], $2::text[]) AS asked (signature, reason) USING (signature, reason)";
    declines: "SELECT payment_id FROM alarms
        WHERE payment_id = ANY($1) AND kind = 'decline_after_credit' AND operation_id IS NULL";
    lock_unusable: "SELECT pg_advisory_xact_lock(hashtextextended(id::text, 7630123803))
        FROM (SELECT id FROM unnest($1::bigint[]) AS id ORDER BY id) AS sorted";
    open_unusable: "SELECT id, (SELECT count(*) FROM (SELECT 1 FROM alarms
            WHERE project_id = id AND kind = 'unusable' AND NOT settled LIMIT $2) AS open)
        FROM unnest($1::bigint[]) AS id";
    contracts: "SELECT customer_id, additional_customer_id, contracts FROM customers
        WHERE customer_id = ANY($1) ORDER BY customer_id FOR UPDATE";
    add_payments: insert(&PAYMENTS);
    change_payments: update(&PAYMENTS, KEPT_OF_PAYMENT);
    add_events: insert(&EVENTS);
    set_event_statuses: "UPDATE events SET disposition = n.disposition
        FROM unnest($1::bigint[], $2::text[]) AS n (seq, disposition) WHERE events.seq = n.seq";
    complete_events: "UPDATE events SET code = coalesce(events.code, n.code),
            provider_payment_id = coalesce(events.provider_payment_id, n.provider),
            payment_type = coalesce(events.payment_type, n.kind)
        FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) AS n (seq, code, provider, kind)
        WHERE events.seq = n.seq AND (events.code IS NULL AND n.code IS NOT NULL
            OR events.provider_payment_id IS NULL AND n.provider IS NOT NULL
            OR events.payment_type IS NULL AND n.kind IS NOT NULL)";
    spenders: "SELECT pg_advisory_xact_lock(hashtextextended(id, 7630123802))
        FROM (SELECT id FROM unnest($1::text[]) AS id ORDER BY id) AS sorted";
    available: balances();
    payout_keys: "SELECT project_id, idempotency_key, payment_id, fingerprint FROM payouts
        JOIN unnest($1::bigint[], $2::text[]) AS asked (project_id, idempotency_key) USING (project_id, idempotency_key)";
    payouts: sql::by_ids();
    add_payouts: insert(&PAYOUTS);
    change_payouts: update(&PAYOUTS, KEPT_OF_PAYOUT);
    add_steps: insert_numbered(&STEPS, "last_step");
    count: "UPDATE counts SET pending = pending + p, unmatched = unmatched + u, quarantined = quarantined + q,
        alarms = alarms + a, open_alarms = open_alarms + o, last_entry = last_entry + le, last_alarm = last_alarm + la,
        last_step = last_step + ls
        FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
            $8::bigint[]) AS more (p, u, q, a, o, le, la, ls) WHERE one";
    add_entries: insert_numbered(&ENTRIES, "last_entry");
    add_alarms: insert_numbered(&ALARMS, "last_alarm");
    add_resolutions: insert(&RESOLUTIONS);
    resolve_alarms: "UPDATE alarms SET settled = TRUE WHERE seq = ANY($1)";
    lock_reconciliations: "SELECT pg_advisory_xact_lock(7630123804)";
    last_run: reconciliations::LAST_RUN;
    differences: reconciliations::by_ids();
    add_runs: insert(&RUNS);
    finish_runs: "UPDATE reconciliations SET finished = 1 WHERE seq = ANY($1)";
    add_findings: insert(&FINDINGS);
    put_differences: insert(&DIFFERENCES) + &DIFFERENCES.or_replace(1);
    streams: deliveries::STREAMS;
    waiting: deliveries::WAITING_IN;
    open_delivery_alarms: deliveries::OPEN_ALARMS;
    add_streams: insert(&STREAMS);
    change_streams: update(&STREAMS, KEPT_OF_STREAM);
    put_waiting: insert(&WAITING) + &WAITING.or_replace(KEY_OF_WAITING);
    remove_waiting: "DELETE FROM waiting_deliveries USING unnest($1::text[], $2::bigint[]) AS gone (of_stream, of_seq)
        WHERE stream = of_stream AND seq = of_seq";
    put_skips: insert(&SKIPS) + " ON CONFLICT DO NOTHING";
    put_receipts: insert(&RECEIPTS) + &RECEIPTS.or_replace(KEY_OF_RECEIPT);
    put_customers: insert(&CUSTOMERS) + " ON CONFLICT (customer_id) DO UPDATE
        SET additional_customer_id = excluded.additional_customer_id, contracts = excluded.contracts,
            seen_at = coalesce(excluded.seen_at, customers.seen_at)";
    delete_customers: "DELETE FROM customers WHERE customer_id = ANY($1)";
}

/// The balances of many customers.
fn balances() -> String {
    let balance = sql::BALANCE.replace("$1", "spender");
    format!(
        "SELECT spender, balance.* FROM unnest($1::text[]) AS spender, LATERAL ({balance}) AS balance (left_over, taken)"
    )
}

/// A connection that writes.
pub(super) struct Session {
    pub(super) client: Client,
    pub(super) statements: Statements,
}

impl Session {
    pub(super) async fn open(address: &Address) -> Result<Self, Error> {
        let client = address.connect().await?;
        client.batch_execute(PLANS).await?;
        // Boxed: the future holds each statement's answer, and a worker would carry the room for them for ever.
        let statements = Box::pin(Statements::prepare(&client)).await?;
        Ok(Self { client, statements })
    }
}

/// The schema's versions, in order; `jetpay_schema` says how many of them a database has seen.
const VERSIONS: &[&str] = &[
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/4.sql"),
    include_str!("schema/5.sql"),
    include_str!("schema/6.sql"),
    include_str!("schema/7.sql"),
    include_str!("schema/8.sql"),
    include_str!("schema/9.sql"),
];
const NEWEST: i64 = VERSIONS.len().cast_signed() as i64;

/// One server migrates at a time; the others wait. The number is only ours.
const LOCK: i64 = 0x006a_6574_7061_7901;

/// Refuses a database of another encoding: it could not keep every text, and would refuse or change some callbacks.
async fn require_utf8(client: &Client) -> Result<(), OpenError> {
    let row = client.query_one("SHOW server_encoding", &[]).await;
    let encoding: String = row.map_err(|error| unopened(&error))?.get(0);
    if encoding == "UTF8" {
        return Ok(());
    }
    let reason = format!(
        "its encoding is {encoding}, which does not hold every text: create one with \
         CREATE DATABASE name OWNER user ENCODING 'UTF8' TEMPLATE template0"
    );
    Err(OpenError::Server { reason })
}

/// Says what the database has, and changes nothing.
pub(super) async fn inspect(client: &Client) -> Result<String, OpenError> {
    let failed = |error: Error| unopened(&error);
    require_utf8(client).await?;
    let sql = "SELECT current_setting('server_version'), pg_is_in_recovery(), to_regclass('jetpay_schema') IS NOT NULL,
        has_schema_privilege(current_schema(), 'CREATE')";
    let row = client.query_one(sql, &[]).await.map_err(failed)?;
    let (server, is_standby): (String, bool) = (row.get(0), row.get(1));
    let refused = |reason: &str| {
        Err(OpenError::Server {
            reason: reason.to_owned(),
        })
    };
    if is_standby {
        return refused("this server takes no writes: name the server that accepts them");
    }
    let mut found = 0;
    if row.get(2) {
        let sql = "SELECT coalesce(max(version), 0) FROM jetpay_schema";
        found = client.query_one(sql, &[]).await.map_err(failed)?.get(0);
    }
    if found < NEWEST && row.get::<_, Option<bool>>(3) != Some(true) {
        return refused(
            "on the first start, and after an update, the user makes tables, and this one may not: let it own the database",
        );
    }
    let schema = OpenError::check_schema("the database".as_ref(), found, NEWEST)?;
    Ok(format!("PostgreSQL {server}, {schema}"))
}

/// Connects for the first time, within the time that an attempt may take.
pub(super) async fn first_client(address: &Address) -> Result<Client, OpenError> {
    let client = timeout(address.connect_timeout, address.connect()).await;
    let client = client.map_err(|_| OpenError::Away {
        reason: SILENT.into(),
    })?;
    client.map_err(|error| unopened(&error))
}

/// Connects once, and brings the schema up to date.
pub(super) async fn prepare(address: &Address) -> Result<(), OpenError> {
    migrate(&mut first_client(address).await?).await
}

/// Brings the schema up to date. Refuses a newer one.
pub(super) async fn migrate(client: &mut Client) -> Result<(), OpenError> {
    let failed = |error: tokio_postgres::Error| unopened(&error);
    require_utf8(client).await?;
    let transaction = client.transaction().await.map_err(failed)?;
    // An index on a large table takes minutes; so does waiting for the server that makes it.
    let sql = "SET LOCAL statement_timeout = 0";
    transaction.batch_execute(sql).await.map_err(failed)?;
    transaction
        .execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])
        .await
        .map_err(failed)?;
    let sql = "CREATE TABLE IF NOT EXISTS jetpay_schema (version BIGINT NOT NULL)";
    transaction.batch_execute(sql).await.map_err(failed)?;
    let sql = "SELECT coalesce(max(version), 0) FROM jetpay_schema";
    let found: i64 = transaction
        .query_one(sql, &[])
        .await
        .map_err(failed)?
        .get(0);
    OpenError::check_schema("the database".as_ref(), found, NEWEST)?;
    for (version, sql) in (1i64..)
        .zip(VERSIONS)
        .skip_while(|(version, _)| *version <= found)
    {
        transaction.batch_execute(sql).await.map_err(failed)?;
        let sql = "INSERT INTO jetpay_schema VALUES ($1)";
        transaction
            .execute(sql, &[&version])
            .await
            .map_err(failed)?;
    }
    transaction.commit().await.map_err(failed)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jetpay_testing::postgres;

    use super::*;

    #[tokio::test]
    async fn migration_may_take_longer_than_a_statement() {
        let Some(database) = postgres::require_or_skip(postgres::database()) else {
            return;
        };
        let address = Address::parse(database.url(), None).unwrap();
        let other = address.connect().await.unwrap();
        let lock = format!("SELECT pg_advisory_lock({LOCK})");
        other.batch_execute(&lock).await.unwrap();
        let mut client = address.connect().await.unwrap();
        let short = "SET statement_timeout = 100";
        client.batch_execute(short).await.unwrap();
        let (migrated, ()) = tokio::join!(migrate(&mut client), async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            drop(other);
        });
        migrated.unwrap();
        let row = client.query_one("SHOW statement_timeout", &[]).await;
        assert_eq!(row.unwrap().get::<_, String>(0), "100ms");
    }
}
