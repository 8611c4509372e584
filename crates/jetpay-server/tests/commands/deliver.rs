//! `jetpay deliver test` and `probe` against a simulated billing and a receiver, and the commands that call the running service.

use std::time::{Duration, Instant};

use jetpay_platform::KASPI;
use jetpay_platform::billing::receiver::{self, ReceiverState};
use jetpay_platform::billing::{BillingState, Dialect, OnRequest, Quirks, Server, serve};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::support::{CUSTOMER, Folder, Running, Said, assert_has};

/// A billing that knows the customer, who owes 500.00 KZT.
async fn billing(dialect: Dialect, quirks: Quirks) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut state = BillingState::new(dialect).with_quirks(quirks);
    state.put_account(CUSTOMER, Some(50_000));
    serve(listener, state).unwrap()
}

/// A folder whose service delivers to this URL.
fn folder(name: &str, kind: &str, url: &str) -> Folder {
    Folder::new().configured(&format!(
        "[[deliver]]\nname = \"{name}\"\nkind = \"{kind}\"\nurl = \"{url}\"\n"
    ))
}

/// The secret of the receiver's messages.
const WHSEC: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// A receiver of webhooks, and a folder whose service delivers to it.
async fn receiver() -> (Server<ReceiverState>, Folder) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let state = ReceiverState::new([WHSEC]).unwrap();
    let receiver = receiver::serve(listener, state).unwrap();
    let folder = folder("shop", "webhook", &receiver.webhooks_url());
    let folder = folder.configured("secret_file = \"whsec\"\n");
    folder.write("whsec", WHSEC);
    (receiver, folder)
}

/// Runs a command line while the simulated endpoint answers.
async fn run(folder: &Folder, line: &str) -> Said {
    let output = tokio::process::Command::from(folder.command(line)).output();
    Said::of(output.await.unwrap())
}

const KINDS: [(Dialect, &str); 3] = [
    (Dialect::Osmp, "osmp"),
    (Dialect::KaspiJson, "kaspi"),
    (Dialect::KaspiXml, "kaspi"),
];

#[actix_web::test]
async fn test_of_a_billing_books_nothing_and_says_what_came_back() {
    for (dialect, kind) in KINDS {
        let billing = billing(dialect, Quirks::default()).await;
        let folder = folder("abills", kind, &(billing.url() + "?login=pay&key=hidden"));
        let said = run(&folder, "deliver test abills").await;
        assert!(!said.all().contains("hidden"), "{said:?}");
        assert_has(&said.good(), &["does not know the account", " ms", "ready"]);
        let fail = |on_request| billing.state().script([on_request]);
        for (on_request, says, advice) in [
            (OnRequest::Fail(401), "HTTP status 401", "the secret"),
            (OnRequest::Drop, "the connection", "is the url right"),
            (
                OnRequest::Body(b"<html>".to_vec()),
                "cannot be read",
                "is kind right",
            ),
            (OnRequest::Result(9), "result 9", "is kind right"),
        ] {
            fail(on_request);
            let said = run(&folder, "deliver test abills").await;
            assert_has(&said.bad(), &[says, advice]);
        }
        billing.state().put_account("jetpay-no-such-account", None);
        let said = run(&folder, "deliver test abills").await;
        assert_has(&said.bad(), &["does it look for the account at all"]);
        assert_eq!(billing.state().booked(), []);
    }
}

#[actix_web::test]
async fn probe_pays_once_and_tells_how_the_billing_answers_the_repeat() {
    let probe = format!("deliver probe abills --customer {CUSTOMER} --amount 150 --yes");
    for (dialect, kind) in KINDS {
        let as_before = Quirks::default();
        let double_request = Quirks {
            refuses_repeats: true,
            ..as_before
        };
        let twice = Quirks {
            books_repeats: true,
            ..as_before
        };
        for (quirks, code, booked, says) in [
            (as_before, 0, 1, "the repeat was answered as before"),
            (double_request, 0, 1, "a double request"),
            (twice, 1, 2, "twice"),
        ] {
            let billing = billing(dialect, quirks).await;
            let folder = folder("abills", kind, &billing.url());
            let said = run(&folder, &probe).await;
            assert_eq!(said.code, Some(code), "{dialect:?} {quirks:?}: {said:?}");
            let state = billing.state();
            assert_eq!(state.booked().len(), booked, "{said:?}");
            assert!(state.booked().iter().all(|it| it.minor == 150));
            let id = &state.booked()[0].txn_id;
            assert_eq!(id.len(), 18, "not the number of an operation: {id}");
            let all = said.all();
            let (_, take_back) = all.split_once("Take back in the billing").unwrap();
            let number = |at: usize| format!("{id} with its number {}", state.booked()[at].prv_txn);
            for at in 0..booked {
                assert_has(take_back, &[&number(at)]);
            }
            let number = number(0);
            let number = number.trim_start_matches(id.as_str()).trim();
            assert_has(
                &all,
                &[says, number, "1.50 KZT", id, "Take back in the billing"],
            );
            if code == 0 {
                assert_has(
                    &all,
                    &["and not with the repeat", "longest answer", "ready"],
                );
            }
        }
    }
}

