//! What the checks know of payouts: a copy of all that was committed, taken row by row as it comes.

mod gate;
mod payout;

pub(super) use payout::Reasons;

use std::collections::HashMap;
use std::sync::Arc;

use jetpay_ledger::sim::SimStore;

use super::payout_request::{PAYEES, Wish};
use super::rows::{self, Row, StepRow};
use crate::report::{Broken, Invariant};

/// A payout that was taken, as the checks see it.
pub(super) struct Known {
    /// As it was when it was last looked at.
    pub(super) row: Row,
    /// Its steps, as places in [`Audit::steps`].
    pub(super) steps: Vec<usize>,
}

pub(super) struct Audit {
    pub(super) store: Arc<SimStore>,
    pub(super) steps: Vec<StepRow>,
    /// The payouts, by wish.
    pub(super) known: HashMap<usize, Known>,
    pub(super) wish_of: HashMap<String, usize>,
    /// Customers from whose balance something was taken that nobody could refuse: a success after a release.
    pub(super) strained: [bool; PAYEES],
    /// How many steps the store has done.
    pub(super) step: u64,
}

impl Audit {
    pub(super) fn new(store: Arc<SimStore>) -> Self {
        Self {
            store,
            steps: Vec::new(),
            known: HashMap::new(),
            wish_of: HashMap::new(),
            strained: [false; PAYEES],
            step: 0,
        }
    }

    /// Copies the steps that were committed, and takes payouts up that are new. The wishes that were touched, with the
    /// places of their new steps.
    pub(super) fn sync(&mut self, wishes: &[Wish]) -> Result<Vec<(usize, usize)>, Broken> {
        let last = self.steps.last().map_or(0, |step| step.seq);
        let mut touched = Vec::new();
        for step in self
            .store
            .inspect(|connection| rows::steps(connection, last))?
        {
            let wish = match self.wish_of.get(&step.id) {
                Some(wish) => *wish,
                None => self.taken(&step, wishes)?,
            };
            let place = self.steps.len();
            self.steps.push(step);
            let known = self.known.get_mut(&wish).expect("it was taken");
            known.steps.push(place);
            touched.push((wish, place));
        }
        Ok(touched)
    }

    /// A payout is new: it must be as its wish was, and the first for it.
    fn taken(&mut self, step: &StepRow, wishes: &[Wish]) -> Result<usize, Broken> {
        let row = self
            .store
            .inspect(|connection| rows::payout(connection, &step.id))?;
        let row = row.filter(|_| step.what == "created");
        let found = row.and_then(|row| Some((Wish::of_key(&row.key)?, row)));
        let Some((number, row)) = found else {
            let what = format!("step {} is of no payout that anybody wanted", step.seq);
            return Err(Broken::anywhere(Invariant::NothingElse, what));
        };
        let wish = &wishes[number];
        if let Some(before) = self.known.get(&number) {
            let what = format!("it is payout {} and payout {}", before.row.id, row.id);
            return Err(Broken::new(Invariant::OneId, number, what));
        }
        let asked =
            [false, true].map(|other| (wish.fingerprint(other), wish.amount + i64::from(other)));
        let kept = (row.fingerprint.clone(), row.amount);
        let same = asked.contains(&kept)
            && row.project.cast_unsigned() == wish.project_id()
            && row.from_balance == wish.from_balance
            && row.account == wish.account()
            && step.amount == Some(row.amount);
        if !same {
            let what = "what is kept is not what was asked for";
            return Err(Broken::new(Invariant::OneId, number, what));
        }
        self.wish_of.insert(row.id.clone(), number);
        let known = Known {
            row,
            steps: Vec::new(),
        };
        self.known.insert(number, known);
        Ok(number)
    }

    /// Everything in the database about payouts is what was there before, row by row.
    pub(super) fn copies(&self) -> Result<(), Broken> {
        let (steps, ids) = self
            .store
            .inspect(|connection| Ok((rows::steps(connection, 0)?, rows::ids(connection)?)))?;
        if steps != self.steps || ids.len() != self.known.len() {
            let what = "steps or payouts are not those of before";
            return Err(Broken::anywhere(Invariant::NoWayBack, what));
        }
        let gone = |(_, known): &(&usize, &Known)| ids.binary_search(&known.row.id).is_err();
        match self.known.iter().find(gone) {
            Some((wish, _)) => Err(Broken::new(Invariant::NoWayBack, *wish, "it is gone")),
            None => Ok(()),
        }
    }
}
