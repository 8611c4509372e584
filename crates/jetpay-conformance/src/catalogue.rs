//! All checks, independent of a target. `docs/conformance.md` is made from them.

use jetpay_core::id::ProjectId;
use jetpay_platform::{METHODS, MethodFacts};

use super::row::{Group, Level, Row, Source};
use super::rows;
use super::target::{Customers, Kassa24Answers, Project, Target};

/// A check, with all methods to which it applies.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// The stable id: `callback-repeated`.
    pub id: &'static str,
    /// The chapter of the report.
    pub group: Group,
    /// Whether a document demands it.
    pub level: Level,
    /// What must hold.
    pub sentence: &'static str,
    /// Where the rule is written.
    pub source: Source,
    /// What happens to people and money when it does not hold.
    pub why: &'static str,
    /// The methods to which it applies; empty for a check of callbacks of any method.
    pub methods: Vec<&'static str>,
    /// What the check needs besides a project with the method.
    pub needs: Vec<Need>,
}

/// What a check needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Need {
    /// Permission to send a success, which credits a customer.
    Credits,
    /// A separate URL for callbacks.
    CallbackUrl,
    /// A project that answers Kassa24 with the account only (option 1).
    Account,
    /// A project that answers Kassa24 with contracts (option 2).
    Contracts,
    /// A target that must behave exactly like the service `jetpay`.
    Exact,
}

/// All checks, chapter by chapter.
pub fn catalogue() -> impl Iterator<Item = Entry> {
    let targets = Targets::new();
    rows::all().map(move |(group, row)| targets.entry(group, row))
}

/// Targets that differ in the conditions of rows.
struct Targets {
    all: Target,
    lenient: Target,
    no_callback_url: Target,
    no_account: Target,
    no_contracts: Target,
}

impl Targets {
    fn new() -> Self {
        let project = |answers| {
            Project::new(ProjectId::new(1), "a secret of no project")
                .expect("the secret is long enough")
                .with_kassa24_answers(answers)
        };
        let account = project(Kassa24Answers::Account);
        let contracts = project(Kassa24Answers::Contracts);
        let of = |projects: &[&Project]| {
            let mut target = Target::service("http://localhost", projects[0].clone());
            target.projects = projects.iter().copied().cloned().collect();
            target.customers = Customers::standard();
            target
        };
        let all = of(&[&account, &contracts]);
        Self {
            lenient: Target {
                exact: false,
                ..all.clone()
            },
            no_callback_url: Target {
                callback_urls: vec![all.url.clone()],
                ..all.clone()
            },
            no_account: of(&[&contracts]),
            no_contracts: of(&[&account]),
            all,
        }
    }

    fn entry(&self, group: Group, row: &'static Row) -> Entry {
        let of = |target: &Target| -> Vec<&'static MethodFacts> {
            let methods = METHODS.iter();
            methods.filter(|it| (row.applies)(it, target)).collect()
        };
        let methods = of(&self.all);
        let missing = |target| of(target).len() < methods.len();
        let names = methods.iter().map(|it| it.name);
        let needs = [
            (Need::Credits, row.credits),
            (Need::CallbackUrl, missing(&self.no_callback_url)),
            (Need::Account, missing(&self.no_account)),
            (Need::Contracts, missing(&self.no_contracts)),
            (Need::Exact, missing(&self.lenient)),
        ];
        Entry {
            id: row.id,
            group,
            level: row.level,
            sentence: row.sentence,
            source: row.section,
            why: row.why,
            methods: if row.of_no_method {
                Vec::new()
            } else {
                names.collect()
            },
            needs: needs
                .into_iter()
                .filter(|(_, is)| *is)
                .map(|(need, _)| need)
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_applies_to_a_method() {
        let all = Targets::new().all;
        for (_, row) in rows::all() {
            let mut methods = METHODS.iter();
            assert!(methods.any(|it| (row.applies)(it, &all)), "{}", row.id);
        }
    }

    #[test]
    fn entry_has_the_needs_of_its_row() {
        let needs = |id: &str| catalogue().find(|it| it.id == id).unwrap().needs;
        assert_eq!(needs("callback-success"), [Need::Credits]);
        let options: Vec<Need> = catalogue().flat_map(|it| it.needs).collect();
        for need in [
            Need::CallbackUrl,
            Need::Account,
            Need::Contracts,
            Need::Exact,
        ] {
            assert!(options.contains(&need), "{need:?}");
        }
    }
}
