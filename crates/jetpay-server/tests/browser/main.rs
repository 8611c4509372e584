//! The pages in a real browser: Chromium without a window, driven by chromedriver. [`missing`](driver::missing) says what
//! these tests need.

#[path = "../support/mod.rs"]
mod support;

#[path = "../pages/desk.rs"]
mod desk;

mod crawl;
mod driver;
mod hostile;
mod inspect;
mod looks;
mod npm;
mod probes;
mod readme;
mod scene;
mod with_scripts_off;
