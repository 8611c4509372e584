//! Tells about requests while they come.

use std::fmt;
use std::sync::Arc;

use crate::serving::Reply;
use crate::visible;

/// A request and its answer as texts for a person, safe to show. The payer's data is in them.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exchange {
    /// What came.
    pub request: String,
    /// What was answered.
    pub answer: String,
}

impl Exchange {
    pub(super) fn new(request: &str, reply: &Reply) -> Self {
        Self {
            request: visible::line(request),
            answer: match reply {
                Reply::Answer { status, body, .. } => {
                    // Only the start: a spoiled answer may be long, and be in any character set.
                    let start = String::from_utf8_lossy(&body[..body.len().min(SHOWN)]);
                    let more = if body.len() > SHOWN { "…" } else { "" };
                    format!("HTTP {status} {}{more}", visible::line(&start))
                }
                Reply::Dropped { accepted: false } => {
                    "nothing is done, and the connection breaks".into()
                }
                Reply::Dropped { accepted: true } => "it is done, and the connection breaks".into(),
            },
        }
    }
}

/// How much of an answer is shown, in bytes.
const SHOWN: usize = 1000;

impl fmt::Debug for Exchange {
    /// Hides the payer's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Exchange")
    }
}

/// Calls a function for each exchange.
#[derive(Clone, Default)]
pub(super) struct Watch(Option<Arc<Function>>);

type Function = dyn Fn(&Exchange) + Send + Sync;

impl Watch {
    pub(super) fn new(watch: impl Fn(&Exchange) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(watch)))
    }

    pub(super) fn tell(&self, request: impl FnOnce() -> String, reply: &Reply) {
        if let Some(watch) = &self.0 {
            watch(&Exchange::new(&request(), reply));
        }
    }
}
