//! What a list has: read from the ledger in parts, until a page is full or enough was looked through.

use jetpay_core::id::CustomerId;
use jetpay_ledger::{Error, Hit, HitKind, Ledger, MatchedWord, Millis, SearchPosition, first_id};

use super::filter::Filter;
use crate::environment::now;

/// How many hits are read at a time while a filter leaves some out.
const PART: usize = 200;
/// How often a page reads.
const MOST_PARTS: usize = 5;

/// What is listed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Source<'a> {
    /// The newest payments.
    Newest,
    /// All that has a word.
    Word(&'a str),
    /// The payments and payouts of a customer.
    Customer(&'a CustomerId),
}

/// A page of a list.
#[derive(Default)]
pub(super) struct Found {
    pub(super) customers: Vec<Hit>,
    /// There are more customers than the page has.
    pub(super) more_customers: bool,
    /// The others, the newest first.
    pub(super) hits: Vec<Hit>,
    /// Where the next page begins.
    pub(super) next: Option<SearchPosition>,
    /// The page ended before it was full.
    pub(super) gave_up: bool,
}

impl Found {
    /// Reads what the filter lets through behind `before`, at most so many.
    pub(super) async fn read(
        ledger: &Ledger,
        source: Source<'_>,
        filter: &Filter,
        before: Option<SearchPosition>,
        most: usize,
    ) -> Result<Self, Error> {
        let mut found = Self::default();
        let mut at = before.or_else(|| source.begin(filter));
        let part = if filter.is_any() || matches!(source, Source::Customer(_)) {
            PART.max(most + 1)
        } else {
            most + 1
        };
        for _ in 0..MOST_PARTS {
            let (hits, next) = source.part(ledger, filter, at.as_ref(), part).await?;
            let mut last = at;
            for hit in hits {
                let is_of_customers = filter.is_of_customers() && is_timed(&hit.position);
                if is_of_customers || source.is_past(filter, &hit.position) {
                    return Ok(found);
                }
                let is_full = found.hits.len() + found.customers.len() == most;
                let is_listed = source.has(&hit) && filter.lets_through(&hit);
                if is_listed && is_full {
                    found.more_customers = hit.kind == HitKind::Customer;
                    // Behind the customers of the first page, only what has a time is listed.
                    let last = last.filter(is_timed);
                    found.next = last.or_else(|| Some(before_time(Millis(i64::MAX))));
                    found.next.take_if(|_| filter.is_of_customers());
                    return Ok(found);
                }
                last = Some(hit.position.clone());
                if is_listed && hit.kind == HitKind::Customer {
                    found.customers.push(hit);
                } else if is_listed {
                    found.hits.push(hit);
                }
            }
            if next.as_ref().is_none_or(|at| source.is_past(filter, at)) {
                return Ok(found);
            }
            at = next;
        }
        found.next = at;
        found.gave_up = true;
        Ok(found)
    }

    /// Nothing is there, on this page or further back.
    pub(super) fn is_empty(&self) -> bool {
        self.hits.is_empty() && self.customers.is_empty() && self.next.is_none()
    }

    /// The customers, and by which words each was found.
    pub(super) fn customers(&self) -> Vec<(CustomerId, Vec<MatchedWord>)> {
        let hits = self.customers.iter();
        hits.filter_map(|hit| Some((hit.customer_id.clone()?, hit.matched.clone())))
            .collect()
    }
}

impl Source<'_> {
    /// The place before the first hit that the filter can let through.
    fn begin(self, filter: &Filter) -> Option<SearchPosition> {
        match self {
            Self::Newest => {
                // Ids that are no UUIDs of now, such as imported ones, are left out.
                const DAY: i64 = 24 * 60 * 60 * 1000;
                let end = filter.to.unwrap_or(Millis(now().0.saturating_add(DAY)));
                Some(SearchPosition {
                    kind: HitKind::Payment,
                    time: 0,
                    number: 0,
                    id: first_id(end),
                })
            }
            Self::Word(_) if filter.lets_customers_through() => None,
            _ => Some(before_time(filter.to.unwrap_or(Millis(i64::MAX)))),
        }
    }

    /// Whether all from this place on is older than the list goes back. The newest payments go by their ids: an imported one
    /// may be older than those behind it.
    fn is_past(self, filter: &Filter, at: &SearchPosition) -> bool {
        let is_older =
            |from: Millis| at.time < from.0 && (self != Self::Newest || *at.id < *first_id(from));
        is_timed(at) && filter.from.is_some_and(is_older)
    }

    /// A part of the list as the ledger has it.
    async fn part(
        self,
        ledger: &Ledger,
        filter: &Filter,
        at: Option<&SearchPosition>,
        limit: usize,
    ) -> Result<(Vec<Hit>, Option<SearchPosition>), Error> {
        match self {
            Self::Newest => {
                let before = at.map_or("", |at| &at.id);
                let state = filter.state_of_payments();
                ledger.newest_payments(before, state, limit).await
            }
            Self::Word(word) => ledger.search_kind(word, filter.kind(), at, limit).await,
            Self::Customer(id) => {
                ledger
                    .search_kind(id.as_str(), filter.kind(), at, limit)
                    .await
            }
        }
    }

    /// Others may have a customer's id as a word of theirs.
    fn has(self, hit: &Hit) -> bool {
        match self {
            Self::Newest | Self::Word(_) => true,
            Self::Customer(id) => hit.customer_id.as_ref() == Some(id),
        }
    }
}

/// Whether it is the place of a hit that has a time. The place of a customer has the customer's id, and is in no URL.
pub(super) fn is_timed(at: &SearchPosition) -> bool {
    at.kind != HitKind::Customer
}

