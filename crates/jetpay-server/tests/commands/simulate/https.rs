//! Against an endpoint behind TLS: all messages use it, also the slow and the cut ones.

use super::row;
use crate::behind_tls::{certificate, in_front_of};
use crate::support::{CUSTOMER, Folder, Said, assert_has};

#[actix_web::test]
async fn slow_and_cut_callbacks_are_sent_over_tls_like_all_others() {
    let running = Folder::new().serve().await.with_customer().await;
    let certificate = certificate();
    let port = in_front_of(running.folder.listen, &certificate);
    let simulate = |trusted: &str| {
        let trusted = running.folder.write("trusted.pem", trusted);
        let line = format!(
            "simulate platform --url https://localhost:{port}/{{method}} --project 1234 --secret-env SECRET \
             --customer {CUSTOMER} --faults slow=500,cut=500 --count 40 --rate 100 --hurry 100 --seed 1"
        );
        let mut command = running.folder.command(&line);
        command
            .env("SSL_CERT_FILE", trusted)
            .env_remove("SSL_CERT_DIR");
        Said::of(command.output().unwrap())
    };
    let out = simulate(&certificate.cert.pem()).good();
    assert_has(&out, &["faults: slow=500,cut=500\n"]);
    let slow = row(&out, "fault: slow");
    assert!(
        slow[0] > 5 && slow[..4] == [slow[0], slow[0], 0, 0],
        "{out}"
    );
    assert!(row(&out, "fault: cut")[0] > 5, "{out}");
    assert!(running.balance(CUSTOMER).await > 0, "credited for real");

    let Said { code, out, .. } = simulate("");
    assert_eq!(code, Some(1), "{out}");
    assert_has(&out, &["no answer: invalid peer certificate"]);
    assert_eq!(row(&out, "all")[1], 0, "{out}");
}
