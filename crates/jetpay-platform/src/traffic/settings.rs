//! What traffic is made of.

use jetpay_core::Currency;
use thiserror::Error;

use super::faults::Faults;
use super::rate::Rate;
use crate::messages::Contract;
use crate::methods::MethodFacts;
use crate::platform::Platform;
use crate::schedule;

/// A method, and where one project of the merchant takes it.
#[derive(Debug, Clone)]
pub struct Route {
    pub(super) method: &'static MethodFacts,
    pub(super) platform: Platform,
    pub(super) callbacks: Platform,
}

/// Traffic, not yet played.
#[derive(Clone)]
#[non_exhaustive]
pub struct Traffic {
    pub(super) routes: Vec<Route>,
    pub(super) customers: Vec<String>,
    /// What is paid, where the method has contracts; without it the first that `verify` says can be paid.
    pub contract: Option<Contract>,
    /// The currency of all top-ups. KZT unless changed.
    pub currency: Currency,
    /// What decides about the order of events. 0 unless changed.
    pub seed: u64,
    /// How many top-ups begin in a time. One a second unless changed.
    pub rate: Rate,
    /// What goes wrong. Nothing unless changed.
    pub faults: Faults,
    /// The most top-ups under way. While there are so many, others are left out and counted. 500 unless changed.
    pub concurrency: usize,
    /// Divides all waits of payers and of the platform, but not the time between top-ups. 1 unless changed.
    pub hurry: u32,
    /// How many top-ups begin; without it there is no end.
    pub count: Option<u64>,
    /// How often at most a callback comes again that is not acknowledged: 120 times in ten days, as the platform
    /// does, unless changed.
    pub repeats: usize,
}

/// There is nothing to play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Nothing {
    /// No route.
    #[error("there is no method to pay by")]
    Route,
    /// No customer.
    #[error("there is no customer who pays")]
    Customer,
}

impl Route {
    /// All messages of the method go to the platform's base URL as it stands, callbacks too.
    #[must_use]
    pub fn new(method: &'static MethodFacts, platform: Platform) -> Self {
        Self {
            method,
            callbacks: platform.clone(),
            platform,
        }
    }

    /// Callbacks go to this platform's base URL.
    #[must_use]
    pub fn callbacks_to(mut self, callbacks: Platform) -> Self {
        self.callbacks = callbacks;
        self
    }
}

impl Traffic {
    /// Traffic of these customers by these routes.
    ///
    /// # Errors
    /// [`Nothing`].
    pub fn new(routes: Vec<Route>, customers: Vec<String>) -> Result<Self, Nothing> {
        if routes.is_empty() {
            return Err(Nothing::Route);
        }
        if customers.is_empty() {
            return Err(Nothing::Customer);
        }
        Ok(Self {
            routes,
            customers,
            contract: None,
            currency: Currency::KZT,
            seed: 0,
            rate: Rate::ONE_A_SECOND,
            faults: Faults::default(),
            concurrency: 500,
            hurry: 1,
            count: None,
            repeats: schedule::waits().len(),
        })
    }
}
