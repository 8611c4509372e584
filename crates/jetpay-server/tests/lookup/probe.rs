//! `jetpay lookup probe` and `jetpay check`, with a billing or a web service of the merchant's.

use std::time::Duration;

use jetpay_platform::billing::{Dialect, OnRequest, Quirks};
use jetpay_testing::free_port;
use serde_json::json;

use crate::support::{CUSTOMER, Folder, assert_has};
use crate::systems::{asking, billing, run, web_service};

/// What `jetpay lookup probe` says, with its exit code.
#[actix_web::test]
async fn probe_says_what_is_wrong_before_it_costs_money() {
    let probe = format!("lookup probe {CUSTOMER} --times 3");
    let pay_on_check = Quirks {
        pay_on_check: true,
        ..Quirks::default()
    };
    for (quirks, lines, turns, customer, code, parts) in [
        (
            Quirks::default(),
            "debt_field = \"debt\"",
            None,
            CUSTOMER,
            0,
            &[
                "ok      an answer takes ",
                "ok      it does not know a customer that does not exist",
                "ok      it knows the customer: 3 of 3 answers",
                "ok      checks change no amount in its answers",
                "7123456789  7123456789  123.45 KZT",
            ][..],
        ),
        (
            Quirks::default(),
            "",
            None,
            CUSTOMER,
            0,
            &[
                "the account 7123456789, without contracts and debts; methods that show contracts show the account as the only one,",
            ],
        ),
        (
            pay_on_check,
            "",
            None,
            CUSTOMER,
            1,
            &[
                "FAILED  an amount changed from one check to the next: balance",
                "payOnCheck",
                "take back there what this command's checks booked: 3 times 1.00 KZT",
            ],
        ),
        (
            Quirks::default(),
            "",
            None,
            "70000000000",
            1,
            &["FAILED  it says that there is no such customer: 3 of 3"],
        ),
        (
            Quirks::default(),
            "debt_field = \"fio\"",
            None,
            CUSTOMER,
            1,
            &[
                "FAILED  it did not answer about the customer: 3 of 3",
                "debt_field \"fio\"",
            ],
        ),
        (
            Quirks::default(),
            "balance_field = \"balance\"",
            None,
            CUSTOMER,
            0,
            &["7123456789  7123456789  123.45 KZT"],
        ),
        (
            Quirks::default(),
            "balance_field = \"debt\"",
            None,
            CUSTOMER,
            0,
            &["the account 7123456789, without contracts and debts"],
        ),
        (
            Quirks::default(),
            "debt_field = \"dept\"",
            None,
            CUSTOMER,
            1,
            &[
                "FAILED  no answer has the field \"dept\" of debt_field, so no debt is shown; an answer has fio, balance, disp1, debt",
            ],
        ),
        (
            Quirks::default(),
            "",
            Some(OnRequest::Result(241)),
            CUSTOMER,
            1,
            &["result 241: the amount is too small; write a sum into [lookup]"],
        ),
        (
            Quirks::default(),
            "",
            Some(OnRequest::Result(1)),
            CUSTOMER,
            1,
            &[
                "FAILED  it did not say that a customer that does not exist is unknown",
                "is kind right?",
            ],
        ),
        (
            Quirks::default(),
            "timeout_seconds = 1",
            Some(OnRequest::Slowly(Duration::from_secs(2))),
            CUSTOMER,
            1,
            &[
                "no answer in time; make your system answer faster, or write a larger timeout_seconds",
            ],
        ),
        (
            Quirks::default(),
            "",
            Some(OnRequest::Fail(500)),
            CUSTOMER,
            1,
            &[
                "FAILED  it did not say that a customer that does not exist is unknown",
                "HTTP status 500",
            ],
        ),
        (
            Quirks::default(),
            "timeout_seconds = 1",
            Some(OnRequest::Slowly(Duration::from_millis(600))),
            CUSTOMER,
            0,
            &[
                "WARNING an answer takes ",
                "more than half of timeout_seconds",
            ],
        ),
    ] {
        let billing = billing(Dialect::Osmp, quirks).await;
        if let Some(turn) = turns {
            billing.state().always(turn);
        }
        let folder = asking("osmp", &billing.url(), lines);
        let said = run(&folder, &probe.replace(CUSTOMER, customer)).await;
        assert_eq!(said.code, Some(code), "{said:?}");
        assert_has(&said.out, parts);
    }
}

