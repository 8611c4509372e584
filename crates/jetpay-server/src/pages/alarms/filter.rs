//! Which alarms the list shows, and in which order: the query of its address.

use jetpay_ledger::{AlarmFilter, AlarmKind};

use crate::pages::fields::{Fields, href};
use crate::pages::locale::Words;
use crate::pages::show;

/// Whether they are resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Open,
    Resolved,
    All,
}

impl State {
    pub(super) const ALL: [Self; 3] = [Self::Open, Self::Resolved, Self::All];

    /// The word in the address.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Resolved => "resolved",
            Self::All => "all",
        }
    }
}

/// The order of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Oldest,
    Newest,
    Amount,
}

impl Order {
    pub(super) const ALL: [Self; 3] = [Self::Oldest, Self::Newest, Self::Amount];

    /// The word in the address.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Oldest => "oldest",
            Self::Newest => "newest",
            Self::Amount => "amount",
        }
    }
}

/// What the list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) kinds: Vec<AlarmKind>,
    pub(super) state: State,
    pub(super) order: Order,
    /// The last alarm of the page before.
    pub(super) from: Option<i64>,
    /// How many come before, in the order of amounts.
    pub(super) skip: usize,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            kinds: Vec::new(),
            state: State::Open,
            order: Order::Oldest,
            from: None,
            skip: 0,
        }
    }
}

impl Filter {
    /// Reads the query; or says what of it is no filter.
    pub(super) fn read(words: Words, fields: &Fields) -> Result<Self, String> {
        let wrong = |id: &str, text: &str| words.with(id, [("text", show::text(text).into())]);
        let mut kinds = Vec::new();
        for word in fields.all("kind").filter(|word| !word.is_empty()) {
            let kind = word.parse();
            let kind = kind.map_err(|_| wrong("alarm-filter-no-kind", word))?;
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        let state = match fields.given("state") {
            Some(word) => {
                let known = State::ALL.into_iter().find(|state| state.as_str() == word);
                known.ok_or_else(|| wrong("work-filter-wrong", word))?
            }
            None => State::Open,
        };
        let order = match fields.given("order") {
            Some(word) => {
                let known = Order::ALL.into_iter().find(|order| order.as_str() == word);
                known.ok_or_else(|| wrong("work-filter-wrong", word))?
            }
            None if state == State::Open => Order::Oldest,
            None => Order::Newest,
        };
        let number = |name: &str| match fields.given(name) {
            Some(text) => match text.parse::<i64>() {
                Ok(number) if number >= 0 => Ok(Some(number)),
                _ => Err(wrong("work-filter-wrong", text)),
            },
            None => Ok(None),
        };
        let skip = number("skip")?.unwrap_or_default();
        Ok(Self {
            kinds,
            state,
            order,
            from: number("from")?,
            skip: usize::try_from(skip).unwrap_or(usize::MAX),
        })
    }

    /// The address of the list with this filter.
    pub(super) fn href(&self) -> String {
        self.address(&[])
    }

    /// The same as CSV, from the first row on.
    pub(super) fn csv(&self) -> String {
        let whole = Self {
            from: None,
            skip: 0,
            ..self.clone()
        };
        whole.address(&[("format", "csv")])
    }

    fn address(&self, more: &[(&str, &str)]) -> String {
        let number = |number: Option<i64>| number.map_or(String::new(), |it| it.to_string());
        let from = number(self.from);
        let skip = if self.skip > 0 {
            self.skip.to_string()
        } else {
            String::new()
        };
        let kinds = self.kinds.iter().map(|kind| ("kind", kind.as_str()));
        let fields = kinds.chain([
            ("state", self.state.as_str()),
            ("order", self.order.as_str()),
            ("from", from.as_str()),
            ("skip", skip.as_str()),
        ]);
        href("/alarms", fields.chain(more.iter().copied()))
    }

    /// What the ledger is asked for.
    pub(super) fn of_ledger(&self, limit: usize) -> AlarmFilter {
        let oldest_first = self.order != Order::Newest;
        AlarmFilter {
            kinds: self.kinds.clone(),
            resolved: match self.state {
                State::Open => Some(false),
                State::Resolved => Some(true),
                State::All => None,
            },
            after: self.from.filter(|_| oldest_first),
            before: self.from.filter(|_| !oldest_first),
            oldest_first,
            limit,
        }
    }
}
