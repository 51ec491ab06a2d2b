//! What `return` asks at a terminal: what comes back, whether to take it, and whether money goes back.

use crate::commands::Context;
use crate::commands::naming::pick::pick_size;
use crate::commands::pay::recording::{MovedMoney, ask_money};
use crate::commands::run::context::declined;
use crate::domain::holding::Holding;
use crate::domain::item_spec::quantity;
use crate::domain::order::{Order, OrderItem};
use crate::domain::payment::{Method, describe};
use crate::domain::product::Product;
use crate::domain::products::Products;
use crate::domain::record_payment::amount_to_refund;
use crate::domain::refusal::Refusal;
use crate::domain::replacement::Replacement;
use crate::domain::return_lines::ItemPieces;
use crate::domain::returns::{ReturnRequest, Returned, decide, refuse_status};
use crate::error::Failure;
use crate::render::prose::{counted, sentence};
use crate::render::{RenderStyle, returns};
use crate::store::fold;
use crate::ui;

/// What is known when a person is asked.
pub struct ReturnFacts {
    pub order: Order,
    pub held: Holding,
    pub products: Products,
    /// The method of the last payment.
    pub method: Method,
}

/// What a person said yes to.
pub struct AgreedReturn {
    pub request: ReturnRequest,
    pub refund: Option<MovedMoney>,
    /// The order as it was shown; `None`: nothing was, as it cannot be done.
    pub shown: Option<Order>,
}

/// The keys beside y and n.
const DAMAGED: char = 'd';
const EXCHANGE: char = 'e';
const REFUND: char = 'r';

/// A conversation about one return.
pub struct Questions<'a> {
    pub facts: ReturnFacts,
    pub style: RenderStyle<'a>,
    pub context: &'a Context,
}

