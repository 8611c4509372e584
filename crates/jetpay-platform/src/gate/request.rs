//! Reads and checks a merchant's request.

use std::net::IpAddr;

use jetpay_core::id::ProjectId;
use jetpay_core::message::Received;
use jetpay_core::rejection::Rejection;
use jetpay_core::{Currency, Keyring, Money};
use serde_json::Value;

/// A request whose signature and fields are good.
pub(super) enum Request {
    /// A request for a payout.
    Payout(Order),
    /// A request for the status of a payment id.
    Status(ProjectId, String),
    /// A request for the status of a request id.
    StatusBy(ProjectId, String),
}

/// A payout as the merchant ordered it.
pub(super) struct Order {
    pub(super) project_id: ProjectId,
    pub(super) payment_id: String,
    pub(super) method: String,
    pub(super) customer_id: String,
    pub(super) account: String,
    pub(super) amount: Money,
}

/// What is wrong with a request.
pub(super) struct RequestError {
    /// The HTTP status of the answer; `None` for [`Conventions::rejects_with`](super::Conventions).
    pub(super) http: Option<u16>,
    pub(super) code: u32,
    /// What is wrong: the path of a field, without values.
    pub(super) about: String,
}

/// Reads a request to `path` with this body.
pub(super) fn read(
    path: &str,
    body: &[u8],
    keyring: &Keyring,
    methods: &[String],
) -> Result<Request, RequestError> {
    let rest = path.strip_prefix("/v2/payment/").ok_or_else(no_such_path)?;
    let method = rest
        .strip_prefix("wallet/")
        .and_then(|rest| rest.strip_suffix("/payout"));
    if method.is_none() && !["status", "status/request"].contains(&rest) {
        return Err(no_such_path());
    }
    let fields = Fields(authentic(body, keyring)?);
    let project_id = fields.project_id()?;
    match method {
        None if rest == "status" => Ok(Request::Status(project_id, fields.payment_id()?)),
        None => Ok(Request::StatusBy(
            project_id,
            fields.text("/request_id", 2004)?,
        )),
        Some(method) if !methods.iter().any(|known| known == method) => {
            Err(request_error(2541, "the method in the path"))
        }
        Some(method) => fields.order(project_id, method).map(Request::Payout),
    }
}

/// The body as JSON, when a secret of its project signed it.
fn authentic(body: &[u8], keyring: &Keyring) -> Result<Value, RequestError> {
    let received = Received::parse(body).map_err(|why| request_error(2003, &why))?;
    received.authenticate(keyring).map_err(|why| match why {
        Rejection::UnknownProject => request_error(2442, "project_id"),
        Rejection::Malformed(_) => unsigned(3262, &why),
        _ => unsigned(3261, &why),
    })?;
    serde_json::from_slice(body).map_err(|why| request_error(2003, &why))
}

struct Fields(Value);

impl Fields {
    /// `project_id` may be at the top level or in `general`.
    fn project_id(&self) -> Result<ProjectId, RequestError> {
        let number = |path| self.0.pointer(path).and_then(Value::as_u64);
        let number = number("/general/project_id").or_else(|| number("/project_id"));
        number
            .map(ProjectId::new)
            .ok_or_else(|| request_error(2004, "project_id"))
    }

    fn payment_id(&self) -> Result<String, RequestError> {
        let id = self.text("/general/payment_id", 2004)?;
        if id.len() > 255 || id.chars().any(char::is_control) {
            return Err(request_error(3024, "general.payment_id"));
        }
        Ok(id)
    }

    fn order(&self, project_id: ProjectId, method: &str) -> Result<Order, RequestError> {
        let payment_id = self.payment_id()?;
        let customer_id = self.text("/customer/id", 2004)?;
        let address = self.text("/customer/ip_address", 2004)?;
        address
            .parse::<IpAddr>()
            .map_err(|_| request_error(2004, "customer.ip_address"))?;
        self.text("/customer/first_name", 2004)?;
        self.text("/customer/last_name", 2004)?;
        if !self.text("/customer/email", 2004)?.contains('@') {
            return Err(request_error(2426, "customer.email"));
        }
        let account = self.text("/account/number", 3242)?;
        if !(5..=20).contains(&account.len()) || !account.bytes().all(|byte| byte.is_ascii_digit())
        {
            return Err(request_error(3102, "account.number"));
        }
        Ok(Order {
            project_id,
            payment_id,
            method: method.to_owned(),
            customer_id,
            account,
            amount: self.amount()?,
        })
    }

    fn amount(&self) -> Result<Money, RequestError> {
        let minor = self.0.pointer("/payment/amount").and_then(Value::as_i64);
        let minor = minor.ok_or_else(|| request_error(3286, "payment.amount"))?;
        if minor <= 0 {
            return Err(request_error(3358, "payment.amount"));
        }
        if self.text("/payment/currency", 3287)? != "KZT" {
            return Err(request_error(3121, "payment.currency"));
        }
        Ok(Money::new(minor, Currency::KZT))
    }

    /// A text that is not empty.
    fn text(&self, pointer: &str, code: u32) -> Result<String, RequestError> {
        let text = self.0.pointer(pointer).and_then(Value::as_str);
        let text = text.filter(|text| !text.is_empty());
        text.map(str::to_owned)
            .ok_or_else(|| request_error(code, &pointer[1..].replace('/', ".")))
    }
}

impl RequestError {
    /// An error with a code only.
    pub(super) fn plain(code: u32) -> Self {
        request_error(code, "")
    }
}

fn request_error(code: u32, about: &(impl ToString + ?Sized)) -> RequestError {
    RequestError {
        http: None,
        code,
        about: about.to_string(),
    }
}

fn unsigned(code: u32, about: &(impl ToString + ?Sized)) -> RequestError {
    RequestError {
        http: Some(401),
        ..request_error(code, about)
    }
}

fn no_such_path() -> RequestError {
    RequestError {
        http: Some(404),
        ..request_error(2541, "the path")
    }
}
