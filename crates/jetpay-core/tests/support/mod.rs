//! What these tests share: fixtures, the test secret, and a method that exists only here.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file uses only a part of this module"
)]

use std::fs;
use std::path::PathBuf;

use jetpay_core::message::{Authentic, Received, Request};
use jetpay_core::response::{AccountResponse, MessageRefusal, PaymentIdResponse};
use jetpay_core::signature::{Canonical, Key, sign};
use jetpay_core::{Callback, Keyring, Method, Project, Rejection, TopUp, VerifyRequest};

/// A method with only the fields that all methods share. It has Kaspi's `payment_method`, so that it reads those fixtures.
pub struct Shop;

impl Method for Shop {
    const NAME: &'static str = "shop";
    const PAYMENT_METHOD: &'static str = "terminal/kaspi";
    const DOCUMENT: &'static str = "none: for tests";
    type VerifyResponse = AccountResponse;
    type CheckDeposit = TopUp;
    type CheckDepositResponse = PaymentIdResponse;
    type Refusal = MessageRefusal;

    fn check_deposit(message: &Authentic<'_, '_>) -> Result<TopUp, Rejection> {
        TopUp::read::<Self>(message)
    }
}

/// A message of any kind, as it was read. It omits the received bytes, which may differ in parts that are never read.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    Verify(VerifyRequest),
    CheckDeposit(TopUp),
    Callback(Box<Callback>),
}

impl Message {
    /// The callback. Any other message is a failure.
    pub fn callback(self) -> Callback {
        match self {
            Self::Callback(callback) => *callback,
            other => panic!("{other:?} is no callback"),
        }
    }
}

/// Reads a typed message from bytes.
pub fn read(body: impl AsRef<[u8]>) -> Result<Message, Rejection> {
    let keyring = keyring();
    let message = Received::parse(body.as_ref())?.authenticate(&keyring)?;
    Ok(match message.read::<Shop>()? {
        Request::Verify(request) => Message::Verify(request),
        Request::CheckDeposit(top_up) => Message::CheckDeposit(top_up),
        Request::Callback(mut callback) => {
            callback.body = Box::default();
            Message::Callback(callback)
        }
    })
}

pub fn key() -> Key {
    Key::new("secret").unwrap()
}

/// The projects of all fixtures.
pub fn keyring() -> Keyring {
    let ids = [1234_u64, 111, 238, 35];
    Keyring::new(ids.map(|id| Project::new(id, "secret").unwrap())).unwrap()
}

pub fn signed(body: &str) -> String {
    String::from_utf8(sign(body.as_bytes(), &key()).unwrap()).unwrap()
}

pub fn string_to_sign(body: impl AsRef<[u8]>) -> String {
    Canonical::parse(body.as_ref())
        .unwrap()
        .string_to_sign()
        .to_owned()
}

pub fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

pub fn fixture(name: &str) -> String {
    fs::read_to_string(fixtures().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// All fixtures whose file name has one of these beginnings, sorted by path.
pub fn fixtures_named(beginnings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in fs::read_dir(fixtures())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
    {
        for file in fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            let is_json = file
                .extension()
                .is_some_and(|extension| extension == "json");
            if is_json
                && beginnings
                    .iter()
                    .any(|beginning| name.starts_with(beginning))
            {
                let path = file
                    .strip_prefix(fixtures())
                    .unwrap()
                    .to_string_lossy()
                    .into_owned();
                found.push((path, fs::read_to_string(&file).unwrap()));
            }
        }
    }
    found.sort();
    found
}
