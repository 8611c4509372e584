//! The front page: one box for every kind of word, the newest payments, and what else a customer has.

use jetpay_platform::KASPI;
use reqwest::StatusCode;
use serde_json::json;

use crate::desk::{Desk, PAYER, READER, RESOLVER, Service, serve, with_pages};
use crate::support::{CUSTOMER, Folder, assert_has, on_every_store, success};

on_every_store! { started;
    word_of_each_kind_finds_all_that_has_it,
    list_of_120_hits_is_complete_in_pages_and_in_csv,
    filters_hold_for_all_hits_and_are_in_the_links,
    personal_data_is_masked_by_role_and_is_in_no_link,
    customers_who_share_a_word_are_counted_and_are_in_no_link,
    pasted_text_is_searched_or_answered_with_what_is_wrong_with_it,
    unreadable_filter_is_named_and_what_was_typed_stays,
}

async fn started(folder: Folder) -> Service {
    let service = serve(with_pages(folder.with_gate(""))).await;
    let contracts = json!({"additional_customer_id": "Anna K",
        "contracts": [{"id": "12345", "number": "1234_ABC", "payment": 100_000}]});
    let (status, _) = service.running.put_customer(CUSTOMER, &contracts).await;
    assert_eq!(status, 201);
    service
}

/// The ids in the links to pages right below a path, in their order.
fn linked<'p>(page: &'p str, path: &str) -> Vec<&'p str> {
    let begin = format!("href=\"{path}");
    let links = page.split(&*begin).skip(1);
    links
        .map(|link| link.split('"').next().unwrap())
        .filter(|id| !id.contains('/'))
        .collect()
}

/// Where the link with this relation leads.
fn next(page: &str) -> Option<String> {
    let (_, link) = page.split_once("rel=\"next\" href=\"")?;
    Some(link.split('"').next().unwrap().replace("&amp;", "&"))
}

/// All ids of payments on a page and those that follow it.
async fn all_pages(person: &Desk, first: &str) -> (Vec<String>, usize) {
    let (mut ids, mut pages, mut at) = (Vec::new(), 0, Some(first.to_owned()));
    while let Some(path) = at {
        let page = person.page(&path).await;
        ids.extend(linked(&page, "/payments/").into_iter().map(String::from));
        (pages, at) = (pages + 1, next(&page));
    }
    (ids, pages)
}

/// The records of a CSV file: those columns that have one of these headings.
async fn csv(person: &Desk, path: &str, headings: &[&str]) -> Vec<Vec<String>> {
    let answer = person.get(path).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
    let text = answer.text().await.unwrap();
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let names: Vec<String> = rows.headers().unwrap().iter().map(String::from).collect();
    let column = |heading: &&str| names.iter().position(|name| name == heading).unwrap();
    let columns: Vec<usize> = headings.iter().map(column).collect();
    let rows = rows.records().map(|row| row.unwrap());
    rows.map(|row| columns.iter().map(|at| row[*at].to_owned()).collect())
        .collect()
}

