//! What is asked of an endpoint before it is checked.

use serde_json::Value;
use thiserror::Error;

use super::observe::Observer;
use super::scene::Scene;
use super::target::Target;
use crate::exchange::{Exchange, NoAnswer};
use crate::messages::Contract;
use crate::methods::{ContractFields, MethodFacts};
use crate::top_up::payable_contract;

/// What was learnt before the checks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Prepared {
    /// What a person should know before reading the report: a wrong URL or secret, a customer whom nobody knows, the
    /// contract that is paid.
    pub notes: Vec<String>,
}

/// Why the checks would tell nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unprepared {
    /// The endpoint does not answer.
    #[error("the endpoint cannot be checked; is it running, and is this its URL?: {0}")]
    NoAnswer(#[from] NoAnswer),
    /// The URL of the observation shows no payment.
    #[error(
        "the URL of --observe does not show a payment that check_deposit has just begun: {0}. It must answer HTTP 200 with \
         {{\"credited\": 0, \"remaining\": 0}}, in minor units"
    )]
    Blind(String),
}

/// Asks for the customer once by each method. Where the method has contracts and none is named, the first one that the
/// customer can pay is taken, and a number that was not named is looked up. Begins a payment, and looks whether it can be
/// seen.
///
/// # Errors
/// [`Unprepared`].
pub async fn prepare(target: &mut Target) -> Result<Prepared, Unprepared> {
    let mut prepared = Prepared::default();
    let methods: Vec<_> = target.methods().collect();
    for method in methods {
        let exchange = asked(target, method).await?;
        let what_is_wrong = exchange.as_ref().and_then(|it| doubt(it, target, method));
        prepared.notes.extend(what_is_wrong);
        let answer = exchange.and_then(|it| it.json).unwrap_or_default();
        match &mut target.customers.contract {
            Some(contract) => name_number(contract, &answer),
            None => prepared
                .notes
                .extend(adopt(target, method, payable_contract(&answer))),
        }
    }
    match cannot_see(target).await? {
        Some(why) => Err(Unprepared::Blind(why)),
        None => Ok(prepared),
    }
}

/// Why a fresh payment cannot be seen; none where it can be, or none could be begun.
async fn cannot_see(target: &Target) -> Result<Option<String>, NoAnswer> {
    let scene = target
        .methods()
        .next()
        .and_then(|method| Scene::of(target, method));
    let (Some(Observer::Url(observation)), Some(scene)) = (&target.observer, scene) else {
        return Ok(None);
    };
    let request = scene.check_deposit(scene.amount());
    let begun = scene.platform.call("", &request).await?;
    Ok(match begun.payment_id() {
        Some(payment_id) => observation.cannot_see(payment_id).await,
        None => None,
    })
}

/// The number that the endpoint has for a contract whose id alone was named.
fn name_number(contract: &mut Contract, answer: &Value) {
    let shown = answer.get("entities").and_then(Value::as_array);
    let same = shown.and_then(|all| all.iter().find(|it| it["id"] == *contract.id));
    let number = same.and_then(|it| it["number"].as_str());
    if contract.number == contract.id
        && let Some(number) = number
    {
        number.clone_into(&mut contract.number);
    }
}

async fn asked(
    target: &Target,
    method: &'static MethodFacts,
) -> Result<Option<Exchange>, NoAnswer> {
    let Some(scene) = Scene::of(target, method) else {
        return Ok(None);
    };
    let verify = scene.verify(&target.customers.payer);
    scene.platform.call("", &verify).await.map(Some)
}

fn doubt(exchange: &Exchange, target: &Target, method: &MethodFacts) -> Option<String> {
    let name = method.name;
    let says = match (exchange.code(), exchange.status) {
        (Some(0), 200) => return None,
        (Some(400), _) => {
            "the endpoint says that the signature is wrong. Is this the secret of this project? `jetpay sign` makes a \
             signature to compare with, `jetpay explain` says why one does not match"
                .to_owned()
        }
        (Some(404), _) => format!(
            "the endpoint does not know the customer {}. Name one with --customer who exists and can pay",
            target.customers.payer
        ),
        (Some(code), status) => format!("HTTP {status} and code {code}"),
        (None, status @ 300..400) => format!(
            "HTTP {status}, a redirect: the platform is not known to follow one. Name the URL that it leads to"
        ),
        (None, status) => format!("HTTP {status} and no `code`. Is this the URL of the method?"),
    };
    Some(format!(
        "{name}: a verify of the customer should be answered with code 0, but {says}."
    ))
}

/// Without a contract nothing can be paid by such a method, so a made up one is better than none.
fn adopt(target: &mut Target, method: &MethodFacts, shown: Option<Contract>) -> Option<String> {
    let name = method.name;
    let needed = match method.contract_fields {
        ContractFields::EntityId => true,
        _ => target.answers_kassa24(super::project::Kassa24Answers::Contracts),
    };
    if !needed {
        return None;
    }
    let note = match &shown {
        Some(contract) => format!(
            "{name}: pays the contract {}, the first that the customer can pay.",
            contract.id
        ),
        None => format!(
            "{name}: the answer to verify shows no contract that can be paid, so a made up one is paid, and what fails \
             may fail because of it. Name one with --contract."
        ),
    };
    target.customers.contract = Some(shown.unwrap_or(Contract {
        id: "1".into(),
        number: "1".into(),
    }));
    Some(note)
}
