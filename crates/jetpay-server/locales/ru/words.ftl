# Words of closed and open sets: GROUP-WORD, with `-` for the spaces of a word.
# States of a payment, short, for tables.
state-pending = Ждёт результата
state-credited = Зачислен
state-declined = Отклонён
state-quarantined = Расхождение, ждёт решения
state-partially_refunded = Возвращён частично
state-refunded = Возвращён
state-reversed = Зачислен, потом всё списано обратно
# The same in a sentence, for a person on the phone.
state-meaning-pending = Плательщик начал платёж, а платформа ещё не сообщила результат. Клиенту по нему ничего не зачислено.
state-meaning-credited = Деньги пришли и зачислены клиенту.
state-meaning-declined = Платформа сообщила, что платёж не прошёл. Клиенту по нему ничего не зачислено.
state-meaning-quarantined = Сообщение платформы не сходится с этим платежом. Человек должен посмотреть и решить.
state-meaning-partially_refunded = Деньги были зачислены клиенту, часть из них возвращена.
state-meaning-refunded = Деньги были зачислены клиенту, а потом возвращены полностью.
state-meaning-reversed = Деньги были зачислены клиенту, а потом вся сумма списана обратно: её отозвала платформа, или зачисление отменил сотрудник.

# States of a payout.
payout-state-created = Будет отправлена
payout-state-unknown = Отправлена, исход неизвестен
payout-state-sent_by_hand = Отправляется вручную
payout-state-accepted = В работе у платформы
payout-state-paid = Выплачена
payout-state-declined = Не прошла, деньги освобождены
payout-state-rejected = Отказано, деньги освобождены
payout-state-reversed = Выплачена, деньги вернулись

# What happened to a payout.
payout-step-created = Записана, деньги зарезервированы
payout-step-sent = Сервис начал отправку
payout-step-accepted = Платформа приняла
payout-step-sent_by_hand = Записана в файл для Dashboard
payout-step-unknown = Исход отправки неизвестен
payout-step-postponed = Сейчас не принята, отправим ещё раз
payout-step-not_known = Платформа о ней не знает, отправим ещё раз
payout-step-error = Закончилась ошибкой, отправим ещё раз
payout-step-differs = Ответ платформы не сходится, нужен человек
payout-step-elsewhere = Отправлена на другой Gate, не тот, что в настройках
payout-step-overdue = Нет исхода в срок, нужен человек
payout-step-paid = Выплачена
payout-step-declined = Не прошла, деньги освобождены
payout-step-rejected = Отказано, деньги освобождены
payout-step-reserved_again = Успех пришёл позже, деньги снова зарезервированы
payout-step-reversed = Деньги или их часть вернулись
payout-resolution-paid = Деньги ушли
payout-resolution-declined = Не выплачена и не будет выплачена

# Payment methods.
method-kaspi = Kaspi
method-kassa24 = Касса24
method-kassa24-bvu = Касса24 для банков (БВУ)
method-cashin-kz = Терминалы Cash-in
method-qiwi-kz = QIWI
method-manual = Записан человеком

# What moved the money.
entry-credit = Зачисление
entry-manual_credit = Зачисление по решению человека
entry-refund = Возврат
entry-reversal = Отмена платежа
entry-refund_reverse = Отмена возврата
entry-manual_change = Изменено сотрудниками платформы
entry-correction = Отмена проводки

# Types of the platform's operations.
operation-type-sale = Оплата
operation-type-payout = Выплата
operation-type-refund = Возврат
operation-type-reversal = Отмена платежа
operation-type-refund-reverse = Отмена возврата
operation-type-payout-reversal = Возврат выплаты
operation-type-manual-change = Изменение сотрудниками платформы
operation-type-auth = Авторизация
operation-type-capture = Списание после авторизации
operation-type-cancel = Отмена авторизации
operation-type-incremental = Увеличение авторизованной суммы
operation-type-recurring = Регулярный платёж
operation-type-recurring-update = Изменение регулярного платежа
operation-type-recurring-cancel = Отмена регулярного платежа
operation-type-account-verification = Проверка счёта
operation-type-invoice = Счёт на оплату
operation-type-customer-action = Действие плательщика
operation-type-payment-confirmation = Подтверждение платежа
operation-type-capture-settlement = Расчёт по списанию
operation-type-contract-registration = Регистрация договора
operation-type-commission = Комиссия
operation-type-create-cash-voucher = Создание кассового ордера

