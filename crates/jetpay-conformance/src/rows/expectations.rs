//! Expectations that rows share: the effect of a callback, and the fields of a good answer.

use jetpay_platform::messages::{Callback, Operation};
use jetpay_platform::{Exchange, is_acknowledged};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::check::{CheckResult, Stop};
use crate::check_context::{AMOUNT_MINOR, CheckContext, as_json};
use crate::expect::{self, Seen};
use crate::row::{CallbackBodies, Sent, Words};

/// Expects that every URL for callbacks refuses each of the bodies, and that nothing changes.
pub(crate) async fn refused(
    context: &CheckContext<'_>,
    payment_id: &str,
    bodies: Vec<Vec<u8>>,
) -> CheckResult {
    let urls = context.callback_urls();
    for body in bodies {
        for url in &urls {
            context.expect_status(&context.send_at(url, body.clone()).await?, 400)?;
        }
    }
    expect_unchanged(context, payment_id).await
}

/// The same for bodies that are made from a callback of a new payment.
pub(crate) async fn callback_refused(
    context: &CheckContext<'_>,
    bodies: CallbackBodies,
) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let bodies = bodies(context, &context.any_callback(&payment_id));
    refused(context, &payment_id, bodies).await
}

/// Expects that the body has no effect: it is refused, or accepted without an effect. The service `jetpay` must refuse
/// it.
pub(crate) async fn expect_harmless(
    context: &CheckContext<'_>,
    payment_id: &str,
    body: Vec<u8>,
) -> CheckResult {
    if context.target.exact {
        return refused(context, payment_id, vec![body]).await;
    }
    let mut taken = false;
    for url in context.callback_urls() {
        taken |= is_acknowledged(context.send_at(&url, body.clone()).await?.status);
    }
    if taken {
        context.expect_money(payment_id, "pending", &[]).await
    } else {
        expect_unchanged(context, payment_id).await
    }
}

/// Expects that nothing changed, if that can be observed. The refusal is seen without an observer.
pub(crate) async fn expect_unchanged(context: &CheckContext<'_>, payment_id: &str) -> CheckResult {
    context
        .expect_money_if_seen(payment_id, "pending", &[])
        .await
}

/// Expects that a changed success of a new payment credits.
pub(crate) async fn credits(
    context: &CheckContext<'_>,
    change: impl FnOnce(Value) -> Value,
) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let success = as_json(&context.success(&payment_id));
    context.expect_acknowledged(&change(success)).await?;
    expect_credited(context, &payment_id).await
}

/// Sends these callbacks of a new payment, and expects that each is acknowledged and that the payment ends in this state.
pub(crate) async fn sequence(
    context: &CheckContext<'_>,
    sent: &[Sent],
    state: &str,
) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let mut before: Vec<Callback> = Vec::new();
    for sent in sent {
        let (Sent::Same(status) | Sent::Other(status)) = *sent;
        let new = match status {
            "success" => context.success(&payment_id),
            "decline" => context.decline(&payment_id),
            _ => context.processing(&payment_id),
        };
        let same = matches!(sent, Sent::Same(_));
        let repeated = before.iter().find(|it| same && it.payment.status == status);
        let callback = match (repeated, before.first()) {
            (Some(repeated), _) => repeated.clone(),
            (None, Some(first)) if same => new.with_operation_id(first.operation.id),
            _ => new,
        };
        context.expect_acknowledged(&callback).await?;
        before.push(callback);
    }
    if state == "credited" {
        expect_credited(context, &payment_id).await
    } else {
        context.expect_money(&payment_id, state, &[]).await
    }
}

/// Expects exactly one credit of the usual amount.
pub(crate) async fn expect_credited(context: &CheckContext<'_>, payment_id: &str) -> CheckResult {
    context
        .expect_money(payment_id, "credited", &[AMOUNT_MINOR])
        .await
}

/// Posts a callback that must not credit. The service `jetpay` acknowledges it and raises an alarm. A merchant may also
/// refuse it.
pub(crate) async fn post_wrong_callback(
    context: &CheckContext<'_>,
    callback: &(impl Serialize + Sync),
) -> CheckResult {
    let exchange = context.post_callback(callback).await?;
    expect_acknowledged_if_exact(context, &exchange)
}

/// Expects HTTP 200 if the target must be exact. Otherwise any answer is right.
pub(crate) fn expect_acknowledged_if_exact(
    context: &CheckContext<'_>,
    exchange: &Exchange,
) -> CheckResult {
    if context.target.exact {
        context.expect_status(exchange, 200)
    } else {
        Ok(())
    }
}

