//! The messages that the shop sends to customers.

use super::bidi::sent;
use super::message_money::OrderMoney;
use super::money::Balance;
use super::obstacle::Obstacle;
use super::occasion::Occasion;
use super::order::{Order, OrderItem};
use super::own_words::{Field, Part, parts};
use super::settings::Settings;
use super::shipping::Shipping;

/// Writes the message, in the shop's own words where it has some. `obstacles` are the reasons why the order cannot be confirmed,
/// for [`Occasion::Shortage`].
pub fn compose(occasion: Occasion, order: &Order, settings: &Settings, obstacles: &[Obstacle]) -> String {
    match settings.own_words.of(occasion) {
        Some(words) => in_own_words(words, order, settings, obstacles),
        None => in_our_words(occasion, order, settings, obstacles),
    }
}

/// Fills in the shop's own words. This happens once: a customer may be called `{total}`. A line is left out if all
/// names in it are empty.
fn in_own_words(words: &str, order: &Order, settings: &Settings, obstacles: &[Obstacle]) -> String {
    let line = |line: &str| {
        let (mut said, mut named, mut filled) = (String::new(), 0, 0);
        for part in parts(line) {
            match part {
                // Earlier versions accepted unknown names in braces.
                Part::Text(text) | Part::Unknown(text) => said.push_str(text),
                Part::Field(field) => {
                    let value = value_of(field, order, settings, obstacles);
                    (named, filled) = (named + 1, filled + usize::from(!value.is_empty()));
                    said.push_str(&value);
                }
            }
        }
        (named == 0 || filled > 0).then_some(said)
    };
    words.lines().filter_map(line).collect::<Vec<_>>().join("\n")
}

/// Returns the value of a name in the shop's own words; empty if the order has none, or only a guest claims it.
fn value_of(field: Field, order: &Order, settings: &Settings, obstacles: &[Obstacle]) -> String {
    let summary = &order.summary;
    let money = OrderMoney { order, currency: summary.currency.as_ref().or(settings.currency.as_ref()) };
    let (terms, is_agreed) = (&summary.terms, summary.are_terms_agreed());
    let amount = |amount: Option<Balance>| amount.map(|amount| money.amount(amount)).unwrap_or_default();
    let text = |text: Option<&String>| text.map(|text| sent(text)).unwrap_or_default();
    match field {
        Field::Name => sent(&summary.customer.name),
        Field::Reference => summary.reference.to_string(),
        Field::Items => items_left(order).join("\n"),
        Field::Total => money.amount(order.items_left()),
        Field::Delivery => amount(terms.delivery_fee.filter(|_| is_agreed).map(Balance::from)),
        Field::Discount => amount(Some(order.discount_left()).filter(|left| is_agreed && *left != Balance::ZERO)),
        Field::GrandTotal if is_agreed => money.amount(summary.grand_total()),
        Field::GrandTotal => money.amount(order.items_left()),
        Field::Paid => amount(summary.paid().filter(|paid| *paid != Balance::ZERO)),
        Field::Due => amount(money.asked().map(Balance::from)),
        Field::Courier => text(summary.shipping.courier.as_ref()),
        Field::Tracking => text(summary.shipping.tracking.as_ref()),
        Field::Shop => text(settings.shop_name.as_ref()),
        Field::Shortage => obstacles.iter().filter_map(Obstacle::in_signs).collect::<Vec<_>>().join("\n"),
    }
}

