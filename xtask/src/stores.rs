//! The stores on which a task runs the service.

use anyhow::{Result, anyhow};
use jetpay_testing::postgres::{Unavailable, or_skip};

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
    /// a conspicuous line and returns `None`; it fails if the task uses PostgreSQL alone, or if PostgreSQL is required.
    pub(crate) fn on_postgres<T>(
        self,
        task: &str,
        start: impl FnOnce() -> Result<T, Unavailable>,
    ) -> Result<Option<T>> {
        if self == Self::Sqlite {
            return Ok(None);
        }
        let what = format!("{task} on PostgreSQL");
        let started = match self {
            Self::All => or_skip(&what, start()),
            _ => start().map(Some),
        };
        started.map_err(|why| anyhow!("{what}: {why}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing() -> Result<(), Unavailable> {
        Err(Unavailable::Missing("install it".into()))
    }

    #[test]
    fn missing_postgres_fails_a_task_that_uses_postgres_alone_and_no_other() {
        let error = Stores::Postgres.on_postgres("it", missing).unwrap_err();
        assert_eq!(
            error.to_string(),
            "it on PostgreSQL: no PostgreSQL: install it"
        );
        assert_eq!(Stores::Sqlite.on_postgres("it", missing).unwrap(), None);
    }
}
