//! What a question about the status comes to.

use super::*;

#[test]
fn an_unknown_payment_is_3061() {
    assert_eq!(
        stands(&ask(&mut books(Plan::default()), NOW, "p-1")),
        "3061"
    );
}

#[test]
fn the_status_has_the_payment_and_its_operations() {
    let mut books = books(Plan::default()).numbered_from(29);
    send(&mut books, NOW, "p-1");
    let under_way = ask(&mut books, NOW, "p-1").json().unwrap();
    assert_eq!(under_way["payment"]["status"], "processing");
    assert_eq!(under_way["operations"][0]["code"], "9999");

    let mut paid = ask(&mut books, NOW + SECOND, "p-1").json().unwrap();
    assert!(paid["signature"].take().is_string());
    let sum = json!({"amount": 100, "currency": "KZT"});
    let expected = json!({
        "project_id": 35,
        "payment": {"id": "p-1", "type": "payout", "status": "success", "date": "2026-01-01T00:00:01+0000",
            "method": "qiwi-kz", "sum": sum, "description": ""},
        "operations": [{"id": 29, "type": "payout", "status": "success", "date": "2026-01-01T00:00:01+0000",
            "created_date": "2026-01-01T00:00:00+0000", "request_id": format!("{:040x}", 29), "sum_initial": sum,
            "sum_converted": sum, "code": "0", "message": "Success",
            "provider": {"id": 12345, "payment_id": "receipt-29", "auth_code": ""}}],
        "signature": null,
    });
    assert_eq!(paid, expected);
}

#[test]
fn the_status_is_found_by_the_request_id_too_until_it_is_forgotten() {
    let mut books = books(Plan::ending(Ending::Forget));
    let request_id = send(&mut books, NOW, "p-1").json().unwrap()["request_id"].clone();
    let question = signed(&json!({"project_id": 35, "request_id": request_id}));
    let path = "/v2/payment/status/request";
    assert_eq!(stands(&books.receive(NOW, path, &question)), "processing");
    assert_eq!(
        stands(&books.receive(NOW + SECOND, path, &question)),
        "3061"
    );
    let other = signed(&json!({"project_id": 35, "request_id": "none"}));
    assert_eq!(stands(&books.receive(NOW, path, &other)), "3061");
}

#[test]
fn questions_go_wrong_as_planned_and_the_next_is_answered() {
    let mut books = books(Plan {
        asks: vec![
            OnAsk::Drop,
            OnAsk::Fail(502),
            OnAsk::Garbage,
            OnAsk::Slowly(seconds(3)),
        ],
        ..Plan::default()
    });
    send(&mut books, NOW, "p-1");
    assert_eq!(
        ask(&mut books, NOW, "p-1"),
        Reply::Dropped { accepted: false }
    );
    assert_eq!(ask(&mut books, NOW, "p-1").status(), Some(502));
    let garbage = ask(&mut books, NOW, "p-1");
    assert_eq!((garbage.status(), garbage.json()), (Some(200), None));
    let slow = ask(&mut books, NOW, "p-1");
    assert!(matches!(&slow, Reply::Answer { after, .. } if *after == seconds(3)));
    assert_eq!(stands(&slow), "processing");
    assert_eq!(stands(&ask(&mut books, NOW + SECOND, "p-1")), "success");
}
