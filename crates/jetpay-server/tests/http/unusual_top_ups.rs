//! Unusual top-ups: the service accepts and flags them, and refuses only what it must.

use jetpay_core::serve::{Reply, serve, serve_callback};
use jetpay_core::{Keyring, Merchant, Method};
use jetpay_kaspi::Kaspi;
use jetpay_kassa24::Kassa24;
use jetpay_ledger::{Contract, Customer, Flag, Ledger};
use jetpay_server::config::Config;
use jetpay_server::merchant::LedgerMerchant;
use serde_json::{Value, json};

use crate::support::raw::signed;
use crate::support::{CUSTOMER, Folder, PROJECT, assert_has};

/// The service's merchant, with one customer.
struct Service {
    merchant: LedgerMerchant,
    keyring: Keyring,
    ledger: Ledger,
    _folder: Folder,
}

/// A project with these methods and these further lines.
async fn service(methods: &str, lines: &str) -> Service {
    let folder = Folder::new();
    let all = "[\"kaspi\", \"kassa24\", \"kassa24-bvu\", \"cashin-kz\", \"qiwi-kz\"]";
    folder.change(all, &format!("{methods}\n{lines}"));
    let config = Config::read(&folder.path("jetpay.toml")).unwrap();
    let ledger = config.store.open().await.unwrap();
    let contract = |id: &str, status_code| Contract {
        id: id.try_into().unwrap(),
        number: format!("N{id}"),
        payment: Some(100),
        min_payment: None,
        as_of_seq: None,
        status_code,
        info: None,
    };
    let customer = Customer {
        customer_id: CUSTOMER.try_into().unwrap(),
        additional_customer_id: None,
        contracts: vec![contract("open", 0), contract("closed", 204)],
    };
    ledger.put_customer(customer).await.unwrap();
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
            "type": "check_deposit", "project_id": PROJECT, "customer_id": CUSTOMER, "amount": amount,
            "currency": "KZT", "payment_method": M::PAYMENT_METHOD
        });
        let fields = contract.as_object().unwrap().clone();
        message.as_object_mut().unwrap().extend(fields);
        self.send::<M>(message).await
    }

    async fn flags(&self, answer: &Value) -> Vec<Flag> {
        let id = answer["payment_id"].as_str().unwrap();
        self.ledger.payment(id).await.unwrap().unwrap().flags
    }
}

/// A success of this payment, which is unknown here.
fn success(payment_id: &str) -> Value {
    let sum = json!({"amount": 1, "currency": "KZT"});
    json!({
        "project_id": PROJECT, "payment": {"id": payment_id, "status": "success"},
        "operation": {"id": 1, "type": "sale", "status": "success", "sum_initial": sum}
    })
}

#[actix_web::test]
async fn unusual_top_up_of_a_known_customer_is_accepted_and_flagged() {
    let service = service("[\"kaspi\", \"kassa24\"]", "").await;
    for (contract, flags) in [
        ("open", vec![]),
        ("closed", vec![Flag::CLOSED_CONTRACT]),
        ("other", vec![Flag::UNKNOWN_CONTRACT]),
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
        assert_eq!(service.flags(&answer).await, [Flag::OVER_LIMIT], "{amount}");
    }
}

#[actix_web::test]
async fn strict_project_refuses_an_unknown_contract_with_500() {
    let service = service("[\"kaspi\"]", "strict_contracts = true").await;
    let (status, answer) = service
        .pay::<Kaspi>(100, json!({"entity_id": "other"}))
        .await;
    assert_eq!((status, &answer["code"]), (200, &json!(500)));
    let (_, answer) = service
        .pay::<Kaspi>(100, json!({"entity_id": "closed"}))
        .await;
    assert_eq!(answer["code"], 0);
}

#[actix_web::test]
async fn method_that_the_project_does_not_list_gets_code_400_but_its_callbacks_are_accepted() {
    let service = service("[\"kaspi\"]", "").await;
    let verify = json!({"type": "verify", "project_id": PROJECT, "customer_id": CUSTOMER});
    assert_eq!(service.send::<Kassa24>(verify).await.1["code"], 400);
    let callback = success("of another system");
    assert_eq!(service.send::<Kassa24>(callback).await.0, 404);
}

#[actix_web::test]
async fn request_while_the_store_is_down_gets_503_without_a_reason() {
    let service = service("[\"kaspi\"]", "").await;
    service.ledger.clone().close().await;
    let (status, answer) = service
        .pay::<Kaspi>(100, json!({"entity_id": "open"}))
        .await;
    assert_eq!((status, &answer["code"]), (503, &json!(500)));
    assert_has(answer["message"].as_str().unwrap(), &["try again later"]);
    // The platform must repeat also a signed callback that cannot be stored because it is not usable.
    let unusable = json!({"project_id": PROJECT, "payment": {"id": "p"}});
    for callback in [success("p"), unusable] {
        let reply = serve_callback(&signed(&callback), &service.merchant, &service.keyring).await;
        assert_eq!(reply.status, 503, "{callback}");
    }
}
