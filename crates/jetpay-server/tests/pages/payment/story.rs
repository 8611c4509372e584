//! What the page tells, and to whom.

use std::time::Duration;

use jetpay_platform::billing::Server;
use jetpay_platform::billing::receiver::{self, ReceiverState};
use jetpay_platform::{CallbackKind, KASPI};
use reqwest::StatusCode;
use serde_json::json;
use tokio::net::TcpListener;

use super::{made, plain};
use crate::desk::{Desk, PAYER, READER, RESOLVER, Service, folder, serve, with_pages};
use crate::support::{CUSTOMER, Folder, PROJECT, assert_has, on_every_store, success, tenge};

on_every_store! {
    delivering;
    payment_is_a_story_from_the_request_to_the_delivery,
}

const WHSEC: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

struct Delivering {
    service: Service,
    _receiver: Server<ReceiverState>,
}

/// A service with pages that delivers to a webhook.
async fn delivering(folder: Folder) -> Delivering {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let receiver = receiver::serve(listener, ReceiverState::new([WHSEC]).unwrap()).unwrap();
    let folder = folder.configured(&format!(
        "[[deliver]]\nname = \"shop\"\nkind = \"webhook\"\nurl = \"{}\"\nsecret_file = \"whsec\"\n",
        receiver.webhooks_url()
    ));
    folder.write("whsec", WHSEC);
    let service = serve(with_pages(folder)).await;
    Delivering {
        service: with_customer(service).await,
        _receiver: receiver,
    }
}

async fn with_customer(service: Service) -> Service {
    Service {
        running: service.running.with_customer().await,
        port: service.port,
    }
}

async fn plain_service() -> Service {
    with_customer(serve(folder()).await).await
}

async fn payment_is_a_story_from_the_request_to_the_delivery(with: &Delivering) {
    let running = &with.service.running;
    let person = Desk::signed_in(&with.service).await;
    let id = running.announced(9_000).await;
    let path = format!("/payments/{id}");
    let announced = plain(&person.page(&path).await);
    assert_has(
        &announced,
        &[
            "ago, no result yet.",
            "The platform usually tells the result within seconds. If there is none after 15 min",
            "Asked.",
            "announced a top-up of 90.00 KZT for customer 7123456789",
            "The platform cannot be asked from here",
            "If the payer has a receipt and no result comes, ask JetPay with these ids",
        ],
    );

    assert!(!announced.contains("Remaining of it"), "{announced}");

    let sale = made(&id, "success", "sale", 10_000);
    assert_eq!(running.deliver(&sale).await, 200);
    let told = person.page(&path).await;
    assert_has(
        &told,
        &["href=\"/alarms/1\"", &sale.operation.provider.payment_id],
    );
    assert_has(
        &plain(&told),
        &[
            "Paid 100.00 KZT, announced 90.00 KZT: waiting for a decision.",
            "Decide about alarm 1:",
            "Ask JetPay how much came in, with these ids:",
            "At the platform:",
            "(100.00 KZT)",
            "The signature holds: secret no. 1 of the project, natural order of paths.",
            "&quot;sum_initial&quot;",
        ],
    );

    let credit = json!({"verdict": "credit", "amount": 10_000, "currency": "KZT", "override": true, "reason": "the <b>payer</b> has a receipt"});
    let (status, answer) = running.post("/v1/alarms/1/resolve", &credit).await;
    assert_eq!(status, 200, "{answer}");
    let refund = made(&id, "partially refunded", "refund", 4_000);
    assert_eq!(running.deliver(&refund).await, 200);
    let entries = until_delivered(&person, &path, 2).await;
    let told = plain(&entries);
    assert_has(
        &told,
        &[
            "Credited 100.00 KZT, 40.00 KZT taken back, 60.00 KZT remains.",
            "+100.00 KZT · entry 1",
            "-40.00 KZT · entry 2",
            "admin : the &lt;b&gt;payer&lt;/b&gt; has a receipt",
            "shop : delivered.",
        ],
    );
    assert_has(&entries, &["href=\"/deliveries/shop/entries\""]);

    let (_, done) = running
        .post(
            "/v1/entries/2/correct",
            &json!({"reason": "it was no refund"}),
        )
        .await;
    assert_eq!(done["seq"], 3, "{done}");
    let told = plain(&until_delivered(&person, &path, 3).await);
    let parts = [
        "Announced 90.00 KZT, credited 100.00 KZT.",
        "+40.00 KZT · entry 3",
        "undoes entry 2",
        "A person decided this credit. If the money went to the wrong customer",
    ];
    assert_has(&told, &parts);
    // In the order of time: what was asked, told, and decided.
    let at = |part: &str| told.find(part).unwrap_or_else(|| panic!("{part}: {told}"));
    let order = [
        "Asked.",
        "Told.",
        "Alarm.",
        "Decided.",
        "+100.00 KZT · entry 1",
        "-40.00 KZT · entry 2",
        "+40.00 KZT · entry 3",
    ];
    assert!(order.is_sorted_by_key(|part| at(part)), "{told}");
    assert!(!told.contains("nothing to decide"), "{told}");

    let id = running.announced(700).await;
    let decline = CallbackKind::Decline.callback(&KASPI, PROJECT.into(), &id, tenge(700));
    assert_eq!(running.deliver(&decline).await, 200);
    let declined = plain(&person.page(&format!("/payments/{id}")).await);
    let ids = format!("ask JetPay with these ids: Payment id {id} Project");
    let parts = ["nothing was credited to the customer", &ids, "Operation"];
    assert_has(&declined, &parts);
    assert!(!declined.contains("Ask the platform"), "{declined}");
}

