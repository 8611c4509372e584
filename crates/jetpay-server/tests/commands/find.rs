//! `jetpay payments find`, `payments show` and `customers show` against the real service.

use std::process::Output;

use jetpay_core::{Currency, Money};
use jetpay_platform::{CallbackKind, KASPI, TopUp, messages, top_up};
use serde_json::Value;

use crate::running::{CUSTOMER, Folder, PROJECT, Running, text};

/// A service with a credited payment and a callback in the inbox; the payment's id.
async fn with_payment() -> (Running, String) {
    let running = Folder::new().serve().await.with_customer().await;
    let amount = Money::new(90_000, Currency::KZT);
    let paid = TopUp::new(&KASPI, CUSTOMER, amount).then(CallbackKind::Success);
    top_up(&running.platform(), &paid, |_| {}).await.unwrap();
    let waiting = messages::Callback::success(&KASPI, PROJECT.into(), "old/1", amount)
        .with_operation_id(4711);
    running
        .platform()
        .call("/callback", &waiting)
        .await
        .unwrap();
    let (_, all) = running.get("/v1/payments").await;
    let id = all["payments"][0]["payment_id"]
        .as_str()
        .unwrap()
        .to_owned();
    (running, id)
}

fn output_of(output: &Output) -> (Option<i32>, String, String) {
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[actix_web::test]
async fn find_lists_what_has_the_word_newest_first_and_ends_with_1_when_nothing_has_it() {
    let (running, id) = with_payment().await;
    let find = |arguments: &[&str]| {
        output_of(
            &running
                .folder
                .run(&[&["payments", "find"], arguments].concat()),
        )
    };
    let (_, out, _) = find(&["4711", "--json"]);
    let json: Value = serde_json::from_str(&out).unwrap();
    let (code, out, err) = find(&[json["hits"][0]["provider_payment_id"].as_str().unwrap()]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    for part in ["inbox", "old/1", "unmatched", "900.00 KZT", "receipt"] {
        assert!(out.contains(part), "{part} is not in:\n{out}");
    }
    let (_, out, _) = find(&["1234_ABC"]);
    let lines: Vec<&str> = out.lines().collect();
    assert!(
        lines[1].contains("customer") && lines[1].contains(CUSTOMER),
        "{out}"
    );
    assert!(
        lines[2].contains(&id) && lines[2].contains("credited"),
        "{out}"
    );
    let (_, out, _) = find(&[CUSTOMER, "--limit", "1"]);
    let more = out.lines().last().unwrap();
    let before = more.strip_prefix("there are more: --before '").unwrap();
    let (_, out, _) = find(&[CUSTOMER, "--before", before.trim_end_matches('\'')]);
    assert!(out.contains(&id) && out.lines().count() == 2, "{out}");
    let (_, out, _) = find(&[&id, "--json"]);
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["hits"][0]["amount"], 90_000);

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
        let (code, out, err) = find(&[word]);
        assert_eq!((code, out.as_str()), (Some(1), ""), "{word}");
        let nothing = "nothing has this receipt, operation, payment, customer or contract";
        assert!(err.contains(nothing) && err.contains(hint), "{err}");
    }
    let (code, out, _) = find(&["none", "--json"]);
    assert_eq!((code, out.as_str()), (Some(1), "{\"hits\":[]}\n"));
    let (code, _, err) = find(&[" "]);
    assert!(code == Some(1) && err.contains("q: is required"), "{err}");
}

#[actix_web::test]
async fn payment_and_customer_are_shown_with_what_happened_to_them() {
    let (running, id) = with_payment().await;
    let run = |arguments: &[&str]| output_of(&running.folder.run(arguments));
    let (code, out, _) = run(&["payments", "show", &id]);
    assert_eq!(code, Some(0));
    for part in [
        "credited: the customer has the money",
        "900.00 KZT",
        CUSTOMER,
        "applied",
        "credit  ",
        "receipt-",
    ] {
        assert!(out.contains(part), "{part} is not in:\n{out}");
    }
    let (_, out, _) = run(&["payments", "show", &id, "--json"]);
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["entries"][0]["amount"], 90_000);
    let (code, _, err) = run(&["payments", "show", "old/1"]);
    assert_eq!(code, Some(1));
    assert!(err.contains("waits in the inbox"), "{err}");
    for (what, id, wrong) in [
        ("payments", "none", "there is no payment with this id"),
        ("payments", "none", "`jetpay payments find` takes a receipt"),
        ("customers", "none", "there is no customer with this id"),
        (
            "customers",
            "12345",
            "`jetpay payments find` takes a receipt",
        ),
        ("payments", "", "the id is empty"),
        ("customers", "", "the id is empty"),
        ("payouts", "", "the id is empty"),
    ] {
        let (code, _, err) = run(&[what, "show", id]);
        assert!(code == Some(1) && err.contains(wrong), "{what} {id}: {err}");
    }

    let (code, out, _) = run(&["customers", "show", CUSTOMER]);
    assert_eq!(code, Some(0));
    let due = "1 000.00 KZT";
    for part in [CUSTOMER, "900.00 KZT", "1234_ABC", due, "can be paid", &id] {
        assert!(out.contains(part), "{part} is not in:\n{out}");
    }
    let (_, out, _) = run(&["customers", "show", CUSTOMER, "--json"]);
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&json["balance"], &json["newest"][0]["payment_id"]),
        (&90_000.into(), &id.as_str().into())
    );
    let mut others = vec![
        "customer_id,contract_id,contract_number,payment,min_payment,status_code\n".to_owned(),
    ];
    others.extend((0..30).map(|other| format!("8{other},{CUSTOMER},n,,,0\n")));
    let file = running.folder.write("others.csv", &others.concat());
    assert_eq!(
        run(&["customers", "import", file.to_str().unwrap()]).0,
        Some(0)
    );
    let (_, out, _) = run(&["customers", "show", CUSTOMER]);
    assert!(
        out.contains(&id),
        "others have the id as a contract:\n{out}"
    );
}
