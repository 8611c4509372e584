//! What the merchant answers: to messages, and to whoever looks up the money.

use jetpay_cashin_kz::CashinKz;
use jetpay_core::serve::{refuse_unread, refuse_unread_callback, serve_callback};
use jetpay_core::{Keyring, Method, Rejection, Reply, serve};
use jetpay_kaspi::Kaspi;
use jetpay_kassa24::Kassa24;
use jetpay_kassa24_bvu::Kassa24Bvu;
use jetpay_qiwi_kz::QiwiKz;
use serde_json::{Value, json};

use super::web::{Answer, Incoming};
use super::{Fault, Shop};

/// The largest body that is taken, in bytes.
const LIMIT: usize = 64 * 1024;

/// What this merchant answers, with its fault.
pub(super) async fn answer(shop: &Shop, keyring: &Keyring, mut incoming: Incoming) -> Answer {
    if let Some(shown) = looked_up(shop, &incoming) {
        return shown;
    }
    if let Some(heard) = &shop.heard {
        heard.lock().unwrap().push(incoming.clone());
    }
    match shop.fault {
        Fault::Comes(comes) => {
            comes(&mut incoming);
            right(shop, keyring, &incoming).await
        }
        Fault::Stops(stops) => match stops(&incoming) {
            Some(answer) => answer,
            None => right(shop, keyring, &incoming).await,
        },
        Fault::Answers(answers) => {
            let mut answer = right(shop, keyring, &incoming).await;
            answers(&incoming, &mut answer);
            answer
        }
        Fault::ActsFirst => {
            if incoming.is_callback() {
                let mut signed = incoming.clone();
                signed.sign();
                right(shop, keyring, &signed).await;
            }
            right(shop, keyring, &incoming).await
        }
        Fault::None | Fault::Books(_) | Fault::Wire(_) => right(shop, keyring, &incoming).await,
    }
}

/// What the right merchant answers.
async fn right(shop: &Shop, keyring: &Keyring, incoming: &Incoming) -> Answer {
    match incoming.path.as_str() {
        "/kaspi" => message::<Kaspi>(shop, keyring, incoming).await,
        "/kassa24" => message::<Kassa24>(shop, keyring, incoming).await,
        "/kassa24-bvu" => message::<Kassa24Bvu>(shop, keyring, incoming).await,
        "/cashin-kz" => message::<CashinKz>(shop, keyring, incoming).await,
        "/qiwi-kz" => message::<QiwiKz>(shop, keyring, incoming).await,
        "/callback" if incoming.http_method != "POST" => Answer::new(405, ""),
        "/callback" if incoming.body.len() > LIMIT => {
            refuse_unread_callback(Rejection::TooLarge { limit: LIMIT }).into()
        }
        "/callback" => serve_callback(&incoming.body, shop, keyring).await.into(),
        _ => Answer::new(404, ""),
    }
}

async fn message<M: Method>(shop: &Shop, keyring: &Keyring, incoming: &Incoming) -> Answer
where
    Shop: jetpay_core::Merchant<M>,
{
    if incoming.http_method != "POST" {
        Answer::new(405, "")
    } else if incoming.body.len() > LIMIT {
        refuse_unread::<M>(Rejection::TooLarge { limit: LIMIT }).into()
    } else {
        serve::<M, _>(&incoming.body, shop, keyring).await.into()
    }
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self::new(reply.status, reply.body)
    }
}

/// The money, as the service `jetpay` shows it, and as one URL a payment.
fn looked_up(shop: &Shop, incoming: &Incoming) -> Option<Answer> {
    if incoming.http_method != "GET" {
        return None;
    }
    let books = shop.books();
    let (page, id) = incoming.path.rsplit_once('/')?;
    let shown: Option<Value> = match page {
        "/v1/payments" => books.payment(id),
        "/v1/customers" => Some(json!({"balance": books.balance(id, shop.slip())})),
        "/v1" if id == "entries" => {
            let query = incoming.query.as_deref().unwrap_or_default();
            let after = query.split('&').find_map(|it| it.strip_prefix("after="));
            let after = after.and_then(|it| it.parse().ok()).unwrap_or_default();
            Some(json!({"entries": books.entries(after)}))
        }
        "/seen" => books
            .seen(id)
            .map(|(credited, remaining)| json!({"credited": credited, "remaining": remaining})),
        _ => return None,
    };
    Some(shown.map_or_else(
        || Answer::new(404, ""),
        |shown| Answer::new(200, shown.to_string()),
    ))
}
