//! TLS with the certificates that the machine trusts, and without a proxy. The environment decides both, so the test runs
//! the client in a process of its own.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::thread;

use crate::wire::{ACCEPTED, payout, project};
use jetpay_gate::{BaseUrl, Gate, GateError, Outcome, Reason};
use jetpay_qiwi_kz::QiwiKz;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};

/// The environment variable with which the test passes the servers' addresses to that process.
const ADDRESSES: &str = "JETPAY_GATE_TEST_ADDRESSES";

#[test]
fn only_a_server_with_a_trusted_certificate_gets_a_payout() {
    if let Ok(addresses) = std::env::var(ADDRESSES) {
        return pay_out_to(&addresses);
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trusted.pem");
    let (trusted, unknown) = (certificate(), certificate());
    std::fs::write(&file, trusted.cert.pem()).unwrap();
    let addresses = format!("{} {}", serve(&trusted), serve(&unknown));
    run_again(
        "https::only_a_server_with_a_trusted_certificate_gets_a_payout",
        [
            (ADDRESSES, addresses),
            ("SSL_CERT_FILE", file.display().to_string()),
        ],
    );
}

fn pay_out_to(addresses: &str) {
    let (trusted, unknown) = addresses.split_once(' ').unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let pay_out = |address: &str| {
        let gate = Gate::new(address).unwrap();
        runtime.block_on(gate.payout::<QiwiKz>(&project(), &payout()))
    };
    let outcome = pay_out(trusted);
    assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
    let outcome = pay_out(unknown);
    let Outcome::Unknown(why) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(matches!(why.reason, Reason::NotConnected(_)), "{why}");
    assert!(why.to_string().contains("certificate"), "{why}");
}

#[tokio::test]
async fn given_root_certificates_replace_those_of_the_machine() {
    let (trusted, unknown) = (certificate(), certificate());
    let roots = trusted.cert.pem();
    let pay_out = async |address: String| {
        let gate = Gate::builder(BaseUrl::parse(&address).unwrap());
        let gate = gate.with_root_certificates(roots.as_str()).build().unwrap();
        gate.payout::<QiwiKz>(&project(), &payout()).await
    };
    let outcome = pay_out(serve(&trusted)).await;
    assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
    let outcome = pay_out(serve(&unknown)).await;
    assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
}

#[test]
fn machine_without_certificates_has_no_client_of_https() {
    if std::env::var(ADDRESSES).is_ok() {
        let error = Gate::new("https://gate.example.com").unwrap_err();
        assert!(
            matches!(error, GateError::NoMachineCertificates(Some(_))),
            "{error:?}"
        );
        assert!(Gate::new("http://127.0.0.1:9").is_ok());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    run_again(
        "https::machine_without_certificates_has_no_client_of_https",
        [
            (ADDRESSES, String::new()),
            (
                "SSL_CERT_FILE",
                folder.path().join("none.pem").display().to_string(),
            ),
        ],
    );
}

/// Runs one test of this file in a process of its own, with these variables. No proxy of the environment may be used.
fn run_again(test: &str, variables: [(&str, String); 2]) {
    let unused_proxy = "http://127.0.0.1:9";
    let output = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .envs(variables)
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

/// Starts a server that responds to clients which trust the certificate. Returns its address.
fn serve(certificate: &CertifiedKey<rcgen::KeyPair>) -> String {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(
        certificate.signing_key.serialize_der(),
    ));
    let config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.cert.der().clone()], key)
            .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!(
        "https://localhost:{}",
        listener.local_addr().unwrap().port()
    );
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut connection = ServerConnection::new(config.clone()).unwrap();
            let mut tls = Stream::new(&mut connection, &mut stream);
            let mut bytes = [0; 4096];
            // Head and body may come in separate pieces. The request ends with the braces of its JSON.
            let mut text = String::new();
            while !text.contains("}}") {
                match tls.read(&mut bytes) {
                    Ok(count) if count > 0 => {
                        text.push_str(&String::from_utf8_lossy(&bytes[..count]));
                    }
                    _ => break,
                }
            }
            let response = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{ACCEPTED}",
                ACCEPTED.len()
            );
            let _ = tls.write_all(response.as_bytes());
        }
    });
    address
}
