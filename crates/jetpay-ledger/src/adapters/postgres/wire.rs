//! The order of statements on the wire.
//!
//! A statement of `tokio-postgres` is sent when its future is polled for the first time. So [`send`] polls it once, at once:
//! statements go out in the order of the calls, without waiting for each other's answers, and the server runs them in that
//! order.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// The answer of a statement that was sent.
pub(super) enum Answer<'a, T> {
    /// It is here: nothing was sent, or the connection is closed.
    Here(T),
    /// It will come.
    Awaited(Pin<Box<dyn Future<Output = T> + 'a>>),
}

/// Sends a statement. A future with several statements sends its first one; the next one follows the first one's answer,
/// behind whatever was sent meanwhile.
pub(super) async fn send<'a, T>(statement: impl Future<Output = T> + 'a) -> Answer<'a, T> {
    let mut statement = Box::pin(statement);
    let first = poll_fn(|context| Poll::Ready(statement.as_mut().poll(context))).await;
    match first {
        Poll::Ready(answer) => Answer::Here(answer),
        Poll::Pending => Answer::Awaited(statement),
    }
}

impl<T> Answer<'_, T> {
    /// Waits for the answer.
    pub(super) async fn wait(self) -> T {
        match self {
            Self::Here(answer) => answer,
            Self::Awaited(statement) => statement.await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::send;

    #[tokio::test]
    async fn statements_are_sent_in_the_order_of_the_calls_whichever_answer_is_awaited_first() {
        let sent = RefCell::new(Vec::new());
        let statement = |name: &'static str| {
            let sent = &sent;
            async move {
                sent.borrow_mut().push(name);
                tokio::task::yield_now().await;
                name
            }
        };
        let first = send(statement("first")).await;
        let second = send(statement("second")).await;
        assert_eq!(*sent.borrow(), ["first", "second"]);
        assert_eq!(second.wait().await, "second");
        assert_eq!(first.wait().await, "first");
        assert_eq!(sent.borrow().len(), 2);
    }
}
