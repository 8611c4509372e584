//! Reads, by the same queries as those of the file.

use std::future::ready;
use std::pin::Pin;

use rusqlite::Connection;

use super::super::{alarms, counts, customers, entries, inbox, payments, settlements};
use super::{Fate, Stepped};
use crate::alarm::{Alarm, AlarmFilter};
use crate::customer::Customer;
use crate::entry::Entry;
use crate::error::Error;
use crate::payment::{Payment, PaymentFilter};
use crate::recorded::{Counts, Unmatched};
use crate::settlement::Settlement;
use crate::store::{Pending, Store};
use crate::work::Job;

impl Stepped {
    fn read<'a, T: Send + 'a>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Pending<'a, T> {
        Box::pin(ready(self.look(query).map_err(Error::from)))
    }
}

impl Store for Stepped {
    fn submit(&self, job: Box<dyn Job>) -> Result<(), Error> {
        self.take(job)
    }

    fn ready(&self) -> Result<(), Error> {
        let inner = self.lock();
        if inner.closed {
            Err(Error::closed())
        } else if inner.waiting.len() >= self.queue {
            Err(Error::Busy)
        } else {
            Ok(())
        }
    }

    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {
            self.step(Fate::Commits);
            self.lock().closed = true;
        })
    }

    fn customer<'a>(&'a self, customer_id: &'a str) -> Pending<'a, Option<Customer>> {
        self.read(|connection| customers::read(connection, customer_id))
    }

    fn customers<'a>(&'a self, after: Option<&'a str>, limit: usize) -> Pending<'a, Vec<Customer>> {
        self.read(|connection| customers::page(connection, after, limit))
    }

    fn balance<'a>(&'a self, customer_id: &'a str) -> Pending<'a, i64> {
        self.read(|connection| payments::balance(connection, customer_id))
    }

    fn payment<'a>(&'a self, id: &'a str) -> Pending<'a, Option<Payment>> {
        self.read(|connection| payments::read(connection, id))
    }

    fn payments<'a>(&'a self, filter: &'a PaymentFilter) -> Pending<'a, Vec<Payment>> {
        self.read(|connection| payments::page(connection, filter))
    }

    fn entries(&self, after: i64, limit: usize) -> Pending<'_, Vec<Entry>> {
        self.read(|connection| entries::read(connection, after, limit))
    }

    fn alarms(&self, filter: AlarmFilter) -> Pending<'_, Vec<Alarm>> {
        self.read(|connection| alarms::page(connection, &filter))
    }

    fn alarm(&self, seq: i64) -> Pending<'_, Option<(Alarm, Vec<Vec<u8>>)>> {
        self.read(|connection| {
            let alarm = alarms::read(connection, seq)?;
            alarm
                .map(|alarm| Ok((alarm, alarms::bodies(connection, seq)?)))
                .transpose()
        })
    }

    fn settlements(&self, before: Option<i64>, limit: usize) -> Pending<'_, Vec<Settlement>> {
        self.read(|connection| settlements::page(connection, before, limit))
    }

    fn inbox(&self, limit: usize) -> Pending<'_, Vec<Unmatched>> {
        self.read(|connection| inbox::read(connection, limit))
    }

    fn counts(&self) -> Pending<'_, Counts> {
        self.read(counts::read)
    }
}
