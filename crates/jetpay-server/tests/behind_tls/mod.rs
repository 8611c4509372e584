//! A TLS proxy in front of a service, with a certificate that tests can make trusted. `jetpay-conformance` uses it, too.

#![allow(unreachable_pub, reason = "a module of tests")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;

use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// A certificate for `localhost`. Commands trust it when `SSL_CERT_FILE` names it and `SSL_CERT_DIR` is not set.
pub fn certificate() -> CertifiedKey<KeyPair> {
    generate_simple_self_signed(["localhost".to_owned()]).unwrap()
}

/// Starts a proxy that terminates TLS in front of a port, and returns the proxy's port.
pub fn in_front_of(port: u16, certificate: &CertifiedKey<KeyPair>) -> u16 {
    let key = PrivatePkcs8KeyDer::from(certificate.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.cert.der().clone()],
            PrivateKeyDer::from(key),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let own = listener.local_addr().unwrap().port();
    listener.set_nonblocking(true).unwrap();
    // A thread of its own, because the test's thread waits for the command.
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(async {
            let listener = TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                let to = ([127, 0, 0, 1], port).into();
                tokio::spawn(forward(acceptor.clone(), stream, to));
            }
        });
    });
    own
}

async fn forward(acceptor: TlsAcceptor, stream: TcpStream, to: SocketAddr) {
    // Errors are not reported here: the command reports a missing answer.
    if let (Ok(mut plain), Ok(mut tls)) =
        (TcpStream::connect(to).await, acceptor.accept(stream).await)
    {
        let _ = copy_bidirectional(&mut plain, &mut tls).await;
    }
}
