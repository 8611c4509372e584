# payment
payment-title = Платёж
