//! Command lines as they are run and printed, and what they read.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::command::{
    Cents, Command, Discount, Draft, ItemEdit, Named, PaidRow, Payment, Remark, Replacement, Shape, Terms, Typed, money,
};

/// A command line in the making.
struct Words(Vec<String>);

impl Words {
    fn new(words: &[&str]) -> Words {
        Words(words.iter().map(|&word| word.to_owned()).collect())
    }

    fn word(mut self, word: impl Into<String>) -> Words {
        self.0.push(word.into());
        self
    }

    fn words<'a>(mut self, words: impl IntoIterator<Item = &'a String>) -> Words {
        self.0.extend(words.into_iter().cloned());
        self
    }

    fn flag(self, flag: &str, is_given: bool) -> Words {
        if is_given { self.word(flag) } else { self }
    }

    fn option(self, option: &str, value: Option<String>) -> Words {
        match value {
            Some(value) => self.word(format!("{option}={value}")),
            None => self,
        }
    }

    fn terms(self, terms: &Terms) -> Words {
        let delivery = terms.delivery.map(|fee| fee.map_or("none".to_owned(), money));
        let discount = terms.discount.as_ref().map(|discount| match discount {
            Discount::Amount(amount) => money(*amount),
            Discount::Permille(permille) => format!("{}.{}%", permille / 10, permille % 10),
            Discount::None => "none".to_owned(),
        });
        self.option("--delivery", delivery)
            .option("--discount", discount)
            .flag("--cod", terms.cod == Some(true))
            .flag("--no-cod", terms.cod == Some(false))
    }

    fn payment(self, option: &str, payment: Option<&Payment>) -> Words {
        let Some(payment) = payment else { return self };
        self.option(option, Some(payment.method.clone()))
            .option("--amount", payment.amount.map(money))
            .option("--receipt", payment.receipt.clone())
    }

    fn item_edit(self, edit: Option<&ItemEdit>) -> Words {
        match edit {
            None => self,
            Some(ItemEdit::Change { number, quantity, size, color, price }) => self
                .option("--item", Some(number.to_string()))
                .option("--quantity", quantity.map(|quantity| quantity.to_string()))
                .option("--size", size.clone())
                .option("--item-color", color.clone())
                .option("--price", price.map(money)),
            Some(ItemEdit::Add { product, quantity, size, color, price }) => self
                .option("--add", Some(product.barcode.to_owned()))
                .option("--quantity", Some(quantity.to_string()))
                .option("--size", size.clone())
                .option("--item-color", color.clone())
                .option("--price", price.map(money)),
            Some(ItemEdit::Remove(number)) => self.option("--remove", Some(number.to_string())),
        }
    }

    /// Adds the numbers of items, and how many pieces of each.
    fn returned(self, lines: &[(usize, i64)]) -> Words {
        let lines = lines.iter().map(|(number, pieces)| match pieces {
            1 => number.to_string(),
            _ => format!("{number}*{pieces}"),
        });
        self.words(&lines.collect::<Vec<_>>())
    }

    /// Adds sizes, and how many pieces of each.
    fn received(self, pieces: &[(Option<String>, i64)]) -> Words {
        let pieces = pieces.iter().map(|(size, pieces)| match size {
            Some(size) => format!("{size}={pieces}"),
            None => pieces.to_string(),
        });
        self.words(&pieces.collect::<Vec<_>>())
    }

    fn replacement(self, replacement: Option<&Replacement>) -> Words {
        match replacement {
            None => self,
            Some(Replacement::Size(size)) => self.option("--exchange", Some(size.clone())),
            Some(Replacement::For { product, size, color, price }) => {
                let (looks, price) = (looks(size.as_ref(), color.as_ref()), at(*price));
                self.option("--for", Some(format!("{}{looks}{price}", product.barcode)))
            }
        }
    }
}

/// Returns the size and color of an item as they are typed after its product.
fn looks(size: Option<&String>, color: Option<&String>) -> String {
    match (size, color) {
        (None, None) => String::new(),
        (Some(size), None) => format!("/{size}"),
        (size, Some(color)) => format!("/{}/{color}", size.map_or("", String::as_str)),
    }
}

/// Returns a price as it is typed after an item.
fn at(price: Option<Cents>) -> String {
    price.map(|price| format!("@{}", money(price))).unwrap_or_default()
}

impl Typed {
    fn words(&self) -> Words {
        let items = self.items.iter().map(|item| {
            let (looks, price) = (looks(item.size.as_ref(), item.color.as_ref()), at(item.price));
            format!("--item={}{looks}*{}{price}", item.product.barcode, item.quantity)
        });
        Words::new(&["create", "--phone", &self.phone, "--reference", &self.reference])
            .option("--name", self.name.clone())
            .option("--address", self.address.clone())
            .words(&items.collect::<Vec<_>>())
            .terms(&self.terms)
            .flag("--confirm", self.confirm)
            .flag("--delivered", self.delivered)
            .payment("--paid", self.payment.as_ref())
    }
}

