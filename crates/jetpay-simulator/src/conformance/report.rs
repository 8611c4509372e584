//! The results of all checks, and how they are shown.

use std::fmt;

use super::check::{Check, checks, run};
use super::outcome::Outcome;
use super::target::Target;
use crate::methods::MethodFacts;

/// The results of all checks of a target.
///
/// `Display` shows a table for each method: `✓`, `✗` or `-`, the sentence, and the section that demands it; a
/// failure with its id, what was expected and what was got. A summary ends it.
#[derive(Debug, Clone)]
pub struct Report {
    results: Vec<(Check, Outcome)>,
}

/// Runs all checks, one after the other. `on_each` is told each result as it comes.
pub async fn run_all(target: &Target, mut on_each: impl FnMut(&Check, &Outcome)) -> Report {
    let mut results = Vec::new();
    for check in checks(target) {
        let outcome = run(target, &check).await;
        on_each(&check, &outcome);
        results.push((check, outcome));
    }
    Report { results }
}

impl Report {
    /// Every check with its outcome, in order.
    #[must_use]
    pub fn results(&self) -> &[(Check, Outcome)] {
        &self.results
    }

    /// How many passed.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.count(|outcome| *outcome == Outcome::Passed)
    }

    /// How many failed.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Failed { .. }))
    }

    /// How many could not be run.
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Skipped { .. }))
    }

    fn count(&self, which: impl Fn(&Outcome) -> bool) -> usize {
        self.results
            .iter()
            .filter(|(_, outcome)| which(outcome))
            .count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self
            .results
            .iter()
            .map(|(check, _)| check.sentence.chars().count())
            .max()
            .unwrap_or_default();
        let mut method = None;
        for (check, outcome) in &self.results {
            if method != Some(check.method) {
                method = Some(check.method);
                writeln!(f, "\n{}", title(check.method))?;
            }
            line(f, check, outcome, width)?;
        }
        let skipped = match self.skipped() {
            0 => String::new(),
            skipped => format!(", {skipped} skipped"),
        };
        writeln!(
            f,
            "\n{} passed, {} failed{skipped}",
            self.passed(),
            self.failed()
        )
    }
}

fn title(method: Option<&str>) -> String {
    match method.and_then(MethodFacts::named) {
        Some(facts) => format!("{} - document \"{}\"", facts.name, facts.document),
        None => "callback - any method".to_owned(),
    }
}

fn line(f: &mut fmt::Formatter<'_>, check: &Check, outcome: &Outcome, width: usize) -> fmt::Result {
    let (mark, notes) = match outcome {
        Outcome::Passed => ('✓', Vec::new()),
        Outcome::Skipped { why } => ('-', vec![("skipped:", why)]),
        Outcome::Failed { expected, got } => (
            '✗',
            vec![("id:", &check.id), ("expected:", expected), ("got:", got)],
        ),
    };
    writeln!(f, "  {mark} {:width$}   {}", check.sentence, check.section)?;
    notes
        .into_iter()
        .try_for_each(|(label, text)| writeln!(f, "      {label:9} {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::Project;

    #[test]
    fn table_shows_marks_sections_and_what_went_wrong() {
        let project = Project::new(1234, "secret").unwrap();
        let checks = checks(&Target::new("http://127.0.0.1:1", project));
        let failed = Outcome::Failed {
            expected: "HTTP 200".into(),
            got: "HTTP 404".into(),
        };
        let skipped = Outcome::Skipped {
            why: "needs more".into(),
        };
        let outcomes = [Outcome::Passed, failed, skipped];
        let report = Report {
            results: checks.into_iter().zip(outcomes).collect(),
        };

        let text = report.to_string();
        let lines: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        assert_eq!(lines[0], "kaspi - document \"Kaspi Bank\"");
        assert!(lines[1].starts_with("✓ verify of a customer"), "{text}");
        assert!(
            lines[1].ends_with("Request verify to check the account's existence"),
            "{text}"
        );
        assert!(lines[2].starts_with('✗'), "{text}");
        assert_eq!(lines[4..6], ["expected: HTTP 200", "got:      HTTP 404"]);
        assert_eq!(lines.last(), Some(&"1 passed, 1 failed, 1 skipped"));
    }
}
