//! Stopped by the platform's risk control (1401 to 1499).

use super::super::Advice::DoNotRetry;
use super::super::KnownCode;
use super::row;

#[rustfmt::skip] // One row a line, however long its text is.
pub(super) const RISK: &[KnownCode] = &[
    row(1401, "card number is on the stop list", DoNotRetry),
    row(1402, "payer is on the stop list", DoNotRetry),
    row(1403, "cardholder is on the stop list", DoNotRetry),
    row(1404, "card's number range is on the stop list", DoNotRetry),
    row(1405, "IP address is on the stop list", DoNotRetry),
    row(1406, "e-mail address is on the stop list", DoNotRetry),
    row(1407, "phone number is on the stop list", DoNotRetry),
    row(1408, "card data is known to have leaked", DoNotRetry),
    row(1409, "too soon after the previous operation", DoNotRetry),
    row(1410, "risk control bars this domain", DoNotRetry),
    row(1411, "risk control bars this country", DoNotRetry),
    row(1412, "countries in the payment do not agree", DoNotRetry),
    row(1413, "limit for this country is used up", DoNotRetry),
    row(1414, "country is closed to payments across borders", DoNotRetry),
    row(1415, "risk score is too high", DoNotRetry),
    row(1421, "risk control finds the amount wrong", DoNotRetry),
    row(1422, "amount is more than risk control permits", DoNotRetry),
    row(1431, "payer used too many cards", DoNotRetry),
    row(1432, "payer used too many e-mail addresses", DoNotRetry),
    row(1433, "payer made too many operations", DoNotRetry),
    row(1434, "risk control saw this operation before", DoNotRetry),
    row(1435, "too many payers share these details", DoNotRetry),
    row(1437, "too many names share these details", DoNotRetry),
    row(1441, "compliance rules forbid the operation", DoNotRetry),
    row(1450, "found on a sanctions list", DoNotRetry),
    row(1451, "money laundering rules forbid the operation", DoNotRetry),
    row(1452, "found on the UK sanctions list", DoNotRetry),
    row(1453, "found on the US sanctions list", DoNotRetry),
    row(1455, "wording is on a money laundering watchlist", DoNotRetry),
    row(1456, "cardholder name has an unacceptable form", DoNotRetry),
    row(1457, "found on the EU sanctions list", DoNotRetry),
    row(1458, "found on the UN sanctions list", DoNotRetry),
    row(1459, "found on the Dutch sanctions list", DoNotRetry),
    row(1460, "found on the Emirates' sanctions list", DoNotRetry),
    row(1461, "card product is not accepted", DoNotRetry),
    row(1462, "card type is not accepted", DoNotRetry),
    row(1463, "cardholder name does not agree with records", DoNotRetry),
    row(1499, "learned risk model advised against it", DoNotRetry),
];
