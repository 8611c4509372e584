# The work lists: what alarms, the inbox and other lists share; then the alarms, and the inbox.
message-cut = Показаны только первые 64 КБ.
whole-text = Показать весь текст
work-amount = Сумма, { $currency }
work-amount-comma = Пишите сумму через точку и без запятых, например 1 000.50.
work-amount-wrong = Такую сумму зачислить нельзя. Напишите её как на чеке, например 1 000.50: больше нуля и не больше знаков после точки, чем есть у валюты.
work-no-amount = сумма не указана
work-sum-too-large = сумма слишком велика
work-filter-wrong = Фильтр «{ $text }» непонятен, поэтому список показан без фильтров.
work-order = Порядок
work-order-oldest = Сначала старые
work-order-newest = Сначала новые
work-order-amount = Сначала крупные суммы
work-show = Показать
work-nothing = С такими фильтрами здесь ничего нет.
work-reason = Причина: что вы выяснили и от кого
work-needs-resolve = Чтобы принять решение, нужен токен с ролью «resolve» или «all».
work-messages = Сообщения в том виде, как они пришли
work-message = Сообщение { $number }
work-verdict = Решение
work-by = Кто решил
work-by-unknown = не записано
work-when = Когда
work-why = Причина
work-follows = По правилам последует:
work-back-unchanged = Назад, ничего не меняя

