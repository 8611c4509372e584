//! What a merchant asks of the Gate, checked.

use std::net::IpAddr;

use jetpay_core::id::ProjectId;
use jetpay_core::message::Received;
use jetpay_core::rejection::Rejection;
use jetpay_core::{Currency, Keyring, Money};
use serde_json::Value;

/// A request whose signature and fields are good.
pub(super) enum Request {
    /// Pay out.
    Payout(Order),
    /// Where does this payment stand?
    Status(ProjectId, String),
    /// Where does the payment stand that has this request id?
    StatusBy(ProjectId, String),
}

/// A payout as it was ordered.
pub(super) struct Order {
    pub(super) project_id: ProjectId,
    pub(super) payment_id: String,
    pub(super) method: String,
    pub(super) customer_id: String,
    pub(super) account: String,
    pub(super) amount: Money,
}

/// What is wrong with a request.
pub(super) struct Flaw {
    /// Of the answer; none for the status of [`Habits`](super::Habits).
    pub(super) http: Option<u16>,
    pub(super) code: u32,
    /// What it is about: the path of a field, and no values.
    pub(super) about: String,
}

/// A request to `path` with this body.
pub(super) fn read(
    path: &str,
    body: &[u8],
    keyring: &Keyring,
    methods: &[String],
) -> Result<Request, Flaw> {
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
            Err(flaw(2541, "the method in the path"))
        }
        Some(method) => fields.order(project_id, method).map(Request::Payout),
    }
}

/// The body as JSON, when a secret of its project signed it.
fn authentic(body: &[u8], keyring: &Keyring) -> Result<Value, Flaw> {
    let received = Received::parse(body).map_err(|why| flaw(2003, &why))?;
    received.authenticate(keyring).map_err(|why| match why {
        Rejection::UnknownProject => flaw(2442, "project_id"),
        Rejection::Malformed(_) => unsigned(3262, &why),
        _ => unsigned(3261, &why),
    })?;
    serde_json::from_slice(body).map_err(|why| flaw(2003, &why))
}

struct Fields(Value);

impl Fields {
    /// It may stand at the top level or in `general`.
    fn project_id(&self) -> Result<ProjectId, Flaw> {
        let number = |path| self.0.pointer(path).and_then(Value::as_u64);
        let number = number("/general/project_id").or_else(|| number("/project_id"));
        number
            .map(ProjectId::new)
            .ok_or_else(|| flaw(2004, "project_id"))
    }

    fn payment_id(&self) -> Result<String, Flaw> {
        let id = self.text("/general/payment_id", 2004)?;
        if id.len() > 255 || id.chars().any(char::is_control) {
            return Err(flaw(3024, "general.payment_id"));
        }
        Ok(id)
    }

    fn order(&self, project_id: ProjectId, method: &str) -> Result<Order, Flaw> {
        let payment_id = self.payment_id()?;
        let customer_id = self.text("/customer/id", 2004)?;
        let address = self.text("/customer/ip_address", 2004)?;
        address
            .parse::<IpAddr>()
            .map_err(|_| flaw(2004, "customer.ip_address"))?;
        self.text("/customer/first_name", 2004)?;
        self.text("/customer/last_name", 2004)?;
        if !self.text("/customer/email", 2004)?.contains('@') {
            return Err(flaw(2426, "customer.email"));
        }
        let account = self.text("/account/number", 3242)?;
        if !(5..=20).contains(&account.len()) || !account.bytes().all(|byte| byte.is_ascii_digit())
        {
            return Err(flaw(3102, "account.number"));
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

    fn amount(&self) -> Result<Money, Flaw> {
        let minor = self.0.pointer("/payment/amount").and_then(Value::as_i64);
        let minor = minor.ok_or_else(|| flaw(3286, "payment.amount"))?;
        if minor <= 0 {
            return Err(flaw(3358, "payment.amount"));
        }
        if self.text("/payment/currency", 3287)? != "KZT" {
            return Err(flaw(3121, "payment.currency"));
        }
        Ok(Money::new(minor, Currency::KZT))
    }

    /// A text that says something.
    fn text(&self, pointer: &str, code: u32) -> Result<String, Flaw> {
        let text = self.0.pointer(pointer).and_then(Value::as_str);
        let text = text.filter(|text| !text.is_empty());
        text.map(str::to_owned)
            .ok_or_else(|| flaw(code, &pointer[1..].replace('/', ".")))
    }
}

impl Flaw {
    /// A code, and nothing to say about it.
    pub(super) fn plain(code: u32) -> Self {
        flaw(code, "")
    }
}

fn flaw(code: u32, about: &(impl ToString + ?Sized)) -> Flaw {
    Flaw {
        http: None,
        code,
        about: about.to_string(),
    }
}

fn unsigned(code: u32, about: &(impl ToString + ?Sized)) -> Flaw {
    Flaw {
        http: Some(401),
        ..flaw(code, about)
    }
}

fn no_such_path() -> Flaw {
    Flaw {
        http: Some(404),
        ..flaw(2541, "the path")
    }
}
