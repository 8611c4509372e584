//! Customers as JSON Lines: each line is the body of `PUT /v1/customers/{customer_id}`, and `customer_id`.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _, Seek};

use super::Read;
use crate::commands::import::lines::BadLine;
use crate::customer::{self, AsOf};
use crate::field_error::FieldError;

/// The longest line, in bytes: the longest body of `PUT`. A file without line ends does not fill the memory.
const LONGEST: u64 = 1024 * 1024;

/// A file of JSON Lines, read line by line.
pub(super) struct JsonCustomers {
    file: BufReader<File>,
    as_of: AsOf,
    text: Vec<u8>,
    line: u64,
    byte: u64,
}

impl JsonCustomers {
    pub(super) fn new(file: File, as_of: AsOf) -> Self {
        Self {
            file: BufReader::new(file),
            as_of,
            text: Vec::new(),
            line: 0,
            byte: 0,
        }
    }

    pub(super) fn rewind(&mut self) -> anyhow::Result<()> {
        self.file.rewind()?;
        (self.line, self.byte) = (0, 0);
        Ok(())
    }

    /// The next line that is not empty.
    pub(super) fn next(&mut self) -> anyhow::Result<Option<Read>> {
        loop {
            self.text.clear();
            let mut length = (&mut self.file)
                .take(LONGEST)
                .read_until(b'\n', &mut self.text)? as u64;
            if length == 0 {
                return Ok(None);
            }
            let too_long = length == LONGEST && !self.text.ends_with(b"\n");
            if too_long {
                length += self.file.skip_until(b'\n')? as u64;
            }
            self.line += 1;
            self.byte += length;
            if self.text.trim_ascii().is_empty() && !too_long {
                continue;
            }
            let (line, byte) = (self.line, self.byte);
            let customer = if too_long {
                let message = format!("is longer than {LONGEST} bytes");
                Err(FieldError::new("", message))
            } else {
                customer::from_line(&self.text, self.as_of)
            };
            return Ok(Some(Read {
                line,
                byte,
                customer: customer.map_err(|error| vec![BadLine::of_field(line, &error)]),
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use indicatif::ProgressBar;

    use super::super::tests::file;
    use super::super::{Checked, Customers};
    use super::*;

    #[test]
    fn good_lines_are_read_and_wrong_lines_are_reported_with_their_number() {
        let text = concat!(
            "{\"customer_id\":\"1\",\"contracts\":[{\"id\":\"a\",\"number\":\"A\",\"payment\":100}]}\n",
            "\n",
            "{\"customer_id\":\"2\",\"contracts\":[{\"id\":\"a\",\"number\":\"A\",\"payment\":1.5}]}\n",
            "{\"customer_id\":\"a;b\"}\n",
            "{\"customer_id\":\"3\"}\n",
            "{\"customer_id\":\"1\"}",
        );
        let mut customers = Customers::Json(JsonCustomers::new(file(text), AsOf::end(0)));
        let checked = Checked::of(&mut customers, &ProgressBar::hidden()).unwrap();
        let lines: Vec<_> = checked.bad.iter().map(|bad| bad.line).collect();
        assert_eq!(lines, [3, 4, 6]);
        assert_eq!(checked.repeated, [6]);
        assert!(checked.bad[0].what.contains("contracts[0].payment"));
        assert_eq!(checked.ids.len(), 3, "two of them are one");
    }

    #[test]
    fn line_that_is_too_long_is_wrong_and_the_next_one_is_read() {
        let name = |length| "a".repeat(length);
        let fits = format!(
            "{{\"customer_id\":\"1\",\"contracts\":[{{\"id\":\"1\",\"number\":\"{}\"}}]}}",
            name(1_000_000)
        );
        let text = format!("{fits}\n{}\n{{\"customer_id\":\"2\"}}", name(3_000_000));
        let mut customers = Customers::Json(JsonCustomers::new(file(&text), AsOf::end(0)));
        let checked = Checked::of(&mut customers, &ProgressBar::hidden()).unwrap();
        let lines: Vec<_> = checked
            .bad
            .iter()
            .map(|bad| (bad.line, &*bad.what))
            .collect();
        assert_eq!(lines, [(2, "is longer than 1048576 bytes")]);
        assert_eq!(checked.ids.len(), 2);
    }
}
