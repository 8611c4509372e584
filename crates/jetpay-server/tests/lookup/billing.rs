//! The real binary with a billing, over real HTTP: requests of the platform, `jetpay lookup probe`, `jetpay check`.

use std::time::Duration;

use jetpay_billing::webhook::Secrets;
use jetpay_platform::billing::{BillingState, Dialect, OnRequest, Quirks, Server, serve};
use jetpay_platform::{KASPI, QIWI_KZ};
use jetpay_testing::free_port;
use serde_json::json;
use tokio::net::TcpListener;

use crate::support::{CUSTOMER, Folder, Said, assert_has};

const LOGIN: &str = "jetpay:a long password";

async fn billing(state: BillingState) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    serve(listener, state.with_login(LOGIN)).unwrap()
}
