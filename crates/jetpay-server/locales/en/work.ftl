# The work lists: what alarms, the inbox and other lists share; then the alarms, and the inbox.
message-cut = Only the first 64 KB are shown.
whole-text = Show the whole text
work-amount = Amount, { $currency }
work-amount-comma = Write the amount with a point and without commas, such as 1 000.50.
work-amount-wrong = This is no amount that can be credited. Write it as on the receipt, such as 1 000.50: more than zero, and with no more digits behind the point than the currency has.
work-no-amount = no amount
work-sum-too-large = too large to be added up
work-filter-wrong = The filter “{ $text }” cannot be read, so the list is shown without filters.
work-order = Order
work-order-oldest = Oldest first
work-order-newest = Newest first
work-order-amount = Largest amount first
work-show = Show
work-nothing = There is nothing here with these filters.
work-reason = Reason: what you found out, and who said it (kept for ever)
work-needs-resolve = To decide, a token with the role “resolve” or “all” is needed.
work-messages = Messages as they came
work-message = Message { $number }
work-verdict = Decision
work-by = Decided by
work-by-unknown = not recorded
work-when = When
work-why = Reason
work-follows = By the rules, this follows:
work-back-unchanged = Back, without a change

alarm-number = Number
alarm-kind = Kind
alarm-what = What happened
alarm-amount = Amount
alarm-age = Age
alarm-payment = Payment
alarm-state = State
alarm-choose = Choose
alarm-choose-one = Choose alarm { $number }: { $about }
alarm-open-by-kind = Open alarms by kind
alarm-none-open = No alarm is open.
alarm-count = Open
alarm-oldest = Age of the oldest
alarm-all-of-kind = All together
alarm-decide-all = Decide about all: { $kind } ({ $count })
alarm-more-counted = more than { $count }
alarm-kinds = Several kinds
alarm-all-kinds = Show all kinds
alarm-filter-state-open = Open
alarm-filter-state-resolved = Resolved
alarm-filter-state-all = Open and resolved
alarm-list-open = Open alarms
alarm-list-resolved = Resolved alarms
alarm-list-all = Open and resolved alarms
alarm-filter-no-kind = There is no kind of alarm “{ $text }”.
alarm-amount-part = There are more alarms than can be put in the order of their amounts: these are the oldest { $count }. Choose a kind to see fewer.
alarm-decide-chosen = Decide about the chosen alarms
alarm-is-open = open
alarm-no-number = “{ $text }” is no number.
alarm-none-chosen = No alarm is chosen. Go back, and tick at least one.
alarm-too-many = At most { $count } alarms can be resolved together. Choose fewer.
alarm-gone = { $count ->
    [one] One of the chosen alarms is resolved already, or does not exist. It is left out.
   *[other] { $count } of the chosen alarms are resolved already, or do not exist. They are left out.
}
alarm-none-left = None of these alarms is open any more.
alarm-chosen = { $count ->
    [one] This decision is about one alarm.
   *[other] This decision is about { $count } alarms.
}
alarm-more-than = More alarms than these are open. At most { $count } are resolved together: these are the newest. Come back for the others.
alarm-first = { $count ->
    [one] The alarm
   *[other] The first { $count }
}
alarm-back = Back to the alarms
alarm-many-title = Resolve alarms
alarm-dismiss-means = “Dismiss”: somebody looked at it, there is nothing to do, and the ledger is right as it is. No money moves.
alarm-foreign-means = “Not ours”: the payment belongs to another merchant or system. No money moves, and a reconciliation does not expect it here.
alarm-final = The alarm then leaves the list. Neither decision moves money.
alarm-final-credit = The alarm then leaves the list, and nothing reminds of it any more. If it turns out that the money came in after all, a credit on the page of this alarm can undo either decision. If you are not sure, leave the alarm open and ask JetPay first.
alarm-credit-of-one = Money is credited one alarm at a time, on the page of the alarm.
alarm-dismiss-many = { $count ->
    [one] Dismiss 1 alarm: nothing to do
   *[other] Dismiss { $count } alarms: nothing to do
}
alarm-foreign-many = { $count ->
    [one] Not ours: resolve 1 alarm
   *[other] Not ours: resolve { $count } alarms
}
alarm-sum = Sum of the amounts
alarm-called-foreign = { $count ->
    [one] 1 alarm is resolved as not ours.
   *[other] { $count } alarms are resolved as not ours.
}
alarm-dismissed = { $count ->
    [one] 1 alarm is dismissed: nothing to do.
   *[other] { $count } alarms are dismissed: nothing to do.
}
alarm-resolved-meanwhile = { $count ->
    [one] 1 alarm was resolved by another decision before, and stays as it was.
   *[other] { $count } alarms were resolved by another decision before, and stay as they were.
}
alarm-not-there = { $count ->
    [one] 1 number is that of no alarm.
   *[other] { $count } numbers are those of no alarm.
}
alarm-title = Alarm { $number }: { $kind }
alarm-decided = What was decided
alarm-advice = What to find out
alarm-decide = Decide
alarm-expected = Expected
alarm-received = The callback says
alarm-operation-type = Type of the operation in the callback
alarm-operation-status = Status of the operation in the callback
alarm-payment-status = Status of the payment in the callback
alarm-raised = Raised
alarm-customer = Customer
alarm-payment-state = State of the payment
alarm-operation = Operation
alarm-other-payment = Payment whose money the operation moved
alarm-project = Project
alarm-endpoint = Endpoint
alarm-difference = Difference with the platform's books
alarm-made-entry = The decision made entry { $number }: { $amount }.
alarm-credited-before = This payment has been credited with { $amount } before. Credit once more only if the money came in twice.
alarm-credited-after-all = A credit for this operation was decided, too. It made entry { $number }: { $amount }.
alarm-corrected-by = It is undone by entry { $number }.
alarm-undo-credit = A decision is never erased. If the credit was wrong, undo its entry: a new entry takes the money back, with your reason. Its operation cannot be credited again here after that: book the right amount in your billing.
alarm-undo-entry = Undo entry { $number }
alarm-undo-nothing = The decision moved no money. A new message of the platform that does not fit raises a new alarm.
alarm-undo-dismissal = Undo: the money came in after all
alarm-undo-dismissal-means = A credit undoes the decision above. Both stay on record, each with its reason and who made it.
alarm-late-ask = If the money came in after all, open the payment and ask the platform there first: if it reports a success that fits the payment, and the ledger does not have it yet, it can be credited so.
alarm-without-credit = Resolve without a credit
alarm-dismiss = Dismiss the alarm: nothing to do
alarm-foreign = Not ours: resolve the alarm
alarm-credit-as-said = Credit what the callback says
alarm-credit-as-announced = Credit the announced amount; the callback says none
alarm-not-paid = The callback does not say that money came in: its operation failed or is not finished, or it is a refund or a payout. Credit it only if JetPay confirms that the payer's money came in.
alarm-credit = Credit { $amount }
alarm-credit-another = Credit another amount
alarm-credit-sentence = Credit { $amount } to customer { $customer } for payment { $payment }.
alarm-credit-sentence-contract = Credit { $amount } to customer { $customer }, contract { $contract }, for payment { $payment }.
alarm-may-be-the-same = The payment is credited already, and this alarm may be about the same money. Credit it only if the platform says that it came in a second time.
alarm-override = Credit it although neither the callback nor the payment says this amount, or although the payment is credited already
alarm-override-warning = You credit what no message of the platform says. The ledger records this, and your reason.
alarm-credited-once = An operation is credited once. Check the amount: if it is wrong, an entry can take it back, and the right amount can then be booked only in your billing.
alarm-credit-next = Next: check the credit
alarm-operation-to-credit = Number of the operation at the platform
alarm-to-credit = To be credited
alarm-confirm-title = Is this right?
alarm-is-credited = { $amount } is credited, and the alarm is resolved.

