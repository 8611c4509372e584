//! The load generator: keep-alive connections on one thread, each with one request under way.
//!
//! As cheap as can be, and the same for all that is measured: it shares the machine with them.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::task::{JoinSet, LocalSet};

use super::connection::{Answer, Connection};

/// How many connections there are.
const CONNECTIONS: usize = 32;

/// What is sent, and what must come back.
pub(super) struct Load {
    pub(super) requests: Rc<[Vec<u8>]>,
    /// Whether they may be sent again; if not, the round ends with the last one.
    pub(super) again: bool,
    /// Whether an answer is what it must be.
    pub(super) is_right: Rc<dyn Fn(&Answer<'_>) -> bool>,
}

/// What one round gave.
#[derive(Default)]
pub(super) struct Round {
    pub(super) answers: u32,
    pub(super) wrong: u32,
    /// One of the wrong answers.
    pub(super) example: Option<String>,
    pub(super) seconds: f64,
    /// How long each request took.
    pub(super) microseconds: Vec<u32>,
}

impl Round {
    pub(super) fn per_second(&self) -> f64 {
        f64::from(self.answers) / self.seconds
    }
}

/// Sends requests on all connections until the time is over.
pub(super) fn round(server: SocketAddr, load: &Load, time: Duration) -> Result<Round> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    LocalSet::new().block_on(&runtime, async {
        let next = Rc::new(Cell::new(0));
        let mut connections = Vec::new();
        for _ in 0..CONNECTIONS {
            connections.push(Connection::to(server).await?);
        }
        let begun = Instant::now();
        let mut parts = JoinSet::new();
        for connection in connections {
            let load = Load {
                requests: load.requests.clone(),
                is_right: load.is_right.clone(),
                ..*load
            };
            parts.spawn_local(drive(connection, load, next.clone(), begun + time));
        }
        let mut round = Round::default();
        while let Some(part) = parts.join_next().await {
            let part = part.context("a connection panicked")??;
            round.answers += part.answers;
            round.wrong += part.wrong;
            round.example = round.example.or(part.example);
            round.microseconds.extend(part.microseconds);
        }
        round.seconds = begun.elapsed().as_secs_f64();
        Ok(round)
    })
}

async fn drive(
    mut connection: Connection,
    load: Load,
    next: Rc<Cell<usize>>,
    until: Instant,
) -> Result<Round> {
    let mut round = Round::default();
    loop {
        let at = next.replace(next.get() + 1);
        let begun = Instant::now();
        let request = load.requests.get(if load.again {
            at % load.requests.len()
        } else {
            at
        });
        let Some(request) = request.filter(|_| begun < until) else {
            return Ok(round);
        };
        let answer = connection.exchange(request).await?;
        round.answers += 1;
        if !(load.is_right)(&answer) {
            round.wrong += 1;
            round.example.get_or_insert_with(|| answer.to_string());
        }
        round
            .microseconds
            .push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
}