/// The page once so many entries are delivered.
async fn until_delivered(person: &Desk, path: &str, entries: usize) -> String {
    for _ in 0..200 {
        let page = person.page(path).await;
        if page.matches("delivered.").count() >= entries {
            return page;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{}", person.page(path).await);
}

#[actix_web::test]
async fn person_who_may_only_read_sees_no_payer_no_message_and_no_form() {
    let service = plain_service().await;
    let running = &service.running;
    let id = running.announced(9_000).await;
    running.deliver(&success(&id, 10_000)).await;
    let paid = running.paid(&KASPI, 5_000).await;
    let [path, paid] = [&id, &paid].map(|id| format!("/payments/{id}"));
    for token in [READER, PAYER] {
        let person = Desk::with_token(&service, token).await;
        for path in [&path, &paid] {
            let page = person.page(path).await;
            assert!(!page.contains(CUSTOMER) && !page.contains("<pre"), "{page}");
            assert!(
                !page.contains("/correct") && !page.contains("/confirm"),
                "{page}"
            );
            assert!(!page.contains("Decide about"), "{page}");
            assert_has(
                &page,
                &["••••6789", "The messages themselves are shown to the roles"],
            );
        }
        for path in [format!("{path}/confirm"), "/entries/1/correct".to_owned()] {
            let (status, page) = person
                .refused(&path, &[("step", "ask"), ("reason", "x")])
                .await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{page}");
        }
        let form = person.get("/entries/1/correct").send().await.unwrap();
        assert_eq!(form.status(), StatusCode::FORBIDDEN);
    }
    let reader = Desk::with_token(&service, READER).await;
    let page = reader.page(&path).await;
    assert_has(&page, &["Alarm 1 waits for a decision:"]);
    let resolver = Desk::with_token(&service, RESOLVER).await;
    assert_has(&resolver.page(&path).await, &[CUSTOMER, "<pre"]);
    assert_eq!(running.balance(CUSTOMER).await, 5_000);
}

#[actix_web::test]
async fn id_of_something_else_leads_to_its_page_and_an_unknown_one_to_the_search() {
    let (folder, port) = folder();
    let service = with_customer(serve((folder.with_gate(""), port)).await).await;
    let person = Desk::signed_in(&service).await;
    let payout = service.running.payout("k", 100).await;
    service.running.deliver(&success("un/known ?", 100)).await;
    for (id, to) in [
        (payout.as_str(), format!("/payouts/{payout}")),
        ("un%2Fknown%20%3F", "/inbox/un%2Fknown%20%3F".to_owned()),
    ] {
        let answer = person.get(&format!("/payments/{id}")).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(answer.headers()["location"].to_str().unwrap(), to);
    }
    let paid = service.running.paid(&KASPI, 100).await;
    for path in [
        "ghost",
        "%01",
        &format!("{paid}?message=x"),
        &format!("{paid}?message=77"),
    ] {
        let answer = person
            .get(&format!("/payments/{path}"))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        assert_has(&answer.text().await.unwrap(), &["href=\"/\""]);
    }
}

#[actix_web::test]
async fn signature_of_an_old_message_holds_with_a_past_secret_and_with_no_other() {
    let mut service = plain_service().await;
    let id = service.running.paid(&KASPI, 5_000).await;
    let path = format!("/payments/{id}");
    let changed = |folder: &Folder| {
        folder.write("newer", "a newer secret of tests");
        folder.change("secret_file = \"secret\"", "secret_file = \"newer\"");
    };
    service.running.while_stopped(changed).await;
    let person = Desk::signed_in(&service).await;
    let told = plain(&person.page(&path).await);
    assert_has(
        &told,
        &["The signature does not hold with the secrets of the configuration."],
    );
    let with_past = |folder: &Folder| {
        folder.change("secret_file = \"newer\"\n", "");
        let secret = |file: &str, word: &str| {
            format!("[[project.secret]]\nfile = \"{file}\"\nuse = \"{word}\"\n")
        };
        let text = folder.config() + &secret("newer", "sign") + &secret("secret", "past");
        folder.write("jetpay.toml", text);
    };
    service.running.while_stopped(with_past).await;
    let person = Desk::signed_in(&service).await;
    let told = plain(&person.page(&path).await);
    assert_has(&told, &["The signature holds: secret no. 2 of the project"]);
}

#[actix_web::test]
async fn store_that_is_away_is_said_on_the_page() {
    let service = plain_service().await;
    let id = service.running.paid(&KASPI, 5_000).await;
    let person = Desk::signed_in(&service).await;
    let database = service.running.folder.database();
    database
        .execute_batch("ALTER TABLE delivery_skips RENAME TO away")
        .unwrap();
    let answer = person.get(&format!("/payments/{id}")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_has(
        &answer.text().await.unwrap(),
        &["The database is not available now"],
    );
}
