//! Filters: by kind, by state and by day. They are in the URL.

use jetpay_ledger::payout::PayoutState;
use jetpay_ledger::{EventStatus, Hit, HitKind, Millis, PaymentState};
use jiff::civil::Date;

use super::super::fields::Fields;
use super::super::locale::Words;
use super::super::visit::Visit;
use crate::zone;

/// What a list leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) kind: Option<HitKind>,
    pub(super) state: Option<State>,
    /// From this time on.
    pub(super) from: Option<Millis>,
    /// Before this time.
    pub(super) to: Option<Millis>,
}

/// A state of hits of one kind. Payments and payouts have some words in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub(super) kind: HitKind,
    pub(super) word: &'static str,
}

impl State {
    /// All of them.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let payments = PaymentState::ALL.iter().map(|state| state.as_str());
        let payouts = PayoutState::ALL.iter().map(|state| state.as_str());
        let inbox = [EventStatus::Unmatched, EventStatus::Dismissed].map(EventStatus::as_str);
        let of = |kind| move |word| Self { kind, word };
        let all = payments.map(of(HitKind::Payment));
        let all = all.chain(payouts.map(of(HitKind::Payout)));
        all.chain(inbox.map(of(HitKind::Inbox)))
    }

    /// As a URL has it.
    pub(super) fn value(self) -> String {
        format!("{}-{}", self.kind, self.word)
    }

    fn of_value(value: &str) -> Option<Self> {
        Self::all().find(|state| state.value() == value)
    }
}

/// What the state of a hit of this kind means.
pub(super) fn state_text(words: Words, kind: HitKind, word: &str) -> String {
    match kind {
        HitKind::Payment | HitKind::Customer => words.word("state", word),
        HitKind::Payout => words.word("payout-state", word),
        HitKind::Inbox => words.word("outcome", word),
    }
}

impl Filter {
    /// Reads the filters of a query; or says what is wrong with one.
    pub(super) fn read(visit: &Visit, fields: &Fields) -> Result<Self, String> {
        let words = visit.words;
        let kind = fields.given("kind").map(str::parse).transpose();
        let kind = kind.map_err(|_| words.get("search-wrong-kind"))?;
        let state = fields.given("state").map(|value| {
            let state = State::of_value(value);
            state.ok_or_else(|| words.get("search-wrong-state"))
        });
        let day = |name| {
            let date = fields.given(name).map(zone::date).transpose();
            date.map_err(|_| words.get("search-wrong-date"))
        };
        let (from, to) = (day("from")?, day("to")?);
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            return Err(words.get("search-dates-crossed"));
        }
        let begin = |date: Date| {
            let begin = date.to_zoned(visit.pages.zone.clone()).ok()?;
            Some(Millis(begin.timestamp().as_millisecond()))
        };
        Ok(Self {
            kind,
            state: state.transpose()?,
            from: from.and_then(begin),
            to: to.and_then(|to| to.tomorrow().ok()).and_then(begin),
        })
    }

    /// Whether it leaves out anything.
    pub(super) fn is_any(&self) -> bool {
        *self != Self::default()
    }

    /// Whether only customers are wanted.
    pub(super) fn is_of_customers(&self) -> bool {
        self.kind == Some(HitKind::Customer)
    }

    /// Customers have neither a state nor a time.
    pub(super) fn lets_customers_through(&self) -> bool {
        let kind = self.kind.is_none_or(|kind| kind == HitKind::Customer);
        kind && self.state.is_none() && self.from.is_none() && self.to.is_none()
    }

    pub(super) fn lets_through(&self, hit: &Hit) -> bool {
        let state = hit.state.as_deref();
        let is_in = |wanted: State| wanted.kind == hit.kind && Some(wanted.word) == state;
        let is_before = |to| hit.time.is_some_and(|time| time < to);
        self.kind.is_none_or(|kind| kind == hit.kind)
            && self.state.is_none_or(is_in)
            && self.to.is_none_or(is_before)
            && !self.is_too_old(hit)
    }

    /// Whether the hit is older than the list goes back.
    fn is_too_old(&self, hit: &Hit) -> bool {
        let is_older = |from| hit.time.is_some_and(|time| time < from);
        self.from.is_some_and(is_older)
    }

    /// The kind of hits that are wanted, if it is one.
    pub(super) fn kind(&self) -> Option<HitKind> {
        self.kind.or(self.state.map(|state| state.kind))
    }

    /// The state of payments that are wanted.
    pub(super) fn state_of_payments(&self) -> Option<PaymentState> {
        let state = self.state.filter(|state| state.kind == HitKind::Payment);
        state?.word.parse().ok()
    }
}
