//! What `verify` and `check_deposit` answer when the merchant's system does, and when it does not.

use std::sync::Arc;

use jetpay_billing::Failure;
use jetpay_kaspi::Kaspi;
use jetpay_ledger::Flag;
use jetpay_qiwi_kz::QiwiKz;
use serde_json::json;

use crate::stand_in::{
    HOUR, SECOND, Says, debt, failures, import, owing, shop, shop_with, web_service,
};
use crate::support::{CUSTOMER, assert_has};

#[actix_web::test]
async fn answer_is_shown_stored_and_good_for_thirty_seconds() {
    let shop = shop().await;
    shop.system.says(owing(100));
    assert_eq!(debt(&shop).await, 100);
    shop.system.says(owing(200));
    shop.pass(30 * SECOND - 1);
    assert_eq!((debt(&shop).await, shop.system.asked()), (json!(100), 1));
    shop.pass(1);
    assert_eq!((debt(&shop).await, shop.system.asked()), (json!(200), 2));
}

#[actix_web::test]
async fn unknown_customer_is_404_and_that_is_good_for_five_seconds() {
    let shop = shop().await;
    shop.system.says(Says::Unknown);
    import(&shop).await;
    let deposit = async || shop.check_deposit::<QiwiKz>(json!({})).await;
    assert_eq!(shop.verify::<QiwiKz>().await["code"], 404);
    assert_eq!(deposit().await["code"], 404);
    shop.system.says(owing(1));
    shop.pass(5 * SECOND - 1);
    assert_eq!(deposit().await["code"], 404);
    assert_eq!(shop.system.asked(), 1);
    shop.pass(1);
    assert_eq!(deposit().await["code"], 0);
    assert_eq!(shop.system.asked(), 2);
}

/// What the service knows when the system fails, and the codes of `verify` and `check_deposit`.
#[actix_web::test]
async fn failure_is_never_404_and_is_answered_from_what_is_known() {
    for failure in failures() {
        for (known, verify, deposit) in [
            ("nothing", 500, 500),
            ("imported", 500, 0),
            ("seen now", 0, 0),
            ("seen a millisecond less than a day ago", 0, 0),
            ("seen a day ago", 500, 0),
        ] {
            let mut shop = shop().await;
            match known {
                "nothing" => {}
                "imported" => import(&shop).await,
                _ => assert_eq!(shop.verify::<QiwiKz>().await["code"], 0),
            }
            match known {
                "seen a millisecond less than a day ago" => shop.pass(24 * HOUR - 1),
                "seen a day ago" => shop.pass(24 * HOUR),
                _ => shop.restart(),
            }
            shop.system.says(Says::Fails(failure.clone()));
            let place = format!("{failure}, {known}");
            let answer = shop.verify::<QiwiKz>().await;
            assert_eq!(answer["code"], verify, "{place}: {answer}");
            if verify == 500 {
                assert_has(&answer.to_string(), &["try again later"]);
            }
            let answer = shop.check_deposit::<QiwiKz>(json!({})).await;
            assert_eq!(answer["code"], deposit, "{place}: {answer}");
            if deposit == 0 {
                assert_eq!(shop.flags(&answer).await, [Flag::NOT_LOOKED_UP], "{place}");
            }
        }
    }
}

#[actix_web::test]
async fn top_up_that_was_looked_up_has_no_flag_also_when_the_answer_is_a_remembered_one() {
    let shop = shop().await;
    for _ in 0..2 {
        let answer = shop.check_deposit::<QiwiKz>(json!({})).await;
        assert_eq!(shop.flags(&answer).await, []);
        shop.system.says(Says::Fails(Failure::TimedOut));
    }
    assert_eq!(shop.system.asked(), 1);
}

#[actix_web::test]
async fn account_to_which_the_system_refuses_payments_is_told_so_and_a_top_up_is_flagged() {
    let shop = shop().await;
    assert_eq!(shop.verify::<QiwiKz>().await["code"], 0);
    shop.pass(30 * SECOND);
    shop.system
        .says(Says::Fails(Failure::Said("79: not active".to_owned())));
    let answer = shop.verify::<QiwiKz>().await;
    assert_eq!(answer["code"], 500);
    assert_has(&answer.to_string(), &["does not accept payments"]);
    let answer = shop.check_deposit::<QiwiKz>(json!({})).await;
    assert_eq!(shop.flags(&answer).await, [Flag::NOT_LOOKED_UP]);
}

