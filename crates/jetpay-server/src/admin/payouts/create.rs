//! `POST /v1/payouts`: the service stores a payout and reserves its money before it answers, and before it sends anything.

use std::collections::HashSet;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Data, Payload, ReqData};
use jetpay_core::Method;
use jetpay_core::id::{CustomerId, PaymentId, ProjectId};
use jetpay_ledger::payout::{PayoutRequestOutcome, RetryPolicy};
use jetpay_ledger::{Millis, NewPayout, Payout, PayoutFilter};
use jetpay_qiwi_kz::{InvalidPayout, QiwiKz};
use tokio::sync::Notify;

use super::{WithHistory, payout};
use crate::admin::auth::Actor;
use crate::admin::error::AdminError;
use crate::admin::{Admin, input};
use crate::config::Config;
use crate::environment::{Environment, SystemEnvironment};
use crate::payout_request::{PayoutRequest, PayoutRequestBody};

/// A second payout that looks like another one is worth a warning for so long, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// An answer names at most so many of them.
const WARNINGS: usize = 3;

/// The settings for new payouts.
#[derive(Clone)]
pub struct PayoutIntake {
    /// Whether a payout is taken from the customer's balance, and refused when the balance is too small.
    pub from_balance: bool,
    /// The configured projects.
    pub projects: Arc<HashSet<ProjectId>>,
    /// How long the service waits before it asks about a payout.
    pub retry_policy: RetryPolicy,
    /// Notified once for each new payout.
    pub new_payout: Arc<Notify>,
    /// The clock, and the source of ids: 1 to 64 characters of `[A-Za-z0-9_-]`.
    pub environment: Arc<dyn Environment>,
}

impl PayoutIntake {
    /// The settings of a configuration; `None` without `[gate]` or a method that pays out. The worker waits for `new_payout`.
    #[must_use]
    pub fn new(config: &Config, new_payout: Arc<Notify>) -> Option<Self> {
        let gate = config.gate.as_ref().filter(|_| config.makes_payouts())?;
        let projects = config.projects.iter().map(|project| project.id);
        Some(Self {
            from_balance: gate.from_balance,
            retry_policy: gate.retry_policy,
            projects: Arc::new(projects.collect()),
            new_payout,
            environment: Arc::new(SystemEnvironment),
        })
    }
}

/// Answers 202 with a new payout, or 200 with the payout that already has this key.
pub(super) async fn create(
    admin: Data<Admin>,
    by: ReqData<Actor>,
    payload: Payload,
) -> Result<HttpResponse, AdminError> {
    let intake = admin.payouts.as_ref().ok_or_else(|| {
        AdminError::not_configured(
            "payouts are not configured: add [gate] with the base_url that JetPay gives you, and the method qiwi-kz to a project, \
             and restart the service",
        )
    })?;
    let body: PayoutRequestBody = input::json(payload).await?;
    let request = body.checked(&intake.projects)?;
    if let Some(error) = request.unseen().into_iter().next()
        && !is_known(&admin, &request).await?
    {
        return Err(error.into());
    }
    let new = new_payout(&request, intake, &by)?;
    let (id, project, amount) = (new.id.clone(), new.project_id, new.amount);
    let (id, is_new) = match admin.ledger.record_payout(new).await? {
        PayoutRequestOutcome::Created => {
            intake.new_payout.notify_one();
            tracing::info!(payment = %id, %project, %amount, by = by.name(), "the service accepted a payout");
            (id, true)
        }
        PayoutRequestOutcome::Repeated(known) => (known, false),
        PayoutRequestOutcome::KeyConflict(other) => return Err(key_of_another(&other)),
        PayoutRequestOutcome::InsufficientBalance { available } => {
            let message = format!("is more than the customer's balance of {available} minor units");
            return Err(AdminError::invalid("amount", message));
        }
    };
    let payout = payout(&admin, id.as_str()).await?;
    let mut view = WithHistory::from(&payout);
    view.warnings = warnings(&admin, &payout, is_new).await?;
    let mut answer = if is_new {
        HttpResponse::Accepted()
    } else {
        HttpResponse::Ok()
    };
    Ok(answer.json(view))
}

/// Whether a payout has the key of this request already.
async fn is_known(admin: &Admin, request: &PayoutRequest) -> Result<bool, AdminError> {
    let with_key = PayoutFilter {
        project_id: Some(request.project_id),
        idempotency_key: Some(request.idempotency_key.clone()),
        limit: 1,
        ..PayoutFilter::default()
    };
    Ok(!admin.ledger.payouts(&with_key).await?.is_empty())
}