fn in_our_words(occasion: Occasion, order: &Order, settings: &Settings, obstacles: &[Obstacle]) -> String {
    let summary = &order.summary;
    let shop = settings.shop_name.as_deref().map(|name| format!(" at {}", sent(name))).unwrap_or_default();
    let (name, reference) = (sent(&summary.customer.name), &summary.reference);
    let money = OrderMoney { order, currency: summary.currency.as_ref().or(settings.currency.as_ref()) };
    let (items, due) = (items(order, &money), money.due_sentences(occasion));
    match occasion {
        Occasion::Received => {
            let next = match money.pays_nothing_now() {
                true => "We write again when it is confirmed.",
                false => "We confirm it as soon as your payment is verified.",
            };
            format!("Hello {name},\n\nthank you for your order {reference}{shop}.\n\n{items}\n\n{due}{next}")
        }
        Occasion::Confirmed => {
            let paid = if money.is_anything_paid() { "your payment has arrived and " } else { "" };
            format!(
                "*ORDER CONFIRMATION*\n*Order Reference:* {reference}\n\nHello {name},\n\n{paid}your order{shop} is \
                 confirmed.\n\n{items}\n\n{due}We write again when it is on its way."
            )
        }
        Occasion::Shipped => {
            let sent_by = sent_by(order);
            format!(
                "Hello {name},\n\nyour order {reference}{shop} is on its way.\n\n{sent_by}{items}\n\n{due}Thank you!"
            )
        }
        Occasion::Delivered => {
            format!("Hello {name},\n\nyour order {reference}{shop} has been delivered.\n\n{items}\n\n{due}Thank you!")
        }
        Occasion::Cancelled => {
            let what = match order.is_all_back() {
                true => format!("everything of your order {reference}{shop} has come back to us, so it is cancelled"),
                false => format!("your order {reference}{shop} has been cancelled"),
            };
            format!("Hello {name},\n\n{what}.\n\n{due}If you did not expect this, please write to us.")
        }
        Occasion::Shortage => {
            let short: Vec<String> = obstacles.iter().filter_map(Obstacle::for_customer).collect();
            format!(
                "Hello {name},\n\nwe are sorry: of your order {reference}{shop} we cannot send everything.\n\n{}\n\nWould \
                 you like something else in its place?",
                short.join("\n")
            )
        }
    }
}

/// Says who brings the order, and by which number, with a blank line after it; empty if the shop did not say.
fn sent_by(order: &Order) -> String {
    let Shipping { courier, tracking } = &order.summary.shipping;
    let lines: Vec<String> = [("Courier", courier), ("Tracking number", tracking)]
        .into_iter()
        .filter_map(|(label, value)| Some(format!("{label}: {}\n", sent(value.as_deref()?))))
        .collect();
    if lines.is_empty() { String::new() } else { lines.concat() + "\n" }
}

/// Lists the items for a customer, what they cost together, and what was paid.
fn items(order: &Order, money: &OrderMoney<'_>) -> String {
    let mut lines: Vec<String> = (order.items.iter())
        .map(|item| {
            let back = match item.returned {
                0 => String::new(),
                _ if item.pieces_left() == 0 => " (came back)".to_owned(),
                some => format!(" ({some} came back)"),
            };
            format!("{} × {}: {}{back}", item.quantity, described(item), item.subtotal)
        })
        .collect();
    lines.push(format!("Total: {}", money.amount(order.summary.total)));
    lines.extend(money.lines());
    lines.join("\n")
}

/// Lists the pieces that did not come back, one line an item: `2 × Classic T-Shirt (L): 59.98`.
fn items_left(order: &Order) -> Vec<String> {
    let line = |item: &OrderItem| {
        let pieces = item.pieces_left();
        // It is at most the subtotal.
        (pieces > 0)
            .then(|| format!("{pieces} × {}: {}", described(item), item.unit_price.times(pieces).unwrap_or_default()))
    };
    order.items.iter().filter_map(line).collect()
}

