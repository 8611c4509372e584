# One payment: its story, and what a person can do about it.
payment-title = Платёж { $id }
payment-not-found = Платежа с таким номером нет. Попробуйте найти чек, операцию или клиента.
payment-no-such-message = У этого платежа нет такого сообщения.
payment-no-such-entry = Проводки с таким номером нет.
payment-back = Назад к платежу

# Its state in one sentence. Amounts have their currency.
payment-state-pending = Заявлено { $amount } { $age } назад, результата пока нет.
payment-state-declined = Заявлено { $amount }, платёж не прошёл.
payment-state-differs = Оплачено { $paid }, заявлено { $amount }: нужно решение.
payment-state-waits = Заявлено { $amount }, уведомление не подходит к платежу: нужно решение.
payment-state-put-aside = Заявлено { $amount }. Уведомление не подошло к платежу, деньги не зачислены.
payment-state-credited = Оплачено и зачислено { $amount }.
payment-state-credited-other = Заявлено { $amount }, зачислено { $credited }.
payment-state-partly-back = Зачислено { $credited }, возвращено { $back }, осталось { $remaining }.
payment-state-refunded = Зачислено { $credited }, потом всё возвращено плательщику.
payment-state-reversed = Зачислено { $credited }, потом всё списано обратно.
payment-state-open = { $count ->
    [one] { $count } сигнал ждёт решения.
    [few] { $count } сигнала ждут решения.
   *[other] { $count } сигналов ждут решения.
}
payment-code = Код { $code }

# Facts.
payment-amount = Сумма
payment-credited = Зачислено
payment-remaining = Из них осталось
payment-customer = Клиент
payment-customer-others = все платежи
payment-contract = Договор
payment-method = Способ оплаты
payment-project = Проект
payment-id = Номер платежа
payment-receipts = Чеки
payment-receipt = Чек
payment-operations = Операции
payment-operation = Операция
payment-recorded = Записано
payment-flags = Необычное

# The story.
payment-story = Что произошло
payment-story-part = Здесь уведомления с { $first } по { $last } из { $count }. Решения и проводки здесь все.
payment-story-before = Более ранние уведомления
payment-story-next = Более поздние уведомления
payment-story-cut = Показаны только первые 1000 уведомлений.
payment-asked = Запрос.
payment-asked-what = { $method }: заявлено пополнение на { $amount }, клиент
payment-asked-contract = договор
payment-asked-flags = Необычное:
payment-answered = Ответ.
payment-answered-what = Мы приняли его под номером
payment-recorded-by-hand = Платёж на { $amount } записал сотрудник по уведомлению из входящих.
payment-told = Уведомление.
payment-of-operation = операция { $id }
payment-of-status = платёж: { $status }
payment-platform-time = На платформе:
payment-other-project = Его подписал другой проект: { $project }.
payment-outcome = Что с ним сделано:
payment-alarm = Сигнал.
payment-alarm-open = Ждёт решения.
payment-of-alarm = сигнал { $seq }
payment-decided = Решение.
payment-recorded-with = платёж записан на { $amount }
payment-reason = Причина:
payment-of-entry = проводка { $seq }
payment-corrects = отменяет проводку { $seq }

# Raw messages.
payment-raw = Сообщение как оно пришло, { $bytes } байт
payment-raw-role = Сами сообщения видят роли «resolve» и «all».
payment-raw-cut = Показаны только первые 64 КБ из { $bytes } байт.
payment-signature-holds = Подпись верна: секрет № { $secret } проекта, { $order }.
payment-signature-answer = Это ответ платформы на вопрос о платеже.
payment-signature-refused = Сегодня сообщение не было бы принято из-за его полей.
payment-signature-wrong = Подпись не подходит ни к одному секрету из конфигурации. Возможно, секрет старый: добавьте его как прошлый и перезапустите сервис.
payment-signature-no-project = Проекта из сообщения нет в конфигурации, проверить подпись нельзя.
payment-signature-unreadable = Сообщение не читается, проверить подпись нельзя.
payment-order-natural = естественный порядок путей
payment-order-byte = побайтовый порядок путей

# Deliveries of an entry to the merchant's own systems.
payment-delivery-not-yet = ещё не отправлено.
payment-delivery-left = не отправлено: этой системы больше нет в конфигурации.
payment-delivery-waiting = { $attempts ->
    [one] ждёт, была { $attempts } попытка.
    [few] ждёт, было { $attempts } попытки.
   *[other] ждёт, было { $attempts } попыток.
}
payment-delivery-parked = { $attempts ->
    [one] остановлено, была { $attempts } попытка; нужно решение.
    [few] остановлено, было { $attempts } попытки; нужно решение.
   *[other] остановлено, было { $attempts } попыток; нужно решение.
}
payment-delivery-behind = ждёт своей очереди: проводки одного клиента доставляются по порядку, а перед ней —
payment-delivery-why = Последняя причина:
payment-delivery-due = Повторная отправка:
payment-delivery-left-waits = Этой системы больше нет в конфигурации, поэтому повторной отправки не будет.
payment-delivery-skipped = не отправляется: так решил сотрудник.
payment-delivery-not-deliverable = не отправляется: в протоколе получателя нет такого сообщения.
payment-delivery-delivered = доставлено.
payment-delivery-older = не отправлялось: проводка старше, чем этот получатель.
payment-delivery-delivered-or-older = доставлено или старше, чем этот получатель.
payment-delivery-receipt = Номер у получателя:

