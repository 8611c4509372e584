//! The secrets that are tried, and their names in the output. Their text is never shown.

use std::path::Path;

use anyhow::Context;
use jetpay_core::Keyring;
use jetpay_core::id::ProjectId;
use jetpay_core::signature::Key;
use jetpay_explain::{Explanation, explain, explain_with};

use crate::commands::sign::secret_from_env;
use crate::config::Config;

pub(super) enum Keys {
    /// Secrets of environment variables, and the names of the variables.
    Named(Vec<String>, Vec<Key>),
    /// Secrets of all projects of a configuration.
    Projects(Keyring),
}

impl Keys {
    pub(super) fn of_environment(names: &[String]) -> anyhow::Result<Self> {
        let keys = names.iter().map(|name| secret_from_env(name));
        let keys = keys.collect::<Result<_, _>>()?;
        Ok(Self::Named(names.to_vec(), keys))
    }

    pub(super) fn of_config(path: &Path) -> anyhow::Result<Self> {
        let config = Config::read(path).context("cannot use the configuration")?;
        for warning in &config.warnings {
            eprintln!("warning: {warning}");
        }
        Ok(Self::Projects(config.keyring()))
    }

    pub(super) fn explain(&self, body: &[u8]) -> Explanation {
        match self {
            Self::Named(_, keys) => explain(body, keys),
            Self::Projects(keyring) => explain_with(body, keyring),
        }
    }

    /// The name of the secret with this index. `project` is the project that it belongs to.
    pub(super) fn name(&self, project: Option<ProjectId>, secret: usize) -> String {
        match self {
            Self::Named(names, _) => match names.get(secret) {
                Some(name) => format!("the secret in {name}"),
                None => format!("secret {}", secret + 1),
            },
            Self::Projects(_) => match project {
                Some(project) => format!("secret {} of project {project}", secret + 1),
                None => format!("secret {}", secret + 1),
            },
        }
    }

    /// The name of the first secret that made `signature` over `string`. The secrets of project `named` are tried first.
    pub(super) fn signer_of(
        &self,
        string: &str,
        signature: &[u8; 64],
        named: Option<ProjectId>,
    ) -> Option<String> {
        let position = |keys: &[Key]| keys.iter().position(|key| key.verify(string, signature));
        match self {
            Self::Named(_, secrets) => position(secrets).map(|secret| self.name(None, secret)),
            Self::Projects(keyring) => {
                let own = named.and_then(|id| keyring.project(id));
                own.into_iter()
                    .chain(keyring.projects())
                    .find_map(|project| {
                        let secret = position(project.keys())?;
                        Some(self.name(Some(project.id()), secret))
                    })
            }
        }
    }

    /// The secrets that were tried for a body that names this project.
    pub(super) fn tried(&self, named: Option<ProjectId>) -> String {
        match self {
            Self::Named(variables, _) => match variables.as_slice() {
                [one] => format!("the secret in {one}"),
                several => format!("the secrets in {}", several.join(", ")),
            },
            Self::Projects(keyring) => {
                let own = named.and_then(|id| keyring.project(id));
                let own = own.map_or(0, |project| project.keys().len());
                let all: usize = keyring
                    .projects()
                    .iter()
                    .map(|project| project.keys().len())
                    .sum();
                match (own, all - own) {
                    (0, others) => format!("secrets: {others} of other projects"),
                    (own, 0) => format!("secrets: {own} of this project, the only one"),
                    (own, others) => format!("secrets: {own} of this project, {others} of others"),
                }
            }
        }
    }
}
