//! `/v1/deliveries`: how the deliveries to the merchant's own systems stand, and what an operator decides about an item that
//! waits. The server that holds the lease of a stream sends; it sees a decision when it records next.

mod streams;
#[cfg(test)]
mod tests;

use actix_web::web::{self, Data, Path, Payload, ReqData, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_ledger::{DeliveryStatus, DeliveryStream, Feed, Millis, ResolveError};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::auth::Actor;
use super::error::AdminError;
use super::{Admin, input, resource};
use crate::decisions::{self, DeliveryVerdict, Replayed};
use crate::deliver::not_delivered;

pub use streams::Endpoint;
use streams::NoStream;
pub(crate) use streams::{
    HeldBack, KnownStream, configured_stream, held_back, known_stream, streams,
};

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config
        .service(resource("/deliveries").route(web::get().to(list)))
        .service(resource("/deliveries/{name}/waiting").route(web::get().to(waiting)))
        .service(resource("/deliveries/{name}/waiting/{seq}/retry").route(web::post().to(retry)))
        .service(resource("/deliveries/{name}/waiting/{seq}/skip").route(web::post().to(skip)))
        .service(resource("/deliveries/{name}/replay").route(web::post().to(replay)));
}

/// The feed that a request names: without one, the entries.
fn named_feed(feed: Option<&str>) -> &str {
    feed.unwrap_or(Feed::Entries.as_str())
}

/// What a request is told that names no stream.
fn refused(admin: &Admin, feed: Option<&str>, why: NoStream) -> AdminError {
    match why {
        NoStream::NoEndpoint => {
            let names: Vec<_> = admin.endpoints.iter().map(|it| &it.name).collect();
            AdminError::not_found(if names.is_empty() {
                "there is no endpoint: the configuration of the service has no [[deliver]]"
                    .to_owned()
            } else {
                let names = input::joined(&names);
                format!(
                    "there is no endpoint with this name; [[deliver]] in the configuration has {names}"
                )
            })
        }
        NoStream::NoFeed => match input::word("feed", named_feed(feed), Feed::ALL) {
            Err(refused) => refused,
            Ok(_) => AdminError::invalid("feed", "is not delivered"),
        },
        NoStream::NotDelivered => {
            let message =
                "is not delivered to this endpoint: its [[deliver]] has no `alarms = true`";
            AdminError::invalid("feed", message)
        }
    }
}

/// The stream that a request names.
fn stream(admin: &Admin, name: &str, feed: Option<&str>) -> Result<DeliveryStream, AdminError> {
    let found = configured_stream(admin, name, named_feed(feed));
    found.map_err(|why| refused(admin, feed, why))
}

/// The stream that a request names, which may also be one that the store has and the configuration lacks.
async fn stored_stream(
    admin: &Admin,
    name: &str,
    feed: Option<&str>,
) -> Result<DeliveryStream, AdminError> {
    let found = known_stream(admin, name, named_feed(feed)).await?;
    found.map_err(|why| refused(admin, feed, why))
}

