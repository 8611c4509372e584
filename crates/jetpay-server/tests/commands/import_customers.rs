//! `jetpay customers import`: into the store, or through the running service.

use jetpay_ledger::{Customer, Ledger};
use jetpay_platform::KASPI;
use reqwest::Method;

use crate::support::{CUSTOMER, Folder, Running, answer, assert_has, each, on_every_store};

/// The ids of all customers.
async fn ids(running: &Running) -> Vec<String> {
    let (_, all) = running.get("/v1/customers?limit=1000").await;
    serde_json::from_value(each(&all["customers"], "customer_id")).unwrap()
}

/// Numbered rows of CSV, from this number up to another one.
fn rows(from: usize, to: usize) -> String {
    let rows = (from..to).map(|number| format!("{number:05},c,N,{number}\n"));
    rows.collect()
}

// With SQLite, the import goes through the service that has the file open; with PostgreSQL, into the database beside it.
on_every_store! { Folder::serve; file_is_imported_and_replaces_all_while_the_service_runs, }

async fn file_is_imported_and_replaces_all_while_the_service_runs(running: &Running) {
    let folder = &running.folder;
    let head = "customer_id,contract_id,contract_number,payment\n";
    folder.write("all.csv", head.to_owned() + &rows(0, 2_345));
    for output in [
        "2345 new, 0 replaced, 0 left out\n",
        "0 new, 2345 replaced, 0 left out\n",
    ] {
        assert_eq!(folder.run("customers import all.csv").good(), output);
    }
    let (_, last) = running.get("/v1/customers/02344").await;
    assert_eq!(last["contracts"][0]["payment"], 2_344);

    let few = "{\"customer_id\":\"00001\"}\n{\"customer_id\":\"new/1\"}\n";
    folder.write("few.jsonl", few);
    let replace = "customers import few.jsonl --replace-all";
    for answer in ["", "n\n", "2344\n"] {
        let error = folder.piped(replace, answer).bad();
        assert_has(
            &error,
            &["2344 customers are not in the file", "nothing was changed"],
        );
    }
    assert_eq!(ids(running).await.len(), 1_000, "nothing was removed");
    let new = running.get("/v1/customers/new%2F1").await;
    assert_eq!(new.0, 404, "nor stored");
    let output = folder.piped(replace, "y\n").good();
    assert_eq!(output, "1 new, 1 replaced, 0 left out, 2344 removed\n");
    assert_eq!(ids(running).await, ["00001", "new/1"]);
    folder.write("one.jsonl", "{\"customer_id\":\"new/1\"}");
    let output = folder.run("customers import one.jsonl --replace-all --yes");
    assert_eq!(output.good(), "0 new, 1 replaced, 0 left out, 1 removed\n");
}

#[actix_web::test]
async fn file_that_another_process_holds_open_without_a_service_is_an_error_that_says_so() {
    let running = Folder::new().serve().await;
    let folder = &running.folder;
    folder.write("one.jsonl", "{\"customer_id\":\"1\"}");
    let unused = jetpay_testing::free_port().to_string();
    folder.change(&folder.admin.to_string(), &unused);
    let error = folder.run("customers import one.jsonl").bad();
    let in_use = "another process has the SQLite file open";
    assert_has(&error, &[in_use, "cannot reach the service"]);
}

#[actix_web::test]
async fn debts_of_a_file_include_the_entries_that_the_merchant_says() {
    let running = Folder::new().serve().await.with_customer().await;
    running.paid(&KASPI, 100).await;
    for (options, of_row, as_of) in [
        ("", "", 1),
        ("", "0", 0),
        ("--as-of-seq 0", "", 0),
        ("--as-of-seq 0", "1", 1),
    ] {
        let head = "customer_id,contract_id,contract_number,payment,as_of_seq\n";
        let row = format!("{CUSTOMER},12345,N,500,{of_row}\n");
        running.folder.write("f.csv", head.to_owned() + &row);
        running
            .run(&format!("customers import f.csv {options}"))
            .good();
        let (_, shown) = running.get(&format!("/v1/customers/{CUSTOMER}")).await;
        let found = &shown["contracts"][0]["as_of_seq"];
        assert_eq!(found, as_of, "{options} {row}");
    }
    let beyond = running.run("customers import f.csv --as-of-seq 2").bad();
    assert_has(&beyond, &["--as-of-seq must be from 0 to 1"]);
    let beyond = running.run("ledger export --after 2").bad();
    assert_has(&beyond, &["beyond the last entry, number 1"]);
}

