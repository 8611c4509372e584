//! The client of the Data API against the simulated one, over real HTTP: by both editions, and when requests go wrong.

use std::time::Duration;

use jetpay_core::report::ReportedOperation;
use jetpay_core::signature::Key;
use jetpay_core::{Currency, Money};
use jetpay_gate::{BaseUrl, DataApi, DataApiError};
use jetpay_platform::data_api::{
    Conventions, DataApiState, Edition, OnRequest, PlatformRecord, Server, serve,
};
use tokio::net::TcpListener;

/// 2026-01-01 00:00:00 UTC, in seconds since 1970.
const FROM: i64 = 1_767_225_600;
const DAY: i64 = 86_400;
/// More than a page of a day.
const COUNT: u64 = 1_100;

fn sale(operation: u64, after: i64) -> ReportedOperation {
    let amount = Money::new(100 + operation.cast_signed(), Currency::KZT);
    let payment = format!("p-{operation}");
    let (kind, status) = ("sale".into(), "success".into());
    ReportedOperation::new(
        1234.into(),
        operation.into(),
        &payment,
        kind,
        status,
        amount,
    )
    .at(Some(FROM + after))
}

/// Operations of one day, some of them in the same second.
fn record(count: u64) -> PlatformRecord {
    let record = PlatformRecord::new();
    for operation in 1..=count {
        record.put(sale(operation, operation.cast_signed() / 3 * 10));
    }
    record
}

fn state(record: &PlatformRecord) -> DataApiState {
    DataApiState::new("token", Key::new("its key").unwrap(), record.clone())
}

async fn served(state: DataApiState) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    serve(listener, state).unwrap()
}

/// The operations of two days, as the client reads them.
async fn read(server: &Server) -> Result<Vec<ReportedOperation>, DataApiError> {
    let base_url = BaseUrl::parse(&server.url()).unwrap();
    let client = DataApi::builder(base_url, "token", Key::new("its key").unwrap())
        .with_timeout(Duration::from_secs(2))
        .with_first_pause(Duration::from_millis(1))
        .build()
        .unwrap();
    let mut all = Vec::new();
    let mut each = |row: Result<_, _>| all.push(row.unwrap());
    client
        .operations(FROM, FROM + 2 * DAY, &[1234.into()], &mut each)
        .await?;
    Ok(all)
}

/// What the record has of the interval.
fn inside(record: &PlatformRecord) -> Vec<ReportedOperation> {
    let mut all = record.operations();
    all.retain(|it| it.time.is_some_and(|time| time < FROM + 2 * DAY));
    all
}

#[tokio::test]
async fn both_editions_are_read_as_the_record_has_them() {
    let of = Conventions::of;
    let written = |amounts_are_texts| Conventions {
        amounts_are_texts,
        ..of(Edition::A)
    };
    let integers = Conventions {
        amounts_are_texts: false,
        ..of(Edition::B)
    };
    let empty = Conventions {
        completed_at_is_empty: true,
        ..of(Edition::A)
    };
    for conventions in [
        of(Edition::A),
        of(Edition::B),
        written(true),
        integers,
        empty,
    ] {
        for count in [0, 1, 11, COUNT] {
            let record = record(count);
            let server = served(state(&record).with_conventions(conventions)).await;
            let all = read(&server).await.unwrap();
            assert!(all == inside(&record), "{count} {conventions:?}");
        }
    }
}

#[tokio::test]
async fn requests_that_go_wrong_for_a_while_lose_nothing() {
    let change = |operation| OnRequest::Change(Box::new(operation));
    for script in [
        vec![
            OnRequest::Fail(429),
            OnRequest::Fail(500),
            OnRequest::Fail(503),
        ],
        vec![OnRequest::Answer, OnRequest::Drop, OnRequest::Drop],
        vec![OnRequest::Slowly(Duration::from_millis(300))],
        vec![OnRequest::Slowly(Duration::from_secs(3))],
        // An operation comes into the day while its pages are read, and another leaves it.
        vec![OnRequest::Answer, change(sale(9_999, 80_000))],
        vec![OnRequest::Answer, change(sale(COUNT, 5 * DAY))],
        vec![
            OnRequest::Answer,
            OnRequest::Answer,
            change(sale(COUNT - 1, 5 * DAY)),
        ],
        // It changes inside the day, and moves to the first page, or to the next day.
        vec![OnRequest::Answer, change(sale(7, 80_000))],
        vec![OnRequest::Answer, change(sale(COUNT - 5, DAY + 5))],
    ] {
        let record = record(COUNT);
        let mut state = state(&record);
        state.script(script.clone());
        let server = served(state).await;
        let all = read(&server).await.unwrap();
        assert!(all == inside(&record), "{script:?}");
    }
}

#[tokio::test]
async fn answer_that_cannot_be_trusted_is_refused() {
    let mut said = Vec::new();
    for wrong in [
        OnRequest::WrongSignature,
        OnRequest::Unsigned,
        OnRequest::Unreadable,
        OnRequest::Fail(400),
        OnRequest::Fail(401),
        OnRequest::Fail(403),
    ] {
        // Eleven operations: the signature is in natural order.
        let mut state = state(&record(11));
        state.script([wrong]);
        let server = served(state).await;
        let error = read(&server).await.unwrap_err();
        said.push(match error {
            DataApiError::BadSignature => "signature",
            DataApiError::NotSigned => "no signature",
            DataApiError::Unreadable { .. } => "unreadable",
            DataApiError::Refused { .. } => "refused",
            DataApiError::Token { .. } => "token",
            DataApiError::Forbidden { .. } => "forbidden",
            other => panic!("{other}"),
        });
        assert_eq!(server.state().requests(), 1, "it is not asked again");
    }
    let expected = [
        "signature",
        "no signature",
        "unreadable",
        "refused",
        "token",
        "forbidden",
    ];
    assert_eq!(said, expected);
}

#[tokio::test]
async fn books_that_change_without_end_are_an_error_and_no_list() {
    let mut state = state(&record(COUNT));
    let changes = (0..200).map(|number| {
        let after = 80_000 + i64::try_from(number).unwrap();
        OnRequest::Change(Box::new(sale(10_000 + number, after)))
    });
    state.script(changes);
    let server = served(state).await;
    let error = read(&server).await.unwrap_err();
    assert!(matches!(error, DataApiError::Changing { .. }), "{error}");
}