#[actix_web::test]
async fn probe_pays_nothing_into_a_billing_that_books_at_each_check_and_names_what_it_booked() {
    for (dialect, kind) in KINDS {
        let quirks = Quirks {
            pay_on_check: true,
            ..Quirks::default()
        };
        let billing = billing(dialect, quirks).await;
        let folder = folder("abills", kind, &billing.url());
        let probe = format!("deliver probe abills --customer {CUSTOMER} --yes");
        let said = run(&folder, &probe).await;
        assert_eq!(said.code, Some(1), "{said:?}");
        let parts = [
            "nothing is paid: ",
            "this amount changed: ",
            "balance",
            "payOnCheck",
        ];
        assert_has(&said.err, &parts);
        let booked = billing.state().booked().to_vec();
        assert_eq!(booked.len(), 2, "the two checks before the payment");
        for booking in booked {
            assert!(booking.txn_id.starts_with('9') && booking.minor == 100);
            let take_back = format!("txn_id {} of a `check` for 1.00 KZT", booking.txn_id);
            assert_has(&said.out, &[&take_back]);
        }
    }
}

#[actix_web::test]
async fn probe_pays_nothing_without_a_yes_or_into_an_unknown_account() {
    let billing = billing(Dialect::Osmp, Quirks::default()).await;
    let folder = folder("abills", "osmp", &billing.url());
    for (options, says) in [
        (
            format!("--customer {CUSTOMER}"),
            "add --yes to pay 1.00 KZT",
        ),
        ("--yes".to_owned(), "--customer"),
        (
            "--customer nobody --yes".to_owned(),
            "does not know this account",
        ),
    ] {
        let said = run(&folder, &format!("deliver probe abills {options}")).await;
        assert_has(&said.bad(), &[says]);
    }
    let zero = format!("deliver probe abills --customer {CUSTOMER} --amount 0 --yes");
    assert_eq!(run(&folder, &zero).await.code, Some(2));
    assert_eq!(billing.state().booked(), []);
    // The billing books the payment, and the connection breaks.
    billing
        .state()
        .script([OnRequest::Answer, OnRequest::Answer, OnRequest::DoneAndDrop]);
    let probe = format!("deliver probe abills --customer {CUSTOMER} --yes");
    let said = run(&folder, &probe).await;
    let id = billing.state().booked()[0].txn_id.clone();
    assert_has(
        &said.bad(),
        &["no clear answer", "may have the payment", &id],
    );
}

#[actix_web::test]
async fn unknown_endpoint_is_refused_with_the_names_of_the_configured_ones() {
    for line in ["deliver test shop", "deliver probe shop"] {
        let error = Folder::new().run(line).bad();
        assert_has(&error, &["jetpay.toml has no [[deliver]]"]);
        let folder = folder("abills", "osmp", "http://127.0.0.1:1/payments");
        assert_has(&folder.run(line).bad(), &["no endpoint `shop`", "abills"]);
    }
}

#[actix_web::test]
async fn test_of_a_webhook_is_signed_and_says_what_would_become_of_an_entry() {
    let (receiver, folder) = receiver().await;
    let said = run(&folder, "deliver test shop").await;
    let refused = "refused a message with a wrong signature";
    assert_has(
        &said.good(),
        &[
            "the receiver took it",
            " ms",
            refused,
            "does not show that an entry is booked",
            "ready",
        ],
    );
    assert_eq!(receiver.state().arrivals()[0].kind, "test");
    assert_eq!(receiver.state().arrivals().len(), 1);
    let forged = receiver.state().violations().len();
    assert_eq!(forged, 1, "the message with a wrong signature");
    for (on_request, says) in [
        (
            OnRequest::Fail(503),
            [
                "HTTP status 503",
                "would wait and be sent again",
                "The log of your system",
            ],
        ),
        (
            OnRequest::Fail(400),
            ["HTTP status 400", "would be parked", "the secret"],
        ),
        (
            OnRequest::Fail(410),
            ["HTTP status 410", "would pause", "the url"],
        ),
        (
            OnRequest::Drop,
            [
                "the connection",
                "would wait and be sent again",
                "is the url right",
            ],
        ),
    ] {
        receiver.state().deliveries().extend([on_request]);
        let said = run(&folder, "deliver test shop").await;
        assert_has(&said.bad(), &says);
    }
    folder.write(
        "whsec",
        "whsec_YW5vdGhlciBzZWNyZXQgb2YgMzIgYnl0ZXMgb3IgbW8=",
    );
    let said = run(&folder, "deliver test shop").await;
    assert_has(&said.bad(), &["HTTP status 401"]);
    assert_eq!(receiver.state().violations().len(), forged + 1);
}