impl Remark {
    fn words(&self, phone: &str) -> Words {
        match self {
            Remark::Note(text) => Words::new(&["customer", "note", phone, text]),
            Remark::Block(why) => Words::new(&["customer", "block", phone, "--note", why]),
            Remark::Unblock => Words::new(&["customer", "unblock", phone]),
        }
    }
}

impl Draft {
    fn json(&self) -> Value {
        let items = self.items.iter().map(|item| {
            json!({"productId": item.product.id, "quantity": item.quantity, "unitPrice": money(item.price),
                   "selectedSize": item.size, "selectedColor": item.color})
        });
        json!({
            "orderReference": self.reference, "orderDate": "2026-02-04T10:30:00Z", "customerName": self.customer.name,
            "customerPhone": self.customer.phone, "customerAddress": self.customer.address,
            "items": items.collect::<Vec<_>>(), "deliveryFee": self.delivery.map(money),
            "discount": self.discount.map(money), "cod": self.cod,
        })
    }

    /// Returns it as the message that the shop's page writes.
    fn message(&self) -> String {
        let Draft { reference, customer, items, .. } = self;
        let mut text = format!("*NEW ORDER REQUEST*\n\n*Order Ref:* {reference}\n*Date:* Feb 4, 2026, 10:30 AM\n\n");
        let _ = writeln!(text, "┌─ CUSTOMER INFO ─┐\n│ Name:    {}\n│ Phone:   {}", customer.name, customer.phone);
        if let Some(address) = &customer.address {
            let _ = writeln!(text, "│ Address: {address}");
        }
        text += "└─────┘\n\n┌─ ORDER ITEMS ─┐\n";
        for (index, item) in items.iter().enumerate() {
            let Named { barcode, id } = item.product;
            let _ = writeln!(text, "│\n│ {}. *{barcode}*\n│    SKU: *{barcode}*\n│    ID: {id}", index + 1);
            for (label, value) in [("Size", &item.size), ("Color", &item.color)] {
                let _ = value.as_ref().map(|value| writeln!(text, "│    {label}: {value}"));
            }
            let subtotal = money(item.price * item.quantity);
            let _ =
                writeln!(text, "│    Price: ${} × {}\n│    Subtotal: ${subtotal}", money(item.price), item.quantity);
        }
        let (count, total) = (
            items.iter().map(|item| item.quantity).sum::<i64>(),
            money(items.iter().map(|item| item.price * item.quantity).sum()),
        );
        text += "│\n└─────┘\n\n┌─ ORDER SUMMARY ─┐\n";
        text + &format!("│ Total Items:  {count}\n│ Subtotal:     ${total}\n│ *TOTAL:       ${total}*\n└─────┘\n\n")
    }
}

