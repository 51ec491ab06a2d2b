//! SQLite answers every query on a long table by an index.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use rusqlite::Connection;
use rusqlite::trace::{TraceEvent, TraceEventCodes};
use uuid::Uuid;

use super::commit::tests::{CLOCK, audit, store};
use super::customers::{CustomerFilter, CustomerSort};
use super::error::StoreError;
use super::open::Store;
use super::order_filter::{OrderFilter, Payable, Sort, SortField};
use super::transaction::{Outcome, Read, Write};
use super::values::ContentHash;
use crate::domain::customer::CustomerSummary;
use crate::domain::customer_remarks::{Block, Remarks};
use crate::domain::delivery::ReceivedItem;
use crate::domain::edit::Edited;
use crate::domain::incoming::{Source, SourceKind};
use crate::domain::item_words::Change;
use crate::domain::money::{Balance, Money};
use crate::domain::movement::{Movement, Reason};
use crate::domain::order_samples::{incoming, resolved_order};
use crate::domain::payment::{Method, PaymentEntry};
use crate::domain::product::Product;
use crate::domain::product::tests::product;
use crate::domain::product_removal::remove_sizes;
use crate::domain::report::money::Outstanding;
use crate::domain::report::sales::Window;
use crate::domain::resolve::ResolvedOrder;
use crate::domain::return_lines::ReturnedLine;
use crate::domain::returns::Returned;
use crate::domain::row_order::RowOrder;
use crate::domain::row_product::RowProduct;
use crate::domain::settings::SettingKey;
use crate::domain::shipping::{Shipping, ShippingEdit};
use crate::domain::status::Status;
use crate::domain::stock_correction::StockChange;
use crate::domain::time::Timestamp;
use crate::domain::transition::StatusChange;
use crate::domain::user::{Owner, Role, User, UserId};
use crate::domain::zone::Zone;

/// The tables that grow with every order, and their aliases in queries.
const LONG: [&str; 16] = [
    "orders",
    "o",
    "order_items",
    "i",
    "order_events",
    "e",
    "order_sources",
    "order_texts",
    "stock_movements",
    "m",
    "payments",
    "order_returns",
    "r",
    "pay",
    "q",
    "c",
];

/// Parts of the queries that may scan a whole table.
const MAY_SCAN: [&str; 12] = [
    // A text inside a name or a reference: no index helps, and a frequent text is found soon.
    "is_found_in(:needle, o.reference",
    "is_found_in(:folded, reference)",
    // A search reads the whole index, which is much smaller than the orders.
    "FROM order_texts ORDER BY batch",
    // A new country code derives everything again.
    "DELETE FROM order_texts",
    "INSERT INTO item_names (product_id, name, barcode)\n         SELECT DISTINCT i.product_id",
    // Counting all rows; an index has fewer pages.
    "SELECT COUNT(*) FROM orders",
    // All customers.
    "GROUP BY +customer_phone_digits) AS k",
    // Former customers in all edits: for forgetting alone.
    "WHERE e.kind = 'edited' AND o.customer_phone_digits <> :number",
    // Sorting by a field without an index.
    "ORDER BY o.customer_name",
    // The indexes of orders with money due or owed have no other rows.
    "<> coalesce(o.paid, 0)",
    "WHERE o.paid > CASE o.status",
    // Nothing marks an order that was never paid, and a report lists all of those.
    "AND NOT o.cod AND",
];

