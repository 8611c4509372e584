//! What a question about the status comes to.

use jetpay_core::id::ProjectId;

use super::answer::{Status, Writer};
use super::books::Books;
use super::payout::{Fact, Payout, Try};
use super::plan::OnAsk;
use super::reply::Reply;
use super::request::Flaw;
use super::seen::{Said, Seen, What};
use super::tell;
use crate::messages::Operation;

/// No payment has this id.
const UNKNOWN: u32 = 3061;

impl Books {
    /// Answers where a payout stands: the one at this place, if the platform ever saw it.
    pub(super) fn ask(
        &mut self,
        what: What,
        project_id: ProjectId,
        payment_id: &str,
        at: Option<usize>,
        body: &[u8],
    ) -> Reply {
        let order = at.map(|at| &self.payouts[at].order);
        let mut seen = Seen {
            at: self.now,
            what,
            project_id,
            payment_id: order
                .map_or(payment_id, |order| &order.payment_id)
                .to_owned(),
            account: order.map_or_else(String::new, |order| order.account.clone()),
            body: body.to_owned(),
            said: Said::Nothing,
            accepted: false,
            earlier_sends: 0,
            earlier_accepted: 0,
            leave: None,
        };
        let on_ask = at.map_or(OnAsk::Answer, |at| {
            let payout = &mut self.payouts[at];
            payout.asks += 1;
            payout.plan.on_ask(payout.asks - 1)
        });
        let reply = match on_ask {
            OnAsk::Answer => self.stands(project_id, at, &mut seen),
            OnAsk::Slowly(longer) => self.stands(project_id, at, &mut seen).slowly(longer),
            OnAsk::Drop => Reply::Dropped { accepted: false },
            OnAsk::Fail(status) => {
                seen.said = Said::Http(status);
                Writer::failure(status)
            }
            OnAsk::Garbage => {
                seen.said = Said::Garbage;
                Writer::garbage()
            }
        };
        if let (Some(at), Some(leave)) = (at, seen.said.leave(what)) {
            self.payouts[at].leave = Some(leave);
        }
        self.seen.push(seen);
        reply
    }

    fn stands(&self, project_id: ProjectId, at: Option<usize>, seen: &mut Seen) -> Reply {
        let payout = at.map(|at| &self.payouts[at]);
        let Some((payout, fact)) = payout.and_then(|it| Some((it, it.stands(self.now)?))) else {
            seen.said = Said::Rejected(UNKNOWN);
            return self
                .writer()
                .rejection(Some(project_id), &Flaw::plain(UNKNOWN));
        };
        seen.said = Said::Stands(fact.word.of_payment());
        let status = Status {
            project_id: project_id.number(),
            payment: tell::payment(payout, fact, 0),
            operations: self.operations(payout),
        };
        self.writer().good(project_id, &status)
    }

    /// Each operation as it stands now.
    fn operations(&self, payout: &Payout) -> Vec<Operation> {
        let now = self.now;
        let tries = payout.tries.iter().filter(|it| !it.is_forgotten(now));
        let facts = tries.flat_map(|it| it.known(now).map(move |fact| (it, fact)));
        let mut last: Vec<(&Try, &Fact)> = Vec::new();
        for (it, fact) in facts {
            last.retain(|(_, earlier)| earlier.operation_id != fact.operation_id);
            last.push((it, fact));
        }
        let written = last.into_iter();
        written
            .map(|(it, fact)| tell::operation(payout, it, fact, 0))
            .collect()
    }

    /// The place of the payout whose request this is, when the platform remembers it.
    pub(super) fn of_request(&self, project_id: ProjectId, request_id: String) -> Option<usize> {
        let key = (project_id, request_id);
        let at = *self.by_request.get(&key)?;
        let mut tries = self.payouts[at].tries.iter();
        let remembered = tries.any(|it| it.request_id == key.1 && !it.is_forgotten(self.now));
        remembered.then_some(at)
    }
}
