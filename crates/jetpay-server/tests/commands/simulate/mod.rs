//! `jetpay simulate billing`; and `jetpay simulate platform`: against the real service, against a wrong endpoint, and with wrong arguments.

mod billing;
mod data_api;
mod https;
mod refused;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::{CUSTOMER, Folder, SECRET, Said, assert_has};

/// Runs the command with these arguments.
fn simulate(folder: &Folder, arguments: &str) -> Said {
    folder.run(&format!("simulate platform {arguments}"))
}

/// The numbers in the line of the table that begins with `name`.
fn row(table: &str, name: &str) -> Vec<u64> {
    let line = table.lines().find(|line| line.starts_with(name));
    let line = line.unwrap_or_else(|| panic!("no line `{name}` in {table}"));
    let columns = line[name.len()..].split_whitespace();
    columns.filter_map(|column| column.parse().ok()).collect()
}

/// A command that serves until it is stopped.
struct Serving(Option<Child>);

impl Serving {
    fn begin(folder: &Folder, line: &str) -> Self {
        let mut command = folder.command(line);
        Self(Some(command.stdout(Stdio::piped()).spawn().unwrap()))
    }

    /// Stops the command, and returns what it said.
    fn stop(mut self) -> String {
        let process = self.0.take().unwrap();
        let mut kill = std::process::Command::new("kill");
        let id = process.id().to_string();
        assert!(kill.args(["-TERM", &id]).status().unwrap().success());
        Said::of(process.wait_with_output().unwrap()).good()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if let Some(process) = &mut self.0 {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
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
    let options = "--faults all=200 --rate 100 --count 150 --hurry 200 --seed 7";
    let arguments = format!("--config jetpay.toml {options} --customer {CUSTOMER}");
    let said = simulate(&running.folder, &arguments);
    for hidden in [SECRET, CUSTOMER, "\"signature\""] {
        assert!(!said.all().contains(hidden), "{hidden}");
    }
    let out = said.good();
    assert_has(
        &out,
        &["kassa24-bvu of project 1234", "seed 7, faults: repeat=200,"],
    );
    assert_has(
        &out,
        &[
            "success callbacks really credit the given customers",
            "150 top-ups, ",
        ],
    );
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
            row[0] > 0 && row[..4] == [row[0], row[0], 0, 0],
            "{kind}: {out}"
        );
    }
    assert!(row(&out, "fault: cut")[0] > 0);
    assert!(running.balance(CUSTOMER).await > 0, "credited for real");
    running.stop().run("ledger check").good();
}

#[test]
fn endpoint_that_answers_everything_with_200_is_reported_as_unexpected() {
    let folder = Folder::new();
    folder.write("customers", format!("{CUSTOMER}\r\n\n7000000001\n"));
    let url = endpoint_that_accepts_everything();
    let said = simulate(
        &folder,
        &format!(
            "--url {url} --method kaspi --project 1234 --secret-env SECRET --customers customers --count 5 --rate 100"
        ),
    );
    assert_eq!((said.code, &*said.err), (Some(1), ""), "{said:?}");
    assert_eq!(row(&said.out, "verify"), [5, 0, 5, 0], "{said:?}");
    let first = "by kaspi, verify: expected HTTP 200 and code 0, got HTTP 200, no code";
    assert_has(&said.out, &["Unexpected, the first 5:", first]);
}

#[cfg(unix)]
#[actix_web::test]
async fn run_without_a_count_writes_counters_until_it_is_stopped() {
    let running = Folder::new().serve().await.with_customer().await;
    let options = "--config jetpay.toml --rate 300/min --hurry 100 --method qiwi-kz";
    let line = format!("simulate platform {options} --customer {CUSTOMER}");
    let mut command = running.folder.command(&line);
    let process = command
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
    let said = Said::of(process.wait_with_output().unwrap());
    assert_eq!(said.err.lines().count(), 1, "{said:?}");
    assert_has(&said.err, &[" top-ups, ", " 0 unexpected | p50 "]);
    let out = said.good();
    assert!(row(&out, "all")[0] > 60, "{out}");
    assert_has(&out, &["qiwi-kz of project", "end it with Ctrl-C"]);
    assert!(!out.contains("kaspi of project"), "{out}");
}
