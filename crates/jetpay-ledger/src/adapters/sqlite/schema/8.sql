-- Where a stream of deliveries began.

ALTER TABLE delivery_streams ADD COLUMN began INTEGER; -- items up to this seq were never to be sent; NULL: not known
