//! Editing an order: customer and items until it is shipped, prices while it is pending, delivery and discount until it is
//! delivered, its courier and account any time.

use uuid::Uuid;

use super::history::USER_PREFIX;
use super::holding::Holding;
use super::item_edit::{ItemEdit, edit_items, stock_moves};
use super::item_words::{Change, too_much};
use super::money::{Balance, Money};
use super::order::{Customer, Order, OrderItem, OrderPk, sums};
use super::products::Products;
use super::reference::Reference;
use super::refusal::{Conflict, Refusal, RefusalKind};
use super::remedy::Remedy;
use super::shipping::{Shipping, ShippingEdit};
use super::slip::is_exchange;
use super::status::Status;
use super::terms::{Discount, Terms, TermsEdit};
use super::transition::back_to_pending;
use super::user::{User, UserId};

/// The requested edit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edit {
    /// The customer's new name.
    pub name: Option<String>,
    /// The customer's new phone.
    pub phone: Option<String>,
    /// The customer's new address; `Some(None)` removes it.
    pub address: Option<Option<String>>,
    /// The account that it belongs to; `Some(None)` unlinks it.
    pub user: Option<Option<User>>,
    /// Delivery, discount and cash on delivery.
    pub terms: TermsEdit,
    /// The courier and its number.
    pub shipping: ShippingEdit,
    /// The change to the items.
    pub items: Option<ItemEdit>,
}

/// A decided edit of one order. It may be applied while the order is still in `status`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The order.
    pub order: OrderPk,
    /// Its reference, for messages.
    pub reference: Reference,
    /// The status that it must still have.
    pub status: Status,
    /// The customer after the edit.
    pub customer: Customer,
    /// The account after the edit, if it changes.
    pub user: Option<Option<UserId>>,
    /// Delivery, discount and cash on delivery after the edit.
    pub terms: Terms,
    /// The courier and its number after the edit.
    pub shipping: Shipping,
    /// The items after the edit, if they change.
    pub items: Option<Vec<OrderItem>>,
    /// The sum of the items' subtotals.
    pub total: Money,
    /// The sum of the items' quantities.
    pub item_count: i64,
    /// The changes, for the history; empty if the order already has these values.
    pub changes: Vec<Change>,
}

