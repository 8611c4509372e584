//! The stores on which a task runs the service.

use anyhow::{Result, bail};
use jetpay_testing::postgres::{REQUIRED, Unavailable};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Stores {
    /// SQLite, in a file
    Sqlite,
    /// PostgreSQL, on a temporary server
    Postgres,
    /// Both. Without an installed PostgreSQL, only SQLite, and the task says so
    #[default]
    All,
}

impl Stores {
    pub(crate) fn has_sqlite(self) -> bool {
        self != Self::Postgres
    }

    /// Starts what the task needs of PostgreSQL, if the task uses PostgreSQL. Without an installed PostgreSQL, this prints
    /// a conspicuous line and returns `None`; it fails if the task uses PostgreSQL alone, or if [`REQUIRED`] is `1`.
    pub(crate) fn on_postgres<T>(
        self,
        task: &str,
        start: impl FnOnce() -> Result<T, Unavailable>,
    ) -> Result<Option<T>> {
        if self == Self::Sqlite {
            return Ok(None);
        }
        let required = std::env::var(REQUIRED).is_ok_and(|value| value == "1");
        match start() {
            Ok(started) => Ok(Some(started)),
            Err(Unavailable::Missing(why)) if self == Self::All && !required => {
                eprintln!("\n!!! NOT RUN: {task} on PostgreSQL: {why}");
                Ok(None)
            }
            Err(why) => bail!("{task} on PostgreSQL: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing() -> Result<(), Unavailable> {
        Err(Unavailable::Missing("install it".into()))
    }

    #[test]
    fn missing_postgres_fails_a_task_that_uses_postgres_alone() {
        let error = Stores::Postgres.on_postgres("it", missing).unwrap_err();
        assert_eq!(
            error.to_string(),
            "it on PostgreSQL: no PostgreSQL: install it"
        );
    }

    #[test]
    fn broken_postgres_always_fails() {
        let broken = || Err::<(), _>(Unavailable::Broken("no space".into()));
        assert!(Stores::All.on_postgres("it", broken).is_err());
        assert_eq!(Stores::Sqlite.on_postgres("it", broken).unwrap(), None);
    }
}
