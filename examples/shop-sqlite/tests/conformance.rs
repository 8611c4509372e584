//! The shop passes every check, with the money observed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use jetpay_conformance::{
    Customers, Observation, Outcome, Project, Report, Target, prepare, run_all,
};
use jetpay_platform::{KASPI, KASSA24};

const SECRETS: [&str; 2] = ["a secret of tests", "another secret of tests"];

/// The shop as a process of its own, until it is dropped.
struct Running {
    process: Child,
    _output: BufReader<ChildStdout>,
    url: String,
}

impl Running {
    fn start_in(folder: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_shop-sqlite"))
            .current_dir(folder)
            .env("SHOP_LISTEN", "127.0.0.1:0")
            .env("SHOP_IN_TEST", "1")
            .env("JETPAY_SECRET_1234", SECRETS[0])
            .env("JETPAY_SECRET_5678", SECRETS[1])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let url = line
            .trim()
            .strip_prefix("listening on ")
            .unwrap()
            .to_owned();
        Self {
            process,
            _output: output,
            url,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn target(url: &str) -> Target {
    let project = Project::new(1234, SECRETS[0]).unwrap();
    let other = Project::new(5678, SECRETS[1]).unwrap();
    let observe = format!("{url}/test/payments/{{payment_id}}");
    let mut target = Target::new(
        format!("{url}/{{method}}"),
        project.with_methods([&KASPI, &KASSA24]),
        Customers::standard(),
    )
    .with_project(other.with_methods([]))
    .with_observer(Observation::new(observe, None));
    target.callback_urls.push(format!("{url}/callback"));
    target.credits = true;
    target.strict = true;
    target
}

/// The checks that did not pass, and why.
fn not_passed(report: &Report) -> Vec<String> {
    let findings = report.findings.iter();
    let findings = findings.filter(|it| it.outcome != Outcome::Passed);
    findings
        .map(|it| format!("{}: {:?}", it.check.full_id(), it.outcome))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn shop_passes_every_check_of_both_methods_with_the_money_observed() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Running::start_in(folder.path());
    let db = rusqlite::Connection::open(folder.path().join("shop.db")).unwrap();
    db.execute_batch(include_str!("../customers.sql")).unwrap();

    let mut target = target(&shop.url);
    prepare(&mut target).await.unwrap();
    let report = run_all(&target, |_| ()).await;
    assert_eq!(not_passed(&report), Vec::<String>::new());
    assert!(report.findings.len() > 300, "{report}");

    // What the tables say beside the answers.
    let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert!(count("SELECT count(*) FROM entries WHERE kind = 'credit'") > 100);
    let negative =
        "SELECT count(*) FROM (SELECT 1 FROM entries GROUP BY payment_id HAVING sum(amount) < 0)";
    assert_eq!(count(negative), 0);
    let waits = "SELECT count(*) FROM events JOIN payments ON payments.id = payment_id
        WHERE outcome = 'early' AND state NOT IN ('pending', 'declined', 'quarantined')";
    assert_eq!(count(waits), 0);
}
