//! What leaves for the Gate, and what arrives there; and what must hold in the end.

use jetpay_platform::gate::{EntryKind, GateState, LogEntry};
use rusqlite::types::ValueRef;

use super::Audit;
use crate::deterministic::{DAY, HOUR};
use crate::payouts::callbacks::{Kind, Told};
use crate::payouts::gate_traffic::{Post, Request};
use crate::payouts::payout_request::{Heard, Wish};
use crate::payouts::rows;
use crate::report::{Broken, Invariant};

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
        gate: &GateState,
    ) -> Result<bool, Broken> {
        let broken = |invariant, what: &str| Err(Broken::new(invariant, wish.number, what));
        let (Some(seen), before) = (gate.log().last(), &gate.log()[request.seen_before..]) else {
            return broken(Invariant::OneId, "the Gate could not read it");
        };
        if seen.kind != EntryKind::Send || *seen.payment_id != *request.id {
            return broken(Invariant::OneId, "it was sent under another id");
        }
        let own = |other: &&LogEntry| {
            other.payment_id == seen.payment_id && other.kind != EntryKind::Callback
        };
        let overtaken = before[..before.len() - 1].iter().any(|other| own(&other));
        if seen.is_unsafe_resend() && !overtaken && !wish.overtaken {
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
    pub(in crate::payouts) fn out(&self, wish: &Wish, gate: &GateState) -> Result<(), Broken> {
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

/// Parts of what is private of every payer.
const PRIVATE: [&str; 4] = ["First", "Last", "@example.com", ".77"];

impl Audit {
    /// Whether the books of a payout say what happened at the Gate; false when the platform never told the last of it.
    pub(in crate::payouts) fn agrees(
        &self,
        wish: &Wish,
        gate: &GateState,
        told: &[Told],
    ) -> Result<bool, Broken> {
        let Some(known) = self.known.get(&wish.number) else {
            return Ok(true);
        };
        let row = &known.row;
        let kept = || {
            told.iter()
                .filter(|it| it.wish == Some(wish.number) && it.kept)
        };
        let alarmed = |told: &Told| {
            let alarm = |connection: &_| rows::alarm(connection, &row.id, Some(told.operation));
            self.store.inspect(alarm)
        };
        let out = gate.money_out(&wish.account());
        let came_back = kept().find_map(|told| match told.kind {
            Kind::CameBack(amount) => Some((amount, told)),
            Kind::Gate | Kind::Odd | Kind::TopUp => None,
        });
        let agrees = match came_back {
            None => row.paid == out,
            // Put before a person, it may have come back in the books or not.
            Some((amount, told)) => row.paid == out - amount || row.paid == out && alarmed(told)?,
        };
        // A person ended it, rightly or not: whatever the platform told then has its own alarm.
        if agrees || wish.settled {
            return Ok(true);
        }
        let status = gate
            .status(wish.project_id(), &row.id)
            .unwrap_or("not known");
        // Nobody asks about a payout that ended, so what follows is known by callbacks only.
        let mut was_told = false;
        for told in kept().filter(|it| it.kind == Kind::Gate && it.status() == status) {
            was_told |= !alarmed(told)?;
        }
        if !row.is_open() && !was_told {
            return Ok(false);
        }
        // Something odd stopped it, and a person must look.
        if row.is_open() && row.next.is_none() {
            return Ok(true);
        }
        let what = format!(
            "it is {} with {} paid; at the Gate it is {status}, {out} left",
            row.state, row.paid
        );
        Err(Broken::new(Invariant::BooksAgree, wish.number, what))
    }

    /// Whether a payout that the merchant knows of is there, and a person was told if it takes too long.
    pub(in crate::payouts) fn remembered(&self, wish: &Wish, now: i64) -> Result<(), Broken> {
        let Some(known) = self.known.get(&wish.number) else {
            return match wish.heard {
                Heard::Taken => Err(Broken::new(
                    Invariant::NotForgotten,
                    wish.number,
                    "it was acknowledged",
                )),
                Heard::Nothing | Heard::Refused => Ok(()),
            };
        };
        let row = &known.row;
        let alarm = self
            .store
            .inspect(|connection| rows::alarm(connection, &row.id, None))?;
        if row.is_open() && now - row.created_at > DAY + 8 * HOUR && !alarm {
            let what = "no outcome came for more than a day, and no alarm tells so";
            return Err(Broken::new(Invariant::PersonHears, wish.number, what));
        }
        Ok(())
    }

    /// Whether something of a payer is in the store, other than in the request of a payout that is open.
    pub(in crate::payouts) fn payers(&self, wishes: &[Wish]) -> Result<(), Broken> {
        let mut texts = String::new();
        self.store.inspect(|connection| {
            rows::values(connection, |_, value| {
                if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = value {
                    let text = String::from_utf8_lossy(bytes);
                    if PRIVATE.iter().any(|part| text.contains(part)) {
                        texts.push_str(&text);
                        texts.push('\n');
                    }
                }
            })
        })?;
        for wish in wishes {
            let Some(known) = self.known.get(&wish.number) else {
                continue;
            };
            let times = usize::from(known.row.is_open());
            let found = wish
                .private()
                .into_iter()
                .find(|text| texts.matches(text.as_str()).count() > times);
            if found.is_some() || known.row.request.is_some() != known.row.is_open() {
                let what = format!("its payer is not forgotten, and it is {}", known.row.state);
                return Err(Broken::new(Invariant::PayersForgotten, wish.number, what));
            }
        }
        Ok(())
    }
}
