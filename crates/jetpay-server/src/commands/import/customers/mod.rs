//! `jetpay customers import`: reads the file twice, once to check it and once to store it, so that memory holds little of it.

mod csv_rows;
mod target;

use std::hash::{BuildHasher, RandomState};

use actix_web::rt::System;
use anyhow::{Context, bail};
use clap::Args;
use indicatif::ProgressBar;
use jetpay_core::id::CustomerId;
use jetpay_ledger::{Customer, ImportCount, Ledger};

use super::{Source, complete, progress};
use crate::commands::confirmed;
use crate::commands::rows::{self, BadLine, Lines, RowFile};
use crate::config::{AdminAccess, Config};
use crate::customer::{self, AsOf, fits_a_url};
use csv_rows::CsvCustomers;
use target::Target;

/// Customers that are stored at a time: the progress is that of the store.
const BATCH: usize = 1_000;

/// Ids that are read at a time.
const PAGE: usize = 10_000;

#[derive(Args)]
pub(in crate::commands) struct ImportCustomers {
    #[command(flatten)]
    source: Source,
    /// The debts in the file include the entries up to this number; the default is the last entry
    #[arg(long, value_name = "SEQ")]
    as_of_seq: Option<i64>,
    /// The name of the token in the configuration, to import through the running service; without it, the first one that the
    /// command can read
    #[arg(long, value_name = "NAME")]
    token: Option<String>,
    /// Afterwards remove the customers that are not in the file; shows how many, and asks
    #[arg(long, conflicts_with = "skip_bad")]
    replace_all: bool,
    /// Do not ask before customers are removed
    #[arg(long, requires = "replace_all")]
    yes: bool,
}

impl ImportCustomers {
    pub(in crate::commands) fn run(&self) -> anyhow::Result<()> {
        let config = Config::read(&self.source.config)?;
        let access = AdminAccess::read(&self.source.config, self.token.as_deref())?;
        let file = RowFile::open(&self.source.file)?;
        let bar = progress(file.length);
        System::new().block_on(async {
            let target = Target::open(&config, &access).await?;
            let outcome = self.import(&target, file, &bar).await;
            target.close().await;
            outcome
        })
    }

    async fn import(
        &self,
        target: &Target<'_>,
        file: RowFile,
        bar: &ProgressBar,
    ) -> anyhow::Result<()> {
        let as_of = AsOf::end(target.reader().last_entry().await?);
        let default = as_of.check(self.as_of_seq, "--as-of-seq");
        let default =
            default.map_err(|error| anyhow::anyhow!("{} {}", error.field, error.message))?;
        let as_of = AsOf { default, ..as_of };
        let customers = Customers::of(file, as_of, bar);
        let mut customers = customers.with_context(|| rows::name(&self.source.file))?;
        let mut checked = Checked::of(&mut customers, bar)?;
        let left_out = self.source.report(&checked.bad)?;
        let absent = if self.replace_all {
            let absent = checked.absent(target.reader()).await?;
            self.check_removal(target, &checked, &absent, bar)?;
            absent
        } else {
            Vec::new()
        };
        // What follows needs no more than the lines to leave out.
        checked.ids = Vec::new();
        let count = target.store(&mut customers, &checked, bar).await?;
        let mut removed = 0;
        if !absent.is_empty() {
            bar.set_message("removing");
            bar.set_length(absent.len() as u64);
            bar.set_position(0);
            for batch in absent.chunks(BATCH) {
                let (batch_removed, outcome) = target.delete(batch).await;
                removed += batch_removed;
                outcome.with_context(|| {
                    format!("the file is stored, and {removed} customers were removed; import the same file again")
                })?;
                bar.inc(batch.len() as u64);
            }
        }
        bar.finish_and_clear();
        let ImportCount { new, replaced } = count;
        print!("{new} new, {replaced} replaced, {left_out} left out");
        if self.replace_all {
            print!(", {removed} removed");
        }
        println!();
        complete(left_out)
    }
}

