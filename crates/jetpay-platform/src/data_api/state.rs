//! The Data API without a network.

use std::collections::VecDeque;
use std::fmt;

use jetpay_core::signature::Key;

use super::record::PlatformRecord;
use super::request::{Request, RequestError};
use super::script::{Conventions, Edition, OnRequest};
use super::{PATH, answer};
use crate::serving::Reply;

/// The Data API of one user of the Dashboard, without a network.
#[derive(Clone)]
pub struct DataApiState {
    token: Box<str>,
    key: Key,
    record: PlatformRecord,
    conventions: Conventions,
    script: VecDeque<OnRequest>,
    requests: usize,
}

impl DataApiState {
    /// Answers requests that have this token and are signed with this key, with what the record has then. The conventions are
    /// edition A's.
    #[must_use]
    pub fn new(token: &str, key: Key, record: PlatformRecord) -> Self {
        Self {
            token: token.into(),
            key,
            record,
            conventions: Conventions::of(Edition::A),
            script: VecDeque::new(),
            requests: 0,
        }
    }

    /// Replaces the conventions.
    #[must_use]
    pub fn with_conventions(self, conventions: Conventions) -> Self {
        Self {
            conventions,
            ..self
        }
    }

    /// What happens to the next requests, in order. Later ones are answered.
    pub fn script(&mut self, script: impl IntoIterator<Item = OnRequest>) {
        self.script.extend(script);
    }

    /// The record, which can be changed at any time.
    #[must_use]
    pub fn record(&self) -> &PlatformRecord {
        &self.record
    }

    /// How many requests to the right path have come.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.requests
    }

    /// Answers a request that was posted to this path.
    ///
    /// # Panics
    /// Never: what is recorded can be signed.
    pub fn receive(&mut self, path: &str, body: &[u8]) -> Reply {
        if path != PATH {
            return answer::error(404, "the simulated Data API has /v1/operations/get only");
        }
        self.requests += 1;
        let request = match Request::read(body, &self.token, &self.key) {
            Ok(request) => request,
            Err(RequestError { status, why }) => return answer::error(status, &why),
        };
        match self.script.pop_front().unwrap_or(OnRequest::Answer) {
            OnRequest::Answer => self.answer(&request, Some(&self.key)),
            OnRequest::Slowly(time) => self.answer(&request, Some(&self.key)).slowly(time),
            OnRequest::Drop => Reply::Dropped { accepted: false },
            OnRequest::Fail(status) => answer::error(status, "the script says so"),
            OnRequest::WrongSignature => {
                let other = Key::new("not the secret of this token").expect("it is not empty");
                self.answer(&request, Some(&other))
            }
            OnRequest::Unsigned => self.answer(&request, None),
            OnRequest::Unreadable => Reply::now(200, r#"{"operations":["#),
            OnRequest::Change(operation) => {
                self.record.put(*operation);
                self.answer(&request, Some(&self.key))
            }
        }
    }

    /// The page that the request asks for, signed with this key if there is one.
    fn answer(&self, request: &Request, key: Option<&Key>) -> Reply {
        let all = self.record.newest_first(|it| request.wants(it));
        let behind = all.get(request.offset..).unwrap_or_default();
        let page = &behind[..behind.len().min(request.limit)];
        let body = answer::body(page, request, self.conventions);
        match key {
            Some(key) => answer::signed(&body, key),
            None => Reply::now(200, body.to_string()),
        }
    }
}

impl fmt::Debug for DataApiState {
    /// Hides the token and the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataApiState")
            .field("record", &self.record)
            .field("conventions", &self.conventions)
            .field("script", &self.script)
            .finish_non_exhaustive()
    }
}
