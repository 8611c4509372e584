//! The client of the Gate.

use std::fmt;
use std::time::Duration;

use jetpay_core::id::PaymentId;
use jetpay_core::payout::General;
use jetpay_core::signature::sign;
use jetpay_core::{Payouts, Project};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::base_url::BaseUrl;
use crate::redact::Redactor;
use crate::response::Expected;
use crate::{GateBuilder, GateError, OtherPayout, Outcome, Reason, StatusOutcome, decide, http};

/// The most bytes of a response that are read.
const MAX_RESPONSE: usize = 64 * 1024;
const STATUS: &str = "/v2/payment/status";
const REQUEST_STATUS: &str = "/v2/payment/status/request";

/// A client of the platform's Gate at one address. Cloning it is cheap.
///
/// It signs requests with the project's first secret. A signature in a response must match one of the project's secrets.
/// A response without a signature is accepted, because the platform does not promise to sign responses. Connecting may
/// take 10 seconds, and the whole exchange 30 seconds unless the [`builder`](Self::builder) says otherwise. The client sends
/// no request twice.
#[derive(Clone)]
pub struct Gate {
    base_url: BaseUrl,
    http: reqwest::Client,
    timeout: Duration,
}

impl Gate {
    /// Makes a client for a base URL: `https`, or `http` to this machine. The client keeps its path: with
    /// `https://host/gate`, requests go to `https://host/gate/v2/...`.
    ///
    /// # Errors
    /// [`GateError`] if the text is not such a URL, or if this machine has no certificates that can be loaded.
    pub fn new(base_url: &str) -> Result<Self, GateError> {
        Self::builder(BaseUrl::parse(base_url)?).build()
    }

    /// Begins a client for a base URL that is already checked, with a time limit, certificates or a proxy of your choice.
    pub fn builder(base_url: BaseUrl) -> GateBuilder {
        GateBuilder::new(base_url)
    }

    pub(crate) fn from_parts(base_url: BaseUrl, http: reqwest::Client, timeout: Duration) -> Self {
        Self {
            base_url,
            http,
            timeout,
        }
    }

    /// Sends a payout once.
    ///
    /// Before you call this function, store the payout's id and reserve the money. If you lose the id, you cannot find a
    /// payout that was paid. You may send the same payout again only after [`StatusOutcome::NotKnown`], after a rejection
    /// with `same_id_later`, or if its status is `error`. Never send it under another id.
    ///
    /// If the platform knew the id before, the client asks once what it has under that id, and compares the account number
    /// and the amount: [`Outcome::OtherPayout`].
    ///
    /// Dropping the future does not cancel the payout. Its outcome is then unknown.
    pub async fn payout<M: Payouts>(&self, project: &Project, payout: &M::Payout) -> Outcome {
        let Ok(request) = serde_json::to_vec(payout) else {
            return unsendable("the payout cannot be written as JSON");
        };
        let outcome = self.send(project, M::PATH, &request).await;
        let Outcome::Accepted(accepted) = outcome else {
            return outcome;
        };
        if accepted.known_before
            && let StatusOutcome::Known(status) =
                self.status(project, M::general(payout).payment_id()).await
            && let Some(field) = decide::difference(&request, &status)
        {
            return Outcome::OtherPayout(OtherPayout { field });
        }
        Outcome::Accepted(accepted)
    }

    /// Sends a payout that was stored as JSON once. Use it if you no longer know the type of the payout's method.
    ///
    /// `path` is the method's [`PATH`](Payouts::PATH), and `request` is the JSON without a signature. Everything else is
    /// as in [`payout`](Self::payout), which checks more: this function never returns [`Outcome::OtherPayout`].
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
        let redactor = serde_json::from_slice(request).map_or_else(
            |_| Redactor::default(),
            |request: Value| Redactor::of(&request),
        );
        let expected = Expected {
            project,
            payment_id: Some(general.payment_id()),
        };
        match self.exchange(project, path, request).await {
            Ok((http_status, body)) => decide::payout(http_status, &body, &expected, &redactor),
            Err(reason) => Outcome::Unknown(reason.into()),
        }
    }

    /// Asks for the status of a payment by its id. You may ask at any time. After an unknown outcome, wait 10 seconds: the
    /// platform does not know a payout that is still on its way.
    pub async fn status(&self, project: &Project, payment_id: &PaymentId) -> StatusOutcome {
        let general = json!({"project_id": project.id(), "payment_id": payment_id});
        let expected = Expected {
            project,
            payment_id: Some(payment_id),
        };
        self.ask(STATUS, &json!({"general": general}), expected)
            .await
    }

    /// Asks for the status of a payment by the platform's id of a request
    /// ([`Accepted::request_id`](crate::Accepted::request_id)).
    ///
    /// Call it 10 seconds after the request or later: before that, the platform has no status.
    pub async fn request_status(&self, project: &Project, request_id: &str) -> StatusOutcome {
        let expected = Expected {
            project,
            payment_id: None,
        };
        let request = json!({"project_id": project.id(), "request_id": request_id});
        self.ask(REQUEST_STATUS, &request, expected).await
    }

    async fn ask(&self, path: &str, request: &Value, expected: Expected<'_>) -> StatusOutcome {
        let request = request.to_string();
        match self
            .exchange(expected.project, path, request.as_bytes())
            .await
        {
            Ok((http_status, body)) => decide::status(http_status, &body, &expected),
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
        let url = self.base_url.join(path);
        let response = http::post(&self.http, url, signed, self.timeout, MAX_RESPONSE).await?;
        Ok((response.status, response.body))
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

/// The part of a request that is the same for all methods.
#[derive(Deserialize)]
struct Request {
    general: General,
}

fn unsendable(why: &'static str) -> Outcome {
    Outcome::Unknown(Reason::Unsendable(why).into())
}
