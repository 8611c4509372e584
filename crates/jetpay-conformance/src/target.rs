//! The endpoint to check, and what the checks may assume about it.

use std::time::Duration;

use jetpay_core::Currency;
use jetpay_core::id::ProjectId;
use jetpay_core::redacted::Redacted;
use jetpay_core::signature::Key;
use jetpay_platform::messages::Contract;
use jetpay_platform::{Admin, AdminError, KASSA24, METHOD_PLACEHOLDER, METHODS, MethodFacts};
use serde_json::{Value, json};
use thiserror::Error;

use super::leaks::A_SECRET;
use super::observe::Observer;

/// How long an answer may take by default.
const TIME_LIMIT: Duration = Duration::from_secs(5);
/// How long late answers may hold a run by default. With the slowest single answer it stays below two minutes.
const PATIENCE: Duration = Duration::from_secs(40);

/// An endpoint, and what is known about it.
#[derive(Debug, Clone)]
#[non_exhaustive]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of the command line, under its name"
)]
pub struct Target {
    /// The URL for `verify` and `check_deposit`. `{method}` stands for the method's name.
    pub url: String,
    /// The URLs for callbacks. The first one is used most. `{method}` stands for the method's name.
    pub callback_urls: Vec<String>,
    /// The projects. A check uses the first project that supports the method. Some checks need a second project.
    pub projects: Vec<Project>,
    /// The currency of all projects.
    pub currency: Currency,
    /// The customers of the endpoint.
    pub customers: Customers,
    /// Shows what happened to the money. Without it, checks whose effect cannot be seen are not observed.
    pub observer: Option<Observer>,
    /// Whether checks may send a success, which credits a customer.
    pub credits: bool,
    /// Whether checks that should hold count as failures.
    pub strict: bool,
    /// Whether the endpoint must have the HTTP statuses, texts and limits of the service `jetpay` where the documents
    /// do not say them.
    pub exact: bool,
    /// Whether the report is bad when the money was not observed.
    pub require_observed: bool,
    /// How long an answer may take.
    pub time_limit: Duration,
    /// How long late answers may hold the run in all. Then it ends.
    pub patience: Duration,
    /// Notes for the reader of the report.
    pub notes: Vec<String>,
}

impl Target {
    /// An endpoint with one URL for everything and one project. No check may credit, and there is no observer.
    /// `{method}` in the URL stands for the method's name.
    #[must_use]
    pub fn new(url: impl Into<String>, project: Project, customers: Customers) -> Self {
        let url = url.into();
        Self {
            callback_urls: vec![url.clone()],
            url,
            projects: vec![project],
            currency: Currency::KZT,
            customers,
            observer: None,
            credits: false,
            strict: false,
            exact: false,
            require_observed: false,
            time_limit: TIME_LIMIT,
            patience: PATIENCE,
            notes: Vec::new(),
        }
    }

    /// A service `jetpay`, which must do everything that the service promises. The URL of a method is
    /// `{base_url}/{method}`, and callbacks can also go to `{base_url}/callback`. The service has
    /// [`Customers::standard`], and checks may credit.
    #[must_use]
    pub fn service(base_url: &str, project: Project) -> Self {
        let url = format!("{base_url}/{METHOD_PLACEHOLDER}");
        Self {
            callback_urls: vec![url.clone(), format!("{base_url}/callback")],
            credits: true,
            strict: true,
            exact: true,
            ..Self::new(url, project, Customers::standard())
        }
    }

    /// Adds a project.
    #[must_use]
    pub fn with_project(mut self, project: Project) -> Self {
        self.projects.push(project);
        self
    }

    /// Lets the checks see what happened to the money.
    #[must_use]
    pub fn with_observer(mut self, observer: impl Into<Observer>) -> Self {
        self.observer = Some(observer.into());
        self
    }

    /// The methods that at least one project supports.
    pub fn methods(&self) -> impl Iterator<Item = &'static MethodFacts> {
        METHODS
            .iter()
            .filter(|method| self.projects.iter().any(|project| project.supports(method)))
    }

    /// The texts that no answer and no report may show: the secrets of the projects and the token of the observer.
    pub(crate) fn secrets(&self) -> Vec<Redacted> {
        let of_projects = self.projects.iter().flat_map(|project| &project.secrets);
        let token = self.observer.as_ref().and_then(Observer::token);
        of_projects.chain(token).cloned().collect()
    }

    /// The URL of a method.
    pub(crate) fn url_of(&self, method: &MethodFacts) -> String {
        method.in_url(&self.url)
    }

    /// The URLs for callbacks of a method. The first one is used most.
    pub(crate) fn callback_urls_of(&self, method: &MethodFacts) -> Vec<String> {
        let urls = self.callback_urls.iter();
        urls.map(|url| method.in_url(url)).collect()
    }

    pub(crate) fn answers_kassa24(&self, answers: Kassa24Answers) -> bool {
        let mut projects = self.projects.iter().filter(|it| it.supports(&KASSA24));
        projects.any(|project| project.answers == answers)
    }
}

/// The secret is so short that it may be an ordinary word, which cannot be cut from a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "it has fewer than {A_SECRET} characters; secrets are cut from the report, and a text this short is an ordinary word"
)]
pub struct ShortSecret;

