//! Reconciliations: runs, what they list, and the differences that they open and close. Nothing here moves money.

use std::collections::HashSet;

use jetpay_core::id::{OperationId, PaymentId, ProjectId};
use jetpay_core::{Currency, Money};
use jetpay_reconcile::{Finding, Kind};

use super::alarm::raise;
use crate::model::{
    AlarmCause, AlarmKind, DifferenceState, DifferenceVerdict, Millis, Reason, Reconciliation,
    RecordedRun, Resolution, ResolveError, Verdict,
};
use crate::port::{
    Command, Decision, DifferenceRow, Keys, LedgerTransaction, TransactionError, reconciliations,
};

/// Begins a run that will list so many results; its number.
pub(crate) fn begin_run(run: Reconciliation, listed: usize) -> Command<i64> {
    let keys = Keys {
        reconciles: true,
        ..Keys::default()
    };
    Command::new(keys, move |transaction| {
        let number = transaction.last_run()? + 1;
        let run = Reconciliation {
            run: number,
            ..run.clone()
        };
        transaction.add_run(&run, listed)?;
        Ok(number)
    })
}

/// Ends a run: all that it lists is stored, and what it does not list is closed.
pub(crate) fn finish_run(run: i64) -> Command<()> {
    Command::new(Keys::default(), move |transaction| {
        transaction.finish_run(run)
    })
}

/// Stores results of a run behind its first `before` ones, and opens the differences among them.
pub(crate) fn record_findings(
    run: i64,
    before: i64,
    findings: Vec<Finding>,
    now: Millis,
) -> Command<RecordedRun> {
    let keys = Keys {
        differences: findings.iter().filter_map(id).collect(),
        reconciles: true,
        ..Keys::default()
    };
    Command::new(keys, move |transaction| {
        let mut outcome = RecordedRun {
            run,
            ..RecordedRun::default()
        };
        let mut seen = HashSet::new();
        for (number, finding) in (before + 1..).zip(&findings) {
            let difference = difference(finding, run)?;
            let id = difference.as_ref().map(|row| row.id.as_str());
            transaction.add_finding(run, number, id, finding)?;
            if let Some(difference) = difference
                && seen.insert(difference.id.clone())
            {
                see(transaction, difference, finding, now, &mut outcome)?;
            }
        }
        Ok(outcome)
    })
}

/// The operation that a difference is about. A row that cannot be read names none: no later run could say that it agrees.
fn operation(finding: &Finding) -> Option<(ProjectId, OperationId)> {
    let operation = finding.project_id.zip(finding.operation_id);
    operation.filter(|_| finding.kind.is_difference())
}

/// The id of a difference: the finding's own, made anew, because a report can come from outside.
fn id(finding: &Finding) -> Option<String> {
    let (project_id, operation_id) = operation(finding)?;
    Some(format!("{project_id}-{operation_id}-{}", finding.kind))
}

/// A finding as a new difference, if it is one.
fn difference(finding: &Finding, run: i64) -> Result<Option<DifferenceRow>, TransactionError> {
    let Some(((project_id, operation_id), id)) = operation(finding).zip(id(finding)) else {
        return Ok(None);
    };
    Ok(Some(DifferenceRow {
        id,
        kind: finding.kind,
        project_id,
        operation_id,
        payment_id: finding.payment_id.clone(),
        facts: reconciliations::facts(finding)?,
        happened_at: finding.time,
        first_run: run,
        last_run: run,
        state: DifferenceState::Open,
        decision: None,
        alarm_seq: None,
    }))
}

/// Opens a difference that is new, was closed, or has other facts than an operator decided about.
fn see(
    transaction: &mut dyn LedgerTransaction,
    mut now_seen: DifferenceRow,
    finding: &Finding,
    now: Millis,
    outcome: &mut RecordedRun,
) -> Result<(), TransactionError> {
    let known = transaction.difference(&now_seen.id)?;
    if let Some(known) = known {
        now_seen.first_run = known.first_run;
        let holds = match known.state {
            DifferenceState::Open => true,
            DifferenceState::Closed => false,
            DifferenceState::Foreign | DifferenceState::Accepted => known.facts == now_seen.facts,
        };
        if holds {
            (now_seen.state, now_seen.decision) = (known.state, known.decision);
            // A later command of the same transaction may close it, and must find its alarm.
            now_seen.alarm_seq = known.alarm_seq;
            return transaction.put_difference(&now_seen);
        }
    }
    outcome.opened += 1;
    if let Some(kind) = AlarmKind::of_difference(now_seen.kind) {
        let payment_id = now_seen.payment_id.as_deref().map(PaymentId::new);
        let payment_id = payment_id.and_then(Result::ok);
        let cause = AlarmCause {
            kind,
            project_id: now_seen.project_id,
            payment_id: payment_id.as_ref(),
            operation_id: Some(now_seen.operation_id),
            amount: finding.amount.filter(|_| kind != AlarmKind::NotThere),
            reason: Some(&in_words(finding)),
            difference: Some(&now_seen.id),
            delivery: None,
            message: None,
        };
        raise(transaction, &cause, now)?;
        outcome.alarms += 1;
    }
    transaction.put_difference(&now_seen)
}

