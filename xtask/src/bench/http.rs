//! Compares the service with the bare handler over HTTP, with the same requests and the same load generator.

use std::cell::RefCell;
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use jetpay_core::signature::Key;
use jetpay_testing::SECRET;

use super::Effort;
use super::load::{self, Answer, Load, Round};
use super::messages;
use super::servers::{CUSTOMERS, Process, Service, free_address};
use super::table::{Row, Target, median, p99};

const VERIFIED: &str = r#"{"code":0,"currency":"KZT","entities":[{"id":"c12345","number":"N-12345","min_payment":10000,"payment":100000}],"additional_customer_id":"A12345"}"#;
const DEPOSITED: &str = r#"{"code":0,"payment_id":"0190163d-8694-739b-aea5-966c26f8ad91"}"#;

pub(super) fn measure(effort: Effort) -> Result<Vec<Row>> {
    let service = Service::start()?;
    let key = Key::new(SECRET)?;
    let is_good =
        |answer: &Answer<'_>| answer.status == 200 && answer.body.starts_with(br#"{"code":0,"#);
    let some_customers = || (0..CUSTOMERS).step_by(5);

    let requests = prepared(some_customers().map(|n| messages::verify(n, &key)))?;
    let verify = Pair {
        name: "verify",
        target: Target::AtLeast(0.75),
        constant: VERIFIED,
    };
    let (verify, _) = verify.measure(&service, effort, |_| {
        Ok(Load {
            requests: requests.clone(),
            again: true,
            is_right: Rc::new(is_good),
        })
    })?;

    let ids = Rc::new(RefCell::new(Vec::new()));
    let requests = prepared(some_customers().map(|n| messages::check_deposit(n, &key)))?;
    let check_deposit = Pair {
        name: "check_deposit, committed",
        target: Target::AtLeast(0.45),
        constant: DEPOSITED,
    };
    let (check_deposit, _) = check_deposit.measure(&service, effort, |_| {
        let ids = ids.clone();
        let is_right = move |answer: &Answer<'_>| {
            let id = payment_id(answer.body);
            ids.borrow_mut().extend(id.clone());
            id.is_some() && is_good(answer)
        };
        Ok(Load {
            requests: requests.clone(),
            again: true,
            is_right: Rc::new(is_right),
        })
    })?;

    // A payment is credited once, so each round, warm-up included, gets its own share of the payments.
    let ids = ids.take();
    let share = ids.len() / (effort.rounds + 1);
    let callback = Pair {
        name: "credited callback, committed",
        target: Target::AtLeast(0.40),
        constant: "",
    };
    let (callback, acknowledged) = callback.measure(&service, effort, |round| {
        let numbers = round * share..(round + 1) * share;
        let requests = prepared(numbers.map(|n| messages::callback(&ids[n], 1_000_000 + n, &key)))?;
        let is_right = |answer: &Answer<'_>| answer.status == 200 && answer.body.is_empty();
        Ok(Load {
            requests,
            again: false,
            is_right: Rc::new(is_right),
        })
    })?;
    let credits = service.credits()?;
    ensure!(
        credits == acknowledged,
        "{acknowledged} callbacks were acknowledged, and {credits} entries are in the feed"
    );
    Ok(vec![verify, check_deposit, callback])
}

fn prepared(requests: impl Iterator<Item = Result<Vec<u8>>>) -> Result<Rc<[Vec<u8>]>> {
    requests.collect()
}

/// The payment id in a successful answer to `check_deposit`.
fn payment_id(body: &[u8]) -> Option<String> {
    let (_, rest) = std::str::from_utf8(body)
        .ok()?
        .split_once(r#""payment_id":""#)?;
    rest.split('"').next().map(str::to_owned)
}

/// The service, and a bare handler that answers a constant of the same length.
struct Pair {
    name: &'static str,
    target: Target,
    constant: &'static str,
}

impl Pair {
    /// Returns the row and the number of answers of the service. Round 0 warms up and does not count in the row.
    fn measure(
        &self,
        service: &Service,
        effort: Effort,
        mut load: impl FnMut(usize) -> Result<Load>,
    ) -> Result<(Row, usize)> {
        let bare_address = free_address()?;
        let port = bare_address.port().to_string();
        let mut bare = Command::new(std::env::current_exe()?);
        bare.args([
            "bench-bare-server",
            "--port",
            &port,
            "--answer",
            self.constant,
        ]);
        let _bare = Process::start(&mut bare, bare_address)?;

        let time = Duration::from_secs_f64(effort.seconds);
        let (mut ours, mut bare, mut ratios) = (Sum::default(), Sum::default(), Vec::new());
        let mut answers = 0;
        for number in 0..=effort.rounds {
            let load = load(number)?;
            let constant = self.constant.as_bytes();
            let is_right =
                Rc::new(move |answer: &Answer<'_>| answer.status == 200 && answer.body == constant);
            let bare_load = Load {
                requests: load.requests.clone(),
                again: true,
                is_right,
            };
            let bare_round = expect_right(
                self.name,
                "the bare handler",
                load::round(bare_address, &bare_load, time)?,
            )?;
            let our_round = expect_right(
                self.name,
                "the service",
                load::round(service.address, &load, time)?,
            )?;
            answers += our_round.microseconds.len();
            if number > 0 {
                ratios.push(our_round.per_second() / bare_round.per_second());
                ours.add(our_round);
                bare.add(bare_round);
            }
        }
        let row = Row {
            name: self.name.to_owned(),
            target: self.target,
            ratio: median(ratios),
            ours: ours.text(),
            bare: bare.text(),
        };
        println!("  {:<30} measured", self.name);
        Ok((row, answers))
    }
}

/// Fails if an answer of the round is wrong: then its rate means nothing.
fn expect_right(name: &str, whose: &str, round: Round) -> Result<Round> {
    if round.answers == 0 {
        bail!("{name}: {whose} answered nothing");
    }
    if round.wrong > 0 {
        let example = round.example.unwrap_or_default();
        bail!(
            "{name}: {} of {} answers of {whose} are wrong, such as: {example}",
            round.wrong,
            round.answers
        );
    }
    Ok(round)
}

/// The figures of all rounds.
#[derive(Default)]
struct Sum {
    per_second: Vec<f64>,
    p99: Vec<f64>,
}

impl Sum {
    fn add(&mut self, round: Round) {
        self.per_second.push(round.per_second());
        self.p99.push(f64::from(p99(round.microseconds)));
    }

    fn text(self) -> String {
        format!(
            "{:>6.0}/s, p99 {:>5.2} ms",
            median(self.per_second),
            median(self.p99) / 1_000.0
        )
    }
}
