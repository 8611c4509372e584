//! Deliveries: how far each system is, what waits, decisions, and replays.

use std::time::{Duration, Instant};

use jetpay_platform::KASPI;
use jetpay_platform::billing::receiver::{self, ReceiverState};
use jetpay_platform::billing::{OnRequest, Server};
use jetpay_testing::free_port;
use reqwest::StatusCode;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::desk::{Desk, PAYER, READER, RESOLVER, Service, serve, with_pages};
use crate::payouts::gets;
use crate::support::{CUSTOMER, Folder, assert_has, on_every_store};

const WHSEC: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// A service that delivers to a receiver.
struct Shop {
    service: Service,
    receiver: Server<ReceiverState>,
}

async fn shop(folder: Folder) -> Shop {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let receiver = receiver::serve(listener, ReceiverState::new([WHSEC]).unwrap()).unwrap();
    let url = receiver.webhooks_url();
    folder.write("whsec", WHSEC);
    let folder = folder.configured(&format!(
        "[[deliver]]\nname = \"shop\"\nkind = \"webhook\"\nurl = \"{url}\"\nsecret_file = \"whsec\"\n"
    ));
    let mut service = serve(with_pages(folder)).await;
    service.running = service.running.with_customer().await;
    Shop { service, receiver }
}

on_every_store! {
    shop;
    item_that_was_refused_is_sent_again_or_skipped_by_a_person_with_the_role,
    many_items_are_counted_first_and_one_that_may_be_under_way_is_held,
    replay_has_a_plan_first_and_then_delivers_again,
    wrong_queries_and_unknown_streams_are_answered_in_words,
}

