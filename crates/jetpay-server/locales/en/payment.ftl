# One payment: its story, and what a person can do about it.
payment-title = Payment { $id }
payment-not-found = There is no payment with this id. Search for the receipt, the operation or the customer.
payment-no-such-message = This payment has no such message.
payment-no-such-entry = There is no entry with this number.
payment-back = Back to the payment

# Its state in one sentence. Amounts have their currency.
payment-state-pending = Announced { $amount } { $age } ago, no result yet.
payment-state-declined = Announced { $amount }, and the payment failed.
payment-state-differs = Paid { $paid }, announced { $amount }: waiting for a decision.
payment-state-waits = Announced { $amount }, and a callback does not fit: waiting for a decision.
payment-state-put-aside = Announced { $amount }. A callback did not fit, and no money was credited.
payment-state-credited = Paid and credited { $amount }.
payment-state-credited-other = Announced { $amount }, credited { $credited }.
payment-state-partly-back = Credited { $credited }, { $back } taken back, { $remaining } remains.
payment-state-refunded = Credited { $credited }, and all of it was refunded.
payment-state-reversed = Credited { $credited }, and all of it was taken back.
payment-state-open = { $count ->
    [one] One alarm waits for a decision.
   *[other] { $count } alarms wait for a decision.
}
payment-code = Code { $code }

# Facts.
payment-amount = Amount
payment-credited = Credited
payment-remaining = Remaining of it
payment-customer = Customer
payment-customer-others = all payments
payment-contract = Contract
payment-method = Method
payment-project = Project
payment-id = Payment id
payment-receipts = Receipts
payment-receipt = Receipt
payment-operations = Operations
payment-operation = Operation
payment-recorded = Recorded
payment-flags = Unusual

# The story.
payment-story = What happened
payment-story-part = Told here: callbacks { $first } to { $last } of { $count }. All decisions and entries are here.
payment-story-before = Earlier callbacks
payment-story-next = Later callbacks
payment-story-cut = Only the first 1000 callbacks are shown.
payment-asked = Asked.
payment-asked-what = { $method } announced a top-up of { $amount } for customer
payment-asked-contract = contract
payment-asked-flags = Unusual:
payment-answered = Answered.
payment-answered-what = We accepted it as payment
payment-recorded-by-hand = An operator recorded the payment of { $amount } out of the inbox.
payment-told = Told.
payment-of-operation = operation { $id }
payment-of-status = payment: { $status }
payment-platform-time = At the platform:
payment-other-project = It is signed by another project: { $project }.
payment-outcome = What the ledger did:
payment-alarm = Alarm.
payment-alarm-open = Open.
payment-of-alarm = alarm { $seq }
payment-decided = Decided.
payment-recorded-with = recorded with { $amount }
payment-reason = Reason:
payment-of-entry = entry { $seq }
payment-corrects = undoes entry { $seq }

# Raw messages.
payment-raw = The message as received, { $bytes } bytes
payment-raw-role = The messages themselves are shown to the roles “resolve” and “all”.
payment-raw-cut = Only the first 64 KB of { $bytes } bytes are shown.
payment-signature-holds = The signature holds: secret no. { $secret } of the project, { $order }.
payment-signature-answer = It is the platform's answer to a question about the payment.
payment-signature-refused = Today the message would be refused, because of its fields.
payment-signature-wrong = The signature does not hold with the secrets of the configuration. The secret may be older: add it as a past one, and restart the service.
payment-signature-no-project = The project of the message is not in the configuration, so the signature cannot be checked.
payment-signature-unreadable = The message cannot be read, so the signature cannot be checked.
payment-order-natural = natural order of paths
payment-order-byte = byte order of paths

# Deliveries of an entry to the merchant's own systems.
payment-delivery-not-yet = not sent yet.
payment-delivery-left = not sent: the configuration does not have this system any more.
payment-delivery-waiting = { $attempts ->
    [one] waits after 1 attempt.
   *[other] waits after { $attempts } attempts.
}
payment-delivery-parked = { $attempts ->
    [one] stopped after 1 attempt, and waits for a decision.
   *[other] stopped after { $attempts } attempts, and waits for a decision.
}
payment-delivery-behind = waits for its turn: entries of one customer are delivered one after the other, and before it comes
payment-delivery-why = The last reason:
payment-delivery-due = It is sent again at
payment-delivery-left-waits = The configuration does not have this system any more, so it is not sent again.
payment-delivery-skipped = not sent: a person decided so.
payment-delivery-not-deliverable = not sent: its protocol has no such message.
payment-delivery-delivered = delivered.
payment-delivery-older = not sent: the entry is older than this endpoint.
payment-delivery-delivered-or-older = delivered, or older than this endpoint.
payment-delivery-receipt = Its receipt:

