//! The real binary while its store has a problem: no acknowledged top-up is lost, and every request is answered.

mod away;
#[path = "../support/mod.rs"]
mod support;
#[cfg(target_os = "linux")]
mod trouble;

use std::collections::BTreeMap;
use std::time::Duration;

use jetpay_platform::messages::{CheckDeposit, Contract};
use jetpay_platform::{Exchange, KASPI, Platform};

use support::{CUSTOMER, PROJECT, Running, each, success, tenge};

const AMOUNT: i64 = 100_000;

/// A request that takes longer counts as unanswered.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The platform's view of its top-ups: each with its callback, and whether that was acknowledged.
#[derive(Default)]
struct TopUps {
    callbacks: BTreeMap<String, (Vec<u8>, bool)>,
}

impl TopUps {
    /// Sends `check_deposit` and then the callback. Returns the status of the last answer.
    async fn one(&mut self, platform: &Platform) -> u16 {
        match self.announce(platform).await {
            Ok(id) => self.send_callback(platform, &id).await,
            Err(status) => status,
        }
    }

    /// Sends `check_deposit` only. Returns the payment's id, or the status of an answer without one.
    async fn announce(&mut self, platform: &Platform) -> Result<String, u16> {
        let contract = Contract {
            id: "12345".into(),
            number: "1234_ABC".into(),
        };
        let amount = tenge(AMOUNT);
        let request = CheckDeposit::new(&KASPI, PROJECT.into(), CUSTOMER, amount, Some(&contract));
        let answer = send(platform, platform.sign(&request)).await;
        let (200, Some(id)) = (answer.status, answer.payment_id()) else {
            return Err(answer.status);
        };
        let callback = platform.sign(&success(id, AMOUNT));
        self.callbacks.insert(id.to_owned(), (callback, false));
        Ok(id.to_owned())
    }

    /// Sends the callback of an announced payment. Returns the status of the answer.
    async fn send_callback(&mut self, platform: &Platform, id: &str) -> u16 {
        let (body, acknowledged) = self.callbacks.get_mut(id).expect("it was announced");
        let status = send(platform, body.clone()).await.status;
        *acknowledged = status == 200;
        status
    }

    fn unacknowledged(&self) -> usize {
        let all = self.callbacks.values();
        all.filter(|(_, acknowledged)| !acknowledged).count()
    }

    /// Repeats the callbacks that were not acknowledged, as the platform does. Now they must be acknowledged.
    async fn repeat_unacknowledged(&mut self, platform: &Platform) {
        for (body, acknowledged) in self.callbacks.values_mut().filter(|(_, done)| !done) {
            let status = send(platform, body.clone()).await.status;
            assert_eq!(status, 200);
            *acknowledged = true;
        }
    }

    /// Every acknowledged callback credited its payment once, and no other callback did.
    async fn are_in_the_ledger_of(&self, running: &Running) {
        let (_, feed) = running.get("/v1/entries?limit=1000").await;
        let credited = each(&feed["entries"], "payment_id");
        let mut credited: Vec<String> = serde_json::from_value(credited).unwrap();
        credited.sort_unstable();
        let acknowledged = self.callbacks.iter().filter(|(_, (_, done))| *done);
        let acknowledged: Vec<&str> = acknowledged.map(|(id, _)| id.as_str()).collect();
        assert_eq!(credited, acknowledged);
        let sum = AMOUNT * i64::try_from(acknowledged.len()).unwrap();
        assert_eq!(running.balance(CUSTOMER).await, sum);
        for (id, (_, acknowledged)) in &self.callbacks {
            let (_, payment) = running.get(&format!("/v1/payments/{id}")).await;
            let state = if *acknowledged { "credited" } else { "pending" };
            assert_eq!(payment["state"], state, "{id}");
        }
    }
}

/// Sends a message. Whatever the state of the store is, the service answers in time.
async fn send(platform: &Platform, body: Vec<u8>) -> Exchange {
    let answer = platform.send(&KASPI.path(), body).await.unwrap();
    assert!(answer.elapsed < TIMEOUT, "{:?}", answer.elapsed);
    assert!([200, 503].contains(&answer.status), "{answer:?}");
    answer
}
