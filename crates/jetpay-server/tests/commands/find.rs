//! `jetpay payments find`, `payments show` and `customers show` against the real service.

use jetpay_platform::KASPI;
use serde_json::json;

use crate::support::{CUSTOMER, Folder, Running, Said, assert_has};

/// A service with a credited payment and a callback in the inbox; the payment's id.
async fn with_payment() -> (Running, String) {
    let running = Folder::new().serve().await.with_customer().await;
    let id = running.paid(&KASPI, 90_000).await;
    assert_eq!(running.succeed("old/1", 90_000, 4711).await, 404);
    (running, id)
}

#[actix_web::test]
async fn find_lists_what_has_the_word_newest_first_and_ends_with_1_when_nothing_has_it() {
    let (running, id) = with_payment().await;
    let find =
        |word: &str, options: &str| running.run(&format!("payments find '{word}' {options}"));
    let json = find("4711", "--json").json();
    let receipt = json["hits"][0]["provider_payment_id"].as_str().unwrap();
    let found = find(receipt, "");
    assert_eq!(found.err, "");
    assert_has(
        &found.good(),
        &["inbox", "old/1", "unmatched", "900.00 KZT", "receipt"],
    );
    let out = find("1234_ABC", "").good();
    let lines: Vec<&str> = out.lines().collect();
    assert_has(lines[1], &["customer", CUSTOMER]);
    assert_has(lines[2], &[&id, "credited"]);
    let out = find(CUSTOMER, "--limit 1").good();
    let more = out.lines().last().unwrap();
    let before = more.strip_prefix("there are more: ").unwrap();
    let out = find(CUSTOMER, before).good();
    assert!(out.contains(&id) && out.lines().count() == 2, "{out}");
    assert_eq!(find(&id, "--json").json()["hits"][0]["amount"], 90_000);

    for (word, hint) in [
        ("none", "exact: whole, with capitals"),
        ("00", "exact: whole, with capitals"),
        ("47", "and with zeros at its beginning as it was sent"),
        ("#004 7-11", "try `4711`, without"),
        ("№ 004711", "try `4711`, without"),
        ("+4711", "try `4711`, without"),
        ("4711.", "try `4711`, without"),
        ("\u{feff}4711\u{200b}", "try `4711`, without"),
        ("n 1", "try `n1`, without"),
        ("«old/1»", "try `old/1`, without"),
        ("\"0193-a\"", "try `0193-a`, without"),
    ] {
        let said = find(word, "");
        assert_eq!(said.out, "", "{word}");
        let nothing = "nothing has this receipt, operation, payment, customer or contract";
        assert_has(&said.bad(), &[nothing, hint]);
    }
    let Said { code, out, .. } = find("none", "--json");
    assert_eq!((code, out.as_str()), (Some(1), "{\"hits\":[]}\n"));
    assert_has(&find(" ", "").bad(), &["q: is required"]);
}

#[actix_web::test]
async fn payment_and_customer_are_shown_with_what_happened_to_them() {
    let (running, id) = with_payment().await;
    let out = running.run(&format!("payments show {id}")).good();
    assert_has(
        &out,
        &[
            "credited: the customer has the money",
            "900.00 KZT",
            CUSTOMER,
        ],
    );
    assert_has(&out, &["applied", "credit  ", "receipt-"]);
    let json = running.run(&format!("payments show {id} --json")).json();
    assert_eq!(json["entries"][0]["amount"], 90_000);
    // The customers who have the word come first in a search.
    let mut others = "customer_id,contract_id,contract_number\n".to_owned();
    others.extend((100..200).map(|other| format!("8000{other},1,old/1\n")));
    running.folder.write("others.csv", others);
    running.run("customers import others.csv").good();
    let error = running.run("payments show old/1").bad();
    assert_has(&error, &["waits in the inbox"]);
    let foreign = "inbox resolve old/1 --verdict foreign --reason r";
    running.run(foreign).good();
    for (shown, wrong) in [
        ("payments show old/1", "waits in the inbox"),
        ("payments show none", "there is no payment with this id"),
        (
            "payments show none",
            "`jetpay payments find` takes a receipt",
        ),
        ("customers show none", "there is no customer with this id"),
        (
            "customers show 12345",
            "`jetpay payments find` takes a receipt",
        ),
        ("payments show ''", "the id is empty"),
        ("customers show ''", "the id is empty"),
        ("payouts show ''", "the id is empty"),
    ] {
        assert_has(&running.run(shown).bad(), &[wrong]);
    }
    let show = format!("customers show {CUSTOMER}");
    let out = running.run(&show).good();
    assert_has(
        &out,
        &[
            CUSTOMER,
            "900.00 KZT",
            "1234_ABC",
            "1 000.00 KZT",
            "can be paid",
            &id,
        ],
    );
    let json = running.run(&format!("{show} --json")).json();
    assert_eq!(json["balance"], 90_000);
    assert_eq!(json["newest"][0]["payment_id"], json!(id));
    // Others have the id as a contract.
    let mut others = "customer_id,contract_id,contract_number\n".to_owned();
    others.extend((0..30).map(|other| format!("8{other},{CUSTOMER},n\n")));
    running.folder.write("others.csv", others);
    running.run("customers import others.csv").good();
    assert_has(&running.run(&show).good(), &[&id]);
}
