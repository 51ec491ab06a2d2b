//! Recording a payment: what `pay`, `refund`, `confirm --paid` and `create --paid` share.

use crate::commands::Context;
use crate::commands::arguments::payment;
use crate::commands::naming::pick::{Purpose, one_named_or_picked};
use crate::commands::naming::{Naming, find_order};
use crate::domain::money::{Balance, Money};
use crate::domain::order::Order;
use crate::domain::payment::{Method, PaymentEntry, read_receipt, way_back};
use crate::domain::record_payment::{NewPayment, decide, overpaid};
use crate::domain::reference::Reference;
use crate::domain::text::{plain_number, shorten};
use crate::error::{Exit, Failure};
use crate::hint::{CommandLine, Hint};
use crate::store::{Audit, StoreError, Write};
use crate::ui;

/// The words of `pay` and `refund`: at a terminal the order may be left out, and for a refund the amount too.
#[derive(Debug, PartialEq, Eq)]
pub struct PaymentWords<'a> {
    pub reference: Option<&'a str>,
    pub amount: Option<Money>,
    pub method: Method,
}

impl<'a> PaymentWords<'a> {
    /// Tells the words of `command` apart; `moved` says what the money did: `was paid`.
    ///
    /// # Errors
    /// The method is missing, or a word is not what its place wants.
    pub fn of(words: &[&'a str], command: &'static str, moved: &str) -> Result<PaymentWords<'a>, Failure> {
        let (reference, amount, method) = match *words {
            [method] => (None, None, method),
            [amount, method] if is_amount_shaped(amount) => (None, Some(amount), method),
            [reference, method] => (Some(reference), None, method),
            [reference, amount, method] => (Some(reference), Some(amount), method),
            _ => return Err(Failure::usage("say how the money moved, such as cash")),
        };
        if let (None, true) = (amount, is_amount_shaped(method)) {
            let line = CommandLine::of(command).argument(reference.unwrap_or("REF")).argument(method);
            return Err(Failure::usage(format!("say how {method} {moved}, such as cash"))
                .hint(Hint::run("to record it", line.option("METHOD"))));
        }
        let wrong = |value: &str, name: &str, problem: String| {
            Failure::usage(format!("invalid value '{}' for '<{name}>': {problem}", shorten(value)))
        };
        let amount = amount.map(|text| payment::amount(text).map_err(|problem| wrong(text, "AMOUNT", problem)));
        let method = Method::parse(method).map_err(|problem| wrong(method, "METHOD", problem));
        Ok(PaymentWords { reference, amount: amount.transpose()?, method: method? })
    }
}

/// Returns whether a word can only be meant as an amount: `50`, `1,048.00`. A phone has more digits.
pub fn is_amount_shaped(word: &str) -> bool {
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',');
    let word = &*plain_number(word);
    let digits = word.strip_prefix('-').unwrap_or(word);
    !digits.is_empty() && digits.chars().all(is_number) && (digits.len() <= 8 || digits.contains(['.', ',']))
}