async fn word_of_each_kind_finds_all_that_has_it(service: &Service) {
    let running = &service.running;
    let id = running.paid(&KASPI, 90_000).await;
    let waiting = success("old/1", 90_000).with_operation_id(4711);
    let mut waiting = serde_json::to_value(waiting).unwrap();
    waiting["account"] = json!({"number": 7_011_234_567_u64});
    assert_eq!(running.deliver(&waiting).await, 404);
    let payout = running.payout("key", 5_000).await;
    let person = Desk::signed_in(service).await;
    let (_, history) = running.get(&format!("/v1/payments/{id}/history")).await;
    let operation = history["operations"][0]["id"].as_str().unwrap();
    let receipt = history["operations"][0]["provider_payment_id"]
        .as_str()
        .unwrap();

    for word in [&id, operation, receipt, CUSTOMER, "Anna K", "1234_ABC"] {
        let page = person
            .page(&format!("/?q={}", word.replace(' ', "+")))
            .await;
        assert_has(&page, &[&format!("href=\"/payments/{id}\""), "Credited"]);
        assert_has(&page, &["900.00 KZT", CUSTOMER]);
    }
    for (word, found_by) in [("4711", "Operation"), ("7011234567", "Account")] {
        let page = person.page(&format!("/?q={word}")).await;
        assert_has(
            &page,
            &["href=\"/inbox/old%2F1\"", "no such payment", found_by],
        );
    }
    let page = person.page(&format!("/?q={payout}")).await;
    assert_has(
        &page,
        &[&format!("href=\"/payouts/{payout}\""), "50.00 KZT"],
    );
    let page = person.page(&format!("/?q={id}")).await;
    assert_has(&page, &["The money came, and the customer has it."]);
    // What was paid for the contract is taken from its debt.
    let page = person.page(&format!("/?q={CUSTOMER}")).await;
    assert_has(&page, &["Anna K", "1234_ABC: to pay 100.00 KZT"]);
    // What all were found by is said once, and what tells payments apart has its place: contracts have their numbers.
    let found_by = "Found by “7123456789” (Customer), newest first";
    assert_has(
        &page,
        &[found_by, "Customers, found by: Customer", "/payouts/"],
    );
    assert_has(&page, &["Kaspi", receipt, "<bdi>1234_ABC</bdi>"]);
    assert!(
        !page.contains(">Found by<") && !page.contains("<bdi>12345</bdi>"),
        "{page}"
    );
    let page = person.page("/?q=12345").await;
    assert_has(&page, &["Found by “12345” (Contract)"]);
    let page = person.page("/?q=none").await;
    assert_has(&page, &["Nothing has this receipt", "must be whole"]);

    // Without a word: what waits, and the newest payments.
    let newer = running.announced(10_000).await;
    let page = person.page("/").await;
    assert_eq!(linked(&page, "/payments/"), [&newer, &id]);
    assert_has(&page, &["unknown payments: 1", "wait for a result: 1"]);
    assert_has(&page, &["<label for=\"q\">", "autofocus"]);
    person.page("/?q=a+payers+word").await;
    let log = running.until_logged("GET /").await;
    assert!(!log.contains(CUSTOMER) && !log.contains("payers") && !log.contains("1234_ABC"));
}

async fn list_of_120_hits_is_complete_in_pages_and_in_csv(service: &Service) {
    let mut made = Vec::new();
    for _ in 0..120 {
        made.push(service.running.announced(10_000).await);
    }
    made.reverse();
    let person = Desk::signed_in(service).await;
    let of_customer = format!("/payments/{}/customer", made[60]);
    for list in ["/", "/?q=1234_ABC", "/?q=7123456789", &of_customer] {
        let (found, pages) = all_pages(&person, list).await;
        assert_eq!((found.len(), pages), (120, 3), "{list}");
        let asked = if list.contains('?') { '&' } else { '?' };
        let columns = [
            "Payment id",
            "State",
            "Amount",
            "Amount, currency",
            "Customer",
        ];
        let rows = csv(&person, &format!("{list}{asked}format=csv"), &columns).await;
        let ids: Vec<&String> = rows.iter().map(|row| &row[0]).collect();
        assert_eq!(ids, found.iter().collect::<Vec<_>>(), "{list}");
        assert_eq!(
            rows[0][1..],
            ["Waiting for the result", "100.00", "KZT", CUSTOMER]
        );
        // Of one millisecond, the order is by id.
        assert_eq!(found, made, "{list}");
    }
}

async fn filters_hold_for_all_hits_and_are_in_the_links(service: &Service) {
    let running = &service.running;
    let credited = running.paid(&KASPI, 90_000).await;
    for _ in 0..60 {
        running.announced(10_000).await;
    }
    let person = Desk::signed_in(service).await;
    for list in [
        "/?state=payment-credited",
        "/?q=7123456789&state=payment-credited",
    ] {
        let page = person.page(list).await;
        assert_eq!(linked(&page, "/payments/"), [&credited], "{list}");
        assert_has(&page, &["<details open", "selected"]);
        assert_has(&page, &["state=payment-credited&amp;format=csv"]);
    }
    let pending = "/?q=7123456789&kind=payment&state=payment-pending";
    let page = person.page(pending).await;
    assert!(
        next(&page)
            .unwrap()
            .contains("kind=payment&state=payment-pending&before=")
    );
    let (found, _) = all_pages(&person, pending).await;
    assert_eq!(found.len(), 60);
    let page = person.page("/?q=7123456789&kind=customer").await;
    assert_has(&page, &["1234_ABC: to pay"]);
    assert_eq!(linked(&page, "/payments/").len(), 0);
    let columns = [
        "Customer",
        "Second name",
        "Balance",
        "Contracts and debts",
        "Found by",
    ];
    let rows = csv(&person, "/?q=7123456789&kind=customer&format=csv", &columns).await;
    assert_eq!(
        rows,
        [[
            CUSTOMER,
            "Anna K",
            "900.00",
            "1234_ABC: to pay 100.00 KZT",
            "Customer"
        ]]
    );

    for list in ["/", "/?q=7123456789"] {
        let asked = if list.contains('?') { '&' } else { '?' };
        for (days, count) in [
            ("from=1999-01-01&to=9998-12-30", 50),
            ("from=9998-01-01", 0),
            ("to=1999-12-31", 0),
        ] {
            let page = person.page(&format!("{list}{asked}{days}")).await;
            assert_eq!(linked(&page, "/payments/").len(), count, "{list} {days}");
            assert_eq!(page.contains("Nothing passes the filters"), count == 0);
        }
    }
    let page = person.page("/?state=payment-quarantined").await;
    assert_has(&page, &["Nothing passes the filters"]);
}