fn described(item: &OrderItem) -> String {
    let choices: Vec<String> =
        [&item.selected_size, &item.selected_color].into_iter().flatten().map(|choice| sent(choice)).collect();
    let name = sent(item.shop_name());
    if choices.is_empty() { name } else { format!("{name} ({})", choices.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::confirm::decide;
    use crate::domain::money::Money;
    use crate::domain::order::Return;
    use crate::domain::order_samples::{incoming, order};
    use crate::domain::payment::{Method, Payment, PaymentPk, refunded, sum};
    use crate::domain::product::tests::product;
    use crate::domain::products::Products;
    use crate::domain::status::Status;
    use crate::domain::terms::Terms;
    use crate::domain::time::Timestamp;

    #[test]
    fn the_shops_own_words_are_filled_in_once() {
        let (shirt, polo) = (product("Shirt", &[("S", 9)]), product("قميص", &[("", 1)]));
        let products: Products = [shirt.clone(), polo.clone()].into_iter().collect();
        let mut order = order(&incoming(&[(&shirt, 2, Some("S")), (&polo, 2, None)]), &products, 1, Status::Pending);
        order.summary.customer.name = "{total}\n{due}".to_owned();
        let mut settings = Settings { currency: Some("EGP".to_owned()), ..Settings::default() };
        let obstacles = decide(std::slice::from_ref(&order), &products, true).unwrap_err();
        let mut say = |order: &Order, words: &str| {
            settings.own_words.set(Occasion::Received, words.to_owned());
            compose(Occasion::Received, order, &settings, &obstacles)
        };
        for (words, said) in [
            ("Dear {name}: {reference}", "Dear {total} {due}: LEG-LXYZ1234-AB5C"),
            ("{items}\n= {total}", "2 × Shirt (S): 59.98\n2 × \u{2068}قميص\u{2069}: 59.98\n= 119.96 EGP"),
            ("{shortage}", "\u{2068}قميص\u{2069}: 1 / 2"),
            // A line whose names are all empty is left out.
            ("a\nDelivery {delivery}\nby {courier} {tracking}\n\nb", "a\n\nb"),
            ("at {shop}: {grandTotal}", "at : 119.96 EGP"),
            ("{{name}} {", "{{total} {due}} {"),
        ] {
            assert_eq!(say(&order, words), said, "{words}");
        }
        // What the customer still has, and what that costs.
        order.summary.status = Status::Delivered;
        order.summary.terms.delivery_fee = Some(Money::from_hundredths(5000));
        order.summary.shipping.courier = Some("Bosta".to_owned());
        (order.items[0].returned, order.items[1].returned) = (1, 2);
        let back = |item, quantity, hundredths| {
            let subtotal = Money::from_hundredths(hundredths);
            Return { item, quantity, subtotal, value: subtotal, at: order.summary.created_at }
        };
        order.returns = vec![back(1, 1, 2999), back(2, 2, 5998)];
        order.summary.returned = Money::from_hundredths(8997);
        assert_eq!(
            say(&order, "{items}\n{total} + {delivery} = {grandTotal}\n{courier} {tracking}"),
            "1 × Shirt (S): 29.99\n29.99 EGP + 50.00 EGP = 79.99 EGP\nBosta "
        );
        // A guest's claim is no promise of the shop before it confirms the order.
        order.summary.status = Status::Pending;
        order.summary.terms = order.summary.terms.claimed_by_guest();
        assert_eq!(say(&order, "{delivery}\n{grandTotal}"), "29.99 EGP");
    }

    #[test]
    fn each_template_has_its_text() {
        let shirt = product("Shirt", &[("S", 1)]);
        let products = [shirt.clone()].into_iter().collect();
        let order = order(&incoming(&[(&shirt, 2, Some("S"))]), &products, 1, Status::Pending);
        let settings =
            Settings { shop_name: Some("LEGO Mens Wear".into()), currency: Some("EGP".into()), ..Settings::default() };
        let obstacles = decide(std::slice::from_ref(&order), &products, true).unwrap_err();
        let text = |occasion| compose(occasion, &order, &settings, &obstacles);
        assert_eq!(
            text(Occasion::Received),
            "Hello John Doe,\n\nthank you for your order LEG-LXYZ1234-AB5C at LEGO Mens Wear.\n\n\
             2 × Shirt (S): 59.98\nTotal: 59.98 EGP\n\nWe confirm it as soon as your payment is verified."
        );
        assert!(text(Occasion::Confirmed).starts_with("*ORDER CONFIRMATION*\n*Order Reference:* LEG-LXYZ1234-AB5C\n"));
        assert!(text(Occasion::Shipped).contains("is on its way"));
        assert!(text(Occasion::Delivered).contains("has been delivered") && !text(Occasion::Delivered).contains("way"));
        assert_eq!(
            text(Occasion::Cancelled),
            "Hello John Doe,\n\nyour order LEG-LXYZ1234-AB5C at LEGO Mens Wear has been cancelled.\n\nIf you did not \
             expect this, please write to us."
        );
        assert!(text(Occasion::Shortage).contains("\n\nShirt (S): 1 instead of 2\n\n"));
    }

    #[test]
    fn a_message_says_who_brings_the_order() {
        let mut order = with_money(&Case::default(), Status::Shipped);
        let said = |order: &Order, occasion| compose(occasion, order, &Settings::default(), &[]);
        let ship = |courier: Option<&str>, tracking: Option<&str>| Shipping {
            courier: courier.map(str::to_owned),
            tracking: tracking.map(str::to_owned),
        };
        for (shipping, lines) in [
            (ship(None, None), ""),
            (ship(Some("Bosta"), None), "Courier: Bosta\n\n"),
            (ship(Some("Bosta"), Some("99170")), "Courier: Bosta\nTracking number: 99170\n\n"),
            (ship(None, Some("99170")), "Tracking number: 99170\n\n"),
        ] {
            order.summary.shipping = shipping;
            let text = said(&order, Occasion::Shipped);
            assert!(text.contains(&format!("is on its way.\n\n{lines}2 × Shirt")), "{text}");
            assert!(!said(&order, Occasion::Delivered).contains("99170"));
        }
    }

    /// The money of an order: what it costs and how it is paid.
    #[derive(Default)]
    struct Case {
        fee: Option<i64>,
        discount: i64,
        cod: bool,
        is_claimed: bool,
        /// Payments, and refunds below zero.
        payments: &'static [i64],
        kept: i64,
    }

    fn with_money(case: &Case, status: Status) -> Order {
        let shirt = product("Shirt", &[("S", 1)]);
        let products = [shirt.clone()].into_iter().collect();
        let mut order = order(&incoming(&[(&shirt, 2, Some("S"))]), &products, 1, status);
        let money = Money::from_hundredths;
        let terms = Terms {
            delivery_fee: case.fee.map(money),
            discount: money(case.discount),
            is_cod: case.cod,
            ..Terms::default()
        };
        order.summary.terms = if case.is_claimed { terms.claimed_by_guest() } else { terms };
        order.summary.kept = money(case.kept);
        order.payments = case.payments.iter().zip(1..).map(|(amount, number)| payment(number, *amount)).collect();
        order.summary.payments_sum = sum(&order.payments);
        order
    }

    fn payment(number: usize, hundredths: i64) -> Payment {
        Payment {
            pk: PaymentPk(0),
            number,
            at: Timestamp::FIRST,
            paid_at: Timestamp::FIRST,
            actor: "operator".to_owned(),
            amount: Balance::from_hundredths(hundredths),
            method: Method::cash(),
            receipt: None,
            note: None,
            voids: None,
        }
    }

    const ITEMS: &str = "2 × Shirt (S): 59.98\nTotal: 59.98 EGP\n";

    /// What each text says about the money of an order of 59.98.
    #[test]
    fn a_message_is_true_about_the_money() {
        use Status::{Cancelled, Confirmed, Delivered, Pending, Shipped};
        let settings = Settings { currency: Some("EGP".into()), ..Settings::default() };
        let cod = || Case { cod: true, ..Case::default() };
        let paid = |payments| Case { payments, ..Case::default() };
        for (case, status, said) in [
            (paid(&[2000]), Pending, "Paid: 20.00 EGP\n\n39.98 EGP is still due.\n\nWe confirm it as soon as"),
            (paid(&[5998]), Pending, "Paid: 59.98 EGP\n\nWe write again when it is confirmed."),
            (cod(), Pending, "\nThe courier collects 59.98 EGP.\n\nWe write again when it is confirmed."),
            (paid(&[2000]), Confirmed, "Paid: 20.00 EGP\n\n39.98 EGP is still due.\n\nWe write again"),
            (paid(&[5998]), Confirmed, "Paid: 59.98 EGP\n\nWe write again"),
            (paid(&[7000]), Confirmed, "Paid: 70.00 EGP\n\nYou get 10.02 EGP back.\n\nWe write again"),
            (cod(), Confirmed, "\nThe courier collects 59.98 EGP.\n\nWe write again"),
            (
                Case { fee: Some(5000), discount: 998, payments: &[2000], ..cod() },
                Shipped,
                "Discount: -9.98\nDelivery: 50.00\nTo pay: 100.00 EGP\nPaid: 20.00 EGP\n\nThe courier collects 80.00 EGP.\n\n\
                 Thank you!",
            ),
            (
                Case { fee: Some(0), ..cod() },
                Shipped,
                "Delivery: free\nTo pay: 59.98 EGP\n\nThe courier collects 59.98 EGP.",
            ),
            // The courier has it, or the shop: the customer owes nothing more.
            (cod(), Delivered, "\nThank you!"),
            (paid(&[2000]), Delivered, "Paid: 20.00 EGP\n\n39.98 EGP is still due.\n\nThank you!"),
            // What only a guest says is no promise of the shop.
            (
                Case { fee: Some(0), discount: 998, is_claimed: true, ..cod() },
                Pending,
                "\nWe confirm it as soon as your payment is verified.",
            ),
            // A payment is the shop's own record.
            (
                Case { fee: Some(0), is_claimed: true, ..paid(&[5998]) },
                Pending,
                "Paid: 59.98 EGP\n\nWe write again when it is confirmed.",
            ),
            (
                Case { fee: Some(0), is_claimed: true, ..paid(&[998]) },
                Pending,
                "Paid: 9.98 EGP\n\nWe confirm it as soon as your payment is verified.",
            ),
            (cod(), Cancelled, ""),
            (paid(&[5998]), Cancelled, "You get 59.98 EGP back.\n\n"),
            (Case { kept: 5000, ..paid(&[5998]) }, Cancelled, "We keep 50.00 EGP.\nYou get 9.98 EGP back.\n\n"),
            (
                Case { kept: 5000, ..paid(&[5998, -998]) },
                Cancelled,
                "We have sent 9.98 EGP back.\nWe keep 50.00 EGP.\n\n",
            ),
            (Case { kept: 5000, ..paid(&[2000]) }, Cancelled, "We keep 50.00 EGP.\n30.00 EGP is still due.\n\n"),
        ] {
            let order = with_money(&case, status);
            let text = compose(Occasion::fitting(status), &order, &settings, &[]);
            let wanted = match status {
                Cancelled => format!("has been cancelled.\n\n{said}If you did not expect this"),
                _ => format!("{ITEMS}{said}"),
            };
            assert!(text.contains(&wanted), "{status}: {text}");
            let is_said = text.contains("your payment has arrived");
            assert_eq!(is_said, status == Confirmed && !case.cod, "{text}");
        }
    }

    /// Own words ask for what the built-in text asks for, else their line is left out.
    #[test]
    fn own_words_and_the_built_in_text_ask_for_the_same_amount() {
        let payments: [&[i64]; 5] = [&[], &[2000], &[5998], &[7000], &[2000, -2000]];
        for (status, payments, cod, is_claimed, kept) in Status::ALL.into_iter().flat_map(|status| {
            payments.into_iter().flat_map(move |payments| {
                [(false, false, 0), (true, false, 0), (true, true, 0), (false, false, 3000), (true, false, 3000)]
                    .map(|(cod, is_claimed, kept)| (status, payments, cod, is_claimed, kept))
            })
        }) {
            let case = Case { cod, is_claimed, payments, kept, ..Case::default() };
            let order = with_money(&case, status);
            let text = in_our_words(Occasion::fitting(status), &order, &Settings::default(), &[]);
            let own = in_own_words("Due {due}!", &order, &Settings::default(), &[]);
            let due = own.strip_prefix("Due ").and_then(|own| own.strip_suffix('!'));
            match due {
                Some(due) => assert!(
                    text.contains(&format!("collects {due}.")) || text.contains(&format!("{due} is still due.")),
                    "{status} {own}: {text}"
                ),
                None => assert!(own.is_empty() && !text.contains("collects") && !text.contains("still due"), "{text}"),
            }
        }
    }

    #[test]
    fn returned_pieces_are_marked_and_an_order_that_came_back_whole_says_so() {
        let said = |returned: u32, status| {
            let mut order = with_money(&Case::default(), status);
            order.items[0].returned = returned;
            let value = order.items[0].unit_price.times(returned).unwrap();
            order.summary.returned = value;
            let back = Return { item: 1, quantity: returned, subtotal: value, value, at: Timestamp::FIRST };
            order.returns.extend((returned > 0).then_some(back));
            compose(Occasion::fitting(status), &order, &Settings::default(), &[])
        };
        for (returned, marked) in [
            (0, "2 × Shirt (S): 59.98\nTotal: 59.98\n\n"),
            (1, "2 × Shirt (S): 59.98 (1 came back)\nTotal: 59.98\nReturned: -29.99\nTo pay: 29.99\n\n"),
            (2, "2 × Shirt (S): 59.98 (came back)\nTotal: 59.98\nReturned: -59.98\nTo pay: 0.00\n\n"),
        ] {
            let text = said(returned, Status::Delivered);
            assert!(text.contains(marked), "{text}");
            let text = said(returned, Status::Cancelled);
            let all_back =
                text.contains("everything of your order LEG-LXYZ1234-AB5C has come back to us, so it is cancelled.");
            assert_eq!((all_back, text.contains("has been cancelled.")), (returned == 2, returned != 2), "{text}");
        }
    }

    #[test]
    fn a_refund_that_was_entered_wrongly_was_not_sent() {
        let wrong = Payment { voids: Some(2), ..payment(3, 998) };
        let payments = [payment(1, 5998), payment(2, -998), wrong, payment(4, -500)];
        assert_eq!(refunded(&payments), Money::from_hundredths(500));
        // A voided payment is no refund.
        assert_eq!(refunded(&[payment(1, 5998), Payment { voids: Some(1), ..payment(2, -5998) }]), Money::ZERO);
    }

    #[test]
    fn a_message_fits_only_the_status_that_it_tells_of() {
        let none: &[Occasion] = &[];
        for (status, fitting, further) in [
            (Status::Pending, Occasion::Received, &[Occasion::Shortage][..]),
            (Status::Confirmed, Occasion::Confirmed, none),
            (Status::Processing, Occasion::Confirmed, none),
            (Status::Shipped, Occasion::Shipped, none),
            (Status::Delivered, Occasion::Delivered, none),
            (Status::Cancelled, Occasion::Cancelled, none),
        ] {
            assert_eq!(Occasion::fitting(status), fitting);
            for occasion in Occasion::ALL {
                let is_true = occasion == fitting || further.contains(&occasion);
                assert_eq!(occasion.is_true_of(status), is_true, "{occasion:?} of {status}");
            }
        }
    }

    /// They are typed on the command line.
    #[test]
    fn the_words_for_templates_never_change() {
        let words = ["received", "confirmed", "shipped", "delivered", "cancelled", "shortage"];
        assert_eq!(Occasion::ALL.map(Occasion::as_str), words);
    }

    /// Confirming an order agrees to the guest's claims.
    #[test]
    fn a_message_and_an_invoice_agree_on_the_money() {
        use crate::domain::invoice::{InvoiceLine, invoice_lines};
        let shirt = product("Shirt", &[("", 9)]);
        let products: Products = [shirt.clone()].into_iter().collect();
        for status in Status::ALL {
            let mut order = order(&incoming(&[(&shirt, 2, None)]), &products, 1, status);
            let fee = Some(Money::from_hundredths(5000));
            let terms =
                Terms { delivery_fee: fee, discount: Money::from_hundredths(998), is_cod: true, ..Terms::default() };
            order.summary.terms = terms.claimed_by_guest();
            let invoiced = invoice_lines(&order.summary);
            let amount = |entries: &[InvoiceLine]| {
                let found = invoiced.iter().find(|(entry, _)| entries.contains(entry));
                found.map(|(_, amount)| amount.to_string()).unwrap_or_default()
            };
            let own = |words: &str| in_own_words(words, &order, &Settings::default(), &[]);
            assert_eq!(own("{grandTotal}"), amount(&[InvoiceLine::Total, InvoiceLine::Kept]), "{status}");
            // No money is asked for a delivered order, as the courier collected it, nor for a cancelled one.
            let is_asked = !matches!(status, Status::Delivered | Status::Cancelled);
            let asked = if is_asked { amount(&[InvoiceLine::Due, InvoiceLine::CashOnDelivery]) } else { String::new() };
            assert_eq!(own("{due}"), asked, "{status}");
            if status != Status::Cancelled {
                let text = in_our_words(Occasion::fitting(status), &order, &Settings::default(), &[]);
                let is_billed = !amount(&[InvoiceLine::Delivery]).is_empty();
                assert_eq!(
                    (text.contains("Delivery: 50.00"), is_billed),
                    (is_billed, status != Status::Pending),
                    "{text}"
                );
            }
        }
    }
}
