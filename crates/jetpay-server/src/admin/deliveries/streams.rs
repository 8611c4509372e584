//! The streams that people see and decide about: those of the configuration, and those that only the store has.

use std::collections::HashMap;

use jetpay_ledger::{DeliveryStatus, DeliveryStream, Error, Feed, Waiting};
use serde::Serialize;

use crate::admin::Admin;
use crate::config::DeliverConfig;
use crate::deliver::unconfigured;
use crate::mail;

/// A configured endpoint, without its secrets.
#[derive(Clone, Serialize)]
pub struct Endpoint {
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    /// Without the query.
    pub(crate) url: String,
    #[serde(skip)]
    pub(super) alarms: bool,
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

/// Why a name and a feed name no stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoStream {
    /// The configuration has no such endpoint.
    NoEndpoint,
    /// There is no such feed.
    NoFeed,
    /// The endpoint does not get this feed.
    NotDelivered,
}

/// The stream of the configuration with this name and feed.
pub(crate) fn configured_stream(
    admin: &Admin,
    name: &str,
    feed: &str,
) -> Result<DeliveryStream, NoStream> {
    let found = admin.endpoints.iter().find(|it| it.name == name);
    let endpoint = found.ok_or(NoStream::NoEndpoint)?;
    let feed = feed.parse().map_err(|_| NoStream::NoFeed)?;
    if !endpoint.feeds().contains(&feed) {
        return Err(NoStream::NotDelivered);
    }
    Ok(DeliveryStream {
        name: endpoint.name.clone(),
        feed,
    })
}

/// The stream with this name and feed, which may also be one that the store has and the configuration lacks.
///
/// # Errors
/// Those of the store.
pub(crate) async fn known_stream(
    admin: &Admin,
    name: &str,
    feed: &str,
) -> Result<Result<DeliveryStream, NoStream>, Error> {
    let refused = match configured_stream(admin, name, feed) {
        Ok(stream) => return Ok(Ok(stream)),
        Err(refused) => refused,
    };
    let stored = admin.ledger.all_delivery_status().await?;
    let mut streams = stored.into_iter().map(|it| it.stream);
    let found =
        streams.find(|it| it.name == name && it.feed.as_str() == feed && it.name != mail::STREAM);
    Ok(found.ok_or(refused))
}

/// A stream, and how it stands.
pub(crate) struct KnownStream<'a> {
    /// None: the configuration lacks it.
    pub(crate) endpoint: Option<&'a Endpoint>,
    pub(crate) stream: DeliveryStream,
    /// `None` until a server begins to deliver it.
    pub(crate) status: Option<DeliveryStatus>,
}

/// All streams: first those of the configuration, in its order.
///
/// # Errors
/// Those of the store.
pub(crate) async fn streams(admin: &Admin) -> Result<Vec<KnownStream<'_>>, Error> {
    let stored = admin.ledger.all_delivery_status().await?;
    let stored: HashMap<_, _> = stored
        .into_iter()
        .map(|it| (it.stream.clone(), it))
        .collect();
    let is_configured = |stream: &DeliveryStream| {
        let gets_it = |it: &Endpoint| it.name == stream.name && it.feeds().contains(&stream.feed);
        admin.endpoints.iter().any(gets_it)
    };
    let left = unconfigured(&admin.ledger, is_configured).await?;
    let configured = admin.endpoints.iter().flat_map(|endpoint| {
        let feeds = endpoint.feeds().iter();
        let stored = &stored;
        feeds.map(move |&feed| {
            let name = endpoint.name.clone();
            let stream = DeliveryStream { name, feed };
            KnownStream {
                endpoint: Some(endpoint),
                status: stored.get(&stream).cloned(),
                stream,
            }
        })
    });
    let left = left.into_iter().map(|status| KnownStream {
        endpoint: None,
        stream: status.stream.clone(),
        status: Some(status),
    });
    Ok(configured.chain(left).collect())
}

/// An item that waits.
#[derive(Serialize)]
pub(crate) struct HeldBack {
    #[serde(flatten)]
    pub(crate) item: Waiting,
    /// The first item of its customer that waits: this one is not sent before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) behind: Option<i64>,
}

/// Items in the order of `seq`, each with the one that holds it back.
pub(crate) fn held_back(items: Vec<Waiting>) -> impl Iterator<Item = HeldBack> {
    let mut first_of_lane = HashMap::new();
    items.into_iter().map(move |item| {
        let first = *first_of_lane.entry(item.lane.clone()).or_insert(item.seq);
        let behind = Some(first).filter(|first| *first < item.seq);
        HeldBack { item, behind }
    })
}
