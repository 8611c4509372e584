//! What is sent of an entry or an alarm: its id and its body.

use jetpay_ledger::{Alarm, EffectKey, Entry, EntryKind, Millis};
use serde::Serialize;

use super::Item;
use crate::admin::AlarmView;

/// An item as it is sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// The same in every attempt, after every restart, and after a backup was restored, where the `seq` of an entry can be
    /// another one.
    pub id: String,
    /// JSON with `type`, `timestamp` and `data`. Amounts are in minor units.
    pub body: String,
}

#[derive(Serialize)]
struct Body<'a, T> {
    r#type: &'a str,
    /// When the item was stored; not when it is sent, so that the body is the same in every attempt.
    timestamp: Millis,
    data: T,
}

impl Message {
    /// The message about an item.
    #[must_use]
    pub fn of(item: &Item) -> Self {
        match item {
            Item::Entry(entry) => Self::of_entry(entry),
            Item::Alarm(alarm) => Self::of_alarm(alarm),
        }
    }

    /// `data` is the entry as `GET /v1/entries` shows it. The id is that of the entry's [effect](EffectKey): a manual credit
    /// has the id of the credit that it stands for. If the callback comes again after a backup was restored, and the manual
    /// credit is lost, the receiver sees that it has the credit.
    fn of_entry(entry: &Entry) -> Self {
        let key = EffectKey::new(entry.project_id, entry.operation_id, entry.kind);
        let id = format!("entry_{}_{}_{}", key.project_id, key.operation_id, key.kind);
        // A credit and a refund can have one operation, and each a correction.
        let sign = match entry.kind {
            EntryKind::Correction if entry.amount.minor() < 0 => "_minus",
            EntryKind::Correction => "_plus",
            _ => "",
        };
        Self {
            id: id + sign,
            body: body(&format!("entry.{}", entry.kind), entry.time, entry),
        }
    }

    /// `data` is the alarm as the list of `GET /v1/alarms` shows it.
    fn of_alarm(alarm: &Alarm) -> Self {
        let id = format!("alarm_{}_{}", alarm.time.0, alarm.seq);
        let view = AlarmView::from(alarm.clone());
        Self {
            id,
            body: body(&format!("alarm.{}", alarm.kind), alarm.time, view),
        }
    }
}

fn body(kind: &str, timestamp: Millis, data: impl Serialize) -> String {
    let body = Body {
        r#type: kind,
        timestamp,
        data,
    };
    serde_json::to_string(&body).expect("the ledger has only times of this era")
}

#[cfg(test)]
mod tests {
    use actix_web::App;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use jetpay_core::{Currency, Money};
    use jetpay_ledger::{AlarmFilter, Ledger, NewPayment, NewUnusable, Reason, Verdict};
    use serde_json::{Value, json};

    use super::*;
    use crate::admin::{self, Access, Admin};
    use crate::config::{AdminToken, Role};
    use crate::listener::TrustedProxies;
    use crate::reload::Live;
    use crate::telemetry::Metrics;

    const NOW: Millis = Millis(1_700_000_000_123);

    fn reason() -> Reason {
        Reason {
            text: "the payer has a receipt".to_owned(),
            by: None,
        }
    }

    /// A ledger with a manual credit for a contract, its correction, and an open and a resolved alarm.
    async fn ledger(folder: &tempfile::TempDir) -> Ledger {
        let ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
        let amount = Money::new(100_000, Currency::KZT);
        let payment = NewPayment {
            id: "p-1".try_into().unwrap(),
            project_id: 1234.into(),
            method: "kassa24".into(),
            customer_id: "7\"Ә".try_into().unwrap(),
            contract_id: Some("К-1".try_into().unwrap()),
            amount,
            flags: Vec::new(),
            created_at: NOW,
        };
        ledger.record_payment(payment).await.unwrap();
        for operation in [77, 78] {
            let unusable = NewUnusable {
                project_id: 1234.into(),
                body: format!("{{\"signature\":\"{operation}\"}}")
                    .into_bytes()
                    .into(),
                reason: "a field is missing".to_owned(),
                payment_id: Some("p-1".try_into().unwrap()),
                operation_id: Some(operation.into()),
                amount: Some(amount),
            };
            ledger.quarantine_unusable(unusable, NOW).await.unwrap();
        }
        let credit = ledger.resolve_alarm(1, Verdict::Credit(amount), reason(), NOW);
        credit.await.unwrap();
        ledger.correct_entry(1, reason(), NOW).await.unwrap();
        ledger
    }

