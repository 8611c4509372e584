//! Who comes in.

use crate::desk::{Desk, desk};

#[tokio::test]
async fn person_with_a_token_signs_in_and_sees_the_front_page() {
    let running = desk().await;
    let person = Desk::signed_in(&running).await;
    let page = person.page("/").await;
    assert!(page.contains("<h1>"), "{page}");
}
