//! The bearer token of the admin interface.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use actix_web::{Error, ResponseError};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::error::AdminError;

/// The bearer token of the admin interface.
#[derive(Clone)]
pub struct Token(Arc<Zeroizing<String>>);

impl Token {
    /// The token with this text, without white space at its ends.
    #[must_use]
    pub fn new(text: &str) -> Self {
        // The value of a header has no white space at its ends.
        Self(Arc::new(Zeroizing::new(text.trim().to_owned())))
    }

    /// Whether the request has this token. The comparison takes the same time for every wrong token. An empty token matches
    /// no request.
    fn authorizes(&self, request: &ServiceRequest) -> bool {
        let header = request
            .headers()
            .get(AUTHORIZATION)
            .map(HeaderValue::as_bytes);
        let given = header.and_then(|header| {
            let (scheme, given) = header.split_at_checked(7)?;
            scheme
                .eq_ignore_ascii_case(b"bearer ")
                .then_some(given.trim_ascii())
        });
        given.is_some_and(|given| !self.0.is_empty() && bool::from(given.ct_eq(self.0.as_bytes())))
    }
}

/// Middleware that answers 401 to requests without the token.
pub(super) struct RequireToken(Token);

impl RequireToken {
    pub(super) fn new(token: Token) -> Self {
        Self(token)
    }
}

impl<S, B> Transform<S, ServiceRequest> for RequireToken
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    S::Future: 'static,
    B: MessageBody,
{
    type Response = ServiceResponse<EitherBody<B, BoxBody>>;
    type Error = Error;
    type Transform = Guarded<S>;
    type InitError = ();
    type Future = Ready<Result<Guarded<S>, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Guarded {
            service,
            token: self.0.clone(),
        }))
    }
}

/// A service behind [`RequireToken`].
pub(super) struct Guarded<S> {
    service: S,
    token: Token,
}

impl<S, B> Service<ServiceRequest> for Guarded<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    S::Future: 'static,
    B: MessageBody,
{
    type Response = ServiceResponse<EitherBody<B, BoxBody>>;
    type Error = Error;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        if self.token.authorizes(&request) {
            let answer = self.service.call(request);
            return Box::pin(async move { Ok(answer.await?.map_into_left_body()) });
        }
        let mut response = AdminError::unauthorized().error_response();
        response
            .headers_mut()
            .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        Box::pin(async move { Ok(request.into_response(response).map_into_right_body()) })
    }
}
