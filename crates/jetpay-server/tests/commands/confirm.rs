//! `jetpay payments confirm` against the real service and `jetpay simulate gate`.

use std::process::{Child, Stdio};

use jetpay_testing::free_port;

use crate::support::{CUSTOMER, Folder, PROJECT, Running, assert_has};

/// A simulated Gate that the end of the test kills.
struct Gate(Child);

impl Drop for Gate {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts `jetpay simulate gate` that has this payment as paid, and waits until it listens.
async fn gate(running: &Running, port: u16, paid: &str) -> Gate {
    let line = format!(
        "simulate gate --listen 127.0.0.1:{port} --project {PROJECT} --secret-env SECRET --paid {paid}"
    );
    let mut command = running.folder.command(&line);
    let gate = Gate(command.stdout(Stdio::null()).spawn().unwrap());
    for _ in 0..500 {
        if tokio::net::TcpStream::connect(("127.0.0.1", port))
            .await
            .is_ok()
        {
            return gate;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the Gate does not listen");
}

#[actix_web::test]
async fn operator_sees_what_the_platform_says_and_applies_it_with_a_reason() {
    let port = free_port();
    let folder =
        Folder::new().configured(&format!("[gate]\nbase_url = \"http://127.0.0.1:{port}\"\n"));
    let running = folder.serve().await.with_customer().await;
    let id = running.announced(90_000).await;
    let confirm = format!("payments confirm {id}");
    let because = format!("{confirm} --reason 'the older system answered it'");
    let away = running.run(&format!("{because} --yes")).bad();
    assert_has(&away, &["no connection to the Gate", "try again later"]);

    let _gate = gate(&running, port, &format!("{id}:90000")).await;
    let shown = running.run(&format!("{confirm} --show")).good();
    assert_has(
        &shown,
        &[
            "success (signed with the project's secret)",
            "900.00 KZT",
            "does not have it",
            "pending",
        ],
    );
    // Without a terminal, nothing is applied.
    let asked = running.run(&because);
    assert_has(
        &asked.err,
        &["success (signed", "nothing is applied", "--yes"],
    );
    asked.bad();
    assert_eq!(running.balance(CUSTOMER).await, 0);
    assert_eq!(running.run(&confirm).code, Some(2));
    assert_eq!(
        running.run(&format!("{confirm} --show --yes")).code,
        Some(2)
    );

    let done = running.run(&format!("{because} --yes")).good();
    assert_has(&done, &["credited", "applied"]);
    assert_eq!(running.balance(CUSTOMER).await, 90_000);
    let again = running.run(&format!("{because} --yes")).bad();
    assert_has(&again, &["has all that the platform says"]);
    let shown = running.run(&format!("{confirm} --show --json")).json();
    assert_eq!(shown["operations"][0]["stored"], true);
    let shown = running.run(&format!("payments show {id}")).good();
    assert_has(&shown, &["confirm", "the older system answered it"]);
    assert_has(&running.run("ledger check").good(), &["1"]);
    assert_has(
        &running.run("payments confirm ghost --show").bad(),
        &["there is no payment with this id"],
    );
}

#[test]
fn paid_top_up_of_a_simulated_gate_is_an_id_and_an_amount() {
    for text in ["x", ":1", "x:0", "x:-1", "x:many"] {
        let line = format!("simulate gate --project 1 --secret-env SECRET --paid {text}");
        let said = Folder::new().run(&line);
        assert_eq!(said.code, Some(2), "{text}: {said:?}");
        assert_has(&said.err, &["such as payment_47:90000"]);
    }
}
