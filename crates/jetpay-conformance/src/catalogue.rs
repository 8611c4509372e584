//! Every check that there is, whatever the target: what `docs/conformance.md` is made of.

use jetpay_core::id::ProjectId;

use super::customers::Customers;
use super::group::Group;
use super::project::{Kassa24Answers, Project};
use super::row::{Level, Row, Section};
use super::rows;
use super::target::Target;
use jetpay_platform::{METHODS, MethodFacts};

/// A check, of all methods that it applies to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// Its stable name: `callback-repeated`.
    pub id: &'static str,
    /// The chapter it belongs to.
    pub group: Group,
    /// How much it binds.
    pub level: Level,
    /// What must hold.
    pub sentence: &'static str,
    /// Where that is written.
    pub source: Source,
    /// What happens to people and money where it does not hold.
    pub why: &'static str,
    /// The methods that it applies to; none for a check of callbacks of any method.
    pub methods: Vec<&'static str>,
    /// What it needs to be run, beside a project of the method.
    pub needs: Vec<Need>,
}

/// Where a check's sentence is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// In each method's document, where it speaks of `verify`: [`Sections::verify`](crate::Sections::verify).
    Verify,
    /// Where it speaks of `check_deposit`.
    CheckDeposit,
    /// Where it speaks of the callback.
    Callback,
    /// Elsewhere, and alike for all methods.
    Other(&'static str),
}

/// What a check needs to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Need {
    /// A success may be sent, which credits a customer.
    Credits,
    /// Callbacks have a URL of their own.
    CallbackUrl,
    /// Kassa24 is answered with the account alone: option 1.
    Account,
    /// Kassa24 is answered with contracts: option 2.
    Contracts,
    /// The target is held to all that the service `jetpay` does.
    Exact,
}

/// Every check, chapter by chapter.
pub fn catalogue() -> impl Iterator<Item = Entry> {
    let targets = Targets::new();
    rows::all().map(move |(group, row)| targets.entry(group, row))
}

/// Targets that differ in what a row may ask for.
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
            Project::new(ProjectId::new(1), "secret")
                .expect("the secret is not empty")
                .answering_kassa24(answers)
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
            source: row.section.into(),
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

impl From<Section> for Source {
    fn from(section: Section) -> Self {
        match section {
            Section::Verify => Self::Verify,
            Section::CheckDeposit => Self::CheckDeposit,
            Section::Callback => Self::Callback,
            Section::Ours(section) => Self::Other(section),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_an_id_of_its_own_and_applies_to_something() {
        let mut ids: Vec<&str> = catalogue().map(|entry| entry.id).collect();
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count);
        for (_, row) in rows::all() {
            let all = Targets::new().all;
            let mut methods = METHODS.iter();
            assert!(methods.any(|it| (row.applies)(it, &all)), "{}", row.id);
        }
    }

    #[test]
    fn needs_are_those_of_the_row() {
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