async fn personal_data_is_masked_by_role_and_is_in_no_link(service: &Service) {
    let running = &service.running;
    let id = running.paid(&KASPI, 90_000).await;
    let payout = running.payout("key", 5_000).await;
    let lists = [
        format!("/?q={id}"),
        format!("/payments/{id}/customer"),
        "/?q=1234_ABC".into(),
    ];
    for (token, of_payment, of_payout) in [
        (READER, false, false),
        (RESOLVER, true, false),
        (PAYER, false, true),
    ] {
        let person = Desk::with_token(service, token).await;
        for list in &lists {
            // The list of the customer has the payout, too.
            let page = person
                .page(&format!(
                    "{list}{}kind=payment",
                    if list.contains('?') { '&' } else { '?' }
                ))
                .await;
            assert_eq!(page.contains(CUSTOMER), of_payment, "{token} {list}");
            assert_eq!(page.contains("••••6789"), !of_payment, "{token} {list}");
        }
        let page = person.page(&format!("/?q={payout}")).await;
        assert_eq!(page.contains(CUSTOMER), of_payout, "{token}");
        let page = person.page("/?q=1234_ABC").await;
        assert_eq!(page.contains("Anna K"), of_payment, "{token}");
        let file = format!("/payments/{id}/customer?format=csv");
        let rows = csv(&person, &file, &["Payment id", "Customer"]).await;
        let of = |number: &String| rows.iter().find(|row| row[0] == *number).unwrap()[1].clone();
        assert_eq!(of(&id) == CUSTOMER, of_payment, "{token}");
        assert_eq!(of(&payout) == CUSTOMER, of_payout, "{token}");
    }
    let person = Desk::signed_in(service).await;
    for list in [
        format!("/payments/{id}/customer"),
        format!("/payments/{payout}/customer"),
    ] {
        let page = person.page(&list).await;
        assert_has(
            &page,
            &[&format!("<h1>Customer {CUSTOMER}</h1>"), "1234_ABC: to pay"],
        );
        assert_has(
            &page,
            &[
                &format!("/payments/{id}\""),
                &format!("/payouts/{payout}\""),
            ],
        );
        let links = page
            .split("href=\"")
            .skip(1)
            .map(|link| link.split('"').next().unwrap());
        assert!(links.clone().count() > 9 && links.into_iter().all(|to| !to.contains(CUSTOMER)));
    }
    let answer = person.get("/payments/none/customer").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert_has(
        &answer.text().await.unwrap(),
        &["There is no payment with this id."],
    );
    assert!(!running.log().contains(CUSTOMER));
}

