//! Where the binaries of PostgreSQL are.

use std::fs;
use std::path::{Path, PathBuf};

/// What a cluster needs, all of one version.
const NEEDED: [&str; 4] = ["initdb", "pg_ctl", "postgres", "psql"];
/// Where distributions put them, one folder a version, out of the way of `PATH`.
const VERSIONS: &str = "/usr/lib/postgresql";

/// The folder with the newest installed binaries.
pub(super) fn find() -> Option<PathBuf> {
    let mut folders = versions(Path::new(VERSIONS));
    folders.extend(path());
    folders.into_iter().find(|folder| is_complete(folder))
}

/// Any `psql`: enough for a server that runs elsewhere.
pub(super) fn psql() -> Option<PathBuf> {
    let mut programs = path().map(|folder| folder.join("psql"));
    let on_path = programs.find(|program| program.is_file());
    on_path.or_else(|| Some(find()?.join("psql")))
}

/// The folders of binaries of all versions, the newest first.
fn versions(root: &Path) -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.split('.').next()?.parse();
            Some((version.ok()?, entry.path().join("bin")))
        })
        .collect();
    found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    found.into_iter().map(|(_, folder)| folder).collect()
}

fn path() -> impl Iterator<Item = PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).collect::<Vec<_>>().into_iter()
}

/// Whether a cluster can be run from here: never outside of Unix, where the supervisor has no shell.
fn is_complete(folder: &Path) -> bool {
    cfg!(unix) && NEEDED.iter().all(|name| folder.join(name).is_file())
}

#[cfg(test)]
mod tests {
    use super::versions;
    use std::fs;

    #[test]
    fn newest_version_comes_first_and_what_is_no_version_is_left_out() {
        let root = std::env::temp_dir().join(format!("jetpay-versions-{}", std::process::id()));
        for name in ["9.6", "18", "15", "common"] {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        let found = versions(&root);
        fs::remove_dir_all(&root).unwrap();
        let expected = ["18", "15", "9.6"].map(|version| root.join(version).join("bin"));
        assert_eq!(found, expected);
    }
}
