//! The connection to the mail server.

use std::time::Duration;

use actix_web::rt::time::timeout;
use jetpay_platform::visible;
use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use crate::config::{MailConfig, MailSecurity};

/// The time for one mail, or for one test, from the connection to its end.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// What a mail server says is cut behind so many characters.
const SAID: usize = 300;

/// Sends mails; each has a connection of its own.
pub(crate) struct Smtp(AsyncSmtpTransport<Tokio1Executor>);

impl Smtp {
    /// A client with these settings.
    ///
    /// # Errors
    /// When the server's name cannot be in a certificate.
    pub(crate) fn new(config: &MailConfig) -> Result<Self, String> {
        let host = config.server.host.as_str();
        let tls = || TlsParameters::new(host.to_owned()).map_err(|error| said(&error));
        let tls = match config.server.security {
            MailSecurity::Tls => Tls::Wrapper(tls()?),
            MailSecurity::StartTls => Tls::Required(tls()?),
            MailSecurity::None => Tls::None,
        };
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host);
        let builder = builder
            .port(config.server.port)
            .tls(tls)
            .timeout(Some(LIMIT));
        let builder = match &config.login {
            Some(login) => {
                let (user, password) = (login.user.clone(), login.password.to_string());
                builder.credentials(Credentials::new(user, password))
            }
            None => builder,
        };
        Ok(Self(builder.build()))
    }

    /// Connects and logs in, and sends nothing.
    ///
    /// # Errors
    /// Why that does not work, for people.
    pub(crate) async fn test(&self) -> Result<(), String> {
        let answers = limited(self.0.test_connection()).await?;
        answers
            .then_some(())
            .ok_or_else(|| "it did not answer NOOP".to_owned())
    }

    /// Sends a mail.
    ///
    /// # Errors
    /// Why the server did not take it, for people.
    pub(super) async fn send(&self, envelope: &Envelope, mail: &[u8]) -> Result<(), String> {
        limited(self.0.send_raw(envelope, mail)).await.map(drop)
    }
}

async fn limited<T>(exchange: impl Future<Output = Result<T, Error>>) -> Result<T, String> {
    match timeout(LIMIT, exchange).await {
        Ok(result) => result.map_err(|error| said(&error)),
        Err(_) => Err(format!("no answer in {} s", LIMIT.as_secs())),
    }
}

/// The error on one line. It can hold what the server says, and holds no password.
fn said(error: &Error) -> String {
    let text: String = error.to_string().chars().take(SAID).collect();
    visible::line(&text)
}
