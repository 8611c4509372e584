//! The reads of whatever has a connection: each on the calling thread, at once, since that takes microseconds.

/// The reading methods of [`Store`](crate::store::Store), for a type with a method `read` that lends a connection.
macro_rules! reads {
    () => {
        fn customer<'a>(
            &'a self,
            customer_id: &'a str,
        ) -> crate::store::Pending<'a, Option<crate::customer::Customer>> {
            self.read(|connection| $crate::store::sqlite::customers::read(connection, customer_id))
        }

        fn customers<'a>(
            &'a self,
            after: Option<&'a str>,
            limit: usize,
        ) -> crate::store::Pending<'a, Vec<crate::customer::Customer>> {
            self.read(|connection| $crate::store::sqlite::customers::page(connection, after, limit))
        }

        fn payment<'a>(
            &'a self,
            id: &'a str,
        ) -> crate::store::Pending<'a, Option<crate::payment::Payment>> {
            self.read(|connection| $crate::store::sqlite::payments::read(connection, id))
        }

        fn payments<'a>(
            &'a self,
            filter: &'a crate::payment::PaymentFilter,
        ) -> crate::store::Pending<'a, Vec<crate::payment::Payment>> {
            self.read(|connection| $crate::store::sqlite::payments::page(connection, filter))
        }

        fn entries(
            &self,
            after: i64,
            limit: usize,
        ) -> crate::store::Pending<'_, Vec<crate::entry::Entry>> {
            self.read(|connection| $crate::store::sqlite::entries::read(connection, after, limit))
        }

        fn alarms(
            &self,
            filter: crate::alarm::AlarmFilter,
        ) -> crate::store::Pending<'_, Vec<crate::alarm::Alarm>> {
            self.read(|connection| $crate::store::sqlite::alarms::page(connection, &filter))
        }

        fn alarm(
            &self,
            seq: i64,
        ) -> crate::store::Pending<'_, Option<(crate::alarm::Alarm, Vec<Vec<u8>>)>> {
            self.read(|connection| {
                let snapshot = connection.unchecked_transaction()?;
                let alarm = $crate::store::sqlite::alarms::read(&snapshot, seq)?;
                alarm
                    .map(|alarm| {
                        Ok((
                            alarm,
                            $crate::store::sqlite::alarms::bodies(&snapshot, seq)?,
                        ))
                    })
                    .transpose()
            })
        }

        fn settlements(
            &self,
            before: Option<i64>,
            limit: usize,
        ) -> crate::store::Pending<'_, Vec<crate::settlement::Settlement>> {
            self.read(|connection| {
                $crate::store::sqlite::settlements::page(connection, before, limit)
            })
        }

        fn inbox(
            &self,
            limit: usize,
        ) -> crate::store::Pending<'_, Vec<crate::recorded::Unmatched>> {
            self.read(|connection| $crate::store::sqlite::inbox::read(connection, limit))
        }

        fn counts(&self) -> crate::store::Pending<'_, crate::recorded::Counts> {
            self.read($crate::store::sqlite::counts::read)
        }

        fn look<'a>(
            &'a self,
            sql: &'a str,
            values: Vec<crate::store::Value>,
        ) -> crate::store::Pending<'a, Vec<crate::store::Row>> {
            self.read(move |connection| {
                $crate::store::sqlite::payouts::look(connection, sql, &values)
            })
        }

        fn ask<'a>(
            &'a self,
            sql: &'a str,
            values: Vec<crate::store::Value>,
        ) -> crate::store::Pending<'a, Vec<crate::store::Row>> {
            self.read(move |connection| $crate::store::sqlite::ask::ask(connection, sql, &values))
        }
    };
}

pub(super) use reads;
