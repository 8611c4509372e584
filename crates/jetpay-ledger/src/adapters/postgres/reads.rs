//! Reads: quick ones with a connection of the pool, and any query over a connection of its own, because a query over the whole
//! ledger takes time.

use deadpool_postgres::Object;
use tokio::sync::Mutex;
use tokio_postgres::Client;
use tokio_postgres::types::ToSql;

use super::address::Address;
use super::error::PostgresError;
use super::rows::{bound, read};
use crate::model::Millis;
use crate::port::{Row, SeenCustomer, TransactionError, Value, rows};

/// A query may take as long as it needs. Other servers go on.
const SETTINGS: &str = "SET default_transaction_read_only = on; SET statement_timeout = 0";

/// A connection for one query at a time.
pub(super) struct QueryClient {
    address: Address,
    client: Mutex<Option<Client>>,
}

impl QueryClient {
    pub(super) const fn new(address: Address) -> Self {
        Self {
            address,
            client: Mutex::const_new(None),
        }
    }

    pub(super) async fn query(
        &self,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, PostgresError> {
        let mut client = self.client.lock().await;
        if client.as_ref().is_none_or(Client::is_closed) {
            let new = self.address.connect().await?;
            new.batch_execute(SETTINGS).await?;
            *client = Some(new);
        }
        let Some(client) = &*client else {
            return Ok(Vec::new());
        };
        let rows = client.query(sql, &bound(values)).await?;
        Ok(read(&rows, |row| Ok(row.owned()))?)
    }
}

/// The rows of a statement that the connection prepares once.
async fn kept(
    client: &Object,
    sql: &str,
    values: &[&(dyn ToSql + Sync)],
) -> Result<Vec<tokio_postgres::Row>, PostgresError> {
    let statement = client.prepare_cached(sql).await?;
    Ok(client.query(&statement, values).await?)
}

/// A quick query.
pub(super) async fn query(
    client: Object,
    sql: &str,
    values: &[Value<'_>],
) -> Result<Vec<Row>, PostgresError> {
    let rows = kept(&client, sql, &bound(values)).await?;
    Ok(read(&rows, |row| Ok(row.owned()))?)
}

/// A customer, when a look-up saw it last, and the sums of what came in on each contract since its debt was given.
const NET_CUSTOMER: &str = "SELECT customer_id, additional_customer_id, contracts, seen_at, (
        SELECT string_agg(came_in.amount::text, ',' ORDER BY place)
        FROM json_array_elements(contracts::json) WITH ORDINALITY AS listed (contract, place), LATERAL (
            SELECT coalesce(sum(amount), 0) AS amount FROM contract_entries
            WHERE contract_entries.customer_id = customers.customer_id AND contract_id = contract ->> 'id'
                AND seq > coalesce((contract ->> 'as_of_seq')::bigint, (SELECT debts_from FROM counts))) AS came_in)
    FROM customers WHERE customer_id = $1";

/// The customer with net debts, and when a look-up saw it last, in one statement: one round trip, and one snapshot.
pub(super) async fn seen_customer(
    client: Object,
    id: &str,
) -> Result<Option<SeenCustomer>, PostgresError> {
    let found = match kept(&client, NET_CUSTOMER, &[&id]).await {
        // Contracts that the database cannot read either. Its error may show a value, ours does not.
        Err(PostgresError::Failed(TransactionError::Constraint(_))) => {
            kept(&client, rows::CUSTOMER, &[&id]).await
        }
        found => found,
    };
    let customers = read(&found?, |row| {
        let mut customer = rows::customer(row)?;
        let seen = row.optional_int().map(Millis);
        let sums = row.optional_text().unwrap_or_default().split(',');
        for (contract, came_in) in customer.contracts.iter_mut().zip(sums) {
            contract.net(came_in.parse().map_err(|_| row.broken())?);
        }
        Ok((customer, seen))
    });
    Ok(customers?.pop())
}
