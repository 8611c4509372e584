//! `[[deliver]]`: endpoints of the merchant's that get entries and alarms.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use jetpay_billing::client::{BillingUrl, DialectClient, Login, WebhookClient};
use jetpay_billing::dialect::Dialect;
use jetpay_billing::txn_id::Prefix;
use jetpay_billing::webhook::Secrets;
use jetpay_core::id::ProjectId;
use jiff::tz::TimeZone;

use super::table::{Table, Text};
use super::{ProjectConfig, billing};
use crate::deliver::ATTEMPT;
use crate::mail;
use crate::zone;

/// An endpoint of the merchant's.
pub struct DeliverConfig {
    /// Its name: 1 to 32 of `a-z`, `0-9`, `-`, `_`.
    pub name: String,
    /// How it is told.
    pub kind: DeliverKind,
    /// Its address.
    pub url: BillingUrl,
    /// Only entries of these projects; of all, if it is empty.
    pub projects: Vec<ProjectId>,
    /// Whether alarms are delivered too: webhooks alone.
    pub alarms: bool,
}

/// How an endpoint is told.
pub enum DeliverKind {
    /// Standard Webhooks.
    Webhook(Secrets),
    /// A `pay` in a dialect.
    Dialect {
        /// The dialect.
        dialect: Dialect,
        /// The login of HTTP Basic, if the billing wants one.
        login: Option<Login>,
        /// Whether a refund is told with `cancel`.
        cancel: bool,
        /// The zone of `txn_date`.
        zone: TimeZone,
        /// The projects whose entries it is told, each with the digits before the operation's id in `txn_id`.
        prefixes: Vec<(ProjectId, Option<Prefix>)>,
    },
}

impl DeliverConfig {
    /// How many items are sent to it at a time. A billing is used to 10 to 15 connections of a payment system.
    pub(crate) fn parallel(&self) -> usize {
        match self.kind {
            DeliverKind::Webhook(_) => 32,
            DeliverKind::Dialect { .. } => 12,
        }
    }

    /// The word of its kind.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.kind {
            DeliverKind::Webhook(_) => "webhook",
            DeliverKind::Dialect { dialect, .. } => match dialect {
                Dialect::Osmp => "osmp",
                Dialect::Kaspi => "kaspi",
            },
        }
    }
}

/// The longest name.
const LONGEST_NAME: usize = 32;

/// The endpoints. A service also loads the certificates that it needs.
pub(super) fn read(
    tables: &[Table<'_>],
    folder: &Path,
    projects: &[ProjectConfig],
    serving: bool,
) -> Vec<DeliverConfig> {
    let mut names = HashSet::new();
    let mut found = Vec::new();
    for table in tables {
        let name = name(table);
        if let Some(place) = &name
            && !names.insert(place.text)
        {
            place.problem("another [[deliver]] has the same name; write one of its own");
        }
        let endpoint = endpoint(table, folder, projects);
        if let (Some(name), Some((url, endpoint))) = (name, endpoint) {
            let name = name.text.to_owned();
            let endpoint = DeliverConfig { name, ..endpoint };
            if let Some(what) = shared_numbers(&endpoint, &found) {
                url.problem(&what);
            }
            if serving && let Err(what) = client(&endpoint) {
                url.problem(&what);
            }
            found.push(endpoint);
        }
    }
    found
}

fn name<'d>(table: &Table<'d>) -> Option<Text<'d>> {
    if table.get("name").is_none() {
        table.missing(
            "name",
            "it is missing; commands, alarms and metrics show it",
        );
    }
    let text = table.text("name")?;
    let is_of_name =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    let fits = (1..=LONGEST_NAME).contains(&text.text.len()) && text.text.bytes().all(is_of_name);
    if !fits {
        text.problem("write 1 to 32 of the letters a to z, digits, `-` and `_`");
    } else if text.text == mail::STREAM {
        text.problem("the service remembers under this name what it mailed; write another one");
        return None;
    }
    fits.then_some(text)
}

