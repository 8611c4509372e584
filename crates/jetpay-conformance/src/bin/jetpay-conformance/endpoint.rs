//! The options that describe the endpoint.

use std::time::Duration;

use anyhow::{anyhow, bail, ensure};
use clap::Args;
use jetpay_conformance::{
    Customers, Kassa24Answers, Observation, PAYMENT_ID, Project, ShortSecret, Target,
};
use jetpay_core::Currency;
use jetpay_platform::messages::Contract;
use jetpay_platform::{METHOD_PLACEHOLDER, MethodFacts};
use reqwest::Url;
use zeroize::Zeroizing;

#[derive(Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of the command line, under its name"
)]
pub(super) struct Endpoint {
    /// URL for `verify` and `check_deposit`; `{method}` in it stands for the method's name
    #[arg(long, value_name = "URL")]
    url: String,
    /// Method: kaspi, kassa24, kassa24-bvu, cashin-kz or qiwi-kz; several if the URL contains `{method}`
    #[arg(long, value_name = "NAME", required = true, value_delimiter = ',', value_parser = MethodFacts::parse)]
    method: Vec<&'static MethodFacts>,
    /// Project in whose name the platform calls
    #[arg(long, value_name = "ID")]
    project: u64,
    /// Environment variable that holds the project's secret
    #[arg(long, value_name = "NAME")]
    secret_env: String,
    /// Customer who exists and can pay
    #[arg(long, value_name = "ID")]
    customer: String,
    /// Contract that the customer can pay; without it, the first one in the answer to `verify`
    #[arg(long, value_name = "ID[:NUMBER]")]
    contract: Option<Contract>,
    /// Contract of the customer that cannot be paid
    #[arg(long, value_name = "ID[:NUMBER]")]
    closed_contract: Option<Contract>,
    /// Customer who owes nothing on any contract
    #[arg(long, value_name = "ID")]
    owes_nothing: Option<String>,
    /// Id that no customer has
    #[arg(long, value_name = "ID", default_value = "0000000404")]
    unknown_customer: String,
    /// URL for callbacks, if it is another one
    #[arg(long, value_name = "URL")]
    callback_url: Option<String>,
    /// Which of its two answer options the endpoint uses for Kassa24
    #[arg(long, value_enum, default_value_t = Kassa24Answers::Contracts)]
    kassa24_answers: Kassa24Answers,
    /// Currency of the project
    #[arg(long, value_name = "CODE", default_value = "KZT")]
    currency: Currency,
    /// Also send successes, which credit the customer at the endpoint
    #[arg(long)]
    allow_credits: bool,
    /// Second project of the endpoint, whose secret must not work for the first
    #[arg(long, value_name = "ID", requires = "other_secret_env")]
    other_project: Option<u64>,
    /// Environment variable that holds the second project's secret
    #[arg(long, value_name = "NAME", requires = "other_project")]
    other_secret_env: Option<String>,
    /// URL that shows what was credited: it contains `{payment_id}` and answers {"credited": 10000, "remaining": 10000}
    #[arg(long, value_name = "URL")]
    observe: Option<String>,
    /// Environment variable that holds the bearer token for --observe
    #[arg(long, value_name = "NAME", requires = "observe")]
    observe_token_env: Option<String>,
    /// How long an answer may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=30))]
    time_limit: u64,
    /// Also fail when a check that should hold fails
    #[arg(long)]
    strict: bool,
    /// Also fail when the checks did not see what happened to the money
    #[arg(long)]
    require_observed: bool,
    /// Expect the HTTP statuses, texts and limits of the service `jetpay`; includes --strict
    #[arg(long)]
    exact: bool,
}

impl Endpoint {
    pub(super) fn target(&self) -> anyhow::Result<Target> {
        let several = self.method.len() > 1;
        ensure!(
            !several || self.url.contains(METHOD_PLACEHOLDER),
            "one URL is for one method: a verify does not say which method it is for. Name one --method, or a URL with \
             {METHOD_PLACEHOLDER} in it"
        );
        is_http("--url", &self.url)?;
        self.differ()?;
        let own = project(self.project, &self.secret_env)?
            .with_methods(self.method.iter().copied())
            .with_kassa24_answers(self.kassa24_answers);
        let mut target = Target::new(&self.url, own, self.customers());
        if let Some(url) = &self.callback_url {
            is_http("--callback-url", url)?;
            target.callback_urls = vec![url.clone()];
        }
        if let (Some(id), Some(secret)) = (self.other_project, &self.other_secret_env) {
            ensure!(
                id != self.project,
                "--other-project must be another project than --project"
            );
            target = target.with_project(project(id, secret)?.with_methods([]));
        }
        if let Some(url) = &self.observe {
            target = target.with_observer(self.observation(url)?);
        }
        target.currency = self.currency;
        target.credits = self.allow_credits;
        target.strict = self.strict || self.exact;
        target.exact = self.exact;
        target.require_observed = self.require_observed;
        target.time_limit = Duration::from_secs(self.time_limit);
        Ok(target)
    }

    /// Refuses a customer or a contract that stands for its own opposite.
    fn differ(&self) -> anyhow::Result<()> {
        ensure!(
            !self.customer.is_empty(),
            "--customer is empty; name a customer who exists and can pay"
        );
        ensure!(
            self.unknown_customer != self.customer,
            "--unknown-customer must be another one than --customer, who exists"
        );
        ensure!(
            self.owes_nothing.as_ref() != Some(&self.customer),
            "--owes-nothing must be another one than --customer, who can pay"
        );
        let ids = [&self.contract, &self.closed_contract].map(|it| it.as_ref().map(|it| &it.id));
        ensure!(
            ids[0].is_none() || ids[0] != ids[1],
            "--closed-contract must be another one than --contract, which can be paid"
        );
        Ok(())
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

/// Reads a secret from the environment variable that an option names.
fn secret_from_env(name: &str) -> anyhow::Result<Zeroizing<String>> {
    let secret = std::env::var(name).map(Zeroizing::new).map_err(|_| {
        anyhow!("the environment variable {name} is not set; set it to the project's secret: export {name}=...")
    })?;
    ensure!(
        !secret.is_empty(),
        "the environment variable {name} is empty; set it to the project's secret"
    );
    ShortSecret::check(&secret).map_err(|short| {
        anyhow!("the text in the environment variable {name} is refused: {short}")
    })?;
    Ok(secret)
}

fn is_http(option: &str, url: &str) -> anyhow::Result<()> {
    let Ok(url) = Url::parse(url) else {
        bail!("{option} is no URL: write one such as https://shop.example/pay");
    };
    match url.scheme() {
        "http" | "https" => Ok(()),
        scheme => bail!("{option} begins with http:// or https://, not with {scheme}:"),
    }
}
