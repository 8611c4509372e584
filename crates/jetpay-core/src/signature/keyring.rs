//! The merchant's projects and their secrets: [`Project`] and [`Keyring`].

use thiserror::Error;

use super::{EmptySecret, Key};
use crate::id::ProjectId;
use crate::money::Currency;

/// A merchant's project on the platform: its secrets, its currency and its methods. `Debug` hides the secrets.
///
/// ```
/// use jetpay_core::{Currency, Project};
///
/// let project = Project::new(1234, "the secret")?
///     .with_secret("the old secret")? // while you rotate secrets
///     .with_currency(Currency::KZT) // the default
///     .with_methods(["kaspi"]); // all methods without it
/// assert!(project.supports("kaspi"));
/// assert!(!project.supports("kassa24"));
/// # Ok::<(), jetpay_core::signature::EmptySecret>(())
/// ```
#[derive(Debug, Clone)]
pub struct Project {
    id: ProjectId,
    keys: Vec<Key>,
    currency: Currency,
    methods: Option<Vec<&'static str>>,
}

impl Project {
    /// A project with one secret. Its currency is KZT, and it supports every method.
    ///
    /// # Errors
    /// [`EmptySecret`] if the secret is empty.
    pub fn new(id: impl Into<ProjectId>, secret: &str) -> Result<Self, EmptySecret> {
        Ok(Self::from_key(id, Key::new(secret)?))
    }

    /// Like [`new`](Self::new), with a prepared secret.
    #[must_use]
    pub fn from_key(id: impl Into<ProjectId>, key: Key) -> Self {
        Self {
            id: id.into(),
            keys: vec![key],
            currency: Currency::KZT,
            methods: None,
        }
    }

    /// Adds a secret. A message may be signed with any of the project's secrets, so that you can rotate them.
    ///
    /// # Errors
    /// [`EmptySecret`] if the secret is empty.
    pub fn with_secret(mut self, secret: &str) -> Result<Self, EmptySecret> {
        self.keys.push(Key::new(secret)?);
        Ok(self)
    }

    /// Sets the currency of the project's top-ups. A `check_deposit` in another currency is rejected; a callback in another
    /// currency is not, because it may move money.
    #[must_use]
    pub fn with_currency(mut self, currency: Currency) -> Self {
        self.currency = currency;
        self
    }

    /// Restricts `verify` and `check_deposit` to the methods with these names ([`Method::NAME`](crate::Method::NAME)).
    /// Callbacks are not restricted.
    #[must_use]
    pub fn with_methods(mut self, methods: impl IntoIterator<Item = &'static str>) -> Self {
        self.methods = Some(methods.into_iter().collect());
        self
    }

    /// The number that the platform assigned to the project.
    #[must_use]
    pub fn id(&self) -> ProjectId {
        self.id
    }

    /// The currency of the project's top-ups.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// Whether the project supports the method with this name.
    #[must_use]
    pub fn supports(&self, method: &str) -> bool {
        self.methods
            .as_ref()
            .is_none_or(|methods| methods.contains(&method))
    }

    /// The secrets, in the order in which they were added.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }
}

/// The projects whose messages the merchant accepts. One endpoint can serve all of them: the message names its project.
///
/// ```
/// use jetpay_core::{Keyring, Project};
///
/// let keyring = Keyring::new([Project::new(1234, "a secret")?, Project::new(35, "another")?])?;
/// assert!(keyring.project(35.into()).is_some());
/// assert!(keyring.project(36.into()).is_none()); // rejected as an unknown project
///
/// assert!(Keyring::new([Project::new(35, "a")?, Project::new(35, "b")?]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Keyring {
    projects: Vec<Project>,
}

/// Two projects of a keyring have the same id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("project {0} is in the keyring twice; add all secrets to one project")]
pub struct RepeatedProject(pub ProjectId);

impl Keyring {
    /// Makes a keyring of projects.
    ///
    /// # Errors
    /// [`RepeatedProject`] if two projects have the same id.
    pub fn new(projects: impl IntoIterator<Item = Project>) -> Result<Self, RepeatedProject> {
        let mut projects: Vec<Project> = projects.into_iter().collect();
        projects.sort_by_key(Project::id);
        match projects.windows(2).find(|pair| pair[0].id == pair[1].id) {
            Some(pair) => Err(RepeatedProject(pair[0].id)),
            None => Ok(Self { projects }),
        }
    }

    /// The project with this id.
    #[must_use]
    pub fn project(&self, id: ProjectId) -> Option<&Project> {
        let at = self.projects.binary_search_by_key(&id, Project::id).ok()?;
        Some(&self.projects[at])
    }

    /// All projects, sorted by id.
    #[must_use]
    pub fn projects(&self) -> &[Project] {
        &self.projects
    }
}

impl From<Project> for Keyring {
    fn from(project: Project) -> Self {
        Self {
            projects: vec![project],
        }
    }
}
