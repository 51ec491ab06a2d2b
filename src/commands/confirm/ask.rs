//! What `confirm` asks at a terminal: which orders, whether to confirm them, and how they are paid.

use std::collections::HashMap;

use super::call::{ConfirmCall, Confirmed};
use crate::commands::Context;
use crate::commands::naming::likely_duplicate;
use crate::commands::pay::recording::{MovedMoney, ask_money};
use crate::commands::run::context::declined;
use crate::domain::money::Balance;
use crate::domain::order::{Order, OrderPk};
use crate::domain::payment::Method;
use crate::domain::record_payment::amount_to_pay;
use crate::domain::settlement::Settlement;
use crate::render::confirm;
use crate::store::Store;
use crate::ui;

/// What a person said yes to.
#[derive(Default)]
pub struct AgreedOrders {
    /// The orders as they were shown.
    pub orders: Vec<Order>,
    /// How they are paid, where the person said so.
    pub settlements: HashMap<OrderPk, Settlement>,
}

const CONFIRM: char = 'y';
/// The keys beside y and n.
const PAID: char = 'p';
const COD: char = 'c';

/// Shows a person what would be done, and returns what they said yes to.
pub fn ask(store: &Store, call: &ConfirmCall<'_>, context: &Context) -> anyhow::Result<AgreedOrders> {
    let (shown, failed, text, method) = store.read(|read| {
        let settings = read.settings()?;
        let style = context.style_of_questions(&settings);
        let mut previews = Vec::new();
        let (mut shown, mut failed) = (Vec::new(), 0);
        for decision in call.decide(read)? {
            match decision {
                Ok(Confirmed { order, confirmation, settled }) => {
                    let duplicate = likely_duplicate(read, &order)?;
                    previews.push(confirm::preview(&order, &confirmation, &settled, duplicate.as_ref(), style));
                    shown.push(order);
                }
                Err(_) => failed += 1,
            }
        }
        anyhow::Ok((shown, failed, previews.join("\n"), read.last_method()?))
    })?;
    if shown.is_empty() {
        // There is nothing to ask: confirming reports why.
        return Ok(AgreedOrders::default());
    }
    ui::show(&text);
    let which = match shown.as_slice() {
        [order] => order.summary.reference.to_string(),
        several => format!("these {} orders", several.len()),
    };
    let others = if failed > 0 { format!(" ({failed} cannot be)") } else { String::new() };
    let (question, refused) = (format!("Confirm {which}?{others}"), format!("{which} not confirmed"));
    if call.settlement != Settlement::Unsaid {
        context.ask(&question, &refused)?;
        return Ok(AgreedOrders { orders: shown, settlements: HashMap::new() });
    }
    let mut questions = PaymentQuestions { context, refused, method: method.unwrap_or_else(Method::cash) };
    let keys = payment_keys(&shown);
    if !keys.is_empty() {
        let said = keys.iter().map(|key| if *key == PAID { ", p paid" } else { ", c cash on delivery" });
        ui::show(&format!("Keys: y confirm{}\n", said.collect::<String>()));
    }
    let key = questions.key(&question, &keys)?;
    let mut settlements = HashMap::new();
    for order in &shown {
        let keys = payment_keys(std::slice::from_ref(order));
        let key = match key {
            // How several orders are paid is asked for each.
            PAID if shown.len() > 1 && keys.contains(&PAID) => questions.key(&confirm::question(order), &keys)?,
            key if keys.contains(&key) => key,
            _ => CONFIRM,
        };
        settlements.insert(order.summary.pk, questions.settlement(key, order)?);
    }
    Ok(AgreedOrders { orders: shown, settlements })
}

/// Returns the keys that say how these orders are paid: none if nothing is left to pay.
fn payment_keys(orders: &[Order]) -> Vec<char> {
    let is_to_pay = |order: &&Order| order.summary.left_to_pay() > Balance::ZERO;
    let is_agreed_cod = |order: &Order| order.summary.terms.is_cod && !order.summary.terms.claimed.cod;
    let may_be_cod = orders.iter().filter(is_to_pay).any(|order| !is_agreed_cod(order));
    let keys = [(PAID, orders.iter().any(|order| is_to_pay(&order))), (COD, may_be_cod)];
    keys.into_iter().filter_map(|(key, is_offered)| is_offered.then_some(key)).collect()
}

/// The questions about how orders are paid.
struct PaymentQuestions<'a> {
    context: &'a Context,
    /// What is said after a no.
    refused: String,
    /// The method if none is typed: the last one used.
    method: Method,
}

impl PaymentQuestions<'_> {
    /// Asks for the key that answers a question; fails after a no.
    fn key(&self, question: &str, keys: &[char]) -> anyhow::Result<char> {
        let key = self.context.ui.one_key(question, keys)?;
        Ok(key.ok_or_else(|| declined(self.refused.as_str()))?)
    }

    /// Returns the settlement that a key means, and asks for what it needs.
    fn settlement(&mut self, key: char, order: &Order) -> anyhow::Result<Settlement> {
        match key {
            PAID => {}
            COD => return Ok(Settlement::CashOnDelivery),
            _ => return Ok(Settlement::Unsaid),
        }
        let due = amount_to_pay(order, None).ok();
        let MovedMoney { method, amount, receipt } = ask_money(self.context, &self.refused, &self.method, due)?;
        self.method = method.clone();
        Ok(Settlement::Paid { method, amount, receipt })
    }
}