impl Shop {
    /// The stream of entries, once it is like this.
    async fn until(&self, is_so: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let (_, list) = self.service.running.get("/v1/deliveries").await;
            let stream = &list["deliveries"][0];
            if is_so(stream) {
                return stream.clone();
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "{list}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The receiver refuses the next deliveries so.
    fn answer(&self, script: impl IntoIterator<Item = OnRequest>) {
        self.receiver.state().deliveries().extend(script);
    }

    /// Two entries of one customer, of which the receiver refused the first. Their numbers.
    async fn refused(&self) -> [i64; 2] {
        self.until(|stream| stream["lag"] == 0).await;
        self.answer([OnRequest::Fail(400)]);
        self.service.running.paid(&KASPI, 12_300).await;
        self.until(|stream| stream["parked"] == 1).await;
        self.service.running.paid(&KASPI, 45_600).await;
        self.until(|stream| stream["waiting"] == 2).await;
        let path = "/v1/deliveries/shop/waiting";
        let (_, list) = self.service.running.get(path).await;
        [0, 1].map(|at| list["waiting"][at]["seq"].as_i64().unwrap())
    }
}

async fn item_that_was_refused_is_sent_again_or_skipped_by_a_person_with_the_role(shop: &Shop) {
    let person = Desk::with_token(&shop.service, RESOLVER).await;
    let [parked, behind] = shop.refused().await;
    let list = person.page("/deliveries").await;
    assert_has(
        &list,
        &[
            "href=\"/deliveries/shop/entries\"",
            "webhook http://127.0.0.1",
        ],
    );
    let page = person.page("/deliveries/shop/entries").await;
    assert_has(
        &page,
        &["123.00 KZT", "456.00 KZT", CUSTOMER, "400", "/payments/"],
    );
    let turn = format!("Waits its turn, behind number {parked} of the same customer");
    assert_has(&page, &[&turn]);
    let only_parked = person.page("/deliveries/shop/entries?state=parked").await;
    assert!(only_parked.contains("123.00 KZT") && !only_parked.contains("456.00 KZT"));
    let csv = person.page("/deliveries/shop/entries?format=csv").await;
    assert_eq!(csv.lines().count(), 3, "{csv}");
    assert!(
        csv.lines().last().unwrap().ends_with(&parked.to_string()),
        "{csv}"
    );
    // The pages of both payments say why they wait.
    let of_customer = |seq: i64| format!("/v1/entries?after={}&limit=1", seq - 1);
    for (seq, parts) in [
        (parked, ["остановлено, была 1 попытка", "статус HTTP 400"]),
        (
            behind,
            [
                "ждёт своей очереди",
                &format!("#entry-{parked}\">проводка {parked}"),
            ],
        ),
    ] {
        let (_, entries) = shop.service.running.get(&of_customer(seq)).await;
        let id = entries["entries"][0]["payment_id"].as_str().unwrap();
        let payment = person.page(&format!("/payments/{id}?lang=ru")).await;
        assert_has(&payment, &parts);
    }
    let skip = format!("/deliveries/shop/entries/{parked}/skip");
    let form = [("reason", "booked by hand")];
    for token in [READER, PAYER] {
        let other = Desk::with_token(&shop.service, token).await;
        let page = other.page("/deliveries/shop/entries").await;
        assert!(
            !page.contains(CUSTOMER) && !page.contains("type=\"checkbox\""),
            "{page}"
        );
        assert_eq!(other.refused(&skip, &form).await.0, StatusCode::FORBIDDEN);
        let decide = format!("/deliveries/shop/entries/decide?seq={parked}");
        assert_eq!(gets(&other, &decide).await.0, StatusCode::FORBIDDEN);
    }
    let decide = person
        .page(&format!("/deliveries/shop/entries/decide?seq={parked}"))
        .await;
    assert_has(
        &decide,
        &[
            "1 item is chosen",
            "Send 1 item again: 123.00 KZT",
            "Skip 1 item: 123.00 KZT",
        ],
    );
    let (status, refused) = person.refused(&skip, &[("reason", " ")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.contains("role=\"alert\""), "{refused}");
    let after = person.sent(&skip, &form).await;
    assert_has(&after, &["1 item is skipped"]);
    let again = person.sent(&skip, &form).await;
    assert_has(&again, &["1 item is skipped"]);
    let admin = Desk::signed_in(&shop.service).await;
    let retried = format!("/deliveries/shop/entries/{parked}/retry");
    for (person, path) in [(&admin, &skip), (&person, &retried)] {
        let (status, again) = person.refused(path, &form).await;
        assert_eq!(status, StatusCode::CONFLICT, "{again}");
        let decided = [
            "role=\"alert\"",
            "<bdi>resolver</bdi>",
            "booked by hand</textarea>",
        ];
        assert_has(&again, &decided);
    }
    let (_, resolutions) = shop.service.running.get("/v1/resolutions").await;
    assert_eq!(
        resolutions["resolutions"][0]["by"], "resolver",
        "{resolutions}"
    );
    shop.until(|stream| stream["lag"] == 0).await;
    let retry = format!("/deliveries/shop/entries/{behind}/retry");
    let (status, _) = person.refused(&retry, &form).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let empty = person.page("/deliveries/shop/entries").await;
    assert!(empty.contains("Nothing waits"), "{empty}");
}

async fn many_items_are_counted_first_and_one_that_may_be_under_way_is_held(shop: &Shop) {
    let person = Desk::with_token(&shop.service, RESOLVER).await;
    let [parked, behind] = shop.refused().await.map(|seq| seq.to_string());
    let path = "/deliveries/shop/entries/decide";
    let both = person
        .page(&format!("{path}?seq={parked}&seq={behind}"))
        .await;
    assert_has(&both, &["2 items are chosen", "Skip 2 items"]);
    let form = |verdict| {
        [
            ("seq", &*parked),
            ("seq", &*behind),
            ("verdict", verdict),
            ("reason", "typed <b>"),
        ]
    };
    let (status, _) = person.refused(path, &form("lose")).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    // The server holds the lease, so the second one may be on its way.
    let (status, held) = person.refused(path, &form("skip")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{held}");
    assert_has(
        &held,
        &[
            "1 item is skipped",
            "1 item is held",
            "Skip again after",
            ">typed &lt;b&gt;</textarea>",
            "Held for skipping",
        ],
    );
    assert!(!held.contains(&format!("value=\"{parked}\"")), "{held}");
    let one = [
        ("seq", &*behind),
        ("verdict", "retry"),
        ("reason", "not lost"),
    ];
    let sent = person.sent(path, &one).await;
    assert_has(&sent, &["1 item is sent again"]);
    shop.until(|stream| stream["lag"] == 0).await;
    let (status, none) = person
        .refused(path, &[("verdict", "skip"), ("reason", "r")])
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.contains("Nothing is chosen"), "{none}");
}

async fn replay_has_a_plan_first_and_then_delivers_again(shop: &Shop) {
    let person = Desk::with_token(&shop.service, RESOLVER).await;
    shop.until(|stream| stream["lag"] == 0).await;
    for minor in [100, 200, 300] {
        shop.service.running.paid(&KASPI, minor).await;
    }
    let stream = shop
        .until(|stream| stream["lag"] == 0 && stream["last"] != 0)
        .await;
    let cursor = stream["cursor"].as_i64().unwrap();
    shop.receiver.state().forget_order();
    let path = "/deliveries/shop/entries/replay";
    let asks = person.page(path).await;
    assert!(
        asks.contains("name=\"after\"") && !asks.contains("method=\"post\" action=\"/deliveries")
    );
    let after = (cursor - 2).to_string();
    let plan = person.page(&format!("{path}?after={after}")).await;
    assert_has(
        &plan,
        &["2 items will be delivered again", "The first is of", "UTC"],
    );
    assert_eq!(shop.receiver.state().repeats(), 0);
    for (query, status) in [("x", 422), ("-1", 422), ("999", 422), ("", 200)] {
        let (answered, page) = gets(&person, &format!("{path}?after={query}")).await;
        assert_eq!(answered.as_u16(), status, "{query}: {page}");
        assert_eq!(page.contains("role=\"alert\""), status == 422, "{page}");
    }
    let (status, refused) = person.refused(path, &[("after", &after)]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_has(
        &refused,
        &["role=\"alert\"", "2 items will be delivered again"],
    );
    let form = [("after", &*after), ("reason", "lost there")];
    let reader = Desk::with_token(&shop.service, READER).await;
    assert_eq!(reader.refused(path, &form).await.0, StatusCode::FORBIDDEN);
    let sent = person.sent(path, &form).await;
    assert_has(&sent, &["2 numbers back"]);
    let begun = Instant::now();
    while shop.receiver.state().repeats() < 2 {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "nothing is delivered again"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn wrong_queries_and_unknown_streams_are_answered_in_words(shop: &Shop) {
    let person = Desk::signed_in(&shop.service).await;
    for path in [
        "/deliveries/none/entries",
        "/deliveries/shop/alarms",
        "/deliveries/shop/x",
        "/deliveries/mail/alarms",
    ] {
        let (status, page) = gets(&person, path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}: {page}");
        let (status, _) = gets(&person, &format!("{path}/replay")).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
    for query in ["state=x", "after=x"] {
        let (status, page) = gets(&person, &format!("/deliveries/shop/entries?{query}")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
        assert!(page.contains("role=\"alert\""), "{page}");
    }
    let form = [("reason", "r")];
    let (status, _) = person
        .refused("/deliveries/shop/entries/x/skip", &form)
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, _) = gets(&person, "/deliveries/shop/entries/decide?seq=x").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[actix_web::test]
async fn stream_that_only_the_store_has_is_shown_whatever_its_name_and_takes_only_skips() {
    let name = "<b>/\u{202e} 50%?#";
    let mut shop = shop(Folder::new()).await;
    shop.refused().await;
    let sql = format!(
        "UPDATE delivery_streams SET name = '{name}', id = 'entries:{name}' WHERE name = 'shop';
         UPDATE waiting_deliveries SET stream = 'entries:{name}', why = '<script>alert(1)</script>'"
    );
    let work = |folder: &Folder| folder.sql(&sql);
    shop.service.running.while_stopped(work).await;
    let person = Desk::with_token(&shop.service, RESOLVER).await;
    let list = person.page("/deliveries").await;
    assert!(
        !list.contains("<b>") && !list.contains('\u{202e}'),
        "{list}"
    );
    assert_has(&list, &["Not in the configuration"]);
    let (_, link) = list.split_once("href=\"/deliveries/%3C").unwrap();
    let path = format!("/deliveries/%3C{}", link.split('"').next().unwrap());
    let page = person.page(&path).await;
    assert!(
        !page.contains("<script") && !page.contains('\u{202e}'),
        "{page}"
    );
    assert_has(&page, &["&lt;script&gt;", "123.00 KZT"]);
    assert!(!page.contains("/replay"), "{page}");
    let (_, list) = shop.service.running.get("/v1/deliveries").await;
    assert!(list.to_string().contains("50%?#"), "{list}");
    let (_, entries) = shop.service.running.get("/v1/entries").await;
    let id = entries["entries"][0]["payment_id"].as_str().unwrap();
    let payment = person.page(&format!("/payments/{id}")).await;
    let left = "The configuration does not have this system any more";
    assert!(payment.contains(left), "{entries} {payment}");
    assert!(!payment.contains("It is sent again at"), "{payment}");
    let (_, seq) = page.split_once("name=\"seq\" value=\"").unwrap();
    let seq = seq.split('"').next().unwrap();
    let decide = format!("{path}/decide");
    let form = |verdict| {
        [
            ("seq", seq),
            ("verdict", verdict),
            ("reason", "booked by hand"),
        ]
    };
    let (status, refused) = person.refused(&decide, &form("retry")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
    assert!(!refused.contains("value=\"retry\""), "{refused}");
    let skipped = person.sent(&decide, &form("skip")).await;
    assert_has(&skipped, &["1 item is skipped"]);
}

#[actix_web::test]
async fn pages_say_that_the_store_is_away() {
    let store = format!("postgres://a:b@127.0.0.1:{}/c", free_port());
    let (folder, port) = with_pages(Folder::with_store(&store));
    let service = Service {
        running: folder.begin(),
        port,
    };
    service.running.wait_until_it_answers().await;
    let person = Desk::signed_in(&service).await;
    for path in [
        "/payouts",
        "/payouts/p",
        "/reconciliations",
        "/reconciliations/1",
        "/differences/1",
        "/deliveries",
        "/deliveries/shop/entries",
    ] {
        let (status, page) = gets(&person, path).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{path}: {page}");
        assert!(page.contains("<h1>"), "{page}");
    }
    let form = [
        ("as", "paid"),
        ("reason", "r"),
        ("verdict", "foreign"),
        ("id", "1"),
    ];
    for path in [
        "/payouts/p/resolve",
        "/differences/1/resolve",
        "/differences/resolve",
    ] {
        let answer = person.post(path, &form).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
    }
}
