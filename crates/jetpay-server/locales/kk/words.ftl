# Words of closed and open sets: GROUP-WORD, with `-` for the spaces of a word.
# States of a payment, short, for tables.
state-pending = Нәтижесін күтуде
state-credited = Есептелді
state-declined = Қабылданбады
state-quarantined = Сәйкес емес, шешім күтуде
state-partially_refunded = Ішінара қайтарылды
state-refunded = Қайтарылды
state-reversed = Есептелді, кейін бәрі кері алынды
# The same in a sentence, for a person on the phone.
state-meaning-pending = Төлеуші төлемді бастады, ал платформа нәтижесін әлі хабарлаған жоқ. Клиентке ол бойынша ештеңе есептелмеген.
state-meaning-credited = Ақша келді және клиентке есептелді.
state-meaning-declined = Платформа төлем өтпегенін хабарлады. Клиентке ол бойынша ештеңе есептелмеген.
state-meaning-quarantined = Платформаның хабарламасы осы төлемге сәйкес келмейді. Адам қарап, шешім қабылдауы керек.
state-meaning-partially_refunded = Ақша клиентке есептелді, оның бір бөлігі қайтарылды.
state-meaning-refunded = Ақша клиентке есептелді, кейін толығымен қайтарылды.
state-meaning-reversed = Ақша клиентке есептелді, кейін бүкіл сома кері алынды: оны платформа қайтарып алды немесе есептеудің күшін қызметкер жойды.

# States of a payout.
payout-state-created = Жіберіледі
payout-state-unknown = Жіберілді, нәтижесі белгісіз
payout-state-sent_by_hand = Қолмен жіберіледі
payout-state-accepted = Платформа өңдеуде
payout-state-paid = Төленді
payout-state-declined = Өтпеді, ақша босатылды
payout-state-rejected = Бас тартылды, ақша босатылды
payout-state-reversed = Төленді, ақша қайтып келді

# What happened to a payout.
payout-step-created = Жазылды, ақша резервке алынды
payout-step-sent = Сервис жіберуді бастады
payout-step-accepted = Платформа қабылдады
payout-step-sent_by_hand = Dashboard файлына жазылды
payout-step-unknown = Жіберу нәтижесі белгісіз
payout-step-postponed = Қазір қабылданбады, қайта жіберіледі
payout-step-not_known = Платформа ол туралы білмейді, қайта жіберіледі
payout-step-error = Қатемен аяқталды, қайта жіберіледі
payout-step-differs = Платформаның жауабы сәйкес емес, адам қарауы керек
payout-step-elsewhere = Баптаудағыдан басқа Gate-ке жіберілген
payout-step-overdue = Мерзімінде нәтиже жоқ, адам қарауы керек
payout-step-paid = Төленді
payout-step-declined = Өтпеді, ақша босатылды
payout-step-rejected = Бас тартылды, ақша босатылды
payout-step-reserved_again = Сәтті нәтиже кеш келді, ақша қайта резервке алынды
payout-step-reversed = Ақша немесе оның бір бөлігі қайтып келді
payout-resolution-paid = Ақша кетті
payout-resolution-declined = Төленбеді және төленбейді

# Payment methods.
method-kaspi = Kaspi
method-kassa24 = Касса24
method-kassa24-bvu = Касса24 банктерге (ЕДБ)
method-cashin-kz = Cash-in терминалдары
method-qiwi-kz = QIWI
method-manual = Адам жазған

# What moved the money.
entry-credit = Есептеу
entry-manual_credit = Адам шешімімен есептеу
entry-refund = Қайтару
entry-reversal = Төлемді жою
entry-refund_reverse = Қайтаруды жою
entry-manual_change = Платформа қызметкерлері өзгертті
entry-correction = Жазбаның күшін жою

# Types of the platform's operations.
operation-type-sale = Төлем
operation-type-payout = Шығыс төлемі
operation-type-refund = Қайтару
operation-type-reversal = Төлемді жою
operation-type-refund-reverse = Қайтаруды жою
operation-type-payout-reversal = Шығыс төлемін қайтару
operation-type-manual-change = Платформа қызметкерлерінің өзгертуі
operation-type-auth = Авторизация
operation-type-capture = Авторизациядан кейін есептен шығару
operation-type-cancel = Авторизацияны жою
operation-type-incremental = Авторизацияланған соманы ұлғайту
operation-type-recurring = Тұрақты төлем
operation-type-recurring-update = Тұрақты төлемді өзгерту
operation-type-recurring-cancel = Тұрақты төлемді тоқтату
operation-type-account-verification = Шотты тексеру
operation-type-invoice = Төлем шоты
operation-type-customer-action = Төлеушінің әрекеті
operation-type-payment-confirmation = Төлемді растау
operation-type-capture-settlement = Есептен шығару бойынша есеп айырысу
operation-type-contract-registration = Шартты тіркеу
operation-type-commission = Комиссия
operation-type-create-cash-voucher = Касса ордерін жасау

