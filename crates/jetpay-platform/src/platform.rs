//! The platform's side of the wire: signs and sends.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jetpay_core::id::ProjectId;
use jetpay_core::signature::{Key, sign};
use serde::Serialize;

use crate::client::Client;
use crate::exchange::{Exchange, NoAnswer};

/// Sees every request of a [`Platform`] and its answer.
pub trait Recorder: fmt::Debug + Send + Sync {
    /// A request goes out. The recorder returns a number, under which the answer is reported.
    fn sent(&self, http_method: &str, url: &str, content_type: Option<&str>, body: &[u8]) -> usize;

    /// The answer to the request with this number, or the reason why there is none.
    fn answered(&self, number: usize, answer: &Result<Exchange, NoAnswer>);
}

/// The platform, as one project of a merchant meets it. Cheap to clone: connections are shared.
#[derive(Debug, Clone)]
pub struct Platform {
    client: Client,
    project_id: ProjectId,
    key: Key,
    recorder: Option<Arc<dyn Recorder>>,
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
            recorder: None,
        }
    }

    /// The same platform with another project's name and secret.
    #[must_use]
    pub fn in_the_name_of(&self, project_id: impl Into<ProjectId>, key: Key) -> Self {
        Self {
            client: self.client.clone(),
            project_id: project_id.into(),
            key,
            recorder: self.recorder.clone(),
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

    /// The same platform, which waits this long for an answer.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self {
            client: self.client.with_timeout(timeout),
            ..self
        }
    }

    /// The same platform, whose requests and answers are shown to `recorder`.
    #[must_use]
    pub fn with_recorder(self, recorder: impl Recorder + 'static) -> Self {
        Self {
            recorder: Some(Arc::new(recorder)),
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

    /// The key that signs.
    #[must_use]
    pub fn key(&self) -> &Key {
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
        let Some(recorder) = &self.recorder else {
            return self
                .client
                .send(http_method, path, header.as_slice(), body)
                .await;
        };
        let number = recorder.sent(http_method, &self.client.url(path), content_type, &body);
        let answered = self
            .client
            .send(http_method, path, header.as_slice(), body)
            .await;
        recorder.answered(number, &answered);
        answered
    }
}