impl ShortSecret {
    /// Accepts a secret or token that is long enough.
    ///
    /// # Errors
    /// [`ShortSecret`].
    pub fn check(secret: &str) -> Result<(), Self> {
        if secret.chars().count() < A_SECRET {
            return Err(Self);
        }
        Ok(())
    }
}

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

/// Which of the two answer options of Kassa24 the project uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Kassa24Answers {
    /// Option 1: the account only.
    Account,
    /// Option 2: the account and its contracts.
    Contracts,
}

impl Project {
    /// A project with every method. It answers Kassa24 with contracts.
    ///
    /// # Errors
    /// [`ShortSecret`].
    pub fn new(id: impl Into<ProjectId>, secret: &str) -> Result<Self, ShortSecret> {
        let project = Self {
            id: id.into(),
            keys: Vec::new(),
            secrets: Vec::new(),
            methods: METHODS.iter().collect(),
            answers: Kassa24Answers::Contracts,
            strict: false,
        };
        project.with_secret(secret)
    }

    /// Adds a secret that is also valid.
    ///
    /// # Errors
    /// [`ShortSecret`].
    pub fn with_secret(mut self, secret: &str) -> Result<Self, ShortSecret> {
        ShortSecret::check(secret)?;
        self.keys.push(Key::new(secret).map_err(|_| ShortSecret)?);
        self.secrets.push(Redacted::new(secret));
        Ok(self)
    }

    /// Restricts the project to these methods.
    #[must_use]
    pub fn with_methods(mut self, methods: impl IntoIterator<Item = &'static MethodFacts>) -> Self {
        self.methods = methods.into_iter().collect();
        self
    }

    /// Sets the answers to Kassa24.
    #[must_use]
    pub fn with_kassa24_answers(mut self, answers: Kassa24Answers) -> Self {
        self.answers = answers;
        self
    }

    /// The project refuses unknown contracts.
    #[must_use]
    pub fn with_strict_contracts(mut self) -> Self {
        self.strict = true;
        self
    }

    pub(crate) fn supports(&self, method: &MethodFacts) -> bool {
        self.methods.iter().any(|taken| taken.name == method.name)
    }
}

/// The customers that the checks use.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Customers {
    /// A customer who can pay at least one contract.
    pub payer: String,
    /// A contract that the payer can pay, if the method has contracts.
    pub contract: Option<Contract>,
    /// A contract of the payer that cannot be paid.
    pub closed: Option<Contract>,
    /// A customer who owes nothing on any contract.
    pub owes_nothing: Option<String>,
    /// A customer without contracts and without an additional id.
    pub plain: Option<String>,
    /// An id that no customer has.
    pub unknown: String,
}

impl Customers {
    /// A customer who can pay, without a contract, and an id that no customer has.
    #[must_use]
    pub fn new(payer: impl Into<String>, unknown: impl Into<String>) -> Self {
        Self {
            payer: payer.into(),
            contract: None,
            closed: None,
            owes_nothing: None,
            plain: None,
            unknown: unknown.into(),
        }
    }

    /// The customers that [`put`](Self::put) creates.
    #[must_use]
    pub fn standard() -> Self {
        let contract = |id: &str, number: &str| Contract {
            id: id.into(),
            number: number.into(),
        };
        Self {
            payer: "7123456789".into(),
            contract: Some(contract("12345", "1234_ABC/01-01-2025/Abcdef12")),
            closed: Some(contract("67890", "5678_ABC/01-01-2025/Abcdef34")),
            owes_nothing: Some("7000000204".into()),
            plain: Some("john.doe+plain@example.com".into()),
            unknown: "7000000404".into(),
        }
    }

    /// Creates these customers at a service `jetpay`.
    ///
    /// # Errors
    /// [`AdminError`].
    pub async fn put(&self, admin: &Admin) -> Result<(), AdminError> {
        for (id, customer) in self.as_json() {
            admin.put_customer(&id, &customer).await?;
        }
        Ok(())
    }

    /// The ids, and the JSON of each customer for the service `jetpay`.
    #[must_use]
    pub fn as_json(&self) -> Vec<(String, Value)> {
        let paid_up = |contract: &Contract| json!({"id": contract.id, "number": contract.number, "payment": 0, "status_code": 204});
        let open = |contract: &Contract| {
            json!({
                "id": contract.id,
                "number": contract.number,
                "payment": 100_000,
                "min_payment": 100_000,
                "info": {"total_debt": 500_000, "monthly_payment": 100_000, "customer_name": "John Doe"},
            })
        };
        let open = self.contract.iter().map(open);
        let contracts: Vec<Value> = open.chain(self.closed.iter().map(paid_up)).collect();
        let payer = json!({"additional_customer_id": "ABCDE12345", "contracts": contracts});
        let paid_up = json!({
            "additional_customer_id": "ABCDE00204",
            "contracts": [paid_up(&Contract { id: "20401".into(), number: "2040_ABC".into() })],
        });
        let others = [(&self.owes_nothing, paid_up), (&self.plain, json!({}))];
        let others = others
            .into_iter()
            .filter_map(|(id, customer)| Some((id.clone()?, customer)));
        std::iter::once((self.payer.clone(), payer))
            .chain(others)
            .collect()
    }
}