/// The payouts within a day of this one that look like it: a merchant may have made a second key for one payout, also in
/// another project. Compared with a new payout, every time after it is that of a clock that was ahead.
async fn warnings(admin: &Admin, payout: &Payout, is_new: bool) -> Result<Vec<String>, AdminError> {
    let like_this = PayoutFilter {
        customer_id: Some(payout.customer_id.as_str().to_owned()),
        account_number: Some(payout.account_number.clone()),
        amount: Some(payout.amount.minor()),
        from: Some(Millis(payout.created_at.0.saturating_sub(DAY))),
        limit: WARNINGS + 1,
        ..PayoutFilter::default()
    };
    let others = admin.ledger.payouts(&like_this).await?;
    let others = others
        .iter()
        .filter(|other| other.payment_id != payout.payment_id)
        .filter(|other| is_new || other.created_at.0 <= payout.created_at.0.saturating_add(DAY));
    let warning = |other: &Payout| {
        let project = if other.project_id == payout.project_id {
            String::new()
        } else {
            format!(" in project {}", other.project_id)
        };
        format!(
            "payout {} with the key `{}`{project} of {} pays the same amount to the same wallet and customer",
            other.payment_id, other.idempotency_key, other.created_at
        )
    };
    Ok(others.map(warning).take(WARNINGS).collect())
}

fn new_payout(
    request: &PayoutRequest,
    intake: &PayoutIntake,
    by: &Actor,
) -> Result<NewPayout, AdminError> {
    let id = intake.environment.fresh_payment_id();
    let payout = request.payout(id.clone())?;
    let customer_id = CustomerId::new(request.customer.id.as_str())
        .map_err(|error| AdminError::invalid("customer.id", error.to_string()))?;
    Ok(NewPayout {
        id,
        project_id: request.project_id,
        method: QiwiKz::NAME.into(),
        customer_id,
        account_number: request.account_number.clone(),
        amount: request.amount,
        idempotency_key: request.idempotency_key.clone(),
        fingerprint: request.fingerprint(),
        from_balance: intake.from_balance,
        request: payout.to_json(),
        created_at: intake.environment.now(),
        requested_by: Some(by.name().to_owned()),
    })
}

fn key_of_another(other: &PaymentId) -> AdminError {
    AdminError::conflict(format!(
        "this idempotency_key belongs to payout {other}, which had another request: repeat that request unchanged, or use \
         a new key for a new payout"
    ))
}

impl From<InvalidPayout> for AdminError {
    fn from(problem: InvalidPayout) -> Self {
        Self::invalid(problem.field(), format!("must be {}", problem.must()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use actix_web::test::{TestRequest, call_service, init_service, read_body_json};
    use actix_web::{App, rt::time::timeout};
    use jetpay_core::Currency;
    use jetpay_ledger::Ledger;
    use jetpay_ledger::payout::RetryPolicy;
    use serde_json::json;
    use tokio::sync::Notify;

    use super::PayoutIntake;
    use crate::admin::{self, Access, Admin};
    use crate::config::{AdminToken, Role};
    use crate::environment::SystemEnvironment;
    use crate::listener::TrustedProxies;
    use crate::reload::Live;
    use crate::telemetry::Metrics;

    #[actix_web::test]
    async fn new_payout_notifies_the_worker_and_a_repeat_or_a_refusal_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
        let new_payout = Arc::new(Notify::new());
        let intake = PayoutIntake {
            from_balance: false,
            retry_policy: RetryPolicy::default(),
            projects: Arc::new([1234.into()].into()),
            new_payout: Arc::clone(&new_payout),
            environment: Arc::new(SystemEnvironment),
        };
        let token = AdminToken {
            name: "shop".to_owned(),
            role: Role::Pay,
            secret: "token".to_owned().into(),
        };
        let admin = Admin {
            ledger,
            currency: Currency::KZT,
            access: Access::new(Live::new(vec![token]), TrustedProxies::default()),
            hosts: Vec::new(),
            payouts: Some(intake),
            status: None,
            endpoints: Vec::new(),
            wake: crate::deliver::Wake::new(),
            metrics: Metrics::default(),
        };
        let app = App::new().configure(|service| admin::endpoints(service, admin));
        let app = init_service(app).await;
        for (minor, status, notifies) in [(100, 202, true), (100, 200, false), (101, 409, false)] {
            let body = json!({
                "project_id": 1234,
                "customer": {"id": "7", "ip_address": "203.0.113.9", "first_name": "A", "last_name": "B", "email": "a@b"},
                "account_number": "9182221133", "amount": minor, "currency": "KZT", "idempotency_key": "k",
            });
            let request = TestRequest::post().uri("/v1/payouts").set_json(body);
            let request = request.insert_header(("authorization", "Bearer token"));
            let answer = call_service(&app, request.to_request()).await;
            assert_eq!(answer.status().as_u16(), status);
            if notifies {
                let body: serde_json::Value = read_body_json(answer).await;
                assert_eq!(body["history"][0]["by"], "shop");
            }
            let notified = timeout(Duration::from_millis(1), new_payout.notified()).await;
            assert_eq!(notified.is_ok(), notifies, "{minor} {status}");
        }
    }
}