impl Command {
    /// Returns the arguments after the program's name.
    pub fn arguments(&self) -> Vec<String> {
        let words = match self {
            Command::Create(_) => Words::new(&["create", "-"]),
            Command::CreateTyped(typed) => typed.words(),
            Command::Import { keep_going, .. } => Words::new(&["import", "-"]).flag("--keep-going", *keep_going),
            Command::Confirm { references, accept_prices, cod, payment, keep_going } => Words::new(&["confirm"])
                .words(references)
                .flag("--accept-prices", *accept_prices)
                .flag("--cod", *cod)
                .payment("--paid", payment.as_ref())
                .flag("--keep-going", *keep_going),
            Command::SetStatus { references, status, force, no_restock, keep, keep_going } => {
                let words = match *status {
                    "cancelled" => Words::new(&["cancel"]).words(references),
                    status => Words::new(&["set-status"]).words(references).word(status),
                };
                words
                    .flag("--force", *force)
                    .flag("--no-restock", *no_restock)
                    .option("--keep", keep.map(money))
                    .flag("--keep-going", *keep_going)
                    .option("--note", (*force || *no_restock).then(|| "why".to_owned()))
            }
            Command::SetListed { keep_going, .. } => {
                Words::new(&["set-status", "--from=-"]).flag("--keep-going", *keep_going)
            }
            Command::Edit { reference, name, phone, address, terms, items } => Words::new(&["edit", reference])
                .option("--name", name.clone())
                .option("--phone", phone.clone())
                .option("--address", address.clone())
                .terms(terms)
                .item_edit(items.as_ref()),
            Command::Return { reference, lines, damaged, replacement, refund, keep } => {
                Words::new(&["return", reference])
                    .returned(lines)
                    .replacement(replacement.as_ref())
                    .flag("--damaged", *damaged)
                    .payment("--refund", refund.as_ref())
                    .option("--keep", keep.map(money))
            }
            Command::Pay { reference, amount, method, receipt } => {
                Words::new(&["pay", reference, &money(*amount), method]).option("--receipt", receipt.clone())
            }
            Command::PayListed { method, keep_going, .. } => {
                Words::new(&["pay", "--from=-", "--method", method]).flag("--keep-going", *keep_going)
            }
            Command::Refund { reference, payment } => Words::new(&["refund", reference])
                .words(&payment.amount.map(money))
                .word(&payment.method)
                .option("--receipt", payment.receipt.clone()),
            Command::Void { reference, number } => {
                Words::new(&["pay", reference, "--void", &number.to_string(), "--note", "why"])
            }
            Command::Note { reference } => Words::new(&["note", reference, "calls back"]),
            Command::Carry { reference, is_shipped, courier, tracking } => {
                let words = match is_shipped {
                    true => Words::new(&["set-status", reference, "shipped"]),
                    false => Words::new(&["edit", reference]),
                };
                words.option("--courier", courier.map(str::to_owned)).option("--tracking", tracking.clone())
            }
            Command::Remark { phone, remark } => remark.words(phone),
            Command::Forget { phone } => Words::new(&["customer", "forget", phone, "--yes"]),
            Command::Adjust { product, size, difference } => {
                Words::new(&["product", "adjust", product.barcode, &format!("{difference:+}"), "--note", "why"])
                    .option("--size", size.clone())
            }
            Command::Count { product, size, pieces } => {
                Words::new(&["product", "count", product.barcode, &pieces.to_string(), "--note", "why"])
                    .option("--size", size.clone())
                    .flag("--new-size", size.is_some())
            }
            Command::SetPrice { product, price } => {
                Words::new(&["product", "set", product.barcode, "--price", &money(*price)])
            }
            Command::SetDiscounted { product, price } => Words::new(&["product", "set", product.barcode])
                .option("--discounted-price", price.map(money))
                .flag("--no-discounted-price", price.is_none()),
            Command::RemoveSize { product, size } => {
                Words::new(&["product", "set", product.barcode, "--remove-size", size])
            }
            Command::RemoveProduct { product } => Words::new(&["product", "remove", product.barcode, "--yes"]),
            Command::ImportPrices { .. } => Words::new(&["product", "import", "-"]),
            Command::Receive { delivery, product, pieces } => {
                let words = Words::new(&["product", "receive", product.barcode]).received(pieces);
                words.option("--ref", Some(delivery.clone()))
            }
            Command::DryRun(command) => {
                return command.arguments().into_iter().chain(["--dry-run".to_owned()]).collect();
            }
            Command::Show { reference } => Words::new(&["show", reference]),
            Command::List => Words::new(&["list", "--items"]),
            Command::Products => Words::new(&["product", "list"]),
            Command::Sales => Words::new(&["report", "sales", "--by", "product"]),
            Command::Customers => Words::new(&["customer", "list"]),
            Command::Money => Words::new(&["report", "money"]),
            Command::Check => Words::new(&["check"]),
            Command::Backup(name) => Words::new(&["backup", name]),
        };
        words.word("--json").0
    }

    /// Returns what the command reads.
    pub fn stdin(&self) -> String {
        match self {
            Command::Create(draft) => draft.json().to_string(),
            Command::Import { drafts, shape, .. } => match shape {
                Shape::Lines => drafts.iter().map(|draft| format!("{}\n", draft.json())).collect(),
                Shape::Array => drafts.iter().map(Draft::json).collect::<Value>().to_string(),
                Shape::Wrapped => drafts.iter().map(|draft| format!("{}\n", json!({"body": draft.json()}))).collect(),
                Shape::Messages => drafts.iter().map(Draft::message).collect(),
            },
            Command::SetListed { rows, .. } => {
                let rows = rows.iter().map(|(reference, status)| format!("{reference},{status}\n"));
                "orderReference,status\n".to_owned() + &rows.collect::<String>()
            }
            Command::PayListed { rows, .. } => {
                let rows = rows.iter().map(|PaidRow { reference, amount, receipt }| {
                    format!("{reference},{},{}\n", money(*amount), receipt.as_deref().unwrap_or_default())
                });
                "orderReference,amount,receipt\n".to_owned() + &rows.collect::<String>()
            }
            Command::ImportPrices { prices } => {
                let price = |(product, price): &(Named, Cents)| {
                    let Named { barcode, id } = product;
                    format!("{}\n", json!({"id": id, "name": barcode, "barcode": barcode, "price": money(*price)}))
                };
                prices.iter().map(price).collect()
            }
            Command::DryRun(command) => command.stdin(),
            _ => String::new(),
        }
    }

    /// Returns the line to type into a shell.
    pub fn line(&self) -> String {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
        let is_plain = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_=+.,:/@".contains(&byte))
        };
        let words = self.arguments().into_iter().filter(|word| word != "--json");
        let words: Vec<String> = words.map(|word| if is_plain(&word) { word } else { quoted(&word) }).collect();
        let stdin = self.stdin();
        let piped = if stdin.is_empty() { String::new() } else { format!("echo {} | ", quoted(stdin.trim_end())) };
        format!("{piped}orders {}", words.join(" "))
    }
}
