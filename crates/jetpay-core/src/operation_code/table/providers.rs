//! Codes 20000 to 30999: providers other than cards, and the merchant.

use super::super::Advice::{AskSupport, DoNotRetry, FixRequest, Retry, RetryLater, Wait};
use super::super::KnownCode;
use super::row;

/// Declines by other providers: kiosks, wallets, operators (20000 to 29999).
#[rustfmt::skip] // One row a line, however long its text is.
pub(super) const PROVIDER: &[KnownCode] = &[
    row(20000, "provider declined, no reason given", Retry),
    row(20100, "a provider further on turned it down", Retry),
    row(20101, "limit on amount or number reached", FixRequest),
    row(20102, "payer's account details are mistyped", FixRequest),
    row(20103, "login data does not match", FixRequest),
    row(20104, "password was mistyped too many times", Retry),
    row(20105, "payer's account lacks the money", Retry),
    row(20106, "payer's account no longer exists", FixRequest),
    row(20107, "payer's account cannot hold this currency", FixRequest),
    row(20109, "provider refused to save payment data", RetryLater),
    row(20110, "payer ended the subscription", DoNotRetry),
    row(20111, "direct debit has no valid mandate", DoNotRetry),
    row(20201, "payer's account is restricted", FixRequest),
    row(20202, "provider is out of service", Retry),
    row(20203, "payer's account is no longer secure", DoNotRetry),
    row(20204, "payer's account takes no money in", FixRequest),
    row(20205, "method is closed to the payer's country", DoNotRetry),
    row(20206, "mobile operator has trouble", RetryLater),
    row(20301, "payer called the operation off", Retry),
    row(20302, "password is not acceptable", FixRequest),
    row(20303, "payer has no right to do this", FixRequest),
    row(20304, "payer paid a different amount", Retry),
    row(20401, "provider's risk control declined", FixRequest),
    row(20402, "operation looks suspicious to the provider", DoNotRetry),
    row(20450, "payee could not be checked, technical fault", RetryLater),
    row(20451, "payee check ruled out sending money", AskSupport),
    row(20501, "provider's acquirer has the answer", AskSupport),
    row(20502, "provider found the data invalid", FixRequest),
    row(20503, "provider's acquirer is set up wrongly", AskSupport),
    row(20504, "provider's acquirer has too low a balance", AskSupport),
    row(20601, "provider asks for another attempt", Retry),
    row(20602, "provider answered too late", Retry),
    row(20603, "provider gave no authorisation just now", Retry),
    row(20604, "notification did not get through", AskSupport),
    row(20701, "requests came in wrong order", FixRequest),
    row(20702, "provider cannot read the request", AskSupport),
    row(20703, "no such invoice is known", AskSupport),
    row(20705, "provider has locked the merchant out", AskSupport),
    row(20706, "provider does not offer this operation", AskSupport),
    row(20801, "approved by provider, never carried out", AskSupport),
    row(20802, "provider confirms neither success nor failure", Wait),
    row(20812, "service gave no word of the credit", Retry),
    row(20899, "provider is processing, may take days", Wait),
    row(29999, "provider is still at work", Wait),
];

/// Declines by the merchant (30000 to 30999).
#[rustfmt::skip] // One row a line, however long its text is.
pub(super) const MERCHANT: &[KnownCode] = &[
    row(30000, "merchant turned the operation down", DoNotRetry),
    row(30100, "merchant declined, reason not known", DoNotRetry),
    row(30301, "merchant gave no confirmation", DoNotRetry),
    row(30302, "merchant left the request unanswered", DoNotRetry),
    row(30303, "merchant confirmed another amount or currency", DoNotRetry),
    row(30401, "list of draws is empty", DoNotRetry),
];
