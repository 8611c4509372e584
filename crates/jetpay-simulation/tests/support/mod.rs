//! A store with a bug.

use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use jetpay_ledger::port::{Keys, LedgerTransaction, QueuedCommand, TransactionError};
use jetpay_ledger::port::{ReadFuture, Row, Value};
use jetpay_ledger::sim::SimStore;
use jetpay_ledger::{
    Alarm, AlarmFilter, Counts, Customer, Entry, Error, Payment, PaymentFilter, Resolution, Store,
    Unmatched,
};

/// Answers as soon as a job was run: before its commit.
#[derive(Debug)]
pub(crate) struct Hasty(pub(crate) Arc<SimStore>);

struct HastyJob(Option<Box<dyn QueuedCommand>>);

impl QueuedCommand for HastyJob {
    fn keys(&self, keys: &mut Keys) {
        self.0.iter().for_each(|job| job.keys(keys));
    }

    fn run(&mut self, books: &mut dyn LedgerTransaction) -> Result<(), TransactionError> {
        if let Some(mut job) = self.0.take() {
            job.run(books)?;
            job.answer(Ok(()));
        }
        Ok(())
    }

    fn answer(self: Box<Self>, _: Result<(), Error>) {}
}

impl Store for Hasty {
    fn submit(&self, job: Box<dyn QueuedCommand>) -> Result<(), Error> {
        self.0.submit(Box::new(HastyJob(Some(job))))
    }

    fn ready(&self) -> Result<(), Error> {
        self.0.ready()
    }

    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.0.close()
    }

    fn customer<'a>(&'a self, customer_id: &'a str) -> ReadFuture<'a, Option<Customer>> {
        self.0.customer(customer_id)
    }

    fn customers<'a>(
        &'a self,
        after: Option<&'a str>,
        limit: usize,
    ) -> ReadFuture<'a, Vec<Customer>> {
        self.0.customers(after, limit)
    }

    fn payment<'a>(&'a self, id: &'a str) -> ReadFuture<'a, Option<Payment>> {
        self.0.payment(id)
    }

    fn payments<'a>(&'a self, filter: &'a PaymentFilter) -> ReadFuture<'a, Vec<Payment>> {
        self.0.payments(filter)
    }

    fn entries(&self, after: i64, limit: usize) -> ReadFuture<'_, Vec<Entry>> {
        self.0.entries(after, limit)
    }

    fn alarms(&self, filter: AlarmFilter) -> ReadFuture<'_, Vec<Alarm>> {
        self.0.alarms(filter)
    }

    fn alarm(&self, seq: i64) -> ReadFuture<'_, Option<(Alarm, Vec<Vec<u8>>)>> {
        self.0.alarm(seq)
    }

    fn resolutions(&self, before: Option<i64>, limit: usize) -> ReadFuture<'_, Vec<Resolution>> {
        self.0.resolutions(before, limit)
    }

    fn inbox(&self, limit: usize) -> ReadFuture<'_, Vec<Unmatched>> {
        self.0.inbox(limit)
    }

    fn counts(&self) -> ReadFuture<'_, Counts> {
        self.0.counts()
    }

    fn query<'a>(&'a self, sql: &'a str, values: Vec<Value>) -> ReadFuture<'a, Vec<Row>> {
        self.0.query(sql, values)
    }

    fn query_once<'a>(&'a self, sql: &'a str, values: Vec<Value>) -> ReadFuture<'a, Vec<Row>> {
        self.0.query_once(sql, values)
    }

    fn backup<'a>(&'a self, to: &'a Path) -> ReadFuture<'a, ()> {
        self.0.backup(to)
    }
}
