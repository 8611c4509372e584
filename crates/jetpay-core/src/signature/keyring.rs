//! The projects of a merchant and their secrets.

use thiserror::Error;

use super::{EmptySecret, Key};
use crate::id::ProjectId;
use crate::money::Currency;

/// A project at the platform: its secrets, its currency, and the methods it takes.
#[derive(Debug, Clone)]
pub struct Project {
    id: ProjectId,
    keys: Vec<Key>,
    currency: Currency,
    methods: Option<Vec<&'static str>>,
}

impl Project {
    /// A project with one secret, in KZT, taking every method.
    ///
    /// # Errors
    /// [`EmptySecret`].
    pub fn new(id: impl Into<ProjectId>, secret: &str) -> Result<Self, EmptySecret> {
        Ok(Self::from_key(id, Key::new(secret)?))
    }

    /// The same with a secret that is ready to sign.
    #[must_use]
    pub fn from_key(id: impl Into<ProjectId>, key: Key) -> Self {
        Self {
            id: id.into(),
            keys: vec![key],
            currency: Currency::KZT,
            methods: None,
        }
    }

    /// One more secret, for the days of a rotation: a signature with either is good.
    ///
    /// # Errors
    /// [`EmptySecret`].
    pub fn with_secret(mut self, secret: &str) -> Result<Self, EmptySecret> {
        self.keys.push(Key::new(secret)?);
        Ok(self)
    }

    /// The one currency that its top-ups have.
    #[must_use]
    pub fn with_currency(mut self, currency: Currency) -> Self {
        self.currency = currency;
        self
    }

    /// Restricts `verify` and `check_deposit` to the methods with these names ([`Method::NAME`](crate::Method::NAME)).
    /// Callbacks are taken for any.
    #[must_use]
    pub fn with_methods(mut self, methods: impl IntoIterator<Item = &'static str>) -> Self {
        self.methods = Some(methods.into_iter().collect());
        self
    }

    /// The number that the platform gave it.
    #[must_use]
    pub fn id(&self) -> ProjectId {
        self.id
    }

    /// The currency of its top-ups.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// Whether it takes top-ups by the method of this name.
    #[must_use]
    pub fn supports(&self, method: &str) -> bool {
        self.methods
            .as_ref()
            .is_none_or(|methods| methods.contains(&method))
    }

    /// Its secrets, in the order given.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }
}

/// The projects whose messages are believed.
#[derive(Debug, Clone)]
pub struct Keyring {
    projects: Vec<Project>,
}

/// Two projects have one id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("project {0} stands twice in the keyring; give one project all its secrets")]
pub struct RepeatedProject(pub ProjectId);

impl Keyring {
    /// A keyring of these projects.
    ///
    /// # Errors
    /// [`RepeatedProject`].
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

    /// All projects, by id.
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
