//! The report for programs. `docs/conformance-report.schema.json` describes it. Its meaning does not change while
//! [`FORMAT`] stays the same.

use serde::Serialize;

use super::{Report, Subject, Summary};
use crate::check::Finding;

/// The name and version of the format. A change may add fields, but must not remove one or change its meaning.
const FORMAT: &str = "jetpay-conformance-report/1";

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    good: bool,
    result: &'static str,
    verdict: String,
    summary: Summary,
    subject: &'a Subject,
    findings: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    full_id: String,
    #[serde(flatten)]
    finding: &'a Finding,
}

impl Report {
    /// The report as JSON with line breaks.
    ///
    /// # Panics
    /// Never: everything in a report can be written as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let findings = self.findings.iter().map(|finding| Row {
            full_id: finding.check.full_id(),
            finding,
        });
        let document = Document {
            format: FORMAT,
            good: self.is_good(),
            result: self.verdict().word(),
            verdict: self.verdict().to_string(),
            summary: self.summary(),
            subject: &self.subject,
            findings: findings.collect(),
        };
        let mut json = serde_json::to_string_pretty(&document)
            .expect("texts, numbers, and keys that are texts can be written");
        json.push('\n');
        json
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use boon::{Compiler, SchemaIndex, Schemas};
    use serde_json::{Value, json};

    use super::super::sample;

    struct Schema(Schemas, SchemaIndex);

    impl Schema {
        fn published() -> Self {
            let path = concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../docs/conformance-report.schema.json"
            );
            let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
            let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
            compiler.add_resource("report.json", schema).unwrap();
            let index = compiler.compile("report.json", &mut schemas).unwrap();
            Self(schemas, index)
        }

        fn refuses(&self, report: &Value) -> Option<String> {
            let refused = self.0.validate(report, self.1).err();
            refused.map(|error| error.to_string())
        }
    }

    fn report() -> Value {
        serde_json::from_str(&sample::report().to_json()).unwrap()
    }

    #[test]
    fn report_is_written_with_every_outcome() {
        insta::assert_snapshot!(sample::report().to_json());
    }

    #[test]
    fn report_is_as_the_published_schema_says() {
        assert_eq!(Schema::published().refuses(&report()), None);
        let mut strict = sample::report();
        strict.subject.strict = true;
        strict.findings.truncate(1);
        let strict = serde_json::from_str(&strict.to_json()).unwrap();
        assert_eq!(Schema::published().refuses(&strict), None);
    }

    #[test]
    fn published_schema_refuses_what_is_no_report() {
        let schema = Schema::published();
        for (pointer, wrong) in [
            ("/format", json!("jetpay-conformance-report/2")),
            ("/summary/passed", json!(1.5)),
            ("/subject/took_ms", json!("3 s")),
            ("/result", json!("amber")),
            ("/findings/0/outcome", json!("fine")),
            ("/findings/7/follows", json!("Kaspi Verify")),
            ("/findings/0/full_id", json!("Kaspi Verify")),
            ("/findings/1/got", Value::Null),
            ("/findings/2/level", json!("may")),
            ("/findings/3/reason", Value::Null),
            ("/findings/1/exchanges/0/status", json!(99)),
            ("/findings/1/exchanges/0/sent", Value::Null),
        ] {
            let mut report = report();
            *report.pointer_mut(pointer).unwrap() = wrong;
            assert!(schema.refuses(&report).is_some(), "{pointer}");
        }
        for (finding, lacks) in [(1, "got"), (3, "reason"), (7, "follows")] {
            let mut report = report();
            let finding = report["findings"][finding].as_object_mut().unwrap();
            finding.remove(lacks);
            assert!(schema.refuses(&report).is_some(), "no {lacks}");
        }
    }
}
