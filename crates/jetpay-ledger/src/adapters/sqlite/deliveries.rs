//! Deliveries: streams, and the items that wait.

use std::sync::LazyLock;

use super::rows::insert;
use super::transaction::Transaction;
use crate::model::{AlarmDelivery, AlarmKind, DeliveryReceipt, DeliveryStream, Waiting};
use crate::port::tables::{KEY_OF_RECEIPT, KEY_OF_WAITING, RECEIPTS, SKIPS, STREAMS, WAITING};
use crate::port::{DeliveryTransaction, StreamRow, TransactionError, WaitingRow, deliveries, rows};

static PUT_STREAM: LazyLock<String> = LazyLock::new(|| insert(&STREAMS) + &STREAMS.or_replace(1));
static PUT_WAITING: LazyLock<String> =
    LazyLock::new(|| insert(&WAITING) + &WAITING.or_replace(KEY_OF_WAITING));
const REMOVE_WAITING: &str = "DELETE FROM waiting_deliveries WHERE stream = ?1 AND seq = ?2";
static PUT_SKIP: LazyLock<String> = LazyLock::new(|| insert(&SKIPS) + " ON CONFLICT DO NOTHING");
static PUT_RECEIPT: LazyLock<String> =
    LazyLock::new(|| insert(&RECEIPTS) + &RECEIPTS.or_replace(KEY_OF_RECEIPT));

impl DeliveryTransaction for Transaction<'_> {
    fn stream(&mut self, stream: &DeliveryStream) -> Result<Option<StreamRow>, TransactionError> {
        let id = deliveries::id(stream);
        self.row(deliveries::STREAM, &[id.into()], StreamRow::read)
    }

    fn put_stream(&mut self, row: &StreamRow) -> Result<(), TransactionError> {
        self.execute(&PUT_STREAM, &row.values()).map(drop)
    }

    fn waiting(
        &mut self,
        stream: &DeliveryStream,
        from: i64,
        to: i64,
    ) -> Result<Vec<WaitingRow>, TransactionError> {
        let values = [deliveries::id(stream).into(), from.into(), to.into()];
        self.rows(deliveries::WAITING, &values, deliveries::waiting)
    }

    fn put_waiting(
        &mut self,
        stream: &DeliveryStream,
        item: &Waiting,
    ) -> Result<(), TransactionError> {
        let id = deliveries::id(stream);
        let row = deliveries::of_waiting(&id, item);
        self.execute(&PUT_WAITING, &row).map(drop)
    }

    fn remove_waiting(
        &mut self,
        stream: &DeliveryStream,
        seq: i64,
    ) -> Result<(), TransactionError> {
        let key = [deliveries::id(stream).into(), seq.into()];
        self.execute(REMOVE_WAITING, &key).map(drop)
    }

    fn put_skip(&mut self, stream: &DeliveryStream, seq: i64) -> Result<(), TransactionError> {
        let id = deliveries::id(stream);
        self.execute(&PUT_SKIP, &deliveries::of_skip(&id, seq))
            .map(drop)
    }

    fn put_receipt(
        &mut self,
        endpoint: &str,
        receipt: &DeliveryReceipt,
    ) -> Result<(), TransactionError> {
        let row = deliveries::of_receipt(endpoint, receipt);
        self.execute(&PUT_RECEIPT, &row).map(drop)
    }

    fn open_delivery_alarm(
        &mut self,
        kind: AlarmKind,
        delivery: &AlarmDelivery,
    ) -> Result<Option<i64>, TransactionError> {
        let values = [
            delivery.endpoint.as_str().into(),
            kind.as_str().into(),
            delivery.entry.unwrap_or_default().into(),
        ];
        self.row(deliveries::OPEN_ALARM, &values, rows::number)
    }
}
