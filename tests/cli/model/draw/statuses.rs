//! Steps between statuses.

use super::super::command::{Command, Payment};
use super::super::shop::{Order, Status};
use super::Draw;
use super::mix::Kind;

impl Draw<'_> {
    pub(super) fn confirm(&mut self) -> Command {
        let reference = self.reference(|order| Kind::Confirm.suits(order));
        let payment = self.in_100(50).then(|| self.payment(&reference, 40));
        Command::Confirm {
            references: vec![reference],
            accept_prices: self.in_100(60),
            cod: payment.is_none() && self.in_100(15),
            payment,
            keep_going: self.in_100(5),
        }
    }

    /// Draws different references of orders that suit.
    pub(super) fn references(&mut self, suits: impl Fn(&Order) -> bool) -> Vec<String> {
        let mut references = Vec::new();
        for _ in 0..self.one_of(&[2, 2, 3]) {
            let reference = self.reference(&suits);
            if !references.contains(&reference) {
                references.push(reference);
            }
        }
        references
    }

    pub(super) fn confirm_several(&mut self) -> Command {
        let references = self.references(|order| Kind::Confirm.suits(order));
        let payment = Payment { method: self.method(), amount: None, receipt: None };
        let is_paid = self.in_100(25);
        Command::Confirm {
            references,
            accept_prices: self.in_100(70),
            cod: !is_paid && self.in_100(15),
            payment: is_paid.then_some(payment),
            keep_going: self.in_100(50),
        }
    }

    pub(super) fn ship(&mut self) -> Command {
        let status =
            self.one_of(&["processing", "shipped", "shipped", "shipped", "delivered", "delivered", "confirmed"]);
        let suits = |order: &Order| Kind::Ship.suits(order);
        let references = if self.in_100(15) { self.references(suits) } else { vec![self.reference(suits)] };
        let keep_going = references.len() > 1 && self.in_100(40);
        Command::SetStatus { references, status, force: false, no_restock: false, keep: None, keep_going }
    }

    pub(super) fn cancel(&mut self) -> Command {
        let suits = |order: &Order| Kind::Cancel.suits(order);
        let references = if self.in_100(15) { self.references(suits) } else { vec![self.reference(suits)] };
        let keep = self.in_100(30).then(|| self.one_of(&[0, 5_00, 10_00, 30_00]));
        let keep_going = references.len() > 1 && self.in_100(40);
        Command::SetStatus {
            references,
            status: "cancelled",
            force: false,
            no_restock: self.in_100(20),
            keep,
            keep_going,
        }
    }

    pub(super) fn step_back(&mut self) -> Command {
        let status = self.one_of(&["pending", "pending", "processing", "shipped"]);
        let reference = self.reference(|order| match status {
            "pending" => Kind::StepBack.suits(order),
            _ => matches!(order.status, Status::Shipped | Status::Delivered),
        });
        Command::SetStatus {
            references: vec![reference],
            status,
            force: self.in_100(90),
            no_restock: status == "pending" && self.in_100(10),
            keep: None,
            keep_going: false,
        }
    }
}