#[actix_web::test]
async fn test_and_probe_of_a_webhook_fail_when_it_takes_messages_that_are_not_signed() {
    for line in ["deliver test shop", "deliver probe shop"] {
        let (receiver, folder) = receiver().await;
        // It answers the message with the wrong signature with 200 and does not look at it.
        let before = if line.contains("probe") { 2 } else { 1 };
        let script = (0..before).map(|_| OnRequest::Answer);
        let blind = OnRequest::Body(b"{}".to_vec());
        receiver.state().deliveries().extend(script.chain([blind]));
        let said = run(&folder, line).await;
        let parts = ["takes messages that are not signed with your secret", "401"];
        assert_has(&said.bad(), &parts);
    }
}

#[actix_web::test]
async fn probe_of_a_webhook_sends_one_message_twice_and_fails_when_the_repeat_is_refused() {
    let (receiver, folder) = receiver().await;
    assert_has(&run(&folder, "deliver probe shop").await.good(), &["ready"]);
    let state = |receiver: &Server<ReceiverState>| {
        let state = receiver.state();
        (
            state.arrivals().len(),
            state.repeats(),
            state.violations().len(),
        )
    };
    assert_eq!(state(&receiver), (1, 1, 1), "one has a wrong signature");
    let script = [OnRequest::Answer, OnRequest::Fail(409)];
    receiver.state().deliveries().extend(script);
    let said = run(&folder, "deliver probe shop").await;
    assert_has(
        &said.bad(),
        &["must answer a `webhook-id` that it has with 2xx"],
    );
}

