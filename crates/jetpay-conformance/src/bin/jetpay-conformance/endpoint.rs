//! The endpoint, as the command line describes it.

use std::time::Duration;

use anyhow::{Context, anyhow, bail, ensure};
use clap::{Args, ValueEnum};
use jetpay_conformance::{Customers, Kassa24Answers, Observation, PAYMENT_ID, Project, Target};
use jetpay_core::Currency;
use jetpay_platform::messages::Contract;
use jetpay_platform::{METHOD, MethodFacts};
use reqwest::Url;
use zeroize::Zeroizing;

#[derive(Args)]
pub(super) struct Endpoint {
    /// Where `verify` and `check_deposit` are taken; `{method}` in it stands for the method's name
    #[arg(long, value_name = "URL")]
    url: String,
    /// The method: kaspi, kassa24, kassa24-bvu, cashin-kz or qiwi-kz; several where the URL has `{method}`
    #[arg(long, value_name = "NAME", required = true, value_delimiter = ',', value_parser = MethodFacts::parse)]
    method: Vec<&'static MethodFacts>,
    /// The project in whose name is called
    #[arg(long, value_name = "ID")]
    project: u64,
    /// The environment variable that holds its secret
    #[arg(long, value_name = "NAME")]
    secret_env: String,
    /// A customer who exists and can pay
    #[arg(long, value_name = "ID")]
    customer: String,
    /// A contract that the customer can pay; without it, the first one in the answer to `verify`
    #[arg(long, value_name = "ID[:NUMBER]")]
    contract: Option<Contract>,
    /// A contract of the customer that cannot be paid
    #[arg(long, value_name = "ID[:NUMBER]")]
    closed_contract: Option<Contract>,
    /// A customer who owes nothing on any contract
    #[arg(long, value_name = "ID")]
    owes_nothing: Option<String>,
    /// Somebody who is no customer
    #[arg(long, value_name = "ID", default_value = "0000000404")]
    unknown_customer: String,
    /// Where callbacks are taken, when not at the same URL
    #[arg(long, value_name = "URL")]
    callback_url: Option<String>,
    /// Which of its two options of answers the endpoint uses with Kassa24
    #[arg(long, value_enum, default_value_t = Answers::Contracts)]
    kassa24_answers: Answers,
    /// The project's currency
    #[arg(long, value_name = "CODE", default_value = "KZT")]
    currency: Currency,
    /// Also send successes: they credit the customer at the endpoint
    #[arg(long)]
    allow_credits: bool,
    /// Another project of the endpoint, whose secret must not open this one
    #[arg(long, value_name = "ID", requires = "other_secret_env")]
    other_project: Option<u64>,
    /// The environment variable that holds the other project's secret
    #[arg(long, value_name = "NAME", requires = "other_project")]
    other_secret_env: Option<String>,
    /// Where to see what was credited: a URL with `{payment_id}` that answers {"credited": 10000, "remaining": 10000}
    #[arg(long, value_name = "URL")]
    observe: Option<String>,
    /// The environment variable that holds the bearer token for it
    #[arg(long, value_name = "NAME", requires = "observe")]
    observe_token_env: Option<String>,
    /// How long an answer may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=30))]
    time_limit: u64,
    /// Let every `should` count
    #[arg(long)]
    strict: bool,
    /// Hold it to the HTTP statuses, texts and limits of the service `jetpay`, and let every `should` count
    #[arg(long)]
    exact: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Answers {
    /// Option 1: the account alone
    Account,
    /// Option 2: the account and its contracts
    Contracts,
}

impl Endpoint {
    pub(super) fn target(&self) -> anyhow::Result<Target> {
        let several = self.method.len() > 1;
        ensure!(
            !several || self.url.contains(METHOD),
            "one URL is for one method: a verify does not say which method it is for. Name one --method, or a URL with \
             {METHOD} in it"
        );
        is_http("--url", &self.url)?;
        let answers = match self.kassa24_answers {
            Answers::Account => Kassa24Answers::Account,
            Answers::Contracts => Kassa24Answers::Contracts,
        };
        let own = project(self.project, &self.secret_env)?
            .only(self.method.iter().copied())
            .answering_kassa24(answers);
        let mut target = Target::at(&self.url, own, self.customers());
        if let Some(url) = &self.callback_url {
            is_http("--callback-url", url)?;
            target.callback_urls = vec![url.clone()];
        }
        if let (Some(id), Some(secret)) = (self.other_project, &self.other_secret_env) {
            ensure!(
                id != self.project,
                "--other-project is another one than --project"
            );
            target = target.and_project(project(id, secret)?.only([]));
        }
        if let Some(url) = &self.observe {
            target = target.observed_by(self.observation(url)?);
        }
        target.currency = self.currency;
        target.credits = self.allow_credits;
        target.strict = self.strict || self.exact;
        target.exact = self.exact;
        target.time_limit = Duration::from_secs(self.time_limit);
        Ok(target)
    }

    fn customers(&self) -> Customers {
        let mut customers = Customers::new(&self.customer, &self.unknown_customer);
        customers.contract.clone_from(&self.contract);
        customers.closed.clone_from(&self.closed_contract);
        customers.owes_nothing.clone_from(&self.owes_nothing);
        customers
    }

    fn observation(&self, url: &str) -> anyhow::Result<Observation> {
        ensure!(
            url.contains(PAYMENT_ID),
            "--observe needs {PAYMENT_ID} in its URL, where a payment's id belongs"
        );
        is_http("--observe", url)?;
        let host_of =
            |id| Url::parse(&url.replace(PAYMENT_ID, id)).map(|url| url.authority().to_owned());
        ensure!(
            host_of("a")? == host_of("b")?,
            "{PAYMENT_ID} belongs into the path or the query of --observe, not into its host"
        );
        let token = self.observe_token_env.as_deref();
        let token = token.map(secret_from_env).transpose()?;
        Ok(Observation::new(url, token.as_ref().map(|it| it.as_str())))
    }
}

fn project(id: u64, secret_env: &str) -> anyhow::Result<Project> {
    let secret = secret_from_env(secret_env)?;
    Project::new(id, &secret).map_err(|error| anyhow!("{secret_env}: {error}"))
}

/// A secret from the environment variable that an option named.
fn secret_from_env(name: &str) -> anyhow::Result<Zeroizing<String>> {
    let secret = std::env::var(name).map(Zeroizing::new).map_err(|_| {
        anyhow!("the environment variable {name} is not set; set it to the project's secret: export {name}=...")
    })?;
    ensure!(
        !secret.is_empty(),
        "the environment variable {name} is empty; set it to the project's secret"
    );
    Ok(secret)
}

fn is_http(option: &str, url: &str) -> anyhow::Result<()> {
    let url = Url::parse(url).with_context(|| format!("{option} is no URL"))?;
    match url.scheme() {
        "http" | "https" => Ok(()),
        scheme => bail!("{option} begins with http:// or https://, not with {scheme}:"),
    }
}
