//! Money moved: what the world knows must be a reason for it.

use crate::broken::{Broken, Invariant};
use crate::clock::{DAY, MINUTE};
use crate::payouts::rows::StepRow;
use crate::payouts::wish::{Plot, Wish};

/// What the world knows of a payout at this moment.
pub(in crate::payouts) struct Reasons<'a> {
    /// Its status at the Gate, if that knows it.
    pub(in crate::payouts) status: Option<&'static str>,
    /// How much the platform told that came back by itself, in minor units; by operation.
    pub(in crate::payouts) came_back: Vec<(i64, i64)>,
    /// The service heard that a send of it was rejected.
    pub(in crate::payouts) was_rejected: bool,
    pub(in crate::payouts) wish: &'a Wish,
    /// When it was taken.
    pub(in crate::payouts) created_at: i64,
}

impl Reasons<'_> {
    /// Whether a step may be.
    pub(in crate::payouts) fn allow(&self, step: &StepRow) -> Result<(), Broken> {
        let wish = self.wish;
        let out = matches!(self.status, Some("success" | "reversed"));
        // Nobody can keep money that a request still on its way will take; and a person may be wrong.
        let free = wish.overtaken || wish.settled;
        let old = step.time - self.created_at >= DAY - MINUTE;
        let allowed = match step.what.as_str() {
            "paid" | "reserved_again" => out || wish.settled,
            "declined" => match self.status {
                Some("decline") => true,
                Some("error") => old || free,
                Some("success") => wish.plot == Plot::Revives || free,
                _ => free,
            },
            "rejected" => {
                let gone = matches!(self.status, None | Some("error"));
                self.was_rejected && (gone || free)
            }
            "reversed" => {
                let told = (
                    step.operation.unwrap_or_default(),
                    step.amount.unwrap_or_default(),
                );
                let all = self.status == Some("reversed") && step.amount == Some(wish.amount);
                all || self.came_back.contains(&told)
            }
            _ => true,
        };
        if allowed {
            return Ok(());
        }
        let what = format!(
            "it is {}, and at the Gate it is {:?}",
            step.what, self.status
        );
        Err(Broken::new(Invariant::BooksAgree, wish.number, what))
    }
}