impl ImportCustomers {
    /// Whether these customers can and shall be removed. Shows how many they are.
    fn check_removal(
        &self,
        target: &Target<'_>,
        checked: &Checked,
        absent: &[CustomerId],
        bar: &ProgressBar,
    ) -> anyhow::Result<()> {
        let customers = absent.len();
        if checked.ids.is_empty() {
            bail!(
                "nothing was changed: the file has no customers, so --replace-all would remove all {customers}; is it the right \
                 file?"
            );
        }
        let is_unreachable = |id: &&CustomerId| target.is_service() && !fits_a_url(id.as_str());
        if let Some(id) = absent.iter().find(is_unreachable) {
            bail!(
                "nothing was changed: the running service cannot remove the customer `{}`, whose id means another path in a \
                 URL; stop the service, import the file, and start the service again",
                id.as_str()
            );
        }
        match customers {
            0 => Ok(()),
            _ if self.yes => {
                bar.suspend(|| {
                    eprintln!("{customers} customers are not in the file and are removed");
                });
                Ok(())
            }
            _ if rows::is_standard_input(&self.source.file) => bail!(
                "nothing was changed: {customers} customers are not in the file and would be removed, and there is no answer to a \
                 question, because standard input is the file; use --yes"
            ),
            _ => bar.suspend(|| {
                let question = "customers are not in the file and will be removed. Go on?";
                if !confirmed(&format!("{customers} {question}"))? {
                    bail!("nothing was changed; answer y, or use --yes");
                }
                Ok(())
            }),
        }
    }
}

/// The customers of a file, read one by one.
enum Customers {
    /// Each line is the body of `PUT /v1/customers/{customer_id}`, and `customer_id`.
    Json(Lines, AsOf),
    Csv(CsvCustomers),
}

/// What is read of one customer.
struct Read {
    /// The line on which the customer begins.
    line: u64,
    /// So much of the file is read, in bytes.
    byte: u64,
    customer: Result<Customer, Vec<BadLine>>,
}

impl Customers {
    fn of(file: RowFile, as_of: AsOf, bar: &ProgressBar) -> anyhow::Result<Self> {
        Ok(if file.is_csv {
            Self::Csv(CsvCustomers::new(file, as_of, bar)?)
        } else {
            Self::Json(file.lines, as_of)
        })
    }

    fn next(&mut self) -> anyhow::Result<Option<Read>> {
        let (lines, as_of) = match self {
            Self::Json(lines, as_of) => (lines, *as_of),
            Self::Csv(rows) => return rows.next(),
        };
        let Some(text) = lines.next_json()? else {
            return Ok(None);
        };
        let customer = text.map(|text| customer::from_line(text, as_of));
        let (line, byte) = (lines.number, lines.end);
        let customer = match customer {
            Ok(Ok(customer)) => Ok(customer),
            Ok(Err(errors)) => Err(BadLine::all(line, errors).collect()),
            Err(bad) => Err(vec![bad]),
        };
        Ok(Some(Read {
            line,
            byte,
            customer,
        }))
    }

    /// Begins again with the first customer.
    fn rewind(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Json(lines, _) => lines.rewind()?,
            Self::Csv(rows) => rows.rewind(),
        }
        Ok(())
    }
}

/// A file that was read once. An id is kept as its hash of 64 bits, with a key of this process: among millions of them two
/// are equal once in ten million imports.
struct Checked {
    bad: Vec<BadLine>,
    /// The lines that repeat a customer, in their order.
    repeated: Vec<u64>,
    /// The hashes of the ids, in their order.
    ids: Vec<u64>,
    hashing: RandomState,
}

impl Checked {
    fn of(customers: &mut Customers, bar: &ProgressBar) -> anyhow::Result<Self> {
        bar.set_message("checking");
        let hashing = RandomState::new();
        let (mut bad, mut repeated) = (Vec::new(), Vec::new());
        if let Customers::Csv(rows) = customers {
            bad.append(&mut rows.unreadable);
        }
        let mut ids = Vec::new();
        while let Some(read) = customers.next()? {
            bar.set_position(read.byte);
            match read.customer {
                Ok(customer) => ids.push((hashing.hash_one(&customer.customer_id), read.line)),
                Err(lines) => bad.extend(lines),
            }
        }
        ids.sort_unstable();
        for same in ids.chunk_by(|(one, _), (other, _)| one == other) {
            let first = same[0].1;
            for &(_, line) in &same[1..] {
                let what = format!("this customer is already in line {first}");
                bad.push(BadLine::new(line, what));
                repeated.push(line);
            }
        }
        bad.sort_by_key(|bad| bad.line);
        repeated.sort_unstable();
        let ids = ids.into_iter().map(|(id, _)| id).collect();
        Ok(Self {
            bad,
            repeated,
            ids,
            hashing,
        })
    }

