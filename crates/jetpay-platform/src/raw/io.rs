//! A connection's bytes, with TLS or without.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::address::Address;
use super::{CONNECT, Lost};

pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// Connects in time or not at all.
pub(super) async fn connect(address: &Address, tls: &ClientConfig) -> Result<Box<dyn Io>, Lost> {
    match tokio::time::timeout(CONNECT, connected(address, tls)).await {
        Ok(Ok(io)) => Ok(io),
        Ok(Err(error)) => Err(Lost::NotConnected(error.to_string())),
        Err(_) => Err(Lost::NotConnected("no connection in time".into())),
    }
}

async fn connected(address: &Address, tls: &ClientConfig) -> std::io::Result<Box<dyn Io>> {
    let stream = TcpStream::connect((address.host.as_str(), address.port)).await?;
    // What is written in pieces is sent in pieces.
    stream.set_nodelay(true)?;
    if !address.tls {
        return Ok(Box::new(stream));
    }
    let name = ServerName::try_from(address.host.clone()).map_err(std::io::Error::other)?;
    let connector = TlsConnector::from(Arc::new(tls.clone()));
    Ok(Box::new(connector.connect(name, stream).await?))
}
