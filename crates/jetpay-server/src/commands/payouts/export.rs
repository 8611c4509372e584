//! `jetpay payouts export`: writes the file that a person uploads in the platform's Dashboard.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::Args;
use serde_json::{Value, json};

use crate::commands::client::{AdminOptions, Request};
use crate::commands::table::{money, rows, text};

#[derive(Args)]
#[group(skip)]
pub(in crate::commands) struct Export {
    /// The file to write, which must not exist, or `-` for standard output
    file: PathBuf,
    /// The ids of the payouts; when one of them cannot be exported, none is
    #[arg(value_name = "PAYMENT_ID", required_unless_present = "state")]
    payment_ids: Vec<String>,
    /// The form of the file: that of mass payouts in the platform's Dashboard
    #[arg(long, value_parser = ["dashboard"])]
    format: String,
    /// Export all payouts in this state that can be exported, at most 1 000 in a file
    #[arg(long, value_parser = ["created"], conflicts_with = "payment_ids")]
    state: Option<String>,
    /// Write payouts again that an earlier file has, because that file was lost and never uploaded
    #[arg(long, conflicts_with = "state")]
    again: bool,
    #[command(flatten)]
    admin: AdminOptions,
}

impl Export {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let part = (self.file != Path::new("-"))
            .then(|| Part::create(&self.file))
            .transpose()?;
        let mut body = json!({"format": self.format});
        match &self.state {
            Some(state) => body["state"] = json!(state),
            None => body["payment_ids"] = json!(self.payment_ids),
        }
        if self.again {
            body["again"] = json!(true);
        }
        let request = Request::post(&["payouts:export"], body);
        let answer = self.admin.answer(&request).map_err(lost)?;
        let mut skipped = String::new();
        for payout in rows(&answer, "skipped") {
            let (id, why) = (text(payout, "/payment_id"), text(payout, "/why"));
            skipped += &["\nLeft out: payout ", &id, ": ", &why].concat();
        }
        let ids: Vec<_> = rows(&answer, "payment_ids").iter().collect();
        if ids.is_empty() {
            let words = format!("no payout can be exported, so there is no file{skipped}");
            return self.say(&answer, &words);
        }
        let content = answer["file"].as_str().unwrap_or_default();
        let written = match part {
            Some(part) => part.finish(content.as_bytes(), &self.file),
            None => to_stdout(content.as_bytes()),
        };
        written.with_context(|| self.again_with(&ids))?;
        let sums: Vec<_> = rows(&answer, "sums")
            .iter()
            .map(|sum| money(sum, "", "amount"))
            .collect();
        let count = match ids.len() {
            1 => "one payout".to_owned(),
            count => format!("{count} payouts"),
        };
        let more = if answer["more"] == true {
            "\nThere are more: run the command again for a further file."
        } else {
            ""
        };
        self.say(
            &answer,
            &format!(
                "{count}, {} in all, marked as sent by hand: upload the file in the Dashboard, then delete it. If you lose it \
                 before the upload, write it again with --again and the ids.{more}{skipped}",
                sums.join(" and ")
            ),
        )
    }

    /// Says what was done: as JSON with `--json`, without the payees' data. Standard output may be the file.
    fn say(&self, answer: &Value, words: &str) -> anyhow::Result<()> {
        let words = if self.admin.json {
            let mut answer = answer.clone();
            if let Some(fields) = answer.as_object_mut() {
                fields.remove("file");
            }
            answer.to_string()
        } else {
            words.to_owned()
        };
        if self.file == Path::new("-") {
            eprintln!("{words}");
            return Ok(());
        }
        crate::commands::client::print(&words)
    }

    /// What to do when the payouts are marked and the file could not be written.
    fn again_with(&self, ids: &[&Value]) -> String {
        let ids: Vec<_> = ids.iter().map(|id| text(id, "")).collect();
        format!(
            "the payouts are marked as sent by hand, but the file is not written; write it with: jetpay payouts export --format {} \
             FILE --again {}",
            self.format,
            ids.join(" ")
        )
    }
}

/// The service may have marked the payouts although its answer did not arrive.
fn lost(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref::<reqwest::Error>() {
        Some(lost) if !lost.is_connect() => error.context(
            "the service did not answer, so the payouts may be marked: see jetpay payouts list --state sent_by_hand, and \
             write the file of those with --again and their ids",
        ),
        _ => error,
    }
}

/// A reader that closes the pipe has no whole file, so that is an error here.
fn to_stdout(content: &[u8]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let written = out.write_all(content).and_then(|()| out.flush());
    written.context("cannot write standard output")
}

/// A file beside the one to write, which only its owner can read. It disappears unless it is finished.
struct Part {
    path: PathBuf,
    file: File,
}

impl Part {
    /// Creates it before anything is marked: a folder that cannot be written then changes nothing.
    fn create(to: &Path) -> anyhow::Result<Self> {
        if fs::symlink_metadata(to).is_ok() {
            bail!("{} exists already; nothing is exported", to.display());
        }
        let name = to
            .file_name()
            .ok_or_else(|| anyhow!("{} is not the name of a file", to.display()))?;
        let mut part = name.to_owned();
        part.push(format!(".{}.part", std::process::id()));
        let path = to.with_file_name(part);
        let mut owner = File::options();
        let file = owner.write(true).create_new(true).mode(0o600).open(&path);
        let file =
            file.with_context(|| format!("cannot create {}; nothing is exported", path.display()))?;
        Ok(Self { path, file })
    }

    /// Writes the content to the disk, and gives the file its name.
    fn finish(mut self, content: &[u8], to: &Path) -> anyhow::Result<()> {
        let written = self.file.write_all(content);
        let written = written.and_then(|()| self.file.sync_all());
        let written = written.and_then(|()| fs::rename(&self.path, to));
        written.with_context(|| format!("cannot write {}", to.display()))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // After the rename there is none.
        let _ = fs::remove_file(&self.path);
    }
}
