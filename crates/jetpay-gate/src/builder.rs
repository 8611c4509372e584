//! How a client of the Gate is made: its time limit, the certificates that it trusts, its proxy.

use std::error::Error;
use std::time::Duration;

use reqwest::{Proxy, Url};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::{BadBaseUrl, BaseUrl, Gate, http};

/// The default time limit of an exchange, including the connection.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Makes a [`Gate`]. [`Gate::builder`] begins.
///
/// ```
/// use std::time::Duration;
/// use jetpay_gate::{BaseUrl, Gate};
///
/// let gate = Gate::builder(BaseUrl::parse("http://127.0.0.1:9/gate")?)
///     .with_timeout(Duration::from_secs(20))
///     .with_proxy("http://user:password@proxy.example.com:3128")
///     .build()?;
/// # drop(gate);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use = "a builder makes nothing before `build`"]
pub struct GateBuilder {
    base_url: BaseUrl,
    timeout: Duration,
    roots: Option<Vec<u8>>,
    proxy: Option<String>,
}

/// Why no client can be made. Its text shows no URL, which may have a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GateError {
    /// The text is no base URL.
    #[error(transparent)]
    BaseUrl(#[from] BadBaseUrl),
    /// This machine has no certificate authority that can be loaded. Its source says why.
    #[error(
        "this machine has no certificates to check the platform's with; install them, or set them with `with_root_certificates`"
    )]
    NoMachineCertificates(#[source] Option<Box<dyn Error + Send + Sync>>),
    /// The given certificates cannot be loaded.
    #[error("the root certificates must be one or more certificates in PEM")]
    BadRootCertificates(#[source] Option<Box<dyn Error + Send + Sync>>),
    /// The proxy's URL cannot be used.
    #[error("the proxy must be a URL with http:// or https:// and a host")]
    BadProxy,
}

impl GateBuilder {
    pub(crate) fn new(base_url: BaseUrl) -> Self {
        Self {
            base_url,
            timeout: TIMEOUT,
            roots: None,
            proxy: None,
        }
    }

    /// Sets the time limit of a whole exchange. The default is 30 seconds.
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Trusts these certificate authorities, in PEM, instead of those of this machine.
    pub fn with_root_certificates(self, pem: impl Into<Vec<u8>>) -> Self {
        Self {
            roots: Some(pem.into()),
            ..self
        }
    }

    /// Sends every request through this HTTP proxy. A user and a password in the URL are sent to it. The platform sees the
    /// address of the proxy. Without this, no proxy is used, whatever the environment says.
    pub fn with_proxy(self, url: impl Into<String>) -> Self {
        Self {
            proxy: Some(url.into()),
            ..self
        }
    }

    /// Makes the client.
    ///
    /// # Errors
    /// [`GateError`] if certificates cannot be loaded, or if the proxy's URL is none. A client of this machine's `http` needs
    /// no certificates.
    pub fn build(self) -> Result<Gate, GateError> {
        let (base_url, http, timeout) = self.parts()?;
        Ok(Gate::from_parts(base_url, http, timeout))
    }

    /// The address, the client of HTTP and the time limit.
    pub(crate) fn parts(self) -> Result<(BaseUrl, reqwest::Client, Duration), GateError> {
        let roots = match &self.roots {
            Some(pem) => given(pem)?,
            None if self.base_url.is_https() => of_this_machine()?,
            None => RootCertStore::empty(),
        };
        let proxy = self.proxy.as_deref().map(proxy).transpose()?;
        Ok((self.base_url, http::client(roots, proxy), self.timeout))
    }
}

impl std::fmt::Debug for GateBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GateBuilder")
            .field("base_url", &self.base_url.as_str())
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// One file that cannot be read is no error, as long as there are other certificates.
fn of_this_machine() -> Result<RootCertStore, GateError> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let first = found.errors.into_iter().next();
        return Err(GateError::NoMachineCertificates(first.map(Into::into)));
    }
    Ok(roots)
}

fn given(pem: &[u8]) -> Result<RootCertStore, GateError> {
    let bad = |error: Box<dyn Error + Send + Sync>| GateError::BadRootCertificates(Some(error));
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| bad(error.into()))?;
        roots.add(certificate).map_err(|error| bad(error.into()))?;
    }
    if roots.is_empty() {
        return Err(GateError::BadRootCertificates(None));
    }
    Ok(roots)
}

fn proxy(url: &str) -> Result<Proxy, GateError> {
    let url = Url::parse(url).map_err(|_| GateError::BadProxy)?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(GateError::BadProxy);
    }
    Proxy::all(url).map_err(|_| GateError::BadProxy)
}

#[cfg(test)]
mod tests {
    use super::{Gate, GateError};
    use crate::BaseUrl;

    fn builder() -> super::GateBuilder {
        Gate::builder(BaseUrl::parse("https://gate.example.com").unwrap())
    }

    #[test]
    fn certificates_that_cannot_be_loaded_are_an_error() {
        let wrong = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for pem in [
            "",
            "no certificate",
            wrong,
            "-----BEGIN CERTIFICATE-----\nAAAA\n",
        ] {
            let error = builder().with_root_certificates(pem).build().unwrap_err();
            assert!(
                matches!(error, GateError::BadRootCertificates(_)),
                "{pem}: {error}"
            );
        }
    }

    #[test]
    fn proxy_that_is_no_http_url_is_an_error_that_hides_it() {
        for url in [
            "",
            "proxy",
            "socks5://user:password@proxy",
            "http://",
            "user:password@proxy:1",
        ] {
            let error = builder().with_proxy(url).build().unwrap_err();
            assert!(matches!(error, GateError::BadProxy), "{url}: {error}");
            assert!(!format!("{error} {error:?}").contains("password"));
        }
        let builder = builder().with_proxy("http://user:password@proxy:1");
        assert!(!format!("{builder:?}").contains("password"));
    }
}
