//! A program of the merchant's that the services speak to, and what breaks between.

use std::io;

use anyhow::Result;
use fastrand::Rng;
use jetpay_platform::billing::Server;
use jetpay_testing::free_port;
use tokio::net::TcpListener;

use super::millis;
use super::relay::Relay;

/// A program of the merchant's behind a relay: killed, it breaks its connections and keeps its books.
pub(super) struct Program<S> {
    /// Where it listens while it runs.
    port: u16,
    relay: Relay,
    serve: fn(TcpListener, S) -> io::Result<Server<S>>,
    pub(super) running: Option<Server<S>>,
    /// Its books while it is down.
    books: S,
}

impl<S: Clone> Program<S> {
    /// Starts it where the services expect it.
    pub(super) async fn open(
        port: u16,
        books: S,
        serve: fn(TcpListener, S) -> io::Result<Server<S>>,
        random: &mut Rng,
    ) -> Result<Self> {
        let own = free_port();
        let mut program = Self {
            port: own,
            relay: Relay::at(port, vec![own], random.fork()).await?,
            serve,
            running: None,
            books,
        };
        program.start().await?;
        Ok(program)
    }

    /// Starts it with its books, if it is down.
    pub(super) async fn start(&mut self) -> Result<()> {
        if self.running.is_none() {
            let listener = TcpListener::bind(("127.0.0.1", self.port)).await?;
            self.running = Some((self.serve)(listener, self.books.clone())?);
        }
        self.relay.open();
        Ok(())
    }

    /// Kills it, if it runs.
    pub(super) fn kill(&mut self) {
        if let Some(program) = self.running.take() {
            self.books = program.stop();
        }
        // Connections that are open break, and new ones find nothing that listens.
        self.relay.close();
        self.relay.open();
    }

    /// Breaks its connections, and lets new ones wait for a while.
    pub(super) async fn break_connections(&self, random: &mut Rng) {
        self.relay.close();
        tokio::time::sleep(millis(random, 0, 100)).await;
        self.relay.open();
    }

    /// Looks at its books.
    pub(super) fn look<T>(&self, look: impl FnOnce(&S) -> T) -> T {
        match &self.running {
            Some(program) => look(&program.state()),
            None => look(&self.books),
        }
    }
}
