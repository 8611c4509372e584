//! Top-ups while a store is in trouble: what was acknowledged, what was not, and what became of it.
#![allow(dead_code, reason = "a module of tests: each test file uses its part")]

use std::collections::BTreeMap;
use std::time::Duration;

use jetpay_core::{Currency, Money};
use jetpay_platform::messages::{Callback, CheckDeposit, Contract};
use jetpay_platform::{Exchange, KASPI, Platform};

use crate::running::{CUSTOMER, PROJECT, Running};

pub(crate) const AMOUNT: i64 = 100_000;

/// Longer than this is hanging and not answering.
pub(crate) const SECONDS: Duration = Duration::from_secs(5);

/// What the platform knows of its top-ups: each with its callback, and whether that was acknowledged.
#[derive(Default)]
pub(crate) struct TopUps {
    told: BTreeMap<String, (Vec<u8>, bool)>,
}

impl TopUps {
    /// `check_deposit` and the callback, as far as it gets; the status of the last answer.
    pub(crate) async fn one(&mut self, platform: &Platform) -> u16 {
        match self.announce(platform).await {
            Ok(id) => self.tell(platform, &id).await,
            Err(status) => status,
        }
    }

    /// `check_deposit` alone: the payment's id, or the status of the answer.
    pub(crate) async fn announce(&mut self, platform: &Platform) -> Result<String, u16> {
        let contract = Contract {
            id: "12345".into(),
            number: "1234_ABC".into(),
        };
        let amount = Money::new(AMOUNT, Currency::KZT);
        let project = PROJECT.into();
        let asked = CheckDeposit::new(&KASPI, project, CUSTOMER, amount, Some(&contract));
        let answer = send(platform, platform.sign(&asked)).await;
        let (200, Some(id)) = (answer.status, answer.payment_id()) else {
            return Err(answer.status);
        };
        let callback = platform.sign(&Callback::success(&KASPI, project, id, amount));
        self.told.insert(id.to_owned(), (callback, false));
        Ok(id.to_owned())
    }

    /// The callback of a payment that was announced; the status of the answer.
    pub(crate) async fn tell(&mut self, platform: &Platform, id: &str) -> u16 {
        let (body, taken) = self.told.get_mut(id).expect("it was announced");
        let status = send(platform, body.clone()).await.status;
        *taken = status == 200;
        status
    }

    pub(crate) fn unacknowledged(&self) -> usize {
        self.told.values().filter(|(_, taken)| !taken).count()
    }

    /// What was not acknowledged comes again, as the platform has it come, and is taken now.
    pub(crate) async fn come_again(&mut self, platform: &Platform) {
        for (body, taken) in self.told.values_mut().filter(|(_, taken)| !taken) {
            let status = send(platform, body.clone()).await.status;
            assert_eq!(status, 200);
            *taken = true;
        }
    }

    /// What was acknowledged is credited once. What was not is not, when the store itself said no.
    pub(crate) async fn are_in_the_books_of(&self, running: &Running) {
        let (_, feed) = running.get("/v1/entries?limit=1000").await;
        let mut credited: Vec<&str> = feed["entries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["payment_id"].as_str().unwrap())
            .collect();
        credited.sort_unstable();
        let taken = self.told.iter().filter(|(_, (_, taken))| *taken);
        let taken: Vec<&str> = taken.map(|(id, _)| id.as_str()).collect();
        assert_eq!(credited, taken);
        let sum = AMOUNT * i64::try_from(taken.len()).unwrap();
        assert_eq!(running.balance(CUSTOMER).await, sum);
        for (id, (_, taken)) in &self.told {
            let (_, payment) = running.get(&format!("/v1/payments/{id}")).await;
            let state = if *taken { "credited" } else { "pending" };
            assert_eq!(payment["state"], state, "{id}");
        }
    }
}

/// Whatever happens to the store, there is an answer, and soon.
async fn send(platform: &Platform, body: Vec<u8>) -> Exchange {
    let answer = platform.send(&KASPI.path(), body).await.unwrap();
    assert!(answer.elapsed < SECONDS, "{:?}", answer.elapsed);
    assert!([200, 503].contains(&answer.status), "{answer:?}");
    answer
}
