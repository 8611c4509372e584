//! What taking payouts needs beside the books.

use std::collections::HashSet;
use std::sync::Arc;

use jetpay_core::id::ProjectId;
use tokio::sync::Notify;

use crate::config::Config;
use crate::environment::{Environment, SystemEnvironment};

/// Where payouts are taken: what is configured about them, and who is woken for a new one.
#[derive(Clone)]
pub struct PayoutDesk {
    /// A payout is taken from the customer's balance, and refused when that does not suffice.
    pub from_balance: bool,
    /// The projects that are configured.
    pub projects: Arc<HashSet<ProjectId>>,
    /// Told once for each new payout.
    pub woken: Arc<Notify>,
    /// The time, and fresh ids: 1 to 64 of `[A-Za-z0-9_-]`.
    pub environment: Arc<dyn Environment>,
}

impl PayoutDesk {
    /// The desk of this configuration; none without `[gate]`. `woken` is whoever sends payouts.
    #[must_use]
    pub fn new(config: &Config, woken: Arc<Notify>) -> Option<Self> {
        let gate = config.gate.as_ref()?;
        let projects = config.projects.iter().map(|project| project.id);
        Some(Self {
            from_balance: gate.from_balance,
            projects: Arc::new(projects.collect()),
            woken,
            environment: Arc::new(SystemEnvironment),
        })
    }
}
