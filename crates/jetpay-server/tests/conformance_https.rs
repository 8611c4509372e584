//! `jetpay conformance` against an endpoint behind TLS: only a certificate that the machine trusts is spoken to.

mod behind_tls;
mod running;

use std::path::Path;
use std::process::{Command, Output};

use behind_tls::{certificate, in_front_of};
use running::{CUSTOMER, Folder, JETPAY, SECRET};

#[actix_web::test]
async fn endpoint_behind_tls_is_checked_and_one_that_nobody_vouches_for_is_not() {
    let running = Folder::new().serve().await.with_customer().await;
    let certificate = certificate();
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
