//! The fields of an answer.

/// The longest receipt. Kaspi's document says 20 digits.
const LONGEST_RECEIPT: usize = 64;

/// What an answer says.
pub(super) struct Answer {
    pub(super) result: u32,
    pub(super) receipt: Option<String>,
    pub(super) sum: Option<String>,
    pub(super) comment: Option<String>,
    pub(super) fields: Vec<(String, String)>,
}

/// The texts of an answer, as written.
#[derive(Default)]
pub(super) struct Raw {
    /// `txn_id`, `osmp_txn_id`: all that are there.
    pub(super) txn_ids: Vec<String>,
    pub(super) result: Option<String>,
    /// `prv_txn`, `prv_txn_id`.
    pub(super) receipt: Option<String>,
    pub(super) sum: Option<String>,
    pub(super) comment: Option<String>,
    pub(super) fields: Vec<(String, String)>,
}

impl Raw {
    /// The answer, if it is about this `txn_id`.
    pub(super) fn about(self, txn_id: &str) -> Result<Answer, &'static str> {
        if self.txn_ids.is_empty() {
            return Err("it has no txn_id");
        }
        if self.txn_ids.iter().any(|it| it.trim() != txn_id) {
            return Err("it is about another txn_id");
        }
        let result = self.result.ok_or("it has no result")?;
        let result = result.trim();
        let is_number = result.bytes().all(|byte| byte.is_ascii_digit());
        let result = result.parse().ok().filter(|_| is_number);
        let is_receipt = |it: &String| {
            it.len() <= LONGEST_RECEIPT && it.bytes().all(|byte| byte.is_ascii_graphic())
        };
        Ok(Answer {
            result: result.ok_or("its result is not a number")?,
            receipt: trimmed(self.receipt).filter(is_receipt),
            sum: trimmed(self.sum),
            comment: trimmed(self.comment),
            fields: self.fields,
        })
    }
}

fn trimmed(text: Option<String>) -> Option<String> {
    let text = text?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}
