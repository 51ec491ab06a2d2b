//! What comes back, and what takes its place.

use super::super::command::{Cents, Named, Payment, Replacement};
use super::super::shop::{CameBack, Item, Pieces, Product, Shop, Status};
use super::{CONFLICT, INVALID, NO_STOCK, NOT_FOUND, Reasons, part_of, put_back, take};

/// A piece that takes the place of one of an item.
struct New<'a> {
    product: &'a Product,
    size: Option<String>,
    color: Option<String>,
    price: Cents,
}

impl New<'_> {
    fn of<'a>(replacement: &Replacement, item: &Item, products: &'a [Product]) -> Option<New<'a>> {
        let find = |barcode: &str| products.iter().find(|product| product.named.barcode == barcode);
        match replacement {
            Replacement::Size(size) => {
                let (size, color) = (Some(size.clone()), item.color.clone());
                find(item.product).map(|product| New { product, size, color, price: item.price })
            }
            Replacement::For { product, size, color, price } => {
                let product = find(product.barcode)?;
                // Of the same product it has the price and the color of the old one, unless others are named.
                let is_same = product.named.barcode == item.product;
                let price = price.unwrap_or(if is_same { item.price } else { product.asks() });
                let color = color.clone().or_else(|| item.color.clone().filter(|_| is_same));
                Some(New { product, size: size.clone(), color, price })
            }
        }
    }
}

impl Shop {
    pub(super) fn take_back(
        &mut self,
        reference: &str,
        lines: &[(usize, i64)],
        is_damaged: bool,
        replacement: Option<&Replacement>,
        refund: Option<&Payment>,
        keep: Option<Cents>,
    ) -> Reasons {
        let products = self.products.clone();
        let find = |named: Named| products.iter().find(|product| product.named == named);
        let mut on_hand = self.on_hand.clone();
        let Some(order) = self.order_mut(reference) else { return Reasons::of(NOT_FOUND) };
        // An item that is named twice is one line.
        let mut merged: Vec<(usize, i64)> = Vec::new();
        for (number, pieces) in lines {
            match merged.iter_mut().find(|(known, _)| known == number) {
                Some((_, sum)) => *sum += pieces,
                None => merged.push((*number, *pieces)),
            }
        }
        let named: Vec<&Item> = merged.iter().filter_map(|(number, _)| order.items.get(number - 1)).collect();
        let replaced = |item: &Item| replacement.and_then(|replacement| New::of(replacement, item, &products));
        let lacks_size = |item: &&Item| {
            replaced(item).is_some_and(|new| {
                let has_no_sizes = matches!(replacement, Some(Replacement::Size(_))) && new.product.sizes.is_empty();
                has_no_sizes || new.product.lacks_size(new.size.as_deref())
            })
        };
        let is_unknown = matches!(replacement, Some(Replacement::For { product, .. }) if find(*product).is_none());
        let exceeds = |(number, pieces): &(usize, i64)| {
            order.items.get(number - 1).is_some_and(|item| *pieces > item.with_customer())
        };
        let mut reasons = Reasons::none()
            .add(NOT_FOUND, named.len() < merged.len() || is_unknown)
            .add(INVALID, named.iter().any(lacks_size))
            .add(CONFLICT, !matches!(order.status, Status::Shipped | Status::Delivered))
            .add(CONFLICT, merged.iter().any(exceeds));
        if !reasons.is_empty() {
            // A shortage of one line may be told before what is wrong with a later one, see below.
            let is_open = replacement.is_some() && merged.len() > 1 && reasons.codes.first() == Some(&CONFLICT);
            reasons.or.extend(is_open.then_some(NO_STOCK));
            return reasons;
        }

        let cost = order.grand_total();
        let mut shortage = Reasons::none();
        // One line after the other.
        for (number, pieces) in &merged {
            let index = number - 1;
            // The new pieces are taken before the old ones are back.
            if let Some(new) = replaced(&order.items[index]) {
                order.add(new.product, *pieces, new.size.as_ref(), new.color.as_ref(), new.price);
                order.note_unsized(&products);
                let line = order.lines().pop().unwrap();
                shortage = shortage.and(take(&mut on_hand, &Pieces::from([(line, *pieces)])));
            }
            let line = order.lines().swap_remove(index);
            if let Some(took_unsized) = order.took_unsized.get_mut(line.0).filter(|_| line.1.is_empty()) {
                *took_unsized -= pieces;
            }
            put_back(&mut on_hand, &Pieces::from([(line, *pieces)]), is_damaged);
            let item = &mut order.items[index];
            let (item_id, gross) = (item.id, pieces * item.price);
            item.returned += pieces;
            let left = order.items_left();
            // An exchange is at the full price: the discount stays with the order.
            let given_up = match replacement {
                None if left > 0 => part_of(order.discount_left(), gross, left),
                _ => 0,
            };
            order.returns.push(CameBack { item_id, quantity: *pieces, gross, value: gross - given_up });
        }
        let is_last = order.items.iter().all(|item| item.with_customer() == 0);
        if is_last {
            order.status = Status::Cancelled;
            order.kept = keep.unwrap_or(0);
            order.took_unsized.clear();
        }
        let mut reasons = shortage
            .add(INVALID, order.discount_left() > order.items_left())
            .add(CONFLICT, keep.is_some() && !is_last)
            .add(CONFLICT, keep.unwrap_or(0) > cost);
        // Which of several reasons is told is left open: a return is judged line by line, and ends at the first.
        reasons.or = reasons.codes.iter().copied().skip(1).collect();
        self.on_hand = on_hand;
        let Some(refund) = refund.filter(|_| reasons.is_empty()) else { return reasons };
        let receipt = refund.receipt.as_deref();
        if receipt.is_some_and(|receipt| self.with_receipt(&refund.method, receipt).is_some()) {
            // Its refund is on record: so may the return be.
            return Reasons::of(CONFLICT);
        }
        // What is owed is known once the pieces are back.
        self.refund(reference, refund)
    }
}