inbox-payment = Payment id in the callback
inbox-what = What it says
inbox-amount = Amount
inbox-method = Method
inbox-account = Account
inbox-age = Age
inbox-about = The platform reports these payments, and the ledger knows none of them. They wait until the payment is recorded or a person decides.
inbox-empty = No callback waits here.
inbox-list = Callbacks without a payment
inbox-waits = Waits at least
inbox-age-any = any time
inbox-age-hour = an hour
inbox-age-day = a day
inbox-age-week = a week
inbox-title = Callbacks of payment { $payment }
inbox-one-about = No payment with this id is recorded. Find out whose it is, for example by the receipt.
inbox-is-recorded = The payment is recorded now, and its callbacks are applied to it.
inbox-to-payment = Open the payment
inbox-is-decided = A person decided about these callbacks.
inbox-dismissed-before = Earlier callbacks of this payment were called not ours: see who decided that, and why. A credit undoes it, and applies them, too.
inbox-undo = If they were called not ours by mistake, a person who may decide names their customer below. If the payment is recorded later, its callbacks are applied then.
inbox-undo-title = Undo: the payment is a customer's after all
inbox-payment-status = Status of the payment
inbox-customer = Customer in the callback
inbox-receipt = Receipt
inbox-received-at = Came
inbox-message = The message as it came
inbox-credit = The payment is a customer's
inbox-credit-means = The payment is recorded for this customer with this amount, and the callbacks are applied to it: a success credits the money.
inbox-customer-to-credit = Customer
inbox-no-amount = No callback says an amount: ask JetPay how much came in.
inbox-foreign-means = “Not ours”: the payment belongs to another merchant or system. No money moves, and the platform gets no more errors for these callbacks.
inbox-final = If this proves wrong later, you can still credit the payment to its customer on this page. But nothing waits here any more that would remind of it: if you are not sure, let them wait.
inbox-foreign = Not ours: do not wait any more
inbox-no-such-customer = There is no customer with this id. Check it: a mistyped id would hide the money.
inbox-credit-sentence = Record payment { $payment } for customer { $customer } with { $amount }, and credit it if the callbacks say that it is paid.
inbox-other-amount = No callback says this amount.
inbox-contracts = Contracts of the customer
inbox-is-credited = The payment is recorded with { $amount }, and its callbacks are applied.
inbox-is-dismissed = The callbacks are resolved as not ours.
