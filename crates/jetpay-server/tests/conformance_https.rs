//! `jetpay conformance` against an endpoint behind TLS: only a certificate that the machine trusts is spoken to.

mod running;

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::thread;

use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use running::{CUSTOMER, Folder, JETPAY, SECRET};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

#[actix_web::test]
async fn endpoint_behind_tls_is_checked_and_one_that_nobody_vouches_for_is_not() {
    let running = Folder::new().serve().await.with_customer().await;
    let certificate = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let trusted = running.folder.write("trusted.pem", &certificate.cert.pem());
    let port = in_front_of(running.folder.listen, &certificate);

    let output = conformance(port, &trusted);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains(" 0 failed"), "{text}");

    let nobody = running.folder.write("nobody.pem", "");
    let output = conformance(port, &nobody);
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("certificate"), "{text}");
}

fn conformance(port: u16, trusted: &Path) -> Output {
    let url = format!("https://localhost:{port}/kaspi");
    Command::new(JETPAY)
        .args(["conformance", "--project", "1234", "--secret-env", "S"])
        .args(["--url", &url, "--method", "kaspi", "--customer", CUSTOMER])
        .env("S", SECRET)
        .env("SSL_CERT_FILE", trusted)
        .env_remove("SSL_CERT_DIR")
        .output()
        .unwrap()
}

/// Takes TLS off in front of a port, as long as the test runs.
fn in_front_of(port: u16, certificate: &CertifiedKey<KeyPair>) -> u16 {
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
    // The test's own thread waits for the command.
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(async {
            let listener = TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(forward(
                    acceptor.clone(),
                    stream,
                    ([127, 0, 0, 1], port).into(),
                ));
            }
        });
    });
    own
}

async fn forward(acceptor: TlsAcceptor, stream: TcpStream, to: SocketAddr) {
    // Whoever breaks off is not heard any more; the checks say what they miss.
    if let (Ok(mut plain), Ok(mut tls)) =
        (TcpStream::connect(to).await, acceptor.accept(stream).await)
    {
        let _ = copy_bidirectional(&mut plain, &mut tls).await;
    }
}
