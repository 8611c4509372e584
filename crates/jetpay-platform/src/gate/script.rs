//! Which plan a payout has.

use std::collections::BTreeMap;

use super::digits;
use super::plan::Plan;

/// The plans of accounts, and of all others.
#[derive(Default)]
pub(super) struct Script {
    accounts: BTreeMap<String, Plan>,
    otherwise: Otherwise,
    /// How many payouts each account had, for the seed.
    had: BTreeMap<String, u64>,
}

#[derive(Default)]
pub(super) enum Otherwise {
    #[default]
    Digits,
    Always(Plan),
    Chance {
        seed: u64,
        hurry: u32,
    },
}

impl Script {
    pub(super) fn set(&mut self, account: String, plan: Plan) {
        self.accounts.insert(account, plan);
    }

    pub(super) fn otherwise(&mut self, otherwise: Otherwise) {
        self.otherwise = otherwise;
    }

    /// The plan of a new payout to this account.
    pub(super) fn plan(&mut self, account: &str) -> Plan {
        let had = self.had.entry(account.to_owned()).or_default();
        let number = *had;
        *had += 1;
        if let Some(plan) = self.accounts.get(account) {
            return plan.clone();
        }
        match &self.otherwise {
            Otherwise::Digits => digits::plan_of(account),
            Otherwise::Always(plan) => plan.clone(),
            Otherwise::Chance { seed, hurry } => {
                Plan::of_chance(mixed(*seed, account, number)).hurried(*hurry)
            }
        }
    }
}

/// FNV-1a, which is the same everywhere and for ever.
fn mixed(seed: u64, account: &str, number: u64) -> u64 {
    let bytes = seed.to_le_bytes().into_iter().chain(number.to_le_bytes());
    bytes
        .chain(account.bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}
