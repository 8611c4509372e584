# Deliveries to the merchant's own systems: how each stands, what waits, decisions, and replays.
delivery-intro = Сервис сообщает системам мерчанта о каждой проводке, а если им нужно — и о сигналах.
delivery-none = В конфигурации нет систем, которым нужно что-то доставлять.
delivery-streams = Системы
delivery-col-endpoint = Система
delivery-col-feed = Что получает
delivery-col-where = Куда
delivery-col-lag = Не доставлено
delivery-col-waiting = Ждут
delivery-col-parked = Остановлены
delivery-col-oldest = Самое старое из недоставленного
delivery-col-cursor = Обработано до номера
delivery-col-last = Последний номер
delivery-col-item = Номер
delivery-col-what = Что это
delivery-col-amount = Сумма
delivery-col-payment = Платёж
delivery-col-customer = Клиент
delivery-col-state = Состояние
delivery-col-attempts = Попыток
delivery-col-why = Почему
delivery-col-since = Ждёт с
delivery-col-due = Следующая отправка
delivery-col-behind = Ждёт номера
delivery-state-behind = Ждёт очереди за номером { $first } того же клиента
delivery-mail = Почта
delivery-mail-where = Адреса из конфигурации
delivery-left = Нет в конфигурации
delivery-left-means = Этой системы больше нет в конфигурации, поэтому ей ничего не отправляется. То, что ждёт, можно только пропустить, проведя вручную. Если система вернётся под тем же именем, доставка продолжится.
delivery-no-stream = Системы с таким именем, которая это получает, нет.
delivery-no-item = Ничего с таким номером здесь не ждёт.
delivery-title = Доставка: { $name }, { $feed }
delivery-not-begun = Доставка ещё не началась.
delivery-waiting = Что ждёт
delivery-nothing-waits = Ничего не ждёт.
delivery-show-parked = Только остановленные
delivery-show-all = Показать все
delivery-wrong-state = Такого состояния для показа нет.
delivery-wrong-after = Ссылка на следующую страницу испорчена.
delivery-from-the-start = В начало
delivery-choose = Решить по отмеченным
delivery-choose-one = Отметить { $number }: { $about }
delivery-who-decides = Решение принимает человек с ролью «resolve».
delivery-held = Удержано, чтобы пропустить.
delivery-chosen = Отмеченное
delivery-none-chosen = Ничего не отмечено.
delivery-back = К тому, что ждёт
delivery-how-many = Отмечено: { $count }.
delivery-will-retry = Отправить снова: каждое сообщение уйдёт сейчас под тем же номером. Система, которая хранит номера, ничего не проведёт дважды.
delivery-will-skip = Пропустить: каждое считается доставленным и больше не отправляется. Система о нём не узнает: проведите его там вручную.
delivery-button-retry = { $count ->
    [one] Отправить снова { $count } сообщение
    [few] Отправить снова { $count } сообщения
   *[other] Отправить снова { $count } сообщений
}
delivery-button-skip = { $count ->
    [one] Пропустить { $count } сообщение
    [few] Пропустить { $count } сообщения
   *[other] Пропустить { $count } сообщений
}
delivery-done-waiting = Отправляется снова: { $count }.
delivery-done-skipped = Пропущено: { $count }.
delivery-left-as-is = { $count ->
    [one] { $count } из отмеченных больше не ждёт.
   *[other] { $count } из отмеченных больше не ждут.
}
delivery-broken-off = Затем база данных стала недоступна. По остальным решите ещё раз.
delivery-is-held = Удержано, но пока не пропущено: { $count }. Возможно, попытка отправки ещё идёт. Больше отправлять не будем.
delivery-held-until = Пропустите ещё раз после
delivery-replay = Доставить заново
delivery-replay-means = Если система потеряла то, что у неё было, ей можно доставить заново всё после некоторого номера: в том же порядке и под теми же номерами.
delivery-replay-cursor = У системы обработано до номера { $cursor }.
delivery-replay-after = Доставить заново всё после номера
delivery-replay-plan = Показать план
delivery-replay-wrong = Напишите номер целым числом, 0 или больше.
delivery-plan = План
delivery-plan-count = { $count ->
    [one] Заново будет доставлено { $count } сообщение.
    [few] Заново будут доставлены { $count } сообщения.
   *[other] Заново будет доставлено { $count } сообщений.
}
delivery-plan-from = Первое — от
delivery-plan-to = Последнее — от
delivery-plan-left-out = Не отправляются: их пропустил человек или система их не принимает
delivery-plan-means = То, что ждёт после этого номера, больше не ждёт: оно доставляется в свою очередь. Система, которая хранит номера, ничего не проведёт дважды.
delivery-button-replay = { $count ->
    [one] Доставить заново { $count } сообщение
    [few] Доставить заново { $count } сообщения
   *[other] Доставить заново { $count } сообщений
}
delivery-replayed = Возврат на { $count } номеров назад: сервис доставляет оттуда заново.

# Why a delivery failed.
delivery-failed-status = статус HTTP { $status }
delivery-failed-redirect = это перенаправление, сервис по нему не идёт; укажите адрес, на который оно ведёт
delivery-failed-login = проверьте логин или секрет
delivery-failed-url = проверьте URL
delivery-failed-result = результат { $code }: { $meaning }
delivery-failed-unknown = { $result }, а у нас такой попытки не было
delivery-failed-sum = { $result }, но на { $theirs }, а мы сообщили { $ours }
delivery-failed-no-project = в конфигурации нет проекта { $it }
delivery-failed-left-project = проекта { $it } больше нет в «projects» этого получателя: добавьте его снова и повторите отправку или пропустите
delivery-failed-no-item = в учёте здесь нет номера { $it }
delivery-failed-no-connection = нет соединения
delivery-failed-no-answer = ответ не пришёл вовремя
delivery-failed-broken = соединение оборвалось
delivery-failed-unreadable = ответ нельзя прочитать
delivery-failed-store = база данных не отвечает вовремя
delivery-failed-no-sum = платёж без положительной суммы сообщить биллингу нельзя
# What the results of billings mean.
delivery-result-done = выполнено
delivery-result-a-temporary-error = временная ошибка
delivery-result-wrong-form-of-the-account = неверный формат лицевого счёта
delivery-result-no-such-account = такого лицевого счёта нет
delivery-result-payments-are-forbidden-by-the-provider = провайдер запретил платежи
delivery-result-a-double-request = запрос повторный
delivery-result-wrong-extra-parameters = неверные дополнительные параметры
delivery-result-the-exchange-rate-changed = курс изменился
delivery-result-the-account-is-not-active = лицевой счёт не активен
delivery-result-the-payment-is-not-finished = платёж не завершён
delivery-result-the-amount-is-too-small = сумма слишком мала
delivery-result-the-amount-is-too-large = сумма слишком велика
delivery-result-the-state-of-the-account-cannot-be-checked = проверить состояние лицевого счёта нельзя
delivery-result-another-error = другая ошибка
delivery-result-not-found = не найдено
delivery-result-cancelled = отменено
delivery-result-paid-already = уже оплачено
delivery-result-in-progress = выполняется
delivery-result-which-the-protocol-does-not-have = такого результата в протоколе нет