/// A pipe can be read once only.
#[actix_web::test]
async fn piped_file_is_imported_also_through_the_running_service() {
    let csv = "customer_id;contract_id;contract_number\r\n1;a;A\r\n2;;\r\n1;b;B\r\n";
    let lines = "\u{feff}{\"customer_id\":\"1\"}\n{\"customer_id\":\"2\"}\n";
    let import = |folder: &Folder| {
        for (name, content) in [("/dev/stdin", lines), ("-", lines), ("-", csv)] {
            let output = folder.piped(&format!("customers import {name}"), content);
            assert!(output.good().ends_with(" 0 left out\n"));
        }
    };
    let folder = Folder::new();
    import(&folder);
    let running = folder.serve().await;
    let folder = &running.folder;
    import(folder);
    assert_eq!(ids(&running).await, ["1", "2"]);
    let one = "{\"customer_id\":\"1\"}";
    let error = folder.piped("customers import - --replace-all", one).bad();
    assert_has(
        &error,
        &["nothing was changed: 1 customers are not in the file"],
    );
    assert_has(&error, &["standard input is the file; use --yes"]);
    let output = folder.piped("customers import - --replace-all --yes", one);
    assert_eq!(output.good(), "0 new, 1 replaced, 0 left out, 1 removed\n");
    let wrong = folder
        .piped("customers import -", "{\"customer_id\":\"\"}")
        .bad();
    assert!(
        wrong.starts_with("standard input:1: `customer_id`"),
        "{wrong}"
    );
}

#[actix_web::test]
async fn wrong_line_stores_nothing_of_its_file_unless_it_may_be_left_out_and_then_costs_itself_alone()
 {
    let folder = Folder::new();
    let head = "customer_id,contract_id,contract_number,payment\n";
    folder.write("all.csv", format!("{head}0,c,\"Anna,\n{}", rows(1, 5_001)));
    let lines = "{\"customer_id\":\"1\"}\n{\"customer_id\":\"a;b\"}\n{\"customer_id\":\"2\"}\n";
    folder.write("lines.jsonl", lines);
    for (file, wrong, good) in [
        (
            "all.csv",
            "`contract_number` begins with a quote that is not closed",
            5_000,
        ),
        ("lines.jsonl", "`customer_id`", 2),
    ] {
        let wrong = format!("{file}:2: {wrong}");
        let import = format!("customers import {file}");
        let refused = folder.run(&import);
        assert_eq!(refused.out, "");
        let error = refused.bad();
        assert_has(
            &error,
            &[&wrong, "one line is wrong, and nothing was stored"],
        );
        let skipped = folder.run(&(import + " --skip-bad"));
        let stored = format!("{good} new, 0 replaced, 1 left out\n");
        assert_eq!(skipped.out, stored, "the first run stored nothing");
        assert_has(&skipped.bad(), &[&wrong, "one line was left out"]);
    }
    let more = "customer_id,contract_id,contract_number,payment,status_code\n1,c1,N1,500,\n1,c2,N2,,204\n3,,,,\n";
    folder.write("more.csv", more);
    let output = folder.run("customers import more.csv").good();
    assert_eq!(output, "1 new, 1 replaced, 0 left out\n");
    let running = folder.serve().await;
    let (_, customer) = running.get("/v1/customers/1").await;
    assert_eq!(customer["contracts"][0]["payment"], 500);
    assert_eq!(customer["contracts"][1]["status_code"], 204);
    assert_eq!(running.get("/v1/customers/2").await.0, 200);
    let stranger = running.get(&format!("/v1/customers/{CUSTOMER}")).await;
    assert_eq!(stranger.0, 404);
}

