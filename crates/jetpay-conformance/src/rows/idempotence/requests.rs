//! Repeated requests.

use jetpay_platform::Exchange;
use serde::Serialize;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::check::{CheckResult, Stop};
use crate::check_context::CheckContext;
use crate::expect::Refusal;
use crate::expect::{self, Seen};
use crate::row::sections::{READ_ONLY, RECORD_ONLY};
use crate::row::{Row, must, run};

pub(crate) static ROWS: &[Row] = &[
    must("verify-repeated", READ_ONLY)
        .that("verify has no effects, so the fifth answer equals the first one")
        .why("Asking about an account changes it, and the payer sees another debt each time.")
        .runs(run!(repeated)),
    must("deposit-twice", RECORD_ONLY)
        .that("two equal check_deposits get two payment ids")
        .why("A payer who pays the same amount twice is credited once, and the second payment is lost.")
        .runs(run!(twice)),
    must("verify-at-once", READ_ONLY)
        .that("verifies of two customers at the same time are answered as if they came alone")
        .why("One payer sees and pays the account of another.")
        .runs(run!(verifies)),
    must("deposit-at-once", RECORD_ONLY)
        .that("eight check_deposits at the same time get eight payment ids")
        .why("Two payers share a payment id, so one of them pays for nothing.")
        .runs(run!(deposits)),
];

async fn repeated(context: &CheckContext<'_>) -> CheckResult {
    let request = context.verify(&context.target.customers.payer);
    let first = context.call(&request).await?;
    expect::answer(&first, 0)?;
    for _ in 0..4 {
        let again = context.call(&request).await?;
        if context.target.exact {
            expect::equal("the answer", &first.text(), &again.text())?;
        }
        expect::equal(
            "the answer's fields",
            &account_fields(&first),
            &account_fields(&again),
        )?;
    }
    Ok(())
}

/// What an answer says about the account. Values that may change, such as a time, are in other fields.
pub(super) fn account_fields(exchange: &Exchange) -> [Option<&Value>; 4] {
    let fields = ["code", "currency", "additional_customer_id", "entities"];
    fields.map(|field| exchange.json.as_ref()?.get(field))
}

async fn twice(context: &CheckContext<'_>) -> CheckResult {
    let (first, second) = (context.new_payment().await?, context.new_payment().await?);
    if first == second {
        let seen = Seen::received(second).after("the same again: ");
        Err(Stop::failed("another payment_id", seen))
    } else {
        Ok(())
    }
}

/// The number of requests at the same time.
const AT_ONCE: usize = 8;

/// Sends all requests at the same time. Returns the answers in the order of the requests.
async fn all_at_once(
    context: &CheckContext<'_>,
    requests: &[impl Serialize],
) -> CheckResult<Vec<Exchange>> {
    let mut tasks = JoinSet::new();
    for (number, request) in requests.iter().enumerate() {
        let (platform, body) = (context.platform.clone(), context.platform.sign(request));
        tasks.spawn(async move { (number, platform.send("", body).await) });
    }
    let mut answers = Vec::new();
    while let Some(answered) = tasks.join_next().await {
        let (number, exchange) =
            answered.map_err(|error| Stop::failed("an answer", error.to_string()))?;
        answers.push((number, exchange?));
    }
    answers.sort_by_key(|(number, _)| *number);
    Ok(answers.into_iter().map(|(_, exchange)| exchange).collect())
}

async fn verifies(context: &CheckContext<'_>) -> CheckResult {
    let customers = &context.target.customers;
    let payer = context.verify(&customers.payer);
    let unknown = context.verify(&customers.unknown);
    let alone = context.call(&payer).await?;
    expect::answer(&alone, 0)?;
    let requests: Vec<_> = [&payer, &unknown]
        .into_iter()
        .cycle()
        .take(AT_ONCE)
        .collect();
    for (number, exchange) in all_at_once(context, &requests).await?.iter().enumerate() {
        if number % 2 == 0 {
            expect::equal(
                "the answer",
                &account_fields(&alone),
                &account_fields(exchange),
            )
            .map_err(|stop| stop.about(exchange))?;
        } else {
            context.expect_refusal(exchange, Refusal::new(200, 404))?;
        }
    }
    Ok(())
}

async fn deposits(context: &CheckContext<'_>) -> CheckResult {
    let requests = vec![context.check_deposit(context.amount()); AT_ONCE];
    let mut ids = Vec::new();
    for exchange in all_at_once(context, &requests).await? {
        let answer = expect::answer(&exchange, 0)?;
        ids.push(expect::text(answer, "payment_id", &exchange)?.to_owned());
    }
    ids.sort_unstable();
    let same = ids.windows(2).find(|pair| pair[0] == pair[1]);
    let seen = || Seen::received(&ids[0]).after("the same more than once, as ");
    expect::holds("another payment_id", same.is_none(), seen)
}
