# The frame of every page, the sign-in, lists and errors.
skip-to-content = Skip to the content
nav-label = Pages
nav-search = Search
nav-alarms = Alarms
nav-inbox = Inbox
nav-payouts = Payouts
nav-reconciliations = Reconciliation
nav-deliveries = Deliveries
nav-today = Today
nav-open = { $count } open
nav-waiting = { $count } waiting
sign-out = Sign out
role-read = sees, and decides nothing
role-resolve = decides about payments
role-pay = makes payouts
role-all = may do everything
footer-zone = Times are those of { $zone }, with UTC beside them.
list-empty = { $list }: nothing is here.
list-next = Next page
list-csv = Download as CSV
list-currency = { $column }, currency
error-title = This did not work
error-back = To the search
error-back-to-form = Back to the page of the form
error-no-such-page = There is no such page.
error-forbidden = Your token does not permit this. It needs the role "{ $role }" or "all".
error-bad-form = The form did not come as these pages send it. Go back and try again.
error-not-utf8 = The form did not come in UTF-8, so nothing was changed. Open the page again in an ordinary browser, and fill in the form anew.
error-too-large = The form is larger than 64 KB. Write a shorter text, or choose fewer alarms.
error-unavailable = The database is not available now. Nothing was changed. Try again later.
error-other-site = The form came from another site, so nothing was changed. Open the page here and try again.
sign-in-title = Sign in
sign-in = Sign in
sign-in-token = Token
sign-in-wrong = There is no such token. Copy it again, without spaces before and after it.

# How long something lasted or is ago.
length-seconds = { $count } s
length-minutes = { $count } min
length-hours = { $count } h
length-hours-minutes = { $hours } h { $minutes } min
length-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
