//! The shop passes every check that its customer permits, with the money observed.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use jetpay_conformance::{
    Customers, Observation, Outcome, Project, Report, Target, prepare, run_all,
};
use jetpay_platform::{Client, KASPI};

const SECRET: &str = "a secret of tests";

/// The shop as a process of its own, until it is dropped.
struct Running(Child);

impl Running {
    /// Starts it on a free port. Returns its URL, too.
    fn start() -> (Self, String) {
        let mut process = Command::new(env!("CARGO_BIN_EXE_shop-axum"))
            .env("SHOP_LISTEN", "127.0.0.1:0")
            .env("SHOP_IN_TEST", "1")
            .env("JETPAY_PROJECT", "1234")
            .env("JETPAY_SECRET", SECRET)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let line = output.lines().next().unwrap().unwrap();
        let url = line.strip_prefix("listening on ").unwrap().to_owned();
        (Self(process), url)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// The checks that did not pass, and why. A check that was not run needs something that the shop does not have.
fn wrong(report: &Report) -> Vec<String> {
    let findings = report.findings.iter();
    let wrong = findings.filter(|it| match &it.outcome {
        Outcome::Passed => false,
        Outcome::NotRun { why } => !why.contains("--"),
        Outcome::Failed { .. } | Outcome::NotObserved { .. } => true,
    });
    wrong
        .map(|it| format!("{}: {:?}", it.check.id, it.outcome))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn shop_on_axum_passes_every_check_that_its_one_customer_permits() {
    let (_running, url) = Running::start();
    let project = Project::new(1234, SECRET).unwrap().with_methods([&KASPI]);
    let observe = format!("{url}/test/payments/{{payment_id}}");
    let customers = Customers::new("7123456789", "7000000404");
    let mut target = Target::new(format!("{url}/kaspi"), project, customers)
        .with_observer(Observation::new(observe, None));
    target.credits = true;
    target.strict = true;
    prepare(&mut target).await.unwrap();
    let report = run_all(&target, |_| ()).await;
    assert_eq!(wrong(&report), Vec::<String>::new());
    assert!(report.summary().passed > 150, "{report}");
}

#[tokio::test]
async fn body_over_the_limit_is_answered_with_413_and_the_refusal_of_kaspi() {
    let (_running, url) = Running::start();
    let client = Client::new(format!("{url}/kaspi"));
    for (bytes, status) in [(64 * 1024, 400), (64 * 1024 + 1, 413)] {
        let body = vec![b' '; bytes];
        let exchange = client.send("POST", "", &[], body).await.unwrap();
        assert_eq!(exchange.status, status, "{bytes}");
        let refusal = exchange.json.unwrap();
        assert_eq!(refusal["code"], 500);
        assert!(refusal["message"].as_str().is_some_and(|it| !it.is_empty()));
    }
}
