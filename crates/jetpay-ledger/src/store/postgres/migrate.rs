//! The schema and its versions.

use tokio_postgres::Client;

use super::text::unopened;
use crate::error::OpenError;

/// The schema's versions, in order; `jetpay_schema` says how many of them a database has seen.
const VERSIONS: &[&str] = &[include_str!("schema/1.sql"), include_str!("schema/2.sql")];

/// One server migrates at a time; the others wait. The number is only ours.
const LOCK: i64 = 0x006a_6574_7061_7901;

/// Brings the schema up to date. Refuses a newer one.
pub(super) async fn migrate(client: &mut Client) -> Result<(), OpenError> {
    let failed = |error: tokio_postgres::Error| unopened(&error);
    let transaction = client.transaction().await.map_err(failed)?;
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
    let known = i64::try_from(VERSIONS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(OpenError::NewerSchema {
            path: "the database".into(),
            found,
            known,
        });
    }
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
