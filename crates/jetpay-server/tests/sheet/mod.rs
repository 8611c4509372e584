//! A file of payouts, and the output of the command that sends it.
#![allow(dead_code, reason = "a module of tests: each test file uses its part")]

use std::process::Output;

use crate::paying::{HIDDEN, WALLET};
use crate::running::{CUSTOMER, Folder, Running, text};

pub(crate) const HEADER: &str =
    "key,account_number,amount,currency,customer_id,ip_address,first_name,last_name,email\n";

pub(crate) fn row(key: &str, minor: i64) -> String {
    let [ip_address, first_name, last_name, email] = HIDDEN;
    format!("{key},{WALLET},{minor},KZT,{CUSTOMER},{ip_address},{first_name},{last_name},{email}\n")
}

pub(crate) fn sheet(folder: &Folder, rows: &[(&str, i64)]) {
    let rows = rows.iter().map(|(key, minor)| row(key, *minor));
    folder.write(
        "payouts.csv",
        &(HEADER.to_owned() + &rows.collect::<String>()),
    );
}

/// The exit code, standard output and standard error of a command. Neither output contains personal data.
pub(crate) fn output_of(output: &Output) -> (Option<i32>, String, String) {
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    for hidden in HIDDEN {
        assert!(!out.contains(hidden) && !err.contains(hidden), "{out}{err}");
    }
    (output.status.code(), out, err)
}

pub(crate) fn run(running: &Running, arguments: &[&str]) -> (Option<i32>, String, String) {
    output_of(&running.folder.run(arguments))
}

pub(crate) const SEND: [&str; 3] = ["payouts", "send", "payouts.csv"];