# What a person can do.
payment-actions = Что можно сделать
payment-decide = Решить по сигналу { $seq }: { $title }
payment-alarm-waits = Сигнал { $seq } ждёт решения: { $title }
payment-parked = Решить, доставлять ли проводку { $seq } получателю { $endpoint }
payment-parked-waits = Доставка проводки { $seq } получателю { $endpoint } ждёт решения
payment-usual = Обычно платформа сообщает результат за несколько секунд. Если через { $long } его не будет, спросите платформу.
payment-late = Обычно платформа сообщает результат за несколько секунд, а здесь его нет дольше { $long }: спросите платформу сейчас. Возможно, плательщик не заплатил. Уведомление ещё может прийти в течение 47 дней после заявки на платёж; тогда деньги зачислятся сами.
payment-ask = Спросить платформу об этом платеже
payment-ask-what = Платформа скажет, что стало с платежом. Вопрос ничего не меняет: сначала вы увидите ответ, потом решите, применять ли его.
payment-ask-role = Спросить платформу об этом платеже может сотрудник с ролью «resolve» или «all».
payment-ask-no-gate = Спросить платформу отсюда нельзя: в конфигурации нет [gate].
payment-ask-jetpay = Если у плательщика есть чек, а результата всё нет, обратитесь в JetPay с этими номерами:
payment-ask-jetpay-amount = Спросите JetPay, сколько денег поступило, и назовите эти номера:
payment-ask-jetpay-whether = Платформа прислала уведомление, но ничего не зачислено. Спросите JetPay, поступили ли деньги, и назовите эти номера:
payment-ask-jetpay-declined = Платёж не прошёл, клиенту ничего не зачислено. Если у плательщика всё же есть чек, обратитесь в JetPay с этими номерами:
payment-nothing = Решать здесь нечего.
payment-undo = Отменить проводку
payment-undo-what = Исправление добавляет новую проводку с обратным знаком. Ничего не удаляется.
payment-undo-entry = Отменить проводку { $seq }: { $kind } { $amount }
payment-used = Зачисление операции { $operation } отменено. Эту операцию здесь больше зачислить нельзя: если деньги по ней пришли, проведите верную сумму в своём биллинге.
payment-if-wrong = Деньги зачислены по решению сотрудника. Если они достались не тому клиенту или сумма неверна, отмените проводку ниже, а верную сумму проведите нужному клиенту в своём биллинге: второй раз эту операцию здесь зачислить нельзя.

# The platform's answer.
payment-answer-title = Что говорит платформа о платеже { $id }
payment-answer-status = Статус платежа на платформе: { $status }.
payment-answer-operations = Операции из ответа платформы
payment-operation-type = Вид
payment-operation-status = Статус
payment-operation-code = Код
payment-operation-known = У нас
payment-operation-is-known = уже есть
payment-operation-is-new = новая
payment-answer-unsigned = Ответ не подписан секретом проекта: он ничего не доказывает, и применить его нельзя.
payment-answer-rejected = Ответ подписан, но применить его нельзя:
payment-answer-ask-for-it = Попросите JetPay повторить уведомление или подписывать ответы Gate.
payment-answer-changed = Платформа говорит уже не то, что вы видели. Ничего не изменено. Посмотрите новый ответ.
payment-not-known = Платформа не знает этого платежа (код 3061). Ничего не изменено. Возможно, плательщик не заплатил. Если есть чек, обратитесь в JetPay с его номером и номером платежа.
payment-unanswered = Платформа не дала пригодного ответа: { $why }. Ничего не изменено. Попробуйте позже.
payment-apply-title = Если применить ответ
payment-to-customer = клиент
payment-will-alarm = Появится сигнал:
payment-no-money = Деньги не двигаются.
payment-apply = Применить: { $amount }
payment-apply-nothing = Применить: деньги не двигаются
payment-confirmed = Ответ платформы применён.

# The correction of an entry.
payment-correct-title = Отмена проводки { $seq }
payment-entry = Проводка
payment-remaining-then = Останется от платежа
payment-balance-then = Баланс клиента станет
payment-correct-takes = У клиента { $customer } будет списано { $amount }.
payment-correct-gives = Клиенту { $customer } будет возвращено { $amount }.
payment-correct-stays = Проводка останется в учёте, рядом встанет исправление с вашим именем и причиной. Отменить исправление нельзя.
payment-correct-used-credit = Операция { $operation } останется использованной: зачислить её здесь больше нельзя, ни на другую сумму, ни по другому платежу. Если деньги по ней пришли, проведите верную сумму в своём биллинге.
payment-correct-used = Операция { $operation } останется использованной: повтор её уведомления не создаст эту проводку снова. Если часть проводки была верной, проведите эту часть в своём биллинге.
payment-correct-take = Списать { $amount }
payment-correct-give = Вернуть { $amount }
payment-corrected = Проводка { $seq } отменена: { $amount }.
payment-corrected-entry = Проводка { $seq } отменена.
