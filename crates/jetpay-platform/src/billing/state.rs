//! The billing without a network.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::answer::{Answer, Verdict, sum_text};
use super::books::{Booked, Books};
use super::request::{Command, Parameters, Request, RequestError};
use super::script::{OnRequest, Script};
use super::watch::{Exchange, Watch};
use super::{Dialect, Quirks};
use crate::serving::Reply;

/// A billing without a network.
#[derive(Clone)]
pub struct BillingState {
    dialect: Dialect,
    quirks: Quirks,
    books: Books,
    script: Script,
    /// The header `Authorization` that requests must have.
    login: Option<String>,
    requests: usize,
    watch: Watch,
}

impl BillingState {
    /// A billing without accounts.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            quirks: Quirks::default(),
            books: Books::default(),
            script: Script::default(),
            login: None,
            requests: 0,
            watch: Watch::default(),
        }
    }

    /// Replaces the quirks.
    #[must_use]
    pub fn with_quirks(self, quirks: Quirks) -> Self {
        Self { quirks, ..self }
    }

    /// Requires a login of HTTP Basic, `USER:PASSWORD`. Requests without it get 401.
    #[must_use]
    pub fn with_login(self, login: &str) -> Self {
        let login = Some(format!("Basic {}", BASE64_STANDARD.encode(login)));
        Self { login, ..self }
    }

    /// Calls a function for each request when its answer is made. It must return quickly.
    #[must_use]
    pub fn with_watch(self, watch: impl Fn(&Exchange) + Send + Sync + 'static) -> Self {
        let watch = Watch::new(watch);
        Self { watch, ..self }
    }

    /// Adds an account, or changes what it owes, in minor units. `None`: answers do not say what is owed.
    pub fn put_account(&mut self, account: &str, debt: Option<i64>) {
        self.books.put(account, debt);
    }

    /// Removes an account. Its payments stay in the books.
    pub fn remove_account(&mut self, account: &str) {
        self.books.remove(account);
    }

    /// What happens to the next requests, in order. Later ones are answered, or as [`always`](Self::always) says.
    pub fn script(&mut self, script: impl IntoIterator<Item = OnRequest>) {
        self.script.extend(script);
    }

    /// What happens to every request that the script does not cover.
    pub fn always(&mut self, on_request: OnRequest) {
        self.in_turn([on_request]);
    }

    /// What happens to the requests that the script does not cover, in turn.
    pub fn in_turn(&mut self, turns: impl IntoIterator<Item = OnRequest>) {
        self.script.always(turns);
    }

    /// How long every answer takes.
    pub fn set_latency(&mut self, latency: Duration) {
        self.script.latency = latency;
    }

    /// The books, in the order of booking.
    #[must_use]
    pub fn booked(&self) -> &[Booked] {
        self.books.booked()
    }

    /// What an account owes, in minor units; below zero when more was paid. `None`: there is no such account.
    #[must_use]
    pub fn owed(&self, account: &str) -> Option<i64> {
        self.books.account(account).map(|it| it.owes)
    }

    /// How many requests have come.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.requests
    }

    /// Answers a request: the parameters of its query or form as they came, and the header `Authorization`.
    pub fn receive(&mut self, parameters: &str, authorization: Option<&str>) -> Reply {
        self.requests += 1;
        let reply = self.reply(parameters, authorization);
        self.watch.tell(|| parameters.to_owned(), &reply);
        reply.slowly(self.script.latency)
    }

    fn reply(&mut self, parameters: &str, authorization: Option<&str>) -> Reply {
        let planned = self.script.turn();
        if self.login.is_some() && authorization != self.login.as_deref() {
            let challenge = "Basic realm=\"billing\"";
            return Reply::now(401, "").with_header("www-authenticate", challenge);
        }
        let (dialect, windows_1251) = (self.dialect, self.quirks.windows_1251);
        let written = |answer: Answer, spoil| answer.reply(dialect, windows_1251, spoil);
        match planned {
            OnRequest::Drop => Reply::Dropped { accepted: false },
            OnRequest::Fail(status) => Reply::now(status, ""),
            OnRequest::FailFor(status, seconds) => {
                Reply::now(status, "").with_header("retry-after", seconds.to_string())
            }
            OnRequest::Body(body) => Reply::now(200, body),
            OnRequest::Result(code) => {
                let parameters = Parameters::parse(parameters).ok();
                let txn_id = parameters.as_ref().and_then(|it| it.get("txn_id"));
                let answer = Answer::new(txn_id.unwrap_or_default(), Verdict::Code(code));
                written(answer, None)
            }
            OnRequest::Answer => written(self.answer(parameters), None),
            OnRequest::Slowly(time) => written(self.answer(parameters), None).slowly(time),
            OnRequest::Spoil(spoil) => written(self.answer(parameters), Some(spoil)),
            OnRequest::DoneAndDrop => {
                self.answer(parameters);
                Reply::Dropped { accepted: true }
            }
        }
    }

    /// Does what is asked.
    fn answer(&mut self, parameters: &str) -> Answer {
        let refused = |txn_id: &str, why: &RequestError| {
            let verdict = match why {
                RequestError::Account => Verdict::BadAccount,
                RequestError::Parameter(_) => Verdict::BadRequest,
            };
            Answer::new(txn_id, verdict)
        };
        let parameters = match Parameters::parse(parameters) {
            Ok(parameters) => parameters,
            Err(why) => return refused("", &why),
        };
        let request = match parameters.request() {
            Ok(request) => request,
            Err(why) => return refused(parameters.get("txn_id").unwrap_or_default(), &why),
        };
        match &request.command {
            Command::Check => self.check(&request),
            Command::Pay => self.pay(&request),
            Command::Cancel(prv_txn) => self.cancel(&request, prv_txn),
        }
    }

    fn check(&mut self, request: &Request) -> Answer {
        let Request {
            txn_id, account, ..
        } = request;
        if self.books.account(account).is_none() {
            return Answer::new(txn_id, Verdict::UnknownAccount);
        }
        if self.quirks.pay_on_check {
            self.books.book(txn_id, account, request.minor);
        }
        let known = self.books.account(account).unwrap_or_default();
        let balance = sum_text(-known.owes);
        let debt = known.shows_debt.then(|| known.owes.max(0));
        let mut answer = Answer::new(txn_id, Verdict::Done);
        answer.fields = vec![
            ("fio", format!("Абонент {account}")),
            ("balance", balance.clone()),
            ("disp1", format!("Баланс: {balance}")),
        ];
        if self.dialect == Dialect::Osmp {
            answer
                .fields
                .extend(debt.map(|debt| ("debt", sum_text(debt))));
        } else {
            answer.sum = debt;
        }
        answer
    }

    fn pay(&mut self, request: &Request) -> Answer {
        let Request {
            txn_id,
            account,
            minor,
            ..
        } = request;
        let paid = |prv_txn: String| Answer {
            prv_txn: Some(prv_txn),
            sum: Some(*minor),
            ..Answer::new(txn_id, Verdict::Done)
        };
        if let Some(earlier) = self.books.by_txn(txn_id) {
            if (&earlier.account, earlier.minor) != (account, *minor) {
                return Answer::new(txn_id, Verdict::BadRequest);
            }
            if self.quirks.refuses_repeats {
                return Answer::new(txn_id, Verdict::Repeated);
            }
            if !self.quirks.books_repeats {
                return paid(earlier.prv_txn.clone());
            }
        }
        if self.books.account(account).is_none() {
            return Answer::new(txn_id, Verdict::UnknownAccount);
        }
        if *minor == 0 {
            return Answer::new(txn_id, Verdict::TooSmall);
        }
        paid(self.books.book(txn_id, account, *minor))
    }

    /// Takes a whole payment back, once.
    fn cancel(&mut self, request: &Request, prv_txn: &str) -> Answer {
        let Request {
            txn_id,
            account,
            minor,
            ..
        } = request;
        let booked = self.books.by_prv_txn(prv_txn);
        let Some(booked) = booked.filter(|it| (&it.account, it.minor) == (account, *minor)) else {
            return Answer::new(txn_id, Verdict::BadRequest);
        };
        if !std::mem::replace(&mut booked.cancelled, true) {
            self.books.change(account, *minor);
        }
        Answer {
            prv_txn: Some(prv_txn.to_owned()),
            sum: Some(*minor),
            ..Answer::new(txn_id, Verdict::Done)
        }
    }
}

impl fmt::Debug for BillingState {
    /// Hides the accounts, the payments and the login.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BillingState")
            .field("dialect", &self.dialect)
            .field("quirks", &self.quirks)
            .field("accounts", &self.books.accounts())
            .field("booked", &self.books.booked().len())
            .field("requests", &self.requests)
            .finish_non_exhaustive()
    }
}
