//! One request of a person who is signed in.

use std::future::{Ready, ready};
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::http::header::LOCATION;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use jetpay_core::Money;
use jetpay_core::id::CustomerId;
use jetpay_ledger::{Counts, Error, Ledger, Reason, Resolution};

use super::Pages;
use super::door::SessionId;
use super::error::PageError;
use super::fields::{Fields, money};
use super::form::Problem;
use super::locale::Words;
use crate::config::Role;

/// Of so many payments the pages show the sum: more would take too long for one line of a page.
pub(super) const SUMMED: usize = 1000;

/// A person who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Viewer {
    /// The name of the token.
    pub(super) name: String,
    pub(super) role: Role,
}

impl Viewer {
    /// Whether the person may do what needs this role.
    pub(super) fn may(&self, needed: Role) -> bool {
        self.role.permits(needed)
    }
}

/// A request of a person who is signed in: handlers take it as an argument.
#[derive(Clone)]
pub(super) struct Visit(Rc<Inner>);

pub(super) struct Inner {
    pub(super) pages: Data<Pages>,
    pub(super) session: SessionId,
    pub(super) viewer: Viewer,
    pub(super) words: Words,
    /// The path with its query, as it was asked for; of a form, that of the page with the form.
    pub(super) target: String,
    /// Whether a person reads the answer at this address: it is no answer to `HEAD`, and none to a form.
    pub(super) is_read: bool,
    /// The reason that came with a form, to be shown if there is no page to show it in its field.
    pub(super) typed: String,
    /// How much waits, for the navigation; `None` while the store is away.
    pub(super) counts: Option<Counts>,
}

impl std::ops::Deref for Visit {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Visit {
    pub(super) fn new(inner: Inner) -> Self {
        inner.pages.board.wanted();
        Self(Rc::new(inner))
    }

    pub(super) fn ledger(&self) -> &Ledger {
        &self.pages.admin.ledger
    }

    /// What a customer can spend; `None` if more than [`SUMMED`] payments make it.
    pub(super) async fn balance(&self, customer: &CustomerId) -> Result<Option<Money>, Error> {
        let balance = self.ledger().balance_within(customer.as_str(), SUMMED);
        let currency = self.pages.admin.currency;
        Ok(balance.await?.map(|minor| Money::new(minor, currency)))
    }

    /// Refuses a person without this role.
    pub(super) fn needs(&self, role: Role) -> Result<(), PageError> {
        if self.viewer.may(role) {
            Ok(())
        } else {
            Err(PageError::Forbidden(role))
        }
    }

    /// The reason that this person gives in a form for a decision; or what is wrong with it.
    pub(super) fn reason(&self, form: &Fields) -> Result<Reason, Problem> {
        let reason = Reason {
            text: form.get("reason").to_owned(),
            by: Some(self.viewer.name.clone()),
        };
        match reason.check() {
            Ok(()) => Ok(reason),
            Err(why) => Err(Problem::of(self.words, &why)),
        }
    }

    /// Whether a recorded decision is that of this form and this person: then the form came twice, as by a double click, and is done.
    pub(super) fn made(&self, form: &Fields, made: &Resolution) -> bool {
        let amount = made.verdict.amount().is_none_or(|amount| {
            money(self.words, form.get("amount"), amount.currency()) == Ok(amount)
        });
        let operation = form
            .given("operation")
            .is_none_or(|digits| made.operation_id.is_some_and(|id| id.to_string() == digits));
        let verdict = made.verdict.as_str() == form.get("verdict");
        verdict && amount && operation && self.gave(form, &made.reason, made.by.as_deref())
    }

    /// Whether this person gave the recorded reason, and it is that of this form.
    pub(super) fn gave(&self, form: &Fields, reason: &str, by: Option<&str>) -> bool {
        self.reason(form).is_ok_and(|given| given.is_of(reason, by))
    }

    /// Leads to another page after a form was accepted. The page shows the text once, on top.
    pub(super) fn done(&self, to: &str, text: String) -> HttpResponse {
        self.pages.sessions.leave_note(&self.session, to, text);
        HttpResponse::SeeOther()
            .insert_header((LOCATION, to))
            .finish()
    }
}

impl FromRequest for Visit {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let found = request.extensions().get::<Self>().cloned();
        ready(Ok(found.expect("`door::enter` lets in visits only")))
    }
}
