//! The customer of a request: from the ledger, after the merchant's own system was asked, if one is configured.

use jetpay_core::id::{CustomerId, ProjectId};
use jetpay_core::merchant::HandlerError;
use jetpay_core::response::AccountResponse;
use jetpay_core::{Method, Refused, TopUp, Unavailable, VerifyRequest};
use jetpay_ledger::{Customer, Flag};

use super::{LedgerMerchant, shown_id};
use crate::config::Debts;
use crate::lookup::Answer;
use crate::telemetry;

/// What the payer is told when the merchant's system does not answer. It does not say that the account is wrong.
const TRY_AGAIN: &str = "the account cannot be checked now; try again later";

/// What the payer is told when the merchant's system knows the account, and refuses payments to it.
const NO_PAYMENTS: &str = "this account does not accept payments now";

impl LedgerMerchant {
    /// The customer of a `verify` of this method, with the debts that it shows.
    pub(super) async fn customer_with_debts<M: Method, R: From<Refused>>(
        &self,
        request: &VerifyRequest,
    ) -> Result<Customer, HandlerError<R>> {
        self.look_up_for_verify::<M, R>(request).await?;
        let id = request.customer_id.as_str();
        let read = match self.debts {
            Debts::Net => self.ledger.net_customer(id).await,
            Debts::AsGiven => self.ledger.customer(id).await,
        };
        self.found(&request.customer_id, read)
    }

    /// The successful answer to `verify` of a method without contracts.
    pub(super) async fn account<M: Method, R: From<Refused>>(
        &self,
        request: &VerifyRequest,
    ) -> Result<AccountResponse, HandlerError<R>> {
        self.look_up_for_verify::<M, R>(request).await?;
        let read = self.ledger.customer(request.customer_id.as_str()).await;
        let customer = self.found(&request.customer_id, read)?;
        Ok(AccountResponse::new(self.currency, shown_id(&customer)))
    }

    /// The customer of a top-up, and a flag if the merchant's system could not be asked: the payer's cash may be in the kiosk, so
    /// what is known is enough.
    pub(super) async fn customer_of_top_up<M: Method, R: From<Refused>>(
        &self,
        top_up: &TopUp,
    ) -> Result<(Customer, Vec<Flag>), HandlerError<R>> {
        let id = &top_up.customer_id;
        let failed = match self.look_up::<M>(id, top_up.project_id).await? {
            None | Some(Answer::Exists) => false,
            Some(Answer::Unknown) => return Err(unknown()),
            Some(Answer::Failed(_)) => true,
        };
        let customer = self.found(id, self.ledger.customer(id.as_str()).await);
        if failed {
            let is_known = customer.is_ok();
            telemetry::lookup_fell_back(if is_known { "not_looked_up" } else { "refused" });
        }
        let flags = failed.then_some(Flag::NOT_LOOKED_UP).into_iter().collect();
        Ok((customer?, flags))
    }

    /// Goes on if the merchant's system knows the customer, or knew it not long ago and does not answer now.
    async fn look_up_for_verify<M: Method, R: From<Refused>>(
        &self,
        request: &VerifyRequest,
    ) -> Result<(), HandlerError<R>> {
        let id = &request.customer_id;
        match self.look_up::<M>(id, request.project_id).await? {
            None | Some(Answer::Exists) => return Ok(()),
            Some(Answer::Unknown) => return Err(unknown()),
            Some(Answer::Failed(failed)) if failed.refuses() => {
                telemetry::lookup_fell_back("refused");
                return Err(Refused::failed(NO_PAYMENTS).into());
            }
            Some(Answer::Failed(_)) => {}
        }
        let now = self.environment.now();
        let is_fresh_enough = match &self.lookup {
            Some(lookup) => lookup.is_fresh_enough(id, now).await,
            None => Ok(true),
        };
        if is_fresh_enough.map_err(Unavailable::new)? {
            telemetry::lookup_fell_back("stale");
            return Ok(());
        }
        telemetry::lookup_fell_back("refused");
        Err(Refused::failed(TRY_AGAIN).into())
    }

    /// What the merchant's system says about a customer; `None` if the store alone knows the customers.
    async fn look_up<M: Method>(
        &self,
        id: &CustomerId,
        project_id: ProjectId,
    ) -> Result<Option<Answer>, Unavailable> {
        let Some(lookup) = &self.lookup else {
            return Ok(None);
        };
        let answer = lookup.ask(&self.environment, id, project_id, M::NAME).await;
        answer.map(Some).map_err(Unavailable::new)
    }

    /// The stored customer. One that the merchant's system may know, but the ledger does not, is not unknown: it was deleted a
    /// moment ago, or there was no answer yet.
    fn found<R: From<Refused>>(
        &self,
        id: &CustomerId,
        read: Result<Option<Customer>, jetpay_ledger::Error>,
    ) -> Result<Customer, HandlerError<R>> {
        match (read.map_err(Unavailable::new)?, &self.lookup) {
            (Some(customer), _) => Ok(customer),
            (None, None) => Err(unknown()),
            (None, Some(lookup)) => {
                lookup.forget(id);
                Err(Refused::failed(TRY_AGAIN).into())
            }
        }
    }
}

fn unknown<R: From<Refused>>() -> HandlerError<R> {
    Refused::not_found("no such customer account").into()
}