/// Records money of an order that is named or picked, as `enter` decides, and prints the order. A new `method` is announced
/// before a person picks the order: it may be mistyped.
pub fn record(
    reference: Option<&str>,
    method: Option<&Method>,
    purpose: &Purpose<'_>,
    context: &mut Context,
    enter: impl Fn(&Write<'_>, &Order, &Audit) -> anyhow::Result<Entered>,
) -> anyhow::Result<Exit> {
    let is_announced = match method {
        Some(method) if reference.is_none() && ui::is_interactive() => announce_new(method, context)?,
        _ => false,
    };
    let reference = one_named_or_picked(reference, purpose, context)?;
    let mut store = context.open_to_write()?;
    let (naming, audit) = (Naming::to_write(context), context.audit());
    let (mut entered, order, settings) = context.write(&mut store, |write| {
        let order = find_order(write, &reference, &naming)?;
        let entered = enter(write, &order, &audit)?;
        anyhow::Ok((entered, write.orders(&[order.summary.pk])?.remove(0), write.settings()?))
    })?;
    naming.say(context);
    entered.new_method = entered.new_method.filter(|_| !is_announced);
    entered.say_of_payment(&order, context);
    context.print_order(&order, &settings)?;
    entered.warn_of_overpaid(&order, context);
    Ok(Exit::Done)
}

/// What came of entering a payment.
#[derive(Debug, Default)]
pub struct Entered {
    /// Whether the same receipt was recorded before, so that nothing changed.
    pub is_unchanged: bool,
    /// The method, if it is the first payment by it.
    pub new_method: Option<Method>,
}

/// Records a payment or refund of an order, unless the same receipt was recorded before.
pub fn enter(write: &Write<'_>, order: &Order, entry: PaymentEntry, audit: &Audit) -> anyhow::Result<Entered> {
    let same = write.same_receipt(&entry.method, entry.receipt.as_deref())?;
    match decide(&order.summary, entry, same.as_ref(), order.payments.len(), write.time()).map_err(Failure::from)? {
        Some(payment) => Ok(enter_decided(write, &payment, audit)?),
        None => Ok(Entered { is_unchanged: true, new_method: None }),
    }
}

/// Records a decided payment.
pub fn enter_decided(write: &Write<'_>, payment: &NewPayment, audit: &Audit) -> Result<Entered, StoreError> {
    let method = &payment.entry.method;
    let is_new = !write.knows_method(method)?;
    write.record_payment(payment, audit)?;
    Ok(Entered { is_unchanged: false, new_method: is_new.then(|| method.clone()) })
}

/// Says that a method is new, if it is; returns whether it is.
fn announce_new(method: &Method, context: &Context) -> anyhow::Result<bool> {
    let is_new = !context.open_to_read()?.read(|read| read.knows_method(method))?;
    if is_new {
        context.ui.note(&new_method(method));
    }
    Ok(is_new)
}

/// Says that a method is new: it may be another one mistyped.
pub fn new_method(method: &Method) -> String {
    format!("{method} is a new method: no payment was made by it before")
}

impl Entered {
    /// Says after the commit what a person should look at; `order` is as it is now.
    pub fn say(&self, order: &Order, context: &Context) {
        self.say_of_payment(order, context);
        self.warn_of_overpaid(order, context);
    }

    /// Warns that more was paid than is due, and says how to take back an amount that was mistyped. This comes last: above
    /// a whole order nobody would see it.
    pub fn warn_of_overpaid(&self, order: &Order, context: &Context) {
        let Some(warning) = overpaid(&order.summary).filter(|_| !self.is_unchanged) else { return };
        context.ui.warn(&warning);
        let entered = order.payments.last().filter(|last| last.voids.is_none() && !last.amount.is_negative());
        if let Some(payment) = entered.filter(|_| context.is_table() && !context.ui.quiet && !context.is_dry_run()) {
            let void = CommandLine::of("pay").argument(&order.summary.reference);
            let void = void.option_value("--void", &payment.number.to_string()).option("--note WHY");
            context.hint(Hint::run("if it was mistyped", void));
        }
    }

    /// Says after the commit what is special about the payment itself.
    pub fn say_of_payment(&self, order: &Order, context: &Context) {
        if self.is_unchanged {
            context.ui.note(&format!("{} has this payment already; nothing changed", order.summary.reference));
        }
        if let Some(method) = &self.new_method {
            context.ui.note(&new_method(method));
        }
    }
}

/// The most orders whose refund is named.
const OWED_NAMED: usize = 10;

/// Says for which of these orders money is owed to the customer, and how to record that it went back.
pub fn say_owed<'o>(orders: impl Iterator<Item = &'o Order>, context: &Context) {
    if !context.is_table() || context.ui.quiet {
        return;
    }
    let owed: Vec<(&Reference, Balance, Option<&Method>)> = orders
        .filter_map(|Order { summary, payments, .. }| {
            let due = summary.due().filter(|due| due.is_negative())?;
            Some((&summary.reference, due, way_back(payments)))
        })
        .collect();
    let verb = if context.is_dry_run() { "would be" } else { "is" };
    for (reference, due, method) in owed.iter().take(OWED_NAMED) {
        context.ui.note(&format!("{} {verb} owed to the customer of {reference}", due.size()));
        let refund = CommandLine::of("refund").argument(reference);
        let refund = match method {
            Some(method) => refund.argument(method),
            None => refund.option("METHOD"),
        };
        context.hint(Hint::run("to record that it went back", refund));
    }
    if owed.len() > OWED_NAMED {
        context.ui.note(&format!("{} more customers {verb} owed money", owed.len() - OWED_NAMED));
    }
}