#[actix_web::test]
async fn probe_of_a_web_service_shows_the_contracts_or_each_wrong_field() {
    let (service, url) = web_service();
    let folder = asking("http", &url, "");
    let contract =
        json!({"id": "1", "number": "N1", "payment": 500, "min_payment": 100, "status_code": 7});
    let answers = [
        (
            json!({"contracts": [contract]}),
            "1         N1      5.00 KZT  1.00 KZT  7: cannot be paid",
        ),
        (
            json!({"contracts": [{"id": "", "number": "N"}]}),
            "its answer is wrong: contracts[0].id is wrong",
        ),
    ];
    for (body, part) in answers {
        service.answers(200, body);
        let said = run(&folder, "lookup probe 7").await;
        // The web service knows also a customer that does not exist.
        assert_eq!(said.code, Some(1), "{said:?}");
        assert_has(
            &said.out,
            &["FAILED  it knows a customer that does not exist", part],
        );
    }
    // A page of a web server, or of another program, is no customer.
    service.answers(200, json!(["<html>"]));
    for line in ["lookup probe 7", "check --connect"] {
        let said = run(&folder, line).await;
        assert_eq!(said.code, Some(1), "{said:?}");
        assert_has(&said.out, &["the answer cannot be read: is a JSON list"]);
        assert!(!said.all().contains("knows"), "{said:?}");
        assert!(!said.all().contains("on one line"), "{said:?}");
    }
    let folder = Folder::new();
    let said = run(&folder, "lookup probe 7").await.bad();
    assert_has(&said, &["the store knows the customers", "kind = \"http\""]);
}

#[actix_web::test]
async fn check_says_what_is_asked_and_connect_asks_once() {
    let billing = billing(Dialect::KaspiJson, Quirks::default()).await;
    let url = billing.url();
    let folder = asking("kaspi", &url, "debt_field = \"sum\"\nsum = \"5.00\"");
    let said = run(&folder, "check").await.good();
    let asks = format!("ask about customers           at {url}, kind kaspi");
    assert_has(
        &said,
        &[
            &asks,
            "the debt is in sum",
            "a check of 5.00 KZT",
            "for 24 h",
        ],
    );
    let warns = "warning: jetpay.toml:";
    assert_has(
        &said,
        &[
            warns,
            "lookup.kind: each question is a `check`",
            "jetpay lookup probe CUSTOMER_ID",
        ],
    );
    assert_eq!(billing.state().requests(), 0);
    let said = run(&folder, "check --connect").await.good();
    assert_has(
        &said,
        &[
            "ok     your system at",
            "a customer that does not exist is unknown",
        ],
    );
    assert_eq!(billing.state().requests(), 1);
    billing.state().script([OnRequest::Fail(401)]);
    let said = run(&folder, "check --connect").await;
    assert_eq!(said.code, Some(1));
    assert_has(
        &said.out,
        &["FAILED your system at", "HTTP status 401: check the login"],
    );

    let (service, url) = web_service();
    let folder = asking("http", &url, "");
    assert_has(
        &run(&folder, "check --connect").await.good(),
        &["ok     your system at"],
    );
    service.answers(200, json!({}));
    let said = run(&folder, "check --connect").await;
    assert_has(&said.out, &["FAILED your system at", "unknown_customer"]);
    folder.change(&url, &format!("http://127.0.0.1:{}/customers", free_port()));
    let said = run(&folder, "check --connect").await;
    assert_has(&said.out, &["FAILED your system at", "no connection"]);

    let said = run(&Folder::new(), "check").await.good();
    assert_has(
        &said,
        &["know the customers            from what you write and import"],
    );
}
