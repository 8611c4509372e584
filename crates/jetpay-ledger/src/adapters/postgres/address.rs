//! The address of the database, and how to connect.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::{Client, Config, Error};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::{AT_IN_PASSWORD, NO_HOST, WRONG_PORT, unreadable_url};
use crate::model::OpenError;

/// How long a connection to one host may take, unless the URL says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// After this time without an answer, each side considers the other as gone. So our locks end with us.
const SILENCE: Duration = Duration::from_secs(15);

/// The settings of every connection. A server that dies leaves a transaction open; the database ends it soon.
const SETTINGS: &str = "SET default_transaction_isolation = 'read committed';
    SET default_transaction_read_only = off;
    SET statement_timeout = '10s';
    SET idle_in_transaction_session_timeout = '10s';
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

/// The database's address. It holds the password, so `Debug` shows nothing of it.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
    /// How long connecting may take in all: a server that accepts connections may still say nothing.
    pub(super) connect_timeout: Duration,
}

impl Address {
    /// Reads a `postgres://` URL. A certificate must be signed by an authority of the system, or by one in `ca_file`.
    pub(super) fn parse(url: &str, ca_file: Option<&Path>) -> Result<Self, OpenError> {
        // A second `@` would be read as part of the host or of the database's name.
        let after_user = url.split_once('@').map_or("", |(_, rest)| rest);
        if after_user
            .split('?')
            .next()
            .is_some_and(|it| it.contains('@'))
        {
            return Err(failed(&AT_IN_PASSWORD));
        }
        let config = url.parse::<Config>();
        let mut config = config.map_err(|error| failed(&unreadable_url(&error)))?;
        if config.get_ports().contains(&0) {
            return Err(failed(&WRONG_PORT));
        }
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(failed(&NO_HOST));
        }
        let connect_timeout = *config.get_connect_timeout().unwrap_or(&CONNECT_TIMEOUT);
        config.connect_timeout(connect_timeout);
        let hosts = u32::try_from(config.get_hosts().len()).unwrap_or(1).max(1);
        if config.get_application_name().is_none() {
            config.application_name("jetpay");
        }
        config.keepalives_idle(SILENCE).tcp_user_timeout(SILENCE);
        let tls = MakeRustlsConnect::new(trusting(ca_file)?);
        Ok(Self {
            config,
            tls,
            connect_timeout: connect_timeout.saturating_mul(hosts),
        })
    }

    /// A connection with its settings. Its other half runs on the current runtime until the client is dropped.
    pub(super) async fn connect(&self) -> Result<Client, Error> {
        let (client, connection) = self.config.connect(self.tls.clone()).await?;
        // The user of the client gets the errors of the connection.
        tokio::spawn(async move { drop(connection.await) });
        client.batch_execute(SETTINGS).await?;
        Ok(client)
    }
}

fn trusting(ca_file: Option<&Path>) -> Result<ClientConfig, OpenError> {
    let mut roots = RootCertStore::empty();
    if let Some(path) = ca_file {
        let unreadable = |error: &dyn fmt::Display| {
            failed(&format!(
                "the authority's certificate in {}: {error}",
                path.display()
            ))
        };
        let certificates =
            CertificateDer::pem_file_iter(path).map_err(|error| unreadable(&error))?;
        for certificate in certificates {
            let certificate = certificate.map_err(|error| unreadable(&error))?;
            roots.add(certificate).map_err(|error| unreadable(&error))?;
        }
        if roots.is_empty() {
            return Err(unreadable(&"it holds no certificate in PEM"));
        }
    } else {
        // A certificate that cannot be read is no authority.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

pub(super) fn failed(error: &dyn fmt::Display) -> OpenError {
    OpenError::Server {
        reason: error.to_string(),
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address").finish_non_exhaustive()
    }
}