/// A payment or refund as entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedMoney {
    pub method: Method,
    /// How much; `None`: what is due or owed.
    pub amount: Option<Money>,
    pub receipt: Option<String>,
}

/// Asks how money moved. Esc ends with `refused`; Enter takes `last` as the method, and `whole` as the amount.
pub fn ask_money(
    context: &Context,
    refused: &str,
    last: &Method,
    whole: Option<Balance>,
) -> anyhow::Result<MovedMoney> {
    let method = context.ask_value(&format!("Method [{last}]"), refused, |typed| match typed {
        "" => Ok(last.clone()),
        typed => Method::parse(typed),
    })?;
    let receipt = context.ask_value("Receipt, if there is one", refused, |typed| match typed {
        "" => Ok(None),
        typed => read_receipt(typed).map(Some),
    })?;
    let shown = whole.map(|whole| format!(" [{whole}]")).unwrap_or_default();
    let amount = context.ask_value(&format!("Amount{shown}"), refused, |typed| match typed {
        "" if whole.is_some() => Ok(None),
        typed => payment::amount(typed).map(Some),
    })?;
    Ok(MovedMoney { method, amount, receipt })
}

/// Adds what to type to a failure that does not say it.
pub fn incomplete(failure: Failure, command: &'static str) -> Failure {
    if failure.remedies.is_empty() {
        failure.hint(Hint::run("to record it", CommandLine::of(command)))
    } else {
        failure
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_may_be_left_out_and_the_amount() {
        let typed =
            |words: &[&'static str]| PaymentWords::of(words, "pay", "was paid").map_err(|failure| failure.message);
        let of = |reference, amount: Option<i64>, method| {
            let method = Method::parse(method).unwrap();
            Ok(PaymentWords { reference, amount: amount.map(Money::from_hundredths), method })
        };
        for (words, expected) in [
            (&["LEG-1", "50", "cash"][..], of(Some("LEG-1"), Some(5000), "cash")),
            (&["LEG-1", "Cash"], of(Some("LEG-1"), None, "cash")),
            (&["01001234567", "cash"], of(Some("01001234567"), None, "cash")),
            (&["59.98", "cash"], of(None, Some(5998), "cash")),
            (&["٥٩٫٩٨", "cash"], of(None, Some(5998), "cash")),
            (&["cash"], of(None, None, "cash")),
        ] {
            assert_eq!(typed(words), expected, "{words:?}");
        }
        for (words, problem) in [
            (&[][..], "say how the money moved"),
            (&["LEG-1", "20"], "say how 20 was paid, such as cash"),
            (&["20"], "say how 20 was paid, such as cash"),
            (&["LEG-1", "50", "R+7"], "invalid value 'R+7' for '<METHOD>': must be a word"),
            (&["LEG-1", "1,048.00", "cash"], "'<AMOUNT>': must be written without a comma: 1048.00"),
            (&["1,048.00", "cash"], "'<AMOUNT>': must be written without a comma: 1048.00"),
            (&["LEG-1", "0", "cash"], "'<AMOUNT>': must be more than zero"),
            (&["LEG-1", "-5", "cash"], "'<AMOUNT>': must not be negative"),
        ] {
            let message = typed(words).unwrap_err();
            assert!(message.contains(problem), "{words:?}: {message}");
        }
    }
}
