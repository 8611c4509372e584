//! The table of customers that have the word: what they can spend, and what they owe.

use actix_web::HttpResponse;
use jetpay_core::id::CustomerId;
use jetpay_core::{Currency, Money};
use jetpay_ledger::{Contract, Customer, Error, MatchedWord};
use maud::{Markup, html};

use super::super::list::{Cell, List};
use super::super::locale::Words;
use super::super::show;
use super::super::visit::{SUMMED, Visit};
use super::hits::{agreed, found_by};

/// Of how many customers the balance and the debts are read.
const WITH_MONEY: usize = 10;
/// How many contracts of a customer are shown.
const MOST_CONTRACTS: usize = 20;

const COLUMNS: &[&str] = &[
    "search-customer",
    "search-second-name",
    "search-balance",
    "search-contracts",
    "search-found-by",
];

/// How many of them the page shows when all customers were found by the same words, which its caption says.
const WITHOUT_WORDS: usize = COLUMNS.len() - 1;

/// The customers on a page.
pub(super) struct Customers {
    list: List,
    /// By which words all of them were found, if they are the same ones.
    found_by: Option<String>,
    more: bool,
}

impl Customers {
    /// Reads what is shown of these customers. A customer of old payments may be deleted since.
    pub(super) async fn read(
        visit: &Visit,
        found: Vec<(CustomerId, Vec<MatchedWord>)>,
        more: bool,
    ) -> Result<Self, Error> {
        let mut rows = Vec::with_capacity(found.len());
        for (place, (id, matched)) in found.iter().enumerate() {
            let (mut customer, mut money) = (None, Cell::Amount(None));
            if place < WITH_MONEY {
                customer = visit.ledger().net_customer(id.as_str()).await?;
                money = balance(visit, id).await?;
            }
            let name = customer
                .as_ref()
                .and_then(|it| it.additional_customer_id.as_deref());
            rows.push(vec![
                show::payer(visit, id.as_str()).into(),
                name.map(|name| show::payer(visit, name))
                    .unwrap_or_default()
                    .into(),
                money,
                contracts(visit, customer.as_ref()),
                found_by(visit.words, matched).into(),
            ]);
        }
        let list = List {
            columns: COLUMNS,
            rows,
        };
        let found_by = agreed(visit.words, found.iter().map(|(_, matched)| matched));
        Ok(Self {
            list,
            found_by,
            more,
        })
    }

    /// The table; nothing without customers.
    pub(super) fn table(mut self, visit: &Visit, csv: &str) -> Markup {
        if self.list.rows.is_empty() {
            return html! {};
        }
        let words = visit.words;
        let mut caption = words.get("search-customers");
        if let Some(by) = self.found_by {
            self.list.columns = &COLUMNS[..WITHOUT_WORDS];
            if !by.is_empty() {
                caption = words.with("search-customers-found", [("by", by.into())]);
            }
        }
        let count = self.list.rows.len();
        let count = || [("count", count.into())];
        let some = || [("shown", WITH_MONEY.into())];
        html! {
            @if self.more { p.problem { (words.with("search-many-customers", count())) } }
            @if self.list.rows.len() > WITH_MONEY { p { (words.with("search-some-balances", some())) } }
            (self.list.table(visit, &caption, None, Some(csv)))
        }
    }

    pub(super) fn csv(&self, visit: &Visit) -> HttpResponse {
        self.list.csv(visit, "customers.csv")
    }
}

async fn balance(visit: &Visit, id: &CustomerId) -> Result<Cell, Error> {
    Ok(match visit.balance(id).await? {
        Some(balance) => Cell::Amount(Some(balance)),
        None => (visit.words)
            .with("search-balance-large", [("count", SUMMED.into())])
            .into(),
    })
}

/// What is owed on each contract.
fn contracts(visit: &Visit, customer: Option<&Customer>) -> Cell {
    let (words, currency) = (visit.words, visit.pages.admin.currency);
    let all = customer.map_or(&[][..], |customer| &customer.contracts);
    let shown = all.iter().take(MOST_CONTRACTS);
    let mut lines: Vec<String> = shown
        .map(|contract| {
            let number = show::payer(visit, &contract.number);
            format!("{number}: {}", owed(words, contract, currency))
        })
        .collect();
    if let Some(more @ 1..) = all.len().checked_sub(MOST_CONTRACTS) {
        lines.push(words.with("search-more-contracts", [("count", more.into())]));
    }
    let markup = html! { ul { @for line in &lines { li { (show::apart(line)) } } } };
    let markup = if lines.is_empty() {
        html! {}
    } else {
        markup
    };
    Cell::Markup(markup, lines.join("; "))
}

fn owed(words: Words, contract: &Contract, currency: Currency) -> String {
    let amount = |minor| show::amount(Money::new(minor, currency));
    match (contract.status_code, contract.payment) {
        (204, _) | (0, Some(0)) => words.get("search-owes-nothing"),
        (0, Some(due)) => {
            let least = contract.min_payment.filter(|least| *least < due);
            match least {
                Some(least) => words.with(
                    "search-owes-least",
                    [("due", amount(due).into()), ("least", amount(least).into())],
                ),
                None => words.with("search-owes", [("due", amount(due).into())]),
            }
        }
        (0, None) => words.get("search-payable"),
        (code, _) => words.with("search-not-payable", [("code", code.to_string().into())]),
    }
}
