//! What is asked of an endpoint before it is checked.

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

/// Asks for the customer once by each method. Where the method has contracts and none is named, the first one that the
/// customer can pay is taken.
///
/// # Errors
/// [`NoAnswer`]: then there is nothing to be checked.
pub async fn prepare(target: &mut Target) -> Result<Prepared, NoAnswer> {
    let mut prepared = Prepared::default();
    let methods: Vec<_> = target.methods().collect();
    for method in methods {
        let exchange = asked(target, method).await?;
        let what_is_wrong = exchange.as_ref().and_then(|it| doubt(it, target, method));
        prepared.notes.extend(what_is_wrong);
        if method.contract_fields != ContractFields::None && target.customers.contract.is_none() {
            let shown = exchange
                .and_then(|it| it.json)
                .and_then(|it| payable_contract(&it));
            prepared.notes.extend(adopt(target, method, shown));
        }
    }
    Ok(prepared)
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
