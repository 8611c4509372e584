//! Good signatures over messages written in another way: the signed string is the same, so they are good.

use serde_json::{Value, json};

use crate::check_context::CheckContext;
use crate::edit::{replaced, with};
use crate::expect;
use crate::outcome::Checked;
use crate::row::{Level, Row, play};
use crate::rows::sections::{PATHS, SIGNED};

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "signed-reordered",
        Level::Must,
        SIGNED,
        "a good signature is good in whatever order the keys stand",
        "A payer is turned away because the platform wrote its keys in another order.",
        play!(reordered),
    ),
    Row::new(
        "signed-white-space",
        Level::Must,
        SIGNED,
        "a good signature is good with any white space between the fields",
        "A payer is turned away because of a space that means nothing.",
        play!(white_space),
    ),
    Row::new(
        "signed-escapes",
        Level::Must,
        SIGNED,
        "a good signature is good where letters are written as \\u escapes, and / as \\/",
        "PHP writes JSON so: who signs the bytes as they stand turns every payer away.",
        play!(escapes),
    ),
    Row::new(
        "signed-extra-fields",
        Level::Should,
        SIGNED,
        "a good signature is good with signed fields that nobody knows",
        "With the platform's next field every payer is turned away.",
        play!(extra_fields),
    ),
    Row::new(
        "signed-booleans",
        Level::Should,
        SIGNED,
        "true is signed as 1 and false as 0",
        "Callbacks have booleans: refused, they come again and again and the payer gets nothing.",
        play!(booleans),
    ),
    Row::new(
        "signed-long-array",
        Level::Should,
        PATHS,
        "a list of 12 is signed in natural order",
        "A message with a long list is refused for ever.",
        play!(long_array),
    ),
];

fn requests(scene: &CheckContext<'_>) -> [Value; 2] {
    [scene.verify_json(), scene.check_deposit_json()]
}

/// Each of these bodies is signed and answered with code 0.
async fn accepted(scene: &CheckContext<'_>, bodies: impl IntoIterator<Item = String>) -> Checked {
    for body in bodies {
        sent(scene, scene.platform.sign_text(body)).await?;
    }
    Ok(())
}

/// A signed body is answered with code 0.
async fn sent(scene: &CheckContext<'_>, body: Vec<u8>) -> Checked {
    expect::answer(&scene.send(body).await?, 0).map(drop)
}

async fn reordered(scene: &CheckContext<'_>) -> Checked {
    for request in requests(scene) {
        let signed = scene.platform.sign(&request);
        let message: Value = serde_json::from_slice(&signed).unwrap_or_default();
        let fields = message.as_object().into_iter().flatten();
        let mut fields: Vec<_> = fields
            .map(|(name, it)| format!("\"{name}\":{it}"))
            .collect();
        // Each of them is the first once.
        for _ in 0..fields.len() {
            fields.rotate_left(1);
            sent(scene, format!("{{{}}}", fields.join(",")).into()).await?;
        }
        fields.reverse();
        sent(scene, format!("{{{}}}", fields.join(",")).into()).await?;
    }
    Ok(())
}

async fn white_space(scene: &CheckContext<'_>) -> Checked {
    for request in requests(scene) {
        let signed = scene.platform.sign(&request);
        let message: Value = serde_json::from_slice(&signed).unwrap_or_default();
        let pretty = serde_json::to_string_pretty(&message).unwrap_or_default();
        sent(scene, pretty.replace('\n', "\r\n\t").into()).await?;
        sent(scene, format!(" \r\n{pretty}\n\n").into()).await?;
    }
    Ok(())
}

async fn escapes(scene: &CheckContext<'_>) -> Checked {
    for request in requests(scene) {
        // The signature has slashes, too.
        let signed = scene.platform.sign(&request);
        sent(scene, replaced_all(&signed, "/", "\\/")).await?;
        sent(
            scene,
            replaced(&signed, "\"customer_id\"", "\"c\\u0075stomer_\\u0069d\""),
        )
        .await?;
        let payer = &scene.target.customers.payer;
        let units = payer.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
        let escaped = units.collect::<Vec<_>>().concat();
        sent(
            scene,
            replaced(
                &signed,
                &json!(payer).to_string(),
                &format!("\"{escaped}\""),
            ),
        )
        .await?;
    }
    Ok(())
}

fn replaced_all(body: &[u8], from: &str, to: &str) -> Vec<u8> {
    String::from_utf8_lossy(body).replace(from, to).into()
}

async fn extra_fields(scene: &CheckContext<'_>) -> Checked {
    let extended = requests(scene).map(|it| {
        let it = with(it, "/a_note", json!("Оплата № 7"));
        let it = with(it, "/zone", json!({"id": 5, "name": "x"}));
        with(it, "/Terminal_Id", json!(70_001)).to_string()
    });
    accepted(scene, extended).await
}

async fn booleans(scene: &CheckContext<'_>) -> Checked {
    let extended = requests(scene).map(|it| {
        let it = with(it, "/is_test", json!(false));
        with(it, "/is_kiosk", json!(true)).to_string()
    });
    accepted(scene, extended).await
}

async fn long_array(scene: &CheckContext<'_>) -> Checked {
    let list: Vec<u8> = (1..=12).collect();
    let extended = requests(scene).map(|it| with(it, "/list", json!(list)).to_string());
    accepted(scene, extended).await
}