/// Posts a callback of a new payment with these words. Returns the payment id.
pub(crate) async fn post_with_words(
    context: &CheckContext<'_>,
    payment: &str,
    kind: &str,
    operation: &str,
) -> CheckResult<String> {
    let payment_id = context.new_payment().await?;
    let operation = Operation::new(kind, operation, context.amount());
    context
        .expect_acknowledged(&context.callback(&payment_id, payment, operation))
        .await?;
    Ok(payment_id)
}

/// Expects that each of these words is acknowledged and credits nothing.
pub(crate) async fn no_credit(context: &CheckContext<'_>, words: &[Words]) -> CheckResult {
    for [payment, kind, operation] in words {
        let payment_id = post_with_words(context, payment, kind, operation).await?;
        context.expect_entries(&payment_id, &[]).await?;
    }
    Ok(())
}

/// The documented fields of an account.
pub(crate) const ACCOUNT: [&str; 3] = ["code", "currency", "additional_customer_id"];

/// Expects an answer with an account. If the target must be exact, it has no other fields.
pub(crate) fn account<'a>(
    context: &CheckContext<'_>,
    exchange: &'a Exchange,
    code: i64,
) -> CheckResult<&'a Map<String, Value>> {
    let answer = expect::answer(exchange, code)?;
    expect_currency(context, answer, exchange)?;
    // Without contracts the documents say that the field is optional, or show it in samples only.
    if context.target.exact || context.has_contracts() {
        expect::text(answer, "additional_customer_id", exchange)?;
    }
    let allowed: &[&str] = match (context.has_contracts(), code) {
        (false, _) => &[],
        (true, 0) => &["message", "entities"],
        (true, _) => &["message"],
    };
    context.expect_only(answer, &ACCOUNT, allowed, exchange)?;
    Ok(answer)
}

/// Expects the currency of the project.
pub(crate) fn expect_currency(
    context: &CheckContext<'_>,
    answer: &Map<String, Value>,
    exchange: &Exchange,
) -> CheckResult {
    let wanted = Value::from(context.target.currency.code());
    expect::equal("`currency`", &Some(&wanted), &answer.get("currency"))
        .map_err(|stop| stop.about(exchange))
}

/// Expects a list of contracts that is not empty, and returns it.
pub(crate) fn listed_contracts<'a>(
    answer: &'a Map<String, Value>,
    exchange: &Exchange,
) -> CheckResult<&'a Vec<Value>> {
    let contracts = answer.get("entities").and_then(Value::as_array);
    let contracts = contracts.filter(|contracts| !contracts.is_empty());
    contracts.ok_or_else(|| Stop::failed("a list in `entities`", expect::brief(exchange)))
}

/// Expects an answer with good contracts, and returns them.
pub(crate) fn sound_contracts<'a>(
    context: &CheckContext<'_>,
    exchange: &'a Exchange,
) -> CheckResult<&'a Vec<Value>> {
    let contracts = listed_contracts(account(context, exchange, 0)?, exchange)?;
    for contract in contracts {
        let contract = contract
            .as_object()
            .ok_or_else(|| Stop::failed("objects in `entities`", expect::brief(exchange)))?;
        expect::text(contract, "id", exchange)?;
        expect::text(contract, "number", exchange)?;
        for name in ["payment", "min_payment", "status_code"] {
            let integer = contract.get(name).is_none_or(Value::is_i64);
            let what = format!("`{name}` as an integer of minor units, and not below 0");
            expect::holds(&what, integer, || {
                Seen::received(contract[name].to_string())
            })?;
        }
        let object = contract.get("info").is_none_or(Value::is_object);
        let what = "an object in `info` of a contract, or no such field";
        expect::holds(what, object, || {
            Seen::received(contract["info"].to_string())
        })?;
    }
    Ok(contracts)
}

/// Expects a good answer to `check_deposit`, and returns the payment id.
pub(crate) fn payment_id(context: &CheckContext<'_>, exchange: &Exchange) -> CheckResult<String> {
    let answer = expect::answer(exchange, 0)?;
    context.expect_only(
        answer,
        &["code", "payment_id"],
        context.method.deposit_extras,
        exchange,
    )?;
    expect::text(answer, "payment_id", exchange).map(str::to_owned)
}
