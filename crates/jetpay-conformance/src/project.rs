//! A project of who is checked.

use jetpay_core::id::ProjectId;
use jetpay_core::redacted::Redacted;
use jetpay_core::signature::{EmptySecret, Key};

use jetpay_platform::{METHODS, MethodFacts};

/// A project of the target.
#[derive(Debug, Clone)]
pub struct Project {
    pub(crate) id: ProjectId,
    pub(crate) keys: Vec<Key>,
    pub(crate) secrets: Vec<Redacted>,
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

impl Project {
    /// A project that takes every method, Kassa24 with contracts.
    ///
    /// # Errors
    /// [`EmptySecret`].
    pub fn new(id: impl Into<ProjectId>, secret: &str) -> Result<Self, EmptySecret> {
        Ok(Self {
            id: id.into(),
            keys: vec![Key::new(secret)?],
            secrets: vec![Redacted::new(secret)],
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
        self.secrets.push(Redacted::new(secret));
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
