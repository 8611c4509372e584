# One payment: its story, and what a person can do about it.
payment-title = { $id } төлемі
payment-not-found = Мұндай нөмірлі төлем жоқ. Түбіртекті, операцияны немесе клиентті іздеп көріңіз.
payment-no-such-message = Бұл төлемде мұндай хабарлама жоқ.
payment-no-such-entry = Мұндай нөмірлі жазба жоқ.
payment-back = Төлемге қайту

# Its state in one sentence. Amounts have their currency.
payment-state-pending = { $amount } { $age } бұрын мәлімделді, нәтиже әлі жоқ.
payment-state-declined = { $amount } мәлімделді, төлем өтпеді.
payment-state-differs = { $paid } төленді, { $amount } мәлімделген: шешім керек.
payment-state-waits = { $amount } мәлімделді, хабарлама төлемге сәйкес келмейді: шешім керек.
payment-state-put-aside = { $amount } мәлімделді. Хабарлама төлемге сәйкес келмеді, ақша есептелген жоқ.
payment-state-credited = { $amount } төленді және есептелді.
payment-state-credited-other = { $amount } мәлімделді, { $credited } есептелді.
payment-state-partly-back = { $credited } есептелді, { $back } қайтарылды, { $remaining } қалды.
payment-state-refunded = { $credited } есептелді, кейін бәрі төлеушіге қайтарылды.
payment-state-reversed = { $credited } есептелді, кейін бәрі кері алынды.
payment-state-open = { $count ->
    [one] { $count } ескерту шешім күтеді.
   *[other] { $count } ескерту шешім күтеді.
}
payment-code = Код { $code }

# Facts.
payment-amount = Сома
payment-credited = Есептелді
payment-remaining = Одан қалғаны
payment-customer = Клиент
payment-customer-others = барлық төлемдері
payment-contract = Шарт
payment-method = Төлем тәсілі
payment-project = Жоба
payment-id = Төлем нөмірі
payment-receipts = Түбіртектер
payment-receipt = Түбіртек
payment-operations = Операциялар
payment-operation = Операция
payment-recorded = Жазылған уақыты
payment-flags = Ерекшелігі

# The story.
payment-story = Не болды
payment-story-part = Мұнда { $count } хабарламаның { $first }–{ $last } аралығы көрсетілген. Шешімдер мен жазбалар түгел осында.
payment-story-before = Бұрынғы хабарламалар
payment-story-next = Кейінгі хабарламалар
payment-story-cut = Алғашқы 1000 хабарлама ғана көрсетілген.
payment-asked = Сұрау.
payment-asked-what = { $method }: { $amount } толықтыру мәлімделді, клиент
payment-asked-contract = шарт
payment-asked-flags = Ерекшелігі:
payment-answered = Жауап.
payment-answered-what = Біз оны мына нөмірмен қабылдадық:
payment-recorded-by-hand = { $amount } төлемін қызметкер кіріс хабарламасы бойынша жазды.
payment-told = Хабарлама.
payment-of-operation = операция { $id }
payment-of-status = төлем: { $status }
payment-platform-time = Платформада:
payment-other-project = Оған басқа жоба қол қойған: { $project }.
payment-outcome = Онымен не істелді:
payment-alarm = Ескерту.
payment-alarm-open = Шешім күтеді.
payment-of-alarm = { $seq } ескертуі
payment-decided = Шешім.
payment-recorded-with = төлем { $amount } сомасымен жазылды
payment-reason = Себебі:
payment-of-entry = { $seq } жазбасы
payment-corrects = { $seq } жазбасының күшін жояды

# Raw messages.
payment-raw = Хабарламаның келген түрі, { $bytes } байт
payment-raw-role = Хабарламалардың өзін «resolve» және «all» рөлдері көреді.
payment-raw-cut = { $bytes } байттың алғашқы 64 КБ ғана көрсетілген.
payment-signature-holds = Қолтаңба дұрыс: жобаның № { $secret } құпиясы, { $order }.
payment-signature-answer = Бұл — платформаның төлем туралы сұраққа берген жауабы.
payment-signature-refused = Бүгін хабарлама өрістеріне байланысты қабылданбас еді.
payment-signature-wrong = Қолтаңба конфигурациядағы құпиялардың ешқайсысына сәйкес келмейді. Құпия ескі болуы мүмкін: оны бұрынғы құпия ретінде қосып, сервисті қайта іске қосыңыз.
payment-signature-no-project = Хабарламадағы жоба конфигурацияда жоқ, қолтаңбаны тексеру мүмкін емес.
payment-signature-unreadable = Хабарлама оқылмайды, қолтаңбаны тексеру мүмкін емес.
payment-order-natural = жолдардың табиғи реті
payment-order-byte = жолдардың байт бойынша реті

