//! `jetpay alarms`, `inbox` and `resolutions` against the real service.

use serde_json::json;

use crate::support::{CUSTOMER, Folder, Running, assert_has, success};

async fn send_callback(running: &Running, payment_id: &str, minor: i64) -> u16 {
    let operation = payment_id.bytes().next_back().map_or(0, u64::from);
    let callback = success(payment_id, minor).with_operation_id(operation);
    running
        .deliver(&callback.with_account("77011234567", "payer-7"))
        .await
}

#[actix_web::test]
async fn operator_lists_shows_and_resolves_an_alarm_and_the_customer_is_credited() {
    let running = Folder::new().serve().await.with_customer().await;
    let run = |line: &str| running.run(line);
    assert_eq!(run("alarms list").good(), "no alarms\n");
    let payment_id = running.announced(100_000).await;
    assert_eq!(send_callback(&running, &payment_id, 90_000).await, 200);
    let listed = run("alarms list --kind amount_differs,unusable").good();
    let row = listed.lines().nth(1).unwrap();
    assert!(row.starts_with("1 ") && row.ends_with("  open"), "{listed}");
    let summary = "announced 1 000.00 KZT, the callback says 900.00 KZT";
    assert_has(row, &["amount_differs", &payment_id, summary]);
    assert_eq!(run("alarms list --kind unusable").good(), "no alarms\n");
    let unknown = run("alarms list --kind amount_differ");
    assert_eq!(unknown.code, Some(2));
    assert_has(&unknown.err, &["'amount_differs'"]);
    let shown = run("alarms show 1").good();
    assert_has(
        &shown,
        &["\"amount\":90000", summary, "Ask JetPay how much came in"],
    );
    let mut commands = shown
        .lines()
        .filter_map(|line| line.strip_prefix("  jetpay "));
    let proposed = commands
        .next()
        .unwrap()
        .replace("\"...\"", "'has a receipt'");

    let credit = "alarms resolve 1 --reason 'has a receipt' --verdict credit";
    for (options, parts) in [
        ("", &["amount: is required for a credit"][..]),
        (
            "--amount 100000000000",
            &["amount: the amount is neither", "--override"],
        ),
        (
            "--amount 90000 --operation 999",
            &["operation_id: this alarm names another operation"],
        ),
    ] {
        assert_has(&run(&format!("{credit} {options}")).bad(), parts);
    }
    for (reason, part) in [
        ("\u{200b}".to_owned(), "reason: a reason is needed"),
        (
            "x".repeat(2001),
            "reason: the reason is longer than 2000 characters",
        ),
    ] {
        let dismiss = format!("alarms resolve 1 --verdict dismiss --reason {reason}");
        assert_has(&run(&dismiss).bad(), &[part]);
    }
    assert_has(
        &run(&proposed).good(),
        &["credit 900.00 KZT", "has a receipt"],
    );
    assert_eq!(running.balance(CUSTOMER).await, 90_000);
    assert_has(&run(&proposed).bad(), &["resolved already"]);

    assert_eq!(run("alarms list").good(), "no alarms\n");
    assert_has(
        &run("alarms list --resolved").good(),
        &["credit 900.00 KZT"],
    );
    let shown = run(&format!("payments show {payment_id}")).good();
    assert_has(&shown, &[summary, "credit 900.00 KZT"]);
    let listed = run("resolutions list").good();
    assert!(
        listed.lines().nth(1).unwrap().ends_with("has a receipt"),
        "{listed}"
    );
    let correct = "entries correct 1 --reason 'another payer'";
    let corrected = run(correct).good();
    assert_has(&corrected, &["correction", "-900.00 KZT"]);
    assert_eq!(run(correct).good(), corrected);
    assert_eq!(running.balance(CUSTOMER).await, 0);
    assert_has(
        &run("resolutions list").good(),
        &["correct ", "another payer"],
    );
    let json = run("alarms list --all --json").json();
    assert_eq!(json["alarms"][0]["resolution"]["amount"], 90_000);
    assert_has(
        &run("alarms show 2").bad(),
        &["there is no alarm with this number"],
    );
}

