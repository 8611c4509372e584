//! One top-up, from the first `verify` to the last callback.

use std::sync::Arc;

use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinSet;

use super::bodies::Bodies;
use super::expected::{Answer, Expected};
use super::faults::Fault;
use super::plan::Plan;
use super::runner::{RequestInfo, Run};
use super::settings::Route;
use super::tally::MessageKind;
use crate::client::Exchange;
use crate::messages::{CheckDeposit, Contract, Verify};
use crate::methods::ContractFields;
use crate::top_up::payable_contract;

/// The minimum length of a mistyped customer id.
const SHORTEST: usize = 8;

/// Plays a plan. It holds `place` until every step was carried out once. Repeats do not keep other top-ups from
/// beginning.
pub(super) async fn play(run: Arc<Run>, plan: Plan, place: OwnedSemaphorePermit) {
    let mut repeats = JoinSet::new();
    if let Some(payment_id) = announce(&run, &plan).await {
        let route = &run.traffic.routes[plan.route];
        let bodies = Bodies::new(route, &payment_id, plan.amount, plan.account);
        for step in &plan.steps {
            run.sleep(step.after).await;
            let body = bodies.body(step);
            if let Some(repeat) = run.carry_out(&plan, &payment_id, step, body).await {
                match Arc::clone(&run.waiting).try_acquire_owned() {
                    Ok(waits) => {
                        repeats.spawn(super::deliver::repeat(Arc::clone(&run), repeat, waits));
                    }
                    Err(_) => run.counters.count(|tally| tally.given_up += 1),
                }
            }
        }
    }
    drop(place);
    while repeats.join_next().await.is_some() {}
    run.counters.count(|tally| tally.ended += 1);
}

/// Sends `verify` and `check_deposit`. Returns the payment's id when the payer pays and the merchant accepts.
async fn announce(run: &Run, plan: &Plan) -> Option<String> {
    let route = &run.traffic.routes[plan.route];
    let customer = &run.traffic.customers[plan.customer];
    let project = route.platform.project_id();
    let info = |kind| RequestInfo {
        number: plan.number,
        route,
        kind,
        payment_id: None,
    };

    if let Some(number) = plan.mistyped {
        let unknown = Verify::new(project, &unknown_customer(customer, number));
        let info = info(MessageKind::Fault(Fault::UnknownCustomer));
        run.ask(info, Expected::NoCustomer, &unknown).await;
    }
    let mut contract = run.traffic.contract.clone();
    for pause in &plan.verifies {
        run.sleep(*pause).await;
        let verify = Verify::new(project, customer);
        let account = run
            .ask(info(MessageKind::Verify), account(route), &verify)
            .await?;
        if account.code() != Some(0) {
            // Nothing is owed, so the payer pays nothing.
            return None;
        }
        contract = contract.or_else(|| payable(&account));
    }
    if route.method.contract_fields == ContractFields::EntityId && contract.is_none() {
        let expected = "an entity that can be paid, with id and number";
        run.reconsider(info(MessageKind::Verify), expected, "HTTP 200 without one");
        return None;
    }
    if plan.is_abandoned() {
        run.counters.count(|tally| tally.abandoned += 1);
        return None;
    }

    let (method, amount) = (route.method, plan.amount);
    let deposit = CheckDeposit::new(method, project, customer, amount, contract.as_ref());
    let info = info(MessageKind::CheckDeposit);
    let answer = run.ask(info, Expected::Deposit, &deposit).await?;
    let payment_id = answer.payment_id()?.to_owned();
    if !run.is_fresh(&payment_id) {
        let info = RequestInfo {
            payment_id: Some(&payment_id),
            ..info
        };
        let expected = "a payment_id of its own";
        run.reconsider(info, expected, "the payment_id of an earlier check_deposit");
    }
    Some(payment_id)
}

impl Run {
    /// Sends a message to the method's URL. Returns the answer when it is the expected one.
    async fn ask(
        &self,
        info: RequestInfo<'_>,
        expected: Expected,
        message: &(impl Serialize + Sync),
    ) -> Option<Exchange> {
        let answer = info.route.platform.call("", message).await;
        let good = self.judge(info, expected, &Answer::of(&answer));
        answer.ok().filter(|_| good)
    }
}

fn account(route: &Route) -> Expected {
    match route.method.contract_fields {
        ContractFields::EntityIdAndNumber => Expected::AccountOrNothingOwed,
        ContractFields::EntityId | ContractFields::None => Expected::Account,
    }
}

fn payable(account: &Exchange) -> Option<Contract> {
    payable_contract(account.json.as_ref()?)
}

/// An id that looks like the customer's but should be unknown, because it begins with zeros.
fn unknown_customer(customer: &str, number: u32) -> String {
    let length = customer.chars().count().max(SHORTEST);
    format!("{:0>length$}", number % 100_000)
}
