//! What the client of the Data API asks, and which books it puts together.

mod books;
mod refused;

use jetpay_core::id::ProjectId;
use jetpay_gate::DataApiError;
use serde_json::json;

use crate::wire::Server;
use books::{DAY, Edition, Entry, HOUR, KEY, TOKEN, ask, books, client, entries, numbers};

fn at(id: u64, minor: i64, changed: &str) -> Entry {
    Entry {
        id,
        minor,
        changed: changed.to_owned(),
    }
}

#[tokio::test]
async fn interval_is_asked_for_in_closed_days_of_utc_and_each_question_is_signed() {
    let server = Server::start(books(Edition::A, entries(1), |_, _| {})).await;
    let projects = [ProjectId::new(11), ProjectId::new(12)];
    let api = client(&server).build().unwrap();
    let (from, to) = (DAY + HOUR, DAY + 51 * HOUR);
    let fetched = api
        .operations(from, to, &projects, &mut |_| {})
        .await
        .unwrap();
    assert_eq!(fetched.rows, 0);
    let requests = server.requests();
    let head = &requests[0].head;
    assert!(
        head.starts_with("post /v1/operations/get http/1.1"),
        "{head}"
    );
    // Each day, and its first page again.
    let days = [
        ("2024-08-01 01:00:00", "2024-08-02 00:59:59"),
        ("2024-08-02 01:00:00", "2024-08-03 00:59:59"),
        ("2024-08-03 01:00:00", "2024-08-03 02:59:59"),
    ];
    let asked: Vec<_> = requests
        .iter()
        .map(|it| it.json()["interval"].clone())
        .collect();
    let twice = days.iter().flat_map(|day| [day, day]);
    let twice: Vec<_> = twice
        .map(|(from, to)| json!({"from": from, "to": to}))
        .collect();
    assert_eq!(asked, twice);
    for request in &requests {
        assert!(request.is_signed_by(KEY));
        let json = request.json();
        assert_eq!((&json["tz"], &json["limit"]), (&json!("UTC"), &json!(1000)));
        assert_eq!(
            (&json["offset"], &json["token"]),
            (&json!(0), &json!(TOKEN))
        );
        assert_eq!(json["project_id"], json!([11, 12]));
        let fields: Vec<_> = json["fields"].as_array().unwrap().iter().collect();
        assert!(fields.contains(&&json!("sum_initial.amount")), "{fields:?}");
    }

    let server = Server::start(books(Edition::A, entries(1), |_, _| {})).await;
    let (fetched, rows) = ask(client(&server), DAY, DAY + 1).await;
    assert_eq!((fetched.unwrap().rows, rows.len()), (0, 0));
    assert_eq!(
        server.requests()[0].json()["interval"]["to"],
        "2024-08-01 00:00:00"
    );
    assert!(server.requests()[0].json().get("project_id").is_none());
}

#[tokio::test]
async fn empty_interval_asks_nothing_and_a_reversed_one_is_an_error() {
    let server = Server::start(books(Edition::A, entries(1), |_, _| {})).await;
    let (fetched, _) = ask(client(&server), DAY, DAY).await;
    assert_eq!(fetched.unwrap().rows, 0);
    for (from, to) in [
        (DAY, DAY - 1),
        (i64::MIN, DAY),
        (-1, DAY),
        (i64::MAX - 1, i64::MAX),
    ] {
        let (fetched, _) = ask(client(&server), from, to).await;
        assert_eq!(fetched, Err(DataApiError::Interval), "{from} {to}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn all_pages_of_a_day_arrive_once_in_both_editions() {
    for edition in [Edition::A, Edition::B] {
        let server = Server::start(books(edition, entries(2500), |_, _| {})).await;
        let (fetched, rows) = ask(client(&server), DAY, DAY + 24 * HOUR).await;
        let expected: Vec<_> = (1..=2500).map(|id| (id, 100)).collect();
        assert_eq!(numbers(&rows), expected, "{edition:?}");
        assert_eq!(rows[0].as_ref().unwrap().time, Some(DAY + 1), "{edition:?}");
        let fetched = fetched.unwrap();
        assert_eq!((fetched.rows, fetched.sha256.len()), (2500, 64));
        let requests = server.requests();
        let offsets: Vec<_> = requests
            .iter()
            .map(|it| it.json()["offset"].clone())
            .collect();
        // A page begins with the last row of the one before, and the first is asked for again.
        assert_eq!(offsets, [json!(0), json!(999), json!(1998), json!(0)]);

        let (again, _) = ask(client(&server), DAY, DAY + 24 * HOUR).await;
        assert_eq!(again.unwrap(), fetched, "the same books have the same hash");
    }
}

#[tokio::test]
async fn books_that_shift_while_they_are_read_are_read_again_without_a_gap() {
    // Before the second page, an operation of the first page changes today and leaves the day.
    let server = Server::start(books(Edition::A, entries(1500), |entries, turn| {
        if turn == 2 {
            entries.remove(300);
        }
    }))
    .await;
    let (fetched, rows) = ask(client(&server), DAY, DAY + 24 * HOUR).await;
    let stays: Vec<_> = (1..=1500)
        .filter(|id| *id != 1200)
        .map(|id| (id, 100))
        .collect();
    assert_eq!(numbers(&rows), stays);
    assert_eq!((fetched.unwrap().rows, server.requests().len()), (1499, 5));

    // Before the first page is asked for again, an amount of it changes.
    let server = Server::start(books(Edition::A, entries(3), |entries, turn| {
        if turn == 2 {
            entries[0].minor = 200;
        }
    }))
    .await;
    let (_, rows) = ask(client(&server), DAY, DAY + 24 * HOUR).await;
    assert_eq!(numbers(&rows), [(1, 100), (2, 100), (3, 200)]);
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn books_that_never_hold_still_are_an_error_that_names_the_day() {
    let server = Server::start(books(Edition::A, entries(2), |entries, _| {
        entries[0].minor += 1;
    }))
    .await;
    let (fetched, rows) = ask(client(&server), DAY, DAY + 24 * HOUR).await;
    let error = fetched.unwrap_err();
    assert!(matches!(error, DataApiError::Changing { .. }), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("2024-08-01 00:00:00 to 2024-08-01 23:59:59 UTC"),
        "{text}"
    );
    assert_eq!((rows.len(), server.requests().len()), (0, 10));
}

#[tokio::test]
async fn operation_that_moves_into_a_later_day_meanwhile_arrives_once_in_its_later_version() {
    let days = vec![
        at(2, 100, "2024-08-01 12:00:00"),
        at(1, 100, "2024-08-01 11:00:00"),
    ];
    let server = Server::start(books(Edition::B, days, |entries, turn| {
        if turn == 3 {
            entries[1] = at(1, 70, "2024-08-02 09:00:00");
        }
    }))
    .await;
    let (fetched, rows) = ask(client(&server), DAY, DAY + 48 * HOUR).await;
    assert_eq!(numbers(&rows), [(1, 70), (2, 100)]);
    assert_eq!(fetched.unwrap().rows, 2);
}