/// The place before all hits that are older than this time.
fn before_time(time: Millis) -> SearchPosition {
    SearchPosition {
        kind: HitKind::Inbox,
        time: time.0,
        number: i64::MIN,
        id: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use jetpay_core::{Currency, Money};
    use jetpay_ledger::NewPayment;

    use super::super::filter::State;
    use super::*;

    const CUSTOMER: &str = "7123456789";
    const BEGIN: i64 = 1_733_000_000_000;

    fn payment(id: &str, time: i64) -> NewPayment {
        NewPayment {
            id: id.try_into().unwrap(),
            project_id: 1.into(),
            method: "kaspi".into(),
            customer_id: CUSTOMER.try_into().unwrap(),
            contract_id: None,
            amount: Money::new(1, Currency::KZT),
            flags: Vec::new(),
            created_at: Millis(time),
        }
    }

    /// Pending payments, one each millisecond, and an imported one whose id is no UUID.
    async fn ledger(folder: &tempfile::TempDir, count: i64) -> Ledger {
        let ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
        let times = (0..count).map(|number| BEGIN + number);
        let ids = times.map(|time| {
            (
                format!("{}-7000-8000-000000000000", first_id(Millis(time))),
                time,
            )
        });
        let mut payments: Vec<NewPayment> = ids.map(|(id, time)| payment(&id, time)).collect();
        payments.push(payment("order-1", BEGIN - 1));
        ledger
            .import_payments(payments, Millis(BEGIN))
            .await
            .unwrap();
        ledger
    }

    #[tokio::test]
    async fn list_that_a_filter_empties_ends_after_some_reads_and_goes_on_where_it_ended() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = ledger(&folder, 1300).await;
        let state = |word| Filter {
            state: State::all().find(|it| it.kind == HitKind::Payment && it.word == word),
            ..Filter::default()
        };
        let credited = state("credited");
        let word = Source::Word(CUSTOMER);
        let found = Found::read(&ledger, word, &credited, None, 50);
        let found = found.await.unwrap();
        assert!(found.gave_up && found.hits.is_empty());
        let at = found.next.unwrap();
        assert_eq!(
            at.id,
            format!("{}-7000-8000-000000000000", first_id(Millis(BEGIN + 300)))
        );
        // The ledger looks further through the newest payments by itself.
        for (source, at) in [(word, Some(at)), (Source::Newest, None)] {
            let found = Found::read(&ledger, source, &credited, at, 50);
            let found = found.await.unwrap();
            assert!(found.is_empty() && !found.gave_up);
        }
        for source in [word, Source::Newest] {
            let found = Found::read(&ledger, source, &state("pending"), None, 50)
                .await
                .unwrap();
            assert_eq!((found.hits.len(), found.gave_up), (50, false));
            assert_eq!(found.next.unwrap(), found.hits[49].position);
        }
    }

    #[tokio::test]
    async fn list_of_a_customer_leaves_out_payments_that_have_the_id_as_a_contract() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = ledger(&folder, 2).await;
        let mut other = payment("other", BEGIN);
        other.customer_id = "8".try_into().unwrap();
        other.contract_id = Some(CUSTOMER.try_into().unwrap());
        ledger.record_payment(other).await.unwrap();
        let (id, filter) = (CUSTOMER.try_into().unwrap(), Filter::default());
        for (source, count) in [(Source::Word(CUSTOMER), 4), (Source::Customer(&id), 3)] {
            let found = Found::read(&ledger, source, &filter, None, 50);
            assert_eq!(found.await.unwrap().hits.len(), count);
        }
    }

    #[tokio::test]
    async fn days_bound_the_list_at_both_ends_and_only_a_word_finds_an_imported_payment() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = ledger(&folder, 10).await;
        let times = async |source: Source<'_>, from: Option<i64>, to: Option<i64>| {
            let filter = Filter {
                from: from.map(|from| Millis(BEGIN + from)),
                to: to.map(|to| Millis(BEGIN + to)),
                ..Filter::default()
            };
            let found = Found::read(&ledger, source, &filter, None, 50)
                .await
                .unwrap();
            let times = found.hits.iter().map(|hit| hit.time.unwrap().0 - BEGIN);
            times.collect::<Vec<_>>()
        };
        for source in [Source::Newest, Source::Word(CUSTOMER)] {
            assert_eq!(times(source, Some(3), Some(6)).await, [5, 4, 3]);
            assert_eq!(times(source, Some(8), None).await, [9, 8]);
            assert!(times(source, Some(10), None).await.is_empty());
        }
        assert_eq!(times(Source::Newest, None, Some(1)).await, [0]);
        assert_eq!(times(Source::Newest, None, None).await.len(), 10);
        assert_eq!(times(Source::Word(CUSTOMER), None, Some(1)).await, [0, -1]);
        assert_eq!(times(Source::Word("order-1"), None, None).await, [-1]);
        // An imported payment whose id is between those of this list hides none behind it.
        let between = format!("{}-0", first_id(Millis(BEGIN + 9)));
        let old = payment(&between, BEGIN - 1);
        ledger
            .import_payments(vec![old], Millis(BEGIN))
            .await
            .unwrap();
        assert_eq!(times(Source::Newest, Some(8), None).await, [9, 8]);
    }

    #[test]
    fn first_id_of_a_millisecond_is_below_its_uuids_and_above_the_ones_before() {
        let id = "0193ad5c-0123-7000-8000-000000000000";
        let time = 0x0193_ad5c_0123;
        assert!(*first_id(Millis(time)) < *id);
        assert!(*first_id(Millis(time + 1)) > *id);
        assert_eq!(first_id(Millis(i64::MAX)), "ffffffff-ffff");
    }
}
