//! A reconciliation as JSON: in the answers of the admin interface, and in what the commands print.

use std::collections::BTreeMap;

use jetpay_ledger::{DifferenceState, Millis, ReconciledFinding, Reconciliation};
use jetpay_reconcile::{Finding, Kind, Report, Source, Sum};
use serde::{Deserialize, Serialize};

/// A reconciliation. Times are whole seconds since 1970-01-01 00:00 UTC, and RFC 3339 in JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RunView {
    /// Its number; none if it is not recorded.
    pub(crate) run: Option<i64>,
    #[serde(with = "utc")]
    pub(crate) from: i64,
    /// The first second after the interval.
    #[serde(with = "utc")]
    pub(crate) to: i64,
    pub(crate) ledger_seq: i64,
    pub(crate) sources: Vec<Source>,
    pub(crate) counts: BTreeMap<String, u64>,
    pub(crate) sums: Vec<Sum>,
    /// When it was recorded.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "utc_if_present"
    )]
    pub(crate) time: Option<i64>,
    /// The name of the token that recorded it; none for the schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<String>,
    /// What is listed; none in a list of reconciliations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) results: Option<Vec<ResultView>>,
    /// Where the next page of results begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<i64>,
}

/// A result that a reconciliation lists.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ResultView {
    /// What was found, without its time.
    #[serde(flatten)]
    pub(crate) finding: Finding,
    /// When the operation happened.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "utc_if_present"
    )]
    pub(crate) time: Option<i64>,
    /// How the difference stands now; none if it is no difference or not recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<DifferenceState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) alarm_seq: Option<i64>,
    /// Why an operator resolved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// The name of the token with which that came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<String>,
    /// What the platform says about the payment's status now, if it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<String>,
}

impl RunView {
    /// How many differences a person must look at: not those that a person accepted, or that are closed since. A list that
    /// is not complete has only the run's counts.
    pub(crate) fn to_do(&self) -> u64 {
        let is_open = |result: &&ResultView| {
            let state = result.state.unwrap_or(DifferenceState::Open);
            result.finding.kind.is_difference() && state == DifferenceState::Open
        };
        match &self.results {
            Some(results) if self.next.is_none() => results.iter().filter(is_open).count() as u64,
            _ => differences(&self.counts),
        }
    }
}

/// How many differences these counts have.
pub(crate) fn differences(counts: &BTreeMap<String, u64>) -> u64 {
    let of_difference = |word: &str| word.parse().is_ok_and(Kind::is_difference);
    let counts = counts.iter().filter(|(word, _)| of_difference(word));
    counts.map(|(_, count)| count).sum()
}

impl From<Report> for RunView {
    fn from(report: Report) -> Self {
        let results = report.results.into_iter().map(ResultView::from).collect();
        Self {
            run: None,
            from: report.from,
            to: report.to,
            ledger_seq: report.ledger_seq,
            sources: report.sources,
            counts: report.counts,
            sums: report.sums,
            time: None,
            by: None,
            results: Some(results),
            next: None,
        }
    }
}

impl From<Reconciliation> for RunView {
    fn from(recorded: Reconciliation) -> Self {
        let seconds = |time: Millis| time.0.div_euclid(1000);
        Self {
            run: Some(recorded.run),
            from: seconds(recorded.from),
            to: seconds(recorded.to),
            ledger_seq: recorded.ledger_seq,
            sources: recorded.sources,
            counts: recorded.counts,
            sums: recorded.sums,
            time: Some(seconds(recorded.time)),
            by: recorded.by,
            results: None,
            next: None,
        }
    }
}

impl From<Finding> for ResultView {
    fn from(mut finding: Finding) -> Self {
        Self {
            time: finding.time.take(),
            finding,
            state: None,
            alarm_seq: None,
            reason: None,
            by: None,
            status: None,
        }
    }
}

impl From<ReconciledFinding> for ResultView {
    fn from(found: ReconciledFinding) -> Self {
        Self {
            state: found.state,
            alarm_seq: found.alarm_seq,
            reason: found.reason,
            by: found.by,
            ..found.finding.into()
        }
    }
}

/// Whether whole seconds since 1970 are an instant that can be written.
pub(crate) fn is_instant(seconds: i64) -> bool {
    jiff::Timestamp::from_second(seconds).is_ok()
}

mod utc {
    //! Whole seconds since 1970-01-01 00:00 UTC, as RFC 3339.

    use jetpay_ledger::Millis;
    use jiff::Timestamp;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    pub(super) fn serialize<S: Serializer>(seconds: &i64, to: S) -> Result<S::Ok, S::Error> {
        Millis(seconds.saturating_mul(1000)).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
        let text = String::deserialize(from)?;
        let time: Timestamp = text.parse().map_err(D::Error::custom)?;
        Ok(time.as_second())
    }
}

mod utc_if_present {
    //! The same, or nothing.

    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::ref_option, reason = "serde calls it so")]
    pub(super) fn serialize<S: Serializer>(
        seconds: &Option<i64>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match seconds {
            Some(seconds) => super::utc::serialize(seconds, to),
            None => to.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
        #[derive(Deserialize)]
        struct Instant(#[serde(with = "super::utc")] i64);
        let time = Option::<Instant>::deserialize(from)?;
        Ok(time.map(|Instant(seconds)| seconds))
    }
}
