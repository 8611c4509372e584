//! `jetpay explain`: what it reads, what it says, and how it ends.

mod hints;
mod output;
mod secrets;

use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};

use jetpay_core::signature::Key;
use tempfile::TempDir;

const OLD: &str = "hush-old";
const NEW: &str = "hush-new";
const OTHER: &str = "hush-other";

const CONFIG: &str = r#"
[server]
listen = "127.0.0.1:8080"
[admin]
listen = "127.0.0.1:8081"
token_file = "token"
[store]
url = "sqlite://jetpay.db"
[[project]]
id = 1234
methods = ["kaspi"]
secret_file = ["old", "new"]
[[project]]
id = 5678
methods = ["kaspi"]
secret_file = "other"
"#;

/// A folder with a configuration of two projects, and the binary that runs in it.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        for (name, text) in [
            ("jetpay.toml", CONFIG),
            ("token", "a token of tests, and long"),
            ("old", OLD),
            ("new", NEW),
            ("other", OTHER),
        ] {
            place.write(name, text);
        }
        place
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        // Else each output would warn of secrets that others can read.
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jetpay"));
        command
            .arg("explain")
            .args(arguments)
            .current_dir(self.0.path())
            .env("OLD", OLD)
            .env("NEW", NEW)
            .env("TRAILING", format!("{NEW}\n"))
            .env_remove("CLICOLOR_FORCE")
            .env_remove("NO_COLOR");
        command
    }

    fn run(&self, arguments: &[&str], input: &[u8]) -> Output {
        piped(&mut self.command(arguments), input)
    }

    /// The exit code, and both outputs.
    fn explain(&self, arguments: &[&str], input: &str) -> (i32, String) {
        let output = self.run(arguments, input.as_bytes());
        let output_text = [output.stdout, output.stderr].concat();
        (
            output.status.code().unwrap(),
            String::from_utf8(output_text).unwrap(),
        )
    }
}

fn piped(command: &mut Command, input: &[u8]) -> Output {
    let mut process = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that fails at once does not read its input.
    let _ = process.stdin.take().unwrap().write_all(input);
    process.wait_with_output().unwrap()
}

/// `body` with `SIGNATURE` replaced by the signature over `string`.
fn sent(body: &str, string: &str, secret: &str) -> String {
    body.replace("SIGNATURE", &Key::new(secret).unwrap().sign(string))
}

const BODY: &str = r#"{"type":"verify","project_id":1234,"customer_id":"7123456789","rate":10.50,"signature":"SIGNATURE"}"#;
const STRING: &str = "customer_id:7123456789;project_id:1234;rate:10.5;type:verify";

/// A message with the right signature.
fn good(secret: &str) -> String {
    sent(BODY, STRING, secret)
}
