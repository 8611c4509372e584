//! Ends the connection after an answer to a request whose body was not read to its end.
//!
//! actix-web reads a dropped body to its end when it is chunked, and a client can send one without an end. It ends the
//! connection when the body still exists at the end of the answer. So the answer keeps a body that was not read.

use std::cell::RefCell;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::ConnectionType;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage};
use futures_util::{StreamExt, stream};

/// The middleware. An endpoint of `jetpay-actix` does without: it reads its bodies to the end, or ends the connection.
pub(crate) struct EndUnread;

impl<S, B> Transform<S, ServiceRequest> for EndUnread
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B, Holding>>;
    type Error = Error;
    type Transform = Watched<S>;
    type InitError = ();
    type Future = Ready<Result<Watched<S>, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Watched { service }))
    }
}

/// A service behind [`EndUnread`].
pub(crate) struct Watched<S> {
    service: S,
}

/// A request's body, and whether its end was read.
struct Request {
    body: Payload,
    ended: bool,
}

impl<S, B> Service<ServiceRequest> for Watched<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B, Holding>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    forward_ready!(service);

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let body = request.take_payload();
        if matches!(body, Payload::None) {
            let answer = self.service.call(request);
            return Box::pin(async { answer.await.map(ServiceResponse::map_into_left_body) });
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
        let answer = self.service.call(request);
        Box::pin(async move {
            let mut answer = answer.await?;
            if watched.borrow().ended {
                return Ok(answer.map_into_left_body());
            }
            let head = answer.response_mut().head_mut();
            head.set_connection_type(ConnectionType::Close);
            Ok(answer.map_body(|_, body| {
                let (answer, request) = (body.boxed(), watched);
                EitherBody::right(Holding { answer, request })
            }))
        })
    }
}

/// The body of an answer, which keeps the body of the request.
pub(crate) struct Holding {
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
