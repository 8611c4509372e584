//! A decision about one alarm.

use actix_web::HttpResponse;
use actix_web::web::{Path, Payload};
use jetpay_core::id::OperationId;
use jetpay_ledger::{Alarm, Error, Resolution, ResolveError, Verdict};

use super::credit;
use super::one::{Shown, page};
use crate::alarm_text;
use crate::config::Role;
use crate::decisions;
use crate::pages::error::{PageError, refused};
use crate::pages::fields::{Fields, money};
use crate::pages::form::Problem;
use crate::pages::locale::Words;
use crate::pages::show;
use crate::pages::visit::Visit;

pub(super) async fn resolve(
    visit: Visit,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, PageError> {
    visit.needs(Role::Resolve)?;
    let fields = Fields::of_form(payload).await?;
    let shown = Shown::read(&visit, &path).await?;
    let words = visit.words;
    let wrong = |problem: &Problem| Ok(page(&visit, &shown, &fields, Some(problem)));
    // A person who did not see that the alarm was dismissed is told so first.
    let undoes =
        shown.is_dismissed() && fields.given("undo").is_some() && fields.get("verdict") == "credit";
    if let Some(made) = shown.made_before(undoes) {
        return Ok(decided(&visit, &shown, made, &fields));
    }
    let reason = match visit.reason(&fields) {
        Ok(reason) => reason,
        Err(problem) => return wrong(&problem),
    };
    let (verdict, operation) = match decision(words, &shown.alarm, &fields) {
        Ok(Some(decision)) => decision,
        Ok(None) => return Err(PageError::BadForm),
        Err(problem) => return wrong(&Problem::new(problem)),
    };
    if let Verdict::Credit(amount) = verdict
        && !shown.is_said(amount)
    {
        let said = shown.alarm.received();
        return wrong(&Problem::of(words, &ResolveError::OtherAmount(said)));
    }
    if let (Some(amount), None) = (verdict.amount(), fields.given("confirm")) {
        let operation = operation.or(shown.alarm.operation_id);
        return match shown.preview(&visit, operation, amount).await? {
            Ok(preview) => Ok(credit::confirm(&visit, &shown, amount, &preview, &fields)),
            Err(why) => wrong(&Problem::of(words, &why)),
        };
    }
    let (admin, seq) = (&visit.pages.admin, shown.alarm.seq);
    match decisions::resolve_alarm(admin, seq, operation, verdict, undoes, reason).await {
        Ok(()) => Ok(done(&visit, seq, verdict)),
        Err(Error::Resolve(why)) => {
            let now = Shown::read(&visit, &path).await?;
            match now.made_before(undoes) {
                Some(made) => Ok(decided(&visit, &now, made, &fields)),
                None => wrong(&Problem::of(words, &why)),
            }
        }
        Err(error) => Err(error.into()),
    }
}

/// The alarm is resolved. If this is the same decision of the same person, it came twice, and is done. Else the page says what was
/// decided, and by whom.
fn decided(visit: &Visit, shown: &Shown, made: &Resolution, fields: &Fields) -> HttpResponse {
    if visit.made(fields, made) {
        return done(visit, shown.alarm.seq, made.verdict);
    }
    let problem = Problem::of(visit.words, &ResolveError::AlreadyResolved);
    page(visit, shown, fields, Some(&problem))
}

fn done(visit: &Visit, seq: i64, verdict: Verdict) -> HttpResponse {
    visit.done(&format!("/alarms/{seq}"), told(visit.words, verdict))
}

type Decision = (Verdict, Option<OperationId>);

/// What the form decides, or what is wrong with it in the person's words; `None` for a form that no page has.
fn decision(words: Words, alarm: &Alarm, fields: &Fields) -> Result<Option<Decision>, String> {
    match fields.get("verdict") {
        "dismiss" => return Ok(Some((Verdict::Dismiss, None))),
        "foreign" => return Ok(Some((Verdict::Foreign, None))),
        "credit" => {}
        _ => return Ok(None),
    }
    let Some(credit) = alarm_text::credit(alarm) else {
        return Err(refused(words, &ResolveError::NothingToCredit));
    };
    let amount = money(words, fields.get("amount"), credit.currency)?;
    let operation = match fields.given("operation") {
        Some(digits) => {
            let id: Option<i64> = digits.parse().ok().filter(|id| *id >= 0);
            let text = show::text(digits);
            let id = id.ok_or_else(|| words.with("alarm-no-number", [("text", text.into())]))?;
            Some(OperationId::new(id.cast_unsigned()))
        }
        None if credit.needs_operation => {
            return Err(refused(words, &ResolveError::NoOperation));
        }
        None => None,
    };
    let verdict = match fields.given("override") {
        Some(_) => Verdict::Override(amount),
        None => Verdict::Credit(amount),
    };
    Ok(Some((verdict, operation)))
}

fn told(words: Words, verdict: Verdict) -> String {
    match (verdict, verdict.amount()) {
        (_, Some(amount)) => words.with(
            "alarm-is-credited",
            [("amount", show::amount(amount).into())],
        ),
        (Verdict::Foreign, None) => words.with("alarm-called-foreign", [("count", 1.into())]),
        _ => words.with("alarm-dismissed", [("count", 1.into())]),
    }
}
