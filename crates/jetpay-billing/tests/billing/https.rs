//! TLS with the certificates that the machine trusts, and without a proxy. The environment decides both, so the test runs
//! the client in a process of its own.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::thread;

use jetpay_billing::Failure;
use jetpay_billing::client::{BillingUrl, DialectClient, NoClient};
use jetpay_billing::dialect::Dialect;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};

use crate::wire::TIMEOUT;

/// The environment variable with which a test passes addresses to that process.
const ADDRESSES: &str = "JETPAY_BILLING_TEST_ADDRESSES";

fn client(address: &str) -> Result<DialectClient, NoClient> {
    let url = BillingUrl::parse(address).unwrap();
    DialectClient::new(Dialect::Osmp, url, None, TIMEOUT)
}

#[test]
fn only_a_server_with_a_trusted_certificate_is_asked() {
    if let Ok(addresses) = std::env::var(ADDRESSES) {
        return ask(&addresses);
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trusted.pem");
    let (trusted, unknown) = (certificate(), certificate());
    std::fs::write(&file, trusted.cert.pem()).unwrap();
    run_again(
        "https::only_a_server_with_a_trusted_certificate_is_asked",
        &format!("{} {}", serve(&trusted), serve(&unknown)),
        &file.display().to_string(),
    );
}

fn ask(addresses: &str) {
    let (trusted, unknown) = addresses.split_once(' ').unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let check = |address: &str| runtime.block_on(client(address).unwrap().check("a", "9", "1.00"));
    assert!(check(trusted).is_ok());
    let failure = check(unknown).unwrap_err();
    assert!(matches!(failure, Failure::NotConnected(_)), "{failure:?}");
    assert!(failure.to_string().contains("certificate"), "{failure}");
}

#[test]
fn machine_without_certificates_has_no_client_of_https() {
    if std::env::var(ADDRESSES).is_ok() {
        let error = client("https://billing.example.com").unwrap_err();
        assert!(matches!(error, NoClient::NoCertificates(_)), "{error:?}");
        assert!(client("http://127.0.0.1:9").is_ok());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    run_again(
        "https::machine_without_certificates_has_no_client_of_https",
        "",
        &folder.path().join("none.pem").display().to_string(),
    );
}

/// Runs one test of this file in a process of its own. No proxy of the environment may be used.
fn run_again(test: &str, addresses: &str, certificates: &str) {
    let unused_proxy = "http://127.0.0.1:9";
    let output = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(ADDRESSES, addresses)
        .env("SSL_CERT_FILE", certificates)
        .env_remove("SSL_CERT_DIR")
        .envs(
            ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
                .map(|name| (name, unused_proxy)),
        )
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    let has_run = output.status.success() && stdout.contains("1 passed");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(has_run, "{stdout}{stderr}");
}

fn certificate() -> CertifiedKey<rcgen::KeyPair> {
    generate_simple_self_signed(["localhost".to_owned()]).unwrap()
}

/// Starts a server that answers clients which trust the certificate. Returns its address.
fn serve(certificate: &CertifiedKey<rcgen::KeyPair>) -> String {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(
        certificate.signing_key.serialize_der(),
    ));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut connection = ServerConnection::new(config.clone()).unwrap();
            let mut tls = Stream::new(&mut connection, &mut stream);
            let mut bytes = [0; 4096];
            if !matches!(tls.read(&mut bytes), Ok(count) if count > 0) {
                continue;
            }
            let body = "<response><osmp_txn_id>9</osmp_txn_id><result>0</result></response>";
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
            let _ = tls.write_all(format!("{head}{body}").as_bytes());
        }
    });
    format!("https://localhost:{port}")
}
