//! Who is checked, and what the checks may assume of him.

use jetpay_core::Currency;
use jetpay_core::id::ProjectId;
use jetpay_core::private::Private;
use jetpay_core::signature::{EmptySecret, Key};

use super::customers::Customers;
use crate::admin::Admin;
use crate::methods::{METHODS, MethodFacts};

/// An endpoint, and what is known of it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Target {
    /// Where it listens: a method's URL is `{base_url}/{name}`, and callbacks alone go to `{base_url}/callback`.
    pub base_url: String,
    /// Its projects. A check of a method is done with the first one that takes the method; some need a second one.
    pub projects: Vec<Project>,
    /// The currency of all of them.
    pub currency: Currency,
    /// The customers that it knows.
    pub customers: Customers,
    /// Where to see what became of the money. Without it the checks that must see it are skipped.
    pub admin: Option<Admin>,
}

/// A project of the target.
#[derive(Debug, Clone)]
pub struct Project {
    pub(crate) id: ProjectId,
    pub(crate) keys: Vec<Key>,
    pub(crate) secrets: Vec<Private>,
    pub(crate) methods: Vec<&'static MethodFacts>,
    pub(crate) answers: Kassa24Answers,
    pub(crate) strict: bool,
}

/// Which of its two options of answers the project uses with Kassa24.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kassa24Answers {
    /// Option 1: the account alone.
    Account,
    /// Option 2: the account and its contracts.
    Contracts,
}

impl Target {
    /// An endpoint with one project and the customers of [`Customers::standard`], in KZT.
    #[must_use]
    pub fn new(base_url: impl Into<String>, project: Project) -> Self {
        Self {
            base_url: base_url.into(),
            projects: vec![project],
            currency: Currency::KZT,
            customers: Customers::standard(),
            admin: None,
        }
    }

    /// One more project.
    #[must_use]
    pub fn and_project(mut self, project: Project) -> Self {
        self.projects.push(project);
        self
    }

    /// Lets the checks see what became of the money.
    #[must_use]
    pub fn observed_by(mut self, admin: Admin) -> Self {
        self.admin = Some(admin);
        self
    }

    /// The methods that some project takes.
    pub fn methods(&self) -> impl Iterator<Item = &'static MethodFacts> {
        METHODS
            .iter()
            .filter(|method| self.projects.iter().any(|project| project.takes(method)))
    }
}

impl Project {
    /// A project that takes every method, Kassa24 with contracts.
    ///
    /// # Errors
    /// [`EmptySecret`].
    pub fn new(id: impl Into<ProjectId>, secret: &str) -> Result<Self, EmptySecret> {
        Ok(Self {
            id: id.into(),
            keys: vec![Key::new(secret)?],
            secrets: vec![Private::new(secret)],
            methods: METHODS.iter().collect(),
            answers: Kassa24Answers::Contracts,
            strict: false,
        })
    }

    /// One more secret that it takes now.
    ///
    /// # Errors
    /// [`EmptySecret`].
    pub fn and_secret(mut self, secret: &str) -> Result<Self, EmptySecret> {
        self.keys.push(Key::new(secret)?);
        self.secrets.push(Private::new(secret));
        Ok(self)
    }

    /// Restricts it to these methods.
    #[must_use]
    pub fn only(mut self, methods: impl IntoIterator<Item = &'static MethodFacts>) -> Self {
        self.methods = methods.into_iter().collect();
        self
    }

    /// Which answers it gives to Kassa24.
    #[must_use]
    pub fn answering_kassa24(mut self, answers: Kassa24Answers) -> Self {
        self.answers = answers;
        self
    }

    /// It refuses contracts that it does not know.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    pub(crate) fn takes(&self, method: &MethodFacts) -> bool {
        self.methods.iter().any(|taken| taken.name == method.name)
    }
}
