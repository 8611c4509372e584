//! Reads of the inbox: callbacks that name an unknown payment.

use jetpay_core::id::PaymentId;
use jetpay_rules::EventStatus;

use super::Ledger;
use crate::model::{Error, InboxFilter, Unmatched};
use crate::port::{Value, inbox};

/// Reads: of the last commit.
///
/// # Errors
/// Each can give [`Error::Unavailable`].
#[allow(clippy::missing_errors_doc, reason = "said once, above")]
impl Ledger {
    /// The callbacks without a payment, by payment id, at most `limit`.
    pub async fn inbox(&self, limit: usize) -> Result<Vec<Unmatched>, Error> {
        let values = vec![Value::limit(limit)];
        self.read(&inbox::by_payment(), values, inbox::unmatched)
            .await
    }

    /// The callbacks without a payment that the filter lets through.
    pub async fn filtered_inbox(&self, filter: InboxFilter) -> Result<Vec<Unmatched>, Error> {
        let (sql, values) = inbox::filtered(&filter);
        self.read(&sql, values, inbox::unmatched).await
    }

    /// The callbacks that wait for this payment, the oldest first, at most `limit`.
    pub async fn inbox_of(&self, id: &PaymentId, limit: usize) -> Result<Vec<Unmatched>, Error> {
        self.callbacks_of(id, EventStatus::Unmatched, limit).await
    }

    /// The callbacks of this payment that an operator called foreign, the oldest first, at most `limit`. They wait no more, but
    /// can be credited while there is no payment.
    pub async fn dismissed_of(
        &self,
        id: &PaymentId,
        limit: usize,
    ) -> Result<Vec<Unmatched>, Error> {
        self.callbacks_of(id, EventStatus::Dismissed, limit).await
    }

    async fn callbacks_of(
        &self,
        id: &PaymentId,
        status: EventStatus,
        limit: usize,
    ) -> Result<Vec<Unmatched>, Error> {
        let values = vec![id.into(), Value::limit(limit)];
        self.read(&inbox::of_payment(status), values, inbox::unmatched)
            .await
    }
}

#[cfg(all(test, feature = "sqlite"))]
mod tests {
    use jetpay_core::{Currency, Money};

    use super::*;
    use crate::model::{AlarmFilter, AlarmKind, Millis};
    use crate::port::alarms;

    #[tokio::test]
    async fn no_work_list_in_sqlite_reads_a_whole_table() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
        let (of_inbox, id) = (InboxFilter::default(), PaymentId::new("p").unwrap());
        let mut asked = vec![
            alarms::counted_open(9),
            inbox::filtered(&InboxFilter {
                received_before: Some(Millis(1)),
                amount: Some(Money::new(1, Currency::KZT)),
                newest_first: true,
                ..of_inbox.clone()
            }),
            inbox::filtered(&of_inbox),
            (
                inbox::of_payment(EventStatus::Dismissed),
                vec![Value::from(&id).into_owned(), Value::limit(9)],
            ),
        ];
        let kinds = [vec![], vec![AlarmKind::Unusable], AlarmKind::ALL.to_vec()];
        for kinds in kinds {
            for (resolved, oldest_first) in [(None, true), (Some(true), false), (Some(false), true)]
            {
                asked.push(alarms::filtered(&AlarmFilter {
                    kinds: kinds.clone(),
                    resolved,
                    oldest_first,
                    ..AlarmFilter::default()
                }));
            }
        }
        for (sql, values) in asked {
            let plan = format!("EXPLAIN QUERY PLAN {sql}");
            for step in ledger.store.query_once(&plan, values).await.unwrap() {
                let step = step[3].text().unwrap();
                let is_scan = ["SCAN alarms", "SCAN events"];
                let is_scan = is_scan.iter().any(|scan| step.starts_with(scan));
                assert!(!is_scan, "{step} in {sql}");
            }
        }
    }
}
