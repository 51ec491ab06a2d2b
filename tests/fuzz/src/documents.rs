//! Documents as an import takes them, drawn from bytes: right in most places, wrong in some.

use arbitrary::{Result, Unstructured};
use serde_json::{Map, Value, json};

/// Draws a document of one of the kinds that there are, and damages it now and then.
pub fn document(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut bytes = match u.int_in_range(0..=7)? {
        0 => order(u)?.to_string(),
        1 => lines(u, "\n", order)?,
        2 => json!({"count": 1, "next": null, "results": many(u, order)?}).to_string(),
        3 => webhook(u)?.to_string(),
        4 => json!(many(u, chat_message)?).to_string(),
        5 => dump(u)?.to_string(),
        6 => message(u)?,
        _ => chat(u)?,
    }
    .into_bytes();
    for _ in 0..u.int_in_range(0..=2)? {
        damage(u, &mut bytes)?;
    }
    Ok(bytes)
}

/// Cuts, doubles or overwrites a few bytes.
fn damage(u: &mut Unstructured<'_>, bytes: &mut Vec<u8>) -> Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    let at = u.choose_index(bytes.len())?;
    let end = (at + u.int_in_range(1..=12)?).min(bytes.len());
    match u.int_in_range(0..=3)? {
        0 => drop(bytes.drain(at..end)),
        1 => drop(bytes.splice(at..at, bytes[at..end].to_vec())),
        2 => bytes[at] = u.arbitrary()?,
        _ => bytes.truncate(at),
    }
    Ok(())
}

fn many<T>(u: &mut Unstructured<'_>, one: fn(&mut Unstructured<'_>) -> Result<T>) -> Result<Vec<T>> {
    (0..u.int_in_range(0..=3)?).map(|_| one(u)).collect()
}

fn lines(u: &mut Unstructured<'_>, between: &str, one: fn(&mut Unstructured<'_>) -> Result<Value>) -> Result<String> {
    Ok(many(u, one)?.iter().map(Value::to_string).collect::<Vec<_>>().join(between))
}

/// Returns whether to do what is done one time in `n`.
fn rarely(u: &mut Unstructured<'_>, n: u32) -> Result<bool> {
    u.ratio(1, n)
}

/// Draws a text: one that a shop sees every day, or any.
fn text(u: &mut Unstructured<'_>) -> Result<String> {
    const USUAL: [&str; 16] = [
        "John Doe",
        "ليلى حسن",
        "Hany *HK* Kamal",
        "L",
        "٤٢",
        "Blue",
        "1. *Belt*",
        "NEW ORDER REQUEST",
        "Total Items:  3",
        "a\u{202e}b",
        "\u{1b}[31mred",
        "two\nlines",
        "no\u{a0}break",
        " edge\u{200f} ",
        "*TOTAL:       $1.00*",
        "<br>",
    ];
    if rarely(u, 4)? { u.arbitrary() } else { Ok((*u.choose(&USUAL)?).to_owned()) }
}

fn phone(u: &mut Unstructured<'_>) -> Result<String> {
    if rarely(u, 8)? {
        return text(u);
    }
    Ok((*u.choose(&["+201011112222", "0122 333 4455", "201055556666", "٠١٢٢٣٣٣٤٤٥٥", "5"])?).to_owned())
}

fn product(u: &mut Unstructured<'_>) -> Result<String> {
    const KNOWN: [&str; 5] = [
        "550e8400-e29b-41d4-a716-446655440000",
        "a4d5c6b7-1e2f-4a3b-8c4d-0f1e2d3c4b5a",
        "550E8400E29B41D4A716446655440000",
        "BLT-01",
        "SKU-12345",
    ];
    if rarely(u, 8)? { text(u) } else { Ok((*u.choose(&KNOWN)?).to_owned()) }
}

/// Draws hundredths, mostly small.
fn hundredths(u: &mut Unstructured<'_>) -> Result<i64> {
    if rarely(u, 8)? { u.int_in_range(0..=9_999_999_999) } else { u.int_in_range(0..=20_000) }
}

