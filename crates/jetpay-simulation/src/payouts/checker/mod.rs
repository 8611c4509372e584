//! What the checks know about payouts: a copy of all committed rows, updated after each step.

mod gate;
mod payout;

pub(super) use payout::MoneyEvidence;

use std::collections::HashMap;
use std::sync::Arc;

use jetpay_ledger::sim::SimStore;

use super::payout_request::{PAYEES, PayoutRequest};
use super::rows::{self, Row, StepRow};
use crate::report::{Breach, Invariant};

/// A payout that the ledger accepted, as the checks see it.
pub(super) struct KnownPayout {
    /// Its row when the checks last read it.
    pub(super) row: Row,
    /// Its steps, as indexes into [`Checker::steps`].
    pub(super) steps: Vec<usize>,
}

pub(super) struct Checker {
    pub(super) store: Arc<SimStore>,
    pub(super) steps: Vec<StepRow>,
    /// The payouts, by the number of their request.
    pub(super) known: HashMap<usize, KnownPayout>,
    pub(super) request_of: HashMap<String, usize>,
    /// Customers whose balance may be negative: a payout that was released succeeded after all, and took the money
    /// again.
    pub(super) may_be_negative: [bool; PAYEES],
    /// How many steps the store has done.
    pub(super) step: u64,
}

impl Checker {
    pub(super) fn new(store: Arc<SimStore>) -> Self {
        Self {
            store,
            steps: Vec::new(),
            known: HashMap::new(),
            request_of: HashMap::new(),
            may_be_negative: [false; PAYEES],
            step: 0,
        }
    }

    /// The number of the request whose payout has this id.
    pub(super) fn request_of(&self, id: &str) -> Option<usize> {
        self.request_of.get(id).copied()
    }

    /// Copies the steps that were committed, and adds new payouts. Returns the requests that changed, each with the
    /// index of its new step.
    pub(super) fn sync(
        &mut self,
        requests: &[PayoutRequest],
    ) -> Result<Vec<(usize, usize)>, Breach> {
        let last = self.steps.last().map_or(0, |step| step.seq);
        let mut touched = Vec::new();
        for step in self
            .store
            .inspect(|connection| rows::steps(connection, last))?
        {
            let request = match self.request_of(&step.id) {
                Some(request) => request,
                None => self.add_payout(&step, requests)?,
            };
            let place = self.steps.len();
            self.steps.push(step);
            let known = self.known.get_mut(&request).expect("it was added");
            known.steps.push(place);
            touched.push((request, place));
        }
        Ok(touched)
    }

    /// Adds a new payout. It must match its request, and it must be the only payout of the request.
    fn add_payout(&mut self, step: &StepRow, requests: &[PayoutRequest]) -> Result<usize, Breach> {
        let row = self
            .store
            .inspect(|connection| rows::payout(connection, &step.id))?;
        let row = row.filter(|_| step.what == "created");
        let found = row.and_then(|row| Some((PayoutRequest::number_from_key(&row.key)?, row)));
        let Some((number, row)) = found else {
            let message = format!("step {} has a payout without a request", step.seq);
            return Invariant::OnlySignedEvents.broken(None, message);
        };
        let request = &requests[number];
        if let Some(before) = self.known.get(&number) {
            let message = format!("it is payout {} and payout {}", before.row.id, row.id);
            return Invariant::OnePayoutPerRequest.broken(number, message);
        }
        let asked = [false, true].map(|conflicting| {
            (
                request.fingerprint(conflicting),
                request.amount + i64::from(conflicting),
            )
        });
        let kept = (row.fingerprint.clone(), row.amount);
        let same = asked.contains(&kept)
            && row.project.cast_unsigned() == request.project_id()
            && row.from_balance == request.from_balance
            && row.account == request.account()
            && step.amount == Some(row.amount);
        if !same {
            return Invariant::OnePayoutPerRequest
                .broken(number, "the stored payout differs from the request");
        }
        self.request_of.insert(row.id.clone(), number);
        let known = KnownPayout {
            row,
            steps: Vec::new(),
        };
        self.known.insert(number, known);
        Ok(number)
    }

    /// Checks that payouts and steps in the database are equal to the copy.
    pub(super) fn check_copy(&self) -> Result<(), Breach> {
        let (steps, ids) = self
            .store
            .inspect(|connection| Ok((rows::steps(connection, 0)?, rows::ids(connection)?)))?;
        if steps != self.steps || ids.len() != self.known.len() {
            return Invariant::NoStateLost.broken(None, "steps or payouts differ from the copy");
        }
        let gone = |(_, known): &(&usize, &KnownPayout)| ids.binary_search(&known.row.id).is_err();
        match self.known.iter().find(gone) {
            Some((request, _)) => Invariant::NoStateLost.broken(*request, "its row is missing"),
            None => Ok(()),
        }
    }
}
