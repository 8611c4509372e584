//! The endpoint to call: URLs, methods and projects.

use std::fmt;
use std::path::PathBuf;

use anyhow::{Context, bail, ensure};
use clap::Args;
use jetpay_core::id::ProjectId;
use jetpay_core::signature::Key;
use jetpay_core::{Currency, Project};
use jetpay_platform::data_api::PlatformRecord;
use jetpay_platform::traffic::Route;
use jetpay_platform::{METHOD_PLACEHOLDER, METHODS, MethodFacts, Platform, visible};
use reqwest::Url;

use crate::commands::secret_from_env;
use crate::config::{Config, DataApiConfig, reachable};
use crate::methods::NAMES;

#[derive(Args)]
pub(super) struct Options {
    /// URL of the endpoint: one for all methods, or with {method} in the place of the method's name
    #[arg(long, value_name = "URL", required_unless_present = "config")]
    url: Option<String>,
    /// Configuration of the merchant's service: its address, projects and secrets
    #[arg(long, value_name = "FILE", conflicts_with = "project")]
    config: Option<PathBuf>,
    /// Project, if there is no configuration
    #[arg(long, value_name = "ID", requires = "secret_env")]
    project: Option<u64>,
    /// Environment variable that holds the project's secret
    #[arg(long, value_name = "NAME", requires = "project")]
    secret_env: Option<String>,
    /// Method; may be repeated, or a list with commas. Without it all methods, if the URL contains {method}
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = MethodFacts::parse)]
    method: Vec<&'static MethodFacts>,
    /// URL for callbacks, if it is another one
    #[arg(long, value_name = "URL")]
    callback_url: Option<String>,
}

/// An endpoint with everything that a call needs.
pub(super) struct Endpoint {
    /// The URL as the user gave it, without secrets.
    shown: String,
    callbacks: Option<Url>,
    lines: Vec<Line>,
    pub(super) currency: Currency,
    /// Of the configuration, if it has one.
    pub(super) data_api: Option<DataApiConfig>,
}

/// One method of one project.
struct Line {
    method: &'static MethodFacts,
    project: ProjectId,
    key: Key,
    url: Url,
}

impl Endpoint {
    pub(super) fn new(options: &Options) -> anyhow::Result<Self> {
        let (url, projects, currency, data_api) = match (
            &options.config,
            options.project,
            &options.secret_env,
        ) {
            (Some(file), ..) => {
                let config = Config::read(file)?;
                let here = format!("http://{}/{METHOD_PLACEHOLDER}", reachable(config.listen));
                let projects = config.projects.into_iter().map(|project| project.project);
                let url = options.url.clone().unwrap_or(here);
                (url, projects.collect(), config.currency, config.data_api)
            }
            (None, Some(id), Some(variable)) => {
                let project = Project::from_key(id, secret_from_env(variable)?);
                let url = options
                    .url
                    .clone()
                    .context("the endpoint is missing: give it with --url URL")?;
                (url, vec![project], Currency::KZT, None)
            }
            _ => bail!(
                "the project is missing: give the merchant's configuration with --config FILE, or a project with \
                 --project ID --secret-env NAME"
            ),
        };
        ensure!(
            url.contains(METHOD_PLACEHOLDER) || !options.method.is_empty(),
            "the method is missing: give it with --method, or put {METHOD_PLACEHOLDER} into the URL for all methods: {}",
            NAMES.join(", ")
        );
        let callbacks = options.callback_url.as_deref().map(parsed).transpose()?;
        let lines = lines(&url, &projects, &options.method)?;
        ensure!(
            !lines.is_empty(),
            "no project of the configuration supports any of these methods"
        );
        Ok(Self {
            shown: visible::line(&visible::url(&url)),
            callbacks,
            lines,
            currency,
            data_api,
        })
    }

    /// The routes to call. Their operations are written into the record.
    pub(super) fn routes(&self, record: &PlatformRecord) -> Vec<Route> {
        let route = |line: &Line| {
            let platform = |url: &Url| {
                let platform = Platform::new(url.as_str(), line.project, line.key.clone());
                platform.with_record(record.clone())
            };
            let route = Route::new(line.method, platform(&line.url));
            match &self.callbacks {
                Some(url) => route.with_callbacks(platform(url)),
                None => route,
            }
        };
        self.lines.iter().map(route).collect()
    }

    /// Whether all URLs lead to this machine.
    pub(super) fn is_on_this_machine(&self) -> bool {
        self.urls().all(is_loopback)
    }

    /// The first host that is another machine; empty if there is none.
    pub(super) fn foreign_host(&self) -> &str {
        let foreign = self.urls().find(|url| !is_loopback(url));
        foreign.and_then(Url::host_str).unwrap_or_default()
    }

    fn urls(&self) -> impl Iterator<Item = &Url> {
        self.lines
            .iter()
            .map(|line| &line.url)
            .chain(&self.callbacks)
    }
}

fn lines(
    url: &str,
    projects: &[Project],
    methods: &[&'static MethodFacts],
) -> anyhow::Result<Vec<Line>> {
    let mut lines = Vec::new();
    for project in projects {
        for method in &METHODS {
            let asked = methods.is_empty() || methods.iter().any(|it| it.name == method.name);
            if !asked || !project.supports(method.name) {
                continue;
            }
            lines.push(Line {
                method,
                project: project.id(),
                key: project.keys()[0].clone(),
                url: parsed(&method.in_url(url))?,
            });
        }
    }
    Ok(lines)
}

fn parsed(text: &str) -> anyhow::Result<Url> {
    // The error does not show the text, because it may contain a password.
    let url: Url = text
        .parse()
        .context("this is not a URL; a URL looks like http://127.0.0.1:8080/kaspi")?;
    ensure!(
        matches!(url.scheme(), "http" | "https") && url.has_host(),
        "the URL must begin with http:// or https:// and a host"
    );
    ensure!(
        url.username().is_empty() && url.password().is_none(),
        "the platform sends no user and password: leave them out of the URL"
    );
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

impl fmt::Display for Endpoint {
    /// The URLs without tokens, the methods and the projects. Customers and secrets are not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)?;
        if let Some(url) = &self.callbacks {
            write!(f, ", callbacks to {}", visible::url(url.as_str()))?;
        }
        for line in &self.lines {
            let (method, project) = (line.method.name, line.project);
            write!(f, "\n  {method} of project {project}")?;
        }
        Ok(())
    }
}
