//! What the service does with top-ups that are odd: it takes and flags them, or refuses only what must be.

use std::path::Path;

use jetpay_core::id::{ContractId, CustomerId};
use jetpay_core::serve::{Reply, serve, serve_callback};
use jetpay_core::signature::{Key, sign};
use jetpay_core::{Keyring, Merchant, Method};
use jetpay_kaspi::Kaspi;
use jetpay_kassa24::Kassa24;
use jetpay_ledger::{Contract, Customer, Flag, Ledger};
use jetpay_server::config::Config;
use jetpay_server::merchant::LedgerMerchant;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A merchant with one customer, as the service wires it.
struct Wired {
    merchant: LedgerMerchant,
    keyring: Keyring,
    ledger: Ledger,
    _folder: TempDir,
}

async fn wired(project: &str) -> Wired {
    let folder = tempfile::tempdir().unwrap();
    for secret in ["secret", "token"] {
        std::fs::write(folder.path().join(secret), "secret").unwrap();
    }
    let head = "[admin]\ntoken_file = \"token\"\n[store]\nurl = \"sqlite://x.db\"\n[[project]]\nid = 1234\n\
                secret_file = \"secret\"\n";
    let path = folder.path().join("jetpay.toml");
    std::fs::write(&path, format!("{head}{project}")).unwrap();
    let config = Config::read(Path::new(&path)).unwrap();
    let ledger = config.store.open().await.unwrap();
    let contract = |id: &str, status_code| Contract {
        id: ContractId::new(id).unwrap(),
        number: format!("N{id}"),
        payment: Some(100),
        min_payment: None,
        status_code,
        info: None,
    };
    let customer_id = CustomerId::new("7123456789").unwrap();
    let contracts = vec![contract("open", 0), contract("closed", 204)];
    ledger
        .put_customer(Customer {
            customer_id,
            additional_customer_id: None,
            contracts,
        })
        .await
        .unwrap();
    Wired {
        merchant: LedgerMerchant::new(&config, ledger.clone()),
        keyring: config.keyring(),
        ledger,
        _folder: folder,
    }
}

impl Wired {
    async fn ask<M: Method>(&self, message: Value) -> (u16, Value)
    where
        LedgerMerchant: Merchant<M>,
    {
        let body = signed(&message);
        let Reply { status, body, .. } = serve::<M, _>(&body, &self.merchant, &self.keyring).await;
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    async fn pay<M: Method>(&self, amount: i64, contract: Value) -> (u16, Value)
    where
        LedgerMerchant: Merchant<M>,
    {
        let mut message = json!({
            "type": "check_deposit", "project_id": 1234, "customer_id": "7123456789", "amount": amount,
            "currency": "KZT", "payment_method": M::PAYMENT_METHOD
        });
        message
            .as_object_mut()
            .unwrap()
            .extend(contract.as_object().unwrap().clone());
        self.ask::<M>(message).await
    }

    async fn flags(&self, answer: &Value) -> Vec<Flag> {
        self.ledger
            .payment(answer["payment_id"].as_str().unwrap())
            .await
            .unwrap()
            .unwrap()
            .flags
    }
}

fn signed(message: &Value) -> Vec<u8> {
    sign(message.to_string().as_bytes(), &Key::new("secret").unwrap()).unwrap()
}

#[actix_web::test]
async fn odd_top_up_of_a_known_customer_is_taken_and_flagged() {
    let merchant = wired("methods = [\"kaspi\", \"kassa24\"]\n").await;
    for (contract, flags) in [
        ("open", vec![]),
        ("closed", vec![Flag::ClosedContract]),
        ("other", vec![Flag::UnknownContract]),
    ] {
        let (status, answer) = merchant
            .pay::<Kaspi>(100, json!({"entity_id": contract}))
            .await;
        assert_eq!((status, &answer["code"]), (200, &json!(0)), "{contract}");
        assert_eq!(merchant.flags(&answer).await, flags, "{contract}");
    }
    for amount in [99, 50_000_001] {
        let (_, answer) = merchant
            .pay::<Kassa24>(amount, json!({"entity_id": "open", "number": "Nopen"}))
            .await;
        assert_eq!(merchant.flags(&answer).await, [Flag::OverLimit], "{amount}");
    }
}

#[actix_web::test]
async fn strict_project_refuses_an_unknown_contract_with_500() {
    let merchant = wired("methods = [\"kaspi\"]\nstrict_contracts = true\n").await;
    let (status, answer) = merchant
        .pay::<Kaspi>(100, json!({"entity_id": "other"}))
        .await;
    assert_eq!((status, &answer["code"]), (200, &json!(500)));
    assert_eq!(
        merchant
            .pay::<Kaspi>(100, json!({"entity_id": "closed"}))
            .await
            .1["code"],
        0
    );
}

#[actix_web::test]
async fn method_that_is_not_in_the_projects_list_gets_code_400_but_its_callbacks_are_taken() {
    let merchant = wired("methods = [\"kaspi\"]\n").await;
    let verify = json!({"type": "verify", "project_id": 1234, "customer_id": "7123456789"});
    assert_eq!(merchant.ask::<Kassa24>(verify).await.1["code"], 400);
    let sum = json!({"amount": 1, "currency": "KZT"});
    let callback = json!({
        "project_id": 1234, "payment": {"id": "of another system", "status": "success"},
        "operation": {"id": 1, "type": "sale", "status": "success", "sum_initial": sum}
    });
    assert_eq!(merchant.ask::<Kassa24>(callback).await.0, 404);
}

#[actix_web::test]
async fn store_that_is_down_is_told_with_503_and_no_reason() {
    let merchant = wired("methods = [\"kaspi\"]\n").await;
    merchant.ledger.clone().close().await;
    let (status, answer) = merchant
        .pay::<Kaspi>(100, json!({"entity_id": "open"}))
        .await;
    assert_eq!((status, &answer["code"]), (503, &json!(500)));
    assert!(
        answer["message"]
            .as_str()
            .unwrap()
            .contains("try again later")
    );
    let callback = signed(&json!({
        "project_id": 1234, "payment": {"id": "p", "status": "success"},
        "operation": {"id": 1, "type": "sale", "status": "success", "sum_initial": {"amount": 1, "currency": "KZT"}}
    }));
    assert_eq!(
        serve_callback(&callback, &merchant.merchant, &merchant.keyring)
            .await
            .status,
        503
    );
    let unusable = signed(&json!({"project_id": 1234, "payment": {"id": "p"}}));
    let reply = serve_callback(&unusable, &merchant.merchant, &merchant.keyring).await;
    assert_eq!(
        reply.status, 503,
        "a signed callback that cannot be kept must come again"
    );
}
