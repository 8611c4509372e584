//! The work list of alarms, and decisions about one or many.

mod credit;
mod list;
mod many;
mod people;

use serde_json::{Value, json};

use crate::desk::{self, Desk, RESOLVER, Service};
use crate::support::{Folder, PROJECT, Running};

async fn with_customer(folder: Folder) -> Service {
    let service = desk::serve(desk::with_pages(folder)).await;
    Service {
        running: service.running.with_customer().await,
        port: service.port,
    }
}

async fn resolver(service: &Service) -> Desk {
    Desk::with_token(service, RESOLVER).await
}

/// Raises this many alarms of the kind `unusable`, which name no payment.
async fn raise_unusable(running: &Running, count: usize) {
    for number in 0..count {
        let odd = json!({"project_id": PROJECT, "payment": {"id": format!("odd {number}")}});
        assert_eq!(running.deliver(&odd).await, 400);
    }
}

/// A payment of 1 000.00 KZT for which the platform reports another amount, and so an alarm. Returns its id.
async fn quarantined(running: &Running, minor: i64) -> String {
    let payment_id = running.announced(100_000).await;
    let operation = u64::from(jetpay_testing::free_port()) + 70_000;
    assert_eq!(running.succeed(&payment_id, minor, operation).await, 200);
    payment_id
}

/// The numbers of the alarms in a list, in its order.
fn numbers(page: &str) -> Vec<i64> {
    let (_, list) = page.rsplit_once("<table").unwrap();
    let links = list.split("href=\"/alarms/").skip(1);
    let numbers = links.filter_map(|link| link.split_once('"')?.0.parse().ok());
    numbers.collect()
}

/// The link with this text in front of its end.
fn link<'p>(page: &'p str, text: &str) -> Option<&'p str> {
    let (before, _) = page.split_once(&format!("{text}</a>"))?;
    let (_, link) = before.rsplit_once("href=\"")?;
    link.split_once('"').map(|(link, _)| link)
}

fn plain(link: &str) -> String {
    link.replace("&amp;", "&")
}

async fn newest_resolution(running: &Running) -> Value {
    running.get("/v1/resolutions").await.1["resolutions"][0].clone()
}
