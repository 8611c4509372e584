//! The client that commands use to call the admin interface of the running service.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::System;
use anyhow::{Context, anyhow, bail};
use clap::Args;
use jetpay_platform::visible;
use reqwest::{Method, StatusCode, Url, redirect};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;

use super::write_to;
use crate::config::AdminAccess;
use crate::customer::fits_a_url;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// The options of every command that calls the running service.
#[derive(Args)]
pub(super) struct AdminOptions {
    /// The configuration of the running service
    #[arg(long, value_name = "FILE", default_value = "jetpay.toml")]
    config: PathBuf,
    /// The name of the token in the configuration; without it, the first one that the command can read
    #[arg(long, value_name = "NAME")]
    token: Option<String>,
    /// Print the service's answer as JSON, for programs
    #[arg(long)]
    pub(super) json: bool,
}

impl AdminOptions {
    /// Calls the service and prints its answer: as JSON with `--json`, else as `render` writes it.
    pub(super) fn call(
        &self,
        request: &Request,
        render: impl FnOnce(&Value) -> String,
    ) -> anyhow::Result<()> {
        let answer = self.answer(request)?;
        self.print(&answer, render)
    }

    /// Calls the service; its answer.
    pub(super) fn answer(&self, request: &Request) -> anyhow::Result<Value> {
        let access = AdminAccess::read(&self.config, self.token.as_deref())?;
        System::new().block_on(Client::new(&access)?.call(request))
    }

    /// Calls the service; its answer, whatever its status is.
    pub(super) fn send(&self, request: &Request) -> anyhow::Result<Answer> {
        let access = AdminAccess::read(&self.config, self.token.as_deref())?;
        System::new().block_on(Client::new(&access)?.send(request))
    }

    /// Prints an answer: as JSON with `--json`, else as `render` writes it.
    pub(super) fn print(
        &self,
        answer: &Value,
        render: impl FnOnce(&Value) -> String,
    ) -> anyhow::Result<()> {
        let text = if self.json {
            answer.to_string()
        } else {
            render(answer)
        };
        print(&text)
    }
}

/// Writes a text and a line end to standard output.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    let line = format!("{}\n", text.trim_end());
    write_to(std::io::stdout().lock(), line.as_bytes())
}

/// A request to the admin interface.
pub(super) struct Request {
    method: Method,
    path: Vec<String>,
    query: Vec<(&'static str, String)>,
    body: Option<String>,
}

impl Request {
    fn new(method: Method, path: &[&str], body: Option<String>) -> Self {
        Self {
            method,
            path: path.iter().map(|&part| part.to_owned()).collect(),
            query: Vec::new(),
            body,
        }
    }

    /// A `GET` of the path below `/v1` that these segments make.
    pub(super) fn get(path: &[&str]) -> Self {
        Self::new(Method::GET, path, None)
    }

    /// A `POST` of a JSON body.
    #[expect(clippy::needless_pass_by_value, reason = "callers make it for this")]
    pub(super) fn post(path: &[&str], body: Value) -> Self {
        Self::new(Method::POST, path, Some(body.to_string()))
    }

    /// A `POST` of JSON Lines.
    pub(super) fn post_lines(path: &[&str], lines: String) -> Self {
        Self::new(Method::POST, path, Some(lines))
    }

    /// A `DELETE`.
    pub(super) fn delete(path: &[&str]) -> Self {
        Self::new(Method::DELETE, path, None)
    }

    /// Adds a query parameter, if it has a value.
    pub(super) fn with(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        let value = value.map(|value| (name, value.to_string()));
        self.query.extend(value);
        self
    }

    fn url(&self, access: &AdminAccess) -> anyhow::Result<Url> {
        let mut url = Url::parse(&format!("http://{}/v1", access.address))?;
        if self.path.iter().any(String::is_empty) {
            bail!("the id is empty");
        }
        if let Some(id) = self.path.iter().find(|part| !fits_a_url(part)) {
            bail!("the id `{id}` cannot be sent in a URL");
        }
        // An id may hold any character, also `/`; this call escapes it.
        url.path_segments_mut()
            .map_err(|()| anyhow!("the address takes no path"))?
            .extend(&self.path);
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url)
    }
}

/// A client of the admin interface. It keeps its connections for further requests.
pub(super) struct Client<'a> {
    http: reqwest::Client,
    access: &'a AdminAccess,
}

/// An answer of the service. The body is null when it is empty or not JSON.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Value,
}

impl<'a> Client<'a> {
    pub(super) fn new(access: &'a AdminAccess) -> anyhow::Result<Self> {
        // The token must reach the service alone: no proxy, and no target of a redirect, may see it.
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(no_tls())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .build()?;
        Ok(Self { http, access })
    }

    /// Sends a request and returns the answer, whatever its status is. It fails when there is no answer.
    pub(super) async fn send(&self, request: &Request) -> anyhow::Result<Answer> {
        let mut sent = self
            .http
            .request(request.method.clone(), request.url(self.access)?)
            .bearer_auth(self.access.token.trim());
        if let Some(body) = &request.body {
            sent = sent.body(body.clone());
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

    /// Sends a request and returns the body of a successful answer: null for HTTP 204. Any other answer is an error.
    pub(super) async fn call(&self, request: &Request) -> anyhow::Result<Value> {
        let answer = self.send(request).await?;
        self.body(answer)
    }

    /// The body of a successful answer: null for HTTP 204. Any other answer is an error.
    pub(super) fn body(&self, answer: Answer) -> anyhow::Result<Value> {
        let status = answer.status;
        let body = answer.good()?;
        if body.is_null() && status != StatusCode::NO_CONTENT {
            bail!(
                "the server at {} ([admin] listen) is not jetpay: its answer is not JSON",
                self.access.address
            );
        }
        Ok(body)
    }
}

impl Answer {
    /// The body of a successful answer. Any other answer is an error.
    pub(super) fn good(self) -> anyhow::Result<Value> {
        if !self.status.is_success() {
            bail!("{}", self.refusal());
        }
        Ok(self.body)
    }

    /// Why the service refused the request, in one sentence.
    pub(super) fn refusal(&self) -> String {
        let text = |name| self.body.pointer(name).and_then(Value::as_str);
        if self.status == StatusCode::UNAUTHORIZED {
            return "the running service has another token than this configuration: restart the service, or name its \
                    configuration with --config"
                .to_owned();
        }
        let message = visible::line(
            text("/error/message")
                .unwrap_or("the answer has no error message of jetpay: is this another service?"),
        );
        match text("/error/field") {
            Some(field) => format!("{}: {message}", visible::line(field)),
            None => format!("{message} (HTTP {})", self.status.as_u16()),
        }
    }
}

/// TLS settings that trust no authority; the client speaks plain HTTP.
///
/// Without explicit settings reqwest would look for certificates and a cryptography provider as soon as any crate of the
/// build enables its TLS, as `jetpay-gate` does. A machine may have neither.
fn no_tls() -> ClientConfig {
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has the cipher suites of TLS 1.2 and 1.3")
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth()
}
