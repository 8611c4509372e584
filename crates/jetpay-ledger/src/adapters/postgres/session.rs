//! A connection that writes, with its statements prepared.

use tokio::time::timeout;
use tokio_postgres::{Client, Error, Statement};

use super::address::Address;
use super::error::{SILENT, unopened};
use super::payout_sql;
use crate::model::OpenError;

/// Each statement reads a few rows out of millions by key. So no plan may read a whole table, whatever the statistics are,
/// and no plan is worth compiling.
pub(super) const PLANS: &str =
    "SET jit = off; SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;
    SET plan_cache_mode = force_generic_plan; SET lock_timeout = '5s'";

macro_rules! statements {
    ($($(#[$about:meta])* $name:ident: $sql:expr;)+) => {
        /// The statements of a writer, prepared once.
        pub(super) struct Statements {
            $($(#[$about])* pub(super) $name: Statement,)+
        }

        impl Statements {
            async fn prepare(client: &Client) -> Result<Self, Error> {
                $(let $name = client.prepare($sql);)+
                let ($($name,)+) = tokio::try_join!($($name,)+)?;
                Ok(Self { $($name,)+ })
            }
        }
    };
}

statements! {
    announce: "SELECT pg_advisory_xact_lock_shared(7630123801)";
    fill_inbox: "SELECT pg_advisory_xact_lock(7630123801)";
    payments: "SELECT id, project_id, amount, currency, state, credited_by, credited, remaining, refunded, customer_id,
            EXISTS (SELECT 1 FROM payments AS other WHERE other.customer_id = payments.customer_id
                AND (other.amount > 1000000000000 OR other.credited > 1000000000000))
        FROM payments WHERE id = ANY($1) ORDER BY id FOR UPDATE";
    events: "SELECT project_id, payment_id, payment_type, payment_status, operation_id, operation_type,
            operation_status, amount, currency, disposition, seq
        FROM events WHERE payment_id = ANY($1) ORDER BY seq";
    effects: "SELECT project_id, operation_id, kind, payment_id FROM entries JOIN (
            SELECT project_id, operation_id FROM unnest($2::bigint[], $3::bigint[]) AS asked (project_id, operation_id)
            UNION SELECT project_id, operation_id FROM events WHERE payment_id = ANY($1)
        ) AS wanted USING (project_id, operation_id)";
    entries: "SELECT seq, payment_id, operation_id, kind, amount,
            (SELECT reason FROM settlements WHERE settlements.corrects = entries.seq)
        FROM entries WHERE seq = ANY($1)";
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
    add_payments: "INSERT INTO payments (id, project_id, method, customer_id, contract_id, amount, currency, flags,
            state, credited, remaining, credited_by, early, created_at, changed_at, refunded)
        SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[],
            $8::text[], $9::text[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[],
            $15::bigint[], $16::bigint[])";
    change_payments: "UPDATE payments SET state = n.state, credited = n.credited, remaining = n.remaining,
            credited_by = n.credited_by, early = n.early, changed_at = n.changed_at, refunded = n.refunded
        FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
            $8::bigint[]) AS n (id, state, credited, remaining, credited_by, early, changed_at, refunded)
        WHERE payments.id = n.id";
    add_events: "INSERT INTO events (payment_id, project_id, operation_id, operation_status, payment_status,
            payment_type, operation_type, amount, currency, code, provider_payment_id, disposition, received_at, body)
        SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::bigint[], $9::text[], $10::text[], $11::text[], $12::text[], $13::bigint[], $14::bytea[])";
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
    available: payout_sql::AVAILABLE.as_str();
    payout_keys: "SELECT project_id, idempotency_key, payment_id, fingerprint FROM payouts
        JOIN unnest($1::bigint[], $2::text[]) AS asked (project_id, idempotency_key) USING (project_id, idempotency_key)";
    payouts: payout_sql::BY_IDS.as_str();
    add_payouts: payout_sql::ADD.as_str();
    change_payouts: payout_sql::CHANGE.as_str();
    add_steps: payout_sql::ADD_STEPS.as_str();
    count: "UPDATE counts SET pending = pending + $1, unmatched = unmatched + $2, quarantined = quarantined + $3,
        alarms = alarms + $4, open_alarms = open_alarms + $5, last_entry = last_entry + $6, last_alarm = last_alarm + $7,
        last_step = last_step + $8 WHERE one";
    add_entries: "INSERT INTO entries (seq, payment_id, project_id, operation_id, kind, amount, time, corrects)
        SELECT (SELECT last_entry FROM counts WHERE one) - cardinality($1::text[]) + n, p, r, o, k, a, t, c
        FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[])
            WITH ORDINALITY AS e (p, r, o, k, a, t, c, n)";
    add_alarms: "INSERT INTO alarms (seq, kind, project_id, payment_id, operation_id, time, reason, body,
            signature, amount, currency)
        SELECT (SELECT last_alarm FROM counts WHERE one) - cardinality($1::text[]) + n, k, r, p, o, t, w, b, s, a, c
        FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::bytea[],
            $8::text[], $9::bigint[], $10::text[]) WITH ORDINALITY AS alarm (k, r, p, o, t, w, b, s, a, c, n)";
    add_resolutions: "INSERT INTO settlements (alarm_seq, payment_id, operation_id, verdict, amount, currency, reason,
            events_before, time, corrects, actor)
        SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::text[],
            $8::bigint[], $9::bigint[], $10::bigint[], $11::text[])";
    resolve_alarms: "UPDATE alarms SET settled = TRUE WHERE seq = ANY($1)";
    put_customers: "INSERT INTO customers SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
        ON CONFLICT (customer_id) DO UPDATE
        SET additional_customer_id = excluded.additional_customer_id, contracts = excluded.contracts";
    delete_customers: "DELETE FROM customers WHERE customer_id = ANY($1)";
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
