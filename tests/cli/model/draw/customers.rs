//! What the shop says of its customers, and who carries their orders.

use super::super::command::{Command, Remark};
use super::Draw;
use super::mix::Kind;

impl Draw<'_> {
    pub(super) fn carry(&mut self) -> Command {
        let is_shipped = self.in_100(60);
        let suits = if is_shipped { Kind::Ship } else { Kind::Carry };
        let reference = self.reference(|order| suits.suits(order));
        let (mut courier, mut tracking) = (None, None);
        while courier.is_none() && tracking.is_none() {
            courier = self.in_100(60).then(|| self.one_of(&["Bosta", "Aramex", ""]));
            // Few, so that parcels share them.
            tracking = self.in_100(60).then(|| self.one_of(&["T-1", "T-2", "T-3", "t-3", ""]).to_owned());
        }
        Command::Carry { reference, is_shipped, courier, tracking }
    }

    pub(super) fn remark(&mut self) -> Command {
        let remark = match self.random.u32(0..6) {
            0..2 => Remark::Note(self.one_of(&["pays at the door", "two doors", ""])),
            2..5 => Remark::Block(self.one_of(&["fraud", "refused three parcels"])),
            _ => Remark::Unblock,
        };
        Command::Remark { phone: self.customer().phone, remark }
    }
}