/// How one feed to one endpoint stands.
#[derive(Serialize)]
struct StreamView<'a> {
    /// The endpoint, or the name of one that is not in the configuration.
    #[serde(flatten)]
    endpoint: Named<'a>,
    feed: Feed,
    in_configuration: bool,
    /// `None` until a server begins to deliver it.
    #[serde(flatten)]
    progress: Option<Progress>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Named<'a> {
    Endpoint(&'a Endpoint),
    Left { name: &'a str },
}

#[derive(Serialize)]
struct Progress {
    cursor: i64,
    last: i64,
    /// How many items are not delivered, parked ones included.
    lag: i64,
    waiting: i64,
    parked: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest: Option<Millis>,
}

impl From<&DeliveryStatus> for Progress {
    fn from(status: &DeliveryStatus) -> Self {
        Self {
            cursor: status.cursor,
            last: status.last,
            lag: not_delivered(status),
            waiting: status.waiting,
            parked: status.parked,
            oldest: status.oldest,
        }
    }
}

async fn list(admin: Data<Admin>) -> Result<HttpResponse, AdminError> {
    let streams = streams(&admin).await?;
    let views = streams.iter().map(|known| StreamView {
        endpoint: match known.endpoint {
            Some(endpoint) => Named::Endpoint(endpoint),
            None => Named::Left {
                name: &known.stream.name,
            },
        },
        feed: known.stream.feed,
        in_configuration: known.endpoint.is_some(),
        progress: known.status.as_ref().map(Progress::from),
    });
    let views: Vec<_> = views.collect();
    Ok(input::list("deliveries", &views, None::<()>))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    feed: Option<String>,
    #[serde(default)]
    after: i64,
    limit: Option<usize>,
}

/// Lists the items of a stream that are not delivered and lie at or before its cursor, in the order of `seq`.
async fn waiting(
    admin: Data<Admin>,
    name: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, AdminError> {
    let page: Page = input::query(&request)?;
    if page.after < 0 {
        return Err(input::not_whole("after"));
    }
    let limit = input::limit(page.limit)?;
    let stream = stored_stream(&admin, &name, page.feed.as_deref()).await?;
    // All of them, as what holds one back can be on an earlier page.
    let rows = admin.ledger.waiting_deliveries(&stream, 0, usize::MAX);
    let rows = held_back(rows.await?).filter(|view| view.item.seq > page.after);
    let (rows, next) = input::page(rows.take(limit + 1).collect(), limit, |view| view.item.seq);
    Ok(input::list("waiting", &rows, next))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with a reason")]
struct Decision {
    feed: Option<String>,
    #[serde(default)]
    reason: String,
}

/// Makes an item due now.
async fn retry(
    admin: Data<Admin>,
    by: ReqData<Actor>,
    path: Path<(String, String)>,
    payload: Payload,
) -> Result<HttpResponse, AdminError> {
    let (name, seq) = path.into_inner();
    let body: Decision = input::json(payload).await?;
    let stream = stream(&admin, &name, body.feed.as_deref())?;
    let seq = number(&seq)?;
    decided(
        &admin,
        &by,
        &stream,
        seq,
        DeliveryVerdict::Retry,
        body.reason,
    )
    .await
}

/// Takes an item as done without sending it. One that may be on its way is held first: 409.
async fn skip(
    admin: Data<Admin>,
    by: ReqData<Actor>,
    path: Path<(String, String)>,
    payload: Payload,
) -> Result<HttpResponse, AdminError> {
    let (name, seq) = path.into_inner();
    let body: Decision = input::json(payload).await?;
    let stream = stored_stream(&admin, &name, body.feed.as_deref()).await?;
    let seq = number(&seq)?;
    decided(
        &admin,
        &by,
        &stream,
        seq,
        DeliveryVerdict::Skip,
        body.reason,
    )
    .await
}

/// Carries out what an operator decided about an item, and answers with it.
async fn decided(
    admin: &Admin,
    by: &Actor,
    stream: &DeliveryStream,
    seq: i64,
    verdict: DeliveryVerdict,
    reason: String,
) -> Result<HttpResponse, AdminError> {
    decisions::resolve_delivery(admin, stream, seq, verdict, by.reason(reason)).await?;
    let (DeliveryStream { name, feed }, state) = (stream, verdict.state());
    let decision = json!({"name": name, "feed": feed, "seq": seq, "state": state, "by": by.name()});
    Ok(HttpResponse::Ok().json(decision))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with after and a reason")]
struct Replay {
    feed: Option<String>,
    after: i64,
    #[serde(default)]
    reason: String,
}

/// Delivers everything after an item again, under the same ids.
async fn replay(
    admin: Data<Admin>,
    by: ReqData<Actor>,
    name: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, AdminError> {
    let body: Replay = input::json(payload).await?;
    let stream = stream(&admin, &name, body.feed.as_deref())?;
    if body.after < 0 {
        return Err(input::not_whole("after"));
    }
    let reason = by.reason(body.reason);
    let (after, by_name) = (body.after, by.name());
    let replayed = decisions::replay_deliveries(&admin, &stream, after, reason).await?;
    let Replayed { before, left_out } = replayed;
    let DeliveryStream { name, feed } = stream;
    let answer = json!({
        "name": name, "feed": feed, "after": after, "before": before, "left_out": left_out, "by": by_name
    });
    Ok(HttpResponse::Ok().json(answer))
}

fn number(seq: &str) -> Result<i64, AdminError> {
    seq.parse().map_err(|_| ResolveError::NotWaiting.into())
}
