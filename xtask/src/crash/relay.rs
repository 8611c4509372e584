//! One address with all services behind it, as a merchant's proxy has it, so a client that keeps one address meets all of
//! them.

use anyhow::Result;
use fastrand::Rng;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

pub(super) struct Relay {
    url: String,
    open: watch::Sender<bool>,
}

impl Relay {
    /// Listens, and connects each connection to a random one of these ports, whether a service listens there or not.
    pub(super) async fn to(ports: Vec<u16>, random: Rng) -> Result<Self> {
        Self::at(0, ports, random).await
    }

    /// Does so at a port of its own.
    pub(super) async fn at(port: u16, ports: Vec<u16>, random: Rng) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (open, is_open) = watch::channel(true);
        tokio::spawn(accept(listener, ports, is_open, random));
        Ok(Self { url, open })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn open(&self) {
        self.open.send_replace(true);
    }

    /// Breaks all connections. New ones wait until [`open`](Self::open), so that what is sent now arrives then.
    pub(super) fn close(&self) {
        self.open.send_replace(false);
    }
}

async fn accept(
    listener: TcpListener,
    ports: Vec<u16>,
    is_open: watch::Receiver<bool>,
    mut random: Rng,
) {
    while let Ok((mut here, _)) = listener.accept().await {
        let (port, mut is_open) = (ports[random.usize(..ports.len())], is_open.clone());
        tokio::spawn(async move {
            if is_open.wait_for(|open| *open).await.is_err() {
                return;
            }
            let connected = async {
                // When one side breaks, the other side's connection closes, too.
                let mut there = TcpStream::connect(("127.0.0.1", port)).await?;
                copy_bidirectional(&mut here, &mut there).await
            };
            tokio::select! {
                biased;
                _ = is_open.wait_for(|open| !open) => {}
                _ = connected => {}
            }
        });
    }
}