/// The endpoint without its name, and where its URL is.
fn endpoint<'d>(
    table: &Table<'d>,
    folder: &Path,
    configured: &[ProjectConfig],
) -> Option<(Text<'d>, DeliverConfig)> {
    if table.get("kind").is_none() {
        table.missing(
            "kind",
            "it is missing: \"webhook\" for a web service of your own, \"osmp\" or \"kaspi\" for a billing",
        );
    }
    let words = [
        ("webhook", None),
        ("osmp", Some(Dialect::Osmp)),
        ("kaspi", Some(Dialect::Kaspi)),
    ];
    let kind = table.word("kind", &words);
    let url = billing::url(table);
    let projects = projects(table, configured);
    let (alarms, cancel) = (table.is_true("alarms"), table.is_true("cancel"));
    let zone = zone(table);
    let kind = match kind? {
        None => {
            for key in ["cancel", "zone"] {
                if let Some(item) = table.get(key) {
                    item.problem(
                        "this is for kind = \"osmp\" and \"kaspi\": a webhook gets every entry, with its time in UTC; remove it",
                    );
                }
            }
            DeliverKind::Webhook(billing::signing(table, folder)?)
        }
        Some(dialect) => {
            if let Some(item) = table.get("alarms") {
                item.problem(
                    "this is for kind = \"webhook\": a billing knows payments alone; remove it, and add a [[deliver]] with \
                     kind = \"webhook\"",
                );
            }
            DeliverKind::Dialect {
                dialect,
                login: billing::login(table, folder)?,
                cancel,
                zone: zone?,
                prefixes: prefixes(table, &projects, configured),
            }
        }
    };
    let (place, url) = url?;
    let config = DeliverConfig {
        name: String::new(),
        kind,
        url,
        projects,
        alarms,
    };
    Some((place, config))
}

/// The projects of an endpoint; none are all.
fn projects(table: &Table<'_>, configured: &[ProjectConfig]) -> Vec<ProjectId> {
    if let Some(item) = table
        .get("projects")
        .filter(super::table::Item::is_empty_list)
    {
        item.problem(
            "it gets nothing of no project; name at least one, or remove the line for all",
        );
    }
    let mut found = Vec::new();
    for (item, id) in table.numbers("projects") {
        let id = ProjectId::new(id);
        if found.contains(&id) {
            item.problem(&format!("{id} is in the list already; remove one"));
        } else if !configured.iter().any(|project| project.id == id) {
            let ids = configured.iter().map(|project| project.id.to_string());
            let ids = ids.collect::<Vec<_>>().join(", ");
            item.problem(&format!(
                "there is no [[project]] with the id {id}; the projects are {ids}"
            ));
        }
        found.push(id);
    }
    found
}

/// The zone of `txn_date`.
fn zone(table: &Table<'_>) -> Option<TimeZone> {
    let text = table.text("zone");
    let name = text.map_or_else(|| table.default("zone"), |text| Some(text.text))?;
    match zone::named(name) {
        Ok(zone) => Some(zone),
        Err(what) => {
            match text {
                Some(text) => text.problem(what),
                // A webhook needs no zone.
                None if table
                    .text("kind")
                    .is_some_and(|kind| kind.text != "webhook") =>
                {
                    table.problem(what);
                }
                None => {}
            }
            None
        }
    }
}

/// The projects whose credits go to a billing, with their prefixes. Operations of two projects can have one number, so several
/// projects need prefixes: all have one of the same length, and no two the same.
fn prefixes(
    table: &Table<'_>,
    projects: &[ProjectId],
    configured: &[ProjectConfig],
) -> Vec<(ProjectId, Option<Prefix>)> {
    let is_told = |project: &&ProjectConfig| projects.is_empty() || projects.contains(&project.id);
    let told: Vec<_> = configured.iter().filter(is_told).collect();
    if told.len() > 1 {
        let without: Vec<_> = (told.iter())
            .filter(|project| project.txn_prefix.is_none())
            .map(|project| project.id.to_string())
            .collect();
        if !without.is_empty() {
            table.problem(&format!(
                "several projects go to this billing, and operations of two projects can have the same number: write a \
                 txn_prefix in each [[project]], or name one project in projects. It is missing in {}",
                without.join(", ")
            ));
        }
    }
    told.into_iter()
        .map(|project| (project.id, project.txn_prefix.clone()))
        .collect()
}

