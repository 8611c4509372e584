//! A merchant's future must be `Send`: a server may move it to another thread.
//! error: future cannot be sent between threads safely

#[cfg(wrong)]
use std::rc::Rc as Shared;
#[cfg(not(wrong))]
use std::sync::Arc as Shared;

use jetpay_core::{Acknowledged, Callback, CallbackError, Callbacks};

pub struct Shop;

impl Callbacks for Shop {
    async fn callback(&self, callback: Callback) -> Result<Acknowledged, CallbackError> {
        let callback = Shared::new(callback);
        std::future::ready(()).await;
        drop(callback);
        Ok(Acknowledged)
    }
}
