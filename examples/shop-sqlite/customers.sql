-- Customers to try the shop with, and to run jetpay-conformance against it.
INSERT INTO customers (id, shown_id) VALUES
    ('7123456789', 'ABCDE12345'),
    ('7000000204', 'ABCDE00204'),
    ('john.doe+plain@example.com', NULL);
INSERT INTO contracts (customer_id, id, number, payment, status_code) VALUES
    ('7123456789', '12345', '1234_ABC/01-01-2025/Abcdef12', 100000, 0),
    ('7123456789', '67890', '5678_ABC/01-01-2025/Abcdef34', 0, 204),
    ('7000000204', '20401', '2040_ABC', 0, 204);
