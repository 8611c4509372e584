//! What is recorded of a payment, as names and values.

use jetpay_core::Money;
use jetpay_core::id::ContractId;
use jetpay_ledger::Flag;
use maud::{Markup, html};

use super::super::show;
use super::super::visit::Visit;
use super::{Told, path};

pub(super) fn facts(visit: &Visit, told: &Told) -> Markup {
    let (words, payment) = (visit.words, &told.payment);
    let name = |id: &str| words.get(id);
    let sum = |minor| show::amount(Money::new(minor, payment.amount.currency()));
    let operations = payment.operations.iter().filter_map(|it| it.id);
    let operations: Vec<_> = operations.map(|id| id.to_string()).collect();
    let receipts: Vec<_> = told.receipts().into_iter().map(show::text).collect();
    html! {
        dl.facts {
            dt { (name("payment-amount")) } dd.amount { (show::amount(payment.amount)) }
            dt { (name("payment-credited")) } dd.amount { (sum(payment.credited)) }
            @if payment.remaining != payment.credited {
                dt { (name("payment-remaining")) } dd.amount { (sum(payment.remaining)) }
            }
            dt { (name("payment-customer")) }
            dd {
                a href=(format!("{}/customer", path(payment))) {
                    bdi { (show::payer(visit, payment.customer_id.as_str())) }
                    " · " (name("payment-customer-others"))
                }
            }
            @if let Some(contract) = &payment.contract_id {
                dt { (name("payment-contract")) } dd { (contract_text(visit, contract)) }
            }
            dt { (name("payment-method")) } dd { (words.word("method", &payment.method)) }
            dt { (name("payment-project")) } dd { (payment.project_id) }
            dt { (name("payment-id")) } dd { (show::isolated(payment.id.as_str())) }
            @if !receipts.is_empty() {
                dt { (name("payment-receipts")) } dd { (listed(&receipts)) }
            }
            @if !operations.is_empty() {
                dt { (name("payment-operations")) } dd { (listed(&operations)) }
            }
            dt { (name("payment-recorded")) } dd { (show::time(visit, payment.created_at)) }
            @if !payment.flags.is_empty() {
                dt { (name("payment-flags")) } dd { (flags(visit, &payment.flags)) }
            }
        }
    }
}

/// A contract of the payer.
pub(super) fn contract_text(visit: &Visit, contract: &ContractId) -> Markup {
    html! { bdi { (show::payer(visit, contract.as_str())) } }
}

/// What was odd about the request, in words.
pub(super) fn flags(visit: &Visit, flags: &[Flag]) -> String {
    let flags = flags
        .iter()
        .map(|flag| visit.words.word("flag", flag.as_str()));
    flags.collect::<Vec<_>>().join("; ")
}

/// Ids beside each other: the first ones, and how many there are if there are more.
fn listed(ids: &[String]) -> Markup {
    const MOST: usize = 20;
    html! {
        @for (at, id) in ids.iter().take(MOST).enumerate() {
            @if at > 0 { ", " }
            bdi { (id) }
        }
        @if ids.len() > MOST { " … (" (ids.len()) ")" }
    }
}
