//! Preparation: what is asked from an endpoint before the checks.

use std::time::{Duration, Instant};

use jetpay_platform::messages::Contract;
use jetpay_platform::{ContractFields, Exchange, MethodFacts, NoAnswer, payable_contract, visible};
use serde_json::Value;
use thiserror::Error;

use super::check_context::{CheckContext, timeout};
use super::expect::brief;
use super::observe::Observer;
use super::target::Target;
use super::transcript::Lateness;

/// Why the checks would show nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PrepareError {
    /// The endpoint does not answer.
    #[error("the endpoint cannot be checked: {0}; {advice}", advice = advice(.0))]
    NoAnswer(NoAnswer),
    /// The endpoint refuses the `verify` with which every check begins, or it is no endpoint. The sentence says what to
    /// correct.
    #[error("{0}")]
    Refused(String),
    /// The URL of the observation does not show a payment.
    #[error(
        "the URL of --observe does not show a payment that check_deposit has just begun: {0}; it must answer HTTP 200 with \
         {{\"credited\": 0, \"remaining\": 0}}, in minor units"
    )]
    NotObservable(String),
}

/// Sends one `verify` for the customer by each method. If the method has contracts and none is given, the first payable
/// one is used. If only the id of a contract is given, the number is looked up. Then begins a payment and tests whether
/// it can be observed. Other problems that the reader of the report should know become notes of the target.
///
/// # Errors
/// [`PrepareError`].
pub async fn prepare(target: &mut Target) -> Result<(), PrepareError> {
    let methods: Vec<_> = target.methods().collect();
    for method in methods {
        let Some(context) = CheckContext::of(target, method, &Lateness::default()) else {
            continue;
        };
        let verify = context.verify(&target.customers.payer);
        let begun = Instant::now();
        let verified = context.platform.call("", &verify).await;
        let took = begun.elapsed();
        let (doubt, answer) = match verified {
            Ok(exchange) => (
                doubt(&context, &exchange)?,
                exchange.json.unwrap_or_default(),
            ),
            // The checks find what is late, and then end.
            Err(_) if took >= timeout(target) => (None, Value::Null),
            Err(error) => return Err(PrepareError::NoAnswer(error)),
        };
        let contract = match &mut target.customers.contract {
            Some(contract) => name_number(contract, &answer, method),
            None => adopt(target, method, payable_contract(&answer)),
        };
        target.notes.extend(doubt);
        target.notes.extend(contract);
        if is_too_late(target, took) {
            return Ok(());
        }
    }
    match cannot_see(target).await {
        Some(why) => Err(PrepareError::NotObservable(why)),
        None => Ok(()),
    }
}

/// Takes a late answer from the patience of the run. Returns whether nothing of it is left: then the next late answer ends
/// the run.
fn is_too_late(target: &mut Target, took: Duration) -> bool {
    const NONE: Duration = Duration::from_millis(1);
    if took > target.time_limit {
        target.patience = target.patience.saturating_sub(took).max(NONE);
    }
    target.patience == NONE
}

/// Why a new payment cannot be observed; `None` if it can, or if no payment could be begun.
async fn cannot_see(target: &Target) -> Option<String> {
    let Some(Observer::Url(observation)) = &target.observer else {
        return None;
    };
    let method = target.methods().next()?;
    let context = CheckContext::of(target, method, &Lateness::default())?;
    let request = context.check_deposit(context.amount());
    let begun = context.platform.call("", &request).await.ok()?;
    observation.cannot_see(&context, begun.payment_id()?).await
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

const SIGNATURE: &str = "the endpoint refuses the signature: either this project has another id or secret, or the endpoint \
    computes the signature in another way, which `jetpay explain` shows";

const CUSTOMER: &str =
    "the endpoint does not know the customer; name one who exists and can pay with --customer";
const REFUSED: &str = "the endpoint refuses the customer; name one who exists and can pay with --customer, or correct verify";

/// Fails after an answer with which no check can show anything. Any other answer that is not good becomes a note.
fn doubt(context: &CheckContext<'_>, exchange: &Exchange) -> Result<Option<String>, PrepareError> {
    let code = exchange.json.as_ref().and_then(loose_code);
    let text = exchange.text().to_lowercase();
    let is_page = text.trim_start().starts_with('<');
    let names = |words: &[&str]| !is_page && words.iter().any(|word| text.contains(word));
    let names_signature = names(&["signature", "hmac", "подпис", "project"]);
    let names_customer = names(&["not found", "unknown", "no such", "not exist", "не найден"]);
    let ends = match (code, exchange.status) {
        (Some(0), 200) => return Ok(None),
        (Some(400 | 401 | 403), _) | (Some(1..), 401 | 403) => SIGNATURE,
        (Some(204), _) => {
            "the customer owes nothing on any contract; name one who can pay with --customer"
        }
        (Some(1..), 200 | 400..500) | (None, 400..500) if names_signature => SIGNATURE,
        (Some(404), _) | (Some(1..), 404) => CUSTOMER,
        (Some(1..), 200 | 400..500) if names_customer => CUSTOMER,
        (Some(1..), 200 | 400..500) => REFUSED,
        (None, 300..400) => {
            "a redirect, which the platform is not known to follow; name the URL that it leads to"
        }
        (None, 401 | 403 | 407) => {
            "a login or a filter before the endpoint refuses the call; it must let the platform through"
        }
        (None, 404 | 405 | 410) => {
            "the program at the URL does not serve it; is this the URL of the method?"
        }
        (None, ..500) if is_page => {
            "a page came, and not the JSON of an endpoint; is this the URL of the method?"
        }
        (None, 400) => SIGNATURE,
        _ => "",
    };
    let got = visible::line(&context.transcript.sentence(&brief(exchange)));
    let (name, payer) = (context.method.name, &context.target.customers.payer);
    let project = context.project.id;
    let verify = format!("verify of the customer {payer} in project {project}");
    if ends.is_empty() {
        let note =
            format!("{name}: {verify} should be answered with HTTP 200 and code 0, but got {got}");
        return Ok(Some(note));
    }
    Err(PrepareError::Refused(format!(
        "{name}: {ends} ({verify} got {got})"
    )))
}

/// `code`, also as a text or as a float.
fn loose_code(answer: &Value) -> Option<i64> {
    let code = answer.get("code")?;
    let text = code
        .as_str()
        .map_or_else(|| code.to_string(), str::to_owned);
    text.trim().trim_end_matches(".0").parse().ok()
}

/// What to do about an endpoint that does not answer.
fn advice(error: &NoAnswer) -> &'static str {
    let says = |word: &str| error.reason.contains(word);
    if says("certificate") {
        "this machine does not trust its certificate"
    } else if says("corrupt message") {
        "it speaks no TLS: does its URL begin with http://?"
    } else {
        "is it running, and is this its URL?"
    }
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