/// Calls every method of `Read`.
fn read_all(read: &Read<'_>, new: &ResolvedOrder, shirt: &Product, user: &User) -> Result<(), StoreError> {
    let order = read.orders(&[crate::domain::order::OrderPk(1)])?.remove(0).summary.pk;
    let owner = Owner::of(user);
    for user in [None, Some(&owner)] {
        for text in ["LEG-LXYZ1234-AB5C", "AB5C", "+20 101 111"] {
            read.match_whole(text, user)?;
            read.match_parts(text, user)?;
            read.orders_like(text, user, &Status::ALL, 10)?;
            read.orders_like(text, user, &[Status::Pending, Status::Confirmed], 10)?;
        }
        read.newest_references(user, 10)?;
    }
    let (method, receipt) = (Method::parse("cash").unwrap(), Some("R-1".to_owned()));
    let entry = PaymentEntry { amount: Balance::from_hundredths(100), method, receipt, paid_at: None };
    read.same_receipt(&entry.method, entry.receipt.as_deref())?;
    read.alike(order, &entry, read.newest_payment()?)?;
    read.was_taken_back(order, &entry)?;
    read.knows_method(&entry.method)?;
    read.last_method()?;
    read.methods()?;
    for row in [RowOrder::Reference, RowOrder::Tracking] {
        read.orders_of_row(&row(new.reference.to_string()))?;
    }
    read.others_with_tracking(order, "9917")?;
    read.has_reference(&new.reference)?;
    read.last_order_of(&new.customer.phone)?;
    read.order_count()?;
    read.orders_to_pack(10)?;
    read.likely_duplicates(&new.content, "20101", new.order_date, None)?;
    read.held_stock(order)?;
    read.held_by(&[order])?;
    read.returns_of("[1]")?;
    read.unsent_exchanges(10)?;
    read.reserved_pieces()?;
    read.moves_after(Timestamp::FIRST)?;
    for since in [None, Some(Timestamp::FIRST)] {
        read.shelf(shirt.id, "l", since)?;
    }
    read.events(order)?;
    read_goods(read, shirt)?;
    read.users()?;
    read.user("mona")?;
    read.orders_of_user(user.id)?;
    read.products_ordered_by(&owner)?;
    read.settings()?;
    let customers = |search: Option<&str>, sort| CustomerFilter {
        search: search.map(str::to_owned),
        sort,
        descending: true,
        limit: Some(50),
    };
    for filter in [
        customers(None, CustomerSort::LastOrder),
        customers(None, CustomerSort::Name),
        customers(Some("mona"), CustomerSort::Due),
        customers(Some("0101"), CustomerSort::LastOrder),
    ] {
        read.each_customer::<StoreError>(&filter, |_| Ok(()))?;
    }
    let customer = read.customer("20101111")?.unwrap_or(CustomerSummary::unknown("1".into(), "1".into()));
    read.customer_record(customer, 10)?;
    read.numbers_like("20", 10)?;
    read.is_to_overwrite()?;
    let window = Window { from: Timestamp::FIRST, before: Timestamp::LAST };
    read.each_sale(window, |_| ())?;
    read.sales_by_product(window)?;
    read.each_demand(|_| ())?;
    read.money_by_method(window)?;
    read.money_by_day(window, Zone::UTC)?;
    read.each_payment::<StoreError>(window, |_| Ok(()))?;
    read.money_recorded_since()?;
    read.last_method()?;
    for list in Outstanding::ALL {
        read.each_outstanding::<StoreError>(list, None, Some(10), |_| Ok(()))?;
    }
    read.owed_up_to(10)?;
    read.waiting_longest(10)?;
    read.count_of_status(Status::Pending, 10)?;
    read.shipped_until(Timestamp::FIRST, 10)?;
    read.products_to_watch([shirt.id], 5, 10)?;
    read_lists(read, shirt, &owner)
}

