//! Against an endpoint behind TLS: all messages use it, also the slow and the cut ones.

use std::path::Path;
use std::process::Command;

use super::behind_tls::{certificate, in_front_of};
use super::running::{CUSTOMER, Folder, JETPAY, SECRET};
use super::{SIMULATE, VARIABLE, row};

#[actix_web::test]
async fn slow_and_cut_callbacks_are_sent_over_tls_like_all_others() {
    let running = Folder::new().serve().await.with_customer().await;
    let certificate = certificate();
    let trusted = running.folder.write("trusted.pem", &certificate.cert.pem());
    let port = in_front_of(running.folder.listen, &certificate);

    let (code, out) = simulate(port, &trusted);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("faults: slow=500,cut=500\n"), "{out}");
    let slow = row(&out, "fault: slow");
    assert!(
        slow[0] > 5 && slow[..4] == [slow[0], slow[0], 0, 0],
        "{out}"
    );
    assert!(row(&out, "fault: cut")[0] > 5, "{out}");
    assert!(running.balance(CUSTOMER).await > 0, "credited for real");

    let empty = running.folder.write("empty.pem", "");
    let (code, out) = simulate(port, &empty);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("no answer: invalid peer certificate"), "{out}");
    assert_eq!(row(&out, "all")[1], 0, "{out}");
}

/// The exit code and standard output.
fn simulate(port: u16, trusted: &Path) -> (Option<i32>, String) {
    let url = format!("https://localhost:{port}/{{method}}");
    let output = Command::new(JETPAY)
        .args(SIMULATE)
        .args(["--url", &url, "--project", "1234", "--secret-env", VARIABLE])
        .args(["--customer", CUSTOMER, "--faults", "slow=500,cut=500"])
        .args([
            "--count", "40", "--rate", "100", "--hurry", "100", "--seed", "1",
        ])
        .env(VARIABLE, SECRET)
        .env("SSL_CERT_FILE", trusted)
        .env_remove("SSL_CERT_DIR")
        .output()
        .unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
    )
}
