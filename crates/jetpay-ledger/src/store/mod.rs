//! The store in `SQLite`: one thread writes, every thread reads.

mod alarms;
mod callbacks;
mod counts;
mod customers;
mod entries;
mod events;
mod inbox;
mod job;
mod lock;
mod open;
mod payments;
mod quarantine;
mod reader;
mod rows;
mod transaction;
mod writer;

pub(crate) use job::{Job, Task};
pub(crate) use lock::Lock;
pub(crate) use open::open;
pub(crate) use reader::Readers;
pub(crate) use transaction::Transaction;
pub(crate) use writer::{State as WriterState, Writer};

/// What the jobs do and the readers ask.
pub(crate) mod work {
    pub(crate) use super::alarms::read as alarms;
    pub(crate) use super::callbacks::record as record_callback;
    pub(crate) use super::counts::{probe, read as counts};
    pub(crate) use super::customers::{
        delete as delete_customer, page as customers, put as put_customer, read as customer,
    };
    pub(crate) use super::entries::read as entries;
    pub(crate) use super::inbox::{dismiss, read as inbox};
    pub(crate) use super::payments::{
        balance, page as payments, read as payment, record as record_payment,
    };
    pub(crate) use super::quarantine::keep_unreadable;
}
