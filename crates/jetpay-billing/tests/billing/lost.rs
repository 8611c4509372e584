//! Answers that are lost, late or endless, and connections that are used again.

use std::time::{Duration, Instant};

use jetpay_billing::client::{BillingUrl, DialectClient, WebhookClient};
use jetpay_billing::dialect::Dialect;
use jetpay_billing::webhook::Secrets;
use jetpay_billing::{Delivery, Failure};

use crate::wire::{Does, SECRET, Server, TIMEOUT, ok, order};

const SHORT: Duration = Duration::from_millis(300);
const CHECKED: &str = "<response><osmp_txn_id>9</osmp_txn_id><result>0</result></response>";
const PAID: &str = "<response><osmp_txn_id>1</osmp_txn_id><result>0</result></response>";

/// A failure after which the other side may have the payment.
fn may_be_there(delivery: &Delivery) -> bool {
    matches!(
        delivery,
        Delivery::Again {
            may_have_arrived: true,
            after: None,
            ..
        }
    )
}

#[tokio::test]
async fn late_answer_is_no_answer_within_the_time_limit() {
    let server = Server::start(Does::Late(SHORT * 20, CHECKED.into())).await;
    let billing = DialectClient::new(Dialect::Osmp, server.url(), None, SHORT).unwrap();
    let secrets = Secrets::parse([SECRET]).unwrap();
    let receiver = WebhookClient::new(server.url(), secrets, SHORT).unwrap();
    let begun = Instant::now();
    assert_eq!(
        billing.check("a", "9", "1.00").await,
        Err(Failure::TimedOut)
    );
    assert!(may_be_there(&billing.pay(&order("1")).await));
    assert!(may_be_there(&receiver.deliver("a", b"{}", 0).await));
    assert_eq!(receiver.ask("a", b"{}", 0).await, Err(Failure::TimedOut));
    assert!(begun.elapsed() < SHORT * 12);
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn broken_connection_is_a_failure_and_nothing_is_sent_again() {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n<response>";
    for does in [
        Does::CloseUnread,
        Does::Raw(Vec::new()),
        Does::Raw(half.into()),
        Does::Raw(b"?".to_vec()),
    ] {
        let server = Server::start(does).await;
        let failure = server.billing(Dialect::Osmp).check("a", "9", "1.00").await;
        assert!(matches!(failure, Err(Failure::Broken(_))), "{failure:?}");
        assert!(may_be_there(
            &server.billing(Dialect::Osmp).pay(&order("1")).await
        ));
        assert!(server.receiver().ask("a", b"{}", 0).await.is_err());
        assert!(server.requests().len() <= 3);
        assert_eq!(server.connections(), 3);
    }
}

#[tokio::test]
async fn receiver_that_breaks_off_after_status_200_has_the_delivery() {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\nthanks";
    for does in [Does::Raw(half.into()), Does::Endless] {
        let server = Server::start(does).await;
        let delivery = server.receiver().deliver("a", b"{}", 0).await;
        assert_eq!(delivery, Delivery::Delivered { receipt: None });
    }
}

#[tokio::test]
async fn endless_answer_is_not_read_to_its_end() {
    let server = Server::start(Does::Endless).await;
    let failure = server.billing(Dialect::Osmp).check("a", "9", "1.00").await;
    let long = Failure::Unreadable("it is longer than 64 KiB".to_owned());
    assert_eq!(failure, Err(long));
    assert!(may_be_there(
        &server.billing(Dialect::Osmp).pay(&order("1")).await
    ));
}

#[tokio::test]
async fn refused_connection_says_so_without_the_query() {
    let address = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let url = BillingUrl::parse(&format!("http://{address}/p?token=hidden")).unwrap();
    let billing = DialectClient::new(Dialect::Kaspi, url, None, TIMEOUT).unwrap();
    let failure = billing.check("account", "9", "1.00").await.unwrap_err();
    assert!(matches!(failure, Failure::NotConnected(_)), "{failure:?}");
    let paid = billing.pay(&order("1")).await;
    let is_nowhere = matches!(
        paid,
        Delivery::Again {
            may_have_arrived: false,
            ..
        }
    );
    assert!(is_nowhere, "{paid:?}");
    let shown = format!("{failure} {failure:?} {paid:?}");
    assert!(shown.contains("refused"), "{shown}");
    for hidden in ["hidden", "account", "client-77"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}

#[tokio::test]
async fn connection_is_used_again_and_one_that_the_server_closes_is_replaced() {
    let server = Server::start(ok(CHECKED)).await;
    let billing = server.billing(Dialect::Osmp);
    for _ in 0..5 {
        billing.check("a", "9", "1.00").await.unwrap();
    }
    assert_eq!((server.requests().len(), server.connections()), (5, 1));

    let once = Server::start(Does::AnswerOnce(PAID.into())).await;
    let billing = once.billing(Dialect::Osmp);
    let delivered = Delivery::Delivered { receipt: None };
    assert_eq!(billing.pay(&order("1")).await, delivered);
    assert!(may_be_there(&billing.pay(&order("1")).await));
    assert_eq!(billing.pay(&order("1")).await, delivered);
    assert_eq!((once.requests().len(), once.connections()), (3, 2));
}

#[tokio::test]
async fn machine_that_does_not_answer_to_a_connection_cannot_have_the_payment() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    // No one takes these connections. When there is no place for more, the next one waits.
    let full = || std::net::TcpStream::connect_timeout(&address, SHORT).ok();
    let _waiting: Vec<_> = std::iter::from_fn(full).take(100).collect();
    let url = BillingUrl::parse(&format!("http://{address}/")).unwrap();
    let billing = DialectClient::new(Dialect::Osmp, url, None, SHORT).unwrap();
    let failure = billing.check("a", "9", "1.00").await.unwrap_err();
    assert!(matches!(failure, Failure::NotConnected(_)), "{failure:?}");
}
