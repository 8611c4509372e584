//! What happened to the money, as far as the target shows it.
//!
//! The admin interface of the service `jetpay` shows everything. Any other merchant can offer one URL for each payment.
//! It answers `{"credited": 10000, "remaining": 10000}`: the sum of all credits of the payment, and the rest after
//! refunds, in minor units. A reversed refund adds to the rest, and is no credit. `remaining` may be left out if it equals
//! `credited`. A payment without a credit has two zeros. HTTP 404 says that no payment has this id.

use jetpay_core::redacted::Redacted;
use jetpay_platform::{Admin, Client, Entry, Exchange, NoAnswer, Recorder, path_segment, visible};
use serde_json::Value;

use super::check::{CheckResult, Stop};
use super::check_context::{CheckContext, timeout};
use super::expect::{self, Seen};

/// Why a check was not observed that needs more than what was credited.
pub(crate) const ONLY_SERVICE: &str =
    "the answers were right; only the service jetpay shows what else must hold";

/// The place of the payment id in the URL of an observation.
pub const PAYMENT_ID: &str = "{payment_id}";

/// Shows what happened to the money.
#[derive(Debug, Clone)]
pub enum Observer {
    /// The admin interface of the service `jetpay`: payments, entries and balances.
    Admin(Admin),
    /// One URL for each payment.
    Url(Observation),
}

/// A URL that shows what was credited for a payment.
#[derive(Debug, Clone)]
pub struct Observation {
    client: Client,
    token: Option<Redacted>,
}

impl Observer {
    /// The bearer token of the observer.
    pub(crate) fn token(&self) -> Option<&Redacted> {
        match self {
            Self::Admin(admin) => Some(admin.token()),
            Self::Url(observation) => observation.token.as_ref(),
        }
    }
}

impl From<Admin> for Observer {
    fn from(admin: Admin) -> Self {
        Self::Admin(admin)
    }
}

impl From<Observation> for Observer {
    fn from(observation: Observation) -> Self {
        Self::Url(observation)
    }
}

impl Observation {
    /// An observation at a URL that contains `{payment_id}`. `token` is the bearer token, if the URL needs one.
    #[must_use]
    pub fn new(url: impl Into<String>, token: Option<&str>) -> Self {
        Self {
            client: Client::new(url),
            token: token.map(Redacted::new),
        }
    }

    /// The sum of the credits of a payment, and the rest after refunds, in minor units.
    async fn of(&self, context: &CheckContext<'_>, payment_id: &str) -> CheckResult<(i64, i64)> {
        let exchange = self.asked(context, payment_id).await.ok();
        let exchange = exchange.ok_or(Stop::NotObserved {
            why: "the answers were right; the URL of --observe did not answer",
        })?;
        if exchange.status == 404 {
            return Ok((0, 0));
        }
        sums(&exchange).ok_or(Stop::NotObserved {
            why: "the answers were right; the URL of --observe did not show `credited`, an integer in minor units",
        })
    }

    /// Why an existing payment cannot be observed; `None` if it can.
    pub(crate) async fn cannot_see(
        &self,
        context: &CheckContext<'_>,
        payment_id: &str,
    ) -> Option<String> {
        match self.asked(context, payment_id).await {
            Ok(exchange) if sums(&exchange).is_some() => None,
            Ok(exchange) => {
                let answer = context.transcript.sentence(&expect::brief(&exchange));
                Some(format!("it answered {}", visible::line(&answer)))
            }
            Err(no_answer) => Some(no_answer.to_string()),
        }
    }

    async fn asked(
        &self,
        context: &CheckContext<'_>,
        payment_id: &str,
    ) -> Result<Exchange, NoAnswer> {
        // Such an id would change the path and send the token to another URL.
        if matches!(payment_id, "." | "..") {
            let reason = format!("`{payment_id}` is no part of a path");
            return Err(NoAnswer::new(&self.client.url(""), reason));
        }
        let url = self
            .client
            .url("")
            .replace(PAYMENT_ID, &path_segment(payment_id));
        let bearer = self
            .token
            .as_ref()
            .map(|it| format!("Bearer {}", it.as_str()));
        let header = bearer.as_deref().map(|it| ("authorization", it));
        let number = context.transcript.looked_up(&url);
        let client = self.client.with_base_url(url);
        let client = client.with_timeout(timeout(context.target));
        let answered = client.send("GET", "", header.as_slice(), Vec::new()).await;
        context.transcript.answered(number, &answered);
        answered
    }
}

fn sums(exchange: &Exchange) -> Option<(i64, i64)> {
    let payment = exchange.json.as_ref().filter(|_| exchange.status == 200)?;
    let credited = payment.get("credited")?.as_i64()?;
    match payment.get("remaining") {
        Some(remaining) => Some((credited, remaining.as_i64()?)),
        None => Some((credited, credited)),
    }
}

