//! After a crash: the ledger still has every payout that was acknowledged, with its whole history. At the end of a run:
//! every payout gets its outcome.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use jetpay_platform::Admin;
use serde_json::Value;

use super::gate::{Record, records};
use super::{Known, PayoutRequest, load, text};
use crate::crash::run::{Run, get_with_retries};

/// Checks every payout with an answer or an acknowledged callback since the last audit.
pub(in crate::crash) async fn after_a_crash(run: &Run) -> Result<()> {
    let (touched, unexpected) = {
        let mut journal = run.payouts.journal();
        (
            journal.take_touched(),
            std::mem::take(&mut journal.unexpected),
        )
    };
    for what in unexpected {
        run.violated(what);
    }
    check_sends(run);
    for id in touched {
        // Read this before the request, because the Gate goes on sending callbacks.
        let acknowledged = {
            let journal = run.payouts.journal();
            journal.known[&id].acknowledged.clone()
        };
        let answer = get_with_retries(&run.admins[0], &format!("/v1/payouts/{id}")).await?;
        let Some(shown) = answer.json.filter(|_| answer.status == 200) else {
            let status = answer.status;
            run.violated(format!(
                "{id} was issued, and GET is answered with {status}"
            ));
            continue;
        };
        let mut journal = run.payouts.journal();
        let request = journal.known[&id]
            .order
            .map(|number| &journal.orders[number].request);
        let mut problems = request.map_or_else(Vec::new, |request| differences(request, &shown));
        problems.extend(
            acknowledged
                .iter()
                .filter_map(|status| without_effect(status, &shown)),
        );
        let known = journal.known.entry(id.clone()).or_default();
        problems.extend(lost_steps(known, &shown));
        for problem in problems {
            run.violated(format!("{id}: {problem}"));
        }
    }
    Ok(())
}

/// Checks the requests that the Gate has seen since the last audit.
pub(super) fn check_sends(run: &Run) {
    let gate = run.payouts.gate.state();
    let mut journal = run.payouts.journal();
    for seen in &gate.log()[journal.checked..] {
        if seen.is_unsafe_resend() {
            run.violated(format!(
                "sent again although the Gate did not allow it: {seen:?}"
            ));
        }
    }
    journal.checked = gate.log().len();
}

/// The fields that differ from the request.
pub(super) fn differences(request: &PayoutRequest, shown: &Value) -> Vec<String> {
    let requested = request.body();
    let fields = ["project_id", "account_number", "amount", "currency"].into_iter();
    fields
        .filter(|field| shown[field] != requested[field])
        .map(|field| format!("{field} is {}, and was {}", shown[field], requested[field]))
        .collect()
}

/// Says so if an acknowledged callback has no effect.
pub(super) fn without_effect(status: &str, shown: &Value) -> Option<String> {
    let state = shown["state"].as_str().unwrap_or_default();
    let has_effect = match status {
        "success" => matches!(state, "paid" | "reversed"),
        "reversed" => state == "reversed",
        "decline" => state == "declined",
        _ => true,
    };
    (!has_effect).then(|| format!("{status} was acknowledged, and it is {state:?}"))
}

/// Stores the history as it is shown now. Says so if earlier steps are gone.
pub(super) fn lost_steps(known: &mut Known, shown: &Value) -> Option<String> {
    let history = shown["history"].as_array().cloned().unwrap_or_default();
    let before = std::mem::replace(&mut known.history, history);
    (!known.history.starts_with(&before) || known.history.is_empty()).then(|| {
        format!(
            "the history had {} steps, and some of them are gone",
            before.len()
        )
    })
}

/// A request for a payout must be answered within this time.
const ANSWERED_WITHIN: Duration = Duration::from_secs(30);
/// All payouts must have an outcome within this time. It is long: each wait is 1.5 times the last one, and a Gate may
/// forget a payout.
const FINISHED_WITHIN: Duration = Duration::from_secs(180);
const PAUSE: Duration = Duration::from_millis(250);

/// Waits until all payouts have their outcome, and stores them as the service shows them then.
pub(in crate::crash) async fn finish_all(run: &Run) -> Result<()> {
    repeat_open_requests(run).await;
    let begun = Instant::now();
    loop {
        let listed = listed(&run.admins[0]).await?;
        let unfinished = unfinished(run, &listed);
        if unfinished.is_empty() {
            break;
        }
        if begun.elapsed() > FINISHED_WITHIN {
            for problem in unfinished {
                run.violated(problem);
            }
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    read_all(run).await
}

/// Repeats the requests of clients that have not given up until they are answered.
async fn repeat_open_requests(run: &Run) {
    let open = run.payouts.journal().take_all_open();
    for number in open {
        let begun = Instant::now();
        while !load::post(run, &run.admins[0], number).await {
            if begun.elapsed() > ANSWERED_WITHIN {
                run.violated(format!("the request for payout {number} was not answered"));
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// The payouts that are not yet in the state in which they must end.
fn unfinished(run: &Run, listed: &[Value]) -> Vec<String> {
    let records = records(&run.payouts.gate.state());
    let journal = run.payouts.journal();
    let plans: BTreeMap<_, _> = journal
        .orders
        .iter()
        .map(|order| (order.request.key.as_str(), &order.request.plan))
        .collect();
    let open = listed.iter().filter_map(|shown| {
        let (id, key) = (text(shown, "payment_id"), text(shown, "idempotency_key"));
        let ending = records
            .get(id)
            .zip(plans.get(key))
            .and_then(|(record, plan)| Record::ending(record, plan));
        let state = text(shown, "state");
        (ending != Some(state)).then(|| {
            let sends = records.get(id).map_or(0, |record| record.sends);
            let must = ending.unwrap_or("sent (again)");
            format!("{id} was sent {sends} times and ended {state}; it must be {must}")
        })
    });
    open.collect()
}

/// Reads each payout with its history from each service. All services must show the same.
async fn read_all(run: &Run) -> Result<()> {
    let mut first: Option<Vec<Value>> = None;
    for admin in &run.admins {
        let mut all = Vec::new();
        for listed in listed(admin).await? {
            let path = format!("/v1/payouts/{}", text(&listed, "payment_id"));
            let shown = get_with_retries(admin, &path).await?.json;
            let mut shown = shown.with_context(|| format!("the answer to {path} is not JSON"))?;
            // The service never stops asking about a payout that stays accepted, so these fields change.
            for moving in ["due_at", "changed_at"] {
                shown[moving].take();
            }
            all.push(shown);
        }
        match &first {
            Some(first) if *first != all => {
                run.violated("two services show different payouts".into());
            }
            _ => first = Some(all),
        }
    }
    run.payouts.journal().shown = first.unwrap_or_default();
    Ok(())
}

/// Lists all payouts, page by page, without their histories.
async fn listed(admin: &Admin) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    let mut path = "/v1/payouts?limit=1000".to_owned();
    loop {
        let page = get_with_retries(admin, &path).await?;
        let page = page.json.context("the list of payouts is not JSON")?;
        let payouts = page["payouts"].as_array();
        all.extend(
            payouts
                .context("the answer has no list of payouts")?
                .iter()
                .cloned(),
        );
        match page["next"].as_str() {
            Some(next) => path = format!("/v1/payouts?limit=1000&after={next}"),
            None => return Ok(all),
        }
    }
}
