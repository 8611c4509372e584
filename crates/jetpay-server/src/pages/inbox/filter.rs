//! Which callbacks the list shows: the query of its address.

use jetpay_core::{Currency, Money};
use jetpay_ledger::{InboxFilter, Millis};

use crate::pages::fields::{Fields, href, money};
use crate::pages::locale::Words;
use crate::pages::show;

/// How long callbacks wait at least: the word in the address, and milliseconds.
pub(super) const AGES: [(&str, i64); 4] = [
    ("any", 0),
    ("hour", 3_600_000),
    ("day", 86_400_000),
    ("week", 604_800_000),
];

/// What the list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) newest_first: bool,
    /// One of [`AGES`].
    pub(super) age: usize,
    /// As the person typed it.
    pub(super) amount_text: String,
    pub(super) amount: Option<Money>,
    /// The last callback of the page before.
    pub(super) from: Option<i64>,
}

impl Filter {
    /// Reads the query; or says what of it is no filter. Amounts are in `currency`.
    pub(super) fn read(words: Words, fields: &Fields, currency: Currency) -> Result<Self, String> {
        let wrong =
            |text: &str| words.with("work-filter-wrong", [("text", show::text(text).into())]);
        let newest_first = match fields.get("order") {
            "" | "oldest" => false,
            "newest" => true,
            word => return Err(wrong(word)),
        };
        let age = match fields.given("age") {
            Some(word) => AGES.iter().position(|(known, _)| *known == word),
            None => Some(0),
        };
        let age = age.ok_or_else(|| wrong(fields.get("age")))?;
        let from = match fields.given("from") {
            Some(text) => match text.parse::<i64>() {
                Ok(number) if number >= 0 => Some(number),
                _ => return Err(wrong(text)),
            },
            None => None,
        };
        let amount = fields.given("amount");
        let amount = amount
            .map(|text| money(words, text, currency))
            .transpose()?;
        Ok(Self {
            newest_first,
            age,
            amount_text: fields.get("amount").to_owned(),
            amount,
            from,
        })
    }

    /// The address of the list with this filter.
    pub(super) fn href(&self, format: &str) -> String {
        let from = self.from.map(|from| from.to_string()).unwrap_or_default();
        let order = if self.newest_first {
            "newest"
        } else {
            "oldest"
        };
        let fields = [
            ("order", order),
            ("age", AGES[self.age].0),
            ("amount", self.amount_text.as_str()),
            ("from", from.as_str()),
            ("format", format),
        ];
        href("/inbox", fields)
    }

    /// What the ledger is asked for.
    pub(super) fn of_ledger(&self, limit: usize, now: Millis) -> InboxFilter {
        let wait = AGES[self.age].1;
        InboxFilter {
            after: self.from.filter(|_| !self.newest_first),
            before: self.from.filter(|_| self.newest_first),
            received_before: (wait > 0).then(|| Millis(now.0.saturating_sub(wait))),
            amount: self.amount,
            newest_first: self.newest_first,
            limit,
        }
    }
}