#[actix_web::test]
async fn operator_resolves_alarms_together_after_seeing_how_many_they_are() {
    let running = Folder::new().serve().await.with_customer().await;
    let run = |line: &str| running.run(line);
    for _ in 0..5 {
        let payment_id = running.announced(100_000).await;
        assert_eq!(send_callback(&running, &payment_id, 90_000).await, 200);
    }
    let dismiss = |of: &str| {
        run(&format!(
            "alarms resolve {of} --verdict dismiss --reason test"
        ))
    };
    assert_eq!(dismiss("2 1").good(), "resolved 2 alarms\n");
    let by_number = dismiss("1,3 99");
    assert_eq!(by_number.out, "resolved 1 alarm\nresolved before: 1\n");
    assert_has(&by_number.bad(), &["there is no alarm with the number 99"]);

    let count = "this dismisses 2 open alarms of kind amount_differs, the oldest of 20";
    let asked = dismiss("--kind amount_differs").bad();
    assert_has(&asked, &[count, "nothing is resolved", "--yes"]);
    assert_has(&run("alarms list").good(), &["4  "]);
    for of in ["4 5", "--kind amount_differs --yes"] {
        let credit = "--verdict credit --amount 90000 --reason r";
        let error = run(&format!("alarms resolve {of} {credit}")).bad();
        assert_has(&error, &["a credit resolves one alarm"]);
        let error = dismiss(&format!("{of} --undo-dismissal")).bad();
        assert_has(&error, &["nothing is resolved", "--undo-dismissal"]);
    }
    let by_kind = dismiss("--kind amount_differs --yes").good();
    assert_eq!(by_kind, "resolved 2 alarms\n");
    assert_eq!(run("alarms list").good(), "no alarms\n");
    let none = dismiss("--kind amount_differs").good();
    assert_eq!(none, "resolved 0 alarms\n");
    let expected = json!({"resolved": 0, "already_resolved": [1, 2], "not_found": []});
    assert_eq!(dismiss("1 --json 2").json(), expected);
    for both in ["", "1 --kind amount_differs"] {
        assert_eq!(dismiss(both).code, Some(2));
    }
    assert_eq!(running.balance(CUSTOMER).await, 0);
}

#[actix_web::test]
async fn operator_credits_one_payment_of_the_inbox_and_marks_another_as_foreign() {
    let running = Folder::new().serve().await.with_customer().await;
    assert_eq!(running.run("inbox list").good(), "the inbox is empty\n");
    for payment_id in ["old/1", "old/2"] {
        assert_eq!(send_callback(&running, payment_id, 90_000).await, 404);
    }
    let listed = running.run("inbox list").good();
    assert_has(
        &listed,
        &["old/1", "old/2", "900.00 KZT", "77011234567", "payer-7"],
    );
    let credit = "inbox resolve old/1 --verdict credit --amount 90000 --reason old --customer";
    let error = running.run(&format!("{credit} nobody")).bad();
    assert_has(&error, &["customer_id: there is no customer"]);
    let resolved = running.run(&format!("{credit} {CUSTOMER}")).good();
    assert_has(&resolved, &["credited", "900.00 KZT"]);
    let foreign = running.run("inbox resolve old/2 --verdict foreign --reason another");
    assert_has(&foreign.good(), &["now acknowledges the waiting callbacks"]);
    assert_eq!(send_callback(&running, "old/2", 90_000).await, 200);
    assert_eq!(running.balance(CUSTOMER).await, 90_000);
}

#[actix_web::test]
async fn service_on_every_address_is_called_without_the_secrets_of_its_projects() {
    let folder = Folder::new();
    folder.change(
        &format!("127.0.0.1:{}", folder.admin),
        &format!("0.0.0.0:{}", folder.admin),
    );
    let unset = "secret_env = \"JETPAY_NO_SUCH_VARIABLE\"";
    let without = folder.config().replace("secret_file = \"secret\"", unset);
    folder.write("admin.toml", without);
    let running = folder.serve().await;
    let listed = running.run("alarms list --config admin.toml").good();
    assert_eq!(listed, "no alarms\n");
    running.folder.write("token", "another token, also long");
    assert_has(&running.run("alarms list").bad(), &["another token"]);
}

#[test]
fn service_that_does_not_run_is_reported_with_its_address() {
    let folder = Folder::new();
    let address = format!("127.0.0.1:{}", folder.admin);
    let error = folder.run("resolutions list").bad();
    assert_has(&error, &["is the service running?", &address]);
}
