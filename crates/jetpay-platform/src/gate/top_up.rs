//! Top-ups at the Gate: it answers status requests about them, too.

use jetpay_core::id::ProjectId;

use super::log::{Answer, EntryKind, LogEntry};
use super::reply::Status;
use super::state::GateState;
use crate::messages::{Account, Callback, Operation, Payment};
use crate::serving::Reply;

/// A top-up as the platform has it.
pub(super) struct TopUp {
    payment: Payment,
    account: Option<Account>,
    pub(super) operations: Vec<Operation>,
}

impl GateState {
    /// The platform made this callback of a top-up, whether or not it arrived. From now on, a status request for its payment
    /// is answered with the payment of the last such callback, and with each operation as it was last.
    pub fn has_made(&mut self, callback: Callback) {
        let Callback {
            project_id,
            payment,
            account,
            operation,
            ..
        } = callback;
        let key = (ProjectId::new(project_id), payment.id.clone());
        let mut operations = match self.top_ups.remove(&key) {
            Some(known) => known.operations,
            None => Vec::new(),
        };
        match operations.iter_mut().find(|known| known.id == operation.id) {
            Some(known) => *known = operation,
            None => operations.push(operation),
        }
        let top_up = TopUp {
            payment,
            account,
            operations,
        };
        self.top_ups.insert(key, top_up);
    }

    /// The answer to a status request for a top-up; `None` if it is not one that the platform knows.
    pub(super) fn answer_top_up(
        &mut self,
        project_id: ProjectId,
        payment_id: &str,
        body: &[u8],
    ) -> Option<Reply> {
        let top_up = self.top_ups.get(&(project_id, payment_id.to_owned()))?;
        let status = Status {
            project_id: project_id.number(),
            payment: top_up.payment.clone(),
            account: top_up.account.clone(),
            operations: top_up.operations.clone(),
        };
        let reply = self.writer().good(project_id, &status);
        self.log.push(LogEntry {
            payment_id: payment_id.to_owned(),
            answer: Answer::TopUp(status.payment.status),
            ..LogEntry::new(self.now, EntryKind::Status, project_id, body)
        });
        Some(reply)
    }
}
