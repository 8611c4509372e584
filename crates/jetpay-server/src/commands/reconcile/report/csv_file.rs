//! The listed results as CSV for a spreadsheet: RFC 4180, in UTF-8.

use csv::{Terminator, WriterBuilder};

use super::super::borders::Zone;
use crate::reconcile::view::RunView;
use crate::text::csv_cell;

/// Amounts are in minor units. `time` is in UTC; `local_time` is the same instant in the zone of the last column.
const HEADER: [&str; 18] = [
    "id",
    "kind",
    "project_id",
    "operation_id",
    "payment_id",
    "field",
    "ours",
    "theirs",
    "why",
    "amount",
    "currency",
    "time",
    "local_time",
    "zone",
    "source",
    "line",
    "state",
    "status",
];

pub(super) fn render(run: &RunView, zone: &Zone) -> anyhow::Result<Vec<u8>> {
    let mut csv = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    csv.write_record(HEADER)?;
    let utc = Zone::utc();
    for result in run.results.iter().flatten() {
        let finding = &result.finding;
        let text = |text: &Option<String>| csv_cell(text.as_deref().unwrap_or_default());
        let word = |word: Option<&dyn ToString>| word.map(ToString::to_string).unwrap_or_default();
        let source = finding
            .source
            .and_then(|at| run.sources.get(usize::from(at)));
        csv.write_record([
            csv_cell(&finding.id),
            finding.kind.to_string(),
            word(finding.project_id.as_ref().map(|it| it as _)),
            word(finding.operation_id.as_ref().map(|it| it as _)),
            text(&finding.payment_id),
            text(&finding.field),
            text(&finding.ours),
            text(&finding.theirs),
            text(&finding.why),
            finding
                .amount
                .map(|it| it.minor().to_string())
                .unwrap_or_default(),
            finding
                .amount
                .map(|it| it.currency().to_string())
                .unwrap_or_default(),
            result.time.map(|time| utc.show(time)).unwrap_or_default(),
            result.time.map(|time| zone.show(time)).unwrap_or_default(),
            csv_cell(&zone.name),
            source.map(|it| csv_cell(&it.name)).unwrap_or_default(),
            word(finding.line.as_ref().map(|it| it as _)),
            word(result.state.as_ref().map(|it| it as _)),
            text(&result.status),
        ])?;
    }
    Ok(csv.into_inner()?)
}