fn amount(hundredths: i64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// Draws how an amount is sent.
fn money(u: &mut Unstructured<'_>, hundredths: i64) -> Result<Value> {
    let text = amount(hundredths);
    Ok(match u.int_in_range(0..=9)? {
        0 => json!(text.trim_end_matches('0').trim_end_matches('.')),
        1 => json!(hundredths),
        2 => json!(u.arbitrary::<f64>()?),
        3..=5 => json!(text),
        _ => serde_json::from_str(&text).unwrap_or(Value::Null),
    })
}

/// Draws a JSON value of any kind.
fn any(u: &mut Unstructured<'_>) -> Result<Value> {
    Ok(match u.int_in_range(0..=7)? {
        0 => Value::Null,
        1 => json!(u.arbitrary::<bool>()?),
        2 => json!(u.arbitrary::<i64>()?),
        3 => json!([]),
        4 => json!({}),
        5 => json!({"a": [1, "b"]}),
        6 => json!(u.arbitrary::<f64>()?),
        _ => json!(text(u)?),
    })
}

/// Spoils an object now and then: a key lost, added, in snake case, or with another value.
fn spoil(u: &mut Unstructured<'_>, object: &mut Map<String, Value>) -> Result<()> {
    if !rarely(u, 6)? || object.is_empty() {
        return Ok(());
    }
    let at = u.choose_index(object.len())?;
    let key = object.keys().nth(at).cloned().unwrap_or_default();
    match u.int_in_range(0..=3)? {
        0 => drop(object.shift_remove(&key)),
        1 => drop(object.insert(text(u)?, any(u)?)),
        2 => {
            let value = object.shift_remove(&key).unwrap_or_default();
            let snake = key.chars().fold(String::new(), |mut snake, c| {
                if c.is_ascii_uppercase() {
                    snake.push('_');
                }
                snake.push(c.to_ascii_lowercase());
                snake
            });
            object.insert(snake, value);
        }
        _ => drop(object.insert(key, any(u)?)),
    }
    Ok(())
}

fn order(u: &mut Unstructured<'_>) -> Result<Value> {
    let (mut items, mut total, mut count) = (Vec::new(), 0_i64, 0_i64);
    for _ in 0..u.int_in_range(1..=4)? {
        let (price, quantity) = (hundredths(u)?, i64::from(u.int_in_range(1..=9)?));
        let mut item = Map::new();
        item.insert("productId".into(), json!(product(u)?));
        item.insert("quantity".into(), if rarely(u, 6)? { json!(quantity.to_string()) } else { json!(quantity) });
        item.insert("unitPrice".into(), money(u, price)?);
        for key in ["productName", "productBarcode", "selectedSize", "selectedColor"] {
            if u.arbitrary()? {
                item.insert(key.into(), json!(text(u)?));
            }
        }
        if rarely(u, 3)? {
            item.insert("productImage".into(), json!("https://shop.example/a.png"));
        }
        if rarely(u, 3)? {
            item.insert("subtotal".into(), json!(amount(price * quantity)));
        }
        spoil(u, &mut item)?;
        items.push(Value::Object(item));
        total += price * quantity;
        count += quantity;
    }
    let mut order = Map::new();
    let reference = u.int_in_range(0..=99_999)?;
    order.insert("orderReference".into(), json!(format!("LEG-{reference:05}")));
    order.insert("orderDate".into(), json!(if rarely(u, 8)? { text(u)? } else { "2026-02-04T10:30:00Z".into() }));
    order.insert("customerName".into(), json!(text(u)?));
    order.insert("customerPhone".into(), json!(phone(u)?));
    if u.arbitrary()? {
        order.insert("customerAddress".into(), json!(text(u)?));
    }
    order.insert("items".into(), json!(items));
    if u.arbitrary()? {
        order.insert("total".into(), json!(amount(total)));
        order.insert("itemCount".into(), json!(count));
    }
    if rarely(u, 4)? {
        order.insert("currency".into(), json!("EGP"));
        order.insert("status".into(), json!("pending"));
        order.insert("createdAt".into(), json!("2026-02-04T10:30:00.000Z"));
        order.insert("user".into(), Value::Null);
    }
    spoil(u, &mut order)?;
    Ok(Value::Object(order))
}

fn webhook(u: &mut Unstructured<'_>) -> Result<Value> {
    let mut value = Map::new();
    let sender = phone(u)?;
    value.insert("contacts".into(), json!([{"profile": {"name": text(u)?}, "wa_id": sender}]));
    let mut messages = Vec::new();
    for number in 0..u.int_in_range(0..=3)? {
        let mut message = Map::new();
        message.insert("from".into(), json!(if rarely(u, 4)? { phone(u)? } else { sender.clone() }));
        message.insert("id".into(), json!(format!("wamid.{number}")));
        message
            .insert("timestamp".into(), json!(if u.arbitrary()? { json!("1770800500") } else { json!(1_770_800_500) }));
        match u.int_in_range(0..=3)? {
            0 => {
                message.insert("type".into(), json!("text"));
                message.insert("text".into(), json!({"body": self::message(u)?}));
            }
            1 => drop(message.insert("type".into(), json!(text(u)?))),
            _ => {
                message.insert("type".into(), json!("order"));
                message.insert("order".into(), cart(u)?);
            }
        }
        spoil(u, &mut message)?;
        messages.push(Value::Object(message));
    }
    value.insert("messages".into(), json!(messages));
    if rarely(u, 3)? {
        value.insert("statuses".into(), json!([{"status": "read"}]));
    }
    spoil(u, &mut value)?;
    let value = Value::Object(value);
    Ok(match u.int_in_range(0..=3)? {
        0 => value,
        1 => json!({"field": "messages", "value": value}),
        2 => json!({"body": value}),
        _ => {
            json!({"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": value}]}]})
        }
    })
}

