//! The configuration: a TOML file, read strictly, with its secrets fetched from where it says.

mod access;
mod file;
mod gate;
mod problem;
mod secret;
mod store;

pub use access::AdminAccess;
pub(crate) use access::reachable;
pub use file::Kassa24Answers;
pub use gate::GateConfig;
pub use problem::Problems;
pub use store::StorePlace;

use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jetpay_core::id::ProjectId;
use jetpay_core::{Currency, Keyring, Project};
use zeroize::Zeroizing;

use crate::methods::MethodName;
use gate::Gate;
use problem::Collector;

/// A configuration in which everything was found.
pub struct Config {
    /// Where the platform calls.
    pub listen: SocketAddr,
    /// Threads that serve it; one a core unless said otherwise.
    pub workers: Option<usize>,
    /// The most connections that the platform may have open.
    pub max_connections: usize,
    /// How long a connection may be silent, or get no further.
    pub read_timeout: Duration,
    /// Where the merchant calls.
    pub admin_listen: SocketAddr,
    /// What the merchant says there.
    pub admin_token: Zeroizing<String>,
    /// Where the books are kept.
    pub store: StorePlace,
    /// The one currency of all projects.
    pub currency: Currency,
    /// The projects, in the file's order.
    pub projects: Vec<ProjectConfig>,
    /// Where payouts are sent; without it there are none.
    pub gate: Option<GateConfig>,
    /// Things that are allowed but worth a look.
    pub warnings: Vec<String>,
}

/// A project and how it is served.
pub struct ProjectConfig {
    /// Its id.
    pub id: ProjectId,
    /// The methods that it takes.
    pub methods: Vec<MethodName>,
    /// Its secrets and currency.
    pub project: Project,
    /// Which option of Kassa24's answers is agreed.
    pub kassa24_answers: Kassa24Answers,
    /// Whether a top-up of a contract that the customer does not have is refused.
    pub strict_contracts: bool,
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    /// [`Problems`]: every one that was found, with the line where it stands.
    pub fn read(path: &Path) -> Result<Self, Problems> {
        let text = read_text(path)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Self::parse(&text, path, folder)
    }

    fn parse(text: &str, path: &Path, folder: &Path) -> Result<Self, Problems> {
        let mut problems = Collector::new(path, text);
        let file = match toml::from_str::<file::File>(text) {
            Ok(file) => file,
            Err(error) => return Err(problems.syntax(&error)),
        };
        let admin_token = file.admin.token(folder, &mut problems);
        let store = file.store.place(folder, &mut problems);
        let currency = file::common_currency(&file.project, &mut problems);
        let (mut projects, mut ids) = (Vec::new(), HashSet::new());
        for project in &file.project {
            if !ids.insert(*project.id.get_ref()) {
                problems.at(
                    &project.id,
                    "this project id stands twice; give one project all its secrets and methods",
                );
            }
            projects.extend(project.resolve(folder, currency, &mut problems));
        }
        let gate = file.gate.as_ref();
        let gate = gate.and_then(|gate| Gate::resolve(gate, currency, &mut problems));
        if file.project.is_empty() {
            problems.anywhere(
                "there is no [[project]]; add one with id, methods and secret_env or secret_file",
            );
        }
        if file.server.listen == file.admin.listen && file.server.listen.port() != 0 {
            problems.anywhere("[server] and [admin] listen on one address; give the admin interface a port of its own");
        }
        let warnings = problems.finish()?;
        let store = store.unwrap_or_else(|| StorePlace::Sqlite(PathBuf::new()));
        Ok(Self {
            listen: file.server.listen,
            workers: file.server.workers.map(std::num::NonZero::get),
            max_connections: file.server.max_connections.get(),
            read_timeout: Duration::from_secs(file.server.read_timeout_seconds.get()),
            admin_listen: file.admin.listen,
            admin_token,
            store,
            currency,
            projects,
            gate,
            warnings,
        })
    }

    /// The secrets of all projects.
    ///
    /// # Panics
    /// Never: ids that stand twice were refused before.
    #[must_use]
    pub fn keyring(&self) -> Keyring {
        Keyring::new(self.projects.iter().map(|project| project.project.clone()))
            .expect("ids are unique")
    }
}

fn read_text(path: &Path) -> Result<String, Problems> {
    std::fs::read_to_string(path).map_err(|error| Problems::unreadable(path, &error))
}

#[cfg(test)]
mod tests;
