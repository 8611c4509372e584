//! Bodies that aim to be slow, and an honest body to compare them with. Each shape is a kind that was slow once, or that a
//! search found to be the slowest of its kind.

/// Fields that no message has, but that look like those of messages.
pub(super) fn honest(bytes: usize) -> String {
    filled(bytes, |number| {
        format!("\"field_{}_name\":\"an ordinary text\"", letters(number))
    })
}

pub(super) fn bodies(bytes: usize) -> Vec<(&'static str, String)> {
    let keys = |name: &dyn Fn(usize) -> String, value: &str| {
        filled(bytes, |number| format!("\"{}\":{value}", name(number)))
    };
    let spaces = " ".repeat(140);
    vec![
        ("short keys", keys(&letters, "\"x\"")),
        (
            "letter and digits",
            keys(&|it| format!("a{:05}", it * 79_193 % 100_000), "\"x\""),
        ),
        (
            "digits",
            keys(&|it| format!("{:06}", it * 791_933 % 1_000_000), "\"x\""),
        ),
        (
            "long numbers",
            keys(&|it| format!("1{}{:06}", "0".repeat(60), it * 7_919), "1"),
        ),
        (
            "zeros",
            keys(&|it| format!("{}{:06}", "0".repeat(60), it * 7_919), "1"),
        ),
        (
            "spaces behind",
            keys(&|it| format!("{}{spaces}", letters(it)), "1"),
        ),
        (
            "spaces before",
            keys(&|it| format!("{spaces}{}", letters(it)), "1"),
        ),
        (
            "spaces inside",
            keys(&|it| format!("{} {:02}", letters(it), it % 100), "\"x\""),
        ),
        ("colons", keys(&|it| format!("{}::", letters(it)), "\"x\"")),
        (
            "one beginning",
            keys(&|it| format!("{}{}", "a".repeat(19), letters(it)), "1"),
        ),
        ("floats", keys(&letters, "1.2345678901234e-300")),
        ("escapes", keys(&letters, "\"\\n\\n\\n\\n\\n\\n\\n\\n\"")),
        (
            "values below a long key",
            filled(bytes, |_| below(&spaces, bytes - 600)),
        ),
        (
            "unsigned values",
            filled(bytes, |_| below("frame_mode", bytes - 600)),
        ),
        (
            "empty objects",
            filled(bytes, |_| {
                format!("\"a\":[{}{{}}]", "{},".repeat(bytes / 3 - 200))
            }),
        ),
    ]
}

/// An object with short values below a key.
fn below(key: &str, bytes: usize) -> String {
    let fields = (0..bytes / 9).map(|number| format!("\"{}\":1", letters(number)));
    format!("\"{key}\":{{{}}}", fields.collect::<Vec<_>>().join(","))
}

/// A body of a known project with a signature that can be one, and as many fields as fit.
fn filled(bytes: usize, field: impl Fn(usize) -> String) -> String {
    let signature = "A".repeat(86);
    let mut body = format!("{{\"project_id\":1234,\"signature\":\"{signature}==\"");
    for number in 0.. {
        let field = field(number);
        if body.len() + field.len() + 2 > bytes || number > 0 && field.len() > bytes / 2 {
            break;
        }
        body.push(',');
        body.push_str(&field);
    }
    body.push('}');
    body
}

/// Four letters, in no order.
fn letters(number: usize) -> String {
    let mut rest = number * 7_919;
    let letter = |_| {
        let letter = b'a' + u8::try_from(rest % 26).unwrap_or(0);
        rest /= 26;
        char::from(letter)
    };
    (0..4).map(letter).collect()
}