impl CheckContext<'_> {
    fn observer(&self) -> CheckResult<&Observer> {
        self.target.observer.as_ref().ok_or(Stop::NotObserved {
            why: "the answers were right; --observe URL lets the money be seen",
        })
    }

    /// The admin interface, for checks that need more than the other observations show.
    pub(crate) fn admin(&self) -> CheckResult<&Admin> {
        match self.observer()? {
            Observer::Admin(admin) => Ok(admin),
            Observer::Url(_) => Err(Stop::NotObserved { why: ONLY_SERVICE }),
        }
    }

    pub(crate) async fn payment(&self, payment_id: &str) -> CheckResult<Value> {
        Ok(self.admin()?.payment(payment_id).await?)
    }

    /// Expects that the payment has entries with these amounts in this order, in minor units, and this state, if states
    /// can be seen.
    pub(crate) async fn expect_money(
        &self,
        payment_id: &str,
        state: &str,
        amounts: &[i64],
    ) -> CheckResult {
        if let Some(Observer::Admin(_)) = self.target.observer {
            let payment = self.payment(payment_id).await?;
            let got = payment.get("state").and_then(Value::as_str);
            expect::equal("the payment's state", &Some(state), &got)?;
        }
        self.expect_entries(payment_id, amounts).await
    }

    /// Expects that the payment has entries with these amounts in this order, in minor units.
    pub(crate) async fn expect_entries(&self, payment_id: &str, amounts: &[i64]) -> CheckResult {
        match self.observer() {
            Err(unobserved) => {
                self.note_unobserved(unobserved);
                Ok(())
            }
            Ok(Observer::Admin(admin)) => {
                let entries = admin.entries_of(payment_id).await?;
                let got: Vec<i64> = entries.iter().map(|entry| entry.amount).collect();
                expect::equal("entries of", &amounts.to_vec(), &got)?;
                entries
                    .iter()
                    .try_for_each(|entry| self.expect_entry(entry))
            }
            Ok(Observer::Url(observation)) => {
                let (credited, remaining) = observation.of(self, payment_id).await?;
                // The credits come first. What is positive after a refund is a reversed refund, and no credit.
                let in_all = amounts.iter().take_while(|amount| **amount > 0).sum();
                expect::equal("minor units credited for the payment:", &in_all, &credited)?;
                let left = amounts.iter().sum();
                expect::equal("minor units of it left after refunds:", &left, &remaining)
            }
        }
    }

    /// Expects that an entry names its method, customer, project, currency and time.
    fn expect_entry(&self, entry: &Entry) -> CheckResult {
        let customer = self.target.customers.payer.as_str();
        let currency = self.target.currency.code();
        for (what, wanted, got) in [
            ("an entry's method", self.method.name, &entry.method),
            ("an entry's customer", customer, &entry.customer_id),
            ("an entry's currency", currency, &entry.currency),
        ] {
            expect::equal(what, &wanted, &got.as_str())?;
        }
        let project = self.project.id.number();
        expect::equal("an entry's project", &project, &entry.project_id)?;
        let utc = entry.time.ends_with('Z') || entry.time.ends_with("+00:00");
        expect::holds("an entry's time in UTC", utc, || {
            Seen::received(&entry.time)
        })
    }

    /// Expects that the payment has a flag for the operator.
    pub(crate) async fn expect_flagged(&self, payment_id: &str) -> CheckResult {
        let payment = match self.admin() {
            Ok(admin) => admin.payment(payment_id).await?,
            Err(unobserved) => {
                self.note_unobserved(unobserved);
                return Ok(());
            }
        };
        let flags = payment.get("flags").and_then(Value::as_array);
        let flagged = flags.is_some_and(|flags| !flags.is_empty());
        expect::holds("a flag on the payment", flagged, || "none")
    }
}

/// The kinds of alarms that callbacks of the checks raise at a service `jetpay`, which keeps what does not fit.
pub const ALARM_KINDS: [&str; 13] = [
    "amount_differs",
    "compensation_too_large",
    "currency_differs",
    "decline_after_credit",
    "operation_of_another_payment",
    "partially_paid",
    "payout_for_top_up",
    "project_differs",
    "sale_without_success",
    "second_sale",
    "success_not_credited",
    "unknown_operation",
    "unusable",
];

/// The command of the service `jetpay` that resolves all alarms of the checks at once.
#[must_use]
pub fn resolve_alarms() -> String {
    let kinds = ALARM_KINDS.join(",");
    format!(
        "jetpay alarms resolve --kind {kinds} --verdict dismiss --reason \"conformance checks\""
    )
}

impl super::target::Target {
    /// Whether the endpoint is known to be a service `jetpay`: it must behave exactly like one, or its admin interface shows
    /// the money.
    #[must_use]
    pub fn is_service(&self) -> bool {
        let admin = |observer: &Observer| match observer {
            Observer::Admin(_) => true,
            Observer::Url(url) => url.client.url("").ends_with("/v1/payments/{payment_id}"),
        };
        self.exact || self.observer.as_ref().is_some_and(admin)
    }
}
