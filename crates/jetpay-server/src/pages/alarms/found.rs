//! The alarms of one page.

use std::cmp::Reverse;

use jetpay_core::Money;
use jetpay_ledger::{Alarm, Error, Ledger};

use super::filter::{Filter, Order};

/// Amounts are in messages, and no index has them: the order of amounts is that of so many alarms, the oldest ones.
pub(super) const MOST_BY_AMOUNT: usize = 1000;

/// The alarms of a page.
pub(super) struct Found {
    pub(super) alarms: Vec<Alarm>,
    /// The filter of the next page.
    pub(super) next: Option<Filter>,
    /// There are more alarms than were put in the order of amounts.
    pub(super) is_part: bool,
}

impl Found {
    /// Reads at most `limit` alarms.
    pub(super) async fn read(
        ledger: &Ledger,
        filter: &Filter,
        limit: usize,
    ) -> Result<Self, Error> {
        if filter.order == Order::Amount {
            return Self::by_amount(ledger, filter, limit).await;
        }
        let mut alarms = ledger.alarms(filter.of_ledger(limit + 1)).await?;
        let more = alarms.len() > limit;
        alarms.truncate(limit);
        let last = alarms.last().filter(|_| more);
        let next = last.map(|last| Filter {
            from: Some(last.seq),
            ..filter.clone()
        });
        Ok(Self {
            alarms,
            next,
            is_part: false,
        })
    }

    async fn by_amount(ledger: &Ledger, filter: &Filter, limit: usize) -> Result<Self, Error> {
        let oldest = filter.of_ledger(MOST_BY_AMOUNT + 1);
        let mut alarms = ledger.alarms(oldest).await?;
        let is_part = alarms.len() > MOST_BY_AMOUNT;
        alarms.truncate(MOST_BY_AMOUNT);
        alarms.sort_by_key(|alarm| {
            let amount = amount(alarm);
            let currency = amount.map(Money::currency);
            let code = currency.map(|currency| currency.code().to_owned());
            (amount.is_none(), code, Reverse(amount.map(Money::minor)))
        });
        let rest = alarms.split_off(filter.skip.min(alarms.len()));
        let more = rest.len() > limit;
        let next = more.then(|| Filter {
            skip: filter.skip.saturating_add(limit),
            ..filter.clone()
        });
        Ok(Self {
            alarms: rest.into_iter().take(limit).collect(),
            next,
            is_part,
        })
    }
}

/// The amount that an alarm is about.
pub(super) fn amount(alarm: &Alarm) -> Option<Money> {
    alarm.received().or_else(|| alarm.expected())
}
