//! Reconciliations and differences as rows: the same questions in every store.

use jetpay_core::Money;
use jetpay_core::id::{OperationId, ProjectId};
use jetpay_reconcile::{Finding, Kind};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::keys::TransactionError;
use super::tables::DIFFERENCES;
use super::value::{Value, Values};
use crate::model::{
    Difference, DifferenceState, Millis, ReconciledFinding, Reconciliation, RunDifferences,
};

/// A difference as a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DifferenceRow {
    /// Project, operation and kind.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
    /// The project.
    pub project_id: ProjectId,
    /// The operation.
    pub operation_id: OperationId,
    /// The payment, as the platform names it.
    pub payment_id: Option<String>,
    /// What differs, as JSON: an operator's word holds as long as it stays the same.
    pub facts: String,
    /// When it happened, in whole seconds since 1970-01-01 00:00 UTC.
    pub happened_at: Option<i64>,
    /// The first run that listed it.
    pub first_run: i64,
    /// The last run that listed it.
    pub last_run: i64,
    /// How it stands.
    pub state: DifferenceState,
    /// What an operator decided.
    pub decision: Option<Decision>,
    /// The number of its open alarm. The store finds it.
    pub alarm_seq: Option<i64>,
}

/// Why an operator resolved a difference, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Why, in the operator's words.
    pub reason: String,
    /// The name of the token with which the decision came.
    pub by: Option<String>,
    /// When.
    pub time: Millis,
}

impl DifferenceRow {
    /// A row of `differences`.
    pub(crate) fn values(&self) -> Vec<Value<'_>> {
        let decision = self.decision.as_ref();
        vec![
            self.id.as_str().into(),
            self.kind.as_str().into(),
            self.project_id.into(),
            self.operation_id.into(),
            self.payment_id.as_deref().into(),
            self.facts.as_str().into(),
            self.happened_at.into(),
            self.first_run.into(),
            self.last_run.into(),
            self.state.as_str().into(),
            decision.map(|decision| decision.reason.as_str()).into(),
            decision.and_then(|decision| decision.by.as_deref()).into(),
            decision.map(|decision| decision.time).into(),
        ]
    }

    /// As it is shown.
    pub(crate) fn shown(self) -> Result<Difference, TransactionError> {
        let facts = serde_json::from_str(&self.facts).map_err(|_| {
            TransactionError::Store(format!("the row of difference {} is broken", self.id))
        });
        let (field, ours, theirs, amount, _): Facts = facts?;
        let (reason, by, decided_at) = match self.decision {
            Some(Decision { reason, by, time }) => (Some(reason), by, Some(time)),
            None => (None, None, None),
        };
        Ok(Difference {
            id: self.id,
            kind: self.kind,
            project_id: self.project_id,
            operation_id: self.operation_id,
            payment_id: self.payment_id,
            field,
            ours,
            theirs,
            amount,
            happened_at: self
                .happened_at
                .map(|seconds| Millis(seconds.saturating_mul(1_000))),
            first_run: self.first_run,
            last_run: self.last_run,
            state: self.state,
            reason,
            by,
            decided_at,
            alarm_seq: self.alarm_seq,
        })
    }

    /// From a row that [`by_id`] gives.
    pub(crate) fn read(row: &mut Values<'_>) -> Result<Self, TransactionError> {
        Ok(Self {
            id: row.string()?,
            kind: row.word()?,
            project_id: row.project()?,
            operation_id: row.operation()?,
            payment_id: row.optional_string(),
            facts: row.string()?,
            happened_at: row.optional_int(),
            first_run: row.int()?,
            last_run: row.int()?,
            state: row.word()?,
            decision: {
                let (reason, by) = (row.optional_string(), row.optional_string());
                let decided = reason.zip(row.optional_int());
                decided.map(|(reason, time)| Decision {
                    reason,
                    by,
                    time: Millis(time),
                })
            },
            alarm_seq: row.optional_int(),
        })
    }
}

/// The number of the open alarm about a difference.
const ITS_ALARM: &str =
    "(SELECT max(alarms.seq) FROM alarms WHERE alarms.difference = differences.id AND NOT settled)";

fn select(alarm: &str) -> String {
    format!(
        "SELECT {}, {alarm} FROM differences",
        DIFFERENCES.names(0).join(", ")
    )
}

/// The open differences, at most `$1`, without their alarms.
pub(crate) fn listed() -> String {
    let select = select("CAST(NULL AS BIGINT)");
    format!("{select} WHERE state = 'open' ORDER BY id LIMIT $1")
}

/// A difference by its id, with its open alarm.
pub(crate) fn by_id() -> String {
    format!("{} WHERE id = $1", select(ITS_ALARM))
}

/// The differences with the ids `$1`, and those that the alarms `$2` are about, locked for a change.
#[cfg(feature = "postgres")]
pub(crate) fn by_ids() -> String {
    format!(
        "{} WHERE id = ANY($1::text[] || ARRAY(SELECT difference FROM alarms WHERE seq = ANY($2) AND difference IS NOT NULL))
        ORDER BY id FOR UPDATE OF differences",
        select(ITS_ALARM)
    )
}

/// The last number of a run, also of one that is not finished.
pub(crate) const LAST_RUN: &str = "SELECT coalesce(max(seq), 0) FROM reconciliations";

/// How many differences are open.
pub(crate) const OPEN: &str = "SELECT count(*) FROM differences WHERE state = 'open'";

/// Open differences behind `$1`.
pub(crate) const ALL_OPEN: &str = "SELECT id, kind, project_id, operation_id FROM differences WHERE state = 'open' AND id > $1 ORDER BY id LIMIT 1000";

