//! What needs somebody now: lists of rows, each with the command to type next.

use std::borrow::Cow;

use anstyle::Style;
use serde_json::{Value, json};

use super::RenderStyle;
use super::json::Body;
use super::paint::{paint, status, stock, warning};
use super::prose::{sentence, width_of};
use super::report::{age, head};
use super::table::{Column, Sizing};
use crate::domain::bidi::isolate;
use crate::domain::order::OrderSummary;
use crate::domain::report::stock::{Scarce, State};
use crate::domain::settings::Settings;
use crate::domain::time::Timestamp;
use crate::domain::today::{Count, DAYS_WITH_COURIER, LOOKED_AT, List, Need, Needs, SHOWN, Subject};
use crate::domain::visible::visible;

/// The keys of a row, in order.
pub const KEYS: &[&str] = &[
    "list",
    "orderReference",
    "customerName",
    "customerPhone",
    "status",
    "grandTotal",
    "due",
    "courier",
    "tracking",
    "waitingSeconds",
    "likelyDuplicate",
    "productId",
    "productName",
    "productBarcode",
    "size",
    "state",
    "onHand",
    "demand",
    "problems",
    "remarks",
    "command",
];

/// The keys of the totals: those of the lists, in order.
pub const TOTALS: &[&str] = &["payments", "sizes", "toPack", "withCouriers", "owed", "stock", "receivedTwice"];

/// The width of what stands before a command on its line.
const BEFORE_COMMAND: usize = 28;
/// The least width of a terminal on which commands stand beside what they are about.
const WIDE: usize = 76;
/// How many rows of a list a narrow terminal shows, where each takes several lines.
const SHOWN_NARROW: usize = 5;

/// A command for a shell, in parts between which a line may break.
pub type Command = Vec<String>;

/// A list with its commands.
#[derive(Debug)]
pub struct Section<'n> {
    /// The list.
    pub needs: &'n Needs,
    /// The next command of each row.
    pub commands: Vec<Command>,
    /// The command that shows the whole list, if there is one.
    pub all: Option<Command>,
}

