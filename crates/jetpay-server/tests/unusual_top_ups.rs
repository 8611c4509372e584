//! Unusual top-ups: the service accepts and flags them, and refuses only what it must.

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

/// The service's merchant, with one customer.
struct Service {
    merchant: LedgerMerchant,
    keyring: Keyring,
    ledger: Ledger,
    _folder: TempDir,
}

async fn service(project: &str) -> Service {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("secret"), "secret").unwrap();
    std::fs::write(folder.path().join("token"), "a token of tests, and long").unwrap();
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
        as_of_seq: None,
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
    Service {
        merchant: LedgerMerchant::new(&config, ledger.clone()),
        keyring: config.keyring(),
        ledger,
        _folder: folder,
    }
}

impl Service {
    async fn send<M: Method>(&self, message: Value) -> (u16, Value)
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
        self.send::<M>(message).await
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
async fn unusual_top_up_of_a_known_customer_is_accepted_and_flagged() {
    let service = service("methods = [\"kaspi\", \"kassa24\"]\n").await;
    for (contract, flags) in [
        ("open", vec![]),
        ("closed", vec![Flag::ClosedContract]),
        ("other", vec![Flag::UnknownContract]),
    ] {
        let (status, answer) = service
            .pay::<Kaspi>(100, json!({"entity_id": contract}))
            .await;
        assert_eq!((status, &answer["code"]), (200, &json!(0)), "{contract}");
        assert_eq!(service.flags(&answer).await, flags, "{contract}");
    }
    for amount in [99, 50_000_001] {
        let (_, answer) = service
            .pay::<Kassa24>(amount, json!({"entity_id": "open", "number": "Nopen"}))
            .await;
        assert_eq!(service.flags(&answer).await, [Flag::OverLimit], "{amount}");
    }
}

#[actix_web::test]
async fn strict_project_refuses_an_unknown_contract_with_500() {
    let service = service("methods = [\"kaspi\"]\nstrict_contracts = true\n").await;
    let (status, answer) = service
        .pay::<Kaspi>(100, json!({"entity_id": "other"}))
        .await;
    assert_eq!((status, &answer["code"]), (200, &json!(500)));
    assert_eq!(
        service
            .pay::<Kaspi>(100, json!({"entity_id": "closed"}))
            .await
            .1["code"],
        0
    );
}

#[actix_web::test]
async fn method_that_the_project_does_not_list_gets_code_400_but_its_callbacks_are_accepted() {
    let service = service("methods = [\"kaspi\"]\n").await;
    let verify = json!({"type": "verify", "project_id": 1234, "customer_id": "7123456789"});
    assert_eq!(service.send::<Kassa24>(verify).await.1["code"], 400);
    let sum = json!({"amount": 1, "currency": "KZT"});
    let callback = json!({
        "project_id": 1234, "payment": {"id": "of another system", "status": "success"},
        "operation": {"id": 1, "type": "sale", "status": "success", "sum_initial": sum}
    });
    assert_eq!(service.send::<Kassa24>(callback).await.0, 404);
}

#[actix_web::test]
async fn request_while_the_store_is_down_gets_503_without_a_reason() {
    let service = service("methods = [\"kaspi\"]\n").await;
    service.ledger.clone().close().await;
    let (status, answer) = service
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
        serve_callback(&callback, &service.merchant, &service.keyring)
            .await
            .status,
        503
    );
    let unusable = signed(&json!({"project_id": 1234, "payment": {"id": "p"}}));
    let reply = serve_callback(&unusable, &service.merchant, &service.keyring).await;
    assert_eq!(
        reply.status, 503,
        "the platform must repeat a signed callback that cannot be stored"
    );
}
