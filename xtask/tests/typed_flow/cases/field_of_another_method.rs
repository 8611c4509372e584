//! A request has only the fields of its own method's document.
//! error: no field `number` on type

pub fn contract(request: jetpay_kaspi::CheckDeposit) {
    #[cfg(not(wrong))]
    drop(request.entity_id);
    #[cfg(wrong)]
    drop(request.number);
}
