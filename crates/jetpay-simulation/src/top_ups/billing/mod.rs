//! The merchant's billing. In some seeds the service asks it about customers, and tells it what was credited. It is the one of
//! `jetpay-platform`, without HTTP; its answers are read by `jetpay-billing`.

mod carry;
mod check;
mod connection;
mod faults;
mod person;
mod tellers;
mod traffic;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jetpay_platform::billing::{BillingState, Dialect, Quirks};

pub(crate) use self::connection::Connection;
use self::faults::BillingFaults;
pub(crate) use self::person::stream;
use self::tellers::{Teller, TellerFaults};
use self::traffic::Learned;
pub(crate) use self::traffic::Traffic;
use crate::deterministic::Random;
use crate::setup::{CUSTOMERS, customer_id};

/// The billing, the requests to it, and what the checks know of both.
pub(crate) struct MerchantBilling {
    state: BillingState,
    pub(crate) traffic: Arc<Traffic>,
    faults: BillingFaults,
    tellers: Vec<Teller>,
    teller_faults: TellerFaults,
    /// How often a teller was started.
    incarnations: usize,
    /// Which start of a teller has which lease, by fencing token.
    holders: BTreeMap<i64, usize>,
    /// How often each entry was sent, by `seq`.
    sends: BTreeMap<i64, u32>,
    /// The last `seq` that was booked for each account.
    booked: BTreeMap<String, i64>,
    /// What the service learned last of an account, and when.
    learned: BTreeMap<String, (Learned, i64)>,
    /// When a question failed last, and whether the last one that ended did.
    failed_at: Option<i64>,
    fails: bool,
    /// Parked entries that the person will retry.
    noticed: BTreeSet<i64>,
}

impl MerchantBilling {
    /// The billing of a run, if the merchant has one.
    pub(crate) fn of_chance(random: &mut Random, days: u32) -> Option<Self> {
        if !random.happens(600) {
            return None;
        }
        let quirks = Quirks {
            refuses_repeats: random.happens(300),
            windows_1251: random.happens(300),
            ..Quirks::default()
        };
        let mut state = BillingState::new(Dialect::Osmp).with_quirks(quirks);
        for number in 0..CUSTOMERS {
            state.put_account(customer_id(number).as_str(), None);
        }
        Some(Self {
            state,
            traffic: Arc::default(),
            faults: BillingFaults::from_random(random, days),
            tellers: Vec::new(),
            teller_faults: TellerFaults::from_random(random),
            incarnations: 0,
            holders: BTreeMap::new(),
            sends: BTreeMap::new(),
            booked: BTreeMap::new(),
            learned: BTreeMap::new(),
            failed_at: None,
            fails: false,
            noticed: BTreeSet::new(),
        })
    }
}
