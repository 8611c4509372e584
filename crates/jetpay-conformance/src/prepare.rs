//! Preparation: what is asked from an endpoint before the checks.

use jetpay_platform::messages::Contract;
use jetpay_platform::{ContractFields, Exchange, MethodFacts, NoAnswer, payable_contract};
use serde_json::Value;
use thiserror::Error;

use super::check_context::CheckContext;
use super::observe::Observer;
use super::target::Target;

/// Why the checks would show nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PrepareError {
    /// The endpoint does not answer.
    #[error("the endpoint cannot be checked; is it running, and is this its URL?")]
    NoAnswer(#[from] NoAnswer),
    /// The URL of the observation does not show a payment.
    #[error(
        "the URL of --observe does not show a payment that check_deposit has just begun: {0}. It must answer HTTP 200 with \
         {{\"credited\": 0, \"remaining\": 0}}, in minor units"
    )]
    NotObservable(String),
}

/// Sends one `verify` for the customer by each method. If the method has contracts and none is given, the first payable
/// one is used. If only the id of a contract is given, the number is looked up. Then begins a payment and tests whether
/// it can be observed. Problems that the reader of the report should know become notes of the target: a wrong URL or
/// secret, an unknown customer, the contract that is paid.
///
/// # Errors
/// [`PrepareError`].
pub async fn prepare(target: &mut Target) -> Result<(), PrepareError> {
    let methods: Vec<_> = target.methods().collect();
    for method in methods {
        let exchange = asked(target, method).await?;
        let doubt = exchange.as_ref().and_then(|it| doubt(it, target, method));
        let answer = exchange.and_then(|it| it.json).unwrap_or_default();
        let contract = match &mut target.customers.contract {
            Some(contract) => name_number(contract, &answer, method),
            None => adopt(target, method, payable_contract(&answer)),
        };
        target.notes.extend(doubt);
        target.notes.extend(contract);
    }
    match cannot_see(target).await? {
        Some(why) => Err(PrepareError::NotObservable(why)),
        None => Ok(()),
    }
}

/// Why a new payment cannot be observed; `None` if it can, or if no payment could be begun.
async fn cannot_see(target: &Target) -> Result<Option<String>, NoAnswer> {
    let context = target
        .methods()
        .next()
        .and_then(|method| CheckContext::of(target, method));
    let (Some(Observer::Url(observation)), Some(context)) = (&target.observer, context) else {
        return Ok(None);
    };
    let request = context.check_deposit(context.amount());
    let begun = context.platform.call("", &request).await?;
    Ok(match begun.payment_id() {
        Some(payment_id) => observation.cannot_see(payment_id).await,
        None => None,
    })
}

/// Looks up the number of a contract of which only the id was given.
fn name_number(contract: &mut Contract, answer: &Value, method: &MethodFacts) -> Option<String> {
    let shown = answer.get("entities").and_then(Value::as_array)?;
    let Some(same) = shown.iter().find(|it| it["id"] == *contract.id) else {
        return Some(format!(
            "{}: the answer to verify does not show the contract {}. Name one that the customer can pay, with --contract.",
            method.name, contract.id
        ));
    };
    if let Some(number) = same["number"].as_str()
        && contract.number == contract.id
    {
        number.clone_into(&mut contract.number);
    }
    None
}

async fn asked(
    target: &Target,
    method: &'static MethodFacts,
) -> Result<Option<Exchange>, NoAnswer> {
    let Some(context) = CheckContext::of(target, method) else {
        return Ok(None);
    };
    let verify = context.verify(&target.customers.payer);
    context.platform.call("", &verify).await.map(Some)
}

fn doubt(exchange: &Exchange, target: &Target, method: &MethodFacts) -> Option<String> {
    let name = method.name;
    let says = match (exchange.code(), exchange.status) {
        (Some(0), 200) => return None,
        (Some(400), _) => {
            "the endpoint says that the signature is wrong. Is this the secret of this project? `jetpay sign` makes a \
             signature to compare with, `jetpay explain` says why one does not match."
                .to_owned()
        }
        (Some(404), _) => format!(
            "the endpoint does not know the customer {}. Name one with --customer who exists and can pay.",
            target.customers.payer
        ),
        (Some(code), status) => format!("HTTP {status} and code {code}."),
        (None, status @ 300..400) => format!(
            "HTTP {status}, a redirect: the platform is not known to follow one. Name the URL that it leads to."
        ),
        (None, status) => format!("HTTP {status} and no `code`. Is this the URL of the method?"),
    };
    Some(format!(
        "{name}: verify of the customer should be answered with code 0, but {says}"
    ))
}

/// A method with contracts cannot pay without one, so an invented contract is better than none.
fn adopt(target: &mut Target, method: &MethodFacts, shown: Option<Contract>) -> Option<String> {
    let name = method.name;
    let needed = match method.contract_fields {
        ContractFields::EntityId => true,
        _ => target.answers_kassa24(super::target::Kassa24Answers::Contracts),
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
