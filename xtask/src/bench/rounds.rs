//! Rounds of load on several servers in turns, and what is compared of them.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use jetpay_platform::load::{Answer, Load};

use super::table::{Row, Target, median};
use crate::service::Process;

/// The number of connections.
const CONNECTIONS: usize = 32;

/// A server that is measured.
#[derive(Clone, Copy)]
pub(super) struct Side<'s> {
    pub(super) name: &'s str,
    pub(super) address: SocketAddr,
    pub(super) process: &'s Process,
}

/// The figures of one round.
pub(super) struct Figures {
    pub(super) answers: u32,
    pub(super) per_second: f64,
    /// In milliseconds.
    p99: f64,
    /// The time of the server's threads for an answer, in microseconds.
    pub(super) cpu: f64,
    /// The bytes that the server wrote for an answer.
    pub(super) written: f64,
}

/// One of the figures.
pub(super) type Figure = fn(&Figures) -> f64;

impl Side<'_> {
    /// Sends requests for this time. Fails if an answer is wrong: then its figures mean nothing.
    pub(super) fn round(
        &self,
        time: Duration,
        requests: &[Vec<u8>],
        again: bool,
        is_right: &dyn Fn(&Answer<'_>) -> bool,
    ) -> Result<Figures> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let load = Load {
            requests,
            again,
            connections: CONNECTIONS,
            is_right,
        };
        let before = self.process.usage()?;
        let round = runtime.block_on(load.round(self.address, time))?;
        let after = self.process.usage()?;
        ensure!(round.answers > 0, "{} answered nothing", self.name);
        ensure!(
            round.wrong == 0,
            "{} of {} answers of {} are wrong, such as: {}",
            round.wrong,
            round.answers,
            self.name,
            round.example.unwrap_or_default()
        );
        let answers = f64::from(round.answers);
        let an_answer = |before: u64, after: u64| {
            Some(f64::from(u32::try_from(after - before).ok()?) / answers)
        };
        Ok(Figures {
            answers: round.answers,
            per_second: answers / round.took.as_secs_f64(),
            p99: Duration::from_micros(round.times.percentile(990).unwrap_or_default())
                .as_secs_f64()
                * 1e3,
            cpu: an_answer(before.cpu, after.cpu).context("a round is too long")?,
            written: an_answer(before.written, after.written).context("a round writes too much")?,
        })
    }
}

/// The rounds of two servers, each of ours with the bare one before it.
#[derive(Default)]
pub(super) struct Compared {
    pub(super) ours: Vec<Figures>,
    pub(super) bare: Vec<Figures>,
}

impl Compared {
    /// Without the first round, which warmed up.
    pub(super) fn warm(mut self) -> Self {
        self.ours.remove(0);
        self.bare.remove(0);
        self
    }

    /// A row of one figure. It shows all of them.
    pub(super) fn row(&self, name: &str, target: Target, figure: Figure) -> Row {
        let rounds = self.ours.iter().zip(&self.bare);
        let ratios = rounds.map(|(ours, bare)| figure(ours) / figure(bare));
        Row {
            name: name.to_owned(),
            target,
            ratio: median(ratios.collect()),
            ours: text(&self.ours),
            bare: text(&self.bare),
        }
    }
}

fn text(side: &[Figures]) -> String {
    let of = |figure: Figure| median(side.iter().map(figure).collect());
    let (rate, p99, cpu) = (of(|it| it.per_second), of(|it| it.p99), of(|it| it.cpu));
    let kibibytes = of(|it| it.written) / 1024.0;
    format!("{rate:>6.0}/s, p99 {p99:>5.2} ms, CPU {cpu:>5.1} µs, {kibibytes:>4.1} KiB")
}
