//! The shell process that runs a cluster. It outlives this process by a moment and removes the cluster.

use std::fs::{self, DirBuilder};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

const SCRIPT: &str = include_str!("supervisor.sh");

pub(super) struct Supervisor {
    shell: Child,
    /// When this pipe closes, the shell removes the cluster. `None` only while this process waits for that.
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    folder: PathBuf,
}

impl Supervisor {
    /// Hands the folder over to a new shell, which removes the folder when this process ends.
    pub(super) fn start(folder: &Path, programs: &Path) -> io::Result<Self> {
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(SCRIPT).arg("supervisor");
        command.arg(programs).arg(folder).current_dir(folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        // A caller that waits until our standard error closes must not wait for the cluster.
        command.stderr(Stdio::null());
        without_settings(&mut command);
        leave_our_process_group(&mut command);
        if let Some(account) = account_for(folder)? {
            for entry in fs::read_dir(folder)? {
                account.own(&entry?.path())?;
            }
            account.own(folder)?;
            account.run(&mut command);
        }
        let mut shell = command.spawn()?;
        let (commands, answers) = (shell.stdin.take(), shell.stdout.take());
        let answers = answers.ok_or_else(|| io::Error::other("the shell has no output"))?;
        Ok(Self {
            shell,
            commands,
            answers: BufReader::new(answers),
            folder: folder.to_owned(),
        })
    }

    /// Sends a command to the shell and waits until it is done.
    pub(super) fn execute(&mut self, command: &str) -> Result<(), String> {
        let sent = self
            .commands
            .as_mut()
            .map(|pipe| writeln!(pipe, "{command}").and_then(|()| pipe.flush()));
        let mut answer = String::new();
        if !matches!(sent, Some(Ok(()))) || self.answers.read_line(&mut answer).is_err() {
            return Err(format!("{command}: the supervisor of the cluster is gone"));
        }
        if answer.trim_end() == "done" {
            return Ok(());
        }
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let last = &lines[lines.len().saturating_sub(12)..];
        Err(format!("{command} failed:\n{}", last.join("\n")))
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        drop(self.commands.take());
        // The shell ends after it has removed the folder.
        let _ = self.shell.wait();
    }
}

/// Removes the settings of other servers from the environment of a command.
pub(super) fn without_settings(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PG") {
            command.env_remove(name);
        }
    }
    command.env("LC_ALL", "C");
}

/// Creates a folder that only this user can read.
pub(super) fn make_folder() -> io::Result<PathBuf> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    loop {
        // The name is short: the path of a socket in the folder may have about a hundred bytes.
        let name = format!(
            "jetpay-pg-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let folder = std::env::temp_dir().join(name);
        match builder.create(&folder) {
            Ok(()) => return Ok(folder),
            // A process with the same number left it when the machine was switched off.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

/// A user of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Account {
    user: u32,
    group: u32,
}

/// The account that must run the server in our folder. `None` means this user. PostgreSQL refuses to run as root, so
/// root takes an account with fewer rights.
#[cfg(unix)]
fn account_for(folder: &Path) -> io::Result<Option<Account>> {
    use std::os::unix::fs::MetadataExt;

    let made_by_root = fs::metadata(folder)?.uid() == 0;
    if !made_by_root {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd")?;
    ["postgres", "nobody"]
        .iter()
        .find_map(|name| named(&users, name))
        .map(Some)
        .ok_or_else(|| {
            io::Error::other("root cannot run PostgreSQL, and there is no user postgres or nobody")
        })
}

#[cfg(unix)]
impl Account {
    /// Makes this user the owner of the folder.
    fn own(self, folder: &Path) -> io::Result<()> {
        std::os::unix::fs::chown(folder, Some(self.user), Some(self.group))
    }

    /// Makes the command run as this user.
    fn run(self, command: &mut Command) {
        use std::os::unix::process::CommandExt;

        command.uid(self.user).gid(self.group);
    }
}

/// Keeps signals that the terminal sends to our process group away from the command.
#[cfg(unix)]
fn leave_our_process_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

/// `name:x:user:group:...`
fn named(users: &str, name: &str) -> Option<Account> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let is_it = fields.next() == Some(name);
        let mut number = |skipped| fields.nth(skipped)?.parse().ok();
        let (user, group) = (number(1)?, number(0)?);
        is_it.then_some(Account { user, group })
    })
}

// Other systems never start a cluster: `programs` finds nothing there.
#[cfg(not(unix))]
fn account_for(_: &Path) -> io::Result<Option<Account>> {
    Ok(None)
}

#[cfg(not(unix))]
impl Account {
    fn own(self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn run(self, _: &mut Command) {}
}

#[cfg(not(unix))]
fn leave_our_process_group(_: &mut Command) {}

#[cfg(test)]
mod tests {
    use super::{Account, named};

    #[test]
    fn account_is_found_by_its_whole_name_only() {
        let users = "root:x:0:0:root:/root:/bin/sh\npostgres2:x:7:7::/:/bin/sh\npostgres:x:101:104:,,,:/:/bin/sh\n";
        let postgres = Account {
            user: 101,
            group: 104,
        };
        assert_eq!(named(users, "postgres"), Some(postgres));
        assert_eq!(named(users, "nobody"), None);
    }
}
