//! `jetpay explain`: what it reads, what it says, and how it ends.

mod hints;
mod output;
mod secrets;

use std::process::Command;

use jetpay_core::signature::Key;

use crate::support::{Folder, Said, piped};

const OLD: &str = "hush-old";
const NEW: &str = "hush-new";
const OTHER: &str = "hush-other";

/// The option that takes the secrets of the configuration.
const CONFIG: &str = "--config jetpay.toml";

/// A folder with a configuration of two projects, and the binary that runs in it.
struct Place(Folder);

impl Place {
    fn new() -> Self {
        let other = "[[project]]\nid = 5678\nmethods = [\"kaspi\"]\nsecret_file = \"other\"\n";
        let folder = Folder::new().configured(other);
        folder.change(
            "secret_file = \"secret\"",
            "secret_file = [\"old\", \"new\"]",
        );
        for (name, text) in [("old", OLD), ("new", NEW), ("other", OTHER)] {
            folder.write(name, text);
        }
        Self(folder)
    }

    fn command(&self, options: &str) -> Command {
        let mut command = self.0.command(&format!("explain {options}"));
        command
            .envs([("OLD", OLD), ("NEW", NEW)])
            .env("TRAILING", format!("{NEW}\n"))
            .env_remove("CLICOLOR_FORCE")
            .env_remove("NO_COLOR");
        command
    }

    fn run(&self, options: &str, input: impl AsRef<[u8]>) -> Said {
        piped(&mut self.command(options), input)
    }

    /// The exit code, and both outputs.
    fn explain(&self, options: &str, input: &str) -> (i32, String) {
        let said = self.run(options, input);
        (said.code.unwrap(), said.all())
    }
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
