//! The command lines that are drawn, as values: they are run, foretold and printed.

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

/// What the shop says of a customer.
#[derive(Clone, Debug)]
pub enum Remark {
    /// Takes the place of the last one; empty: none.
    Note(&'static str),
    /// Why.
    Block(&'static str),
    Unblock,
}

/// In which shape orders are imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Lines,
    Array,
    /// Each as the body of something.
    Wrapped,
    /// As the messages that the shop's page writes: they carry no terms.
    Messages,
}

/// A row of the courier's or the bank's list.
#[derive(Clone, Debug)]
pub struct PaidRow {
    pub reference: String,
    pub amount: Cents,
    pub receipt: Option<String>,
}

#[derive(Clone, Debug)]
pub enum Command {
    Create(Draft),
    CreateTyped(Typed),
    Import {
        drafts: Vec<Draft>,
        shape: Shape,
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
    /// `set-status --from`.
    SetListed {
        rows: Vec<(String, &'static str)>,
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
    /// `pay --from`.
    PayListed {
        method: String,
        rows: Vec<PaidRow>,
        keep_going: bool,
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
    /// `edit` of who carries an order, or `set-status shipped` with it. An empty text clears.
    Carry {
        reference: String,
        is_shipped: bool,
        courier: Option<&'static str>,
        tracking: Option<String>,
    },
    /// `customer note`, `block` and `unblock`.
    Remark {
        phone: String,
        remark: Remark,
    },
    Forget {
        phone: String,
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
    /// What a supplier sent.
    Receive {
        delivery: String,
        product: Named,
        pieces: Vec<(Option<String>, i64)>,
    },
    SetPrice {
        product: Named,
        price: Cents,
    },
    SetDiscounted {
        product: Named,
        price: Option<Cents>,
    },
    RemoveSize {
        product: Named,
        size: String,
    },
    RemoveProduct {
        product: Named,
    },
    /// `product import` of prices. A product that was removed comes back.
    ImportPrices {
        prices: Vec<(Named, Cents)>,
    },
    /// What a command would do.
    DryRun(Box<Command>),
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
    /// The report of money.
    Money,
    Check,
    /// A copy, under a name.
    Backup(String),
}

impl Command {
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
            | Command::Carry { reference, .. }
            | Command::Show { reference } => vec![reference],
            Command::DryRun(command) => command.references(),
            _ => Vec::new(),
        }
    }
}