async fn customers_who_share_a_word_are_counted_and_are_in_no_link(service: &Service) {
    let mut others = "customer_id,contract_id,contract_number\n".to_owned();
    others.extend((100..160).map(|other| format!("8000{other},1,{CUSTOMER}\n")));
    service.running.folder.write("others.csv", others);
    service.running.run("customers import others.csv").good();
    let id = service.running.announced(10_000).await;
    let person = Desk::signed_in(service).await;
    let page = person.page(&format!("/?q={CUSTOMER}")).await;
    assert_has(
        &page,
        &[
            "the first 50 are shown",
            "the first 10 customers",
            "8000100",
        ],
    );
    let further = next(&page).unwrap();
    assert!(further.contains("before=inbox."), "{further}");
    let page = person.page(&further).await;
    assert_eq!(linked(&page, "/payments/"), [&id]);
    assert!(!page.contains("8000100") && next(&page).is_none());
    let file = format!("/?q={CUSTOMER}&kind=customer&format=csv");
    let rows = csv(&person, &file, &["Customer"]).await;
    assert_eq!(rows.len(), 61);
    // Of the payment's customer, only that one's are listed.
    let page = person.page(&format!("/payments/{id}/customer")).await;
    assert!(!page.contains("8000100"));
    assert_eq!(linked(&page, "/payments/")[0], id);
    let answer = person.get(&format!("/?q={CUSTOMER}&before=customer.0.0.8000100"));
    let answer = answer.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

async fn pasted_text_is_searched_or_answered_with_what_is_wrong_with_it(service: &Service) {
    for id in ["7", "007"] {
        let (status, _) = service.running.put_customer(id, &json!({})).await;
        assert_eq!(status, 201);
    }
    let person = Desk::signed_in(service).await;
    let long = "7".repeat(40_000);
    for (typed, said) in [
        ("  7123456789  ", "Anna K"),
        ("№ 123", "Searched for as well: 123"),
        ("+7 (712) 345-67-89", "Shown is what has “7123456789”."),
        ("00-7", "Shown is what has “7”."),
        ("007", "<bdi>007</bdi>"),
        ("7123\r\n456789", "Copy only the number"),
        ("7123\r\n456789", "value=\"7123456789\""),
        ("\0", "Copy only the number"),
        ("\u{202e}9876\u{200b}", "as well: 9876"),
        (&long, "at most 255"),
        ("%", "Ask for another number"),
        ("%25%s%n", "Nothing has"),
        ("' OR 1=1 --", "Nothing has"),
        ("\"><script>alert(1)</script>", "&lt;script&gt;"),
        ("_", "Nothing has"),
    ] {
        let query: String = form_urlencoded::byte_serialize(typed.as_bytes()).collect();
        let answer = person.get(&format!("/?q={query}")).send().await.unwrap();
        let status = answer.status().as_u16();
        let page = answer.text().await.unwrap();
        assert!(matches!(status, 200 | 422), "{typed:.20}: {status}");
        assert!(
            page.contains(said),
            "{typed:.20}: {said} is not in {page:.4000}"
        );
        assert!(!page.contains("<script"), "{typed:.20}");
        assert!(!page.contains('\u{202e}') || typed.contains('\u{202e}'));
    }
    // The exact word comes first; another one is found with its payments, in all pages and in the file.
    let page = person.page("/?q=007").await;
    assert!(!page.contains("Shown is what has"), "{page}");
    let page = person.page("/?q=007&kind=payment").await;
    assert_has(&page, &["Nothing passes the filters"]);
    assert!(!page.contains("Shown is what has"), "{page}");
    let mut made = Vec::new();
    for _ in 0..51 {
        made.push(service.running.announced(10_000).await);
    }
    made.reverse();
    let list = "/?q=%2B7+712+345-67-89&kind=payment";
    assert_eq!(all_pages(&person, list).await.0, made);
    let rows = csv(&person, &format!("{list}&format=csv"), &["Payment id"]).await;
    assert_eq!(rows.concat(), made);
    let page = person.page(&format!("{list}&state=payment-credited")).await;
    assert_has(&page, &["Shown is what has", "Nothing passes the filters"]);
    let broken = person.get("/?q=%FF%00&state=%FF").send().await.unwrap();
    assert_eq!(broken.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!service.running.log().contains("712345"));
}

async fn unreadable_filter_is_named_and_what_was_typed_stays(service: &Service) {
    let person = Desk::signed_in(service).await;
    for (filter, said) in [
        ("kind=gift", "no such filter by kind"),
        ("state=paid", "no such state"),
        ("from=01.12.2026", "Write a day as 2026-12-01"),
        ("to=2026-02-30", "Write a day as 2026-12-01"),
        ("from=2026-12-02&to=2026-12-01", "after the last one"),
        ("before=payment.1.2", "damaged"),
        ("before=payment.1.2.a%00", "damaged"),
    ] {
        let path = format!("/?q=typed&{filter}");
        let answer = person.get(&path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        let page = answer.text().await.unwrap();
        assert_has(&page, &[said, "role=\"alert\"", "value=\"typed\""]);
    }
    let page = person.get("/?q=typed&from=01.12.2026&lang=ru").send().await;
    let page = page.unwrap().text().await.unwrap();
    assert_has(
        &page,
        &["Напишите дату так: 2026-12-01.", "value=\"01.12.2026\""],
    );
}

#[actix_web::test]
async fn store_that_is_away_is_said_on_a_page_with_503() {
    let service = started(Folder::new()).await;
    let person = Desk::signed_in(&service).await;
    let page = person.page("/").await;
    assert_has(&page, &["There is no payment yet."]);
    service
        .running
        .folder
        .sql("ALTER TABLE payments RENAME TO gone");
    for path in ["/", "/?q=1", "/payments/1/customer"] {
        let answer = person.get(path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_has(&answer.text().await.unwrap(), &["not available now"]);
    }
}
