# payment
payment-title = Payment
