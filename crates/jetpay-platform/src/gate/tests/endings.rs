//! What becomes of a payout that was accepted.

use super::*;

/// Sends once, and then asks after so many seconds each.
fn course(plan: Plan, after: &[i64]) -> Vec<String> {
    let mut books = books(plan);
    send(&mut books, NOW, "p-1");
    let answers = after.iter();
    answers
        .map(|after| stands(&ask(&mut books, NOW + after * SECOND, "p-1")))
        .collect()
}

#[test]
fn each_ending_takes_its_course() {
    assert_eq!(
        course(Plan::default(), &[0, 1, 99]),
        ["processing", "success", "success"]
    );
    let declined = Plan::ending(Ending::Decline { code: 20_102 });
    assert_eq!(
        course(declined, &[0, 1, 99]),
        ["processing", "decline", "decline"]
    );
    let reversed = Plan::ending(Ending::SucceedThenReverse);
    assert_eq!(
        course(reversed, &[0, 1, 5, 6]),
        ["processing", "success", "success", "reversed"]
    );
    let late = Plan::ending(Ending::DeclineThenSucceed);
    assert_eq!(
        course(late, &[0, 1, 6]),
        ["processing", "decline", "success"]
    );
    let lingers = Plan::ending(Ending::Linger {
        code: 20_802,
        how_long: seconds(60),
    });
    assert_eq!(
        course(lingers, &[0, 1, 60, 61]),
        [
            "processing",
            "external processing",
            "external processing",
            "success"
        ]
    );
    assert_eq!(
        course(Plan::ending(Ending::Never), &[0, 100_000]),
        ["processing", "processing"]
    );
    assert_eq!(
        course(Plan::ending(Ending::Error), &[0, 1]),
        ["processing", "error"]
    );
    assert_eq!(
        course(Plan::ending(Ending::Forget), &[0, 1]),
        ["processing", "3061"]
    );
}

#[test]
fn codes_of_operations_are_the_plans() {
    let code_after = |plan: Plan| {
        let mut books = books(plan);
        send(&mut books, NOW, "p-1");
        ask(&mut books, NOW + SECOND, "p-1").json().unwrap()["operations"][0]["code"].clone()
    };
    assert_eq!(
        code_after(Plan::ending(Ending::Decline { code: 20_102 })),
        "20102"
    );
    let lingers = Ending::Linger {
        code: 29_999,
        how_long: seconds(1),
    };
    assert_eq!(code_after(Plan::ending(lingers)), "29999");
}

#[test]
fn after_error_the_same_id_is_taken_anew_and_both_operations_are_shown() {
    let mut books = books(Plan::ending(Ending::Error));
    send(&mut books, NOW, "p-1");
    assert_eq!(code(&send(&mut books, NOW, "p-1")).as_deref(), Some("3041"));
    assert_eq!(send(&mut books, NOW + SECOND, "p-1").status(), Some(200));
    let status = ask(&mut books, NOW + 2 * SECOND, "p-1").json().unwrap();
    assert_eq!(status["payment"]["status"], "success");
    let words: Vec<_> = status["operations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["status"])
        .collect();
    assert_eq!(words, ["error", "success"]);
    assert_eq!(
        (books.accepted(35, "p-1"), books.money_out(ACCOUNT)),
        (2, 100)
    );
}

#[test]
fn a_forgotten_payout_is_taken_anew_and_paid_once() {
    let mut books = books(Plan::ending(Ending::Forget));
    send(&mut books, NOW, "p-1");
    assert_eq!(send(&mut books, NOW + SECOND, "p-1").status(), Some(200));
    let status = ask(&mut books, NOW + 2 * SECOND, "p-1").json().unwrap();
    assert_eq!(status["payment"]["status"], "success");
    assert_eq!(status["operations"].as_array().unwrap().len(), 1);
    assert_eq!(books.money_out(ACCOUNT), 100);
}

#[test]
fn the_request_id_of_a_forgotten_try_stays_unknown() {
    let mut books = books(Plan::ending(Ending::Forget));
    let answer = send(&mut books, NOW, "p-1").json().unwrap();
    send(&mut books, NOW + SECOND, "p-1");
    let question = signed(&json!({"project_id": 35, "request_id": answer["request_id"]}));
    let reply = books.receive(NOW + SECOND, "/v2/payment/status/request", &question);
    assert_eq!(stands(&reply), "3061");
}

#[test]
fn a_reversal_is_an_operation_of_its_own_and_the_money_is_back() {
    let mut books = books(Plan::ending(Ending::SucceedThenReverse));
    send(&mut books, NOW, "p-1");
    ask(&mut books, NOW + SECOND, "p-1");
    assert_eq!(books.money_out(ACCOUNT), 100);
    let status = ask(&mut books, NOW + 6 * SECOND, "p-1").json().unwrap();
    let operations = &status["operations"];
    assert_eq!(
        (&operations[0]["type"], &operations[1]["type"]),
        (&json!("payout"), &json!("payout reversal"))
    );
    assert_ne!(operations[0]["id"], operations[1]["id"]);
    assert_eq!(operations[1]["sum_initial"]["amount"], 100);
    assert_eq!(status["payment"]["sum"]["amount"], 0);
    assert_eq!(books.money_out(ACCOUNT), 0);
}
