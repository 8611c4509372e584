//! A store with a bug.

use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use jetpay_ledger::store::stepped::Stepped;
use jetpay_ledger::store::{Pending, Row, Value};
use jetpay_ledger::work::{Books, Failure, Job, Keys};
use jetpay_ledger::{
    Alarm, AlarmFilter, Counts, Customer, Entry, Error, Payment, PaymentFilter, Settlement, Store,
    Unmatched,
};

/// Answers as soon as a job was run: before its commit.
#[derive(Debug)]
pub(crate) struct Hasty(pub(crate) Arc<Stepped>);

struct HastyJob(Option<Box<dyn Job>>);

impl Job for HastyJob {
    fn keys(&self, keys: &mut Keys) {
        self.0.iter().for_each(|job| job.keys(keys));
    }

    fn run(&mut self, books: &mut dyn Books) -> Result<(), Failure> {
        if let Some(mut job) = self.0.take() {
            job.run(books)?;
            job.answer(Ok(()));
        }
        Ok(())
    }

    fn answer(self: Box<Self>, _: Result<(), Error>) {}
}

impl Store for Hasty {
    fn submit(&self, job: Box<dyn Job>) -> Result<(), Error> {
        self.0.submit(Box::new(HastyJob(Some(job))))
    }

    fn ready(&self) -> Result<(), Error> {
        self.0.ready()
    }

    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.0.close()
    }

    fn customer<'a>(&'a self, customer_id: &'a str) -> Pending<'a, Option<Customer>> {
        self.0.customer(customer_id)
    }

    fn customers<'a>(&'a self, after: Option<&'a str>, limit: usize) -> Pending<'a, Vec<Customer>> {
        self.0.customers(after, limit)
    }

    fn payment<'a>(&'a self, id: &'a str) -> Pending<'a, Option<Payment>> {
        self.0.payment(id)
    }

    fn payments<'a>(&'a self, filter: &'a PaymentFilter) -> Pending<'a, Vec<Payment>> {
        self.0.payments(filter)
    }

    fn entries(&self, after: i64, limit: usize) -> Pending<'_, Vec<Entry>> {
        self.0.entries(after, limit)
    }

    fn alarms(&self, filter: AlarmFilter) -> Pending<'_, Vec<Alarm>> {
        self.0.alarms(filter)
    }

    fn alarm(&self, seq: i64) -> Pending<'_, Option<(Alarm, Vec<Vec<u8>>)>> {
        self.0.alarm(seq)
    }

    fn settlements(&self, before: Option<i64>, limit: usize) -> Pending<'_, Vec<Settlement>> {
        self.0.settlements(before, limit)
    }

    fn inbox(&self, limit: usize) -> Pending<'_, Vec<Unmatched>> {
        self.0.inbox(limit)
    }

    fn counts(&self) -> Pending<'_, Counts> {
        self.0.counts()
    }

    fn look<'a>(&'a self, sql: &'a str, values: Vec<Value>) -> Pending<'a, Vec<Row>> {
        Store::look(&*self.0, sql, values)
    }

    fn ask<'a>(&'a self, sql: &'a str, values: Vec<Value>) -> Pending<'a, Vec<Row>> {
        self.0.ask(sql, values)
    }

    fn backup<'a>(&'a self, to: &'a Path) -> Pending<'a, ()> {
        self.0.backup(to)
    }
}
