//! `jetpay-conformance` against an endpoint behind TLS: it trusts only the certificates that the machine trusts.

#[path = "../../jetpay-server/tests/behind_tls/mod.rs"]
mod behind_tls;
mod service;

use std::path::Path;

use behind_tls::{certificate, in_front_of};
use service::{CUSTOMER, Ended, Running, conformance};

#[tokio::test]
async fn endpoint_behind_tls_is_checked_only_when_the_machine_trusts_its_certificate() {
    let running = Running::with_customer().await;
    let certificate = certificate();
    let trusted = running.write("trusted.pem", &certificate.cert.pem());
    let port = in_front_of(running.listen.port(), &certificate);

    let ended = checked(port, &trusted);
    assert_eq!(ended.code, Some(0), "{}", ended.out);
    assert!(ended.out.contains(" 0 failed"), "{}", ended.out);

    let none = running.write("none.pem", "");
    let ended = checked(port, &none);
    assert_eq!(ended.code, Some(2), "{}", ended.err);
    assert!(ended.err.contains("certificate"), "{}", ended.err);
}

fn checked(port: u16, trusted: &Path) -> Ended {
    let url = format!("https://localhost:{port}/kaspi");
    let arguments = ["--url", &url, "--method", "kaspi", "--customer", CUSTOMER];
    let output = conformance("S", &arguments)
        .env("SSL_CERT_FILE", trusted)
        .env_remove("SSL_CERT_DIR")
        .output();
    output.unwrap().into()
}
