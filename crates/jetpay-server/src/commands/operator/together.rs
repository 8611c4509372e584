//! `jetpay alarms resolve` of many alarms: by their numbers, or all open ones of some kinds.

use std::io::IsTerminal;

use anyhow::bail;
use serde::Serialize;
use serde_json::Value;

use super::ResolveAlarms;
use crate::commands::client::Request;
use crate::commands::confirmed;
use crate::commands::table::{rows, text};

/// The most alarms that the service resolves in one request.
const BATCH: usize = 1000;

/// Resolves the alarms with this decision. It is an error when a number has no alarm.
pub(super) fn resolve(resolve: &ResolveAlarms, mut body: Value) -> anyhow::Result<()> {
    let decision = body.as_object().map_or(0, serde_json::Map::len);
    if decision > 2 || resolve.decision.verdict == "credit" {
        bail!(
            "nothing is resolved: a credit resolves one alarm, because each has an amount of its own; --amount, --currency, \
             --override, --operation and --undo-dismissal are for that"
        );
    }
    let mut outcome = Outcome::default();
    if resolve.kind.is_empty() {
        for seqs in resolve.seqs.chunks(BATCH) {
            body["alarms"] = seqs.into();
            let request = Request::post(&["alarms:resolve"], body.clone());
            outcome.add(&resolve.admin.answer(&request)?);
        }
    } else if let Some(last) = confirm(resolve)? {
        body["kind"] = resolve.kind.join(",").into();
        // What is raised from now on was not counted.
        body["up_to"] = last.into();
        let request = Request::post(&["alarms:resolve"], body);
        while outcome.add(&resolve.admin.answer(&request)?) {}
    }
    let answer = serde_json::to_value(&outcome)?;
    resolve.admin.print(&answer, |_| outcome.rendered())?;
    if !outcome.not_found.is_empty() {
        let numbers = list(&outcome.not_found);
        bail!("there is no alarm with the number {numbers}");
    }
    Ok(())
}

/// What became of the alarms.
#[derive(Default, Serialize)]
struct Outcome {
    resolved: u64,
    already_resolved: Vec<i64>,
    not_found: Vec<i64>,
}

impl Outcome {
    /// Adds the answer to one request; whether more alarms are left.
    fn add(&mut self, answer: &Value) -> bool {
        let numbers = |name| rows(answer, name).iter().filter_map(Value::as_i64);
        self.resolved += answer["resolved"].as_u64().unwrap_or_default();
        self.already_resolved.extend(numbers("already_resolved"));
        self.not_found.extend(numbers("not_found"));
        answer["more"] == true
    }

    fn rendered(&self) -> String {
        let count = match self.resolved {
            1 => "resolved 1 alarm\n".to_owned(),
            count => format!("resolved {count} alarms\n"),
        };
        match self.already_resolved.as_slice() {
            [] => count,
            before => format!("{count}resolved before: {}", list(before)),
        }
    }
}

/// Shows how many open alarms of the kinds there are, and asks. The number of the last one; none, if there is none.
fn confirm(resolve: &ResolveAlarms) -> anyhow::Result<Option<i64>> {
    let kinds = resolve.kind.join(",");
    let count = Request::get(&["alarms:count"])
        .with("kind", Some(&kinds))
        .with("resolved", Some(false));
    let counted = resolve.admin.answer(&count)?;
    let counted = rows(&counted, "kinds");
    let last = counted
        .iter()
        .filter_map(|kind| kind["last"].as_i64())
        .max();
    if last.is_none() {
        eprintln!("there is no open alarm of the kind {kinds}");
        return Ok(None);
    }
    for kind in counted {
        eprintln!(
            "{} {} of kind {}, the oldest of {}, the newest of {}",
            match resolve.decision.verdict.as_str() {
                "dismiss" => "this dismisses",
                _ => "this calls foreign",
            },
            match kind["count"].as_u64() {
                Some(1) => "1 open alarm".to_owned(),
                _ => format!("{} open alarms", text(kind, "/count")),
            },
            text(kind, "/kind"),
            text(kind, "/oldest"),
            text(kind, "/newest")
        );
    }
    if resolve.yes {
        return Ok(last);
    }
    if !std::io::stdin().is_terminal() {
        bail!(
            "nothing is resolved: standard input is no terminal to ask on; add --yes to resolve these alarms"
        );
    }
    if !confirmed("Continue?")? {
        bail!("nothing is resolved; answer y, or use --yes");
    }
    Ok(last)
}

fn list(numbers: &[i64]) -> String {
    let numbers: Vec<_> = numbers.iter().map(ToString::to_string).collect();
    numbers.join(", ")
}