/// Why the operations of two projects could have one number in the billing of this endpoint, because others go there too. The
/// query of a URL does not tell billings apart: it may hold a login alone.
fn shared_numbers(endpoint: &DeliverConfig, before: &[DeliverConfig]) -> Option<String> {
    let same = before.iter().filter(|it| place(it) == place(endpoint));
    let DeliverKind::Dialect { prefixes: own, .. } = &endpoint.kind else {
        return None;
    };
    let mut told: BTreeMap<ProjectId, &Option<Prefix>> = BTreeMap::new();
    let mut names = Vec::new();
    for other in same {
        if let DeliverKind::Dialect { prefixes, .. } = &other.kind {
            names.push(other.name.as_str());
            told.extend(prefixes.iter().map(|(id, prefix)| (*id, prefix)));
        }
    }
    told.extend(own.iter().map(|(id, prefix)| (*id, prefix)));
    let missing: Vec<_> = (told.iter())
        .filter(|(_, prefix)| prefix.is_none())
        .map(|(id, _)| id.to_string())
        .collect();
    // Of several projects of one endpoint, that endpoint says it.
    let is_said = own.len() > 1 && own.iter().any(|(_, prefix)| prefix.is_none());
    if names.is_empty() || told.len() < 2 || missing.is_empty() || is_said {
        return None;
    }
    Some(format!(
        "the [[deliver]] {} goes to this billing too, with other projects, and operations of two projects can have the same \
         number: write a txn_prefix in each [[project]]. It is missing in {}",
        names.join(", "),
        missing.join(", ")
    ))
}

/// Where an endpoint is: its host and path.
fn place(endpoint: &DeliverConfig) -> String {
    let url = endpoint.url.to_string();
    let place = url
        .split_once("://")
        .map_or(url.as_str(), |(_, place)| place);
    place.trim_end_matches('/').to_owned()
}

/// The digits before operations' ids in `txn_id`, of each project.
pub(super) fn txn_prefixes<'d>(projects: &[Table<'d>]) -> Vec<Option<Prefix>> {
    let mut before: Vec<&'d str> = Vec::new();
    let prefix = |project: &Table<'d>| {
        project.get("txn_prefix")?;
        // After a problem, any digits will do: then nothing else says that they are missing.
        let any = || Prefix::parse("1").ok();
        let Some(text) = project.text("txn_prefix") else {
            return any();
        };
        let prefix = Prefix::parse(text.text);
        if let Err(what) = prefix {
            text.problem(&what.to_string());
        } else if before.contains(&text.text) {
            text.problem("another project has the same digits; write others");
        } else if (before.first()).is_some_and(|first| first.len() != text.text.len()) {
            text.problem("the digits of another project are more or fewer; write as many");
        }
        before.push(text.text);
        prefix.ok().or_else(any)
    };
    projects.iter().map(prefix).collect()
}