/// What an alarm says, for people.
fn in_words(finding: &Finding) -> String {
    let amount = |text: &Option<String>| match text {
        Some(text) => money(text).map_or_else(|| text.clone(), |amount| amount.to_string()),
        None => finding
            .amount
            .map_or("an amount".to_owned(), |amount| amount.to_string()),
    };
    let (ours, theirs) = (amount(&finding.ours), amount(&finding.theirs));
    let mut text = match finding.kind {
        Kind::NotThere => {
            format!("{ours} is recorded, and the platform does not list the operation")
        }
        Kind::NotCredited => format!("the platform reports {theirs}, and nothing is credited"),
        _ => format!("{ours} is recorded, and the platform reports {theirs}"),
    };
    if let Some(why) = &finding.why {
        text = format!("{text}: {why}");
    }
    text
}

/// An amount as a finding has it, such as `100000 KZT`: minor units and the currency.
fn money(text: &str) -> Option<Money> {
    let (minor, currency) = text.split_once(' ')?;
    let currency = Currency::parse(currency).ok()?;
    Some(Money::new(minor.parse().ok()?, currency))
}

/// Closes differences on which a run agrees; how many are closed by it. `by` is the name of the token that recorded the run.
pub(crate) fn close_differences(
    run: i64,
    ids: Vec<String>,
    by: Option<String>,
    now: Millis,
) -> Command<u64> {
    let keys = Keys {
        differences: ids.clone(),
        reconciles: true,
        ..Keys::default()
    };
    Command::new(keys, move |transaction| {
        let mut closed = 0;
        for id in &ids {
            let Some(mut row) = transaction.difference(id)? else {
                continue;
            };
            // Another run may have listed it meanwhile, and an operator may have resolved it.
            if row.state != DifferenceState::Open || row.last_run >= run {
                continue;
            }
            let reason = Reason {
                text: format!("reconciliation {run} no longer finds this difference"),
                by: by.clone(),
            };
            row.state = DifferenceState::Closed;
            resolve_alarm(transaction, &mut row, Verdict::Dismiss, &reason, now)?;
            transaction.put_difference(&row)?;
            closed += 1;
        }
        Ok(closed)
    })
}

/// Resolves the open alarm about a difference, if there is one.
fn resolve_alarm(
    transaction: &mut dyn LedgerTransaction,
    row: &mut DifferenceRow,
    verdict: Verdict,
    reason: &Reason,
    now: Millis,
) -> Result<(), TransactionError> {
    let Some(alarm_seq) = row.alarm_seq.take() else {
        return Ok(());
    };
    let payment_id = row.payment_id.as_deref().map(PaymentId::new);
    transaction.add_resolution(&Resolution {
        alarm_seq: Some(alarm_seq),
        payment_id: payment_id.and_then(Result::ok),
        operation_id: Some(row.operation_id),
        ..Resolution::new(verdict, reason, now)
    })?;
    transaction.counts().open_alarms -= 1;
    Ok(())
}

/// An operator says what is to be thought of a difference.
pub(crate) fn resolve_difference(
    id: String,
    verdict: DifferenceVerdict,
    reason: Reason,
    now: Millis,
) -> Command<Result<(), ResolveError>> {
    let keys = Keys {
        differences: vec![id.clone()],
        // A run could open it again between the read and the write, with another alarm.
        reconciles: true,
        ..Keys::default()
    };
    Command::new(keys, move |transaction| {
        let Some(mut row) = transaction.difference(&id)? else {
            return Ok(Err(ResolveError::NoSuchDifference));
        };
        if row.state != DifferenceState::Open {
            return Ok(Err(ResolveError::DifferenceNotOpen));
        }
        let (state, of_alarm) = match verdict {
            DifferenceVerdict::Foreign => (DifferenceState::Foreign, Verdict::Foreign),
            DifferenceVerdict::Accepted => (DifferenceState::Accepted, Verdict::Dismiss),
        };
        resolve_alarm(transaction, &mut row, of_alarm, &reason, now)?;
        decide(transaction, row, state, &reason, now)?;
        Ok(Ok(()))
    })
}

/// An operator resolved the alarm about a difference: what was said of the alarm holds for the difference.
pub(super) fn alarm_resolved(
    transaction: &mut dyn LedgerTransaction,
    id: &str,
    verdict: Verdict,
    reason: &Reason,
    now: Millis,
) -> Result<(), TransactionError> {
    let state = match verdict {
        Verdict::Foreign => DifferenceState::Foreign,
        _ => DifferenceState::Accepted,
    };
    match transaction.difference(id)? {
        Some(row) if row.state == DifferenceState::Open => {
            decide(transaction, row, state, reason, now)
        }
        _ => Ok(()),
    }
}

fn decide(
    transaction: &mut dyn LedgerTransaction,
    row: DifferenceRow,
    state: DifferenceState,
    reason: &Reason,
    now: Millis,
) -> Result<(), TransactionError> {
    let decision = Decision {
        reason: reason.text.clone(),
        by: reason.by.clone(),
        time: now,
    };
    transaction.put_difference(&DifferenceRow {
        state,
        decision: Some(decision),
        ..row
    })
}
