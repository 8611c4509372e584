//! `jetpay ledger check`.

use actix_web::rt::System;
use anyhow::bail;
use clap::Args;
use jetpay_core::Money;
use jetpay_ledger::Audit;

use super::{Books, to_read};

#[derive(Args)]
pub(in crate::commands) struct Check {
    /// Do not fail for callbacks whose secret was rotated away
    #[arg(long)]
    allow_unverified: bool,
    #[command(flatten)]
    books: Books,
}

impl Check {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let config = self.books.config()?;
        let audit: anyhow::Result<Audit> = System::new().block_on(async {
            let ledger = to_read(&config.store).await?;
            let audit = ledger.audit(Some(&config.keyring())).await?;
            ledger.close().await;
            Ok(audit)
        });
        let audit = audit?;
        let totals = &audit.totals;
        println!("{:>12} customers", totals.customers);
        println!("{:>12} payments", totals.payments);
        println!(
            "{:>12} callbacks, {} of them verified again",
            totals.callbacks, audit.verified
        );
        println!("{:>12} entries", totals.entries);
        println!(
            "{:>12} alarms, {} settlements",
            totals.alarms, totals.resolutions
        );
        println!(
            "{:>12} on all balances",
            Money::new(totals.balance, config.currency).to_string()
        );
        if let Some(first) = audit.first_unverified {
            println!(
                "warning: {} callbacks (the first is number {first}) fit no secret of the configuration: signed with one \
                 that was rotated away, or changed",
                audit.unverified
            );
        }
        for finding in &audit.findings {
            println!("WRONG: {}, but not at {}", finding.rule, finding.place);
        }
        if !audit.findings.is_empty() {
            bail!(
                "the books do not agree: {} findings, above",
                audit.findings.len()
            );
        }
        if audit.unverified > 0 && !self.allow_unverified {
            bail!(
                "the books agree, but not all of them can be verified: add the old secrets to the configuration, or use \
                 --allow-unverified"
            );
        }
        println!("The books agree.");
        Ok(())
    }
}
