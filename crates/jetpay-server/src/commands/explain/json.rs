//! `jetpay explain --json`. New versions may add fields, but never remove one.

use jetpay_core::signature::Order;
use jetpay_explain::{Line, Verdict};
use serde::Serialize;

use super::show::redacted;
use super::{Explain, Report};

#[derive(Default, Serialize)]
struct Json {
    verdict: Option<Verdict>,
    order: Option<Order>,
    string_to_sign: Option<String>,
    computed: Option<String>,
    given: Option<String>,
    hints: Vec<String>,
    /// Where the body was found in the input.
    from: Option<String>,
    /// Remarks about the body.
    notes: Vec<String>,
    /// The project that the body names.
    project: Option<u64>,
    /// The name of the secret that matches.
    secret: Option<String>,
    /// What the sender signed instead, when that is known.
    signed: Option<Signed>,
}

#[derive(Serialize)]
struct Signed {
    string: Option<String>,
    /// The name of the secret that made the signature.
    secret: String,
}

/// The output when the input has no body.
pub(super) fn nothing(why: &str) -> anyhow::Result<String> {
    line(&Json {
        verdict: Some(Verdict::Unreadable),
        hints: vec![why.to_owned()],
        ..Json::default()
    })
}

pub(super) fn report(options: &Explain, report: &Report<'_>) -> anyhow::Result<String> {
    let explanation = &report.explanation;
    let project = explanation.project;
    let shown = |string: &str, lines: Option<&[Line]>| {
        if options.redact {
            lines.map(redacted)
        } else {
            Some(string.to_owned())
        }
    };
    let signed = explanation.signed.as_ref().map(|signed| Signed {
        string: shown(&signed.string, signed.lines.as_deref()),
        secret: report.keys.name(signed.project.or(project), signed.secret),
    });
    let to_sign = explanation.string_to_sign.as_deref();
    let secret = explanation.secret;
    line(&Json {
        verdict: Some(report.verdict()),
        order: explanation.order,
        string_to_sign: to_sign.and_then(|string| shown(string, Some(&explanation.lines))),
        // The first version had this field. Redacted output has it only on request: with it anyone can send the body.
        computed: explanation
            .computed
            .clone()
            .filter(|_| options.show_computed || !options.redact),
        given: explanation.given.clone().filter(|_| !options.redact),
        hints: report
            .faults()
            .into_iter()
            .chain(report.hints().map(ToString::to_string))
            .collect(),
        from: Some(report.found.place.clone()),
        notes: report.notes(),
        project: project.map(jetpay_core::id::ProjectId::number),
        secret: secret.map(|secret| report.keys.name(project, secret)),
        signed,
    })
}

fn line(json: &Json) -> anyhow::Result<String> {
    Ok(serde_json::to_string(json)? + "\n")
}
