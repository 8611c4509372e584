//! Who is checked, and what the checks may assume of him.

use std::time::Duration;

use jetpay_core::Currency;
use jetpay_core::redacted::Redacted;

use super::customers::Customers;
use super::observe::Observer;
use super::project::{Kassa24Answers, Project};
use jetpay_platform::{KASSA24, METHODS, MethodFacts};

/// How long an answer may take, when nothing else is said.
const TIME_LIMIT: Duration = Duration::from_secs(5);
/// Stands in a URL for the name of a method.
const METHOD: &str = "{method}";

/// An endpoint, and what is known of it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Target {
    /// Where `verify` and `check_deposit` go; `{method}` in it stands for the method's name.
    pub url: String,
    /// Where callbacks are taken, the first of them being the usual place; `{method}` as in `url`.
    pub callback_urls: Vec<String>,
    /// Its projects. A check of a method is done with the first one that takes the method; some need a second one.
    pub projects: Vec<Project>,
    /// The currency of all of them.
    pub currency: Currency,
    /// The customers that it knows.
    pub customers: Customers,
    /// Where to see what became of the money. Without it, what must be seen is not observed.
    pub observer: Option<Observer>,
    /// Whether a success may be sent: it credits a customer.
    pub credits: bool,
    /// Whether every `should` counts.
    pub strict: bool,
    /// Whether it is held to the HTTP statuses, texts and limits of the service `jetpay`, where the documents are silent.
    pub exact: bool,
    /// How long an answer may take.
    pub time_limit: Duration,
    /// What whoever reads the report should know before.
    pub notes: Vec<String>,
}

impl Target {
    /// Somebody's endpoint: one URL for everything, one project; nothing is credited there, and nothing seen. `{method}`
    /// in the URL stands for the method's name.
    #[must_use]
    pub fn at(url: impl Into<String>, project: Project, customers: Customers) -> Self {
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
            time_limit: TIME_LIMIT,
            notes: Vec::new(),
        }
    }

    /// A service `jetpay`, held to all that it does: a method's URL is `{base_url}/{method}`, and callbacks are also taken
    /// at `{base_url}/callback`. It knows [`Customers::standard`] and is there to be tried: successes are sent.
    #[must_use]
    pub fn service(base_url: &str, project: Project) -> Self {
        let url = format!("{base_url}/{METHOD}");
        Self {
            callback_urls: vec![url.clone(), format!("{base_url}/callback")],
            credits: true,
            strict: true,
            exact: true,
            ..Self::at(url, project, Customers::standard())
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
    pub fn observed_by(mut self, observer: impl Into<Observer>) -> Self {
        self.observer = Some(observer.into());
        self
    }

    /// The methods that some project takes.
    pub fn methods(&self) -> impl Iterator<Item = &'static MethodFacts> {
        METHODS
            .iter()
            .filter(|method| self.projects.iter().any(|project| project.takes(method)))
    }

    /// What no answer and no report may tell: the projects' secrets, and what opens the observation.
    pub(crate) fn secrets(&self) -> Vec<Redacted> {
        let of_projects = self.projects.iter().flat_map(|project| &project.secrets);
        let token = self.observer.as_ref().and_then(Observer::token);
        of_projects.chain(token).cloned().collect()
    }

    /// A method's URL.
    pub(crate) fn url_of(&self, method: &MethodFacts) -> String {
        self.url.replace(METHOD, method.name)
    }

    /// Where callbacks of a method are taken; the first is the usual place.
    pub(crate) fn callback_urls_of(&self, method: &MethodFacts) -> Vec<String> {
        let urls = self.callback_urls.iter();
        urls.map(|url| url.replace(METHOD, method.name)).collect()
    }

    pub(crate) fn answers_kassa24(&self, answers: Kassa24Answers) -> bool {
        let mut projects = self.projects.iter().filter(|it| it.takes(&KASSA24));
        projects.any(|project| project.answers == answers)
    }
}
