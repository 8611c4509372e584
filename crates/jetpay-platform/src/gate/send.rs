//! What a send comes to.

use super::answer::{Accepted, Writer};
use super::books::Books;
use super::payout::Payout;
use super::plan::OnSend;
use super::reply::Reply;
use super::request::{Flaw, Order};
use super::seen::{Said, Seen, What};

/// The same customer and amount are under way.
const IN_FLIGHT: u32 = 3613;
/// The id was used before.
const USED_BEFORE: u32 = 3041;

impl Books {
    pub(super) fn send(&mut self, order: Order, body: &[u8]) -> Reply {
        let project_id = order.project_id;
        let (id, account) = (order.payment_id.clone(), order.account.clone());
        let at = self.entered(order);
        let payout = &mut self.payouts[at];
        let on_send = payout.plan.on_send(payout.sends);
        let mut seen = Seen {
            at: self.now,
            what: What::Send,
            project_id,
            payment_id: id,
            account,
            body: body.to_owned(),
            said: Said::Nothing,
            accepted: false,
            earlier_sends: payout.sends,
            earlier_accepted: payout.tries.len(),
            leave: payout.leave,
        };
        payout.sends += 1;
        let reply = match on_send {
            OnSend::DropBefore => Reply::Dropped { accepted: false },
            OnSend::FailBefore(status) => Self::failed(status, &mut seen),
            OnSend::Refuse(status) => {
                seen.said = Said::Http(status);
                Writer::refusal(status)
            }
            OnSend::Reject { code } => self.rejected(at, code, &mut seen),
            OnSend::InFlight => self.rejected(at, IN_FLIGHT, &mut seen),
            OnSend::Accept => self.taken(at, &mut seen),
            OnSend::AcceptSlowly(longer) => self.taken(at, &mut seen).slowly(longer),
            OnSend::DropAfter => {
                self.taken(at, &mut seen);
                seen.said = Said::Nothing;
                Reply::Dropped {
                    accepted: seen.accepted,
                }
            }
            OnSend::FailAfter(status) => {
                self.taken(at, &mut seen);
                Self::failed(status, &mut seen)
            }
            OnSend::Garbage => {
                self.taken(at, &mut seen);
                seen.said = Said::Garbage;
                Writer::garbage()
            }
        };
        self.payouts[at].leave = seen.said.leave(What::Send);
        self.seen.push(seen);
        reply
    }

    /// Accepts the payout, unless it is accepted already or another is in its way.
    fn taken(&mut self, at: usize, seen: &mut Seen) -> Reply {
        if self.payouts[at].is_free(self.now) && self.habits.one_at_a_time && self.has_twin(at) {
            return self.rejected(at, IN_FLIGHT, seen);
        }
        if !self.payouts[at].is_free(self.now) {
            return self.rejected(at, USED_BEFORE, seen);
        }
        self.accept(at);
        seen.said = Said::Accepted;
        seen.accepted = true;
        let payout = &self.payouts[at];
        let answer = Accepted {
            status: "success",
            project_id: payout.order.project_id.number(),
            payment_id: &payout.order.payment_id,
            request_id: payout.tries.last().map_or("", |it| &it.request_id),
        };
        self.writer().good(payout.order.project_id, &answer)
    }

    /// An id that is accepted already is told so, whatever else would be said.
    fn rejected(&self, at: usize, code: u32, seen: &mut Seen) -> Reply {
        let payout = &self.payouts[at];
        let code = if payout.is_free(self.now) {
            code
        } else {
            USED_BEFORE
        };
        seen.said = Said::Rejected(code);
        self.writer()
            .rejection(Some(payout.order.project_id), &Flaw::plain(code))
    }

    /// Whether an equal payout is under way. This one is not: it would be accepted.
    fn has_twin(&self, at: usize) -> bool {
        let of = |payout: &Payout| {
            let Order {
                project_id, amount, ..
            } = payout.order;
            (project_id, payout.order.customer_id.clone(), amount)
        };
        let this = of(&self.payouts[at]);
        self.payouts.iter().any(|payout| {
            let stands = payout.stands(self.now);
            of(payout) == this && stands.is_some_and(|it| it.word.is_under_way())
        })
    }

    fn failed(status: u16, seen: &mut Seen) -> Reply {
        seen.said = Said::Http(status);
        Writer::failure(status)
    }
}