    /// The bytes of an answer of the admin interface.
    async fn get(ledger: &Ledger, path: &str) -> String {
        let token = AdminToken {
            name: "billing".to_owned(),
            role: Role::Read,
            secret: "token".to_owned().into(),
        };
        let admin = Admin {
            ledger: ledger.clone(),
            currency: Currency::KZT,
            access: Access::new(Live::new(vec![token]), TrustedProxies::default()),
            hosts: Vec::new(),
            payouts: None,
            status: None,
            endpoints: Vec::new(),
            wake: crate::deliver::Wake::new(),
            metrics: Metrics::default(),
        };
        let app = App::new().configure(|service| admin::endpoints(service, admin));
        let app = init_service(app).await;
        let request = TestRequest::get().uri(path);
        let request = request.insert_header(("authorization", "Bearer token"));
        let answer = call_service(&app, request.to_request()).await;
        assert_eq!(answer.status(), 200);
        String::from_utf8(read_body(answer).await.to_vec()).unwrap()
    }

    #[actix_web::test]
    async fn data_has_the_bytes_of_the_entry_or_alarm_as_the_admin_interface_shows_it() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = ledger(&folder).await;
        let (page, entries) = (
            get(&ledger, "/v1/entries?limit=9").await,
            ledger.entries(0, 9).await.unwrap(),
        );
        let kinds: Vec<_> = entries.iter().map(|entry| entry.kind).collect();
        assert_eq!(kinds, [EntryKind::ManualCredit, EntryKind::Correction]);
        let entries = entries.into_iter().map(|it| (it.kind.to_string(), it));
        let entries = entries.map(|(kind, it)| (format!("entry.{kind}"), Item::Entry(it.into())));
        let alarms = ledger.alarms(AlarmFilter::default()).await.unwrap();
        assert_eq!(alarms.len(), 2);
        let alarms = alarms
            .into_iter()
            .map(|it| ("alarm.unusable".to_owned(), Item::Alarm(it.into())));
        let (entries, alarms): (Vec<_>, Vec<_>) = (entries.collect(), alarms.collect());
        let alarm_page = get(&ledger, "/v1/alarms").await;
        for (page, items, end) in [(page, entries, "],\"next\":2}"), (alarm_page, alarms, "]}")] {
            let (_, list) = page.split_once(":[").unwrap();
            let mut data = Vec::new();
            for (kind, item) in items {
                let body = Message::of(&item).body;
                let head = format!(
                    "{{\"type\":\"{kind}\",\"timestamp\":\"2023-11-14T22:13:20.123Z\",\"data\":"
                );
                let rest = body.strip_prefix(&head).expect(&body);
                data.push(rest.strip_suffix('}').unwrap().to_owned());
            }
            assert_eq!(list, data.join(",") + end);
        }
    }

    #[test]
    fn id_and_lane_of_an_entry_depend_on_its_effect_and_its_customer_and_not_on_its_seq() {
        for (kind, amount, id) in [
            (EntryKind::Credit, 100, "entry_1234_77_credit"),
            (EntryKind::ManualCredit, 100, "entry_1234_77_credit"),
            (EntryKind::Refund, -100, "entry_1234_77_refund"),
            // Of the credit, and of the refund.
            (
                EntryKind::Correction,
                -100,
                "entry_1234_77_correction_minus",
            ),
            (EntryKind::Correction, 100, "entry_1234_77_correction_plus"),
        ] {
            for seq in [1, 2] {
                let entry = Entry {
                    seq,
                    kind,
                    payment_id: "p-1".try_into().unwrap(),
                    operation_id: 77.into(),
                    project_id: 1234.into(),
                    method: "kaspi".to_owned(),
                    customer_id: "7".try_into().unwrap(),
                    contract_id: None,
                    provider_payment_id: None,
                    amount: Money::new(amount, Currency::KZT),
                    time: NOW,
                    corrects: None,
                };
                let item = Item::Entry(entry.into());
                let message = Message::of(&item);
                assert_eq!((message.id.as_str(), &*item.lane()), (id, "7"));
                let body: Value = serde_json::from_str(&message.body).unwrap();
                let kind = format!("entry.{kind}");
                assert_eq!(
                    [&body["type"], &body["data"]["seq"]],
                    [&json!(kind), &json!(seq)]
                );
            }
        }
    }

    #[actix_web::test]
    async fn each_alarm_has_an_id_with_its_time_and_a_lane_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = ledger(&folder).await;
        let alarms = ledger.alarms(AlarmFilter::default()).await.unwrap();
        let items = alarms.into_iter().map(|it| Item::Alarm(it.into()));
        let items: Vec<_> = items.collect();
        let ids: Vec<_> = items.iter().map(|it| Message::of(it).id).collect();
        assert_eq!(ids, ["alarm_1700000000123_2", "alarm_1700000000123_1"]);
        assert_ne!(items[0].lane(), items[1].lane());
    }
}
