//! The delivery of callbacks over HTTP.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::callbacks::DueCallback;
use super::log::{Event, EventHandler};
use crate::client::Client;
use crate::schedule;

/// The number of callbacks that are sent at the same time.
const HANDS: usize = 8;

/// Delivers callbacks. Cheap to clone.
#[derive(Clone)]
pub(super) struct CallbackSender {
    client: Client,
    hurry: u32,
    hands: Arc<Semaphore>,
    on_event: EventHandler,
}

impl CallbackSender {
    pub(super) fn new(url: &str, hurry: u32, on_event: EventHandler) -> Self {
        Self {
            client: Client::new(url),
            hurry: hurry.max(1),
            hands: Arc::new(Semaphore::new(HANDS)),
            on_event,
        }
    }

    /// Delivers these callbacks in the background. The callbacks of one payout are first sent one after the other, in
    /// this order. Those that were not acknowledged are then repeated independently.
    pub(super) fn deliver_all(&self, callbacks: Vec<DueCallback>, tasks: &mut JoinSet<()>) {
        let mut payouts: Vec<Vec<DueCallback>> = Vec::new();
        for one in callbacks {
            let same = |others: &&mut Vec<DueCallback>| others[0].payment_id == one.payment_id;
            match payouts.iter_mut().find(same) {
                Some(others) => others.push(one),
                None => payouts.push(vec![one]),
            }
        }
        for callbacks in payouts {
            tasks.spawn(self.clone().deliver_in_order(callbacks));
        }
    }

    async fn deliver_in_order(self, callbacks: Vec<DueCallback>) {
        let mut unacknowledged = Vec::new();
        for one in callbacks {
            if !self.deliver(&one).await {
                unacknowledged.push(one);
            }
        }
        let mut repeats = JoinSet::new();
        for one in unacknowledged {
            repeats.spawn(self.clone().repeat(one));
        }
        while repeats.join_next().await.is_some() {}
    }

    async fn repeat(self, callback: DueCallback) {
        for wait in schedule::waits() {
            tokio::time::sleep(wait / self.hurry).await;
            if self.deliver(&callback).await {
                return;
            }
        }
    }

    /// Sends the callback once. Returns whether it was acknowledged, that is, answered with HTTP 200.
    async fn deliver(&self, callback: &DueCallback) -> bool {
        let _hand = self.hands.acquire().await;
        let headers = [("content-type", "application/json")];
        let sent = self
            .client
            .send("POST", "", &headers, callback.body.clone());
        let status = sent.await.map(|exchange| exchange.status);
        let acknowledged = status == Ok(200);
        self.on_event.call(Event::Delivered {
            payment_id: callback.payment_id.clone(),
            status: callback.status,
            answer: status,
        });
        acknowledged
    }
}
