//! Stands before a database, and falls silent when told to: connections stay open, and nothing comes through.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

pub(crate) struct Proxy {
    /// The database's, by way of the proxy.
    pub(crate) url: String,
    frozen: watch::Sender<bool>,
}

impl Proxy {
    /// None for a database that is reached otherwise than by TCP.
    pub(crate) async fn before(url: &str) -> Option<Self> {
        let (user, place) = url.split_once('@')?;
        let (host, name) = place.split_once('/')?;
        let host: Arc<str> = host.into();
        TcpStream::connect(&*host).await.ok()?;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (frozen, watched) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, Arc::clone(&host), watched.clone()));
            }
        });
        Some(Self {
            url: format!("{user}@127.0.0.1:{port}/{name}"),
            frozen,
        })
    }

    pub(crate) fn freeze(&self) {
        self.frozen.send_replace(true);
    }

    pub(crate) fn thaw(&self) {
        self.frozen.send_replace(false);
    }
}

async fn pass(client: TcpStream, host: Arc<str>, frozen: watch::Receiver<bool>) {
    let Ok(server) = TcpStream::connect(&*host).await else {
        return;
    };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let back = tokio::spawn(copy(from_server, to_client, frozen.clone()));
    copy(from_client, to_server, frozen).await;
    back.abort();
}

async fn copy(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut frozen: watch::Receiver<bool>) {
    let mut bytes = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        if frozen.wait_for(|frozen| !frozen).await.is_err()
            || to.write_all(&bytes[..count]).await.is_err()
        {
            return;
        }
    }
}