/// Calls what lists and counts orders.
fn read_lists(read: &Read<'_>, shirt: &Product, owner: &Owner) -> Result<(), StoreError> {
    let all = || OrderFilter { limit: Some(50), ..OrderFilter::default() };
    let at = Some(Timestamp::FIRST);
    let longest_wait = Sort { by: SortField::WaitsSince, descending: false };
    for filter in [
        all(),
        OrderFilter { statuses: vec![Status::Pending], ..all() },
        OrderFilter { statuses: vec![Status::Pending, Status::Shipped], ..all() },
        OrderFilter { ordered_from: at, ordered_before: at, ..all() },
        OrderFilter { received_until: at, ..all() },
        OrderFilter { waits_since: at, statuses: vec![Status::Pending], ..all() },
        OrderFilter { statuses: vec![Status::Pending], sort: longest_wait, ..all() },
        OrderFilter { received_from: at, ..all() },
        OrderFilter { phone_digits: Some("1234".to_owned()), ..all() },
        OrderFilter { search: Some("shirt".to_owned()), ..all() },
        OrderFilter { search: Some("shirt".to_owned()), statuses: vec![Status::Pending], ordered_from: at, ..all() },
        OrderFilter { search: Some(String::new()), ..all() },
        OrderFilter { product: Some(shirt.id), ..all() },
        OrderFilter { is_due: true, ..all() },
        OrderFilter { is_due: true, statuses: vec![Status::Delivered], ..all() },
        OrderFilter { is_unpaid: true, ..all() },
        OrderFilter { payable: Some(Payable::ToPay), limit: Some(500), ..all() },
        OrderFilter { owner: Some(owner.clone()), ..all() },
        OrderFilter { owner: Some(owner.clone()), statuses: vec![Status::Pending], ..all() },
        OrderFilter { sort: Sort { by: SortField::OrderDate, descending: true }, ..all() },
        OrderFilter { sort: Sort { by: SortField::Reference, descending: false }, ..all() },
        OrderFilter { sort: Sort { by: SortField::CustomerName, descending: false }, ..all() },
    ] {
        read.listed_orders(&filter, true)?;
        read.count_orders(&filter)?;
    }
    Ok(())
}

/// Calls every method of `Read` about products and their stock.
fn read_goods(read: &Read<'_>, shirt: &Product) -> Result<(), StoreError> {
    read.product_entries(shirt.id)?;
    read.held_of_product(shirt.id)?;
    read.delivery("INV-1")?;
    let by_name = RowProduct { name: Some(shirt.name.clone()), ..RowProduct::default() };
    read.products_of_row(&RowProduct { id: Some(shirt.id), sku: Some("123".to_owned()), ..by_name.clone() })?;
    read.products_of_row(&by_name)?;
    read.orders_with_product(shirt.id)?;
    read.products([shirt.id])?;
    read.matching_products(Some(shirt.id), Some("SKU"))?;
    read.all_products()?;
    Ok(())
}

