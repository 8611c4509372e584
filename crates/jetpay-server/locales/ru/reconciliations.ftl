# Reconciliations with the platform's books, and the differences that they find.
reconciliation-newest = Сверки, сначала новые
reconciliation-none = Записанных сверок пока нет. Их делает расписание из конфигурации или команда «jetpay reconcile».
reconciliation-title = Сверка { $run }
reconciliation-not-found = Сверки с таким номером нет.
reconciliation-wrong-before = Ссылка на следующую страницу испорчена.
reconciliation-wrong-filter = Такого вида результатов нет, или ссылка на следующую страницу испорчена.
reconciliation-from-the-start = В начало
reconciliation-col-run = Сверка
reconciliation-col-from = С
reconciliation-col-to = По (не включая)
reconciliation-col-sources = Данные платформы
reconciliation-col-matched = Совпало
reconciliation-col-differences = Расхождений
reconciliation-col-open = Открыто сейчас
reconciliation-col-time = Записана
reconciliation-col-by = Кто
reconciliation-col-count = Количество
reconciliation-col-meaning = Что это значит
reconciliation-col-advice = Что делать
reconciliation-col-project = Проект
reconciliation-col-type = Тип
reconciliation-col-difference = Разница
reconciliation-col-explained = Объясняют результаты
reconciliation-by-schedule = По расписанию
reconciliation-ledger = Учёт до проводки
reconciliation-source = Данные платформы
reconciliation-rows = { $count ->
    [one] { $count } строка
    [few] { $count } строки
   *[other] { $count } строк
}
reconciliation-counts = Результаты по видам
reconciliation-sums = Деньги по проектам, валютам и типам
reconciliation-all-results = Все результаты
reconciliation-no-results = Таких результатов нет.
reconciliation-large-sum = { $minor } минимальных единиц { $currency }
reconciliation-does-not-add-up = Суммы не сходятся: на этот отчёт нельзя полагаться.
reconciliation-nothing-compared = Сравнивать было нечего: за этот период операций нет ни в учёте, ни в данных платформы.
reconciliation-agrees = Делать ничего не нужно: учёт сходится с данными платформы.
reconciliation-all-decided = Делать ничего не нужно: по каждому расхождению решение принято.
reconciliation-to-do = { $count ->
    [one] Нужно разобрать { $count } расхождение.
    [few] Нужно разобрать { $count } расхождения.
   *[other] Нужно разобрать { $count } расхождений.
}
difference-open = Открытые расхождения всех сверок
difference-none-open = Открытых расхождений нет.
difference-none-found = Открытых расхождений такого вида нет.
difference-cut = Упорядочены и показаны только первые { $count }.
difference-col-id = Расхождение
difference-col-kind = Вид
difference-col-time = Когда
difference-col-amount = Сумма
difference-col-payment = Платёж
difference-col-ours = У нас
difference-col-theirs = У платформы
difference-col-first-run = Впервые найдено сверкой
difference-col-operation = Операция
difference-col-why = Почему
difference-col-line = Строка
difference-col-state = Состояние сейчас
difference-col-alarm = Сигнал
difference-col-decision = Решение
difference-last-run = Последний раз найдено сверкой
difference-by = Кто решил
difference-decided = Когда решено
difference-all-kinds = Все виды
difference-order = Порядок
difference-order-newest = сначала новые
difference-order-oldest = сначала старые
difference-order-amount = сначала большие суммы
difference-show = Показать
difference-choose = Решить по отмеченным
difference-choose-one = Отметить расхождение { $id }: { $about }
difference-wrong-kind = Такого вида расхождений нет. Выберите его ещё раз.
difference-wrong-order = Такого порядка нет. Выберите его ещё раз.
difference-wrong-from = Ссылка на следующую страницу испорчена.
difference-not-found = Расхождения с таким номером нет.
difference-title = Расхождение: { $kind }
difference-verdict = Ваше решение
difference-will-foreign = Операция не наша. Следующие сверки больше не считают её расхождением.
difference-will-accepted = Оставить как есть: делать ничего не нужно.
difference-no-money = Решение не двигает денег, и отозвать его нельзя. Оно закрывает сигнал об этом расхождении и действует, пока факты не изменятся.
difference-no-verdict = Выберите решение.
difference-decide = Принять решение
difference-decide-many = Решение по нескольким расхождениям
difference-button = Записать решение
difference-button-amount = Записать решение о { $amount }
difference-button-many = Записать решение по { $count ->
    [one] { $count } расхождению
   *[other] { $count } расхождениям
}: { $total }
difference-how-many = { $count ->
    [one] Отмечено { $count } расхождение
    [few] Отмечено { $count } расхождения
   *[other] Отмечено { $count } расхождений
}, сумма с учётом знаков: { $total }
difference-chosen = Отмеченные расхождения
difference-none-chosen = Ни одно расхождение не отмечено.
difference-back = К открытым расхождениям
difference-done = { $count ->
    [one] Записано { $count } решение.
    [few] Записано { $count } решения.
   *[other] Записано { $count } решений.
}
difference-left = { $count ->
    [one] { $count } из отмеченных уже не открыто и остаётся как есть.
   *[other] { $count } из отмеченных уже не открыты и остаются как есть.
}
difference-broken-off = Записано решений: { $count } из { $all }, затем база данных стала недоступна. По остальным решите ещё раз.
difference-is-closed = Более поздняя сверка показала, что стороны сходятся. Решать нечего.
difference-who-decides = Решение принимает человек с ролью «resolve».
difference-undo = Если решение было ошибкой
difference-how-to-undo = Записанное решение не меняется. Денег оно не двигало, поэтому возвращать нечего. Приведите в порядок факты: отмените проводку или подтвердите платёж и сверьте ещё раз. Если следующая сверка найдёт другие факты, расхождение само откроется снова, и вы решите заново.
# A short name for each kind.
difference-kind-matched = Совпадает
difference-kind-not_final = Ещё не завершено
difference-kind-too_fresh = Слишком свежее
difference-kind-declined_both = Отклонено с обеих сторон
difference-kind-foreign = Не наше
difference-kind-outside = Вне сверки
difference-kind-changed_there = Изменено у платформы
difference-kind-not_credited = У нас не зачислено
difference-kind-not_there = Нет у платформы
difference-kind-amount_differs = Разные суммы
difference-kind-currency_differs = Разные валюты
difference-kind-payment_differs = Другой платёж
difference-kind-type_differs = Разные типы
difference-kind-taken_back_there = Возвращено у платформы
difference-kind-taken_back_here = Возвращено у нас
difference-kind-twice_there = Дважды у платформы
difference-kind-twice_here = Дважды у нас
difference-kind-unreadable = Строка не читается
# What each kind means.
difference-meaning-matched = стороны говорят одно и то же
difference-meaning-not_final = у платформы ещё нет окончательного статуса, и у нас ничего не записано
difference-meaning-too_fresh = операция так близко к концу периода, что другая сторона может ещё её показать
difference-meaning-declined_both = обе стороны знают, что операция не прошла
difference-meaning-foreign = человек уже сказал, что операция не ваша
difference-meaning-outside = вне периода или другого проекта
difference-meaning-changed_there = в более позднем отчёте другая версия; действует более поздняя
difference-meaning-not_credited = платформа сообщает об успехе, а зачисление не записано
difference-meaning-not_there = проводка есть, а у платформы такой операции нет
difference-meaning-amount_differs = суммы различаются
difference-meaning-currency_differs = валюты различаются
difference-meaning-payment_differs = операция относится к другому платежу
difference-meaning-type_differs = типы операции различаются
difference-meaning-taken_back_there = платформа вернула деньги или отклонила операцию, а у нас это не записано
difference-meaning-taken_back_here = у нас записан возврат денег, а платформа их не возвращала
difference-meaning-twice_there = у одной операции два содержания в одном отчёте
difference-meaning-twice_here = одна операция дважды двигала деньги в учёте, что запрещено его правилами
difference-meaning-unreadable = строку нельзя прочитать
# What to do about each kind.
difference-advice-compare = Спросите JetPay, какая сторона права. Если ошибка у вас, отмените проводку.
difference-advice-too_fresh = Сверьте этот период ещё раз позже.
difference-advice-not_credited = Если платёж ожидает, примените подписанный статус платформы. Если его уведомление ждёт во входящих или в сигнале, примите решение там.
difference-advice-not_there = Сразу спросите JetPay об операции. Если платежа не было, отмените проводку.
difference-advice-amount_differs = { difference-advice-compare }
difference-advice-currency_differs = { difference-advice-compare }
difference-advice-payment_differs = { difference-advice-compare }
difference-advice-type_differs = { difference-advice-compare }
difference-advice-taken_back_there = Примените подписанный статус платформы или найдите сигнал об этом платеже.
difference-advice-taken_back_here = { difference-advice-compare }
difference-advice-twice_there = Получите отчёт ещё раз. Если не поможет, спросите JetPay.
difference-advice-twice_here = Проверьте учёт и сообщите об этом авторам jetpay.
difference-advice-unreadable = Исправьте описание столбцов или файл и сверьте ещё раз.