/// What `deliver status` says, once it has all these parts.
async fn status(running: &Running, parts: &[&str]) -> String {
    let begun = Instant::now();
    loop {
        let shown = run(&running.folder, "deliver status").await.good();
        if parts.iter().all(|part| shown.contains(part)) {
            return shown;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "{parts:?} in:\n{shown}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[actix_web::test]
async fn parked_entry_is_decided_by_the_commands_that_its_alarm_proposes_and_later_ones_then_arrive()
 {
    let (receiver, folder) = receiver().await;
    let running = folder.serve().await.with_customer().await;
    // The stream is there before the service takes requests.
    assert_has(
        &run(&running.folder, "deliver status").await.good(),
        &["0 of 0"],
    );
    receiver.state().deliveries().extend([OnRequest::Fail(400)]);
    running.paid(&KASPI, 10_000).await;
    running.paid(&KASPI, 20_000).await;
    let shown = status(&running, &["2 of 2", "parked"]).await;
    assert_has(
        &shown,
        &["when you say so", "HTTP status 400", "behind 1", "after 1"],
    );
    assert_eq!(
        receiver.state().arrivals(),
        [],
        "the second entry waits behind the first"
    );
    let waiting = run(&running.folder, "deliver waiting shop --limit 1").await;
    assert_has(&waiting.good(), &["parked", "there are more: --after 1"]);
    let alarm = run(&running.folder, "alarms show 1").await.good();
    let summary = "shop has not taken entry 1 of 100.00 KZT";
    assert_has(
        &alarm,
        &["delivery_parked", summary, "reason", "HTTP status 400"],
    );
    let resolve = "alarms resolve 1 --verdict dismiss --reason 'seen'";
    run(&running.folder, resolve).await.good();
    status(&running, &["parked", "HTTP status 400"]).await;

    let proposed: Vec<_> = alarm
        .lines()
        .filter_map(|line| line.strip_prefix("  jetpay deliver "))
        .collect();
    let [retry, skip] = proposed[..] else {
        panic!("{alarm}")
    };
    receiver.state().deliveries().extend([OnRequest::Fail(422)]);
    let retry = format!("deliver {}", retry.replace("\"...\"", "'it works'"));
    run(&running.folder, &retry).await.good();
    status(&running, &["parked", "HTTP status 422"]).await;
    let skip = format!("deliver {}", skip.replace("\"...\"", "'booked by hand'"));
    let skipped = run(&running.folder, &skip).await.good();
    assert_has(&skipped, &["shop", "skipped", "admin"]);
    assert_has(
        &run(&running.folder, &skip).await.bad(),
        &["no such entry waits"],
    );
    let resolutions = run(&running.folder, "resolutions list").await.good();
    assert_has(&resolutions, &["booked by hand", "it works"]);
    status(&running, &["2 of 2"]).await;
    until(|| receiver.state().arrivals().len() == 1).await;
    assert_eq!(receiver.state().balance(CUSTOMER), 20_000);

    let replay = "deliver replay shop --reason 'the books were lost' --after";
    let beyond = run(&running.folder, &format!("{replay} 3")).await.bad();
    assert_has(&beyond, &["after: ", "entries would be left out"]);
    receiver.state().forget_order();
    let replayed = run(&running.folder, &format!("{replay} 0 --json")).await;
    let Value::Object(replayed) = replayed.json() else {
        panic!("{replayed:?}")
    };
    assert_eq!(
        [
            &replayed["after"],
            &replayed["before"],
            &replayed["left_out"]
        ],
        [0, 2, 1].map(Value::from).each_ref()
    );
    // The first was booked by hand.
    until(|| receiver.state().repeats() == 1).await;
    status(&running, &["2 of 2"]).await;
    assert_eq!(receiver.state().balance(CUSTOMER), 20_000);
    assert_eq!(receiver.state().violations(), []);
}

#[actix_web::test]
async fn all_that_is_parked_is_sent_again_by_one_command_which_says_how_much_it_is_and_asks() {
    let (receiver, folder) = receiver().await;
    let running = folder.serve().await.with_customer().await;
    status(&running, &["shop", "0 of 0"]).await;
    let retry = "deliver retry shop --all --reason 'the secret is mended'";
    let none = run(&running.folder, &format!("{retry} --yes")).await;
    assert_has(&none.all(), &["nothing is parked at shop"]);
    receiver.state().deliveries().extend([OnRequest::Fail(401)]);
    running.paid(&KASPI, 10_000).await;
    running.paid(&KASPI, 20_000).await;
    status(&running, &["2 of 2", "parked"]).await;
    let said = run(&running.folder, retry).await.bad();
    assert_has(&said, &["1 of entries, from 1 to 1", "add --yes"]);
    let said = run(&running.folder, &format!("{retry} --yes --json")).await;
    assert_eq!(said.json()["retried"], 1);
    until(|| receiver.state().balance(CUSTOMER) == 30_000).await;
    for line in [
        "deliver retry shop --reason x",
        "deliver retry shop 1 --all --reason x",
        "deliver retry shop --all",
    ] {
        assert_eq!(run(&running.folder, line).await.code, Some(2), "{line}");
    }
}

async fn until(is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[actix_web::test]
async fn renamed_endpoint_is_told_of_at_the_start_by_check_and_by_the_status() {
    let (receiver, folder) = receiver().await;
    let mut running = folder.serve().await.with_customer().await;
    status(&running, &["shop", "0 of 0"]).await;
    receiver.state().deliveries().extend([OnRequest::Fail(400)]);
    running.paid(&KASPI, 10_000).await;
    running.paid(&KASPI, 20_000).await;
    status(&running, &["2 of 2", "parked"]).await;
    running
        .while_stopped(|folder| folder.change("name = \"shop\"", "name = \"store\""))
        .await;
    let lacks = "the endpoint `shop`, which the configuration does not have: 2 entries are not delivered there";
    running.until_logged(lacks).await;
    assert_eq!(running.log().matches(lacks).count(), 1);
    let checked = run(&running.folder, "check --connect").await.good();
    assert_has(&checked, &[lacks, "Write that name into [[deliver]] again"]);
    let shown = status(&running, &["store", "not in the configuration"]).await;
    assert_has(&shown, &["shop", "parked", "behind 1"]);

    let skip = "deliver skip shop --reason 'booked by hand' ";
    for seq in [1, 2] {
        run(&running.folder, &format!("{skip}{seq}")).await.good();
    }
    let checked = run(&running.folder, "check --connect").await.good();
    assert!(!checked.contains("`shop`"), "nothing is left: {checked}");
}

#[actix_web::test]
async fn number_of_an_alarm_is_told_from_that_of_an_entry() {
    let (receiver, folder) = receiver().await;
    let folder = folder.configured("alarms = true\n");
    let running = folder.serve().await.with_customer().await;
    status(&running, &["entries", "alarms", "0 of 0"]).await;
    let refuses = |_| OnRequest::Fail(400);
    receiver.state().deliveries().always((0..1).map(refuses));
    running.paid(&KASPI, 10_000).await;
    // The entry is parked, which is an alarm, which is parked.
    let begun = Instant::now();
    loop {
        let line = "deliver waiting shop --feed alarms";
        let shown = run(&running.folder, line).await.good();
        if shown.contains("parked") {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{shown}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let reason = "deliver skip shop 1 --reason 'booked by hand'";
    run(&running.folder, reason).await.good();
    for line in ["deliver retry shop 1 --reason mended", reason] {
        let said = run(&running.folder, line).await.bad();
        assert_has(
            &said,
            &["1 is the number of an alarm that waits at shop: add --feed alarms"],
        );
    }
    let line = "deliver retry shop 1 --reason mended --feed alarms";
    run(&running.folder, line).await.good();
}
