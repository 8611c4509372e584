//! `jetpay store backup`.

use std::path::PathBuf;

use actix_web::rt::System;
use clap::Args;

use super::{Books, to_read};

#[derive(Args)]
pub(in crate::commands) struct Backup {
    /// The file to make; it must not be there yet
    to: PathBuf,
    #[command(flatten)]
    books: Books,
}

impl Backup {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let config = self.books.config()?;
        System::new().block_on(async {
            let ledger = to_read(&config.store).await?;
            ledger.backup(&self.to).await?;
            ledger.close().await;
            anyhow::Ok(())
        })?;
        println!(
            "{} holds the books as they stood just now. To use it, name it in [store] as it is.",
            self.to.display()
        );
        Ok(())
    }
}
