//! What must hold between rows, each as a question for those that break it. The SQL is understood by every store.

use crate::port::Value;

pub(super) struct Rule {
    /// What must hold.
    pub(super) says: &'static str,
    /// What the answer's first column is.
    pub(super) of: &'static str,
    /// Gives the rows that break it.
    pub(super) sql: &'static str,
}

pub(super) const RULES: &[Rule] = &[
    Rule {
        says: "what remains of a payment is the sum of its entries",
        of: "payment",
        sql: "SELECT id FROM payments LEFT JOIN (SELECT payment_id, sum(amount) AS total FROM entries GROUP BY payment_id)
              AS entered ON payment_id = id WHERE remaining <> coalesce(total, 0)",
    },
    Rule {
        says: "what was credited to a payment is the sum of its credits",
        of: "payment",
        sql: "SELECT id FROM payments LEFT JOIN (SELECT payment_id, sum(amount) AS total FROM entries
              WHERE kind IN ('credit', 'settled_credit') GROUP BY payment_id) AS entered ON payment_id = id
              WHERE credited <> coalesce(total, 0)",
    },
    Rule {
        says: "what was refunded of a payment is the sum of its refunds, less those reversed or corrected",
        of: "payment",
        sql: "SELECT id FROM payments LEFT JOIN (SELECT made.payment_id, -sum(made.amount) AS total
              FROM entries AS made LEFT JOIN entries AS undone ON undone.seq = made.corrects
              WHERE coalesce(undone.kind, made.kind) IN ('refund', 'refund_reverse') GROUP BY made.payment_id)
              AS entered ON entered.payment_id = id WHERE refunded <> coalesce(total, 0)",
    },
    Rule {
        says: "a payment's state says what its money says",
        of: "payment",
        sql: "SELECT id FROM payments WHERE CASE
                  WHEN credited = 0 THEN state NOT IN ('pending', 'declined', 'quarantined')
                  WHEN remaining = credited THEN state <> 'credited'
                  WHEN remaining > 0 THEN state <> 'partially_refunded'
                  ELSE state NOT IN ('refunded', 'reversed') END",
    },
    Rule {
        says: "an entry belongs to a payment of its project",
        of: "entry",
        sql: "SELECT seq FROM entries LEFT JOIN payments ON payments.id = payment_id
              WHERE payments.id IS NULL OR payments.project_id <> entries.project_id",
    },
    Rule {
        says: "what came in on a contract is what the entries of its payments say",
        of: "entry",
        sql: "SELECT seq FROM entries JOIN payments ON payments.id = payment_id WHERE contract_id IS NOT NULL
                  AND NOT EXISTS (SELECT 1 FROM contract_entries AS came_in WHERE came_in.customer_id = payments.customer_id
                      AND came_in.contract_id = payments.contract_id AND came_in.seq = entries.seq
                      AND came_in.amount = entries.amount)
              UNION ALL SELECT seq FROM contract_entries AS came_in WHERE NOT EXISTS (
                  SELECT 1 FROM entries JOIN payments ON payments.id = payment_id WHERE entries.seq = came_in.seq
                      AND payments.customer_id = came_in.customer_id AND payments.contract_id = came_in.contract_id)",
    },
    Rule {
        says: "an entry follows from an applied callback with its amount, or from an operator's resolution",
        of: "entry",
        sql: "SELECT seq FROM entries JOIN payments ON payments.id = payment_id WHERE NOT CASE kind
                  WHEN 'settled_credit' THEN EXISTS (SELECT 1 FROM settlements
                      WHERE settlements.payment_id = entries.payment_id AND verdict IN ('credit', 'override')
                        AND settlements.operation_id = entries.operation_id AND settlements.amount = entries.amount)
                  WHEN 'correction' THEN EXISTS (SELECT 1 FROM settlements
                      WHERE settlements.payment_id = entries.payment_id AND verdict = 'correct'
                        AND settlements.corrects = entries.corrects AND settlements.amount = entries.amount)
                  ELSE EXISTS (SELECT 1 FROM events
                      WHERE events.payment_id = entries.payment_id AND events.project_id = entries.project_id
                        AND events.operation_id = entries.operation_id AND operation_status = 'success'
                        AND disposition = 'applied' AND CASE kind
                            WHEN 'credit' THEN operation_type = 'sale' AND payment_status = 'success'
                                AND events.amount = entries.amount AND events.amount = payments.amount
                                AND events.currency = payments.currency
                            WHEN 'refund_reverse' THEN operation_type = 'refund reverse' AND events.amount = entries.amount
                            WHEN 'manual_change' THEN operation_type = 'manual change' AND entries.amount < 0
                            ELSE operation_type = kind AND events.amount = -entries.amount END) END",
    },
    Rule {
        says: "a correction undoes one entry of its payment: the same amount with the other sign",
        of: "entry",
        sql: "SELECT made.seq FROM entries AS made LEFT JOIN entries AS undone ON undone.seq = made.corrects
                  AND undone.payment_id = made.payment_id AND undone.project_id = made.project_id
                  AND undone.operation_id = made.operation_id AND undone.amount = -made.amount
                  AND undone.kind <> 'correction'
              WHERE (made.kind = 'correction') <> (undone.seq IS NOT NULL)
                 OR (made.kind = 'correction') <> (made.corrects IS NOT NULL)",
    },
    Rule {
        says: "a correction that an operator decided has its entry",
        of: "resolution",
        sql: "SELECT settlements.seq FROM settlements WHERE verdict = 'correct'
              AND NOT EXISTS (SELECT 1 FROM entries WHERE entries.corrects = settlements.corrects)",
    },
    Rule {
        says: "a success that was applied has its entry",
        of: "callback",
        sql: "SELECT events.seq FROM events WHERE disposition = 'applied' AND operation_status = 'success'
              AND operation_type IN ('sale', 'refund', 'reversal', 'refund reverse', 'manual change')
              AND NOT EXISTS (SELECT 1 FROM payouts WHERE payouts.payment_id = events.payment_id)
              AND NOT EXISTS (SELECT 1 FROM entries WHERE entries.payment_id = events.payment_id
                  AND entries.project_id = events.project_id AND entries.operation_id = events.operation_id
                  AND kind = CASE operation_type WHEN 'sale' THEN 'credit' ELSE replace(operation_type, ' ', '_') END)",
    },
    Rule {
        says: "entries are numbered without a gap: none was taken away",
        of: "entry before",
        sql: "SELECT seq FROM entries AS later WHERE seq > 1
              AND NOT EXISTS (SELECT 1 FROM entries AS before WHERE before.seq = later.seq - 1)",
    },
    Rule {
        says: "a callback waits for its payment only as long as there is none",
        of: "callback",
        sql: "SELECT events.seq FROM events JOIN payments ON payments.id = payment_id
              WHERE disposition IN ('unmatched', 'dismissed')",
    },
    Rule {
        says: "an id is a payment's or a payout's, not both",
        of: "payment",
        sql: "SELECT id FROM payouts JOIN payments ON id = payment_id",
    },
    Rule {
        says: "a payout's callback waits only as long as there is no payout",
        of: "callback",
        sql: "SELECT events.seq FROM events JOIN payouts ON payouts.payment_id = events.payment_id
              WHERE disposition IN ('unmatched', 'dismissed')",
    },
    Rule {
        says: "a payout's success that was applied has its step",
        of: "callback",
        sql: "SELECT events.seq FROM events JOIN payouts ON payouts.payment_id = events.payment_id
              WHERE disposition = 'applied' AND operation_status = 'success' AND NOT EXISTS (
                  SELECT 1 FROM payout_steps WHERE payout_steps.payment_id = events.payment_id
                  AND CASE operation_type WHEN 'payout' THEN what = 'paid'
                      ELSE what = 'reversed' AND payout_steps.operation_id = events.operation_id END)",
    },
    Rule {
        says: "what is reserved for a payout, and what it paid, are the sums of its entries",
        of: "payout",
        sql: "SELECT payouts.payment_id FROM payouts LEFT JOIN (SELECT payment_id,
                  sum(CASE WHEN what IN ('created', 'reserved_again') THEN amount
                           WHEN what IN ('paid', 'declined', 'rejected') THEN -amount ELSE 0 END) AS still_reserved,
                  sum(CASE what WHEN 'paid' THEN amount WHEN 'reversed' THEN -amount ELSE 0 END) AS still_paid
              FROM payout_steps GROUP BY payment_id) AS entered ON entered.payment_id = payouts.payment_id
              WHERE reserved <> coalesce(still_reserved, 0) OR paid <> coalesce(still_paid, 0)
                 OR NOT EXISTS (SELECT 1 FROM payout_steps AS first
                     WHERE first.payment_id = payouts.payment_id AND what = 'created' AND first.amount = payouts.amount)",
    },
    Rule {
        says: "a payout's state says what its money says",
        of: "payout",
        sql: "SELECT payment_id FROM payouts WHERE NOT CASE state
                  WHEN 'paid' THEN reserved = 0 AND paid > 0
                  WHEN 'reversed' THEN reserved = 0 AND paid = 0
                  WHEN 'declined' THEN reserved = 0 AND paid = 0
                  WHEN 'rejected' THEN reserved = 0 AND paid = 0
                  ELSE reserved = amount AND paid = 0 END",
    },
    Rule {
        says: "a payout that has ended is not sent or asked about any more",
        of: "payout",
        sql: "SELECT payment_id FROM payouts
              WHERE next IS NOT NULL AND state NOT IN ('created', 'unknown', 'sent_by_hand', 'accepted')",
    },
    Rule {
        says: "a payout was sent as often as its history says, and again only after the platform did not have it",
        of: "payout",
        sql: "SELECT payment_id FROM payouts WHERE
              sends <> (SELECT count(*) FROM payout_steps WHERE payout_steps.payment_id = payouts.payment_id AND what = 'sent')
              OR sends > 1 + (SELECT count(*) FROM payout_steps WHERE payout_steps.payment_id = payouts.payment_id
                              AND what IN ('postponed', 'not_known', 'error'))",
    },
    Rule {
        says: "a payout that a person sends is not sent by the service any more",
        of: "payout",
        sql: "SELECT payment_id FROM payouts WHERE (state = 'sent_by_hand' AND (next = 'send' OR NOT EXISTS (
                  SELECT 1 FROM payout_steps WHERE payout_steps.payment_id = payouts.payment_id AND what = 'sent_by_hand')))
              OR EXISTS (SELECT 1 FROM payout_steps AS by_hand JOIN payout_steps AS sent
                  ON sent.payment_id = by_hand.payment_id AND sent.seq > by_hand.seq
                  WHERE by_hand.payment_id = payouts.payment_id AND by_hand.what = 'sent_by_hand' AND sent.what = 'sent')",
    },
    Rule {
        says: "steps of payouts are numbered without a gap: none was taken away",
        of: "step before",
        sql: "SELECT seq FROM payout_steps AS later WHERE seq > 1
              AND NOT EXISTS (SELECT 1 FROM payout_steps AS before WHERE before.seq = later.seq - 1)",
    },
    Rule {
        says: "an alarm is marked as resolved exactly when a resolution names it",
        of: "alarm",
        sql: "SELECT alarms.seq FROM alarms LEFT JOIN settlements ON alarm_seq = alarms.seq
              WHERE settled <> (alarm_seq IS NOT NULL)",
    },
    Rule {
        says: "reconciliations are numbered without a gap: none was taken away",
        of: "reconciliation before",
        sql: "SELECT seq FROM reconciliations AS later WHERE seq > 1
              AND NOT EXISTS (SELECT 1 FROM reconciliations AS before WHERE before.seq = later.seq - 1)",
    },
    Rule {
        says: "a reconciliation has each of the results that it lists, and their differences are there",
        of: "reconciliation",
        sql: "SELECT seq FROM reconciliations WHERE finished = 1 AND (
                  listed <> (SELECT count(*) FROM reconciliation_results WHERE run = reconciliations.seq)
                  OR listed <> (SELECT coalesce(max(number), 0) FROM reconciliation_results WHERE run = reconciliations.seq))
              UNION SELECT run FROM reconciliation_results WHERE difference IS NOT NULL
                  AND NOT EXISTS (SELECT 1 FROM differences WHERE differences.id = difference)",
    },
    Rule {
        says: "a difference that needs an alarm has one as long as it is open",
        of: "difference",
        sql: "SELECT id FROM differences
              WHERE (state = 'open' AND kind IN ('not_there', 'not_credited', 'amount_differs')) <> EXISTS (
                  SELECT 1 FROM alarms WHERE alarms.difference = differences.id AND NOT settled)
              UNION SELECT difference FROM alarms WHERE difference IS NOT NULL
                  AND NOT EXISTS (SELECT 1 FROM differences WHERE differences.id = alarms.difference)",
    },
    Rule {
        says: "a difference that an operator resolved has the reason",
        of: "difference",
        sql: "SELECT id FROM differences WHERE (state IN ('foreign', 'accepted')) <> (reason IS NOT NULL)",
    },
    Rule {
        says: "a stream of deliveries has a cursor within its feed",
        of: "stream",
        sql: "SELECT id FROM delivery_streams WHERE cursor > CASE feed
                  WHEN 'entries' THEN (SELECT coalesce(max(seq), 0) FROM entries)
                  ELSE (SELECT coalesce(max(seq), 0) FROM alarms) END",
    },
    Rule {
        says: "a stream of deliveries began at or before its cursor",
        of: "stream",
        sql: "SELECT id FROM delivery_streams WHERE began < 0 OR began > cursor",
    },
    Rule {
        says: "what waits to be delivered is an item of the feed at or before the cursor of its stream",
        of: "delivery of",
        sql: "SELECT seq FROM waiting_deliveries AS waiting WHERE NOT EXISTS (
                  SELECT 1 FROM delivery_streams WHERE id = stream AND waiting.seq <= cursor AND CASE feed
                      WHEN 'entries' THEN EXISTS (SELECT 1 FROM entries WHERE entries.seq = waiting.seq)
                      ELSE EXISTS (SELECT 1 FROM alarms WHERE alarms.seq = waiting.seq) END)",
    },
    Rule {
        says: "an entry that is parked has an alarm, open or resolved",
        of: "delivery of entry",
        sql: "SELECT waiting.seq FROM waiting_deliveries AS waiting JOIN delivery_streams AS streams ON id = stream
              WHERE feed = 'entries' AND waiting.state = 'parked' AND NOT EXISTS (SELECT 1 FROM alarms
                  WHERE endpoint = streams.name AND entry = waiting.seq AND alarms.kind = 'delivery_parked')",
    },
    Rule {
        says: "an open alarm about a delivery has its stream, and one about a parked entry has an entry that waits",
        of: "alarm",
        sql: "SELECT alarms.seq FROM alarms WHERE endpoint IS NOT NULL AND NOT settled AND NOT EXISTS (
                  SELECT 1 FROM delivery_streams AS streams WHERE feed = 'entries' AND streams.name = endpoint
                      AND (kind <> 'delivery_parked' OR EXISTS (SELECT 1 FROM waiting_deliveries AS waiting
                          WHERE stream = streams.id AND waiting.seq = alarms.entry)))",
    },
    Rule {
        says: "an alarm about a delivery names the payment and the operation of its entry",
        of: "alarm",
        sql: "SELECT alarms.seq FROM alarms LEFT JOIN entries ON entries.seq = entry
              WHERE entry IS NOT NULL AND (entries.seq IS NULL OR entries.payment_id <> alarms.payment_id
                  OR entries.operation_id <> alarms.operation_id OR entries.project_id <> alarms.project_id)",
    },
    Rule {
        says: "what is not sent is an item of the feed that does not wait",
        of: "delivery of",
        sql: "SELECT seq FROM delivery_skips AS skips WHERE NOT EXISTS (
                  SELECT 1 FROM delivery_streams WHERE id = stream AND CASE feed
                      WHEN 'entries' THEN EXISTS (SELECT 1 FROM entries WHERE entries.seq = skips.seq)
                      ELSE EXISTS (SELECT 1 FROM alarms WHERE alarms.seq = skips.seq) END)
              OR EXISTS (SELECT 1 FROM waiting_deliveries AS waiting
                  WHERE waiting.stream = skips.stream AND waiting.seq = skips.seq)",
    },
    Rule {
        says: "a receipt of a delivery has its entry",
        of: "receipt",
        sql: "SELECT seq FROM delivery_receipts AS receipts WHERE NOT EXISTS (SELECT 1 FROM entries
                  WHERE entries.project_id = receipts.project_id AND entries.operation_id = receipts.operation_id
                    AND entries.kind = receipts.kind)",
    },
    Rule {
        says: "the counts of what waits are right",
        of: "counted",
        sql: "SELECT what FROM (
                  SELECT 'pending' AS what, pending AS counted,
                      (SELECT count(*) FROM payments WHERE state = 'pending') AS there FROM counts
                  UNION ALL SELECT 'unmatched', unmatched,
                      (SELECT count(*) FROM events WHERE disposition = 'unmatched') FROM counts
                  UNION ALL SELECT 'alarms', alarms, (SELECT count(*) FROM alarms) FROM counts
                  UNION ALL SELECT 'open alarms', open_alarms, (SELECT count(*) FROM alarms WHERE NOT settled) FROM counts
              ) AS compared WHERE counted <> there",
    },
];

/// Where a rule is broken, in words.
pub(super) fn place(of: &str, row: &[Value<'_>]) -> String {
    match row.first() {
        Some(Value::Int(number)) => format!("{of} {number}"),
        Some(Value::Text(text)) => format!("{of} {text}"),
        _ => of.to_owned(),
    }
}
