//! A decision about one alarm.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use jetpay_core::id::OperationId;
use jetpay_ledger::{Alarm, Error, ResolveError, Verdict};

use super::credit;
use super::one::{Shown, page};
use crate::alarm_text;
use crate::config::Role;
use crate::decisions;
use crate::pages::error::{PageError, refused};
use crate::pages::fields::{Fields, money};
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
    let wrong = |shown: &Shown, problem: &str| {
        let problem = Some((StatusCode::UNPROCESSABLE_ENTITY, problem));
        page(&visit, shown, &fields, problem)
    };
    if shown.alarm.resolution.is_some() {
        return Ok(too_late(&visit, &shown, &fields));
    }
    let (verdict, operation) = match decision(words, &shown.alarm, &fields) {
        Ok(Some(decision)) => decision,
        Ok(None) => return Err(PageError::BadForm),
        Err(problem) => return Ok(wrong(&shown, &problem)),
    };
    if let (Some(amount), None) = (verdict.amount(), fields.given("confirm")) {
        let operation = operation.or(shown.alarm.operation_id);
        return Ok(match shown.preview(&visit, operation, amount).await? {
            Ok(preview) => credit::confirm(&visit, &shown, amount, &preview, &fields),
            Err(why) => wrong(&shown, &refused(words, &why)),
        });
    }
    let (admin, seq) = (&visit.pages.admin, shown.alarm.seq);
    let reason = visit.reason(fields.get("reason"));
    match decisions::resolve_alarm(admin, seq, operation, verdict, false, reason).await {
        Ok(()) => Ok(visit.done(&format!("/alarms/{seq}"), told(words, verdict))),
        Err(Error::Resolve(ResolveError::AlreadyResolved)) => {
            let now = Shown::read(&visit, &path).await?;
            Ok(too_late(&visit, &now, &fields))
        }
        Err(Error::Resolve(why)) => Ok(wrong(&shown, &refused(words, &why))),
        Err(error) => Err(error.into()),
    }
}

/// Another person decided before. The page says what.
fn too_late(visit: &Visit, shown: &Shown, fields: &Fields) -> HttpResponse {
    let problem = refused(visit.words, &ResolveError::AlreadyResolved);
    page(visit, shown, fields, Some((StatusCode::CONFLICT, &problem)))
}

type Decision = (Verdict, Option<OperationId>);

/// What the form decides, or what is wrong with it in the person's words; `None` for a form that no page has.
fn decision(words: Words, alarm: &Alarm, fields: &Fields) -> Result<Option<Decision>, String> {
    let verdict = fields.get("verdict");
    if fields.get("reason").is_empty() {
        return Err(refused(words, &ResolveError::NoReason));
    }
    match verdict {
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
