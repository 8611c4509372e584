//! What clients asked for, and what was acknowledged.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::wish::Wish;
use crate::crash::chance::Chance;

/// A payout that a client asked for, answered or not.
pub(super) struct Asked {
    pub(super) wish: Wish,
    /// The id that was answered.
    pub(super) id: Option<String>,
    /// How often it was answered as a new one.
    created: usize,
}

/// What is known of a payment id, by an answer or by a callback that was acknowledged.
#[derive(Default)]
pub(super) struct Known {
    /// Who asked for it, once that was answered.
    pub(super) asked: Option<usize>,
    /// What was told of it and acknowledged: each `payment.status`.
    pub(super) told: BTreeSet<&'static str>,
    /// Its history, as it was last seen.
    pub(super) history: Vec<Value>,
}

#[derive(Default)]
pub(super) struct Book {
    pub(super) asked: Vec<Asked>,
    pub(super) known: BTreeMap<String, Known>,
    /// Not answered, not given up, and nobody is asking now.
    open: Vec<usize>,
    /// Those that something was acknowledged of since the last audit.
    touched: BTreeSet<String>,
    /// Callbacks that nobody acknowledged, repeats among them.
    pub(super) undelivered: usize,
    /// What the Gate met and must not meet.
    pub(super) odd: Vec<String>,
    /// How much of what the Gate has seen was looked through.
    pub(super) looked_at: usize,
    /// How each payout was shown in the end.
    pub(super) shown: Vec<Value>,
}

impl Book {
    /// A new wish; its number.
    pub(super) fn wish(&mut self, chance: &mut Chance) -> usize {
        let number = self.asked.len();
        self.asked.push(Asked {
            wish: Wish::any(number, chance),
            id: None,
            created: 0,
        });
        number
    }

    /// Takes one that is not answered; who asks again says what [came](Self::answered) [of it](Self::not_answered).
    pub(super) fn take_open(&mut self, chance: &mut Chance) -> Option<usize> {
        let at = chance.below(self.open.len());
        (at < self.open.len()).then(|| self.open.swap_remove(at))
    }

    /// How many there are of them.
    pub(super) fn waiting(&self) -> usize {
        self.open.len()
    }

    /// All of them at once.
    pub(super) fn take_all_open(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.open)
    }

    /// Will be asked for again. Whoever gives up does not call this.
    pub(super) fn not_answered(&mut self, number: usize) {
        self.open.push(number);
    }

    /// Answered with an id, as a new payout or as one that was there; what is wrong with that.
    pub(super) fn answered(&mut self, number: usize, id: &str, is_new: bool) -> Option<String> {
        let asked = &mut self.asked[number];
        asked.created += usize::from(is_new);
        let key = &asked.wish.key;
        if asked.created > 1 {
            return Some(format!("{id}: {key} was answered twice as a new payout"));
        }
        let before = asked.id.get_or_insert_with(|| id.to_owned());
        if *before != id {
            return Some(format!("{key} was answered with {before}, and with {id}"));
        }
        let known = self.known.entry(id.to_owned()).or_default();
        let owner = *known.asked.get_or_insert(number);
        self.touched.insert(id.to_owned());
        (owner != number).then(|| format!("{id} was given to two keys"))
    }

    /// A callback was acknowledged.
    pub(super) fn told(&mut self, id: String, status: &'static str) {
        self.known
            .entry(id.clone())
            .or_default()
            .told
            .insert(status);
        self.touched.insert(id);
    }

    /// Any that was answered.
    pub(super) fn any_answered(&self, chance: &mut Chance) -> Option<usize> {
        let number = chance.below(self.asked.len());
        let asked = self.asked.get(number)?;
        asked.id.is_some().then_some(number)
    }

    pub(super) fn take_touched(&mut self) -> Vec<String> {
        std::mem::take(&mut self.touched).into_iter().collect()
    }
}