# What a person can do.
payment-actions = What you can do
payment-decide = Decide about alarm { $seq }: { $title }
payment-alarm-waits = Alarm { $seq } waits for a decision: { $title }
payment-parked = Decide about the delivery of entry { $seq } to { $endpoint }
payment-parked-waits = The delivery of entry { $seq } to { $endpoint } waits for a decision
payment-usual = The platform usually tells the result within seconds. If there is none after { $long }, ask the platform.
payment-late = The platform usually tells the result within seconds, and has not for more than { $long }: ask it now. The payer may not have paid. A callback can still come up to 47 days after the payment was announced; then the money is credited by itself.
payment-ask = Ask the platform about this payment
payment-ask-what = The platform says what became of the payment. Asking changes nothing: you see the answer first, and then decide whether it is applied.
payment-ask-role = A person with the role “resolve” or “all” can ask the platform about this payment.
payment-ask-no-gate = The platform cannot be asked from here: the configuration has no [gate].
payment-ask-jetpay = If the payer has a receipt and no result comes, ask JetPay with these ids:
payment-ask-jetpay-amount = Ask JetPay how much came in, with these ids:
payment-ask-jetpay-whether = The platform has told something, and nothing is credited. Ask JetPay whether the money came in, with these ids:
payment-ask-jetpay-declined = The payment failed, and nothing was credited to the customer. If the payer has a receipt all the same, ask JetPay with these ids:
payment-nothing = There is nothing to decide.
payment-undo = Undo an entry
payment-undo-what = A correction adds a new entry with the other sign. Nothing is deleted.
payment-undo-entry = Undo entry { $seq }: { $kind } { $amount }
payment-used = The credit of operation { $operation } is undone. This operation cannot be credited again here: if money came in by it, book the right amount in your billing.
payment-if-wrong = A person decided this credit. If the money went to the wrong customer, or the amount is wrong, undo the entry below, and book the right amount for the right customer in your billing: the operation cannot be credited here a second time.

# The platform's answer.
payment-answer-title = What the platform says about payment { $id }
payment-answer-status = Status of the payment at the platform: { $status }.
payment-answer-operations = Operations of the platform's answer
payment-operation-type = Type
payment-operation-status = Status
payment-operation-code = Code
payment-operation-known = In the ledger
payment-operation-is-known = there already
payment-operation-is-new = new
payment-answer-unsigned = The answer is not signed with a secret of the project, so it proves nothing and cannot be applied.
payment-answer-rejected = The answer is signed, but cannot be applied:
payment-answer-ask-for-it = Ask JetPay to send the callback again, or to sign the answers of its Gate.
payment-answer-changed = The platform says something else now than what you saw. Nothing was changed. Look at the new answer.
payment-not-known = The platform does not know this payment (code 3061). Nothing was changed. The payer may not have paid. If there is a receipt, ask JetPay with its number and the payment id.
payment-unanswered = The platform gave no usable answer: { $why }. Nothing was changed. Try again later.
payment-apply-title = If you apply the answer
payment-to-customer = customer
payment-will-alarm = An alarm is raised:
payment-no-money = No money moves.
payment-apply = Apply: { $amount }
payment-apply-nothing = Apply: no money moves
payment-confirmed = The platform's answer is applied.

# The correction of an entry.
payment-correct-title = Undo entry { $seq }
payment-entry = Entry
payment-remaining-then = Remaining of the payment then
payment-balance-then = Balance of the customer then
payment-correct-takes = { $amount } will be taken back from customer { $customer }.
payment-correct-gives = { $amount } will be given back to customer { $customer }.
payment-correct-stays = The entry stays in the ledger, and the correction stands beside it with your name and reason. A correction cannot be undone.
payment-correct-used-credit = Operation { $operation } stays used: it can never be credited again here, neither with another amount nor to another payment. If money came in by it, book the right amount in your billing.
payment-correct-used = Operation { $operation } stays used: a repeat of its callback does not make this entry again. If a part of the entry was right, book that part in your billing.
payment-correct-take = Take back { $amount }
payment-correct-give = Give back { $amount }
payment-corrected = Entry { $seq } is undone: { $amount }.
payment-corrected-entry = Entry { $seq } is undone.
