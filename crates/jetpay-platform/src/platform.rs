//! Signs messages and sends them as the platform does.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jetpay_core::id::ProjectId;
use jetpay_core::signature::{Key, sign};
use serde::Serialize;

use crate::client::Client;
use crate::client::{Exchange, NoAnswer};
use crate::data_api::PlatformRecord;
use crate::messages::Callback;

/// Sees every request of a [`Platform`] and its answer.
pub trait Recorder: fmt::Debug + Send + Sync {
    /// A request is about to be sent. Returns a number, under which [`answered`](Self::answered) reports the answer.
    fn sent(&self, http_method: &str, url: &str, content_type: Option<&str>, body: &[u8]) -> usize;

    /// The answer to the request with this number, or the reason why there is none.
    fn answered(&self, number: usize, answer: &Result<Exchange, NoAnswer>);
}

/// The platform, calling in the name of one project of a merchant. Cheap to clone: the clones share connections.
#[derive(Debug, Clone)]
pub struct Platform {
    client: Client,
    project_id: ProjectId,
    key: Key,
    recorder: Option<Arc<dyn Recorder>>,
    record: Option<PlatformRecord>,
}

impl Platform {
    /// The platform that calls the merchant at `base_url` in the name of a project. A request adds its path to the URL.
    /// An empty path leaves the URL unchanged.
    #[must_use]
    pub fn new(base_url: impl Into<String>, project_id: impl Into<ProjectId>, key: Key) -> Self {
        Self {
            client: Client::new(base_url),
            project_id: project_id.into(),
            key,
            recorder: None,
            record: None,
        }
    }

    /// The same platform in the name of another project.
    #[must_use]
    pub fn with_project(&self, project_id: impl Into<ProjectId>, key: Key) -> Self {
        Self {
            project_id: project_id.into(),
            key,
            ..self.clone()
        }
    }

    /// The same platform with another URL.
    #[must_use]
    pub fn with_base_url(&self, base_url: impl Into<String>) -> Self {
        Self {
            client: self.client.with_base_url(base_url),
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

    /// The same platform, which reports its requests and answers to `recorder`.
    #[must_use]
    pub fn with_recorder(self, recorder: impl Recorder + 'static) -> Self {
        Self {
            recorder: Some(Arc::new(recorder)),
            ..self
        }
    }

    /// The same platform, whose top-ups and traffic write their operations into this record: each as soon as the platform
    /// reports it, whether or not the callback arrives. What traffic sends wrong on purpose is not in it.
    #[must_use]
    pub fn with_record(self, record: PlatformRecord) -> Self {
        Self {
            record: Some(record),
            ..self
        }
    }

    /// Writes the operation of a callback into the record, if there is one.
    pub(crate) fn write_down(&self, callback: &Callback) {
        if let Some(record) = &self.record {
            record.put_callback(callback);
        }
    }

    /// The project in whose name the platform calls.
    #[must_use]
    pub fn project_id(&self) -> ProjectId {
        self.project_id
    }

    /// The URL that the platform calls.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.client.base_url()
    }

    /// The key of the project.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// Writes a message as JSON and signs it.
    ///
    /// # Panics
    /// When the message is not a JSON object that can be signed, which is a mistake of the caller.
    #[must_use]
    pub fn sign(&self, message: &impl Serialize) -> Vec<u8> {
        self.sign_text(serde_json::to_vec(message).expect("a message can be written as JSON"))
    }

    /// Signs a body that is already written. Its other bytes stay unchanged.
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

    /// Posts a body unchanged as JSON, signed or not.
    ///
    /// # Errors
    /// [`NoAnswer`].
    pub async fn send(&self, path: &str, body: impl Into<Vec<u8>>) -> Result<Exchange, NoAnswer> {
        self.send_as("POST", path, Some("application/json"), body)
            .await
    }

    /// Sends a body with any HTTP method and any content type.
    ///
    /// # Errors
    /// [`NoAnswer`], also when the HTTP method is invalid.
    pub async fn send_as(
        &self,
        http_method: &str,
        path: &str,
        content_type: Option<&str>,
        body: impl Into<Vec<u8>>,
    ) -> Result<Exchange, NoAnswer> {
        let header = content_type.map(|content_type| ("content-type", content_type));
        let body = body.into();
        let url = self.client.url(path);
        let entry = self.recorder.as_ref().map(|recorder| {
            let number = recorder.sent(http_method, &url, content_type, &body);
            (recorder, number)
        });
        let sent = self.client.send(http_method, path, header.as_slice(), body);
        let answered = sent.await;
        let Some((recorder, number)) = entry else {
            return answered;
        };
        recorder.answered(number, &answered);
        answered.map(|exchange| Exchange { number, ..exchange })
    }
}