/// Calls every method of `Write`.
fn write_all(write: &mut Write<'_>, new: &ResolvedOrder, shirt: &Product, user: &User) -> Result<(), StoreError> {
    let hash = ContentHash::of(&new.content);
    write.insert_product(shirt, &audit())?;
    write.update_product(shirt, &audit())?;
    write.update_product(&Product { price: Money::ZERO, ..shirt.clone() }, &audit())?;
    write.update_product(shirt, &audit())?;
    write.insert_user(user)?;
    write.set_setting(SettingKey::ShopName, Some("LEG"))?;
    write.set_setting(SettingKey::ShopName, None)?;
    write.set_setting(SettingKey::CountryCode, Some("20"))?;
    let order = write.with_order_batch(|batch| {
        let order = batch.insert_order(new, hash, Some(user.id), &audit())?.unwrap();
        let message = Source { kind: SourceKind::WhatsappText, message_id: Some("wamid.1".to_owned()) };
        batch.insert_source(order, &message, hash)?;
        batch.order_of_message("wamid.1")?;
        batch.is_of_a_message(&new.reference)?;
        batch.reference_like(&new.reference)?;
        batch.may_be_duplicate(new)?;
        batch.known_order(&new.reference, hash)?;
        Ok::<_, StoreError>(order)
    })?;
    write.edit_order(
        &Edited {
            order,
            reference: new.reference.clone(),
            status: Status::Pending,
            customer: new.customer.clone(),
            user: Some(None),
            terms: new.terms,
            shipping: Shipping::default(),
            items: Some(new.items.clone()),
            total: new.total,
            item_count: new.item_count,
            changes: Vec::new(),
        },
        &audit(),
    )?;
    let movement = |delta, reason| Movement {
        product_id: shirt.id,
        size_key: String::new(),
        delta,
        reason,
        note: Some("counted".to_owned()),
    };
    let change = StatusChange {
        order,
        reference: new.reference.clone(),
        from: Status::Pending,
        to: Status::Confirmed,
        kept_before: Money::ZERO,
        kept: Money::ZERO,
        movements: vec![movement(-2, Reason::Confirm)],
    };
    write.mark_cod(order, &audit())?;
    let edit = ShippingEdit { courier: Some(Some("Bosta".to_owned())), tracking: Some(Some("9917".to_owned())) };
    let summary = write.orders(&[order])?.remove(0).summary;
    write.set_shipping(&summary, &edit, &audit())?;
    write.change_status(&change, &audit())?;
    let shipped = StatusChange { from: Status::Confirmed, to: Status::Shipped, movements: Vec::new(), ..change };
    write.change_status(&shipped, &audit())?;
    let line = ReturnedLine {
        item: new.items[0].id,
        quantity: 2,
        subtotal: new.total,
        value: new.total,
        change: Change { from: None, to: None, movements: vec![movement(2, Reason::Return)] },
    };
    let returned = Returned {
        order,
        status: Status::Shipped,
        lines: vec![line],
        items: Some(new.items.clone()),
        total: new.total,
        item_count: new.item_count,
        value: new.total,
        cancellation: Some(StatusChange { from: Status::Shipped, to: Status::Cancelled, ..shipped }),
    };
    write.return_items(&returned, &audit())?;
    write.correct_stock(
        &StockChange {
            movement: movement(4, Reason::Adjust),
            new_line: None,
            label: "Shirt".to_owned(),
            before: 3,
            after: 7,
        },
        &audit(),
    )?;
    let block = Some(Block { since: write.time(), note: None });
    write.record_remarks("1", "1", &Remarks { note: None, block }, &audit())?;
    write.record_remarks("1", "1", &Remarks::default(), &audit())?;
    write.forget_customer("1", &audit())?;
    let belt = product("Belt", &[("", 1), ("L", 0)]);
    write.insert_product(&belt, &audit())?;
    let line = belt.stock[0].clone();
    let received = ReceivedItem { product: Arc::new(belt.clone()), line, is_new_size: false, quantity: 1 };
    write.receive_delivery("INV-1", &[received], &audit())?;
    for (_, movement) in remove_sizes(&belt, &["L".to_owned()], &HashMap::new(), None).into_iter().flatten() {
        write.remove_size(&movement, &audit())?;
    }
    write.remove_product(&belt, &audit())
}

/// Returns how SQLite runs a statement, a line a step.
fn plan(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    statement.raw_query().mapped(|row| row.get("detail")).map(Result::unwrap).collect()
}

/// Returns the full scans of a statement that no LIMIT bounds. A LIMIT bounds a scan only where no sort comes before it.
fn whole_tables(connection: &Connection, sql: &str) -> Vec<String> {
    let plan = plan(connection, sql);
    let sorts = plan.iter().any(|line| line.contains("TEMP B-TREE FOR ORDER BY"));
    let is_bounded = sql.contains("LIMIT") && !sorts;
    let is_long = |line: &&String| {
        let scanned = line.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next());
        scanned.is_some_and(|name| LONG.contains(&name)) && !is_bounded
    };
    plan.iter().filter(is_long).cloned().collect()
}

