//! The command lines that are drawn, as values: they are run, foretold and printed.

use serde_json::{Value, json};

/// Hundredths.
pub type Cents = i64;

/// Returns an amount as it is typed and printed.
pub fn money(cents: Cents) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
}

/// What a product is called on a command line, and its id in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    pub barcode: &'static str,
    pub id: &'static str,
}

/// An order from outside, as JSON.
#[derive(Clone, Debug)]
pub struct Draft {
    pub reference: String,
    pub customer: Customer,
    pub items: Vec<DraftItem>,
    pub delivery: Option<Cents>,
    pub discount: Option<Cents>,
    pub cod: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    pub name: String,
    pub phone: String,
    pub address: Option<String>,
}

#[derive(Clone, Debug)]
pub struct DraftItem {
    pub product: Named,
    pub quantity: i64,
    pub price: Cents,
    pub size: Option<String>,
    pub color: Option<String>,
}

/// An order that somebody types.
#[derive(Clone, Debug)]
pub struct Typed {
    pub reference: String,
    pub phone: String,
    pub name: Option<String>,
    pub address: Option<String>,
    pub items: Vec<TypedItem>,
    pub terms: Terms,
    pub confirm: bool,
    pub delivered: bool,
    pub payment: Option<Payment>,
}

#[derive(Clone, Debug)]
pub struct TypedItem {
    pub product: Named,
    pub quantity: i64,
    pub price: Option<Cents>,
    pub size: Option<String>,
    pub color: Option<String>,
}

/// What `--delivery`, `--discount`, `--cod` and `--no-cod` say, where they are given.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    pub delivery: Option<Option<Cents>>,
    pub discount: Option<Discount>,
    pub cod: Option<bool>,
}

#[derive(Clone, Debug)]
pub enum Discount {
    Amount(Cents),
    /// In tenths of a percent.
    Permille(i64),
    None,
}

/// What `--paid` or `--refund` say with `--amount` and `--receipt`.
#[derive(Clone, Debug)]
pub struct Payment {
    pub method: String,
    pub amount: Option<Cents>,
    pub receipt: Option<String>,
}

/// What `edit` does to the items.
#[derive(Clone, Debug)]
pub enum ItemEdit {
    Change { number: usize, quantity: Option<i64>, size: Option<String>, color: Option<String>, price: Option<Cents> },
    Add { product: Named, quantity: i64, size: Option<String>, color: Option<String>, price: Option<Cents> },
    Remove(usize),
}

/// What takes the place of the pieces that come back.
#[derive(Clone, Debug)]
pub enum Replacement {
    Size(String),
    For { product: Named, size: Option<String>, color: Option<String>, price: Option<Cents> },
}

#[derive(Clone, Debug)]
pub enum Command {
    Create(Draft),
    CreateTyped(Typed),
    Import {
        drafts: Vec<Draft>,
        keep_going: bool,
    },
    Confirm {
        references: Vec<String>,
        accept_prices: bool,
        cod: bool,
        payment: Option<Payment>,
        keep_going: bool,
    },
    /// `cancel` where the status is cancelled, else `set-status`.
    SetStatus {
        references: Vec<String>,
        status: &'static str,
        force: bool,
        no_restock: bool,
        keep: Option<Cents>,
        keep_going: bool,
    },
    Edit {
        reference: String,
        name: Option<String>,
        phone: Option<String>,
        address: Option<String>,
        terms: Terms,
        items: Option<ItemEdit>,
    },
    Return {
        reference: String,
        /// Numbers of items, and how many pieces of each.
        lines: Vec<(usize, i64)>,
        damaged: bool,
        replacement: Option<Replacement>,
        refund: Option<Payment>,
        keep: Option<Cents>,
    },
    Pay {
        reference: String,
        amount: Cents,
        method: String,
        receipt: Option<String>,
    },
    Refund {
        reference: String,
        payment: Payment,
    },
    Void {
        reference: String,
        number: usize,
    },
    Note {
        reference: String,
    },
    Adjust {
        product: Named,
        size: Option<String>,
        difference: i64,
    },
    Count {
        product: Named,
        size: Option<String>,
        pieces: i64,
    },
    SetPrice {
        product: Named,
        price: Cents,
    },
    Show {
        reference: String,
    },
    /// All orders with their items.
    List,
    /// The catalogue with its stock.
    Products,
    /// The report of sales by product.
    Sales,
    Customers,
}

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
}

