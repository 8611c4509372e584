//! How a client of the Data API is made.

use std::fmt;
use std::time::Duration;

use jetpay_core::redacted::Redacted;
use jetpay_core::signature::Key;

use super::DataApi;
use crate::{BaseUrl, GateBuilder, GateError};

/// The default time limit of an answer: the platform needs up to five minutes.
const TIMEOUT: Duration = Duration::from_secs(330);
/// The default pause before a question is asked a second time.
const FIRST_PAUSE: Duration = Duration::from_secs(2);

/// Makes a [`DataApi`]. [`DataApi::builder`] begins.
///
/// ```
/// use std::time::Duration;
/// use jetpay_core::signature::Key;
/// use jetpay_gate::{BaseUrl, DataApi};
///
/// let base_url = BaseUrl::parse("http://127.0.0.1:9")?;
/// let data_api = DataApi::builder(base_url, "token", Key::new("its key")?)
///     .with_timeout(Duration::from_secs(60))
///     .with_first_pause(Duration::from_secs(1))
///     .build()?;
/// # drop(data_api);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use = "a builder makes nothing before `build`"]
pub struct DataApiBuilder {
    http: GateBuilder,
    first_pause: Duration,
    token: Redacted,
    key: Key,
}

impl DataApiBuilder {
    pub(super) fn new(base_url: BaseUrl, token: &str, key: Key) -> Self {
        Self {
            http: GateBuilder::new(base_url).with_timeout(TIMEOUT),
            first_pause: FIRST_PAUSE,
            token: Redacted::new(token),
            key,
        }
    }

    /// Sets the time limit of an answer, including the connection. The default is 330 seconds.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.http = self.http.with_timeout(timeout);
        self
    }

    /// Sets the pause before the client asks again. Each further pause is twice as long as the one before, up to a minute. The
    /// default is 2 seconds.
    pub fn with_first_pause(mut self, pause: Duration) -> Self {
        self.first_pause = pause;
        self
    }

    /// Trusts these certificate authorities, in PEM, instead of those of this machine.
    pub fn with_root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.http = self.http.with_root_certificates(pem);
        self
    }

    /// Sends every request through this HTTP proxy, as in [`GateBuilder::with_proxy`].
    pub fn with_proxy(mut self, url: impl Into<String>) -> Self {
        self.http = self.http.with_proxy(url);
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    /// [`GateError`] if certificates cannot be loaded, or if the proxy's URL is none.
    pub fn build(self) -> Result<DataApi, GateError> {
        let (base_url, http, timeout) = self.http.parts()?;
        Ok(DataApi {
            base_url,
            http,
            timeout,
            first_pause: self.first_pause,
            token: self.token,
            key: self.key,
        })
    }
}

impl fmt::Debug for DataApiBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataApiBuilder")
            .field("http", &self.http)
            .field("first_pause", &self.first_pause)
            .finish_non_exhaustive()
    }
}