/// Returns the statements that some work runs.
fn asked_by(store: &mut Store, work: impl FnOnce(&mut Store)) -> BTreeSet<String> {
    let asked: Arc<Mutex<BTreeSet<String>>> = Arc::default();
    let seen = Arc::clone(&asked);
    let note = move |event: TraceEvent<'_>| {
        if let TraceEvent::Stmt(_, sql) = event {
            seen.lock().unwrap().insert(sql.to_owned());
        }
    };
    store.connection.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(note)).unwrap();
    work(store);
    store.connection.trace_v2(TraceEventCodes::empty(), None::<fn(TraceEvent<'_>)>).unwrap();
    let asked = asked.lock().unwrap();
    asked.clone()
}

fn mona() -> User {
    User {
        id: UserId(Uuid::now_v7()),
        username: "mona".to_owned(),
        role: Role::Buyer,
        phone: Some("0101".to_owned()),
        number: Some("0101".to_owned()),
    }
}

#[test]
fn only_listed_queries_scan_a_long_table() {
    let (_folder, mut store) = store();
    let shirt = product("Shirt", &[("", 3)]);
    let user = mona();
    let new = resolved_order(&incoming(&[(&shirt, 2, None)]), &[shirt.clone()].into_iter().collect());
    let asked = asked_by(&mut store, |store| {
        store.write::<_, StoreError>(Outcome::Commit, CLOCK, |write| write_all(write, &new, &shirt, &user)).unwrap();
        store.read::<_, StoreError>(|read| read_all(read, &new, &shirt, &user)).unwrap();
        store.write::<_, StoreError>(Outcome::Commit, CLOCK, |write| write.remove_user(user.id)).unwrap();
    });
    let is_query =
        |sql: &&String| ["SELECT", "INSERT", "UPDATE", "DELETE"].iter().any(|verb| sql.trim().starts_with(verb));
    let queries: Vec<_> = asked.iter().filter(is_query).collect();
    assert!(queries.len() > 50, "{queries:#?}");
    for sql in queries {
        let scans = whole_tables(&store.connection, sql);
        let may_scan = MAY_SCAN.iter().any(|what| sql.contains(what));
        assert!(scans.is_empty() || may_scan, "{scans:?} in {sql}");
    }
}

/// Orders with money due are few, and the newest of them are found without looking at any other.
#[test]
fn orders_with_money_due_are_found_by_their_own_index() {
    let (_folder, mut store) = store();
    let due = OrderFilter { is_due: true, limit: Some(50), ..OrderFilter::default() };
    let asked = asked_by(&mut store, |store| {
        for filter in [due.clone(), OrderFilter { statuses: vec![Status::Delivered], ..due }] {
            let read = store.read::<_, StoreError>(|read| {
                read.count_orders(&filter)?;
                read.listed_orders(&filter, false).map(drop)
            });
            read.unwrap();
        }
    });
    let queries: Vec<_> = asked.iter().filter(|sql| sql.contains("FROM orders AS o")).collect();
    assert_eq!(queries.len(), 4, "{queries:#?}");
    for sql in queries {
        let plan = plan(&store.connection, sql);
        let is_found = plan.iter().any(|line| line == "SCAN o USING INDEX orders_due");
        assert!(is_found && !plan.iter().any(|line| line.contains("ORDER BY")), "{plan:#?} of {sql}");
    }
}

/// Puts in a product, and twenty orders of it that are alike, of one time.
fn insert_twenty(store: &mut Store, shirt: &Product, order: &ResolvedOrder) {
    store
        .write::<_, StoreError>(Outcome::Commit, CLOCK, |write| {
            write.insert_product(shirt, &audit())?;
            write.with_order_batch(|batch| {
                for number in 0..20 {
                    let reference = crate::domain::reference::Reference::parse(&format!("LEG-{number:02}")).unwrap();
                    let one = ResolvedOrder { reference, id: Uuid::now_v7(), ..order.clone() };
                    batch.insert_order(&one, ContentHash::of(&one.content), None, &audit())?;
                }
                Ok(())
            })
        })
        .unwrap();
}

/// However many wait, the first of them are found without reading or sorting the others.
#[test]
fn orders_that_wait_longest_are_found_by_their_own_index() {
    let (_folder, mut store) = store();
    let shirt = product("Shirt", &[("", 3)]);
    let new = resolved_order(&incoming(&[(&shirt, 1, None)]), &[shirt.clone()].into_iter().collect());
    let waiting = |descending, since| OrderFilter {
        statuses: vec![Status::Pending],
        waits_since: since,
        sort: Sort { by: SortField::WaitsSince, descending },
        ..OrderFilter::default()
    };
    insert_twenty(&mut store, &shirt, &new);
    let asked = asked_by(&mut store, |store| {
        for (descending, since) in
            [(false, None), (true, None), (false, Some(Timestamp::LAST)), (true, Some(Timestamp::LAST))]
        {
            let listed =
                store.read::<_, StoreError>(|read| read.listed_orders(&waiting(descending, since), false)).unwrap();
            let keys: Vec<i64> = listed.iter().map(|order| order.summary.pk.0).collect();
            let expected: Vec<i64> = if descending { (1..=20).rev().collect() } else { (1..=20).collect() };
            assert_eq!(keys, expected);
        }
    });
    let queries: Vec<_> = asked.iter().filter(|sql| sql.contains("FROM orders AS o")).collect();
    assert_eq!(queries.len(), 12, "of each a first batch, and two queries for a further one: {queries:#?}");
    for sql in queries {
        let plan = plan(&store.connection, sql);
        let is_found = plan.iter().any(|line| line.starts_with("SEARCH o USING INDEX orders_waiting"));
        assert!(is_found && !plan.iter().any(|line| line.contains("ORDER BY")), "{plan:#?} of {sql}");
    }
}

/// Each batch of a list goes on where the one before it ended: it neither sorts all orders nor reads again those before it, even if
/// all have the same time, as those of an import do.
#[test]
fn each_batch_of_a_list_begins_where_the_one_before_it_ended() {
    let (_folder, mut store) = store();
    let shirt = product("Shirt", &[("", 3)]);
    let mut new = resolved_order(&incoming(&[(&shirt, 1, None)]), &[shirt.clone()].into_iter().collect());
    // What the courier collects is due.
    new.terms.is_cod = true;
    insert_twenty(&mut store, &shirt, &new);
    let all = OrderFilter::default();
    let owner = Owner::of(&mona());
    let filters = [
        all.clone(),
        OrderFilter { statuses: vec![Status::Pending], ..all.clone() },
        OrderFilter { statuses: vec![Status::Pending, Status::Shipped], ..all.clone() },
        OrderFilter { ordered_from: Some(Timestamp::FIRST), ..all.clone() },
        OrderFilter { ordered_before: Some(Timestamp::LAST), ..all.clone() },
        OrderFilter { statuses: vec![Status::Pending], ordered_from: Some(Timestamp::FIRST), ..all.clone() },
        OrderFilter { updated_from: Some(Timestamp::FIRST), ..all.clone() },
        OrderFilter { received_from: Some(Timestamp::FIRST), ..all.clone() },
        OrderFilter { received_until: Some(Timestamp::LAST), ..all.clone() },
        OrderFilter { waits_since: Some(Timestamp::LAST), ..all.clone() },
        OrderFilter { phone_digits: Some("1234".to_owned()), ..all.clone() },
        OrderFilter { is_due: true, ..all.clone() },
        OrderFilter { is_unpaid: true, ..all.clone() },
        OrderFilter { payable: Some(Payable::Owed), ..all.clone() },
        OrderFilter { owner: Some(owner), ..all.clone() },
    ];
    for filter in filters {
        for by in [SortField::CreatedAt, SortField::OrderDate, SortField::Reference] {
            for descending in [true, false] {
                let filter = OrderFilter { sort: Sort { by, descending }, ..filter.clone() };
                let asked = asked_by(&mut store, |store| {
                    store.read::<_, StoreError>(|read| read.listed_orders(&filter, false).map(drop)).unwrap();
                });
                let queries: Vec<_> = asked.iter().filter(|sql| sql.contains(":most")).collect();
                // Of each a first batch, and two queries for a further one. Nobody is owed anything.
                let expected = match &filter {
                    filter if filter.is_slow_to_find() => 0,
                    filter if filter.payable.is_some() => 1,
                    _ => 3,
                };
                assert_eq!(queries.len(), expected, "{queries:#?}");
                for sql in queries {
                    let plan = plan(&store.connection, sql);
                    let sorts = plan.iter().any(|line| line.starts_with("USE TEMP B-TREE"));
                    let begins = !sql.contains("o.created_at = :after") || plan[0].contains("created_at=? AND rowid");
                    assert!(begins && !sorts, "{plan:#?} of {sql}");
                }
            }
        }
    }
}
