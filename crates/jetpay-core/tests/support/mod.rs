//! What these tests share: fixtures, the test secret, and a method that exists only here.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file uses only a part of this module"
)]

use jetpay_core::message::{Authentic, Received, Request};
use jetpay_core::response::{AccountResponse, MessageRefusal, PaymentIdResponse};
use jetpay_core::signature::{Canonical, Key, sign};
use jetpay_core::{Callback, Keyring, Method, Rejection, TopUp, VerifyRequest};
use jetpay_testing::{BAD_INPUT, FOLDERS, Fixture, Manifest, fixture_keyring};

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
    fixture_keyring()
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

pub fn fixture(name: &str) -> String {
    let (folder, file) = name.split_once('/').unwrap();
    text(Manifest::of(folder).fixture(file))
}

pub fn text(fixture: &Fixture) -> String {
    String::from_utf8(fixture.body()).unwrap()
}

/// The rows of all manifests.
pub fn fixtures() -> impl Iterator<Item = Fixture> {
    let folders = FOLDERS.iter().chain([&BAD_INPUT]);
    folders.flat_map(|folder| Manifest::of(folder).fixtures)
}

/// All fixtures whose file name has one of these beginnings, sorted by path.
pub fn fixtures_named(beginnings: &[&str]) -> Vec<(String, String)> {
    let is_named = |it: &Fixture| beginnings.iter().any(|begin| it.file.starts_with(begin));
    let named = fixtures().filter(is_named);
    let mut found: Vec<_> = named
        .map(|it| (format!("{}/{}", it.folder, it.file), text(&it)))
        .collect();
    found.sort();
    found
}
