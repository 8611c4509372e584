//! `jetpay customers import`: into the store, or through the running service.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use jetpay_core::{Currency, Money};
use jetpay_ledger::{Customer, Ledger};
use jetpay_platform::{CallbackKind, KASPI, TopUp, top_up};
use jetpay_testing::postgres::{self, require_or_skip};
use reqwest::Method;

use crate::running::{CUSTOMER, Folder, JETPAY, Running, answer, text};

/// The standard output of the command, which must succeed.
fn imported(folder: &Folder, arguments: &[&str]) -> String {
    let output = folder.run(&[&["customers", "import"], arguments].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// Runs the command with this answer to its question.
fn answered(folder: &Folder, arguments: &[&str], answer: &str) -> Output {
    let mut process = Command::new(JETPAY)
        .args([&["customers", "import"], arguments].concat())
        .current_dir(folder.path(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _ = process.stdin.take().unwrap().write_all(answer.as_bytes());
    process.wait_with_output().unwrap()
}

/// The ids of all customers.
async fn ids(running: &Running) -> Vec<String> {
    let (_, all) = running.get("/v1/customers?limit=1000").await;
    let customers = all["customers"].as_array().unwrap().iter();
    let ids = customers.map(|customer| customer["customer_id"].as_str().unwrap().to_owned());
    ids.collect()
}

async fn file_is_imported_and_replaces_all_while_the_service_runs(running: &Running) {
    let mut file = String::from("customer_id,contract_id,contract_number,payment\n");
    for number in 0..2_345 {
        writeln!(file, "{number:05},c,N,{number}").unwrap();
    }
    running.folder.write("all.csv", &file);
    let output = imported(&running.folder, &["all.csv"]);
    assert_eq!(output, "2345 new, 0 replaced, 0 left out\n");
    let output = imported(&running.folder, &["all.csv"]);
    assert_eq!(output, "0 new, 2345 replaced, 0 left out\n");
    let (_, last) = running.get("/v1/customers/02344").await;
    assert_eq!(last["contracts"][0]["payment"], 2_344);

    let few = "{\"customer_id\":\"00001\"}\n{\"customer_id\":\"new/1\"}\n";
    running.folder.write("few.jsonl", few);
    for answer in ["", "n\n", "2344\n"] {
        let output = answered(&running.folder, &["few.jsonl", "--replace-all"], answer);
        assert!(!output.status.success(), "{answer:?}");
        let error = text(&output.stderr);
        assert!(
            error.contains("2344 customers are not in the file"),
            "{error}"
        );
        assert!(error.contains("nothing was changed"), "{error}");
    }
    assert_eq!(ids(running).await.len(), 1_000, "nothing was removed");
    assert_eq!(
        running.get("/v1/customers/new%2F1").await.0,
        404,
        "nor stored"
    );
    let output = answered(&running.folder, &["few.jsonl", "--replace-all"], "y\n");
    assert_eq!(
        text(&output.stdout),
        "1 new, 1 replaced, 0 left out, 2344 removed\n",
        "{}",
        text(&output.stderr)
    );
    assert_eq!(ids(running).await, ["00001", "new/1"]);
    running
        .folder
        .write("one.jsonl", "{\"customer_id\":\"new/1\"}");
    let output = imported(&running.folder, &["one.jsonl", "--replace-all", "--yes"]);
    assert_eq!(output, "0 new, 1 replaced, 0 left out, 1 removed\n");
}

#[actix_web::test]
async fn file_is_imported_through_the_service_that_has_the_sqlite_file_open() {
    let running = Folder::new().serve().await;
    file_is_imported_and_replaces_all_while_the_service_runs(&running).await;
}

#[actix_web::test]
async fn file_is_imported_into_postgres_beside_the_service() {
    let Some(database) = require_or_skip(postgres::database()) else {
        return;
    };
    let running = Folder::with_store(database.url()).serve().await;
    file_is_imported_and_replaces_all_while_the_service_runs(&running).await;
}

#[actix_web::test]
async fn file_that_another_process_holds_open_without_a_service_is_an_error_that_says_so() {
    let running = Folder::new().serve().await;
    running.folder.write("one.jsonl", "{\"customer_id\":\"1\"}");
    let config = std::fs::read_to_string(running.folder.path("jetpay.toml")).unwrap();
    let nobody = jetpay_testing::free_port();
    let config = config.replace(&running.folder.admin.to_string(), &nobody.to_string());
    running.folder.write("other.toml", &config);
    let arguments = ["customers", "import", "one.jsonl", "--config", "other.toml"];
    let output = running.folder.run(&arguments);
    let error = text(&output.stderr);
    assert!(!output.status.success());
    assert!(
        error.contains("another process has the SQLite file open"),
        "{error}"
    );
    assert!(error.contains("cannot reach the service"), "{error}");
}

#[actix_web::test]
async fn debts_of_a_file_include_the_entries_that_the_merchant_says() {
    let running = Folder::new().serve().await.with_customer().await;
    let paid = TopUp::new(&KASPI, CUSTOMER, Money::new(100, Currency::KZT));
    let paid = paid.then(CallbackKind::Success);
    top_up(&running.platform(), &paid, |_| {}).await.unwrap();
    let head = "customer_id,contract_id,contract_number,payment,as_of_seq\n";
    let row = |as_of| format!("{CUSTOMER},12345,N,500,{as_of}\n");
    for (options, file, as_of) in [
        (&["f.csv"][..], row(""), 1),
        (&["f.csv"], row("0"), 0),
        (&["f.csv", "--as-of-seq", "0"], row(""), 0),
        (&["f.csv", "--as-of-seq", "0"], row("1"), 1),
    ] {
        running.folder.write("f.csv", &(head.to_owned() + &file));
        imported(&running.folder, options);
        let (_, shown) = running.get(&format!("/v1/customers/{CUSTOMER}")).await;
        assert_eq!(
            shown["contracts"][0]["as_of_seq"], as_of,
            "{options:?} {file}"
        );
    }
    let beyond = ["customers", "import", "f.csv", "--as-of-seq", "2"];
    let output = running.folder.run(&beyond);
    assert!(text(&output.stderr).contains("--as-of-seq must be from 0 to 1"));
    let output = running.folder.run(&["ledger", "export", "--after", "2"]);
    assert!(text(&output.stderr).contains("beyond the last entry, number 1"));
}

/// A pipe can be read once only.
#[actix_web::test]
async fn piped_file_is_imported_also_through_the_running_service() {
    let csv = "customer_id;contract_id;contract_number\r\n1;a;A\r\n2;;\r\n1;b;B\r\n";
    let lines = "\u{feff}{\"customer_id\":\"1\"}\n{\"customer_id\":\"2\"}\n";
    let import = |folder: &Folder| {
        for (name, content) in [("/dev/stdin", lines), ("-", lines), ("-", csv)] {
            let output = answered(folder, &[name], content);
            let error = text(&output.stderr);
            assert!(text(&output.stdout).ends_with(" 0 left out\n"), "{error}");
        }
    };
    let folder = Folder::new();
    import(&folder);
    let running = folder.serve().await;
    import(&running.folder);
    assert_eq!(ids(&running).await, ["1", "2"]);
    let one = "{\"customer_id\":\"1\"}";
    let output = answered(&running.folder, &["-", "--replace-all"], one);
    let error = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        error.contains("nothing was changed: 1 customers are not in the file"),
        "{error}"
    );
    assert!(
        error.contains("standard input is the file; use --yes"),
        "{error}"
    );
    let output = answered(&running.folder, &["-", "--replace-all", "--yes"], one);
    assert_eq!(
        text(&output.stdout),
        "0 new, 1 replaced, 0 left out, 1 removed\n"
    );
    let wrong = answered(&running.folder, &["-"], "{\"customer_id\":\"\"}");
    assert!(text(&wrong.stderr).starts_with("standard input:1: `customer_id`"));
}

#[actix_web::test]
async fn quote_that_is_not_closed_stores_nothing_and_with_skip_bad_costs_its_row_alone() {
    let folder = Folder::new();
    let mut file = String::from("customer_id,contract_id,contract_number\n0,c,\"Anna\n");
    for number in 1..=5_000 {
        writeln!(file, "{number},c,N").unwrap();
    }
    folder.write("all.csv", &file);
    for (options, out, part) in [
        (
            &["all.csv"][..],
            "",
            "one line is wrong, and nothing was stored",
        ),
        (
            &["all.csv", "--skip-bad"],
            "5000 new, 0 replaced, 1 left out\n",
            "one line was left out",
        ),
    ] {
        let output = folder.run(&[&["customers", "import"], options].concat());
        let error = text(&output.stderr);
        assert_eq!(
            (output.status.code(), text(&output.stdout).as_str()),
            (Some(1), out),
            "{error}"
        );
        assert!(
            error
                .starts_with("all.csv:2: `contract_number` begins with a quote that is not closed"),
            "{error}"
        );
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn file_in_another_encoding_or_form_is_named_by_every_command_with_what_to_do() {
    let folder = Folder::new();
    let of = |header: &str, row: &str| {
        let utf_16 = |text: &str| -> Vec<u8> {
            let text = format!("\u{feff}{text}");
            text.encode_utf16().flat_map(u16::to_le_bytes).collect()
        };
        let windows_1251 = [
            header.as_bytes(),
            b"\n",
            &row.as_bytes()[1..],
            b"\xc0\xe9\n",
            &row.as_bytes()[1..],
            b"\xc0\xe9\n",
        ]
        .concat();
        [
            (utf_16(header), "is UTF-16: save the file as UTF-8"),
            (
                windows_1251,
                "probably windows-1251: save the file as UTF-8",
            ),
            (b"PK\x03\x04".to_vec(), "is a workbook (.xlsx, .ods)"),
            (b"[\n{}]".to_vec(), "JSON"),
            (
                header.replacen("customer_id", "customer", 1).into_bytes(),
                "unknown: customer",
            ),
            (
                header
                    .replacen("customer_id", "Customer ID", 1)
                    .into_bytes(),
                "(write customer_id)",
            ),
        ]
    };
    for (command, header) in [
        (
            &["customers", "import"][..],
            "customer_id,contract_id,contract_number",
        ),
        (
            &["payments", "import"],
            "payment_id,project_id,method,customer_id,amount,currency",
        ),
        (
            &["payouts", "send", "--project", "1234"],
            "key,account_number,amount,currency,customer_id,ip_address,first_name,last_name,email",
        ),
    ] {
        let row = ",1".repeat(header.matches(',').count() + 1);
        for (content, part) in of(header, &row) {
            std::fs::write(folder.path("file"), content).unwrap();
            let output = folder.run(&[command, &["file"]].concat());
            let error = text(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{command:?} {part}: {error}");
            assert!(error.contains(part), "{part} is not in: {error}");
            // It is told once, and not by each line.
            let is_1251 = part.contains("1251");
            assert!(!is_1251 || error.matches(part).count() == 1, "{error}");
            assert!(
                !is_1251 || error.contains("in all, 2 lines are not UTF-8"),
                "{error}"
            );
        }
    }
}

#[actix_web::test]
async fn empty_file_is_refused_with_replace_all_and_nothing_is_removed() {
    let running = Folder::new().serve().await.with_customer().await;
    let header = "customer_id,contract_id,contract_number\n";
    for (file, content) in [
        ("empty.csv", ""),
        ("header.csv", header),
        ("empty.jsonl", ""),
        ("lines.jsonl", "\n\n"),
    ] {
        running.folder.write(file, content);
        let arguments = ["customers", "import", file, "--replace-all", "--yes"];
        let output = running.folder.run(&arguments);
        assert!(!output.status.success(), "{file}");
        // A CSV file needs its header anyway.
        if file != "empty.csv" {
            let error = text(&output.stderr);
            assert!(error.contains("nothing was changed"), "{file}: {error}");
            assert!(error.contains("would remove all 1"), "{file}: {error}");
        }
        assert_eq!(ids(&running).await, [CUSTOMER], "{file}");
    }
    running.folder.write("one.jsonl", "{\"customer_id\":\"1\"}");
    let arguments = ["customers", "import", "one.jsonl", "--replace-all", "--yes"];
    let output = running.folder.run(&arguments);
    let said = text(&output.stderr);
    assert!(said.contains("1 customers are not in the file"), "{said}");
    assert_eq!(ids(&running).await, ["1"]);
}

#[actix_web::test]
async fn customer_whose_id_means_another_path_is_refused_and_an_old_one_is_removed_without_the_service()
 {
    let folder = Folder::new();
    let ledger = Ledger::open(&folder.path("jetpay.db")).unwrap();
    for id in [".", "..", "a"] {
        let customer = Customer {
            customer_id: id.try_into().unwrap(),
            additional_customer_id: None,
            contracts: vec![],
        };
        ledger.put_customer(customer).await.unwrap();
    }
    ledger.close().await;
    let running = folder.serve().await;
    for id in [".", ".."] {
        let line = format!("{{\"customer_id\":\"{id}\"}}");
        running.folder.write("dots.jsonl", &line);
        let output = running.folder.run(&["customers", "import", "dots.jsonl"]);
        let error = text(&output.stderr);
        assert!(
            error.contains("dots.jsonl:1: `customer_id` must not be"),
            "{error}"
        );
        let request = running.admin(Method::POST, "/v1/customers:import");
        let (_, answer) = answer(request.body(line)).await;
        assert_eq!(answer["errors"][0]["field"], "customer_id", "{answer}");
    }
    running.folder.write("one.jsonl", "{\"customer_id\":\"1\"}");
    let replace = ["customers", "import", "one.jsonl", "--replace-all", "--yes"];
    let output = running.folder.run(&replace);
    let error = text(&output.stderr);
    assert!(error.contains("nothing was changed"), "{error}");
    assert!(error.contains("the customer `.`"), "{error}");
    assert!(error.contains("stop the service"), "{error}");
    assert_eq!(ids(&running).await, [".", "..", "a"]);
    let folder = running.stop();
    assert_eq!(
        imported(&folder, &replace[2..]),
        "1 new, 0 replaced, 0 left out, 3 removed\n"
    );
}

#[test]
fn what_a_wrong_file_says_is_escaped_and_cut_in_errors() {
    let folder = Folder::new();
    let odd = format!("\u{1b}[31m\u{202e}{}", "x".repeat(5_000));
    let json = odd.replace('\u{1b}', "\\u001b");
    let lines = format!("{{\"customer_id\":\"1\",\"{json}\":1}}\n");
    folder.write("odd.jsonl", &lines);
    folder.write("odd.csv", &format!("idempotency_key,{odd}\n"));
    for arguments in [
        &["customers", "import", "odd.jsonl"][..],
        &["payments", "import", "odd.jsonl"],
        &["payouts", "send", "odd.csv", "--project", "1234"],
    ] {
        let output = folder.run(arguments);
        assert!(!output.status.success());
        let error = text(&output.stderr);
        assert!(!error.contains(['\u{1b}', '\u{202e}']), "{error:?}");
        assert!(error.contains(r"\u{1b}[31m\u{202e}xx"), "{error}");
        assert!(error.len() < 1_000, "{error}");
    }
}
