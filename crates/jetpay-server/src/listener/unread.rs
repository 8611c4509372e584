//! Ends the connection after an answer to a request whose body was not read to its end.
//!
//! actix-web reads a dropped body to its end when it is chunked, and a client can send one without an end. It ends the
//! connection when the body still exists at the end of the answer. So the answer keeps a body that was not read.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage};
use futures_util::{StreamExt, stream};

/// The middleware. An endpoint of `jetpay-actix` does without: it reads its bodies to the end, or ends the connection.
pub(crate) async fn end_unread(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let body = request.take_payload();
    if matches!(body, Payload::None) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let watched = Rc::new(RefCell::new(Request { body, ended: false }));
    let read = Rc::clone(&watched);
    let payload = Box::pin(stream::poll_fn(move |context| {
        let mut request = read.borrow_mut();
        let next = request.body.poll_next_unpin(context);
        request.ended |= matches!(next, Poll::Ready(None));
        next
    }));
    request.set_payload(Payload::Stream { payload });
    let mut answer = next.call(request).await?.map_into_boxed_body();
    if watched.borrow().ended {
        return Ok(answer);
    }
    let head = answer.response_mut().head_mut();
    head.set_connection_type(ConnectionType::Close);
    Ok(answer.map_body(|_, answer| {
        let request = watched;
        Holding { answer, request }.boxed()
    }))
}

/// A request's body, and whether its end was read.
struct Request {
    body: Payload,
    ended: bool,
}

/// The body of an answer, which keeps the body of the request.
struct Holding {
    answer: BoxBody,
    #[expect(unused, reason = "it lives as long as the answer")]
    request: Rc<RefCell<Request>>,
}

impl MessageBody for Holding {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.answer.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.answer).poll_next(context)
    }
}