# Deliveries of an entry to the merchant's own systems.
payment-delivery-not-yet = әлі жіберілген жоқ.
payment-delivery-left = жіберілген жоқ: бұл жүйе енді конфигурацияда жоқ.
payment-delivery-waiting = { $attempts ->
    [one] күтіп тұр, { $attempts } әрекет болды.
   *[other] күтіп тұр, { $attempts } әрекет болды.
}
payment-delivery-parked = { $attempts ->
    [one] тоқтатылды, { $attempts } әрекет болды; шешім керек.
   *[other] тоқтатылды, { $attempts } әрекет болды; шешім керек.
}
payment-delivery-behind = өз кезегін күтіп тұр: бір клиенттің жазбалары ретімен жеткізіледі, оның алдында —
payment-delivery-why = Соңғы себебі:
payment-delivery-due = Қайта жіберіледі:
payment-delivery-left-waits = Бұл жүйе енді конфигурацияда жоқ, сондықтан қайта жіберілмейді.
payment-delivery-skipped = жіберілмейді: қызметкер солай шешті.
payment-delivery-not-deliverable = жіберілмейді: қабылдаушының хаттамасында мұндай хабарлама жоқ.
payment-delivery-delivered = жеткізілді.
payment-delivery-older = жіберілмеді: жазба бұл қабылдаушыдан бұрын пайда болған.
payment-delivery-delivered-or-older = жеткізілді немесе бұл қабылдаушыдан бұрын пайда болған.
payment-delivery-receipt = Қабылдаушыдағы нөмірі:

# What a person can do.
payment-actions = Не істеуге болады
payment-decide = { $seq } ескертуі бойынша шешу: { $title }
payment-alarm-waits = { $seq } ескертуі шешім күтеді: { $title }
payment-parked = { $seq } жазбасын { $endpoint } қабылдаушысына жеткізу туралы шешу
payment-parked-waits = { $seq } жазбасын { $endpoint } қабылдаушысына жеткізу шешім күтеді
payment-usual = Әдетте платформа нәтижені бірнеше секундта хабарлайды. { $long } өткенде нәтиже болмаса, платформадан сұраңыз.
payment-late = Әдетте платформа нәтижені бірнеше секундта хабарлайды, ал мұнда ол { $long } уақыттан ұзақ жоқ: қазір платформадан сұраңыз. Төлеуші төлемеген болуы мүмкін. Хабарлама төлем мәлімделгеннен кейін 47 күн ішінде келуі мүмкін; сонда ақша өзі есептеледі.
payment-ask = Платформадан осы төлем туралы сұрау
payment-ask-what = Платформа төлемнің не болғанын айтады. Сұрақ ештеңені өзгертпейді: алдымен жауапты көресіз, содан кейін оны қолдану-қолданбауды шешесіз.
payment-ask-role = Платформадан осы төлем туралы «resolve» немесе «all» рөлі бар қызметкер сұрай алады.
payment-ask-no-gate = Платформадан осы жерден сұрау мүмкін емес: конфигурацияда [gate] жоқ.
payment-ask-jetpay = Төлеушіде түбіртек болса, ал нәтиже келмесе, мына нөмірлермен JetPay-ге хабарласыңыз:
payment-ask-jetpay-amount = Қанша ақша түскенін JetPay-ден сұраңыз, мына нөмірлерді айтыңыз:
payment-ask-jetpay-whether = Платформа хабарлама жіберді, бірақ ештеңе есептелген жоқ. Ақша түскен-түспегенін JetPay-ден сұраңыз, мына нөмірлерді айтыңыз:
payment-ask-jetpay-declined = Төлем өтпеді, клиентке ештеңе есептелген жоқ. Төлеушіде бәрібір түбіртек болса, мына нөмірлермен JetPay-ге хабарласыңыз:
payment-nothing = Мұнда шешетін ештеңе жоқ.
payment-undo = Жазбаның күшін жою
payment-undo-what = Түзету кері таңбалы жаңа жазба қосады. Ештеңе өшірілмейді.
payment-undo-entry = { $seq } жазбасының күшін жою: { $kind } { $amount }
payment-used = { $operation } операциясы бойынша есептеудің күші жойылды. Бұл операцияны мұнда енді есептеуге болмайды: ол бойынша ақша келген болса, дұрыс соманы өз биллингіңізде өткізіңіз.
payment-if-wrong = Ақша қызметкердің шешімімен есептелді. Ол басқа клиентке кетсе немесе сома қате болса, төмендегі жазбаның күшін жойыңыз, ал дұрыс соманы тиісті клиентке өз биллингіңізде өткізіңіз: бұл операцияны мұнда екінші рет есептеуге болмайды.

