//! Compares the service with two bare handlers over HTTP, with the same requests and the same load generator: `verify` with
//! one that answers at once, what is committed with one that answers after its body is on the disk.

use std::cell::RefCell;
use std::time::Duration;

use anyhow::{Result, ensure};
use jetpay_core::signature::Key;
use jetpay_platform::load::Answer;
use jetpay_testing::SECRET;

use super::rounds::{Compared, Figure, Side};
use super::service::{CUSTOMERS, Service};
use super::table::{Row, Target};
use super::{Effort, bare, messages};

const VERIFIED: &str = r#"{"code":0,"currency":"KZT","entities":[{"id":"c12345","number":"N-12345","min_payment":10000,"payment":100000}],"additional_customer_id":"A12345"}"#;
const DEPOSITED: &str = r#"{"code":0,"payment_id":"0190163d-8694-739b-aea5-966c26f8ad91"}"#;

/// The bare handler writes a body and no index.
const BYTES: Target = Target::AtMost(8.0);

pub(super) fn measure(effort: Effort) -> Result<Vec<Row>> {
    let service = Service::start()?;
    let key = Key::new(SECRET)?;

    let requests = verifies(&key)?;
    let pair = Pair::new("verify", &service, VERIFIED, false);
    let verify = pair.measure(effort, true, &is_good, |_| Ok(requests.clone()))?;

    let ids = RefCell::new(Vec::new());
    let requests = prepared(some_customers().map(|n| messages::check_deposit(n, &key)))?;
    let is_right = |answer: &Answer<'_>| {
        let id = payment_id(answer.body);
        ids.borrow_mut().extend(id.clone());
        id.is_some() && is_good(answer)
    };
    let pair = Pair::new("check_deposit", &service, DEPOSITED, true);
    let check_deposit = pair.measure(effort, true, &is_right, |_| Ok(requests.clone()))?;

    // A payment is credited once, so each round, warm-up included, gets its own share of the payments.
    let ids = ids.take();
    let share = ids.len() / (effort.rounds + 1);
    let is_right = |answer: &Answer<'_>| answer.status == 200 && answer.body.is_empty();
    let pair = Pair::new("credited callback", &service, "", true);
    let callback = pair.measure(effort, false, &is_right, |round| {
        let numbers = round * share..(round + 1) * share;
        prepared(numbers.map(|n| messages::callback(&ids[n], 1_000_000 + n, &key)))
    })?;

    let acknowledged: u32 = callback.ours.iter().map(|round| round.answers).sum();
    let credits = service.credits()?;
    ensure!(
        credits == acknowledged as usize,
        "{acknowledged} callbacks were acknowledged, and {credits} entries are in the feed"
    );
    let (verify, check_deposit, callback) = (verify.warm(), check_deposit.warm(), callback.warm());
    let [rate, cpu, written]: [Figure; 3] = [|it| it.per_second, |it| it.cpu, |it| it.written];
    let durable = Target::AtLeast(0.6);
    Ok(vec![
        verify.row("verify", Target::AtLeast(0.8), rate),
        verify.row("verify, CPU", Target::AtMost(1.3), cpu),
        check_deposit.row("check_deposit / after fdatasync", durable, rate),
        check_deposit.row("check_deposit, bytes written", BYTES, written),
        callback.row("credit / after fdatasync", durable, rate),
        callback.row("credit, bytes written", BYTES, written),
    ])
}

/// Scattered over all of them, as real ones come: the numbers have no factor in common.
fn some_customers() -> impl Iterator<Item = usize> {
    (0..CUSTOMERS / 5).map(|n| n * 7_919 % CUSTOMERS)
}

/// A `verify` of some customers.
pub(super) fn verifies(key: &Key) -> Result<Vec<Vec<u8>>> {
    prepared(some_customers().map(|n| messages::verify(n, key)))
}

fn prepared(requests: impl Iterator<Item = Result<Vec<u8>>>) -> Result<Vec<Vec<u8>>> {
    requests.collect()
}

/// Whether the answer is one of a request that is served.
pub(super) fn is_good(answer: &Answer<'_>) -> bool {
    answer.status == 200 && answer.body.starts_with(br#"{"code":0,"#)
}

/// The payment id in a successful answer to `check_deposit`.
pub(super) fn payment_id(body: &[u8]) -> Option<String> {
    let (_, rest) = std::str::from_utf8(body)
        .ok()?
        .split_once(r#""payment_id":""#)?;
    rest.split('"').next().map(str::to_owned)
}

/// The service, and a bare handler that answers a constant of the same length.
struct Pair<'s> {
    name: &'static str,
    service: &'s Service,
    constant: &'static str,
    /// Whether the bare handler answers only after its body is on the disk.
    syncs: bool,
}

impl<'s> Pair<'s> {
    fn new(name: &'static str, service: &'s Service, constant: &'static str, syncs: bool) -> Self {
        Self {
            name,
            service,
            constant,
            syncs,
        }
    }

    /// The first round warms up.
    fn measure(
        &self,
        effort: Effort,
        again: bool,
        is_right: &dyn Fn(&Answer<'_>) -> bool,
        requests: impl Fn(usize) -> Result<Vec<Vec<u8>>>,
    ) -> Result<Compared> {
        let file = self.service.folder.path().join("bare");
        let (address, process) = bare::start(self.constant, self.syncs.then_some(&*file))?;
        let bare = Side {
            name: "the bare handler",
            address,
            process: &process,
        };
        let ours = self.service.side();
        let is_constant =
            |answer: &Answer<'_>| answer.status == 200 && answer.body == self.constant.as_bytes();
        let time = Duration::from_secs_f64(effort.seconds);
        let mut compared = Compared::default();
        for number in 0..=effort.rounds {
            let requests = requests(number)?;
            compared
                .bare
                .push(bare.round(time, &requests, true, &is_constant)?);
            compared
                .ours
                .push(ours.round(time, &requests, again, is_right)?);
        }
        println!("  {:<30} measured", self.name);
        Ok(compared)
    }
}