/// Whether there can be a client of the endpoint.
fn client(endpoint: &DeliverConfig) -> Result<(), String> {
    let url = endpoint.url.clone();
    let made = match &endpoint.kind {
        DeliverKind::Webhook(secrets) => {
            WebhookClient::new(url, secrets.clone(), ATTEMPT).map(drop)
        }
        DeliverKind::Dialect { dialect, login, .. } => {
            DialectClient::new(*dialect, url, login.clone(), ATTEMPT).map(drop)
        }
    };
    made.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::{HEAD, PROJECT, assert_problems, assert_refused, read};

    const WEBHOOK: &str = "[[deliver]]\nname = \"shop\"\nkind = \"webhook\"\nurl = \"https://shop.example/entries\"\n\
                           secret_file = \"signing\"\n";
    const BILLING: &str =
        "[[deliver]]\nname = \"abills\"\nkind = \"osmp\"\nurl = \"https://billing.example/pay\"\n";

    /// Two projects, 1 and 2, with these lines.
    fn two_projects(first: &str, second: &str) -> String {
        let other = PROJECT.replace("id = 1", "id = 2");
        format!("{HEAD}{PROJECT}{first}\n{other}{second}\n")
    }

    #[test]
    fn every_key_of_an_endpoint_is_used() {
        let projects = two_projects("txn_prefix = \"1\"", "txn_prefix = \"2\"");
        let text = format!(
            "{projects}{WEBHOOK}alarms = true\nprojects = [2]\n{BILLING}secret_file = \"login\"\ncancel = true\nzone = \"UTC\"\n"
        );
        let config = read(&text).unwrap();
        let [shop, abills] = config.deliver.as_slice() else {
            panic!("{} endpoints", config.deliver.len());
        };
        assert_eq!((shop.name.as_str(), shop.kind()), ("shop", "webhook"));
        assert!(shop.alarms && shop.projects == [2.into()] && shop.parallel() == 32);
        assert_eq!(abills.url.to_string(), "https://billing.example/pay");
        assert!(!abills.alarms && abills.projects.is_empty() && abills.parallel() == 12);
        let DeliverKind::Dialect {
            dialect,
            login,
            cancel,
            zone,
            prefixes,
        } = &abills.kind
        else {
            panic!("a billing has a dialect");
        };
        assert!(*dialect == Dialect::Osmp && login.is_some() && *cancel && *zone == TimeZone::UTC);
        let prefixes: Vec<_> = (prefixes.iter())
            .map(|(project, prefix)| (project.number(), prefix.as_ref().map(Prefix::as_str)))
            .collect();
        assert_eq!(prefixes, [(1, Some("1")), (2, Some("2"))]);
    }

    #[test]
    fn billing_without_further_keys_has_the_zone_of_almaty_and_is_told_no_refunds() {
        let config = read(&format!("{HEAD}{PROJECT}{BILLING}")).unwrap();
        let DeliverKind::Dialect { cancel, zone, .. } = &config.deliver[0].kind else {
            panic!("a billing has a dialect");
        };
        assert_eq!((*cancel, zone.iana_name()), (false, Some("Asia/Almaty")));
    }

    #[test]
    fn several_projects_need_prefixes_of_one_length_on_one_billing_and_nowhere_else() {
        let rows = [
            (
                "",
                "txn_prefix = \"2\"",
                "",
                "20: deliver: several projects go to this billing, and operations of two projects can have the same number: write a txn_prefix in each [[project]], or name one project in projects. It is missing in 1",
            ),
            (
                "",
                "",
                "projects = [1, 2]",
                "20: deliver: several projects go",
            ),
            ("", "", "projects = [2]", ""),
            ("txn_prefix = \"1\"", "txn_prefix = \"2\"", "", ""),
            (
                "txn_prefix = \"1\"",
                "txn_prefix = \"1\"",
                "",
                "14: project.txn_prefix: another project has the same digits",
            ),
            (
                "txn_prefix = \"1\"",
                "txn_prefix = \"23\"",
                "",
                "14: project.txn_prefix: the digits of another project are more or fewer",
            ),
            (
                "txn_prefix = \"9\"",
                "txn_prefix = \"2\"",
                "",
                "9: project.txn_prefix: write 1 to 4 digits, the first from 1 to 8",
            ),
            (
                "txn_prefix = 1",
                "txn_prefix = \"2\"",
                "projects = [2]",
                "9: project.txn_prefix: this is a number; write txn_prefix = \"1\"",
            ),
        ];
        for (first, second, lines, problem) in rows {
            // A line that is left out is empty, so the lines keep their numbers.
            let text = format!("{}{WEBHOOK}{BILLING}{lines}\n", two_projects(first, second));
            if problem.is_empty() {
                read(&text).unwrap();
            } else {
                assert_problems(&text, problem);
            }
        }
    }

    #[test]
    fn several_endpoints_on_one_billing_need_prefixes_as_one_endpoint_does() {
        let endpoint = |name: &str, url: &str, project: u64| {
            format!(
                "[[deliver]]\nname = \"{name}\"\nkind = \"osmp\"\nurl = \"https://{url}\"\nprojects = [{project}]\n"
            )
        };
        let first = endpoint("one", "billing.example/pay?key=1", 1);
        let problem = "23: deliver.url: the [[deliver]] one goes to this billing too, with other projects, and operations of two \
                       projects can have the same number: write a txn_prefix in each [[project]]. It is missing in ";
        let prefixes = ["txn_prefix = \"1\"", "txn_prefix = \"2\""];
        for (url, project, [one, two], missing) in [
            ("billing.example/pay?key=2", 2, ["", ""], Some("1, 2")),
            ("BILLING.example:443/pay/", 2, [prefixes[0], ""], Some("2")),
            ("billing.example/pay", 2, prefixes, None),
            ("billing.example/pay", 1, ["", ""], None),
            ("billing.example/other", 2, ["", ""], None),
            ("billing.example:8443/pay", 2, ["", ""], None),
        ] {
            let second = endpoint("two", url, project);
            let text = format!("{}{first}{second}", two_projects(one, two));
            match missing {
                Some(missing) => assert_problems(&text, &format!("{problem}{missing}")),
                None => _ = read(&text).unwrap(),
            }
        }
    }

    #[test]
    fn invalid_endpoint_is_refused_with_its_line() {
        let rows = r#"
KIND | URL | SECRET                          => 10: deliver.name: it is missing; commands, alarms and metrics show it; write name =
name = "Shop" | KIND | URL | SECRET          => 11: deliver.name: write 1 to 32 of the letters a to z
name = "" | KIND | URL | SECRET              => 11: deliver.name: write 1 to 32 of the letters a to z
name = "mail" | KIND | URL | SECRET          => 11: deliver.name: the service remembers under this name
NAME | URL | SECRET                          => 10: deliver.kind: it is missing: "webhook" for a web service of your own
NAME | kind = "http" | URL | SECRET          => 12: deliver.kind: there is no such word; write one of "webhook", "osmp", "kaspi"
NAME | KIND | SECRET                         => 10: deliver.url: it is missing
NAME | KIND | url = "http://shop.example" | SECRET  => 13: deliver.url: write https://
NAME | KIND | url = "https://..." | SECRET   => 13: deliver.url: write a whole URL
NAME | KIND | URL                            => 10: deliver.secret_env: it is missing, and secret_file is too
NAME | KIND | URL | secret_file = "secret"   => 14: deliver.secret_file: this is no secret of a signature: write whsec_
NAME | KIND | URL | secret_env = "JETPAY_NO" => 14: deliver.secret_env: the environment variable JETPAY_NO is not set
NAME | KIND | URL | SECRET | cancel = true   => 15: deliver.cancel: this is for kind = "osmp" and "kaspi"
NAME | KIND | URL | SECRET | zone = "UTC"    => 15: deliver.zone: this is for kind = "osmp" and "kaspi"
NAME | KIND | URL | SECRET | alarms = "yes"  => 15: deliver.alarms: write true or false
NAME | KIND | URL | SECRET | projects = []   => 15: deliver.projects: it gets nothing of no project
NAME | KIND | URL | SECRET | projects = [7]  => 15: deliver.projects: there is no [[project]] with the id 7; the projects are 1
NAME | KIND | URL | SECRET | projects = [1, 1]    => 15: deliver.projects: 1 is in the list already
NAME | KIND | URL | SECRET | projects = ["1"]     => 15: deliver.projects: write whole numbers from 1 on, without quotes: projects = [1234]
NAME | KIND | URL | SECRET | projects = [0]       => 15: deliver.projects: write whole numbers from 1 on
NAME | KIND | URL | SECRET | projects = 1         => 15: deliver.projects: this is a number; write projects = [1234]
NAME | KIND | URL | SECRET | project = [1]        => 15: deliver.project: there is no such key; did you mean `projects`?
NAME | KIND | URL | SECRET | [[deliver]] | NAME | KIND | URL | SECRET => 16: deliver.name: another [[deliver]] has the same name
NAME | kind = "osmp" | URL | alarms = true   => 14: deliver.alarms: this is for kind = "webhook"
NAME | kind = "osmp" | URL | zone = "Almaty" => 14: deliver.zone: there is no such zone
NAME | kind = "osmp" | URL | secret_file = "secret"       => 14: deliver.secret_file: this is no login of HTTP Basic
NAME | kind = "osmp" | url = "https://billing.example/?account=1" => 13: deliver.url: remove `account` from the query of the URL
"#;
        let rows = rows
            .replace("NAME |", "name = \"shop\" |")
            .replace("KIND |", "kind = \"webhook\" |")
            .replace("URL |", "url = \"https://shop.example\" |")
            .replace("URL  ", "url = \"https://shop.example\"  ")
            .replace("SECRET |", "secret_file = \"signing\" |")
            .replace("SECRET =>", "secret_file = \"signing\" =>")
            .replace("SECRET  ", "secret_file = \"signing\"  ");
        assert_refused("[[deliver]]", &rows);
    }
}
