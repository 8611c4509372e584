# Words of closed and open sets: GROUP-WORD, with `-` for the spaces of a word.
# States of a payment, short, for tables.
state-pending = Waiting for the result
state-credited = Credited
state-declined = Declined
state-quarantined = Does not fit, waits for a person
state-partially_refunded = Partly taken back
state-refunded = Taken back
state-reversed = Credited, and all of it was taken back
# The same in a sentence, for a person on the phone.
state-meaning-pending = The payer began this payment, and the platform has given no result yet. The customer has no money from it.
state-meaning-credited = The money came, and the customer has it.
state-meaning-declined = The platform says that the payment failed. The customer has no money from it.
state-meaning-quarantined = What the platform says does not fit this payment. A person must look at it and decide.
state-meaning-partially_refunded = The customer was credited, and a part of the money was taken back.
state-meaning-refunded = The customer was credited, and all of the money was taken back.
state-meaning-reversed = The customer was credited, and then all of the money was taken back: by the platform, or by a person who undid the credit.

# States of a payout.
payout-state-created = Will be sent
payout-state-unknown = Sent, the outcome is not known
payout-state-sent_by_hand = Sent by hand
payout-state-accepted = The platform is working on it
payout-state-paid = Paid
payout-state-declined = Declined, the money is free again
payout-state-rejected = Refused, the money is free again
payout-state-reversed = Paid, and the money came back

# What happened to a payout.
payout-step-created = Recorded, the money is reserved
payout-step-sent = The service began to send it
payout-step-accepted = The platform accepted it
payout-step-sent_by_hand = Written to a file for the Dashboard
payout-step-unknown = The outcome of sending is not known
payout-step-postponed = Not accepted now, will be sent again
payout-step-not_known = The platform does not know it, will be sent again
payout-step-error = Ended with an error, will be sent again
payout-step-differs = The platform's report does not fit, a person must look
payout-step-elsewhere = It was sent to another Gate than the configured one
payout-step-overdue = No outcome in time, a person must look
payout-step-paid = Paid
payout-step-declined = Declined, the money is free again
payout-step-rejected = Refused, the money is free again
payout-step-reserved_again = A success came late, the money is reserved again
payout-step-reversed = The money, or a part of it, came back
payout-resolution-paid = The money left
payout-resolution-declined = It was not paid, and will not be

# Payment methods.
method-kaspi = Kaspi
method-kassa24 = Kassa24
method-kassa24-bvu = Kassa24 for banks
method-cashin-kz = Cash-in terminals
method-qiwi-kz = QIWI
method-manual = Recorded by a person

# What moved the money.
entry-credit = Credit
entry-manual_credit = Credit decided by a person
entry-refund = Refund
entry-reversal = Reversal
entry-refund_reverse = The refund was cancelled
entry-manual_change = Changed by the platform's staff
entry-correction = Correction of an entry

# Types of the platform's operations.
operation-type-sale = Payment
operation-type-payout = Payout
operation-type-refund = Refund
operation-type-reversal = Reversal
operation-type-refund-reverse = Cancellation of a refund
operation-type-payout-reversal = Return of a payout
operation-type-manual-change = Change by the platform's staff
operation-type-auth = Authorization
operation-type-capture = Capture of an authorized amount
operation-type-cancel = Cancellation of an authorization
operation-type-incremental = Raise of an authorized amount
operation-type-recurring = Recurring payment
operation-type-recurring-update = Change of a recurring payment
operation-type-recurring-cancel = End of a recurring payment
operation-type-account-verification = Check of an account
operation-type-invoice = Invoice
operation-type-customer-action = Action of the payer
operation-type-payment-confirmation = Confirmation of the payment
operation-type-capture-settlement = Settlement of a capture
operation-type-contract-registration = Registration of a contract
operation-type-commission = Commission
operation-type-create-cash-voucher = Making of a cash voucher

# The platform's statuses of payments and operations.
status-success = Success
status-decline = Declined
status-error = Error
status-processing = In progress
status-external-processing = In progress at the provider
status-awaiting-3ds-result = Waits for the 3-D Secure check
status-awaiting-redirect-result = Waits for the payer to return from another site
status-awaiting-customer = Waits for the payer
status-awaiting-customer-action = Waits for an action of the payer
status-awaiting-clarification = Waits for more data
status-awaiting-clarify-data = Waits for corrected data
status-awaiting-capture = Waits for the capture
status-awaiting-approval = Waits for approval
status-awaiting-merchant-auth = Waits for the merchant's approval
status-awaiting-payment = Waits for the money
status-awaiting-confirmation = Waits for confirmation
status-awaiting-finalization = Waits for its end
status-awaiting-retry = Waits for another try
status-awaiting-clearing = Waits for clearing
status-awaiting-partially-clearing = Waits for clearing of a part
status-clearing-processing = Clearing is under way
status-scheduled-recurring-processing = A recurring payment is scheduled
status-invoice-sent = Invoice sent
status-invoice-canceled = Invoice cancelled
status-partially-paid = Paid in part
status-partially-paid-out = Paid out in part
status-refunded = Refunded
status-partially-refunded = Refunded in part
status-reversed = Reversed
status-partially-reversed = Reversed in part
status-canceled = Cancelled
status-expired = Expired
status-internal-error = Error at the platform
status-external-error = Error at the provider
status-decline-renewal = Renewal declined
status-unknown = Not known to the platform

# What a search found.
hit-payment = Payment
hit-payout = Payout
hit-inbox = Inbox: no such payment
hit-customer = Customer
# By which word it was found.
matched-receipt = Receipt
matched-operation = Operation
matched-payment = Payment id
matched-account = Account
matched-customer = Customer
matched-contract = Contract

# What a person decided.
verdict-credit = Credit
verdict-override = Credit another amount
verdict-dismiss = Dismiss
verdict-foreign = Not ours
verdict-confirm = Take over the platform's answer
verdict-correct = Undo the entry
verdict-accepted = Accept as it is

# What was odd about the request for a payment.
flag-over_limit = The amount is outside the method's limits
flag-unknown_contract = The customer has no such contract
flag-closed_contract = The contract could not be paid
flag-not_looked_up = The billing did not confirm the account

# What the ledger did with a message of the platform.
outcome-applied = Applied
outcome-noted = Noted, changes nothing
outcome-early = Came before the credit, waits for it
outcome-quarantined = Does not fit the payment
outcome-unmatched = Waits in the inbox: no such payment
outcome-dismissed = A person said: not ours

# Deliveries to the merchant's own systems.
waiting-state-waiting = Will be sent again
waiting-state-parked = Refused, waits for a person
feed-entries = Entries
feed-alarms = Alarms

# Differences with the platform's books.
difference-state-open = Open
difference-state-closed = Both sides agree now
difference-state-foreign = Not ours
difference-state-accepted = Accepted as it is
