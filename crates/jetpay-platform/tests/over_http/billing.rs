//! The simulated billing over real HTTP.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use jetpay_platform::billing::receiver::{self, ReceiverState, Violation};
use jetpay_platform::billing::{BillingState, Dialect, OnRequest, Server, Spoil, serve};
use reqwest::{Client, RequestBuilder, Response};
use tokio::net::TcpListener;

const PAY: &str = "command=pay&txn_id=28&account=71&sum=200.00&txn_date=20240801120000";

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

async fn serving(change: impl FnOnce(BillingState) -> BillingState) -> Server {
    let mut billing = BillingState::new(Dialect::Osmp);
    billing.put_account("71", None);
    serve(listener().await, change(billing)).unwrap()
}

pub(crate) fn client() -> Client {
    let _installed = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().build().unwrap()
}

fn get(server: &Server, query: &str) -> RequestBuilder {
    client().get(format!("{}?{query}", server.url()))
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    let value = response.headers().get(name);
    value.map_or("", |it| it.to_str().unwrap())
}

#[tokio::test]
async fn query_and_form_are_answered_with_the_type_of_the_content() {
    let server = serving(|it| it).await;
    let asked = get(&server, PAY).send().await.unwrap();
    let kind = header(&asked, "content-type");
    assert_eq!(
        (asked.status().as_u16(), kind),
        (200, "text/xml; charset=utf-8")
    );
    let first = asked.text().await.unwrap();
    assert!(first.contains("<result>0</result>"), "{first}");

    let posted = client().post(server.url()).body(PAY).send().await.unwrap();
    assert_eq!(posted.text().await.unwrap(), first);
    let put = client().put(server.url()).send().await.unwrap();
    assert_eq!(put.status().as_u16(), 405);
    let elsewhere = format!("{}/x?{PAY}", server.url());
    let elsewhere = client().get(elsewhere).send().await.unwrap();
    assert_eq!(elsewhere.status().as_u16(), 404);
    let state = server.state();
    assert_eq!((state.booked().len(), state.requests()), (1, 2));
}

#[tokio::test]
async fn request_without_the_login_gets_a_challenge() {
    let server = serving(|it| it.with_login("jetpay:secret")).await;
    let refused = get(&server, PAY).send().await.unwrap();
    let challenge = header(&refused, "www-authenticate");
    assert_eq!(
        (refused.status().as_u16(), challenge),
        (401, "Basic realm=\"billing\"")
    );
    let asked = get(&server, PAY).basic_auth("jetpay", Some("secret"));
    assert_eq!(asked.send().await.unwrap().status().as_u16(), 200);
}

#[tokio::test]
async fn script_breaks_slows_and_fails_over_http() {
    let server = serving(|it| it).await;
    let wait = Duration::from_millis(200);
    server.state().script([
        OnRequest::Drop,
        OnRequest::FailFor(503, 7),
        OnRequest::DoneAndDrop,
        OnRequest::Slowly(wait),
        OnRequest::Spoil(Spoil::TooLong),
    ]);
    let send = || get(&server, PAY).send();
    send().await.unwrap_err();
    let failed = send().await.unwrap();
    assert_eq!(
        (failed.status().as_u16(), header(&failed, "retry-after")),
        (503, "7")
    );
    assert_eq!(server.state().booked(), []);
    send().await.unwrap_err();
    assert_eq!(server.state().booked().len(), 1);
    let begun = Instant::now();
    send().await.unwrap();
    assert!(begun.elapsed() >= wait);
    let long = send().await.unwrap().bytes().await.unwrap();
    assert!(long.len() > 100 * 1024);
    assert_eq!(server.state().booked().len(), 1);
}

#[tokio::test]
async fn killed_billing_answers_nothing_more_and_keeps_its_books() {
    let server = serving(|it| it).await;
    server.state().set_latency(Duration::from_secs(60));
    let in_flight = tokio::spawn(get(&server, PAY).send());
    while server.state().requests() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let late = get(&server, &PAY.replace("28", "29"));
    let mut state = server.stop();
    in_flight.await.unwrap().unwrap_err();
    late.send().await.unwrap_err();

    state.set_latency(Duration::ZERO);
    let again = serve(listener().await, state).unwrap();
    let answer = get(&again, PAY).send().await.unwrap().text().await.unwrap();
    assert!(answer.contains("<result>0</result>"), "{answer}");
    assert_eq!(again.state().booked().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_billing_answers_before_a_kill_is_in_its_books() {
    let server = serving(|it| it).await;
    let mut payers = tokio::task::JoinSet::new();
    for payer in 0..8 {
        let (http, url) = (client(), server.url());
        payers.spawn(async move {
            let mut answered = Vec::new();
            for number in 0.. {
                let txn_id = format!("{payer}{number:06}");
                let pay = PAY.replace("txn_id=28", &format!("txn_id={txn_id}"));
                let Ok(answer) = http.get(format!("{url}?{pay}")).send().await else {
                    return answered;
                };
                let Ok(answer) = answer.text().await else {
                    return answered;
                };
                assert!(answer.contains("<result>0</result>"), "{answer}");
                answered.push(txn_id);
            }
            answered
        });
    }
    while server.state().booked().len() < 200 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let books = server.stop();
    let booked: HashSet<_> = books.booked().iter().map(|it| &*it.txn_id).collect();
    let answered = payers.join_all().await.concat();
    assert!(answered.len() > 100, "{}", answered.len());
    for txn_id in &answered {
        assert!(booked.contains(&**txn_id), "{txn_id}");
    }
}

#[tokio::test]
async fn receiver_reads_the_headers_of_webhooks_and_look_ups() {
    // From the tests of the published implementations of Standard Webhooks, signed long ago.
    let state = ReceiverState::new(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]).unwrap();
    let receiver = receiver::serve(listener().await, state).unwrap();
    let post = |url: &str, id: &'static str| {
        client()
            .post(url)
            .header("webhook-id", id)
            .header("webhook-timestamp", "1614265330")
            .header(
                "webhook-signature",
                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            )
            .body(r#"{"test": 2432232314}"#)
            .send()
    };
    for url in [receiver.webhooks_url(), receiver.lookup_url()] {
        for id in ["msg_p5jXN8AQM9LWM0D4loKWxJek", "msg_2"] {
            assert_eq!(post(&url, id).await.unwrap().status().as_u16(), 401);
        }
    }
    let (time, secret) = (Violation::WrongTime, Violation::BadSignature);
    let seen = [time.clone(), secret.clone(), time, secret];
    assert_eq!(receiver.state().violations(), seen);
    let elsewhere = format!("http://{}/", receiver.address());
    let elsewhere = post(&elsewhere, "msg_2").await.unwrap();
    assert_eq!(elsewhere.status().as_u16(), 404);
}