/// Decides an edit of `order`, which holds the stock `held`; `products` are those of its items and of the edit,
/// `new_id` makes the ids of new items.
///
/// While the order holds stock, added pieces are taken from it and removed ones go back.
pub fn decide(
    order: &Order,
    held: &Holding,
    products: &Products,
    edit: &Edit,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<Edited, Refusal> {
    let edited = edited(order, held, products, edit, new_id);
    // An error in the edit itself comes before a conflict with the order.
    if matches!(&edited, Err(refusal) if matches!(refusal.kind, RefusalKind::NotFound | RefusalKind::InvalidInput)) {
        return edited;
    }
    // The discount is compared only with items that the order may have.
    if edit.items.is_some() {
        refuse_status(order, edit)?;
    }
    let edited = edited?;
    refuse_discount_above(order, &edited)?;
    refuse_status(order, edit)?;
    refuse_discount_below(order, &edited)?;
    Ok(edited)
}

/// A discount is at most what the order's items cost, less those that came back.
fn refuse_discount_above(order: &Order, edited: &Edited) -> Result<(), Refusal> {
    let Order { summary, .. } = order;
    let most = Balance::from(edited.total).minus(summary.returned);
    if Balance::from(edited.terms.discount) <= most {
        return Ok(());
    }
    let which = if summary.returned == Money::ZERO { "" } else { " that did not come back" };
    let message = format!(
        "a discount of {} is more than the items of {}{which} cost: {most}",
        edited.terms.discount, summary.reference
    );
    Err(Refusal::invalid(message).error("The discount would be more than the items"))
}

/// A discount is at least what went with the pieces that came back.
fn refuse_discount_below(order: &Order, edited: &Edited) -> Result<(), Refusal> {
    let given_up = order.discount_given_up();
    if Balance::from(edited.terms.discount) >= given_up {
        return Ok(());
    }
    let message = format!(
        "the discount of {} cannot be less than {given_up}: that much of it went with returned pieces",
        order.summary.reference
    );
    Err(Refusal::conflict(Conflict::Step, message).error("The discount cannot be less than what went with returns"))
}

/// Applies an edit to an order, whatever its status.
fn edited(
    order: &Order,
    held: &Holding,
    products: &Products,
    edit: &Edit,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<Edited, Refusal> {
    let summary = &order.summary;
    let reference = &summary.reference;
    let mut changes = Vec::new();
    let mut field = |name: &str, was: Option<&str>, is: Option<&str>| {
        let words = |value: &str| format!("{name}: {value}");
        changes.extend(Change::between(was.map(words), is.map(words)));
    };
    let mut customer = summary.customer.clone();
    if let Some(name) = &edit.name {
        field("customerName", Some(&customer.name), Some(name));
        customer.name.clone_from(name);
    }
    if let Some(phone) = &edit.phone {
        field("customerPhone", Some(&customer.phone), Some(phone));
        customer.phone.clone_from(phone);
    }
    if let Some(address) = &edit.address {
        field("customerAddress", customer.address.as_deref(), address.as_deref());
        customer.address.clone_from(address);
    }
    if let Some(user) = &edit.user {
        let words = |username: &String| format!("{USER_PREFIX}{username}");
        changes
            .extend(Change::between(summary.user.as_ref().map(words), user.as_ref().map(|user| words(&user.username))));
    }
    let mut items = order.items.clone();
    if let Some(edit) = &edit.items {
        let change = edit_items(&mut items, reference, products, edit, new_id)?;
        let movements = stock_moves(order, &items, held, products)?;
        changes.extend(change.map(|change| Change { movements, ..change }));
    }
    let Some((total, item_count)) = sums(items.iter().map(|item| (item.subtotal, item.quantity))) else {
        return Err(too_much(reference));
    };
    let shipping = summary.shipping.edited(&edit.shipping);
    // Who carries the order may carry the replacement as well: saying so once more tells that it is sent.
    let sends = is_exchange(order) && shipping == summary.shipping;
    let named = [&edit.shipping.courier, &edit.shipping.tracking].map(|word| matches!(word, Some(Some(_))));
    for ((was, is), is_named) in summary.shipping.words().into_iter().zip(shipping.words()).zip(named) {
        let repeated =
            || (sends && is_named).then(|| Change { from: is.clone(), to: is.clone(), movements: Vec::new() });
        changes.extend(Change::between(was, is.clone()).or_else(repeated));
    }
    // A percentage applies to the items that did not come back; the share that went with returns stays.
    let returned_subtotal = Balance::from(summary.total).minus(order.items_left());
    let mut terms = summary.terms.edited(&edit.terms, Balance::from(total).minus(returned_subtotal).size());
    if matches!(edit.terms.discount, Some(Discount::Percent(_))) {
        terms.discount = terms.discount.plus_unlimited(order.discount_given_up().size());
    }
    for (was, is) in summary.terms.words().into_iter().zip(terms.words()) {
        changes.extend(Change::between(was, is));
    }
    Ok(Edited {
        order: summary.pk,
        reference: reference.clone(),
        status: summary.status,
        customer,
        user: edit.user.as_ref().map(|user| user.as_ref().map(|user| user.id)),
        terms,
        shipping,
        items: (items != order.items).then_some(items),
        total,
        item_count,
        changes,
    })
}

fn refuse_status(order: &Order, edit: &Edit) -> Result<(), Refusal> {
    let (reference, status) = (&order.summary.reference, order.summary.status);
    let refuse = |what: String, remedy| {
        let refusal = Refusal::conflict(Conflict::Step, what).error(format!("Order is {status}"));
        Err(match remedy {
            Some(remedy) => refusal.remedy(remedy),
            None => refusal,
        })
    };
    let of_status = |what: &str| format!("{what}; {reference} is {status}");
    let edits_customer = edit.name.is_some() || edit.phone.is_some() || edit.address.is_some();
    let edits_terms = edit.terms != TermsEdit::default();
    let edits_shipping = edit.shipping != ShippingEdit::default();
    match status {
        Status::Cancelled if edits_customer || edits_terms || edits_shipping || edit.items.is_some() => {
            let remedy = back_to_pending(order).unwrap_or(Remedy::NewOrder);
            refuse(format!("{reference} is cancelled and cannot be edited"), Some(remedy))
        }
        Status::Shipped | Status::Delivered if matches!(edit.items, Some(ItemEdit::Add { .. })) => {
            refuse(of_status("items cannot be added once an order is shipped"), Some(Remedy::NewOrder))
        }
        Status::Shipped | Status::Delivered if edit.items.is_some() => {
            let remedy = Remedy::Return(reference.clone());
            refuse(of_status("items cannot be changed once an order is shipped"), Some(remedy))
        }
        Status::Confirmed | Status::Processing if edit.items.as_ref().is_some_and(ItemEdit::changes_price) => {
            refuse(of_status("prices can be changed only while an order is pending"), back_to_pending(order))
        }
        Status::Shipped | Status::Delivered if edits_customer => {
            let remedy = Remedy::StepBack { reference: reference.clone(), to: Status::Processing };
            refuse(of_status("name, phone and address cannot be changed once an order is shipped"), Some(remedy))
        }
        Status::Delivered if edits_terms => refuse(
            of_status("delivery, discount and cash on delivery cannot be changed once an order is delivered"),
            Some(Remedy::StepBack { reference: reference.clone(), to: Status::Shipped }),
        ),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::holding::tests::held;
    use crate::domain::movement::Reason;
    use crate::domain::order::Return;
    use crate::domain::order_samples::{incoming, now, order};
    use crate::domain::product::Product;
    use crate::domain::product::tests::product;
    use crate::domain::user::Role;

    /// A pending order: 2 shirts in L, 1 cap.
    fn ground() -> (Products, Order, Product) {
        let (shirt, cap) = (product("Shirt", &[("S", 1), ("L", 5)]), product("Cap", &[("", 9)]));
        let incoming = incoming(&[(&shirt, 2, Some("L")), (&cap, 1, None)]);
        let products: Products = [shirt, cap.clone()].into_iter().collect();
        let order = order(&incoming, &products, 1, Status::Pending);
        (products, order, cap)
    }

    fn edited(order: &Order, products: &Products, items: ItemEdit) -> Result<Edited, Refusal> {
        decide(order, &held(order, products), products, &Edit { items: Some(items), ..Edit::default() }, &mut || {
            Uuid::from_u128(9)
        })
    }

    fn change(number: usize) -> ItemEdit {
        ItemEdit::Change { number, quantity: None, size: None, color: None, price: None }
    }

    #[test]
    fn customers_and_items_are_edited_until_shipped() {
        let (products, order, _) = ground();
        for (status, customer, items) in [
            (Status::Pending, true, true),
            (Status::Confirmed, true, true),
            (Status::Processing, true, true),
            (Status::Shipped, false, false),
            (Status::Delivered, false, false),
            (Status::Cancelled, false, false),
        ] {
            let mut order = order.clone();
            order.summary.status = status;
            for edit in [
                Edit { name: Some("Mona".into()), ..Edit::default() },
                Edit { phone: Some("0100".into()), ..Edit::default() },
                Edit { address: Some(None), ..Edit::default() },
            ] {
                let of_customer = decide(&order, &held(&order, &products), &products, &edit, &mut Uuid::nil);
                assert_eq!(of_customer.is_ok(), customer, "{status} {edit:?}");
            }
            let of_items = edited(&order, &products, ItemEdit::Remove { number: 1 });
            assert_eq!(of_items.is_ok(), items, "{status}");
            if let Err(refusal) = of_items {
                assert_eq!(refusal.kind, RefusalKind::Conflict(Conflict::Step));
            }
        }
    }

    #[test]
    fn sums_follow_the_items_and_the_history_says_what_changed() {
        let (products, order, cap) = ground();
        for (edit, total, count, from, to) in [
            (
                ItemEdit::Change {
                    number: 1,
                    quantity: Some(3),
                    size: Some(Some("s".into())),
                    color: None,
                    price: None,
                },
                "119.96",
                4,
                Some("item 1: 2 × Shirt (size L) at 29.99"),
                Some("item 1: 3 × Shirt (size S) at 29.99"),
            ),
            (
                ItemEdit::Add {
                    product: Box::new(cap),
                    quantity: 2,
                    size: None,
                    color: Some("Red".into()),
                    price: None,
                },
                "149.95",
                5,
                None,
                Some("item 3: 2 × Cap (color Red) at 29.99"),
            ),
            (ItemEdit::Remove { number: 1 }, "29.99", 1, Some("item 1: 2 × Shirt (size L) at 29.99"), None),
        ] {
            let edited = edited(&order, &products, edit).unwrap();
            assert_eq!((edited.total.to_string().as_str(), edited.item_count), (total, count));
            let change = Change { from: from.map(str::to_owned), to: to.map(str::to_owned), movements: Vec::new() };
            assert_eq!(edited.changes, [change]);
        }
    }

    #[test]
    fn moving_a_size_to_the_color_is_a_change() {
        let (products, mut order, _) = ground();
        order.items[1].selected_size = Some("L".into());
        let swap = ItemEdit::Change {
            number: 2,
            quantity: None,
            size: Some(None),
            color: Some(Some("L".into())),
            price: None,
        };
        let edited = edited(&order, &products, swap).unwrap();
        assert_eq!((edited.changes.len(), edited.items.is_some()), (1, true));
    }

    #[test]
    fn an_edit_to_the_same_values_changes_nothing() {
        let (products, order, _) = ground();
        let edit = Edit {
            name: Some("John Doe".into()),
            address: Some(None),
            items: Some(ItemEdit::Change {
                number: 1,
                quantity: Some(2),
                size: Some(Some("l".into())),
                color: None,
                price: None,
            }),
            ..Edit::default()
        };
        let edited = decide(&order, &held(&order, &products), &products, &edit, &mut Uuid::nil).unwrap();
        assert_eq!((edited.changes, edited.items), (Vec::new(), None));
    }

    #[test]
    fn what_the_shop_agreed_to_stays_agreed() {
        let (products, mut order, cap) = ground();
        let money = Money::from_hundredths;
        order.items[0].unit_price = money(2000);
        order.items[0].subtotal = money(4000);
        let of_item = |order: &Order, quantity, size: Option<&str>, price: Option<i64>| {
            let size = size.map(|size| Some(size.to_owned()));
            let edit = ItemEdit::Change { number: 1, quantity, size, color: None, price: price.map(money) };
            edited(order, &products, edit).unwrap()
        };
        // The price that the guest sent is agreed by typing it.
        let agreed = of_item(&order, None, None, Some(2000));
        let words = |text: &str| Some(text.to_owned());
        let expected = Change {
            from: words("item 1: 2 × Shirt (size L) at 20.00 (not agreed)"),
            to: words("item 1: 2 × Shirt (size L) at 20.00"),
            movements: Vec::new(),
        };
        assert_eq!(agreed.changes, [expected]);
        order.items = agreed.items.unwrap();
        assert!(order.items[0].is_price_agreed && order.items[0].list_price == money(2999));
        assert_eq!(of_item(&order, None, None, Some(2000)).changes, [], "it is agreed already");
        for (quantity, size) in [(Some(3), None), (None, Some("S")), (Some(1), Some("S"))] {
            let item = &of_item(&order, quantity, size, None).items.unwrap()[0];
            assert_eq!((item.unit_price, item.is_price_agreed), (money(2000), true), "{quantity:?} {size:?}");
            assert_eq!(item.subtotal, money(2000 * i64::from(item.quantity)));
        }
        // A guest's price is not agreed by another edit.
        order.items[0].is_price_agreed = false;
        assert!(!of_item(&order, Some(3), None, None).items.unwrap()[0].is_price_agreed);
        let free = of_item(&order, Some(3), None, Some(0));
        assert_eq!((free.total, free.items.unwrap()[0].is_below_list_price()), (money(2999), false));
        let add = |price| ItemEdit::Add { product: Box::new(cap.clone()), quantity: 1, size: None, color: None, price };
        let added = |price| edited(&order, &products, add(price)).unwrap().items.unwrap().pop().unwrap();
        assert_eq!((added(None).unit_price, added(Some(money(100))).unit_price), (money(2999), money(100)));
        let given = added(Some(money(100)));
        assert!(given.list_price == money(2999) && given.is_price_agreed);
    }

    #[test]
    fn delivery_and_discount_are_edited_until_delivered_and_the_account_any_time() {
        let (products, order, _) = ground();
        let terms = TermsEdit { is_cod: Some(true), ..TermsEdit::default() };
        let user =
            User { id: UserId(Uuid::nil()), username: "mona".into(), role: Role::Buyer, phone: None, number: None };
        for (status, is_of_terms) in Status::ALL.into_iter().zip([true, true, true, true, false, false]) {
            let mut order = order.clone();
            order.summary.status = status;
            let decide = |edit| decide(&order, &held(&order, &products), &products, &edit, &mut Uuid::nil);
            let of_terms = decide(Edit { terms, ..Edit::default() });
            assert_eq!(of_terms.is_ok(), is_of_terms, "{status}");
            if let Err(refusal) = of_terms {
                assert_eq!((refusal.kind, refusal.remedies.len()), (RefusalKind::Conflict(Conflict::Step), 1));
            }
            let linked = decide(Edit { user: Some(Some(user.clone())), ..Edit::default() }).unwrap();
            assert_eq!((linked.user, linked.changes[0].to.as_deref()), (Some(Some(user.id)), Some("user: mona")));
            assert_eq!(decide(Edit { user: Some(None), ..Edit::default() }).unwrap().changes, [], "it has none");
        }
    }

    #[test]
    fn a_discount_applies_to_the_edited_items_and_is_at_most_their_sum() {
        let (products, mut order, _) = ground();
        let half =
            TermsEdit { discount: Some(Discount::Percent(Money::from_hundredths(5000))), ..TermsEdit::default() };
        let edit = |terms, items| Edit { terms, items, ..Edit::default() };
        let decide =
            |order: &Order, edit: &Edit| decide(order, &held(order, &products), &products, edit, &mut Uuid::nil);
        let removed = decide(&order, &edit(half, Some(ItemEdit::Remove { number: 1 }))).unwrap();
        assert_eq!(removed.terms.discount, Money::from_hundredths(1500), "half of 29.99, to even");
        let words: Vec<_> = removed.changes.iter().filter_map(|change| change.to.as_deref()).collect();
        assert_eq!(words, ["discount: 15.00"]);
        order.summary.terms.discount = Money::from_hundredths(3000);
        let too_much = decide(&order, &edit(TermsEdit::default(), Some(ItemEdit::Remove { number: 1 }))).unwrap_err();
        assert_eq!(too_much.kind, RefusalKind::InvalidInput);
        assert!(too_much.message.contains("a discount of 30.00 is more than the items"), "{}", too_much.message);
        let none = TermsEdit { discount: Some(Discount::Amount(Money::ZERO)), ..TermsEdit::default() };
        assert!(decide(&order, &edit(none, Some(ItemEdit::Remove { number: 1 }))).is_ok());
        order.summary.status = Status::Delivered;
        let above = TermsEdit { discount: Some(Discount::Amount(Money::LIMIT)), ..TermsEdit::default() };
        assert_eq!(decide(&order, &edit(above, None)).unwrap_err().kind, RefusalKind::InvalidInput, "4 before 5");
        // One shirt came back and took 10.00 of the discount: half of the other and the cap, beside that.
        order.summary.status = Status::Shipped;
        order.items[0].returned = 1;
        let (subtotal, value) = (order.items[0].unit_price, Money::from_hundredths(1999));
        order.returns = vec![Return { item: 1, quantity: 1, subtotal, value, at: order.summary.created_at }];
        order.summary.returned = value;
        let halved = decide(&order, &edit(half, None)).unwrap();
        assert_eq!(halved.terms.discount, Money::from_hundredths(1000 + 2999));
    }

    #[test]
    fn an_impossible_edit_is_refused_with_the_alternatives() {
        let (products, mut order, _) = ground();
        let with_size = |size: Option<&str>| ItemEdit::Change {
            number: 1,
            quantity: None,
            size: Some(size.map(str::to_owned)),
            color: None,
            price: None,
        };
        let most = ItemEdit::Change { number: 1, quantity: Some(2_147_483_647), size: None, color: None, price: None };
        for (edit, kind, words) in [
            (change(3), RefusalKind::NotFound, "has no item 3"),
            (change(0), RefusalKind::NotFound, "has no item 0"),
            (with_size(Some("XL")), RefusalKind::InvalidInput, "Shirt: has no size XL (sizes: S, L)"),
            (with_size(None), RefusalKind::InvalidInput, "Shirt: needs a size (sizes: S, L)"),
            (most, RefusalKind::InvalidInput, "more than an order can have"),
        ] {
            let refusal = edited(&order, &products, edit).unwrap_err();
            assert_eq!(refusal.kind, kind);
            assert!(refusal.message.contains(words), "{}", refusal.message);
        }
        order.items.pop();
        let refusal = edited(&order, &products, ItemEdit::Remove { number: 1 }).unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::Conflict(Conflict::Step));
    }

    #[test]
    fn a_cancelled_order_keeps_its_terms() {
        let (products, mut order, _) = ground();
        order.summary.status = Status::Cancelled;
        let terms = TermsEdit { is_cod: Some(true), ..TermsEdit::default() };
        let refusal =
            decide(&order, &held(&order, &products), &products, &Edit { terms, ..Edit::default() }, &mut Uuid::nil)
                .unwrap_err();
        assert_eq!(refusal.remedies, [Remedy::Reopen(order.summary.reference.clone())]);
        assert!(refusal.message.ends_with(" is cancelled and cannot be edited"), "{refusal}");
    }

    /// Typing an unmarked price again agrees to nothing.
    #[test]
    fn typing_a_price_agrees_to_it_if_it_is_new_or_marked() {
        let (products, order, _) = ground();
        let agreed = |order: &Order, hundredths: i64| {
            let ItemEdit::Change { number, quantity, size, color, .. } = change(1) else { unreachable!() };
            let price = Some(Money::from_hundredths(hundredths));
            let edit = ItemEdit::Change { number, quantity: quantity.or(Some(3)), size, color, price };
            edited(order, &products, edit).unwrap().items.unwrap()[0].is_price_agreed
        };
        assert!(!agreed(&order, 2999) && agreed(&order, 2998) && agreed(&order, 3500));
        let mut marked = order.clone();
        marked.items[0].unit_price = Money::from_hundredths(2998);
        assert!(agreed(&marked, 2998));
    }

    /// Returns the stock that an edit moves: the size key and the difference on the shelf.
    fn moved(edited: &Edited) -> Vec<(&str, i64)> {
        let movements = edited.changes.iter().flat_map(|change| &change.movements);
        movements
            .inspect(|one| assert_eq!(one.reason, Reason::Edit))
            .map(|one| (one.size_key.as_str(), one.delta))
            .collect()
    }

    fn sized(number: usize, quantity: Option<u32>, size: &str) -> ItemEdit {
        ItemEdit::Change { number, quantity, size: Some(Some(size.to_owned())), color: None, price: None }
    }

    fn counted(number: usize, quantity: u32) -> ItemEdit {
        ItemEdit::Change { number, quantity: Some(quantity), size: None, color: None, price: None }
    }

    fn added(product: &Product, quantity: u32, size: Option<&str>) -> ItemEdit {
        let product = Box::new(product.clone());
        ItemEdit::Add { product, quantity, size: size.map(str::to_owned), color: None, price: None }
    }

    /// It holds 2 shirts in L and 1 cap; 1 shirt is left in S, 5 in L, and 9 caps.
    #[test]
    fn an_edit_moves_the_stock_of_an_order_that_holds_some() {
        let (products, order, cap) = ground();
        let shirt = products.get(order.items[0].product_id).unwrap();
        for (edit, expected) in [
            (counted(1, 3), vec![("l", -1)]),
            (counted(1, 7), vec![("l", -5)]),
            (counted(1, 1), vec![("l", 1)]),
            (counted(1, 2), vec![]),
            (sized(1, Some(1), "S"), vec![("s", -1), ("l", 2)]),
            (added(shirt, 1, Some("s")), vec![("s", -1)]),
            (added(shirt, 5, Some("L")), vec![("l", -5)]),
            (added(&cap, 9, None), vec![("", -9)]),
            (ItemEdit::Remove { number: 1 }, vec![("l", 2)]),
            (ItemEdit::Remove { number: 2 }, vec![("", 1)]),
        ] {
            for status in [Status::Confirmed, Status::Processing, Status::Pending] {
                let mut order = order.clone();
                order.summary.status = status;
                let edited = edited(&order, &products, edit.clone()).unwrap();
                let expected = if status.holds_stock() { &expected[..] } else { &[] };
                assert_eq!(moved(&edited), expected, "{status} {edit:?}");
                assert_eq!(
                    edited.changes.iter().filter(|change| !change.movements.is_empty()).count(),
                    expected.len().min(1)
                );
            }
        }
        // What else is edited in the same call moves nothing.
        let mut order = order;
        order.summary.status = Status::Confirmed;
        let edit = Edit { name: Some("Mona".into()), items: Some(counted(1, 1)), ..Edit::default() };
        let edited = decide(&order, &held(&order, &products), &products, &edit, &mut Uuid::nil).unwrap();
        let moving: Vec<_> = edited.changes.iter().map(|change| change.movements.len()).collect();
        assert_eq!((moving, moved(&edited)), (vec![0, 1], vec![("l", 1)]));
    }

    #[test]
    fn an_added_item_needs_a_size_if_its_product_has_sizes() {
        let (products, order, cap) = ground();
        let shirt = products.get(order.items[0].product_id).unwrap();
        assert!(edited(&order, &products, added(&cap, 1, None)).is_ok());
        for (size, remedies) in [(None, vec![Remedy::NameSize]), (Some("XXL"), vec![])] {
            assert_eq!(edited(&order, &products, added(shirt, 1, size)).unwrap_err().remedies, remedies, "{size:?}");
        }
    }

    #[test]
    fn an_edit_without_enough_stock_is_refused_in_the_guides_words() {
        let (products, mut order, cap) = ground();
        order.items[0].selected_size = Some("S".into());
        for (edit, kind, details) in [
            // Only what is new is taken: one is on the shelf, and the order has two.
            (
                counted(1, 4),
                RefusalKind::InsufficientStock,
                "Shirt (S): Insufficient stock (available: 1, required: 2)",
            ),
            (
                sized(1, Some(6), "L"),
                RefusalKind::InsufficientStock,
                "Shirt (L): Insufficient stock (available: 5, required: 6)",
            ),
            (
                added(&cap, 10, None),
                RefusalKind::InsufficientStock,
                "Cap: Insufficient stock (available: 9, required: 10)",
            ),
        ] {
            for status in [Status::Confirmed, Status::Processing] {
                order.summary.status = status;
                let refusal = edited(&order, &products, edit.clone()).unwrap_err();
                assert_eq!((refusal.kind, refusal.details), (kind, vec![details.to_owned()]), "{edit:?}");
                assert_eq!(refusal.error, "Insufficient stock for some items");
            }
            order.summary.status = Status::Pending;
            assert!(edited(&order, &products, edit.clone()).is_ok(), "it takes nothing yet");
            // The status comes before the stock.
            order.summary.status = Status::Shipped;
            let refusal = edited(&order, &products, edit.clone()).unwrap_err();
            assert_eq!(refusal.kind, RefusalKind::Conflict(Conflict::Step));
            let remedy = match edit {
                ItemEdit::Add { .. } => Remedy::NewOrder,
                _ => Remedy::Return(order.summary.reference.clone()),
            };
            assert_eq!(refusal.remedies, [remedy]);
        }
        order.summary.status = Status::Confirmed;
        assert!(edited(&order, &products, counted(1, 3)).is_ok(), "the last one");
    }

    /// Until the order is confirmed, an item may have no size, or an unknown one.
    #[test]
    fn an_item_of_a_confirmed_order_needs_an_available_size() {
        let (products, mut order, _) = ground();
        for (status, is_legal) in [(Status::Pending, true), (Status::Confirmed, false)] {
            order.summary.status = Status::Confirmed;
            let held = held(&order, &products);
            order.summary.status = status;
            let mut sizeless = order.clone();
            sizeless.items[0].selected_size = None;
            let edit = Edit { items: Some(counted(1, 1)), ..Edit::default() };
            let decided = decide(&sizeless, &held, &products, &edit, &mut Uuid::nil);
            assert_eq!(decided.is_ok(), is_legal, "{status}");
            if let Err(refusal) = decided {
                assert_eq!(refusal.kind, RefusalKind::InvalidInput);
                assert_eq!(refusal.details, ["Shirt: needs a size (sizes: S, L)"]);
            }
        }
    }

    #[test]
    fn the_price_of_an_item_stays_once_the_order_is_confirmed() {
        let (products, mut order, cap) = ground();
        let price = Some(Money::from_hundredths(1));
        let changed = ItemEdit::Change { number: 1, quantity: None, size: None, color: None, price };
        let new = ItemEdit::Add { product: Box::new(cap), quantity: 1, size: None, color: None, price };
        for status in Status::ALL {
            order.summary.status = status;
            let of_changed = edited(&order, &products, changed.clone());
            assert_eq!(of_changed.is_ok(), status == Status::Pending, "{status}");
            if matches!(status, Status::Confirmed | Status::Processing) {
                let refusal = of_changed.unwrap_err();
                assert_eq!(refusal.kind, RefusalKind::Conflict(Conflict::Step));
                let reference = order.summary.reference.clone();
                assert_eq!(refusal.remedies, [Remedy::StepBack { reference, to: Status::Pending }]);
                assert!(edited(&order, &products, new.clone()).is_ok(), "a new item has a price of its own");
            }
        }
    }

    #[test]
    fn a_discount_is_compared_only_with_items_that_are_allowed() {
        let (products, mut order, _) = ground();
        order.summary.terms.discount = Money::from_hundredths(5000);
        let price = Some(Money::from_hundredths(1));
        let cheap = ItemEdit::Change { number: 1, quantity: None, size: None, color: None, price };
        for status in Status::ALL {
            order.summary.status = status;
            let expected = if status == Status::Pending {
                RefusalKind::InvalidInput
            } else {
                RefusalKind::Conflict(Conflict::Step)
            };
            assert_eq!(edited(&order, &products, cheap.clone()).unwrap_err().kind, expected, "{status}");
        }
    }

    /// Returned 1 of the 2 shirts, and the order is packed again.
    fn with_returns() -> (Products, Order, Product) {
        let (products, mut order, cap) = ground();
        order.summary.status = Status::Processing;
        order.items[0].returned = 1;
        let (subtotal, value) = (Money::from_hundredths(2999), Money::from_hundredths(2699));
        order.returns.push(Return { item: 1, quantity: 1, subtotal, value, at: now() });
        (order.summary.returned, order.summary.terms.discount) = (value, Money::from_hundredths(900));
        (products, order, cap)
    }

    #[test]
    fn returned_pieces_stay_with_their_item() {
        let (products, mut order, cap) = with_returns();
        let step = RefusalKind::Conflict(Conflict::Step);
        let colored =
            ItemEdit::Change { number: 1, quantity: None, size: None, color: Some(Some("Red".into())), price: None };
        for (edit, expected) in [
            (counted(1, 3), Ok(vec![("l", -1)])),
            (counted(1, 1), Ok(vec![("l", 1)])),
            (added(&cap, 1, None), Ok(vec![("", -1)])),
            (ItemEdit::Remove { number: 2 }, Ok(vec![("", 1)])),
            (counted(2, 3), Ok(vec![("", -2)])),
            // The same size is no other one.
            (sized(1, Some(3), "l"), Ok(vec![("l", -1)])),
            (
                sized(1, None, "S"),
                Err("1 piece of item 1 of LEG-LXYZ1234-AB5C came back, so its size, color and price cannot change"),
            ),
            (
                colored,
                Err("1 piece of item 1 of LEG-LXYZ1234-AB5C came back, so its size, color and price cannot change"),
            ),
            (
                ItemEdit::Remove { number: 1 },
                Err("1 piece of item 1 of LEG-LXYZ1234-AB5C came back, so it cannot be removed"),
            ),
        ] {
            match (edited(&order, &products, edit.clone()), expected) {
                (Ok(edited), Ok(expected)) => assert_eq!(moved(&edited), expected, "{edit:?}"),
                (Err(refusal), Err(expected)) => {
                    assert_eq!((refusal.kind, refusal.message.as_str()), (step, expected));
                    assert_eq!(refusal.error, "Some of item 1 came back");
                    assert_eq!(refusal.remedies, [Remedy::NumberItems(order.summary.reference.clone())]);
                }
                other => panic!("{edit:?}: {other:?}"),
            }
        }
        (order.items[0].returned, order.items[0].quantity) = (2, 3);
        let refusal = edited(&order, &products, counted(1, 1)).unwrap_err();
        assert_eq!(
            (refusal.kind, refusal.message.as_str()),
            (step, "2 pieces of item 1 of LEG-LXYZ1234-AB5C came back, so its quantity cannot be less than 2")
        );
    }

    #[test]
    fn an_edit_leaves_something_of_an_order_that_holds_stock() {
        let (products, mut order, _) = with_returns();
        order.summary.terms.discount = Money::from_hundredths(300);
        let one_left = edited(&order, &products, ItemEdit::Remove { number: 2 }).unwrap();
        order.items = one_left.items.unwrap();
        let refusal = edited(&order, &products, counted(1, 1)).unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::Conflict(Conflict::Step));
        assert_eq!(refusal.error, "The order would have nothing left");
        assert_eq!(refusal.remedies, [Remedy::Cancel(order.summary.reference.clone(), None)]);
    }

    /// 3.00 of the discount went with a shirt of 29.99; 59.98 are left.
    #[test]
    fn a_discount_is_at_least_the_share_of_returns_and_at_most_the_items_left() {
        let (products, mut order, _) = with_returns();
        for status in [Status::Processing, Status::Shipped] {
            order.summary.status = status;
            for (discount, expected) in [
                (299, Some(RefusalKind::Conflict(Conflict::Step))),
                (300, None),
                (6298, None),
                (6299, Some(RefusalKind::InvalidInput)),
            ] {
                let discount = Some(Discount::Amount(Money::from_hundredths(discount)));
                let edit = Edit { terms: TermsEdit { discount, ..TermsEdit::default() }, ..Edit::default() };
                let decided = decide(&order, &held(&order, &products), &products, &edit, &mut Uuid::nil);
                assert_eq!(decided.err().map(|refusal| refusal.kind), expected, "{discount:?}");
            }
        }
    }

    #[test]
    fn only_an_added_item_brings_a_product() {
        let (_, _, cap) = ground();
        assert_eq!(added(&cap, 1, None).product(), Some(cap.id));
        assert_eq!([counted(1, 1), ItemEdit::Remove { number: 1 }].map(|edit| edit.product()), [None, None]);
    }
}
