//! `jetpay customers import`.

mod lines;
mod rows;

use anyhow::Context;
use clap::Args;

use super::{Source, with_store};
use crate::config::Config;

#[derive(Args)]
pub(in crate::commands) struct ImportCustomers {
    #[command(flatten)]
    source: Source,
}

impl ImportCustomers {
    pub(in crate::commands) fn run(&self) -> anyhow::Result<()> {
        let config = Config::read(&self.source.config)?;
        let file = self.source.content()?;
        let customers = if file.csv {
            rows::read(&file.bytes, &file.bar)?
        } else {
            lines::read(&file.bytes, &file.bar)
        };
        self.source.report(&customers.bad)?;
        file.bar.set_message("storing");
        let instead =
            "stop the service first, or put customers over HTTP: PUT /v1/customers/{customer_id}";
        let counted = with_store(&config.store, instead, async |ledger| {
            ledger.import_customers(customers.good).await
        })?;
        let counted = counted.context("nothing was stored")?;
        file.bar.finish_and_clear();
        let left_out = customers.bad.len();
        println!(
            "{} new, {} replaced, {left_out} left out",
            counted.new, counted.replaced
        );
        Ok(())
    }
}
