//! The stores that a task runs the service on.

use anyhow::{Result, bail};
use jetpay_testing::postgres::{REQUIRED, Unavailable};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Stores {
    /// A file
    Sqlite,
    /// A database on a server that vanishes afterwards
    Postgres,
    /// First the one, then the other; without PostgreSQL only the one, and it says so
    #[default]
    All,
}

impl Stores {
    pub(crate) fn has_sqlite(self) -> bool {
        self != Self::Postgres
    }

    /// What is started for PostgreSQL, if that is wanted. Where there is no PostgreSQL it is left out with a line that
    /// cannot be overlooked, unless nothing else is wanted or it is required.
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
    fn missing_postgres_fails_a_task_that_wants_nothing_else() {
        let error = Stores::Postgres.on_postgres("it", missing).unwrap_err();
        assert_eq!(
            error.to_string(),
            "it on PostgreSQL: no PostgreSQL: install it"
        );
    }

    #[test]
    fn broken_postgres_is_never_left_out() {
        let broken = || Err::<(), _>(Unavailable::Broken("no space".into()));
        assert!(Stores::All.on_postgres("it", broken).is_err());
        assert_eq!(Stores::Sqlite.on_postgres("it", broken).unwrap(), None);
    }
}
