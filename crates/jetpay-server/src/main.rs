//! The binary `jetpay`.

use std::process::ExitCode;

fn main() -> ExitCode {
    jetpay_server::commands::run()
}
