//! All checks, independent of a target. `docs/conformance.md` is made from them.

use jetpay_platform::METHODS;

use super::row::{Group, Level, Source};
use super::rows;

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
    rows::all().map(|(group, row)| {
        let methods = METHODS.iter();
        let methods = methods.filter(|it| !row.of_no_method && (row.condition.methods)(it));
        let credits = row.credits.then_some(Need::Credits);
        Entry {
            id: row.id,
            group,
            level: row.level,
            sentence: row.sentence,
            source: row.section,
            why: row.why,
            methods: methods.map(|it| it.name).collect(),
            needs: credits.iter().chain(row.condition.needs).copied().collect(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_applies_to_a_method() {
        for (_, row) in rows::all() {
            let mut methods = METHODS.iter();
            assert!(methods.any(row.condition.methods), "{}", row.id);
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
