//! Questions to the admin interface of the running service.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use reqwest::{Method, StatusCode, Url, redirect};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;

use crate::config::AdminAccess;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(30);

/// What is asked.
pub(in crate::commands) struct Request {
    method: Method,
    path: Vec<String>,
    query: Vec<(&'static str, String)>,
    body: Option<Value>,
}

impl Request {
    /// Asks for what is at this path, given by its parts.
    pub(in crate::commands) fn get(path: &[&str]) -> Self {
        Self {
            method: Method::GET,
            path: path.iter().map(|&part| part.to_owned()).collect(),
            query: Vec::new(),
            body: None,
        }
    }

    /// Sends a body to this path.
    pub(in crate::commands) fn post(path: &[&str], body: Value) -> Self {
        Self {
            method: Method::POST,
            body: Some(body),
            ..Self::get(path)
        }
    }

    /// With this parameter, if it has a value.
    pub(in crate::commands) fn with(
        mut self,
        name: &'static str,
        value: Option<impl ToString>,
    ) -> Self {
        let value = value.map(|value| (name, value.to_string()));
        self.query.extend(value);
        self
    }

    fn url(&self, access: &AdminAccess) -> anyhow::Result<Url> {
        let mut url = Url::parse(&format!("http://{}/v1", access.address))?;
        // An id may hold anything, also `/`.
        url.path_segments_mut()
            .map_err(|()| anyhow!("the address takes no path"))?
            .extend(&self.path);
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url)
    }
}

/// The admin interface of the running service, over connections that are used again.
pub(in crate::commands) struct Client<'a> {
    http: reqwest::Client,
    access: &'a AdminAccess,
}

/// Whatever the service said; the body is null when it is none, or no JSON.
pub(in crate::commands) struct Answer {
    pub(in crate::commands) status: StatusCode,
    pub(in crate::commands) body: Value,
}

impl<'a> Client<'a> {
    pub(in crate::commands) fn new(access: &'a AdminAccess) -> anyhow::Result<Self> {
        // The token goes to the service itself, never by a proxy or to where a redirect leads.
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(no_tls())
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .build()?;
        Ok(Self { http, access })
    }

    /// Whatever the service says to it. An error when it says nothing.
    pub(in crate::commands) async fn answer(&self, request: &Request) -> anyhow::Result<Answer> {
        let mut sent = self
            .http
            .request(request.method.clone(), request.url(self.access)?)
            .bearer_auth(self.access.token.trim());
        if let Some(body) = &request.body {
            sent = sent.body(body.to_string());
        }
        let unreachable = || {
            format!(
                "cannot reach the service at http://{} ([admin] listen): is the service running?",
                self.access.address
            )
        };
        let answer = sent.send().await.with_context(unreachable)?;
        let status = answer.status();
        let body = answer.bytes().await.with_context(unreachable)?;
        let body = serde_json::from_slice(&body).unwrap_or_default();
        Ok(Answer { status, body })
    }

    /// The service's answer when it is a good one; null when it has nothing to say.
    pub(in crate::commands) async fn ask(&self, request: &Request) -> anyhow::Result<Value> {
        let answer = self.answer(request).await?;
        if !answer.status.is_success() {
            bail!("{}", answer.refused());
        }
        if answer.body.is_null() && answer.status != StatusCode::NO_CONTENT {
            bail!("{} does not answer as jetpay does", self.access.address);
        }
        Ok(answer.body)
    }
}

impl Answer {
    /// What the service says when it says no.
    pub(in crate::commands) fn refused(&self) -> String {
        let text = |name| self.body.pointer(name).and_then(Value::as_str);
        let message =
            text("/error/message").unwrap_or("without a word of jetpay's: is it another service?");
        if self.status == StatusCode::UNAUTHORIZED {
            return "the service has another token than this configuration: restart it, or name its own with --config"
                .to_owned();
        }
        match text("/error/field") {
            Some(field) => format!("{field}: {message}"),
            None => format!("{message} (HTTP {})", self.status.as_u16()),
        }
    }
}

/// TLS settings that trust nobody: the client speaks plain HTTP. One without them would look for certificates and
/// cryptography as soon as any crate of the build turns on reqwest's TLS, as `jetpay-gate` does, and may find neither.
fn no_tls() -> ClientConfig {
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has the cipher suites of TLS 1.2 and 1.3")
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth()
}
