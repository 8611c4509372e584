//! SIGHUP: a running service takes secrets, tokens and the log's settings of its configuration again.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use jetpay_core::{Keyring, Project};

use crate::config::{AdminToken, Config, ProjectConfig};
use crate::{systemd, telemetry};

/// A value that a reload replaces. A reader keeps the value that it got.
pub struct Live<T: ?Sized>(Arc<RwLock<Arc<T>>>);

impl<T: ?Sized> Clone for Live<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: ?Sized> Live<T> {
    /// Begins with this value.
    #[must_use]
    pub fn new(value: impl Into<Arc<T>>) -> Self {
        Self(Arc::new(RwLock::new(value.into())))
    }

    /// The value of now.
    #[must_use]
    pub fn get(&self) -> Arc<T> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn set(&self, value: impl Into<Arc<T>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = value.into();
    }
}

/// What a running service takes again.
#[derive(Clone)]
pub struct Reloaded {
    /// The projects with their secrets.
    pub keyring: Live<Keyring>,
    /// The same with the past secrets, which verify what is stored.
    pub keyring_with_past: Live<Keyring>,
    /// The tokens of the admin interface.
    pub tokens: Live<[AdminToken]>,
}

impl Reloaded {
    /// Begins with those of a configuration.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            keyring: Live::new(config.keyring()),
            keyring_with_past: Live::new(config.keyring_with_past()),
            tokens: Live::new(config.admin_tokens.clone()),
        }
    }
}

/// Reads the configuration of a running service again.
pub(crate) struct Reload {
    pub(crate) path: PathBuf,
    /// What the service was started with.
    pub(crate) running: Config,
    pub(crate) reloaded: Reloaded,
}

impl Reload {
    /// Takes what may change. A file with a problem changes nothing.
    pub(crate) fn run(&self) {
        systemd::reloading();
        let path = self.path.display();
        let (outcome, status) = match Config::read(&self.path) {
            Ok(new) => {
                for warning in &new.warnings {
                    tracing::warn!("{warning}");
                }
                for key in self.kept(&new) {
                    tracing::warn!(
                        "SIGHUP: {key} differs from what the service runs with, which stays until a restart"
                    );
                }
                self.take(new);
                tracing::info!(
                    "SIGHUP: took the secrets, tokens and [log] of {path}; environment variables are as they were at the start"
                );
                ("taken", "running; took the configuration again")
            }
            Err(problems) => {
                for problem in problems.to_string().lines() {
                    tracing::error!("{problem}");
                }
                tracing::error!(
                    "SIGHUP: {path} is wrong, and changes nothing: the service runs with what it had"
                );
                (
                    "refused",
                    "running; the configuration is wrong now, and the one before it is in force",
                )
            }
        };
        telemetry::config_reloaded(outcome);
        systemd::ready(status);
    }

    /// The keys whose change needs a restart.
    fn kept(&self, new: &Config) -> Vec<String> {
        let (old, new_keys) = (&self.running.fixed, &new.fixed);
        let keys = old
            .keys()
            .chain(new_keys.keys().filter(|key| !old.contains_key(*key)));
        let changed = keys.filter(|key| old.get(*key) != new_keys.get(*key));
        let mut changed: Vec<_> = changed.cloned().collect();
        if changed.iter().all(|key| !key.starts_with("store.")) && self.running.store != new.store {
            changed.push("the store's URL".to_owned());
        }
        changed
    }

    fn take(&self, new: Config) {
        telemetry::set_log(new.log);
        let Reloaded {
            keyring,
            keyring_with_past,
            tokens,
        } = &self.reloaded;
        keyring.set(self.taken(&keyring.get(), &new, |it| &it.project));
        keyring_with_past.set(self.taken(&keyring_with_past.get(), &new, |it| &it.with_past));
        tokens.set(new.admin_tokens);
    }

    /// The projects that the service runs with, with the secrets of the new configuration where it has the project.
    fn taken(&self, now: &Keyring, new: &Config, of: fn(&ProjectConfig) -> &Project) -> Keyring {
        let projects = self.running.projects.iter().map(|running| {
            let found = new.projects.iter().find(|project| project.id == running.id);
            let Some(found) = found else {
                let now = now.project(running.id);
                return now.unwrap_or(of(running)).clone();
            };
            let names = running.methods.iter().map(|method| method.name());
            let project: Project = of(found).clone();
            project
                .with_currency(running.project.currency())
                .with_methods(names)
        });
        Keyring::new(projects).expect("the service runs with unique ids")
    }
}