    /// The customers of the store that are not in the file.
    async fn absent(&self, ledger: &Ledger) -> anyhow::Result<Vec<CustomerId>> {
        let mut absent = Vec::new();
        let mut after: Option<CustomerId> = None;
        loop {
            let page = ledger.customer_ids(after.as_ref(), PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(absent);
            };
            after = Some(last.clone());
            let is_absent =
                |id: &CustomerId| self.ids.binary_search(&self.hashing.hash_one(id)).is_err();
            absent.extend(page.into_iter().filter(is_absent));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::rows::file;

    fn json(text: &str) -> Customers {
        Customers::of(file(text), AsOf::end(0), &ProgressBar::hidden()).unwrap()
    }

    #[test]
    fn good_lines_are_read_and_all_errors_of_a_wrong_line_are_reported_with_its_number() {
        let text = concat!(
            "\u{feff}{\"customer_id\":\"1\",\"contracts\":[{\"id\":\"a\",\"number\":\"A\",\"payment\":100}]}\r\n",
            "\r\n",
            "{\"customer_id\":\"2\",\"contracts\":[{\"id\":\"a\",\"number\":\"A\",\"payment\":1.5}]}\n",
            "{\"customer_id\":\"a;b\",\"contracts\":[{\"id\":\"7E+9\",\"number\":\"A\\n\",\"payment\":-1}]}\n",
            "{\"customer_id\":\"3\"}\n",
            "{\"customer_id\":\"1\"}\n",
            "{\"customer_id\":77001}\n",
            "{\"customer_id\":\"4\n",
            "{\"customer_id\":\"5\"},\n",
            "\u{feff}{\"customer_id\":\"6\"}\n",
            "{\"customer_id\":8,\"contracts\":[{\"id\":null,\"payment\":\"1\",\"min_payment\":2},{\"id\":\"'b\",\"number\":\"'B\",\"colour\":1}],",
            "\"as_of_seq\":\"9\"}\n",
            "{\"customer_id\":\"9\",\"contracts\":{},\"additional_customer_id\":\"\"}\n",
            "[{\"customer_id\":\"10\"}]\n",
            "[\"11\",null,[],null]\n",
            "{\"customer_id\":\"12\",\"contracts\":[{\"id\":\"1\",\"number\":\"2\",\"payment\":\"Anna, expected at line 3\",\"info\":1}],",
            "\"as_of_seq\":1e30}\n",
            "{\"customer_id\":\"13\",\"contracts\":[1],\"as_of_seq\":9223372036854775808}\n",
            "1",
        );
        let mut customers = json(text);
        let checked = Checked::of(&mut customers, &ProgressBar::hidden()).unwrap();
        let told = checked
            .bad
            .iter()
            .map(|bad| format!("{}: {}\n", bad.line, bad.what));
        let told: String = told.collect();
        assert!(!told.contains("Anna"), "a value can be a person's name");
        insta::assert_snapshot!(told);
        assert_eq!(checked.repeated, [6]);
        assert_eq!(checked.ids.len(), 3, "two of them are one");
    }

    #[actix_web::test]
    async fn progress_is_what_is_stored() {
        let lines = (0..2_500).map(|number| format!("{{\"customer_id\":\"{number}\"}}\n"));
        let text = lines.collect::<Vec<_>>().concat();
        let bar = ProgressBar::hidden();
        let mut customers = json(&text);
        let checked = Checked::of(&mut customers, &bar).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
        let closed = Target::Store(ledger.clone());
        let target = Target::Store(ledger);
        let count = target.store(&mut customers, &checked, &bar).await;
        assert_eq!(count.unwrap().new, 2_500);
        assert_eq!(bar.position(), text.len() as u64);
        target.close().await;
        let error = closed.store(&mut customers, &checked, &bar).await;
        let error = format!("{:#}", error.unwrap_err());
        assert!(error.contains("after 0 customers were stored"), "{error}");
        assert_eq!((bar.position(), &*bar.message()), (0, "storing"));
    }
}
