//! `/deliveries`: how far each of the merchant's own systems is, what waits, and what a person decides about it.

mod decide;
mod index;
mod items;
mod replay;
mod stream;

use actix_web::web::{self, ServiceConfig};
use jetpay_ledger::{DeliveryStream, Feed};

use super::error::PageError;
use super::fields::segment;
use super::visit::Visit;
use crate::admin::{configured_stream, known_stream};
use crate::deliver::Item;

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config
        .route("/deliveries", web::get().to(index::show))
        .route("/deliveries/{name}/{feed}", web::get().to(stream::show))
        .route(
            "/deliveries/{name}/{feed}/decide",
            web::get().to(decide::show),
        )
        .route(
            "/deliveries/{name}/{feed}/decide",
            web::post().to(decide::many),
        )
        .route(
            "/deliveries/{name}/{feed}/replay",
            web::get().to(replay::show),
        )
        .route(
            "/deliveries/{name}/{feed}/replay",
            web::post().to(replay::replay),
        )
        .route(
            "/deliveries/{name}/{feed}/{seq}/retry",
            web::post().to(decide::retry),
        )
        .route(
            "/deliveries/{name}/{feed}/{seq}/skip",
            web::post().to(decide::skip),
        );
}

const NOT_FOUND: PageError = PageError::NotFound("delivery-no-stream");

/// A name and a feed, as a path has them.
type Named = web::Path<(String, String)>;

/// The stream of a path, which the configuration may lack: then it is not sent, and can only be read and skipped.
struct Found {
    stream: DeliveryStream,
    is_configured: bool,
}

async fn find(visit: &Visit, name: &str, feed: &str) -> Result<Found, PageError> {
    let admin = &visit.pages.admin;
    let found = known_stream(admin, name, feed).await?;
    let stream = found.map_err(|_| NOT_FOUND)?;
    Ok(Found {
        is_configured: configured_stream(admin, name, feed).is_ok(),
        stream,
    })
}

/// The page of a stream. A name that only the store has can be any text.
fn address(stream: &DeliveryStream) -> String {
    format!("/deliveries/{}/{}", segment(&stream.name), stream.feed)
}

/// What an item of a feed is, if it is there.
async fn item(visit: &Visit, stream: &DeliveryStream, seq: i64) -> Result<Option<Item>, PageError> {
    let ledger = visit.ledger();
    Ok(match stream.feed {
        Feed::Entries => {
            let found = ledger.entries(seq.saturating_sub(1), 1).await?.pop();
            found
                .filter(|entry| entry.seq == seq)
                .map(|entry| Item::Entry(Box::new(entry)))
        }
        Feed::Alarms => {
            let found = ledger.alarm(seq).await?;
            found.map(|(alarm, _)| Item::Alarm(Box::new(alarm)))
        }
    })
}
