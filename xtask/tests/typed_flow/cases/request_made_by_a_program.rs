//! A program cannot make a request. It can only receive one.
//! error: cannot create non-exhaustive struct

use jetpay_core::VerifyRequest;

pub fn remake(request: VerifyRequest) {
    let VerifyRequest { project_id, customer_id, .. } = request;
    #[cfg(not(wrong))]
    drop((project_id, customer_id));
    #[cfg(wrong)]
    drop(VerifyRequest { project_id, customer_id });
}
