//! One top-up, from the payer's first look to the last callback.

use std::sync::Arc;

use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinSet;

use super::bodies::Bodies;
use super::fault::Fault;
use super::judge::{Seen, Wanted};
use super::kind::Kind;
use super::plan::Plan;
use super::settings::Route;
use super::tell::repeat;
use super::world::{About, World};
use crate::exchange::Exchange;
use crate::messages::{CheckDeposit, Contract, Verify};
use crate::methods::ContractFields;
use crate::top_up::payable_contract;

/// What a payer who mistypes types, at least so long.
const SHORTEST: usize = 8;

/// Plays a plan. `place` is held until everything was told once: what is only repeated lets others begin.
pub(super) async fn visit(world: Arc<World>, plan: Plan, place: OwnedSemaphorePermit) {
    let mut repeats = JoinSet::new();
    if let Some(payment_id) = announce(&world, &plan).await {
        let route = &world.traffic.routes[plan.route];
        let bodies = Bodies::new(route, &payment_id, plan.amount, plan.account);
        for telling in &plan.tellings {
            world.sleep(telling.after).await;
            let body = bodies.body(&telling.act);
            if let Some(again) = world.tell(&plan, &payment_id, telling, body).await {
                match Arc::clone(&world.waiting).try_acquire_owned() {
                    Ok(waits) => {
                        repeats.spawn(repeat(Arc::clone(&world), again, waits));
                    }
                    Err(_) => world.counters.count(|tally| tally.given_up += 1),
                }
            }
        }
    }
    drop(place);
    while repeats.join_next().await.is_some() {}
    world.counters.count(|tally| tally.ended += 1);
}

/// `verify` and `check_deposit`; the payment's id, when the payer pays and the merchant takes it.
async fn announce(world: &World, plan: &Plan) -> Option<String> {
    let route = &world.traffic.routes[plan.route];
    let customer = &world.traffic.customers[plan.customer];
    let project = route.platform.project_id();
    let about = |kind| About {
        number: plan.number,
        route,
        kind,
        payment_id: None,
    };

    if let Some(number) = plan.mistyped {
        let nobody = Verify::new(project, &nobody(customer, number));
        let about = about(Kind::Fault(Fault::UnknownCustomer));
        world.ask(about, Wanted::NoCustomer, &nobody).await;
    }
    let mut contract = world.traffic.contract.clone();
    for pause in &plan.verifies {
        world.sleep(*pause).await;
        let verify = Verify::new(project, customer);
        let account = world
            .ask(about(Kind::Verify), account(route), &verify)
            .await?;
        if account.code() != Some(0) {
            // Nothing is owed, so nothing is paid.
            return None;
        }
        contract = contract.or_else(|| payable(&account));
    }
    if route.method.contract_fields == ContractFields::EntityId && contract.is_none() {
        let wanted = "an entity that can be paid, with id and number";
        world.reconsider(about(Kind::Verify), wanted, "HTTP 200 without one");
        return None;
    }
    if plan.is_abandoned() {
        world.counters.count(|tally| tally.abandoned += 1);
        return None;
    }

    let (method, amount) = (route.method, plan.amount);
    let deposit = CheckDeposit::new(method, project, customer, amount, contract.as_ref());
    let about = about(Kind::CheckDeposit);
    let answer = world.ask(about, Wanted::Deposit, &deposit).await?;
    let payment_id = answer.payment_id()?.to_owned();
    if !world.is_fresh(&payment_id) {
        let about = About {
            payment_id: Some(&payment_id),
            ..about
        };
        let wanted = "a payment_id of its own";
        world.reconsider(about, wanted, "the payment_id of an earlier check_deposit");
    }
    Some(payment_id)
}

impl World {
    /// Sends a message to the method's URL; the answer, when it is as it should be.
    async fn ask(
        &self,
        about: About<'_>,
        wanted: Wanted,
        message: &(impl Serialize + Sync),
    ) -> Option<Exchange> {
        match about.route.platform.call("", message).await {
            Ok(exchange) => self
                .judge(
                    about,
                    wanted,
                    Ok((&Seen::from(&exchange), exchange.elapsed)),
                )
                .then_some(exchange),
            Err(none) => {
                self.judge(about, wanted, Err(&none.reason));
                None
            }
        }
    }
}

fn account(route: &Route) -> Wanted {
    match route.method.contract_fields {
        ContractFields::EntityIdAndNumber => Wanted::AccountOrNothingOwed,
        ContractFields::EntityId | ContractFields::None => Wanted::Account,
    }
}

fn payable(account: &Exchange) -> Option<Contract> {
    payable_contract(account.json.as_ref()?)
}

/// An id that looks like the customer's and is nobody's, as far as one can know: it begins with zeros.
fn nobody(customer: &str, number: u32) -> String {
    let length = customer.chars().count().max(SHORTEST);
    format!("{:0>length$}", number % 100_000)
}
