//! `jetpay simulate platform`: against the real service, against a wrong endpoint, and with wrong arguments.

#[path = "../behind_tls/mod.rs"]
mod behind_tls;
mod https;
mod refused;
#[path = "../running/mod.rs"]
mod running;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::Duration;

use running::{CUSTOMER, Folder, JETPAY, SECRET};

const SIMULATE: [&str; 2] = ["simulate", "platform"];
/// The environment variable that holds the secret.
const VARIABLE: &str = "SECRET_OF_TESTS";

/// The exit code, standard output and standard error.
fn simulate(folder: &Folder, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(JETPAY)
        .args(SIMULATE)
        .args(arguments)
        .env(VARIABLE, SECRET)
        .current_dir(folder.path(""))
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// The numbers in the line of the table that begins with `name`.
fn row(table: &str, name: &str) -> Vec<u64> {
    let line = table.lines().find(|line| line.starts_with(name));
    let line = line.unwrap_or_else(|| panic!("no line `{name}` in {table}"));
    let columns = line[name.len()..].split_whitespace();
    columns.filter_map(|column| column.parse().ok()).collect()
}

/// Starts an endpoint that answers everything with an empty 200, and returns its URL.
fn endpoint_that_accepts_everything() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/kaspi", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    url
}

#[actix_web::test]
async fn real_service_does_nothing_unexpected_and_its_ledger_agrees() {
    let running = Folder::new().serve().await.with_customer().await;
    let arguments =
        "--config jetpay.toml --faults all=200 --rate 100 --count 150 --hurry 200 --seed 7";
    let mut arguments: Vec<_> = arguments.split(' ').collect();
    arguments.extend(["--customer", CUSTOMER]);
    let (code, out, err) = simulate(&running.folder, &arguments);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("kassa24-bvu of project 1234"), "{out}");
    assert!(out.contains("seed 7, faults: repeat=200,"), "{out}");
    assert!(out.contains("success callbacks really credit the given customers"));
    for kind in [
        "verify",
        "check_deposit",
        "callback: success",
        "fault: repeat",
        "fault: at-once",
        "fault: reorder",
        "fault: late",
        "fault: bad-signature",
        "fault: tampered",
        "fault: unknown-payment",
        "fault: unknown-customer",
        "fault: garbage",
        "fault: wrong-amount",
        "fault: slow",
    ] {
        let row = row(&out, kind);
        assert!(
            row[0] > 0 && row[0] == row[1] && row[2..4] == [0, 0],
            "{out}"
        );
    }
    assert!(row(&out, "fault: cut")[0] > 0);
    assert!(out.contains("150 top-ups, "), "{out}");
    for hidden in [SECRET, CUSTOMER, "\"signature\""] {
        assert!(!out.contains(hidden) && !err.contains(hidden), "{hidden}");
    }
    assert!(running.balance(CUSTOMER).await > 0, "credited for real");
    let folder = running.stop();
    let check = folder.run(&["ledger", "check"]);
    assert!(check.status.success(), "{check:?}");
}

#[test]
fn endpoint_that_answers_everything_with_200_is_reported_as_unexpected() {
    let folder = Folder::new();
    let customers = folder.write("customers", &format!("{CUSTOMER}\r\n\n7000000001\n"));
    let url = endpoint_that_accepts_everything();
    let arguments = [
        "--url",
        &url,
        "--method",
        "kaspi",
        "--project",
        "1234",
        "--secret-env",
        VARIABLE,
        "--customers",
        customers.to_str().unwrap(),
        "--count",
        "5",
        "--rate",
        "100",
    ];
    let (code, out, err) = simulate(&folder, &arguments);
    assert_eq!((code, err.as_str()), (Some(1), ""), "{out}");
    assert_eq!(row(&out, "verify"), [5, 0, 5, 0], "{out}");
    assert!(out.contains("Unexpected, the first 5:"), "{out}");
    assert!(
        out.contains("by kaspi, verify: expected HTTP 200 and code 0, got HTTP 200, no code"),
        "{out}"
    );
}

#[cfg(unix)]
#[actix_web::test]
async fn run_without_a_count_writes_counters_until_it_is_stopped() {
    let running = Folder::new().serve().await.with_customer().await;
    let arguments = "--config jetpay.toml --rate 300/min --hurry 100 --method qiwi-kz";
    let process = Command::new(JETPAY)
        .args(SIMULATE)
        .args(arguments.split(' '))
        .args(["--customer", CUSTOMER])
        .current_dir(running.folder.path(""))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The command writes a line every ten seconds.
    std::thread::sleep(Duration::from_secs(11));
    let id = process.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
    let output = process.wait_with_output().unwrap();
    let (out, err) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    assert_eq!(output.status.code(), Some(0), "{out}{err}");
    assert_eq!(err.lines().count(), 1, "{err}");
    assert!(
        err.contains(" top-ups, ") && err.contains(" 0 unexpected | p50 "),
        "{err}"
    );
    let begun = row(&out, "all")[0];
    assert!(begun > 60, "{out}");
    assert!(
        out.contains("qiwi-kz of project") && !out.contains("kaspi of project"),
        "{out}"
    );
    assert!(out.contains("end it with Ctrl-C"), "{out}");
}
