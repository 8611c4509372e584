//! The shell above a cluster, which outlives us by a moment to clean up.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::account;

const SCRIPT: &str = include_str!("supervisor.sh");

pub(super) struct Supervisor {
    shell: Child,
    /// Its end is the end of the cluster. None only while that is awaited.
    words: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    folder: PathBuf,
}

impl Supervisor {
    /// Takes over a folder: from now on it vanishes with this process.
    pub(super) fn over(folder: &Path, binaries: &Path) -> io::Result<Self> {
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(SCRIPT).arg("supervisor");
        command.arg(binaries).arg(folder).current_dir(folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        // Whoever waits for the end of our standard error does not wait for the cluster's.
        command.stderr(Stdio::null());
        without_settings(&mut command);
        account::out_of_our_group(&mut command);
        if let Some(account) = account::for_folder(folder)? {
            for entry in fs::read_dir(folder)? {
                account.take(&entry?.path())?;
            }
            account.take(folder)?;
            account.run(&mut command);
        }
        let mut shell = command.spawn()?;
        let (words, answers) = (shell.stdin.take(), shell.stdout.take());
        let answers = answers.ok_or_else(|| io::Error::other("the shell has no output"))?;
        Ok(Self {
            shell,
            words,
            answers: BufReader::new(answers),
            folder: folder.to_owned(),
        })
    }

    /// Has a word obeyed, and waits until it is.
    pub(super) fn obey(&mut self, word: &str) -> Result<(), String> {
        let said = self
            .words
            .as_mut()
            .map(|words| writeln!(words, "{word}").and_then(|()| words.flush()));
        let mut answer = String::new();
        if !matches!(said, Some(Ok(()))) || self.answers.read_line(&mut answer).is_err() {
            return Err(format!("{word}: the supervisor of the cluster is gone"));
        }
        if answer.trim_end() == "done" {
            return Ok(());
        }
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let last = &lines[lines.len().saturating_sub(12)..];
        Err(format!("{word} failed:\n{}", last.join("\n")))
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        drop(self.words.take());
        // Until the folder is gone.
        let _ = self.shell.wait();
    }
}

/// What stands in the environment is for another server.
pub(super) fn without_settings(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PG") {
            command.env_remove(name);
        }
    }
    command.env("LC_ALL", "C");
}
