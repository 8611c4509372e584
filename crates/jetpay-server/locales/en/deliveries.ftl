# Deliveries to the merchant's own systems: how each stands, what waits, decisions, and replays.
delivery-intro = The service tells the merchant’s own systems about every entry, and about alarms if they want them.
delivery-none = The configuration names no system to deliver to.
delivery-streams = Systems
delivery-col-endpoint = System
delivery-col-feed = What it gets
delivery-col-where = Where
delivery-col-lag = Not delivered
delivery-col-waiting = Waiting
delivery-col-parked = Parked
delivery-col-oldest = Oldest not delivered
delivery-col-cursor = Handled up to
delivery-col-last = Last number
delivery-col-item = Number
delivery-col-what = What
delivery-col-amount = Amount
delivery-col-payment = Payment
delivery-col-customer = Customer
delivery-col-state = State
delivery-col-attempts = Attempts
delivery-col-why = Why
delivery-col-since = Waiting since
delivery-col-due = Sent again at
delivery-col-behind = Waits for number
delivery-state-behind = Waits its turn, behind number { $first } of the same customer
delivery-mail = E-mail
delivery-mail-where = Addresses of the configuration
delivery-left = Not in the configuration
delivery-left-means = The configuration does not have this system any more, so nothing is sent to it. What waits can only be skipped, after it is booked by hand. If the system comes back under the same name, delivery goes on.
delivery-no-stream = There is no system with this name that gets this.
delivery-no-item = No item with this number waits here.
delivery-title = Delivery: { $name }, { $feed }
delivery-not-begun = Delivery has not begun yet.
delivery-waiting = What waits
delivery-nothing-waits = Nothing waits.
delivery-show-parked = Show only parked
delivery-show-all = Show all
delivery-wrong-state = There is no such state to show.
delivery-wrong-after = This link to the next page is damaged.
delivery-from-the-start = From the start
delivery-choose = Decide about the chosen ones
delivery-choose-one = Choose item { $number }: { $about }
delivery-who-decides = A person with the role “resolve” decides about these.
delivery-held = Held for skipping.
delivery-chosen = Chosen items
delivery-none-chosen = Nothing is chosen.
delivery-back = To what waits
delivery-how-many = { $count ->
    [one] { $count } item is chosen.
   *[other] { $count } items are chosen.
}
delivery-will-retry = Retry: each is sent again now, under the same id. A system that keeps the ids books nothing twice.
delivery-will-skip = Skip: each counts as delivered and is never sent. The system does not learn of it: book it there by hand.
delivery-button-retry = { $count ->
    [one] Send { $count } item again
   *[other] Send { $count } items again
}
delivery-button-skip = { $count ->
    [one] Skip { $count } item
   *[other] Skip { $count } items
}
delivery-done-waiting = { $count ->
    [one] { $count } item is sent again.
   *[other] { $count } items are sent again.
}
delivery-done-skipped = { $count ->
    [one] { $count } item is skipped.
   *[other] { $count } items are skipped.
}
delivery-left-as-is = { $count ->
    [one] { $count } of the chosen ones does not wait any more.
   *[other] { $count } of the chosen ones do not wait any more.
}
delivery-broken-off = Then the database went away. Decide about the rest again.
delivery-is-held = { $count ->
    [one] { $count } item is held and not skipped yet: an attempt to send it may be under way. It is not sent any more.
   *[other] { $count } items are held and not skipped yet: an attempt to send them may be under way. They are not sent any more.
}
delivery-held-until = Skip again after
delivery-replay = Deliver again
delivery-replay-means = If the system has lost what it had, everything after a number can be delivered to it again, in the same order and under the same ids.
delivery-replay-cursor = The system is handled up to number { $cursor }.
delivery-replay-after = Deliver again everything after number
delivery-replay-plan = Show the plan
delivery-replay-wrong = Write the number as whole digits, 0 or more.
delivery-plan = The plan
delivery-plan-count = { $count ->
    [one] { $count } item will be delivered again.
   *[other] { $count } items will be delivered again.
}
delivery-plan-from = The first is of
delivery-plan-to = The last is of
delivery-plan-left-out = Left out, because a person skipped them or the system cannot take them
delivery-plan-means = What waits after this number waits no longer: it is delivered in its turn. A system that keeps the ids books nothing twice.
delivery-button-replay = { $count ->
    [one] Deliver { $count } item again
   *[other] Deliver { $count } items again
}
delivery-replayed = { $count ->
    [one] { $count } number back: the service delivers from there again.
   *[other] { $count } numbers back: the service delivers from there again.
}

# Why a delivery failed. The English is what the ledger stores.
delivery-failed-status = HTTP status { $status }
delivery-failed-redirect = a redirect, which is not followed; configure the URL that it leads to
delivery-failed-login = check the login or the secret
delivery-failed-url = check the URL
delivery-failed-result = result { $code }: { $meaning }
delivery-failed-unknown = { $result }, and no attempt of ours is known
delivery-failed-sum = { $result }, but of { $theirs }, and we told it of { $ours }
delivery-failed-no-project = the configuration has no project { $it }
delivery-failed-left-project = its project { $it } is no longer one of this endpoint's `projects`: add it again and retry, or skip the item
delivery-failed-no-item = the ledger has no number { $it } in this feed
delivery-failed-no-connection = no connection
delivery-failed-no-answer = no answer in time
delivery-failed-broken = the connection broke
delivery-failed-unreadable = the answer cannot be read
delivery-failed-store = the store does not answer in time
delivery-failed-no-sum = a payment without a positive sum cannot be told to a billing
# What the results of billings mean.
delivery-result-done = done
delivery-result-a-temporary-error = a temporary error
delivery-result-wrong-form-of-the-account = wrong form of the account
delivery-result-no-such-account = no such account
delivery-result-payments-are-forbidden-by-the-provider = payments are forbidden by the provider
delivery-result-a-double-request = a double request
delivery-result-wrong-extra-parameters = wrong extra parameters
delivery-result-the-exchange-rate-changed = the exchange rate changed
delivery-result-the-account-is-not-active = the account is not active
delivery-result-the-payment-is-not-finished = the payment is not finished
delivery-result-the-amount-is-too-small = the amount is too small
delivery-result-the-amount-is-too-large = the amount is too large
delivery-result-the-state-of-the-account-cannot-be-checked = the state of the account cannot be checked
delivery-result-another-error = another error
delivery-result-not-found = not found
delivery-result-cancelled = cancelled
delivery-result-paid-already = paid already
delivery-result-in-progress = in progress
delivery-result-which-the-protocol-does-not-have = which the protocol does not have
