//! The five methods, each in a few lines.

use jetpay_cashin_kz::CashinKz;
use jetpay_core::id::{ContractId, PaymentId};
use jetpay_core::response::{AccountResponse, Contract};
use jetpay_core::{
    CheckDepositResult, Currency, Merchant, Method, Refused, TopUp, VerifyRequest, VerifyResult,
};
use jetpay_kaspi::Kaspi;
use jetpay_kassa24::{ContractStatus, Kassa24, Refusal};
use jetpay_kassa24_bvu::Kassa24Bvu;
use jetpay_qiwi_kz::QiwiKz;
use serde_json::Value;

use super::judge::THOUGHT;
use super::ledger::Payment;
use super::{ACCOUNT_PROJECT, LedgerFault, STRICT_PROJECT, TestMerchant};

impl TestMerchant {
    fn known(&self, id: &str) -> Result<&Value, Refused> {
        self.customers
            .get(id)
            .ok_or_else(|| Refused::not_found("no such account"))
    }

    /// The additional customer id, and the contracts with their statuses.
    fn account(&self, id: &str) -> Result<(String, Vec<(Contract, i64)>), Refused> {
        let customer = self.known(id)?;
        let name = customer["additional_customer_id"]
            .as_str()
            .unwrap_or(id)
            .to_owned();
        let contracts = customer["contracts"]
            .as_array()
            .map(|contracts| contracts.iter().map(contract).collect());
        Ok((
            name,
            contracts.unwrap_or_else(|| vec![(Contract::new(id, id).expect("a contract"), 0)]),
        ))
    }

    fn plain_account(&self, id: &str) -> Result<AccountResponse, Refused> {
        Ok(AccountResponse::new(Currency::KZT, &self.account(id)?.0))
    }

    /// The customer of the request. With `SharesItsRequest` it may be that of another request.
    async fn asked<'a>(&self, id: &'a str) -> std::borrow::Cow<'a, str> {
        if self.ledger().fault != Some(LedgerFault::SharesItsRequest) {
            return id.into();
        }
        self.working_at.lock().unwrap().replace_range(.., id);
        tokio::time::sleep(THOUGHT).await;
        self.working_at.lock().unwrap().clone().into()
    }

    async fn open<M: Method>(
        &self,
        top_up: TopUp,
        contract: Option<&ContractId>,
    ) -> Result<PaymentId, Refused> {
        let customer = self.known(top_up.customer_id.as_str())?;
        let none = Vec::new();
        let status = |id: &str| {
            let contracts = customer["contracts"].as_array().unwrap_or(&none);
            contracts
                .iter()
                .find(|contract| contract["id"] == *id)
                .map(|contract| contract["status_code"].as_i64().unwrap_or(0))
        };
        let contract = contract.map(|id| (id.as_str().to_owned(), status(id.as_str())));
        if top_up.project_id.number() == STRICT_PROJECT && matches!(contract, Some((_, None))) {
            return Err(Refused::failed("no such contract"));
        }
        let flagged = M::LIMITS.is_some_and(|limits| !limits.contain(top_up.amount))
            || contract
                .as_ref()
                .is_some_and(|(_, status)| *status != Some(0));
        let payment = Payment {
            method: M::NAME,
            top_up,
            contract: contract.map(|(id, _)| id),
            flagged: flagged && self.ledger().fault != Some(LedgerFault::NeverFlags),
            state: "pending",
            left: None,
        };
        let number = self.ledger().payments.len();
        if self.ledger().fault == Some(LedgerFault::CountsThenOpens) {
            tokio::time::sleep(THOUGHT).await;
        }
        let id = self.ledger().open(number, payment);
        PaymentId::new(id).map_err(|_| Refused::failed("no id"))
    }
}

fn contract(json: &Value) -> (Contract, i64) {
    let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
    let contract = Contract::new(text("id"), text("number"))
        .and_then(|contract| contract.with_payment_minor(json["payment"].as_i64().unwrap_or(0)))
        .expect("a contract");
    // The fallback for a customer without contracts has no payment; the contracts of these customers have one.
    (contract, json["status_code"].as_i64().unwrap_or(0))
}

impl Merchant<Kaspi> for TestMerchant {
    async fn verify(&self, request: VerifyRequest) -> VerifyResult<Kaspi> {
        let (name, contracts) = self.account(&self.asked(request.customer_id.as_str()).await)?;
        let payable = contracts
            .into_iter()
            .filter(|(_, status)| *status == 0)
            .map(|(contract, _)| contract);
        Ok(jetpay_kaspi::VerifyResponse::new(
            Currency::KZT,
            &name,
            payable,
        )?)
    }

    async fn check_deposit(
        &self,
        request: jetpay_kaspi::CheckDeposit,
    ) -> CheckDepositResult<Kaspi> {
        Ok(jetpay_kaspi::CheckDepositResponse::new(
            self.open::<Kaspi>(request.top_up, Some(&request.entity_id))
                .await?,
        ))
    }
}

impl Merchant<Kassa24> for TestMerchant {
    async fn verify(&self, request: VerifyRequest) -> VerifyResult<Kassa24> {
        let id = request.customer_id.as_str();
        if request.project_id.number() == ACCOUNT_PROJECT {
            return Ok(self.plain_account(id)?.into());
        }
        let (name, contracts) = self
            .account(id)
            .map_err(|refused| Refusal::of_contracts(&refused))?;
        let contracts = contracts
            .into_iter()
            .map(|(contract, status)| ContractStatus::new(contract, status));
        let response = jetpay_kassa24::ContractsResponse::new(Currency::KZT, &name, contracts);
        Ok(response
            .map_err(|refused| Refusal::of_contracts(&refused))?
            .into())
    }

    async fn check_deposit(
        &self,
        request: jetpay_kassa24::CheckDeposit,
    ) -> CheckDepositResult<Kassa24> {
        let contract = request
            .contract
            .as_ref()
            .map(|contract| &contract.entity_id);
        let id = self.open::<Kassa24>(request.top_up, contract).await?;
        Ok(jetpay_kassa24::DescribedDepositResponse::new(id).into())
    }
}

macro_rules! without_contracts {
    ($method:ident, $of:ident) => {
        impl Merchant<$method> for TestMerchant {
            async fn verify(&self, request: VerifyRequest) -> VerifyResult<$method> {
                Ok(self.plain_account(request.customer_id.as_str())?)
            }

            async fn check_deposit(
                &self,
                request: $of::CheckDeposit,
            ) -> CheckDepositResult<$method> {
                Ok($of::CheckDepositResponse::new(
                    self.open::<$method>(request.top_up, None).await?,
                ))
            }
        }
    };
}

without_contracts!(Kassa24Bvu, jetpay_kassa24_bvu);
without_contracts!(CashinKz, jetpay_cashin_kz);
without_contracts!(QiwiKz, jetpay_qiwi_kz);