impl Questions<'_> {
    fn refused(&self) -> String {
        format!("the return of {} was not taken", self.facts.order.summary.reference)
    }

    /// Lets a person pick what comes back: items, and of those with several pieces how many.
    pub fn pick(&self) -> anyhow::Result<Vec<ItemPieces>> {
        let ReturnFacts { order, .. } = &self.facts;
        refuse_status(order).map_err(Failure::from)?;
        let numbered = order.items.iter().enumerate().map(|(index, item)| (index + 1, item));
        let items: Vec<(usize, &OrderItem)> = numbered.filter(|(_, item)| item.pieces_left() > 0).collect();
        let picked = match items.as_slice() {
            [only] => vec![*only],
            _ => self.pick_items(&items)?,
        };
        picked.into_iter().map(|(number, item)| self.ask_quantity(number, item)).collect()
    }

    fn pick_items<'o>(&self, items: &[(usize, &'o OrderItem)]) -> anyhow::Result<Vec<(usize, &'o OrderItem)>> {
        let width = self.style.width;
        let style = RenderStyle { width: width.saturating_sub(ui::MARGIN), color: false, ..self.style };
        let words = |(_, item): &(usize, &OrderItem)| {
            let chosen = [&item.product_barcode, &item.selected_size, &item.selected_color];
            let chosen = chosen.into_iter().flatten().map(String::as_str);
            fold(&[item.shop_name(), &item.product_name].into_iter().chain(chosen).collect::<Vec<_>>().join(" "))
        };
        let folded: Vec<String> = items.iter().map(words).collect();
        let find = |text: &str| {
            let text = fold(text.trim());
            (0..folded.len()).filter(|place| folded[*place].contains(&text)).collect()
        };
        let picked = self.context.ui.pick(&ui::Choices {
            question: Some(&returns::question(&self.facts.order, width)),
            lines: &returns::choices(items.iter().copied(), style),
            find: &find,
            is_many: true,
        })?;
        if picked.is_empty() {
            return Err(declined(self.refused()).into());
        }
        Ok(picked.into_iter().map(|place| items[place]).collect())
    }

    fn ask_quantity(&self, number: usize, item: &OrderItem) -> anyhow::Result<ItemPieces> {
        let left = item.pieces_left();
        if left == 1 {
            return Ok(ItemPieces { number, quantity: 1 });
        }
        ui::show(&returns::several(number, item, self.style.width));
        let quantity = self.context.ask_value("How many come back [1]", &self.refused(), |typed| match typed {
            "" => Ok(1),
            typed => quantity(typed).and_then(|some| match some <= left {
                true => Ok(some),
                false => Err(format!("the customer has {left}")),
            }),
        })?;
        Ok(ItemPieces { number, quantity })
    }

    /// Shows what a return would do until a person says yes, with what their keys change of it.
    pub fn ask(&self, mut request: ReturnRequest, mut refund: Option<MovedMoney>) -> anyhow::Result<AgreedReturn> {
        let ReturnFacts { order, products, method, .. } = &self.facts;
        let (context, refused) = (self.context, self.refused());
        loop {
            let Ok((returned, after, back)) = self.decide(&request, refund.as_ref()) else {
                // The return itself says why.
                return Ok(AgreedReturn { request, refund, shown: None });
            };
            let effects = returned.stock_effects(products);
            ui::show(&returns::preview(&returned, &after, &effects, back.as_deref(), self.style));
            let owed = amount_to_refund(&after, None, None).ok().filter(|_| refund.is_none());
            let product = self.exchangeable(&request);
            let damaged = if request.is_damaged { "not damaged" } else { "damaged" };
            let keys = [
                owed.map(|_| (REFUND, "and refund")),
                product.map(|_| (EXCHANGE, "another size")),
                Some((DAMAGED, damaged)),
            ];
            let keys: Vec<(char, &str)> = keys.into_iter().flatten().collect();
            let said: Vec<String> = keys.iter().map(|(key, means)| format!("{key} {means}")).collect();
            ui::show(&sentence(&format!("Keys: y take it back, {}", said.join(", ")), self.style.width));
            let pieces: u64 = returned.lines.iter().map(|line| u64::from(line.quantity)).sum();
            let question = format!("Take back {} of {}?", counted(pieces, "piece"), order.summary.reference);
            let keys: Vec<char> = keys.iter().map(|(key, _)| *key).collect();
            match context.ui.one_key(&question, &keys)?.ok_or_else(|| declined(refused.as_str()))? {
                DAMAGED => request.is_damaged = !request.is_damaged,
                EXCHANGE => {
                    let Some(product) = product else { continue };
                    let size = pick_size(product, self.style.width.saturating_sub(ui::MARGIN), &refused, context)?;
                    let exchange = ReturnRequest { replacement: Some(Replacement::Size(size)), ..request.clone() };
                    match self.decide(&exchange, refund.as_ref()) {
                        Ok(_) => request = exchange,
                        Err(refusal) => {
                            context.ui.warn(&refusal.message);
                            ui::list(&refusal.details);
                        }
                    }
                }
                REFUND => {
                    let money = ask_money(context, &refused, method, owed.map(|owed| owed.negated()))?;
                    match self.decide(&request, Some(&money)) {
                        Ok(_) => {
                            refund = Some(money);
                            break;
                        }
                        Err(refusal) => context.ui.warn(&refusal.message),
                    }
                }
                _ => break,
            }
        }
        Ok(AgreedReturn { request, refund, shown: Some(order.clone()) })
    }

    /// Decides a return: the order after it, and the refund in words.
    fn decide(
        &self,
        request: &ReturnRequest,
        refund: Option<&MovedMoney>,
    ) -> Result<(Returned, Order, Option<String>), Refusal> {
        let ReturnFacts { order, held, products, .. } = &self.facts;
        let returned = decide(order, held, products, request, &mut self.context.ids())?;
        let after = returned.applied_to(order);
        let back = refund.map(|money| {
            let amount = amount_to_refund(&after, money.amount, None)?;
            Ok(describe(amount.negated(), &money.method, money.receipt.as_deref()))
        });
        let back = back.transpose()?;
        Ok((returned, after, back))
    }

    /// Returns the product of what comes back, if it can be exchanged for another size.
    fn exchangeable(&self, request: &ReturnRequest) -> Option<&Product> {
        let ReturnFacts { order, products, .. } = &self.facts;
        if request.replacement.is_some() || request.keep.is_some() {
            return None;
        }
        let mut items = request.pieces.iter().filter_map(|one| order.items.get(one.number.checked_sub(1)?));
        let first = items.next()?.product_id;
        let is_one = items.all(|item| item.product_id == first);
        products.get(first).filter(|product| is_one && product.is_sized())
    }
}
