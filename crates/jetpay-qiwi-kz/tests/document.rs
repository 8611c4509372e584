//! The examples of purchases in the document "QIWI Kazakhstan". Its payout is in `payout`.

use jetpay_core::id::PaymentId;
use jetpay_core::{Currency, Refused};
use jetpay_qiwi_kz::{CheckDepositResponse, QiwiKz, Refusal, VerifyResponse};
use jetpay_testing::{pretty, snapshot};

#[test]
fn every_example_is_read_or_made_as_its_snapshot() {
    let files = "{verify,check_deposit,callback,payout-callback}-*.json";
    insta::glob!("../../../fixtures/qiwi-kz", files, |path| {
        insta::assert_snapshot!(snapshot::<QiwiKz>(path, ours));
    });
}

/// Our answer in place of the document's, which has the same one for kiosk and wallet.
fn ours(file: &str) -> String {
    match file {
        "verify-answer-kiosk.json" | "verify-answer-wallet.json" => {
            pretty(&VerifyResponse::new(Currency::KZT, "HFVDW42345"))
        }
        "check_deposit-answer-kiosk.json" | "check_deposit-answer-wallet.json" => pretty(
            &CheckDepositResponse::new(PaymentId::new("Asfdsaf3252345").unwrap()),
        ),
        other => panic!("no answer of ours for {other}"),
    }
}

#[test]
fn refusals_which_the_document_does_not_show_have_the_text_in_message() {
    insta::assert_snapshot!(pretty(&Refusal::from(Refused::not_found(
        "no such account"
    ))));
}
