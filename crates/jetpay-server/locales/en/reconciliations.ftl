# Reconciliations with the platform's books, and the differences that they find. Reports of `jetpay reconcile` take the English
# meanings, advice and verdicts from here.
reconciliation-newest = Reconciliations, the newest first
reconciliation-none = No reconciliation is recorded yet. The schedule in the configuration or the command “jetpay reconcile” makes them.
reconciliation-title = Reconciliation { $run }
reconciliation-not-found = There is no reconciliation with this number.
reconciliation-wrong-before = This link to the next page is damaged.
reconciliation-wrong-filter = There is no such kind of result, or this link to the next page is damaged.
reconciliation-from-the-start = From the start
reconciliation-col-run = Reconciliation
reconciliation-col-from = From
reconciliation-col-to = To (not included)
reconciliation-col-sources = Platform’s books
reconciliation-col-matched = Match
reconciliation-col-differences = Differences
reconciliation-col-open = Open now
reconciliation-col-time = Recorded
reconciliation-col-by = By
reconciliation-col-count = Count
reconciliation-col-meaning = What it means
reconciliation-col-advice = What to do
reconciliation-col-project = Project
reconciliation-col-type = Type
reconciliation-col-difference = Difference
reconciliation-col-explained = Explained by the results
reconciliation-by-schedule = By schedule
reconciliation-ledger = Ledger up to entry
reconciliation-source = Platform’s books
reconciliation-rows = { $count ->
    [one] { $count } row
   *[other] { $count } rows
}
reconciliation-counts = Results by kind
reconciliation-sums = Money by project, currency and type
reconciliation-all-results = All results
reconciliation-no-results = There are no such results.
reconciliation-large-sum = { $minor } minor units of { $currency }
reconciliation-does-not-add-up = The sums do not add up: do not rely on this report.
reconciliation-nothing-compared = Nothing was compared: neither the ledger nor the platform's books have an operation in the interval.
reconciliation-agrees = Nothing is to be done: the ledger agrees with the platform's books.
reconciliation-all-decided = Nothing is to be done: people have decided about every difference.
reconciliation-to-do = { $count ->
    [one] One difference is to be looked at.
   *[other] { $count } differences are to be looked at.
}
difference-open = Open differences of all reconciliations
difference-none-open = No difference is open.
difference-none-found = No open difference is of this kind.
difference-cut = Only the first { $count } of them are sorted and shown.
difference-col-id = Difference
difference-col-kind = Kind
difference-col-time = When
difference-col-amount = Amount
difference-col-payment = Payment
difference-col-ours = Ours
difference-col-theirs = The platform’s
difference-col-first-run = First found by
difference-col-operation = Operation
difference-col-why = Why
difference-col-line = Line
difference-col-state = State now
difference-col-alarm = Alarm
difference-col-decision = Decision
difference-last-run = Last found by
difference-by = Decided by
difference-decided = Decided
difference-all-kinds = All kinds
difference-order = Order
difference-order-newest = the newest first
difference-order-oldest = the oldest first
difference-order-amount = the largest amount first
difference-show = Show
difference-choose = Decide about the chosen ones
difference-choose-one = Choose difference { $id }: { $about }
difference-wrong-kind = There is no such kind of difference. Choose it again.
difference-wrong-order = There is no such order. Choose it again.
difference-wrong-from = This link to the next page is damaged.
difference-not-found = There is no difference with this number.
difference-title = Difference: { $kind }
difference-verdict = What you decide
difference-will-foreign = The operation is not ours. Later reconciliations no longer count it as a difference.
difference-will-accepted = It stays as it is: there is nothing to do.
difference-no-money = The decision moves no money, and it cannot be taken back. It resolves the alarm about the difference, and holds as long as the facts stay the same.
difference-no-verdict = Choose what you decide.
difference-decide = Decide
difference-decide-many = Decide about several differences
difference-button = Record the decision
difference-button-amount = Record the decision about { $amount }
difference-button-many = Record the decision about { $count ->
    [one] { $count } difference
   *[other] { $count } differences
}: { $total }
difference-how-many = { $count ->
    [one] { $count } difference is chosen
   *[other] { $count } differences are chosen
}, net amount: { $total }
difference-chosen = Chosen differences
difference-none-chosen = No difference is chosen.
difference-back = To the open differences
difference-done = { $count ->
    [one] The decision is recorded.
   *[other] { $count } decisions are recorded.
}
difference-left = { $count ->
    [one] { $count } of the chosen ones is not open any more and stays as it is.
   *[other] { $count } of the chosen ones are not open any more and stay as they are.
}
difference-broken-off = { $count } of { $all } decisions are recorded, then the database went away. Decide about the rest again.
difference-is-closed = A later reconciliation found both sides in agreement. There is nothing to decide.
difference-who-decides = A person with the role “resolve” decides about it.
difference-undo = If the decision was wrong
difference-how-to-undo = A recorded decision is not changed. It moved no money, so nothing has to be taken back. Put the facts right: correct the entry, or confirm the payment, and compare again. When a later reconciliation finds other facts, the difference opens again by itself, and you decide anew.
# A short name for each kind.
difference-kind-matched = Match
difference-kind-not_final = Not final yet
difference-kind-too_fresh = Too fresh
difference-kind-declined_both = Declined on both sides
difference-kind-foreign = Not ours
difference-kind-outside = Outside
difference-kind-changed_there = Changed at the platform
difference-kind-not_credited = Not credited here
difference-kind-not_there = Not at the platform
difference-kind-amount_differs = Amounts differ
difference-kind-currency_differs = Currencies differ
difference-kind-payment_differs = Another payment
difference-kind-type_differs = Types differ
difference-kind-taken_back_there = Taken back at the platform
difference-kind-taken_back_here = Taken back here
difference-kind-twice_there = Twice at the platform
difference-kind-twice_here = Twice here
difference-kind-unreadable = Unreadable row
# What each kind means.
difference-meaning-matched = both sides say the same
difference-meaning-not_final = the platform has no final status yet, and nothing is recorded
difference-meaning-too_fresh = so late that the other side may still come
difference-meaning-declined_both = both sides know that it failed
difference-meaning-foreign = a person said before that it is not yours
difference-meaning-outside = outside the interval, or of another project
difference-meaning-changed_there = a later report has another version; the later one counts
difference-meaning-not_credited = the platform reports a success, and no entry is recorded
difference-meaning-not_there = an entry is recorded, and the platform does not list the operation
difference-meaning-amount_differs = the amounts differ
difference-meaning-currency_differs = the currencies differ
difference-meaning-payment_differs = the operation belongs to another payment
difference-meaning-type_differs = the types of the operation differ
difference-meaning-taken_back_there = the platform took money back or declined, and that is not recorded
difference-meaning-taken_back_here = it is recorded that money was taken back, and the platform did not take it back
difference-meaning-twice_there = one operation has two contents in one report
difference-meaning-twice_here = one operation moved money twice in the ledger, which its rules forbid
difference-meaning-unreadable = a row that cannot be read
# What to do about each kind.
difference-advice-compare = Ask JetPay which side is right. If yours is wrong, correct the entry.
difference-advice-too_fresh = Compare the interval again later.
difference-advice-not_credited = If the payment is pending, apply the platform's signed status. If its callback waits in the inbox or in an alarm, resolve that.
difference-advice-not_there = Ask JetPay about the operation at once. If there was no payment, undo the entry.
difference-advice-amount_differs = { difference-advice-compare }
difference-advice-currency_differs = { difference-advice-compare }
difference-advice-payment_differs = { difference-advice-compare }
difference-advice-type_differs = { difference-advice-compare }
difference-advice-taken_back_there = Apply the platform's signed status, or look for an alarm about the payment.
difference-advice-taken_back_here = { difference-advice-compare }
difference-advice-twice_there = Fetch the report again. If that does not help, ask JetPay.
difference-advice-twice_here = Check the ledger, and report this to the authors of jetpay.
difference-advice-unreadable = Correct the map or the file, and compare again.