impl Command {
    /// Returns the arguments after the program's name.
    pub fn arguments(&self) -> Vec<String> {
        let words = match self {
            Command::Create(_) => Words::new(&["create", "-"]),
            Command::CreateTyped(typed) => {
                let items = typed.items.iter().map(|item| {
                    let (looks, price) = (looks(item.size.as_ref(), item.color.as_ref()), at(item.price));
                    format!("--item={}{looks}*{}{price}", item.product.barcode, item.quantity)
                });
                Words::new(&["create", "--phone", &typed.phone, "--reference", &typed.reference])
                    .option("--name", typed.name.clone())
                    .option("--address", typed.address.clone())
                    .words(&items.collect::<Vec<_>>())
                    .terms(&typed.terms)
                    .flag("--confirm", typed.confirm)
                    .flag("--delivered", typed.delivered)
                    .payment("--paid", typed.payment.as_ref())
            }
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
            Command::Edit { reference, name, phone, address, terms, items } => {
                let words = Words::new(&["edit", reference])
                    .option("--name", name.clone())
                    .option("--phone", phone.clone())
                    .option("--address", address.clone())
                    .terms(terms);
                match items {
                    None => words,
                    Some(ItemEdit::Change { number, quantity, size, color, price }) => words
                        .option("--item", Some(number.to_string()))
                        .option("--quantity", quantity.map(|quantity| quantity.to_string()))
                        .option("--size", size.clone())
                        .option("--item-color", color.clone())
                        .option("--price", price.map(money)),
                    Some(ItemEdit::Add { product, quantity, size, color, price }) => words
                        .option("--add", Some(product.barcode.to_owned()))
                        .option("--quantity", Some(quantity.to_string()))
                        .option("--size", size.clone())
                        .option("--item-color", color.clone())
                        .option("--price", price.map(money)),
                    Some(ItemEdit::Remove(number)) => words.option("--remove", Some(number.to_string())),
                }
            }
            Command::Return { reference, lines, damaged, replacement, refund, keep } => {
                let lines = lines.iter().map(|(number, pieces)| match pieces {
                    1 => number.to_string(),
                    _ => format!("{number}*{pieces}"),
                });
                let words = Words::new(&["return", reference]).words(&lines.collect::<Vec<_>>());
                let words = match replacement {
                    None => words,
                    Some(Replacement::Size(size)) => words.option("--exchange", Some(size.clone())),
                    Some(Replacement::For { product, size, color, price }) => {
                        let (looks, price) = (looks(size.as_ref(), color.as_ref()), at(*price));
                        words.option("--for", Some(format!("{}{looks}{price}", product.barcode)))
                    }
                };
                words.flag("--damaged", *damaged).payment("--refund", refund.as_ref()).option("--keep", keep.map(money))
            }
            Command::Pay { reference, amount, method, receipt } => {
                Words::new(&["pay", reference, &money(*amount), method]).option("--receipt", receipt.clone())
            }
            Command::Refund { reference, payment } => Words::new(&["refund", reference])
                .words(&payment.amount.map(money))
                .word(&payment.method)
                .option("--receipt", payment.receipt.clone()),
            Command::Void { reference, number } => {
                Words::new(&["pay", reference, "--void", &number.to_string(), "--note", "why"])
            }
            Command::Note { reference } => Words::new(&["note", reference, "calls back"]),
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
            Command::Show { reference } => Words::new(&["show", reference]),
            Command::List => Words::new(&["list", "--items"]),
            Command::Products => Words::new(&["product", "list"]),
            Command::Sales => Words::new(&["report", "sales", "--by", "product"]),
            Command::Customers => Words::new(&["customer", "list"]),
        };
        words.word("--json").0
    }

    /// Returns the references of the orders that the command prints.
    pub fn references(&self) -> Vec<&String> {
        match self {
            Command::Create(draft) => vec![&draft.reference],
            Command::CreateTyped(typed) => vec![&typed.reference],
            Command::Confirm { references, .. } | Command::SetStatus { references, .. } => references.iter().collect(),
            Command::Edit { reference, .. }
            | Command::Return { reference, .. }
            | Command::Pay { reference, .. }
            | Command::Refund { reference, .. }
            | Command::Void { reference, .. }
            | Command::Note { reference }
            | Command::Show { reference } => vec![reference],
            Command::Import { .. }
            | Command::Adjust { .. }
            | Command::Count { .. }
            | Command::SetPrice { .. }
            | Command::List
            | Command::Products
            | Command::Sales
            | Command::Customers => Vec::new(),
        }
    }

    /// Returns what the command reads.
    pub fn stdin(&self) -> String {
        match self {
            Command::Create(draft) => draft.json().to_string(),
            Command::Import { drafts, .. } => {
                drafts.iter().map(|draft| format!("{}\n", draft.json())).collect::<String>()
            }
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
