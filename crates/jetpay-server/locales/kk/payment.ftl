# payment
payment-title = Төлем
