//! Asks and tells a billing in a dialect.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Client;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use zeroize::Zeroizing;

use super::BillingUrl;
use super::http::{self, Answer, NoClient, exchange};
use crate::dialect::{Body, CheckAnswer, Dialect, PARAMETERS, PayOrder, Query};
use crate::outcome::{Delivery, Failure};

/// The login of HTTP Basic, `USER:PASSWORD`.
#[derive(Clone)]
pub struct Login(Zeroizing<String>);

impl Login {
    /// Reads `USER:PASSWORD`; `None` without a colon.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.contains(':')
            .then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The value of the header. `Debug` does not show it.
    fn into_header(self) -> HeaderValue {
        let value = Zeroizing::new(format!("Basic {}", STANDARD.encode(self.0.as_bytes())));
        let mut value =
            HeaderValue::from_str(&value).unwrap_or_else(|_| unreachable!("base64 fits a header"));
        value.set_sensitive(true);
        value
    }
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Login")
    }
}

/// Asks and tells a billing in a dialect: HTTP GET, the parameters in the query.
#[derive(Clone, Debug)]
pub struct DialectClient {
    http: Client,
    dialect: Dialect,
    url: BillingUrl,
    login: Option<HeaderValue>,
}

impl DialectClient {
    /// A client of the billing at `url`. `timeout` is for a whole exchange.
    ///
    /// # Errors
    /// [`NoClient`].
    pub fn new(
        dialect: Dialect,
        url: BillingUrl,
        login: Option<Login>,
        timeout: Duration,
    ) -> Result<Self, NoClient> {
        // A billing that reads the first of two `command` would take each payment for a question, or for another payment.
        let twice = PARAMETERS.into_iter().find(|name| url.has_parameter(name));
        if let Some(name) = twice {
            return Err(NoClient::Parameter(name));
        }
        Ok(Self {
            http: http::client(&url, timeout)?,
            dialect,
            url,
            login: login.map(Login::into_header),
        })
    }

    /// Asks about an account. `txn_id` is digits; `sum` a text such as `1.00`.
    ///
    /// # Errors
    /// [`Failure`]. It never means that the account is unknown.
    pub async fn check(
        &self,
        account: &str,
        txn_id: &str,
        sum: &str,
    ) -> Result<CheckAnswer, Failure> {
        let answer = self.get(&Dialect::check(account, txn_id, sum)).await?;
        if answer.status != 200 {
            return Err(Failure::Status(answer.status));
        }
        let bytes = answer.body?;
        let body = Body::new(&bytes, answer.content_type.as_deref());
        self.dialect.read_check(body, txn_id)
    }

    /// Tells the billing about a payment.
    pub async fn pay(&self, order: &PayOrder<'_>) -> Delivery {
        self.tell(order, Dialect::pay(order)).await
    }

    /// Takes a payment back, by the billing's own number of it. The order has the `txn_id` of the refund, and how much is
    /// taken back as a positive sum.
    pub async fn cancel(&self, order: &PayOrder<'_>, receipt: &str) -> Delivery {
        self.tell(order, Dialect::cancel(order, receipt)).await
    }

    /// No HTTP status refuses a payment, because a dialect's refusals are results: behind a wrong URL or login, every payment
    /// would be refused that a corrected one delivers.
    async fn tell(&self, order: &PayOrder<'_>, query: Result<Query<'_>, String>) -> Delivery {
        let query = match query {
            Ok(query) => query,
            Err(why) => return Delivery::Refused { why: why.into() },
        };
        let answer = match self.get(&query).await {
            Ok(answer) => answer,
            Err(failure) => return Delivery::again(&failure, None),
        };
        if answer.status != 200 {
            return Delivery::again(&Failure::Status(answer.status), answer.retry_after);
        }
        match answer.body {
            Ok(bytes) => {
                let body = Body::new(&bytes, answer.content_type.as_deref());
                self.dialect.read_pay(body, order)
            }
            Err(failure) => Delivery::again(&failure, answer.retry_after),
        }
    }

    async fn get(&self, query: &Query<'_>) -> Result<Answer, Failure> {
        let mut request = self.http.get(self.url.with_query(query));
        if let Some(login) = &self.login {
            request = request.header(AUTHORIZATION, login.clone());
        }
        exchange(request).await
    }
}