#[test]
fn file_in_another_encoding_or_form_is_named_by_every_command_with_what_to_do() {
    let folder = Folder::new();
    for (command, header) in [
        (
            "customers import",
            "customer_id,contract_id,contract_number",
        ),
        (
            "payments import",
            "payment_id,project_id,method,customer_id,amount,currency",
        ),
        (
            "payouts send --project 1234",
            "key,account_number,amount,currency,customer_id,ip_address,first_name,last_name,email",
        ),
    ] {
        let marked = format!("\u{feff}{header}");
        let units = marked.encode_utf16();
        let utf_16: Vec<u8> = units.flat_map(u16::to_le_bytes).collect();
        let cells = "1,".repeat(header.matches(',').count());
        let rows = [cells.as_bytes(), b"1\xc0\xe9\n"].concat().repeat(2);
        let windows_1251 = [header.as_bytes(), b"\n", &rows].concat();
        let renamed = |to: &str| header.replacen("customer_id", to, 1).into_bytes();
        for (content, part, in_all) in [
            (utf_16, "is UTF-16: save the file as UTF-8", ""),
            (
                windows_1251,
                "probably windows-1251: save the file as UTF-8",
                "in all, 2 lines are not UTF-8",
            ),
            (b"PK\x03\x04".to_vec(), "is a workbook (.xlsx, .ods)", ""),
            (b"[\n{}]".to_vec(), "JSON", ""),
            (renamed("customer"), "unknown: customer", ""),
            (renamed("Customer ID"), "(write customer_id)", ""),
        ] {
            folder.write("file", content);
            let error = folder.run(&format!("{command} file")).bad();
            assert_has(&error, &[part, in_all]);
            // It is told once, and not by each line.
            assert!(
                in_all.is_empty() || error.matches(part).count() == 1,
                "{error}"
            );
        }
    }
}

#[actix_web::test]
async fn empty_file_is_refused_with_replace_all_and_nothing_is_removed() {
    let running = Folder::new().serve().await.with_customer().await;
    let import = |file: &str| running.run(&format!("customers import {file} --replace-all --yes"));
    for (file, content, part) in [
        // A CSV file needs its header anyway.
        ("empty.csv", "", "is empty"),
        (
            "header.csv",
            "customer_id\n",
            "nothing was changed: the file has no customers",
        ),
        ("empty.jsonl", "", "would remove all 1"),
        ("lines.jsonl", "\n\n", "would remove all 1"),
    ] {
        running.folder.write(file, content);
        assert_has(&import(file).bad(), &[part]);
        assert_eq!(ids(&running).await, [CUSTOMER], "{file}");
    }
    running.folder.write("one.jsonl", "{\"customer_id\":\"1\"}");
    let replaced = import("one.jsonl");
    assert_has(&replaced.err, &["1 customers are not in the file"]);
    replaced.good();
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
        let error = running.run("customers import dots.jsonl").bad();
        assert_has(&error, &["dots.jsonl:1: `customer_id` must not be"]);
        let request = running.admin(Method::POST, "/v1/customers:import");
        let (_, answer) = answer(request.body(line)).await;
        assert_eq!(answer["errors"][0]["field"], "customer_id", "{answer}");
    }
    running.folder.write("one.jsonl", "{\"customer_id\":\"1\"}");
    let replace = "customers import one.jsonl --replace-all --yes";
    let error = running.run(replace).bad();
    assert_has(
        &error,
        &[
            "nothing was changed",
            "the customer `.`",
            "stop the service",
        ],
    );
    assert_eq!(ids(&running).await, [".", "..", "a"]);
    let output = running.stop().run(replace).good();
    assert_eq!(output, "1 new, 0 replaced, 0 left out, 3 removed\n");
}

#[test]
fn what_a_wrong_file_says_is_escaped_and_cut_in_errors() {
    let folder = Folder::new();
    let odd = format!("\u{1b}[31m\u{202e}{}", "x".repeat(5_000));
    let json = odd.replace('\u{1b}', "\\u001b");
    folder.write(
        "odd.jsonl",
        format!("{{\"customer_id\":\"1\",\"{json}\":1}}\n"),
    );
    folder.write("odd.csv", format!("idempotency_key,{odd}\n"));
    for line in [
        "customers import odd.jsonl",
        "payments import odd.jsonl",
        "payouts send odd.csv --project 1234",
    ] {
        let error = folder.run(line).bad();
        assert!(!error.contains(['\u{1b}', '\u{202e}']), "{error:?}");
        assert_has(&error, &[r"\u{1b}[31m\u{202e}xx"]);
        assert!(error.len() < 1_000, "{error}");
    }
}
