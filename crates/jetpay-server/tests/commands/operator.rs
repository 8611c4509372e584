//! `jetpay alarms`, `inbox` and `resolutions` against the real service.

use std::process::Output;

use jetpay_core::{Currency, Money};
use jetpay_platform::{KASPI, messages};
use serde_json::Value;

use crate::running::{CUSTOMER, Folder, PROJECT, Running, text};

async fn send_callback(running: &Running, payment_id: &str, minor: i64) -> u16 {
    let amount = Money::new(minor, Currency::KZT);
    let operation = payment_id.bytes().next_back().map_or(0, u64::from);
    let callback = messages::Callback::success(&KASPI, PROJECT.into(), payment_id, amount)
        .with_operation_id(operation)
        .with_account("77011234567", "payer-7");
    let exchange = running.platform().call("/callback", &callback).await;
    exchange.unwrap().status
}

fn good(output: &Output) -> String {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

fn bad(output: &Output) -> String {
    assert!(!output.status.success(), "{}", text(&output.stdout));
    text(&output.stderr)
}

#[actix_web::test]
async fn operator_lists_shows_and_resolves_an_alarm_and_the_customer_is_credited() {
    let running = Folder::new().serve().await.with_customer().await;
    let run = |arguments: &[&str]| running.folder.run(arguments);
    assert_eq!(good(&run(&["alarms", "list"])), "no alarms\n");
    let payment_id = running.announced(100_000).await;
    assert_eq!(send_callback(&running, &payment_id, 90_000).await, 200);

    let listed = good(&run(&["alarms", "list"]));
    let row = listed.lines().nth(1).unwrap();
    assert!(row.starts_with("1 ") && row.ends_with("  open"), "{listed}");
    assert!(
        row.contains("amount_differs") && row.contains(&payment_id),
        "{listed}"
    );
    let shown = good(&run(&["alarms", "show", "1"]));
    assert!(shown.contains("\"amount\":90000"), "{shown}");

    let resolve = [
        "alarms",
        "resolve",
        "1",
        "--reason",
        "has a receipt",
        "--verdict",
        "credit",
    ];
    let error = bad(&run(&resolve));
    assert!(
        error.contains("amount: is required for a credit"),
        "{error}"
    );
    let mistyped = [&resolve[..], &["--amount", "100000000000"]].concat();
    let error = bad(&run(&mistyped));
    assert!(
        error.contains("amount: the amount is neither") && error.contains("--override"),
        "{error}"
    );
    let resolve = [&resolve[..], &["--amount", "90000"]].concat();
    let error = bad(&run(&[&resolve[..], &["--operation", "999"]].concat()));
    assert!(
        error.contains("operation_id: this alarm names another operation"),
        "{error}"
    );
    let resolved = good(&run(&resolve));
    assert!(
        resolved.contains("credit 900.00 KZT") && resolved.contains("has a receipt"),
        "{resolved}"
    );
    assert_eq!(running.balance(CUSTOMER).await, 90_000);
    let error = bad(&run(&resolve));
    assert!(error.contains("resolved already"), "{error}");

    assert_eq!(good(&run(&["alarms", "list"])), "no alarms\n");
    assert!(good(&run(&["alarms", "list", "--resolved"])).contains("credit 900.00 KZT"));
    let listed = good(&run(&["resolutions", "list"]));
    assert!(
        listed.lines().nth(1).unwrap().ends_with("has a receipt"),
        "{listed}"
    );
    let correct = ["entries", "correct", "1", "--reason", "another payer's"];
    let corrected = good(&run(&correct));
    assert!(
        corrected.contains("correction") && corrected.contains("-900.00 KZT"),
        "{corrected}"
    );
    assert_eq!(good(&run(&correct)), corrected);
    assert_eq!(running.balance(CUSTOMER).await, 0);
    let listed = good(&run(&["resolutions", "list"]));
    assert!(
        listed.contains("correct ") && listed.contains("another payer's"),
        "{listed}"
    );
    let json: Value =
        serde_json::from_str(&good(&run(&["alarms", "list", "--all", "--json"]))).unwrap();
    assert_eq!(json["alarms"][0]["resolution"]["amount"], 90_000);
    assert!(bad(&run(&["alarms", "show", "2"])).contains("there is no alarm with this number"));
}

#[actix_web::test]
async fn command_that_an_alarm_proposes_credits_what_the_callback_says() {
    let running = Folder::new().serve().await.with_customer().await;
    let run = |arguments: &[&str]| running.folder.run(arguments);
    let payment_id = running.announced(10_000).await;
    assert_eq!(send_callback(&running, &payment_id, 9_000).await, 200);
    let summary = "announced 100.00 KZT, the callback says 90.00 KZT";
    let listed = good(&run(&[
        "alarms",
        "list",
        "--kind",
        "amount_differs,unusable",
    ]));
    assert!(listed.contains(summary), "{listed}");
    assert_eq!(
        good(&run(&["alarms", "list", "--kind", "unusable"])),
        "no alarms\n"
    );
    let shown = good(&run(&["alarms", "show", "1"]));
    assert!(
        shown.contains(summary) && shown.contains("Ask JetPay how much came in"),
        "{shown}"
    );
    let mut commands = shown
        .lines()
        .filter_map(|line| line.strip_prefix("  jetpay "));
    let command = commands.next().unwrap().replace("\"...\"", "receipt");
    good(&run(&command.split(' ').collect::<Vec<_>>()));
    assert_eq!(running.balance(CUSTOMER).await, 9_000);
    let shown = good(&run(&["payments", "show", &payment_id]));
    let (says, verdict) = (shown.contains(summary), shown.contains("credit 90.00 KZT"));
    assert!(says && verdict, "{shown}");
    let error = bad(&run(&["alarms", "list", "--kind", "amount_differ"]));
    assert!(error.contains("'amount_differs'"), "{error}");
}

#[actix_web::test]
async fn operator_resolves_alarms_together_after_seeing_how_many_they_are() {
    let running = Folder::new().serve().await.with_customer().await;
    let run = |arguments: &[&str]| running.folder.run(arguments);
    for _ in 0..5 {
        let payment_id = running.announced(100_000).await;
        assert_eq!(send_callback(&running, &payment_id, 90_000).await, 200);
    }
    let dismiss = |of: &[&str]| {
        let decision = ["--verdict", "dismiss", "--reason", "a test"];
        run(&[&["alarms", "resolve"], of, &decision].concat())
    };
    let by_number = dismiss(&["2", "1"]);
    assert_eq!(good(&by_number), "resolved 2 alarms\n");
    let by_number = dismiss(&["1,3", "99"]);
    let error = bad(&by_number);
    assert!(
        error.contains("there is no alarm with the number 99"),
        "{error}"
    );
    assert_eq!(
        text(&by_number.stdout),
        "resolved 1 alarm\nresolved before: 1\n"
    );

    let kind = ["--kind", "amount_differs"];
    let asked = bad(&dismiss(&kind));
    let count = "this dismisses 2 open alarms of kind amount_differs, the oldest of 20";
    assert!(asked.contains(count), "{asked}");
    assert!(
        asked.contains("nothing is resolved") && asked.contains("--yes"),
        "{asked}"
    );
    assert!(good(&run(&["alarms", "list"])).contains("4  "));
    let credit = ["--verdict", "credit", "--amount", "90000", "--reason", "r"];
    for of in [&["4", "5"][..], &["--kind", "amount_differs", "--yes"]] {
        let error = bad(&run(&[&["alarms", "resolve"], of, &credit].concat()));
        assert!(error.contains("a credit resolves one alarm"), "{error}");
    }
    let by_kind = dismiss(&["--kind", "amount_differs", "--yes"]);
    assert_eq!(good(&by_kind), "resolved 2 alarms\n");
    assert_eq!(good(&run(&["alarms", "list"])), "no alarms\n");
    let none = dismiss(&["--kind", "amount_differs"]);
    assert_eq!(good(&none), "resolved 0 alarms\n");
    let json: Value = serde_json::from_str(&good(&dismiss(&["1", "--json", "2"]))).unwrap();
    let expected = serde_json::json!({"resolved": 0, "already_resolved": [1, 2], "not_found": []});
    assert_eq!(json, expected);
    let resolve = ["alarms", "resolve", "--verdict", "dismiss", "--reason", "r"];
    assert_eq!(run(&resolve).status.code(), Some(2));
    assert_eq!(
        run(&[&resolve[..], &["1"], &kind].concat()).status.code(),
        Some(2)
    );
    assert_eq!(running.balance(CUSTOMER).await, 0);
}

#[actix_web::test]
async fn operator_credits_one_payment_of_the_inbox_and_marks_another_as_foreign() {
    let running = Folder::new().serve().await.with_customer().await;
    let run = |arguments: &[&str]| running.folder.run(arguments);
    assert_eq!(good(&run(&["inbox", "list"])), "the inbox is empty\n");
    for payment_id in ["old/1", "old/2"] {
        assert_eq!(send_callback(&running, payment_id, 90_000).await, 404);
    }
    let listed = good(&run(&["inbox", "list"]));
    for part in ["old/1", "old/2", "900.00 KZT", "77011234567", "payer-7"] {
        assert!(listed.contains(part), "{part} is not in:\n{listed}");
    }
    let credit = [
        "inbox",
        "resolve",
        "old/1",
        "--verdict",
        "credit",
        "--amount",
        "90000",
    ];
    let credit = [&credit[..], &["--reason", "the old system's", "--customer"]].concat();
    let error = bad(&run(&[&credit[..], &["nobody"]].concat()));
    assert!(
        error.contains("customer_id: there is no customer"),
        "{error}"
    );
    let resolved = good(&run(&[&credit[..], &[CUSTOMER]].concat()));
    assert!(
        resolved.contains("credited") && resolved.contains("900.00 KZT"),
        "{resolved}"
    );
    assert_eq!(running.balance(CUSTOMER).await, 90_000);

    let foreign = [
        "inbox",
        "resolve",
        "old/2",
        "--verdict",
        "foreign",
        "--reason",
        "another merchant's",
    ];
    assert!(good(&run(&foreign)).contains("now acknowledges the waiting callbacks"));
    assert_eq!(send_callback(&running, "old/2", 90_000).await, 200);
    assert_eq!(running.balance(CUSTOMER).await, 90_000);
}

#[actix_web::test]
async fn service_on_every_address_is_called_without_the_secrets_of_its_projects() {
    let folder = Folder::new();
    let config = std::fs::read_to_string(folder.path("jetpay.toml")).unwrap();
    let admin = folder.admin;
    let open = config.replace(&format!("127.0.0.1:{admin}"), &format!("0.0.0.0:{admin}"));
    folder.write("jetpay.toml", &open);
    let without = open.replace(
        "secret_file = \"secret\"",
        "secret_env = \"JETPAY_NO_SUCH_VARIABLE\"",
    );
    folder.write("admin.toml", &without);
    let running = folder.serve().await;
    let output = running
        .folder
        .run(&["alarms", "list", "--config", "admin.toml"]);
    assert_eq!(good(&output), "no alarms\n");
    running.folder.write("token", "another token, also long");
    let error = bad(&running.folder.run(&["alarms", "list"]));
    assert!(error.contains("another token"), "{error}");
}

#[test]
fn service_that_does_not_run_is_reported_with_its_address() {
    let folder = Folder::new();
    let error = bad(&folder.run(&["resolutions", "list"]));
    assert!(error.contains("is the service running?"), "{error}");
    assert!(
        error.contains(&format!("127.0.0.1:{}", folder.admin)),
        "{error}"
    );
}