# The platform's statuses of payments and operations.
status-success = Сәтті
status-decline = Қабылданбады
status-error = Қате
status-processing = Өңделуде
status-external-processing = Провайдер өңдеуде
status-awaiting-3ds-result = 3-D Secure тексеруін күтуде
status-awaiting-redirect-result = Төлеушінің басқа сайттан оралуын күтуде
status-awaiting-customer = Төлеушіні күтуде
status-awaiting-customer-action = Төлеушінің әрекетін күтуде
status-awaiting-clarification = Деректерді нақтылауды күтуде
status-awaiting-clarify-data = Түзетілген деректерді күтуде
status-awaiting-capture = Есептен шығаруды күтуде
status-awaiting-approval = Мақұлдауды күтуде
status-awaiting-merchant-auth = Мерчанттың растауын күтуде
status-awaiting-payment = Төлемді күтуде
status-awaiting-confirmation = Растауды күтуде
status-awaiting-finalization = Аяқталуын күтуде
status-awaiting-retry = Қайталауды күтуде
status-awaiting-clearing = Клирингті күтуде
status-awaiting-partially-clearing = Соманың бір бөлігінің клирингін күтуде
status-clearing-processing = Клиринг жүруде
status-scheduled-recurring-processing = Тұрақты төлем жоспарланған
status-invoice-sent = Шот жіберілді
status-invoice-canceled = Шот жойылды
status-partially-paid = Ішінара төленді
status-partially-paid-out = Ішінара шығарылды
status-refunded = Қайтарылды
status-partially-refunded = Ішінара қайтарылды
status-reversed = Төленген соң жойылды
status-partially-reversed = Төленген соң ішінара жойылды
status-canceled = Жойылды
status-expired = Мерзімі өтті
status-internal-error = Платформа қатесі
status-external-error = Провайдер қатесі
status-decline-renewal = Ұзарту қабылданбады
status-unknown = Платформаға белгісіз

# What a search found.
hit-payment = Төлем
hit-payout = Шығыс төлемі
hit-inbox = Кіріс: төлем табылмады
hit-customer = Клиент
# By which word it was found.
matched-receipt = Түбіртек
matched-operation = Операция
matched-payment = Төлем нөмірі
matched-account = Дербес шот
matched-customer = Клиент
matched-contract = Шарт

# What a person decided.
verdict-credit = Есептеу
verdict-override = Басқа соманы есептеу
verdict-dismiss = Жабу
verdict-foreign = Біздікі емес
verdict-confirm = Платформаның жауабын қабылдау
verdict-correct = Жазбаның күшін жою
verdict-accepted = Сол күйінде қабылдау

# What was odd about the request for a payment.
flag-over_limit = Сома төлем тәсілінің шегінен тыс
flag-unknown_contract = Клиентте мұндай шарт жоқ
flag-closed_contract = Шарт бойынша төлеуге болмайтын еді
flag-not_looked_up = Биллинг дербес шотты растамады

# What the ledger did with a message of the platform.
outcome-applied = Ескерілді
outcome-noted = Белгіленді, ештеңе өзгертпейді
outcome-early = Есептеуден бұрын келді, соны күтуде
outcome-quarantined = Төлемге сәйкес емес
outcome-unmatched = Кірісте күтуде: мұндай төлем жоқ
outcome-dismissed = Адам шешті: біздің төлем емес

# Deliveries to the merchant's own systems.
waiting-state-waiting = Қайта жіберіледі
waiting-state-parked = Бас тартылды, адамды күтуде
feed-entries = Жазбалар
feed-alarms = Ескертулер

# Differences with the platform's books.
difference-state-open = Ашық
difference-state-closed = Енді сәйкес келеді
difference-state-foreign = Біздікі емес
difference-state-accepted = Сол күйінде қабылданды
