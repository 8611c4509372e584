//! What a billing gets in a dialect, and what HTTP says about its answers.

use std::time::Duration;

use jetpay_billing::client::{BillingUrl, DialectClient, Login, NoClient};
use jetpay_billing::dialect::{CheckAnswer, Dialect, PayOrder};
use jetpay_billing::{Delivery, Failure};
use jetpay_core::{Currency, Money};

use crate::wire::{Does, Request, Server, TIMEOUT, ok, order};

const CHECKED: &str = "<response><osmp_txn_id>9</osmp_txn_id><result>0</result></response>";
const PAID: &str =
    "<response><osmp_txn_id>1</osmp_txn_id><prv_txn>5</prv_txn><result>0</result></response>";

#[tokio::test]
async fn requests_are_queries_after_the_urls_own() {
    let server = Server::start(ok(CHECKED)).await;
    let url = BillingUrl::parse(&format!("{}/pay/app.cgi?bank=7", server.url)).unwrap();
    let login = Login::parse("user:pass:word я");
    let billing = DialectClient::new(Dialect::Osmp, url, login, TIMEOUT).unwrap();
    let answer = billing.check("a&b=я /+", "9", "1.00").await;
    assert!(matches!(answer, Ok(CheckAnswer::Known(_))), "{answer:?}");
    let _ = billing.pay(&order("20")).await;
    let _ = billing.cancel(&order("21"), "0042").await;

    let requests = server.requests();
    let lines: Vec<&str> = requests.iter().map(Request::first_line).collect();
    assert_eq!(
        lines,
        [
            "GET /pay/app.cgi?bank=7&command=check&txn_id=9&account=a%26b%3D%D1%8F+%2F%2B&sum=1.00 HTTP/1.1",
            "GET /pay/app.cgi?bank=7&command=pay&txn_id=20&account=client-77&sum=200.00&txn_date=20261201090807 HTTP/1.1",
            "GET /pay/app.cgi?bank=7&command=cancel&txn_id=21&account=client-77&sum=200.00&txn_date=20261201090807\
             &prv_txn=0042 HTTP/1.1",
        ]
    );
    for request in &requests {
        let login = request.header("authorization");
        assert_eq!(login, Some("Basic dXNlcjpwYXNzOndvcmQg0Y8="));
        assert!(request.body.is_empty() && request.header("referer").is_none());
    }
    let shown = format!("{billing:?}");
    assert!(
        !shown.contains("dXNl") && !shown.contains("bank"),
        "{shown}"
    );
}

#[tokio::test]
async fn result_0_of_pay_and_of_cancel_is_delivered_with_the_receipt() {
    let server = Server::start(ok(PAID)).await;
    let billing = server.billing(Dialect::Osmp);
    let delivered = Delivery::Delivered {
        receipt: Some("5".to_owned()),
    };
    assert_eq!(billing.pay(&order("1")).await, delivered);
    assert_eq!(billing.cancel(&order("1"), "5").await, delivered);
}

#[tokio::test]
async fn no_other_http_status_than_200_answers_or_refuses() {
    for status in [201, 204, 301, 400, 401, 403, 404, 410, 429, 500, 503] {
        let body = if status == 204 { "" } else { PAID };
        let heads = "retry-after: 7\r\nlocation: http://127.0.0.1:1/\r\n";
        let server = Server::start(Does::Answer(status, heads, body.into())).await;
        let billing = server.billing(Dialect::Osmp);
        let failure = billing.check("a", "1", "1.00").await.unwrap_err();
        assert_eq!(failure, Failure::Status(status));
        let delivery = billing.pay(&order("1")).await;
        let again = Delivery::Again {
            may_have_arrived: !(300..500).contains(&status),
            why: failure.to_string(),
            after: Some(Duration::from_secs(7)),
        };
        assert_eq!(delivery, again);
        let why = failure.to_string();
        assert_eq!(why.contains("login"), matches!(status, 401 | 403), "{why}");
        assert_eq!(server.requests().len(), 2);
    }
}

#[tokio::test]
async fn payment_that_the_dialect_cannot_say_is_refused_and_not_sent() {
    let server = Server::start(ok(PAID)).await;
    let billing = server.billing(Dialect::Osmp);
    let unlisted = Currency::parse("XXX").unwrap();
    for sum in [
        Money::new(0, Currency::KZT),
        Money::new(-1, Currency::KZT),
        Money::new(1, unlisted),
    ] {
        let order = PayOrder { sum, ..order("1") };
        let delivery = billing.pay(&order).await;
        assert!(matches!(delivery, Delivery::Refused { .. }), "{sum}");
    }
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn url_that_sets_a_parameter_of_a_request_has_no_client() {
    for (query, name) in [
        ("command=check", "command"),
        ("a=b&SUM=1", "sum"),
        ("prv_txn=", "prv_txn"),
    ] {
        let url = BillingUrl::parse(&format!("http://127.0.0.1/?{query}")).unwrap();
        let error = DialectClient::new(Dialect::Osmp, url, None, TIMEOUT).unwrap_err();
        assert_eq!(error, NoClient::Parameter(name));
    }
}

#[test]
fn login_is_two_parts_and_is_not_shown() {
    assert!(Login::parse("user").is_none());
    let login = Login::parse("user:hidden").unwrap();
    assert_eq!(format!("{login:?}"), "Login");
}
