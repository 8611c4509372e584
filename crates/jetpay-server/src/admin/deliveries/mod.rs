//! `/v1/deliveries`: how the deliveries to the merchant's own systems stand, and what an operator decides about an item that
//! waits. The server that holds the lease of a stream sends; it sees a decision when it records next.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use actix_web::web::{self, Data, Path, Payload, ReqData, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_ledger::{DeliveryStatus, DeliveryStream, Feed, Millis, ResolveError, Waiting};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::auth::Actor;
use super::error::AdminError;
use super::{Admin, input, resource};
use crate::config::DeliverConfig;
use crate::decisions::{self, DeliveryVerdict, Replayed};
use crate::deliver::{not_delivered, unconfigured};
use crate::mail;

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config
        .service(resource("/deliveries").route(web::get().to(list)))
        .service(resource("/deliveries/{name}/waiting").route(web::get().to(waiting)))
        .service(resource("/deliveries/{name}/waiting/{seq}/retry").route(web::post().to(retry)))
        .service(resource("/deliveries/{name}/waiting/{seq}/skip").route(web::post().to(skip)))
        .service(resource("/deliveries/{name}/replay").route(web::post().to(replay)));
}

/// A configured endpoint, without its secrets.
#[derive(Clone, Serialize)]
pub struct Endpoint {
    name: String,
    kind: &'static str,
    /// Without the query.
    url: String,
    #[serde(skip)]
    alarms: bool,
}

impl From<&DeliverConfig> for Endpoint {
    fn from(endpoint: &DeliverConfig) -> Self {
        Self {
            name: endpoint.name.clone(),
            kind: endpoint.kind(),
            url: endpoint.url.to_string(),
            alarms: endpoint.alarms,
        }
    }
}

impl Endpoint {
    pub(crate) fn name(&self) -> String {
        self.name.clone()
    }

    fn feeds(&self) -> &'static [Feed] {
        if self.alarms {
            &[Feed::Entries, Feed::Alarms]
        } else {
            &[Feed::Entries]
        }
    }
}

/// The stream that a request names. Without a feed, it is the entries.
fn stream(admin: &Admin, name: &str, feed: Option<&str>) -> Result<DeliveryStream, AdminError> {
    let found = admin.endpoints.iter().find(|it| it.name == name);
    let endpoint = found.ok_or_else(|| {
        let names: Vec<_> = admin.endpoints.iter().map(|it| &it.name).collect();
        AdminError::not_found(if names.is_empty() {
            "there is no endpoint: the configuration of the service has no [[deliver]]".to_owned()
        } else {
            let names = input::joined(&names);
            format!(
                "there is no endpoint with this name; [[deliver]] in the configuration has {names}"
            )
        })
    })?;
    let feed = feed.map(|word| input::word("feed", word, Feed::ALL));
    let feed = feed.unwrap_or(Ok(Feed::Entries))?;
    if !endpoint.feeds().contains(&feed) {
        let message = "is not delivered to this endpoint: its [[deliver]] has no `alarms = true`";
        return Err(AdminError::invalid("feed", message));
    }
    Ok(DeliveryStream {
        name: endpoint.name.clone(),
        feed,
    })
}

/// The stream that a request names, which may also be one that the store has and the configuration lacks.
async fn known_stream(
    admin: &Admin,
    name: &str,
    feed: Option<&str>,
) -> Result<DeliveryStream, AdminError> {
    let refused = match stream(admin, name, feed) {
        Ok(stream) => return Ok(stream),
        Err(refused) => refused,
    };
    let stored = admin.ledger.all_delivery_status().await?;
    let feed = feed.unwrap_or(Feed::Entries.as_str());
    let mut streams = stored.into_iter().map(|it| it.stream);
    let found =
        streams.find(|it| it.name == name && it.feed.as_str() == feed && it.name != mail::STREAM);
    found.ok_or(refused)
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
    let stored = admin.ledger.all_delivery_status().await?;
    let stored: HashMap<_, _> = stored
        .iter()
        .map(|it| ((it.stream.name.as_str(), it.stream.feed), it))
        .collect();
    let views = admin.endpoints.iter().flat_map(|endpoint| {
        let feeds = endpoint.feeds().iter();
        let stored = &stored;
        feeds.map(move |&feed| StreamView {
            endpoint: Named::Endpoint(endpoint),
            feed,
            in_configuration: true,
            progress: stored
                .get(&(endpoint.name.as_str(), feed))
                .map(|&status| status.into()),
        })
    });
    let is_configured = |stream: &DeliveryStream| {
        let gets_it = |it: &Endpoint| it.name == stream.name && it.feeds().contains(&stream.feed);
        admin.endpoints.iter().any(gets_it)
    };
    let left = unconfigured(&admin.ledger, is_configured).await?;
    let left = left.iter().map(|status| StreamView {
        endpoint: Named::Left {
            name: &status.stream.name,
        },
        feed: status.stream.feed,
        in_configuration: false,
        progress: Some(status.into()),
    });
    let views: Vec<_> = views.chain(left).collect();
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

/// An item that waits.
#[derive(Serialize)]
struct WaitingView {
    #[serde(flatten)]
    item: Waiting,
    /// The first item of its customer that waits: this one is not sent before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    behind: Option<i64>,
}

/// Items in the order of `seq`, each with the one that holds it back.
fn held_back(items: Vec<Waiting>) -> impl Iterator<Item = WaitingView> {
    let mut first_of_lane = HashMap::new();
    items.into_iter().map(move |item| {
        let first = *first_of_lane.entry(item.lane.clone()).or_insert(item.seq);
        let behind = Some(first).filter(|first| *first < item.seq);
        WaitingView { item, behind }
    })
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
    let stream = known_stream(&admin, &name, page.feed.as_deref()).await?;
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
    let stream = known_stream(&admin, &name, body.feed.as_deref()).await?;
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