fn cart(u: &mut Unstructured<'_>) -> Result<Value> {
    let mut items = Vec::new();
    for _ in 0..u.int_in_range(0..=3)? {
        let price = hundredths(u)?;
        let mut item = Map::new();
        item.insert("product_retailer_id".into(), json!(product(u)?));
        item.insert("quantity".into(), json!(u.int_in_range(1..=9)?));
        item.insert("item_price".into(), money(u, price)?);
        item.insert("currency".into(), json!(if rarely(u, 8)? { "USD" } else { "EGP" }));
        spoil(u, &mut item)?;
        items.push(Value::Object(item));
    }
    let mut cart = Map::new();
    cart.insert("catalog_id".into(), json!("77"));
    if u.arbitrary()? {
        cart.insert("text".into(), json!(text(u)?));
    }
    cart.insert("product_items".into(), json!(items));
    spoil(u, &mut cart)?;
    Ok(Value::Object(cart))
}

fn chat_message(u: &mut Unstructured<'_>) -> Result<Value> {
    let message = if rarely(u, 4)? { text(u)? } else { message(u)? };
    let mut object = Map::new();
    object.insert("date".into(), json!("2026-02-11T10:54:00Z"));
    object.insert("author".into(), json!(text(u)?));
    object.insert("message".into(), json!(message));
    spoil(u, &mut object)?;
    Ok(Value::Object(object))
}

fn dump(u: &mut Unstructured<'_>) -> Result<Value> {
    let mut messages = Map::new();
    for key in 0..u.int_in_range(0..=3)? {
        let mut object = Map::new();
        object.insert("from_me".into(), json!(rarely(u, 8)?));
        object.insert("timestamp".into(), json!(1_770_807_300.0));
        object.insert("key_id".into(), json!(format!("3EB0{key}")));
        object.insert("meta".into(), json!(rarely(u, 8)?));
        object.insert("data".into(), json!(message(u)?.replace('\n', " <br>")));
        spoil(u, &mut object)?;
        messages.insert(key.to_string(), Value::Object(object));
    }
    Ok(json!({"201223334455@s.whatsapp.net": {"name": text(u)?, "type": "android", "messages": messages}}))
}

fn chat(u: &mut Unstructured<'_>) -> Result<String> {
    let mut chat = String::new();
    for _ in 0..u.int_in_range(1..=3)? {
        let start =
            *u.choose(&["06/02/2026, 18:06 - Karim: ", "[6.2.26, 18:06:40] كريم: ", "2/6/26, 6:06 PM - K: "])?;
        chat.push_str(start);
        chat.push_str(&if u.arbitrary()? { message(u)? } else { text(u)? });
        chat.push_str(if rarely(u, 4)? { "\r\n" } else { "\n" });
    }
    Ok(chat)
}

/// Draws an order message as the web page writes it; now and then a line of it is lost, doubled or moved.
fn message(u: &mut Unstructured<'_>) -> Result<String> {
    let reference = if u.arbitrary()? { "LEG-MLHWVWMU-T0PP".to_owned() } else { text(u)? };
    let mut lines = vec![
        "╔════╗".to_owned(),
        "   *LEGO MENS WEAR*".to_owned(),
        "   📦 NEW ORDER REQUEST".to_owned(),
        "╚════╝".to_owned(),
        format!("*Order Ref:* {reference}"),
        "*Date:* Feb 11, 2026, 12:53 PM".to_owned(),
        "┌─ 👤 CUSTOMER INFO ─┐".to_owned(),
        format!("│ Name:    {}", text(u)?),
        format!("│ Phone:   {}", phone(u)?),
    ];
    if u.arbitrary()? {
        lines.push(format!("│ Address: {}", text(u)?));
    }
    lines.push("┌─ 📋 ORDER ITEMS ─┐".to_owned());
    let (mut total, mut count) = (0, 0);
    for number in 1..=u.int_in_range(1..=3)? {
        let (price, quantity) = (hundredths(u)?, i64::from(u.int_in_range(1..=9)?));
        lines.push(format!("│ {number}. *{}*", text(u)?));
        if u.arbitrary()? {
            lines.push(format!("│    📌 SKU: *{}*", product(u)?));
        }
        let id = if rarely(u, 4)? { "550e8400...".to_owned() } else { product(u)? };
        lines.push(format!("│    🔑 ID: {id}"));
        if u.arbitrary()? {
            lines.push(format!("│    📏 Size: {}", text(u)?));
        }
        if rarely(u, 3)? {
            lines.push(format!("│    🎨 Color: {}", text(u)?));
        }
        lines.push(format!("│    💰 Price: ${} × {quantity}", amount(price)));
        lines.push(format!("│    💵 Subtotal: ${}", amount(price * quantity)));
        lines.push("│".to_owned());
        total += price * quantity;
        count += quantity;
    }
    lines.push("┌─ 💳 ORDER SUMMARY ─┐".to_owned());
    lines.push(format!("│ Total Items:  {count}"));
    lines.push(format!("│ Subtotal:     ${}", amount(total)));
    lines.push("│ Delivery:     TBD".to_owned());
    lines.push(format!("│ *TOTAL:       ${}*", amount(total)));
    if rarely(u, 3)? {
        let (at, to) = (u.choose_index(lines.len())?, u.choose_index(lines.len())?);
        match u.int_in_range(0..=2)? {
            0 => drop(lines.remove(at)),
            1 => lines.insert(to, lines[at].clone()),
            _ => lines.swap(at, to),
        }
    }
    Ok(lines.join("\n"))
}
