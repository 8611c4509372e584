//! A person at the desk whose browser runs no scripts finds a receipt and decides about its alarm, in each language; once with
//! the keyboard alone.

use std::time::{Duration, Instant};

use fantoccini::Locator;
use fantoccini::key::Key;
use serde_json::json;

use crate::desk::RESOLVER;
use crate::driver::{Browser, is_here};
use crate::looks::Page;
use crate::scene::{self, Quarantined, Scene};

const REASON: &str = "The payer has a receipt of 900.00";
/// The form on the page of an alarm that credits what the callback says.
const CREDIT: &str = "form[action$='/resolve']:has(input[name='verdict'][value='credit'])";

/// How the person uses the browser.
#[derive(Clone, Copy, PartialEq)]
enum Hand {
    Mouse,
    Keyboard,
}

/// A person in front of a browser.
struct Person {
    browser: Browser,
    hand: Hand,
}

impl Person {
    /// Moves to the first element of these, with Tab, as often as a patient person would press it.
    async fn reach(&self, css: &str) {
        let tab = String::from(char::from(Key::Tab));
        for _ in 0..80 {
            let focused = self.browser.tab.active_element().await.unwrap();
            let is_it = "return arguments[0].matches(arguments[1])";
            let element = serde_json::to_value(&focused).unwrap();
            if self.browser.run(is_it, vec![element, json!(css)]).await == json!(true) {
                return;
            }
            focused.send_keys(&tab).await.unwrap();
        }
        panic!("the keyboard does not reach {css}:\n{}", self.text().await);
    }

    async fn the(&self, css: &str) -> fantoccini::elements::Element {
        let found = self.browser.tab.find(Locator::Css(css)).await;
        match found {
            Ok(found) => found,
            Err(error) => panic!("{css}: {error}\n{}", self.text().await),
        }
    }

    /// Follows a link or presses a button, and waits for the page to which it leads.
    async fn press(&self, css: &str) {
        let before = self.the("html").await;
        match self.hand {
            Hand::Mouse => self.the(css).await.click().await.unwrap(),
            Hand::Keyboard => {
                self.reach(css).await;
                let focused = self.browser.tab.active_element().await.unwrap();
                let enter = String::from(char::from(Key::Enter));
                focused.send_keys(&enter).await.unwrap();
            }
        }
        let begun = Instant::now();
        while before.tag_name().await.is_ok() {
            assert!(
                begun.elapsed() < Duration::from_secs(10),
                "{css} leads nowhere"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn write(&self, css: &str, text: &str) {
        if self.hand == Hand::Keyboard {
            self.reach(css).await;
        }
        self.the(css).await.send_keys(text).await.unwrap();
    }

    /// What the person reads.
    async fn text(&self) -> String {
        let main = self.browser.tab.find(Locator::Css("body")).await;
        main.unwrap().text().await.unwrap()
    }
}

/// Signs in, searches the receipt, opens the payment and its alarm, and credits what the callback says.
async fn decides(person: &Person, scene: &Scene, it: &Quarantined) {
    let page = Page {
        port: scene.service.port,
        path: "/",
    };
    page.open(&person.browser).await;
    person.write("#token", RESOLVER).await;
    person.press("form[action='/sign-in'] button").await;
    person.write("input[name='q']", &it.receipt).await;
    person
        .press("form[role='search'] button, form:has(input[name='q']) button")
        .await;
    person.press("main a[href^='/payments/']").await;
    person
        .press(&format!("main a[href='/alarms/{}']", it.alarm))
        .await;
    person
        .write(&format!("{CREDIT} textarea[name='reason']"), REASON)
        .await;
    let amount = person
        .the(&format!("{CREDIT} button"))
        .await
        .text()
        .await
        .unwrap();
    assert!(amount.contains("900.00 KZT"), "{amount}");
    person.press(&format!("{CREDIT} button")).await;
}

async fn is_decided(person: &Person, scene: &Scene, it: &Quarantined) {
    let text = person.text().await;
    for part in ["900.00 KZT", REASON, "resolver"] {
        assert!(text.contains(part), "{part} is not on the page:\n{text}");
    }
    let forms = person
        .browser
        .tab
        .find_all(Locator::Css(CREDIT))
        .await
        .unwrap();
    assert!(forms.is_empty(), "it can be credited again:\n{text}");
    let running = &scene.service.running;
    let (_, alarm) = running.get(&format!("/v1/alarms/{}", it.alarm)).await;
    let resolution = &alarm["resolution"];
    let said = ["verdict", "amount", "reason", "by"].map(|field| &resolution[field]);
    assert_eq!(
        json!(said),
        json!(["credit", 90_000, REASON, "resolver"]),
        "{alarm}"
    );
    let payment = alarm["payment_id"].as_str().unwrap();
    let (_, payment) = running.get(&format!("/v1/payments/{payment}")).await;
    assert_eq!(payment["credited"], 90_000, "{payment}");
}

#[actix_web::test]
async fn person_without_scripts_finds_a_receipt_and_credits_it_in_each_language_and_by_keyboard() {
    if !is_here() {
        return;
    }
    let scene = scene::of_people().await;
    let mut browser = Browser::open(false).await;
    scripts_are(&browser, "off").await;
    let hands = [
        ("en", Hand::Keyboard),
        ("ru", Hand::Mouse),
        ("kk", Hand::Mouse),
    ];
    for ((lang, hand), it) in hands.into_iter().zip(&scene.quarantined) {
        browser.is_of(lang).await;
        let person = Person { browser, hand };
        decides(&person, &scene, it).await;
        is_decided(&person, &scene, it).await;
        let language = person.the("html").await.attr("lang").await.unwrap();
        assert_eq!(language.as_deref(), Some(lang));
        // The sign-in is in the place of the page that was asked for, with the status 401.
        let mut console = person.browser.console().await;
        console.retain(|line| !line.contains("401"));
        assert_eq!(console, Vec::<String>::new());
        browser = person.browser;
    }
}

/// Opens a page that a script changes.
pub(crate) async fn scripts_are(browser: &Browser, expected: &str) {
    let page =
        "data:text/html,<p>off</p><script>document.querySelector('p').textContent = 'on'</script>";
    browser.tab.goto(page).await.unwrap();
    let shown = browser.tab.find(Locator::Css("p")).await.unwrap();
    assert_eq!(shown.text().await.unwrap(), expected);
}