#[actix_web::test]
async fn customer_to_whom_the_system_said_no_is_not_verified_while_it_is_down() {
    for no in [
        Says::Unknown,
        Says::Fails(Failure::Said("79: not active".to_owned())),
    ] {
        let shop = shop().await;
        assert_eq!(shop.verify::<QiwiKz>().await["code"], 0);
        shop.pass(30 * SECOND);
        shop.system.says(no.clone());
        assert_ne!(shop.verify::<QiwiKz>().await["code"], 0);
        shop.pass(30 * SECOND);
        shop.system.says(Says::Fails(Failure::TimedOut));
        let answer = shop.verify::<QiwiKz>().await;
        assert_eq!(answer["code"], 500, "{no:?}: {answer}");
        let answer = shop.check_deposit::<QiwiKz>(json!({})).await;
        assert_eq!(shop.flags(&answer).await, [Flag::NOT_LOOKED_UP]);
        shop.pass(30 * SECOND);
        shop.system.says(Says::Customer(json!({})));
        assert_eq!(shop.verify::<QiwiKz>().await["code"], 0);
    }
}

#[actix_web::test]
async fn contracts_of_a_top_up_are_those_of_the_answer() {
    let shop = shop().await;
    shop.system.says(owing(100));
    for (contract, flags) in [("1", vec![]), ("2", vec![Flag::UNKNOWN_CONTRACT])] {
        let answer = shop
            .check_deposit::<Kaspi>(json!({"entity_id": contract}))
            .await;
        assert_eq!(shop.flags(&answer).await, flags);
    }
    shop.pass(30 * SECOND);
    shop.system.says(Says::Fails(Failure::TimedOut));
    let answer = shop.check_deposit::<Kaspi>(json!({"entity_id": "2"})).await;
    let flags = [Flag::NOT_LOOKED_UP, Flag::UNKNOWN_CONTRACT];
    assert_eq!(shop.flags(&answer).await, flags);
}

#[actix_web::test]
async fn answer_that_is_shown_already_is_not_written_again_for_an_hour() {
    let shop = shop().await;
    shop.system.says(owing(100));
    debt(&shop).await;
    shop.pass(HOUR - 1);
    assert_eq!((debt(&shop).await, shop.system.asked()), (json!(100), 2));
    assert_eq!(shop.seen_at().await, Some(0));
    shop.pass(30 * SECOND);
    debt(&shop).await;
    assert_eq!(shop.seen_at().await, Some(HOUR - 1 + 30 * SECOND));
}

#[actix_web::test]
async fn customer_that_the_merchant_wrote_is_seen_when_the_system_answers_the_same() {
    let shop = shop().await;
    import(&shop).await;
    assert_eq!(shop.seen_at().await, None);
    assert_eq!(shop.verify::<QiwiKz>().await["code"], 0);
    assert_eq!(shop.seen_at().await, Some(0));
}

#[actix_web::test]
async fn customer_that_was_deleted_while_an_answer_is_good_is_asked_about_again_and_never_404() {
    let shop = shop().await;
    assert_eq!(shop.verify::<QiwiKz>().await["code"], 0);
    let id = CUSTOMER.try_into().unwrap();
    assert!(shop.ledger.delete_customer(&id).await.unwrap());
    assert_eq!(shop.verify::<QiwiKz>().await["code"], 500);
    assert_eq!(shop.verify::<QiwiKz>().await["code"], 0);
    assert_eq!(shop.system.asked(), 2);
}

#[actix_web::test]
async fn store_that_is_away_is_503_and_not_the_fault_of_the_system() {
    let shop = shop().await;
    shop.ledger.clone().close().await;
    for _ in 0..2 {
        let answer = shop.verify::<QiwiKz>().await;
        assert_has(&answer.to_string(), &["try again later"]);
        assert_eq!(answer["code"], 500);
    }
}

#[actix_web::test]
async fn times_of_the_configuration_are_used_and_none_of_them_may_be_zero_for_ever() {
    let lines = "cache_seconds = 0\nunknown_cache_seconds = 0\nstale_hours = 0\n";
    let shop = shop_with(&web_service(lines)).await;
    for asked in 1..=3 {
        assert_eq!(shop.verify::<QiwiKz>().await["code"], 0);
        assert_eq!(shop.system.asked(), asked);
    }
    shop.system.says(Says::Fails(Failure::TimedOut));
    assert_eq!(shop.verify::<QiwiKz>().await["code"], 500);
    let answer = shop.check_deposit::<QiwiKz>(json!({})).await;
    assert_eq!(shop.flags(&answer).await, [Flag::NOT_LOOKED_UP]);
}

#[actix_web::test]
async fn with_the_store_alone_nothing_is_asked() {
    let shop = shop_with("[lookup]\nkind = \"store\"\n").await;
    assert_eq!(shop.verify::<QiwiKz>().await["code"], 404);
    import(&shop).await;
    assert_eq!(shop.verify::<QiwiKz>().await["code"], 0);
    assert_eq!(shop.system.asked(), 0);
    assert_eq!(Arc::strong_count(&shop.system), 1, "there is no look-up");
}
