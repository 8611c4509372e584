-- Where a stream of deliveries began.

ALTER TABLE delivery_streams ADD COLUMN began INTEGER; -- items up to this seq were never to be sent; NULL: not known

-- The work lists: open alarms by kind with their age, resolved ones, and the inbox in the order in which it came.
CREATE INDEX alarms_open_of_kind ON alarms (kind, seq, time, settled) WHERE NOT settled;
CREATE INDEX alarms_resolved ON alarms (seq) WHERE settled;
CREATE INDEX alarms_resolved_of_kind ON alarms (kind, seq) WHERE settled;
CREATE INDEX events_unmatched ON events (seq, received_at, amount, currency, disposition) WHERE disposition = 'unmatched';