# The platform's statuses of payments and operations.
status-success = Успешно
status-decline = Отклонено
status-error = Ошибка
status-processing = В обработке
status-external-processing = В обработке у провайдера
status-awaiting-3ds-result = Ждёт проверки 3-D Secure
status-awaiting-redirect-result = Ждёт возврата плательщика с другого сайта
status-awaiting-customer = Ждёт плательщика
status-awaiting-customer-action = Ждёт действия плательщика
status-awaiting-clarification = Ждёт уточнения данных
status-awaiting-clarify-data = Ждёт исправленных данных
status-awaiting-capture = Ждёт списания
status-awaiting-approval = Ждёт одобрения
status-awaiting-merchant-auth = Ждёт подтверждения мерчанта
status-awaiting-payment = Ждёт оплаты
status-awaiting-confirmation = Ждёт подтверждения
status-awaiting-finalization = Ждёт завершения
status-awaiting-retry = Ждёт повторной попытки
status-awaiting-clearing = Ждёт клиринга
status-awaiting-partially-clearing = Ждёт клиринга части суммы
status-clearing-processing = Идёт клиринг
status-scheduled-recurring-processing = Запланирован регулярный платёж
status-invoice-sent = Счёт отправлен
status-invoice-canceled = Счёт отменён
status-partially-paid = Оплачено частично
status-partially-paid-out = Выплачено частично
status-refunded = Возвращено
status-partially-refunded = Возвращено частично
status-reversed = Отменено после оплаты
status-partially-reversed = Частично отменено после оплаты
status-canceled = Отменено
status-expired = Срок истёк
status-internal-error = Ошибка платформы
status-external-error = Ошибка провайдера
status-decline-renewal = Продление отклонено
status-unknown = Платформе неизвестно

# What a search found.
hit-payment = Платёж
hit-payout = Выплата
hit-inbox = Входящие: платёж не найден
hit-customer = Клиент
# By which word it was found.
matched-receipt = Чек
matched-operation = Операция
matched-payment = Номер платежа
matched-account = Лицевой счёт
matched-customer = Клиент
matched-contract = Договор

# What a person decided.
verdict-credit = Зачислить
verdict-override = Зачислить другую сумму
verdict-dismiss = Закрыть
verdict-foreign = Не наш
verdict-confirm = Принять ответ платформы
verdict-correct = Отменить проводку
verdict-accepted = Принять как есть

# What was odd about the request for a payment.
flag-over_limit = Сумма вне пределов способа оплаты
flag-unknown_contract = У клиента нет такого договора
flag-closed_contract = По договору нельзя было платить
flag-not_looked_up = Биллинг не подтвердил лицевой счёт

# What the ledger did with a message of the platform.
outcome-applied = Учтено
outcome-noted = Отмечено, ничего не меняет
outcome-early = Пришло до зачисления, ждёт его
outcome-quarantined = Не сходится с платежом
outcome-unmatched = Ждёт во входящих: такого платежа нет
outcome-dismissed = Человек решил: не наш платёж

# Deliveries to the merchant's own systems.
waiting-state-waiting = Будет отправлено ещё раз
waiting-state-parked = Отказ, ждёт человека
feed-entries = Проводки
feed-alarms = Сигналы

# Differences with the platform's books.
difference-state-open = Открыто
difference-state-closed = Теперь сходится
difference-state-foreign = Не наше
difference-state-accepted = Принято как есть