/// Makes the body for programs.
pub fn report(sections: &[Section<'_>], now: Timestamp, settings: &Settings) -> Body {
    let count = |section: &Section<'_>| (section.needs.list.key().to_owned(), json!(section.needs.count.exact()));
    let mut report = head("today", None, now, settings, sections.iter().map(count).collect());
    report.insert("rows".to_owned(), rows(sections).map(Value::Object).collect());
    report
}

/// Makes the rows for programs.
pub fn rows<'s>(sections: &'s [Section<'_>]) -> impl Iterator<Item = Body> + 's {
    sections.iter().flat_map(|section| {
        let rows = section.needs.rows.iter().zip(&section.commands);
        rows.map(|(need, command)| row(section.needs.list, need, command))
    })
}

fn row(list: List, need: &Need, command: &Command) -> Body {
    let mut row: Body = KEYS.iter().map(|key| ((*key).to_owned(), Value::Null)).collect();
    let mut set = |key: &str, value: Value| row.insert(key.to_owned(), value);
    set("list", json!(list.key()));
    match &need.subject {
        Subject::Order { order, waited, twin } => {
            set("orderReference", json!(order.reference.as_str()));
            set("customerName", json!(order.customer.name));
            set("customerPhone", json!(order.customer.phone));
            set("status", json!(order.status.as_str()));
            set("grandTotal", json!(order.grand_total().to_string()));
            set("due", json!(order.due().map(|due| due.to_string())));
            set("courier", json!(order.shipping.courier));
            set("tracking", json!(order.shipping.tracking));
            set("waitingSeconds", json!(waited.num_seconds()));
            set("likelyDuplicate", json!(twin.as_ref().map(|twin| twin.as_str())));
        }
        Subject::Stock(scarce) => {
            set("productId", json!(scarce.product_id.to_string()));
            set("productName", json!(scarce.name));
            set("productBarcode", json!(scarce.barcode));
            set("size", json!(scarce.size));
            set("state", json!(scarce.state.as_str()));
            set("onHand", json!(scarce.on_hand));
            set("demand", json!(scarce.demand));
        }
    }
    set("problems", json!(need.problems));
    set("remarks", json!(need.notices));
    set("command", json!(command.join(" ")));
    row
}

/// Renders the lists that have rows for people.
pub fn text(sections: &[Section<'_>], style: RenderStyle<'_>) -> String {
    let filled = sections.iter().filter(|section| !section.needs.rows.is_empty());
    let text = filled.map(|section| section_text(section, style)).collect::<Vec<_>>().join("\n");
    if text.is_empty() { "nothing needs you now\n".to_owned() } else { text }
}

fn section_text(section: &Section<'_>, style: RenderStyle<'_>) -> String {
    let Needs { list, rows, count } = section.needs;
    let (width, shown) = (style.width, if style.width >= WIDE { SHOWN } else { SHOWN_NARROW });
    let mut text = painted(&sentence(&heading(*list, *count), width), Style::new().bold(), style);
    let rows: Vec<(&Need, &Command, bool)> = rows
        .iter()
        .zip(&section.commands)
        .map(|(need, command)| (need, command, is_beside(&command.join(" "), width)))
        .take(shown)
        .collect();
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|(need, command, is_beside)| {
            let mut cells = cells(*list, need);
            cells.push(if *is_beside { command.join(" ") } else { String::new() });
            cells
        })
        .collect();
    let mut sizing = Sizing::of(columns(*list));
    for row in &cells {
        sizing.add(row);
    }
    let layout = sizing.layout(RenderStyle { left_out: None, ..style });
    for ((need, command, is_beside), cells) in rows.iter().zip(&cells) {
        layout.put_row(&mut text, cells);
        for problem in &need.problems {
            text.push_str(&painted(&sentence(&format!("  {problem}"), width), warning(), style));
        }
        need.notices.iter().for_each(|notice| text.push_str(&sentence(&format!("  {notice}"), width)));
        if !is_beside {
            put_command(&mut text, command, width);
        }
    }
    put_more(&mut text, section, rows.len(), width);
    text
}

fn heading(list: List, count: Count) -> String {
    let title = match list {
        List::Payments => "Payments to check".to_owned(),
        List::Sizes => "Sizes to ask for".to_owned(),
        List::ToPack => "Orders to pack".to_owned(),
        List::WithCouriers => format!("With couriers for longer than {DAYS_WITH_COURIER} days"),
        List::Owed => "Owed to customers".to_owned(),
        List::Stock => "Low or short stock".to_owned(),
        List::ReceivedTwice => "Received twice?".to_owned(),
    };
    let between = if title.ends_with('?') { "" } else { ":" };
    match (list, count) {
        (_, Count::Exactly(count)) => format!("{title}{between} {count}"),
        (List::Sizes | List::ReceivedTwice, Count::AtLeast(count)) => {
            format!("{title}{between} {count} of the {LOOKED_AT} that wait longest")
        }
        (_, Count::AtLeast(count)) => format!("{title}{between} {count}+"),
    }
}

fn columns(list: List) -> Vec<Column> {
    let what = Column::new("").shrinks_to(8);
    let first = match list {
        List::Stock => vec![Column::new("").painted(stock), Column::new("").number()],
        List::ToPack => vec![Column::new("").number(), Column::new("").painted(status)],
        _ => vec![Column::new("").number(), Column::new("").number()],
    };
    first.into_iter().chain([what, Column::new("")]).collect()
}

/// Returns the cells before the command.
fn cells(list: List, need: &Need) -> Vec<String> {
    let cells = match &need.subject {
        Subject::Order { order, waited, .. } => [age(*waited), about(list, order), order.customer.name.clone()],
        Subject::Stock(scarce) => [scarce.state.as_str().to_owned(), pieces(scarce), label(scarce)],
    };
    cells.to_vec()
}

fn about(list: List, order: &OrderSummary) -> String {
    let due = order.due().unwrap_or_else(|| order.grand_total());
    match list {
        List::ToPack => order.status.to_string(),
        List::Owed => due.negated().to_string(),
        _ => due.to_string(),
    }
}

fn pieces(scarce: &Scarce) -> String {
    match scarce.state {
        State::Short => format!("{} of {}", scarce.on_hand, scarce.demand),
        State::Out | State::Low => scarce.on_hand.to_string(),
    }
}

fn label(scarce: &Scarce) -> String {
    match scarce.size.as_deref().filter(|size| !size.is_empty()) {
        Some(size) => format!("{} ({size})", scarce.name),
        None => scarce.name.clone(),
    }
}

/// Returns whether a command stands on the line of its row: it has room, and nothing has to be escaped or isolated, so that what
/// is copied is what runs.
fn is_beside(command: &str, width: usize) -> bool {
    width >= WIDE
        && BEFORE_COMMAND + 2 + width_of(command) <= width
        && isolate(visible(command)) == Cow::Borrowed(command)
}

/// What stands before a further line of a command, where it has room.
const INDENT: &str = "   ";

/// Writes a command on lines of its own. A shell takes a line that ends with a backslash together with the next one. A part that
/// is longer than a line stays whole.
fn put_command(text: &mut String, command: &Command, width: usize) {
    let mut line = " ".to_owned();
    for (number, part) in command.iter().enumerate() {
        let part = visible(part);
        let end = if number + 1 == command.len() { "" } else { " \\" };
        if number > 0 && width_of(&line) + 1 + width_of(&part) + end.len() > width {
            text.push_str(&line);
            text.push_str(" \\\n");
            let has_room = INDENT.len() + 1 + width_of(&part) + end.len() <= width;
            if has_room { INDENT } else { " " }.clone_into(&mut line);
        }
        line.push(' ');
        line.push_str(&part);
    }
    text.push_str(&line);
    text.push('\n');
}

/// Says how many rows are not shown, and what shows them.
fn put_more(text: &mut String, section: &Section<'_>, shown: usize, width: usize) {
    let shown = i64::try_from(shown).unwrap_or(i64::MAX);
    let more = match section.needs.count {
        Count::Exactly(count) | Count::AtLeast(count) if count <= shown => return,
        Count::Exactly(count) => format!("… and {} more", count - shown),
        Count::AtLeast(_) => "… and more".to_owned(),
    };
    let command = section.all.as_ref().map(|all| all.join(" ")).unwrap_or_default();
    let is_beside = width_of(&more) + 3 + width_of(&command) <= width;
    text.push_str(&more);
    match &section.all {
        None => text.push('\n'),
        Some(_) if is_beside => text.extend([":  ", &*visible(&command), "\n"]),
        Some(all) => {
            text.push_str(":\n");
            put_command(text, all, width);
        }
    }
}

/// Paints each line of a text.
fn painted(text: &str, style: Style, of: RenderStyle<'_>) -> String {
    text.lines().map(|line| paint(line, style, of.color) + "\n").collect()
}

#[cfg(test)]
mod tests {
    use std::process::Command as Process;

    use chrono::Duration;

    use super::*;
    use crate::domain::order_samples::{incoming, order};
    use crate::domain::product::ProductId;
    use crate::domain::product::tests::product;
    use crate::domain::remedy::Remedy;
    use crate::domain::status::Status;
    use crate::domain::zone::Zone;

    fn style(width: usize) -> RenderStyle<'static> {
        RenderStyle { width, color: false, zone: Zone::UTC, country_code: None, left_out: None }
    }

    fn waits(name: &str, hours: i64, problem: Option<&str>, notice: Option<&str>) -> Need {
        let shirt = product("Shirt", &[("", 9)]);
        let mut order = order(&incoming(&[(&shirt, 1, None)]), &[shirt].into_iter().collect(), 1, Status::Confirmed);
        name.clone_into(&mut order.summary.customer.name);
        let next = Remedy::Confirm(order.summary.reference.clone());
        Need {
            subject: Subject::Order { order: Box::new(order.summary), waited: Duration::hours(hours), twin: None },
            problems: problem.map(str::to_owned).into_iter().collect(),
            notices: notice.map(str::to_owned).into_iter().collect(),
            next,
        }
    }

    fn scarce(name: &str, size: Option<&str>, state: State) -> Need {
        let scarce = Scarce {
            product_id: ProductId(uuid::Uuid::nil()),
            name: name.to_owned(),
            barcode: None,
            size: size.map(str::to_owned),
            on_hand: 1,
            low_at: 5,
            demand: 3,
            state,
        };
        let next = Remedy::ShowProduct(String::new());
        Need { subject: Subject::Stock(scarce), problems: Vec::new(), notices: Vec::new(), next }
    }

    fn command(line: &str) -> Command {
        line.split('|').map(str::to_owned).collect()
    }

    fn shown(list: List, rows: Vec<Need>, count: Count, commands: &[&str], all: Option<&str>, width: usize) -> String {
        let needs = Needs { list, rows, count };
        let commands = commands.iter().map(|line| command(line)).collect();
        text(&[Section { needs: &needs, commands, all: all.map(command) }], style(width))
    }

    #[test]
    fn commands_stand_beside_their_rows_where_there_is_room() {
        let rows = || {
            vec![
                waits("أحمد عبد الرحمن", 69, None, None),
                waits(
                    "Abdel Rahman Mostafa El-Sayed",
                    7,
                    Some("Polo (S): Insufficient stock (available: 1, required: 2)"),
                    None,
                ),
            ]
        };
        let commands = ["orders confirm|LEG-LXYZ1234-AB5C", "orders message|LEG-LXYZ1234-AB5C|--template shortage"];
        let all = Some("orders report pending");
        assert_eq!(
            shown(List::Payments, rows(), Count::Exactly(300), &commands, all, 80),
            "\
Payments to check: 300
2d 21h  29.99  \u{2068}أحمد عبد الرحمن\u{2069}                orders confirm LEG-LXYZ1234-AB5C
 7h 0m  29.99  Abdel Rahman Mostafa El-Sayed
  Polo (S): Insufficient stock (available: 1, required: 2)
  orders message LEG-LXYZ1234-AB5C --template shortage
… and 298 more:  orders report pending
"
        );
        assert_eq!(
            shown(List::Payments, rows(), Count::AtLeast(1000), &commands, all, 48),
            "\
Payments to check: 1000+
2d 21h  29.99  \u{2068}أحمد عبد الرحمن\u{2069}
  orders confirm LEG-LXYZ1234-AB5C
 7h 0m  29.99  Abdel Rahman Mostafa El-Sayed
  Polo (S): Insufficient stock (available: 1,
    required: 2)
  orders message LEG-LXYZ1234-AB5C \\
    --template shortage
… and more:  orders report pending
"
        );
    }

    #[test]
    fn each_list_says_what_matters_of_it() {
        let pack = "orders set-status|LEG-LXYZ1234-AB5C|processing";
        assert_eq!(
            shown(List::ToPack, vec![waits("Mona", 2, None, None)], Count::Exactly(1), &[pack], None, 80),
            "Orders to pack: 1\n2h 0m  confirmed  Mona  orders set-status LEG-LXYZ1234-AB5C processing\n"
        );
        let all = "orders list|--status confirmed,processing";
        let many = (0..7).map(|_| waits("Mona", 2, None, None)).collect();
        let narrow = shown(List::ToPack, many, Count::Exactly(7), &[pack; 7], Some(all), 48);
        assert_eq!(narrow.lines().count(), 1 + 5 * 2 + 2, "{narrow}");
        assert!(narrow.ends_with("\n… and 2 more:\n  orders list --status confirmed,processing\n"), "{narrow}");
        let late = waits("Mona", 80, None, Some("courier: Bosta, tracking: 9917"));
        assert_eq!(
            shown(List::WithCouriers, vec![late], Count::AtLeast(1), &["orders show|A"], None, 80),
            "With couriers for longer than 3 days: 1+\n3d 8h  29.99  Mona  orders show A\n  courier: Bosta, tracking: 9917\n"
        );
        let rows = vec![scarce("قميص", Some("L"), State::Short), scarce("Polo", None, State::Low)];
        assert_eq!(
            shown(List::Stock, rows, Count::Exactly(2), &["orders a", "orders b"], None, 80),
            "Low or short stock: 2\nshort  1 of 3  \u{2068}قميص (L)\u{2069}  orders a\nlow         1  Polo      orders b\n"
        );
        let rows = || vec![waits("Mona", 2, None, None)];
        for (list, count, heading) in [
            (List::Sizes, Count::Exactly(1), "Sizes to ask for: 1\n"),
            (List::Sizes, Count::AtLeast(1), "Sizes to ask for: 1 of the 10 that wait longest\n"),
            (List::ReceivedTwice, Count::Exactly(1), "Received twice? 1\n"),
            (List::Owed, Count::Exactly(1), "Owed to customers: 1\n"),
        ] {
            let text = shown(list, rows(), count, &["orders x"], None, 48);
            assert!(text.starts_with(heading) && text.lines().count() == 3, "{text}");
        }
        assert_eq!(text(&[], style(80)), "nothing needs you now\n");
    }

    /// Whatever names guests or the catalogue use, the lines of a command run as the command.
    #[test]
    fn a_command_on_several_lines_is_one_for_a_shell() {
        let parts = |line: &str| {
            let printed = Process::new("sh").arg("-c").arg(format!("printf '%s\\0' {line}")).output().unwrap().stdout;
            String::from_utf8(printed).unwrap()
        };
        let long = "x".repeat(50);
        for line in [
            "orders product adjust|'a b; $(id)'|+3|--size 'X L'|--note WHY".to_owned(),
            "orders product adjust|'قميص أزرق'|+3|--size 'كبير'|--note WHY".to_owned(),
            format!("orders confirm|{long}|--db '/tmp/a shop.db'"),
            format!("orders show|--|-{long}|{long}"),
        ] {
            for width in [20, 48, 80] {
                let mut text = String::new();
                put_command(&mut text, &command(&line), width);
                assert_eq!(parts(&text), parts(&line.replace('|', " ")), "{text}");
                let is_wide = |line: &str| width_of(line) > width && line.trim_end_matches(" \\").trim().contains(' ');
                assert!(width == 20 || !text.lines().any(is_wide), "{text}");
            }
        }
        assert!(!is_beside("orders product show 'قميص'", 80), "isolating it would copy more than the command");
        let mut text = String::new();
        put_command(&mut text, &command("orders product show|'a\u{1b}[2J'"), 48);
        assert_eq!(text, "  orders product show 'a\\u{1b}[2J'\n");
    }

    #[test]
    fn a_row_has_every_key_whatever_it_is_about() {
        let needs = Needs {
            list: List::Stock,
            rows: vec![waits("Mona", 2, Some("a"), Some("b")), scarce("Polo", None, State::Out)],
            count: Count::AtLeast(2),
        };
        let commands = vec![command("orders confirm|LEG-1"), command("orders product show|'a b'")];
        let sections = [Section { needs: &needs, commands, all: None }];
        for row in rows(&sections) {
            assert_eq!(row.keys().collect::<Vec<_>>(), KEYS);
        }
        let report = report(&sections, Timestamp::FIRST, &Settings::default());
        assert_eq!(report["totals"], json!({"stock": null}));
        assert_eq!(report["rows"][1]["command"], "orders product show 'a b'");
        assert_eq!(report["rows"][0]["problems"], json!(["a"]));
    }
}
