//! The client.

use std::fmt;
use std::time::Duration;

use jetpay_core::id::PaymentId;
use jetpay_core::payout::General;
use jetpay_core::signature::sign;
use jetpay_core::{Payouts, Project};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::Question;
use crate::base_url::BaseUrl;
use crate::redact::Redactor;
use crate::{BadBaseUrl, Outcome, Reason, StatusOutcome, decide, http};

/// How long an answer may take, connection and all, unless the caller says otherwise.
const WITHIN: Duration = Duration::from_secs(30);

const STATUS: &str = "/v2/payment/status";
const REQUEST_STATUS: &str = "/v2/payment/status/request";

/// The platform's Gate at one address. Cheap to clone.
///
/// Requests are signed with the project's first secret; a signature in an answer must be by one of its secrets, and an
/// answer without one is taken, because the platform does not promise any. A connection may take 10 seconds and the
/// whole exchange 30. Nothing is ever sent twice.
#[derive(Clone)]
pub struct Gate {
    base_url: BaseUrl,
    http: reqwest::Client,
    timeout: Duration,
}

impl Gate {
    /// The Gate at this address, which is `https`, or `http` to this machine. A path is kept: `https://host/gate` makes
    /// `https://host/gate/v2/...`.
    ///
    /// # Errors
    /// [`BadBaseUrl`].
    pub fn new(base_url: &str) -> Result<Self, BadBaseUrl> {
        BaseUrl::parse(base_url).map(Self::at)
    }

    /// The Gate at an address that was checked.
    #[must_use]
    pub fn at(base_url: BaseUrl) -> Self {
        Self {
            base_url,
            http: http::client(),
            timeout: WITHIN,
        }
    }

    /// Another time limit for the whole of an exchange, instead of 30 seconds.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Sends a payout, once.
    ///
    /// Before it is called, the payout's id must be stored and its money reserved: a payout whose id is lost is paid and
    /// not known. The same payout may be sent again only after [`StatusOutcome::NotKnown`], after a rejection that says so, or
    /// when its status is `error`; never under another id.
    ///
    /// Dropping the future does not call the payout back: its outcome is then unknown.
    pub async fn payout<M: Payouts>(&self, project: &Project, payout: &M::Payout) -> Outcome {
        match serde_json::to_vec(payout) {
            Ok(request) => self.send(project, M::PATH, &request).await,
            Err(_) => unsendable("the payout cannot be written as JSON"),
        }
    }

    /// Sends a payout that was kept as JSON, once: for a caller that no longer knows its method's type.
    ///
    /// `path` is the method's [`PATH`](Payouts::PATH), `request` the JSON without a signature. Otherwise as
    /// [`payout`](Self::payout), which checks more.
    pub async fn send(&self, project: &Project, path: &str, request: &[u8]) -> Outcome {
        let Ok(Request { general }) = serde_json::from_slice(request) else {
            return unsendable("the request has no good `general`");
        };
        if general.project_id() != project.id() {
            return unsendable("the payout is of another project than the secret");
        }
        if !path.starts_with('/') {
            return unsendable("the path must begin with `/`");
        }
        let hidden = serde_json::from_slice(request).map_or_else(
            |_| Redactor::default(),
            |request: Value| Redactor::of(&request),
        );
        let question = Question {
            project,
            payment_id: Some(general.payment_id()),
        };
        match self.exchange(project, path, request).await {
            Ok((http_status, body)) => decide::outcome(http_status, &body, &question, &hidden),
            Err(reason) => Outcome::Unknown(reason.into()),
        }
    }

    /// Asks how a payment stands. This may be asked at any time; after an unknown outcome not before 10 seconds, because
    /// a payout that is still on its way would not be known yet.
    pub async fn status(&self, project: &Project, payment_id: &PaymentId) -> StatusOutcome {
        let general = json!({"project_id": project.id(), "payment_id": payment_id});
        let question = Question {
            project,
            payment_id: Some(payment_id),
        };
        self.ask(STATUS, &json!({"general": general}), question)
            .await
    }

    /// Asks how the payment stands that a request was about, by the platform's id of the request
    /// ([`Accepted::request_id`](crate::Accepted::request_id)).
    ///
    /// No earlier than 10 seconds after the request: the platform has no answer before, and it is the caller who knows
    /// the time.
    pub async fn request_status(&self, project: &Project, request_id: &str) -> StatusOutcome {
        let question = Question {
            project,
            payment_id: None,
        };
        let request = json!({"project_id": project.id(), "request_id": request_id});
        self.ask(REQUEST_STATUS, &request, question).await
    }

    async fn ask(&self, path: &str, request: &Value, question: Question<'_>) -> StatusOutcome {
        let request = request.to_string();
        match self
            .exchange(question.project, path, request.as_bytes())
            .await
        {
            Ok((http_status, body)) => decide::asked(http_status, &body, &question),
            Err(reason) => StatusOutcome::Unanswered(reason.into()),
        }
    }

    async fn exchange(
        &self,
        project: &Project,
        path: &str,
        request: &[u8],
    ) -> Result<(u16, Vec<u8>), Reason> {
        let key = project.keys().first();
        let key = key.ok_or(Reason::Unsendable("the project has no secret"))?;
        let signed = sign(request, key);
        let signed =
            signed.map_err(|_| Reason::Unsendable("the request is no JSON that can be signed"))?;
        http::post(&self.http, self.base_url.join(path), signed, self.timeout).await
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("base_url", &self.base_url.as_str())
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// A request, as far as every method's is the same.
#[derive(Deserialize)]
struct Request {
    general: General,
}

fn unsendable(why: &'static str) -> Outcome {
    Outcome::Unknown(Reason::Unsendable(why).into())
}
