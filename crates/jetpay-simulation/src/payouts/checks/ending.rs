//! What must hold in the end, when nothing goes wrong any more and everything was told.

use jetpay_simulator::gate::Books;
use rusqlite::types::ValueRef;

use crate::broken::{Broken, Invariant};
use crate::clock::{DAY, HOUR};
use crate::payouts::audit::Audit;
use crate::payouts::rows;
use crate::payouts::told::{Kind, Told};
use crate::payouts::wish::{Heard, Wish};

/// Parts of what is private of every payer.
const PRIVATE: [&str; 4] = ["First", "Last", "@example.com", ".77"];

impl Audit {
    /// Whether the books of a payout say what happened at the Gate; false when the platform never told the last of it.
    pub(in crate::payouts) fn agrees(
        &self,
        wish: &Wish,
        gate: &Books,
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
