//! A Gate for a person who tries by hand: what a command needs.

use std::io;
use std::net::SocketAddr;

use jetpay_core::Keyring;
use reqwest::Url;
use tokio::net::TcpListener;

use super::books::Books;
use super::event::Watch;
use super::server::{Server, Serving, serve};
use crate::operation_ids::next_operation_id;

/// What a Gate for trying by hand is told.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it listens; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// The projects and their secrets.
    pub keyring: Keyring,
    /// Where callbacks are sent; without it nobody is told anything.
    pub callback_url: Option<Url>,
    /// Payouts go by chance from this seed; without it by the last two [`digits()`](super::digits()) of the account.
    pub seed: Option<u64>,
    /// Divides the waits before a callback comes again, and the times of plans by chance. 1 is the platform's pace.
    pub hurry: u32,
    /// Who is told what happens.
    pub watch: Watch,
}

impl Settings {
    /// A Gate of these projects at this address: no callbacks, no chance, no hurry.
    #[must_use]
    pub fn new(listen: SocketAddr, keyring: Keyring) -> Self {
        Self {
            listen,
            keyring,
            callback_url: None,
            seed: None,
            hurry: 1,
            watch: Watch::default(),
        }
    }

    /// Listens and serves, in the background. Operations have numbers that no earlier run gave out.
    ///
    /// # Errors
    /// When the address is taken, or is none of this machine.
    ///
    /// # Panics
    /// Outside of a tokio runtime with I/O and time.
    pub async fn open(self) -> io::Result<Server> {
        let hurry = self.hurry.max(1);
        let mut books = Books::new(self.keyring).numbered_from(next_operation_id());
        if let Some(seed) = self.seed {
            books.plan_others_by_chance(seed, hurry);
        }
        let serving = Serving {
            callback_url: self.callback_url,
            hurry,
            watch: self.watch,
            ..Serving::default()
        };
        serve(TcpListener::bind(self.listen).await?, books, serving)
    }

    /// Serves until the future is dropped. `on_open` is called once it listens, with the server to look at.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn run(self, on_open: impl FnOnce(&Server)) -> io::Result<()> {
        let mut server = self.open().await?;
        on_open(&server);
        server.ended().await;
        Ok(())
    }
}
