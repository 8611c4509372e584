//! The platform's side of the wire: signs and sends.

use std::time::Duration;

use jetpay_core::id::ProjectId;
use jetpay_core::signature::{Key, sign};
use serde::Serialize;

use crate::client::Client;
use crate::exchange::{Exchange, NoAnswer};
use crate::tape::Tape;

/// The platform, as one project of a merchant meets it. Cheap to clone: connections are shared.
#[derive(Debug, Clone)]
pub struct Platform {
    client: Client,
    project_id: ProjectId,
    key: Key,
    tape: Option<Tape>,
}

impl Platform {
    /// The platform that calls the merchant at `base_url` in the name of a project. A path is added to it; an empty
    /// path calls it as it stands.
    #[must_use]
    pub fn new(base_url: impl Into<String>, project_id: impl Into<ProjectId>, key: Key) -> Self {
        Self {
            client: Client::new(base_url),
            project_id: project_id.into(),
            key,
            tape: None,
        }
    }

    /// The same platform with another project's name and secret.
    #[must_use]
    pub fn in_the_name_of(&self, project_id: impl Into<ProjectId>, key: Key) -> Self {
        Self {
            client: self.client.clone(),
            project_id: project_id.into(),
            key,
            tape: self.tape.clone(),
        }
    }

    /// The same platform that calls another URL.
    #[must_use]
    pub fn at(&self, base_url: impl Into<String>) -> Self {
        Self {
            client: self.client.at(base_url),
            ..self.clone()
        }
    }

    /// An answer may take so long.
    pub(crate) fn within(self, within: Duration) -> Self {
        Self {
            client: self.client.within(within),
            ..self
        }
    }

    /// Whatever is sent from now on, and its answer, is kept on the tape.
    pub(crate) fn recorded_on(self, tape: Tape) -> Self {
        Self {
            tape: Some(tape),
            ..self
        }
    }

    /// The project in whose name it calls.
    #[must_use]
    pub fn project_id(&self) -> ProjectId {
        self.project_id
    }

    /// Whom it calls.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.client.base_url()
    }

    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    /// Writes a message and signs it.
    ///
    /// # Panics
    /// When the message is not a JSON object that can be signed: a mistake of whoever wrote it.
    #[must_use]
    pub fn sign(&self, message: &impl Serialize) -> Vec<u8> {
        self.sign_text(serde_json::to_vec(message).expect("a message can be written as JSON"))
    }

    /// Signs a body that is written already; its other bytes stay as they are.
    ///
    /// # Panics
    /// As [`sign`](Self::sign).
    #[must_use]
    pub fn sign_text(&self, body: impl AsRef<[u8]>) -> Vec<u8> {
        sign(body.as_ref(), &self.key).expect("a message is an object that can be signed")
    }

    /// Signs a message and posts it. `path` begins with `/`.
    ///
    /// # Errors
    /// [`NoAnswer`].
    ///
    /// # Panics
    /// As [`sign`](Self::sign).
    pub async fn call(&self, path: &str, message: &impl Serialize) -> Result<Exchange, NoAnswer> {
        self.send(path, self.sign(message)).await
    }

    /// Posts a body as it stands, signed or not, as JSON.
    ///
    /// # Errors
    /// [`NoAnswer`].
    pub async fn send(&self, path: &str, body: impl Into<Vec<u8>>) -> Result<Exchange, NoAnswer> {
        self.send_as("POST", path, Some("application/json"), body)
            .await
    }

    /// Sends a body by any HTTP method and with any content type.
    ///
    /// # Errors
    /// [`NoAnswer`], also for an HTTP method that is none.
    pub async fn send_as(
        &self,
        http_method: &str,
        path: &str,
        content_type: Option<&str>,
        body: impl Into<Vec<u8>>,
    ) -> Result<Exchange, NoAnswer> {
        let header = content_type.map(|content_type| ("content-type", content_type));
        let body = body.into();
        let Some(tape) = &self.tape else {
            return self
                .client
                .send(http_method, path, header.as_slice(), body)
                .await;
        };
        let sent = tape.sent(http_method, &self.client.url(path), content_type, &body);
        let answered = self
            .client
            .send(http_method, path, header.as_slice(), body)
            .await;
        tape.answered(sent, &answered);
        answered
    }
}
