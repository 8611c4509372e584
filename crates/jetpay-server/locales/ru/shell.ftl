# The frame of every page, the sign-in, lists and errors.
skip-to-content = Перейти к содержанию
nav-label = Страницы
nav-search = Поиск
nav-alarms = Сигналы
nav-inbox = Входящие
nav-payouts = Выплаты
nav-reconciliations = Сверка
nav-deliveries = Доставка
nav-today = Сегодня
nav-open = { $count ->
    [one] { $count } открытый
    *[other] { $count } открытых
}
nav-waiting = { $count ->
    [one] { $count } ждёт
    *[other] { $count } ждут
}
sign-out = Выйти
role-read = только просмотр
role-resolve = решения по платежам
role-pay = выплаты
role-all = все права
footer-zone = Время — по зоне { $zone }, рядом UTC.
list-empty = { $list }: здесь пусто.
list-next = Следующая страница
list-csv = Скачать CSV
list-currency = { $column }, валюта
error-title = Не получилось
error-back = К поиску
error-back-to-form = Назад к странице с формой
error-no-such-page = Такой страницы нет.
error-forbidden = Ваш токен этого не разрешает. Нужна роль «{ $role }» или «all».
error-bad-form = Форма пришла не в том виде, в каком её отправляют эти страницы. Вернитесь и попробуйте ещё раз.
error-not-utf8 = Форма пришла не в кодировке UTF-8, поэтому ничего не изменено. Откройте страницу ещё раз в обычном браузере и заполните форму заново.
error-too-large = Форма больше 64 КБ. Напишите короче или выберите меньше сигналов.
error-unavailable = База данных сейчас недоступна. Ничего не изменено. Попробуйте позже.
error-other-site = Форма пришла с другого сайта, поэтому ничего не изменено. Откройте страницу здесь и попробуйте ещё раз.
sign-in-title = Вход
sign-in = Войти
sign-in-token = Токен
sign-in-wrong = Такого токена нет. Скопируйте его ещё раз, без пробелов в начале и в конце.

# How long something lasted or is ago.
length-seconds = { $count } с
length-minutes = { $count } мин
length-hours = { $count } ч
length-hours-minutes = { $hours } ч { $minutes } мин
length-days = { $count ->
    [one] { $count } день
    [few] { $count } дня
   *[other] { $count } дней
}
