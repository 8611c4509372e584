//! Which payouts a list shows: read from the query, and written into links.

use jetpay_ledger::{Error, Ledger, Payout, PayoutFilter, PayoutOrder, PayoutState};

use super::super::fields::{Fields, href};

/// The states without an outcome.
pub(super) fn open_states() -> impl Iterator<Item = PayoutState> {
    let all = PayoutState::ALL.iter().copied();
    all.filter(|state| state.is_open())
}

/// The orders, and their words in the query. The first is the default.
pub(super) const ORDERS: [(PayoutOrder, &str); 3] = [
    (PayoutOrder::Newest, "newest"),
    (PayoutOrder::Oldest, "oldest"),
    (PayoutOrder::Largest, "amount"),
];

/// What the query asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    /// Of these states; of all, if there is none.
    pub(super) states: Vec<PayoutState>,
    pub(super) overdue: bool,
    /// Its place in [`ORDERS`].
    pub(super) order: usize,
    pub(super) after: Option<String>,
}

impl Filter {
    /// Reads the query. The error is the id of the message that says what is wrong.
    pub(super) fn read(fields: &Fields) -> Result<Self, &'static str> {
        let mut states = Vec::new();
        for word in fields.all("state").filter(|word| !word.is_empty()) {
            let state = word.parse().map_err(|_| "payout-wrong-state")?;
            if !states.contains(&state) {
                states.push(state);
            }
        }
        let overdue = match fields.get("overdue") {
            "" => false,
            "yes" => true,
            _ => return Err("payout-wrong-overdue"),
        };
        let order = match fields.given("order") {
            None => 0,
            Some(word) => ORDERS
                .iter()
                .position(|(_, known)| *known == word)
                .ok_or("payout-wrong-order")?,
        };
        let filter = Self {
            states,
            overdue,
            order,
            after: fields.given("after").map(ToOwned::to_owned),
        };
        // Only those without an outcome are few enough to be sorted by amount, and only they are overdue.
        if filter.is_of_open() && !filter.states.iter().all(|state| state.is_open()) {
            return Err("payout-only-open");
        }
        if filter.after.as_ref().is_some_and(|id| id.contains('\0')) {
            return Err("payout-wrong-after");
        }
        Ok(filter)
    }

    /// Whether it can only be asked of payouts without an outcome.
    fn is_of_open(&self) -> bool {
        self.overdue || ORDERS[self.order].0 == PayoutOrder::Largest
    }

    /// Whether it lets all payouts through, the newest first.
    pub(super) fn is_default(&self) -> bool {
        let first_page = Self {
            after: None,
            ..self.clone()
        };
        first_page == Self::default()
    }

    /// A link to the list that begins behind `after`.
    pub(super) fn link(&self, after: &str, format: &str) -> String {
        let states = self.states.iter().map(|state| ("state", state.as_str()));
        let order = ORDERS[self.order].1;
        let others = [
            ("overdue", if self.overdue { "yes" } else { "" }),
            ("order", if self.order == 0 { "" } else { order }),
            ("after", after),
            ("format", format),
        ];
        href("/payouts", states.chain(others))
    }

    /// At most `limit` payouts.
    pub(super) async fn read_from(
        &self,
        ledger: &Ledger,
        limit: usize,
    ) -> Result<Vec<Payout>, Error> {
        let order = ORDERS[self.order].0;
        let mut states: Vec<_> = self.states.iter().copied().map(Some).collect();
        if states.is_empty() {
            states = if self.is_of_open() {
                open_states().map(Some).collect()
            } else {
                vec![None]
            };
        }
        // One query for each state: each is answered by the index that has the order.
        let mut payouts = Vec::new();
        for state in states {
            let filter = PayoutFilter {
                state,
                overdue: self.overdue,
                order,
                after: self.after.clone(),
                limit,
                ..PayoutFilter::default()
            };
            payouts.extend(ledger.payouts(&filter).await?);
        }
        payouts.sort_by(|one, other| {
            let by_id = one.payment_id.as_str().cmp(other.payment_id.as_str());
            match order {
                PayoutOrder::Oldest => by_id,
                PayoutOrder::Newest => by_id.reverse(),
                PayoutOrder::Largest => {
                    let by_amount = one.amount.minor().cmp(&other.amount.minor());
                    by_amount.then(by_id).reverse()
                }
            }
        });
        // One that changed between two of the queries is in both.
        payouts.dedup_by(|one, other| one.payment_id == other.payment_id);
        payouts.truncate(limit);
        Ok(payouts)
    }
}