alarm-number = Номер
alarm-kind = Вид
alarm-what = Что произошло
alarm-amount = Сумма
alarm-age = Возраст
alarm-payment = Платёж
alarm-state = Состояние
alarm-choose = Выбор
alarm-choose-one = Выбрать сигнал { $number }
alarm-open-by-kind = Открытые сигналы по видам
alarm-none-open = Открытых сигналов нет.
alarm-count = Открыто
alarm-oldest = Возраст самого старого
alarm-all-of-kind = Все вместе
alarm-decide-all = Решить сразу по всем: { $kind } ({ $count })
alarm-more-counted = больше { $count }
alarm-kinds = Несколько видов
alarm-all-kinds = Показать все виды
alarm-filter-state-open = Открытые
alarm-filter-state-resolved = Закрытые
alarm-filter-state-all = Открытые и закрытые
alarm-list-open = Открытые сигналы
alarm-list-resolved = Закрытые сигналы
alarm-list-all = Открытые и закрытые сигналы
alarm-filter-no-kind = Вида сигналов «{ $text }» нет.
alarm-amount-part = Сигналов больше, чем можно расставить по суммам: здесь самые старые, { $count }. Выберите вид, чтобы их стало меньше.
alarm-decide-chosen = Принять решение по выбранным
alarm-is-open = открыт
alarm-no-number = «{ $text }» — не номер.
alarm-none-chosen = Ни один сигнал не выбран. Вернитесь и отметьте хотя бы один.
alarm-too-many = За один раз можно закрыть не больше { $count } сигналов. Выберите меньше.
alarm-gone = { $count ->
    [one] { $count } из выбранных сигналов уже закрыт или не существует. Он пропущен.
   *[other] { $count } из выбранных сигналов уже закрыты или не существуют. Они пропущены.
}
alarm-none-left = Ни один из этих сигналов больше не открыт.
alarm-chosen = { $count ->
    [one] Решение касается { $count } сигнала.
   *[other] Решение касается { $count } сигналов.
}
alarm-more-than = Открыто больше сигналов. За один раз закрывается не больше { $count }: здесь самые новые. Вернитесь за остальными.
alarm-first = { $count ->
    [one] Первый { $count } сигнал
    [few] Первые { $count } сигнала
   *[other] Первые { $count } сигналов
}
alarm-back = К сигналам
alarm-many-title = Решение по сигналам
alarm-dismiss-means = «Закрыть»: сигнал рассмотрен, делать ничего не нужно, в учёте всё верно. Деньги не двигаются.
alarm-foreign-means = «Не наш»: платёж относится к другому мерчанту или к другой системе. Деньги не двигаются, и сверка не ждёт его здесь.
alarm-final = Отозвать такое решение нельзя.
alarm-final-credit = Отозвать такое решение нельзя, и зачислить деньги по этому сигналу потом тоже нельзя. Если вы не уверены, что деньги не пришли, оставьте сигнал открытым и сначала спросите JetPay.
alarm-credit-of-one = Деньги зачисляются по одному сигналу, на странице этого сигнала.
alarm-dismiss-many = { $count ->
    [one] Закрыть { $count } сигнал: делать ничего не нужно
    [few] Закрыть { $count } сигнала: делать ничего не нужно
   *[other] Закрыть { $count } сигналов: делать ничего не нужно
}
alarm-foreign-many = { $count ->
    [one] Не наши: закрыть { $count } сигнал
    [few] Не наши: закрыть { $count } сигнала
   *[other] Не наши: закрыть { $count } сигналов
}
alarm-sum = Итог по суммам
alarm-called-foreign = { $count ->
    [one] { $count } сигнал закрыт как «не наш».
    [few] { $count } сигнала закрыты как «не наш».
   *[other] { $count } сигналов закрыто как «не наш».
}
alarm-dismissed = { $count ->
    [one] { $count } сигнал закрыт: делать ничего не нужно.
    [few] { $count } сигнала закрыты: делать ничего не нужно.
   *[other] { $count } сигналов закрыто: делать ничего не нужно.
}
alarm-resolved-meanwhile = { $count ->
    [one] { $count } сигнал уже был закрыт раньше и остался как есть.
    [few] { $count } сигнала уже были закрыты раньше и остались как есть.
   *[other] { $count } сигналов уже было закрыто раньше, они остались как есть.
}
alarm-not-there = { $count ->
    [one] Сигнала с { $count } номером нет.
   *[other] Сигналов с { $count } номерами нет.
}
alarm-title = Сигнал { $number }: { $kind }
alarm-decided = Принятое решение
alarm-advice = Что выяснить
alarm-decide = Решение
alarm-expected = Ожидалось
alarm-received = В уведомлении платформы
alarm-operation-type = Вид операции в уведомлении
alarm-operation-status = Статус операции в уведомлении
alarm-payment-status = Статус платежа в уведомлении
alarm-raised = Появился
alarm-customer = Клиент
alarm-payment-state = Состояние платежа
alarm-operation = Операция
alarm-other-payment = Платёж, деньги которого двигала операция
alarm-project = Проект
alarm-endpoint = Получатель
alarm-difference = Расхождение с данными платформы
alarm-made-entry = По решению сделана проводка { $number }: { $amount }.
alarm-corrected-by = Её отменяет проводка { $number }.
alarm-undo-credit = Решение нельзя стереть. Если зачисление было ошибкой, отмените его проводку: новая проводка заберёт деньги обратно, с вашей причиной. После этого зачислить эту операцию здесь уже нельзя: верную сумму проведите в своём биллинге.
alarm-undo-entry = Отменить проводку { $number }
alarm-undo-nothing = Решение не двигало денег, и отозвать его нельзя. Новое сообщение платформы, которое не подходит к платежу, вызовет новый сигнал.
alarm-late-ask = Если деньги всё же пришли, откройте платёж и спросите там платформу. Если она сообщит об успехе, который подходит к платежу и которого в учёте ещё нет, его можно так зачислить. Иначе проведите деньги в своём биллинге.
alarm-late-billing = Если деньги всё же пришли, проведите их в своём биллинге: это сообщение платформы уже в учёте, и новый вопрос платформе ничего не зачислит.
alarm-without-credit = Закрыть без зачисления
alarm-dismiss = Закрыть сигнал: делать ничего не нужно
alarm-foreign = Закрыть сигнал: не наш
alarm-credit-as-said = Зачислить сумму из уведомления
alarm-credit-as-announced = Зачислить заявленную сумму: в уведомлении суммы нет
alarm-not-paid = В уведомлении не сказано, что деньги поступили: операция не удалась или не завершена, либо это возврат или выплата. Зачисляйте, только если JetPay подтвердит, что деньги плательщика поступили.
alarm-credit = Зачислить { $amount }
alarm-credit-another = Зачислить другую сумму
alarm-credit-sentence = Зачислить { $amount } клиенту { $customer } по платежу { $payment }.
alarm-credit-sentence-contract = Зачислить { $amount } клиенту { $customer }, договор { $contract }, по платежу { $payment }.
alarm-may-be-the-same = Платёж уже зачислен, и этот сигнал может быть о тех же деньгах. Зачисляйте, только если платформа говорит, что деньги пришли второй раз.
alarm-override = Зачислить, хотя этой суммы нет ни в уведомлении, ни в платеже, или хотя платёж уже зачислен
alarm-override-warning = Вы зачисляете то, чего нет ни в одном сообщении платформы. Это и ваша причина будут записаны.
alarm-credited-once = Операция зачисляется один раз. Проверьте сумму: ошибочную можно списать обратно, но верную потом можно провести только в вашем биллинге.
alarm-credit-next = Далее: проверить зачисление
alarm-operation-to-credit = Номер операции на платформе
alarm-to-credit = Будет зачислено
alarm-confirm-title = Всё верно?
alarm-is-credited = { $amount } зачислено, сигнал закрыт.

