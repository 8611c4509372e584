//! Tells callbacks over HTTP, and again until they are acknowledged.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::event::{Event, Watch};
use super::tell::Told;
use crate::client::Client;
use crate::schedule;

/// Tells callbacks. Cheap to clone.
#[derive(Clone)]
pub(super) struct Courier {
    client: Client,
    hurry: u32,
    /// As many deliveries at once as there are permits.
    hands: Arc<Semaphore>,
    watch: Watch,
}

impl Courier {
    pub(super) fn new(url: &str, hurry: u32, at_once: usize, watch: Watch) -> Self {
        Self {
            client: Client::new(url),
            hurry: hurry.max(1),
            hands: Arc::new(Semaphore::new(at_once.max(1))),
            watch,
        }
    }

    /// Tells these in the background. Those of one payout are first told one after the other, in this order;
    /// afterwards each repeats for itself.
    pub(super) fn tell(&self, told: Vec<Told>, tasks: &mut JoinSet<()>) {
        let mut payouts: Vec<Vec<Told>> = Vec::new();
        for one in told {
            let same = |others: &&mut Vec<Told>| others[0].payment_id == one.payment_id;
            match payouts.iter_mut().find(same) {
                Some(others) => others.push(one),
                None => payouts.push(vec![one]),
            }
        }
        for told in payouts {
            tasks.spawn(self.clone().tell_in_turn(told));
        }
    }

    async fn tell_in_turn(self, told: Vec<Told>) {
        let mut unheard = Vec::new();
        for one in told {
            if !self.deliver(&one).await {
                unheard.push(one);
            }
        }
        let mut repeats = JoinSet::new();
        for one in unheard {
            repeats.spawn(self.clone().repeat(one));
        }
        while repeats.join_next().await.is_some() {}
    }

    async fn repeat(self, told: Told) {
        for wait in schedule::waits() {
            tokio::time::sleep(wait / self.hurry).await;
            if self.deliver(&told).await {
                return;
            }
        }
    }

    /// Whether it was acknowledged: answered with HTTP 200.
    async fn deliver(&self, told: &Told) -> bool {
        let _hand = self.hands.acquire().await;
        let headers = [("content-type", "application/json")];
        let sent = self.client.send("POST", "", &headers, told.body.clone());
        let status = sent.await.map(|exchange| exchange.status);
        let acknowledged = status == Ok(200);
        self.watch.tell(Event::Delivered {
            payment_id: told.payment_id.clone(),
            status: told.status,
            answer: status,
        });
        acknowledged
    }
}
