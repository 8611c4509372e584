//! What leaves for the Gate, and what arrives there.

use jetpay_simulator::gate::{Books, Seen, What};

use crate::broken::{Broken, Invariant};
use crate::payouts::audit::Audit;
use crate::payouts::rows;
use crate::payouts::wire::{Post, Request};
use crate::payouts::wish::Wish;

impl Audit {
    /// Whether a request may leave: what it is about is kept, and that it leaves; again only if the platform let it; and
    /// not while a server waits for the answer to a send that left since that time.
    pub(in crate::payouts) fn leaves(
        &self,
        ticket: usize,
        post: &Post,
        since: i64,
    ) -> Result<usize, Broken> {
        let request = post.request(ticket);
        let Some(&wish) = self.wish_of.get(&*request.id) else {
            let what = format!("request {ticket} is of a payout that is not in the database");
            return Err(Broken::anywhere(Invariant::CommitFirst, what));
        };
        if post.is_being_sent(ticket, since) {
            let what = format!("request {ticket} leaves, and another server is sending it");
            return Err(Broken::new(Invariant::SentOnce, wish, what));
        }
        if !request.is_send {
            return Ok(wish);
        }
        let row = self
            .store
            .inspect(|connection| rows::payout(connection, &request.id))?;
        let kept = row.map_or(0, |row| row.sends);
        let sends = i64::try_from(post.sends(&request.id)).unwrap_or(i64::MAX);
        if sends > kept {
            let what = format!("request {ticket} is its send {sends}, and {kept} are kept");
            return Err(Broken::new(Invariant::CommitFirst, wish, what));
        }
        if !post.might_leave(ticket) {
            let what = format!("request {ticket} sends it again, and nobody was told that it may");
            return Err(Broken::new(Invariant::SentOnce, wish, what));
        }
        Ok(wish)
    }

    /// Whether a payout may be sent by itself: not once something about it was put before a person.
    pub(in crate::payouts) fn was_not_stopped(&self, wish: usize) -> Result<(), Broken> {
        let steps = &self.known[&wish].steps;
        if steps
            .iter()
            .all(|&place| self.steps[place].what != "differs")
        {
            return Ok(());
        }
        let what = "it is sent, though a person must look at it";
        Err(Broken::new(Invariant::SentOnce, wish, what))
    }

    /// A send is with the Gate, which saw it so. Whether another request of its payout overtook it.
    pub(in crate::payouts) fn arrived(
        wish: &Wish,
        request: &Request,
        gate: &Books,
    ) -> Result<bool, Broken> {
        let broken = |invariant, what: &str| Err(Broken::new(invariant, wish.number, what));
        let (Some(seen), before) = (gate.seen().last(), &gate.seen()[request.seen_before..]) else {
            return broken(Invariant::OneId, "the Gate could not read it");
        };
        if seen.what != What::Send || *seen.payment_id != *request.id {
            return broken(Invariant::OneId, "it was sent under another id");
        }
        let own =
            |other: &&Seen| other.payment_id == seen.payment_id && other.what != What::Callback;
        let overtaken = before[..before.len() - 1].iter().any(|other| own(&other));
        if seen.is_rash() && !overtaken && !wish.overtaken {
            return broken(Invariant::SentOnce, "the Gate had not let it be sent again");
        }
        if gate.payment_ids(&wish.account()) != [&*request.id] {
            return broken(Invariant::OneId, "its wallet has seen two ids");
        }
        if gate
            .sends_of(&request.id)
            .any(|other| other.body != seen.body)
        {
            return broken(Invariant::OneId, "its sends are not equal to the byte");
        }
        Ok(overtaken)
    }

    /// Whether more money left than the payout is about.
    pub(in crate::payouts) fn out(&self, wish: &Wish, gate: &Books) -> Result<(), Broken> {
        let amount = self
            .known
            .get(&wish.number)
            .map_or(0, |known| known.row.amount);
        let out = gate.money_out(&wish.account());
        if out <= amount {
            return Ok(());
        }
        let what = format!("{out} left, and it is about {amount}");
        Err(Broken::new(Invariant::OutOnce, wish.number, what))
    }
}
