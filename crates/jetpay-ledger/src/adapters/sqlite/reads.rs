//! Reads over a connection: each on the calling thread, at once, because it takes microseconds.

/// The reading methods of [`Store`](crate::port::Store), for a type with a method `read` that lends a connection.
macro_rules! reads {
    () => {
        fn customer<'a>(
            &'a self,
            customer_id: &'a str,
        ) -> crate::port::ReadFuture<'a, Option<crate::model::Customer>> {
            self.read(|connection| {
                $crate::adapters::sqlite::customers::read(connection, customer_id)
            })
        }

        fn net_customer<'a>(
            &'a self,
            customer_id: &'a str,
        ) -> crate::port::ReadFuture<'a, Option<crate::model::Customer>> {
            self.read(|connection| {
                $crate::adapters::sqlite::customers::read_net(connection, customer_id)
            })
        }

        fn customers<'a>(
            &'a self,
            after: Option<&'a str>,
            limit: usize,
        ) -> crate::port::ReadFuture<'a, Vec<crate::model::Customer>> {
            self.read(|connection| {
                $crate::adapters::sqlite::customers::page(connection, after, limit)
            })
        }

        fn payment<'a>(
            &'a self,
            id: &'a str,
        ) -> crate::port::ReadFuture<'a, Option<crate::model::Payment>> {
            self.read(|connection| $crate::adapters::sqlite::payment_reads::read(connection, id))
        }

        fn payments<'a>(
            &'a self,
            filter: &'a crate::model::PaymentFilter,
        ) -> crate::port::ReadFuture<'a, Vec<crate::model::Payment>> {
            self.read(|connection| {
                $crate::adapters::sqlite::payment_reads::page(connection, filter)
            })
        }

        fn entries(
            &self,
            after: i64,
            limit: usize,
        ) -> crate::port::ReadFuture<'_, Vec<crate::model::Entry>> {
            self.read(|connection| {
                $crate::adapters::sqlite::entries::read(connection, after, limit)
            })
        }

        fn counts(&self) -> crate::port::ReadFuture<'_, crate::model::Counts> {
            self.read($crate::adapters::sqlite::transaction::read_counts)
        }

        fn query<'a>(
            &'a self,
            sql: &'a str,
            values: Vec<crate::port::Value>,
        ) -> crate::port::ReadFuture<'a, Vec<crate::port::Row>> {
            self.read(move |connection| {
                $crate::adapters::sqlite::rows::query(connection, sql, &values)
            })
        }

        fn query_once<'a>(
            &'a self,
            sql: &'a str,
            values: Vec<crate::port::Value>,
        ) -> crate::port::ReadFuture<'a, Vec<crate::port::Row>> {
            self.read(move |connection| {
                $crate::adapters::sqlite::rows::query_once(connection, sql, &values)
            })
        }
    };
}

pub(super) use reads;
