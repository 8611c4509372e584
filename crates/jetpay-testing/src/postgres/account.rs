//! Who runs the server: PostgreSQL refuses to be run by root.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

/// A user of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account {
    user: u32,
    group: u32,
}

/// Whoever may run a server in a folder that we have made: ourselves, or for root somebody with fewer rights.
#[cfg(unix)]
pub(super) fn for_folder(folder: &Path) -> io::Result<Option<Account>> {
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
    /// The folder is this user's from now on.
    pub(super) fn take(self, folder: &Path) -> io::Result<()> {
        std::os::unix::fs::chown(folder, Some(self.user), Some(self.group))
    }

    /// The command is run by this user.
    pub(super) fn run(self, command: &mut Command) {
        use std::os::unix::process::CommandExt;

        command.uid(self.user).gid(self.group);
    }
}

/// What the terminal sends to our group of processes does not reach the command.
#[cfg(unix)]
pub(super) fn out_of_our_group(command: &mut Command) {
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

// Elsewhere no cluster is ever started: `binaries` finds none.
#[cfg(not(unix))]
pub(super) fn for_folder(_: &Path) -> io::Result<Option<Account>> {
    Ok(None)
}

#[cfg(not(unix))]
impl Account {
    pub(super) fn take(self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn run(self, _: &mut Command) {}
}

#[cfg(not(unix))]
pub(super) fn out_of_our_group(_: &mut Command) {}

#[cfg(test)]
mod tests {
    use super::{Account, named};

    #[test]
    fn user_is_found_by_the_whole_name() {
        let users = "root:x:0:0:root:/root:/bin/sh\npostgres2:x:7:7::/:/bin/sh\npostgres:x:101:104:,,,:/:/bin/sh\n";
        let postgres = Account {
            user: 101,
            group: 104,
        };
        assert_eq!(named(users, "postgres"), Some(postgres));
        assert_eq!(named(users, "nobody"), None);
    }
}