const RUN: &str = "SELECT seq, from_time, to_time, ledger_seq, sources, counts, sums, time, actor FROM reconciliations
    WHERE finished = 1 AND ";

/// The runs before `$1`, the newest first, at most `$2`.
pub(crate) fn runs() -> String {
    format!("{RUN} seq < $1 ORDER BY seq DESC LIMIT $2")
}

/// A run by its number.
pub(crate) fn run() -> String {
    format!("{RUN} seq = $1")
}

/// The results of the run `$1` behind its first `$2`, each with its place and its difference as it is now. If they are of one
/// kind, the next value is the [`pattern`] of it. The last value is the limit.
pub(crate) fn results(of_kind: bool) -> String {
    let (of_kind, limit) = if of_kind {
        ("AND finding LIKE $3", "$4")
    } else {
        ("", "$3")
    };
    format!(
        "SELECT number, finding, state,
            (SELECT max(alarms.seq) FROM alarms WHERE alarms.difference = differences.id), reason, actor
        FROM reconciliation_results LEFT JOIN differences ON differences.id = reconciliation_results.difference
        WHERE run = $1 AND number > $2 {of_kind}
            AND EXISTS (SELECT 1 FROM reconciliations WHERE seq = run AND finished = 1)
        ORDER BY number LIMIT {limit}"
    )
}

/// What the JSON of each result of a kind has, and no other: inside a text of it, quotes are escaped.
pub(crate) fn pattern(kind: Kind) -> String {
    format!("%\"kind\":\"{kind}\"%")
}

/// How many results of the runs from `$1` to `$2` are differences about an operation, and how many of these are open now.
pub(crate) const OF_RUNS: &str = "SELECT run, CAST(count(*) AS BIGINT),
        CAST(sum(CASE WHEN state = 'open' THEN 1 ELSE 0 END) AS BIGINT)
    FROM reconciliation_results JOIN differences ON differences.id = reconciliation_results.difference
    WHERE run BETWEEN $1 AND $2 GROUP BY run";

/// From a row that [`OF_RUNS`] gives.
pub(crate) fn of_runs(row: &mut Values<'_>) -> Result<(i64, RunDifferences), TransactionError> {
    let (run, all, open) = (row.int()?, row.int()?, row.int()?);
    let differences = RunDifferences {
        all: all.unsigned_abs(),
        open: open.unsigned_abs(),
    };
    Ok((run, differences))
}

/// A new row of `reconciliations`, whose results are not there yet.
pub(crate) fn of_run(
    run: &Reconciliation,
    listed: usize,
) -> Result<Vec<Value<'_>>, TransactionError> {
    Ok(vec![
        run.run.into(),
        run.from.into(),
        run.to.into(),
        run.ledger_seq.into(),
        json(&run.sources)?.into(),
        json(&run.counts)?.into(),
        json(&run.sums)?.into(),
        Value::limit(listed),
        run.time.into(),
        run.by.as_deref().into(),
        false.into(),
    ])
}

/// From a row that [`run`] gives.
pub(crate) fn read_run(row: &mut Values<'_>) -> Result<Reconciliation, TransactionError> {
    Ok(Reconciliation {
        run: row.int()?,
        from: row.time()?,
        to: row.time()?,
        ledger_seq: row.int()?,
        sources: parsed(row)?,
        counts: parsed(row)?,
        sums: parsed(row)?,
        time: row.time()?,
        by: row.optional_string(),
    })
}

/// A row of `reconciliation_results`.
pub(crate) fn of_finding<'v>(
    run: i64,
    number: i64,
    difference: Option<&'v str>,
    finding: &Finding,
) -> Result<[Value<'v>; 4], TransactionError> {
    let finding = json(finding)?.into();
    Ok([run.into(), number.into(), difference.into(), finding])
}

/// From a row that [`results`] gives.
pub(crate) fn read_finding(
    row: &mut Values<'_>,
) -> Result<(i64, ReconciledFinding), TransactionError> {
    let (number, finding) = (row.int()?, parsed(row)?);
    let state: Option<DifferenceState> = row.optional_word()?;
    let finding = ReconciledFinding {
        finding,
        state,
        alarm_seq: row.optional_int(),
        reason: row.optional_string(),
        by: row.optional_string(),
    };
    Ok((number, finding))
}

/// What differs, as [`facts`] writes it.
type Facts = (
    Option<String>,
    Option<String>,
    Option<String>,
    Option<Money>,
    Option<String>,
);

/// What differs, as a row keeps it: the field, both sides, the money in question, and the payment.
pub(crate) fn facts(finding: &Finding) -> Result<String, TransactionError> {
    let Finding {
        field,
        ours,
        theirs,
        amount,
        payment_id,
        ..
    } = finding;
    json(&(field, ours, theirs, amount, payment_id))
}

/// The money in question and the payment, from the [`facts`] of a row.
pub(crate) fn read_subject(
    row: &mut Values<'_>,
) -> Result<(Option<Money>, Option<String>), TransactionError> {
    let (_, _, _, amount, payment): Facts = parsed(row)?;
    Ok((amount, payment))
}

/// A value as JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<String, TransactionError> {
    let json = serde_json::to_string(value);
    json.map_err(|error| TransactionError::Store(format!("a report cannot be stored: {error}")))
}

fn parsed<T: DeserializeOwned>(row: &mut Values<'_>) -> Result<T, TransactionError> {
    serde_json::from_str(row.text()?).map_err(|_| row.broken())
}