inbox-payment = Номер платежа в уведомлении
inbox-what = Что сообщается
inbox-amount = Сумма
inbox-method = Способ
inbox-account = Лицевой счёт
inbox-age = Возраст
inbox-about = Платформа сообщает об этих платежах, но в учёте их нет. Они ждут, пока платёж не будет записан или пока человек не примет решение.
inbox-empty = Уведомлений здесь нет.
inbox-list = Уведомления без платежа
inbox-waits = Ждёт не меньше
inbox-age-any = любой срок
inbox-age-hour = часа
inbox-age-day = суток
inbox-age-week = недели
inbox-title = Уведомления о платеже { $payment }
inbox-one-about = Платежа с таким номером в учёте нет. Выясните, чей он, например по чеку.
inbox-is-recorded = Платёж теперь записан, и его уведомления применены.
inbox-to-payment = Открыть платёж
inbox-is-decided = По этим уведомлениям решение уже принято.
inbox-undo = Если решение «не наш» было ошибкой, администратор ещё может записать платёж за клиентом командой «jetpay inbox resolve»; эти страницы не могут. Если платёж будет записан позже, его уведомления применятся тогда.
inbox-payment-status = Статус платежа
inbox-customer = Клиент в уведомлении
inbox-receipt = Чек
inbox-received-at = Пришло
inbox-message = Сообщение в том виде, как оно пришло
inbox-credit = Платёж нашего клиента
inbox-credit-means = Платёж будет записан за этим клиентом с этой суммой, и к нему применятся уведомления: успешное зачислит деньги.
inbox-customer-to-credit = Клиент
inbox-no-amount = Ни одно уведомление не называет сумму: спросите у JetPay, сколько пришло.
inbox-foreign-means = «Не наш»: платёж относится к другому мерчанту или к другой системе. Деньги не двигаются, и платформа больше не получает ошибок на эти уведомления.
inbox-final = На этих страницах отозвать решение нельзя: выбрать здесь клиента для этих уведомлений потом не получится. Если вы не уверены, пусть они ждут.
inbox-foreign = Не наш: больше не ждать
inbox-no-such-customer = Клиента с таким номером нет. Проверьте номер: из-за опечатки деньги потеряются.
inbox-credit-sentence = Записать платёж { $payment } за клиентом { $customer } на { $amount } и зачислить, если по уведомлениям он оплачен.
inbox-other-amount = Этой суммы нет ни в одном уведомлении.
inbox-contracts = Договоры клиента
inbox-is-credited = Платёж записан на { $amount }, его уведомления применены.
inbox-is-dismissed = Уведомления отмечены как «не наши».