# The platform's answer.
payment-answer-title = Платформа { $id } төлемі туралы не дейді
payment-answer-status = Төлемнің платформадағы мәртебесі: { $status }.
payment-answer-operations = Платформа жауабындағы операциялар
payment-operation-type = Түрі
payment-operation-status = Мәртебесі
payment-operation-code = Код
payment-operation-known = Бізде
payment-operation-is-known = бар
payment-operation-is-new = жаңа
payment-answer-unsigned = Жауапқа жобаның құпиясымен қол қойылмаған: ол ештеңені дәлелдемейді, оны қолдану мүмкін емес.
payment-answer-rejected = Жауапқа қол қойылған, бірақ оны қолдану мүмкін емес:
payment-answer-ask-for-it = JetPay-ден хабарламаны қайта жіберуді немесе Gate жауаптарына қол қоюды сұраңыз.
payment-answer-changed = Платформа енді сіз көргеннен басқаны айтады. Ештеңе өзгерген жоқ. Жаңа жауапты қараңыз.
payment-not-known = Платформа бұл төлемді білмейді (код 3061). Ештеңе өзгерген жоқ. Төлеуші төлемеген болуы мүмкін. Түбіртек болса, оның нөмірімен және төлем нөмірімен JetPay-ге хабарласыңыз.
payment-unanswered = Платформа жарамды жауап бермеді: { $why }. Ештеңе өзгерген жоқ. Кейінірек қайталап көріңіз.
payment-apply-title = Жауапты қолдансаңыз
payment-to-customer = клиент
payment-will-alarm = Ескерту пайда болады:
payment-no-money = Ақша қозғалмайды.
payment-apply = Қолдану: { $amount }
payment-apply-nothing = Қолдану: ақша қозғалмайды
payment-confirmed = Платформаның жауабы қолданылды.

# The correction of an entry.
payment-correct-title = { $seq } жазбасының күшін жою
payment-entry = Жазба
payment-remaining-then = Төлемнен қалатыны
payment-balance-then = Клиенттің балансы болады
payment-correct-takes = { $customer } клиентінен { $amount } кері алынады.
payment-correct-gives = { $customer } клиентіне { $amount } қайтарылады.
payment-correct-stays = Жазба есепте қалады, жанына сіздің атыңыз бен себебіңіз бар түзету қосылады. Түзетудің күшін жоюға болмайды.
payment-correct-used-credit = { $operation } операциясы пайдаланылған болып қалады: оны мұнда енді есептеуге болмайды, басқа сомамен де, басқа төлемге де. Ол бойынша ақша келген болса, дұрыс соманы өз биллингіңізде өткізіңіз.
payment-correct-used = { $operation } операциясы пайдаланылған болып қалады: оның хабарламасы қайталанса да, бұл жазба қайта жасалмайды. Жазбаның бір бөлігі дұрыс болса, сол бөлігін өз биллингіңізде өткізіңіз.
payment-correct-take = { $amount } кері алу
payment-correct-give = { $amount } қайтару
payment-corrected = { $seq } жазбасының күші жойылды: { $amount }.
payment-corrected-entry = { $seq } жазбасының күші жойылды.
