//! Reports over all orders, payments and customers.

use super::{Ground, time};

pub fn sales(ground: &Ground) {
    if !ground.path("sold.db").exists() {
        ground.copy("full.db", "sold.db");
        time(ground.shell("sold.db", "UPDATE orders SET status = 'delivered' WHERE pk % 10 > 1;\n"));
    }
    ground.compare(
        "report sales over all / GROUP BY the day",
        ground.args.pairs,
        |_| ground.ours("sold.db", "report sales --since 2020-01-01 --format csv"),
        |_| {
            ground.shell(
                "sold.db",
                "SELECT substr(order_date, 1, 10) AS day, COUNT(*), SUM(item_count), SUM(total) FROM orders
                 WHERE status IN ('confirmed', 'processing', 'shipped', 'delivered')
                   AND order_date >= '2020-01-01T00:00:00.000Z' GROUP BY day ORDER BY day;\n",
            )
        },
    );
}

/// What waits, and for what stock. In this file all orders are pending.
pub fn pending(ground: &Ground) {
    ground.compare(
        "report pending / the join of orders, items and stock",
        ground.args.pairs.min(5),
        |_| ground.ours("full.db", "report pending --format csv"),
        |_| {
            ground.shell(
                "full.db",
                "SELECT o.reference, o.order_date, o.created_at, o.customer_name, o.customer_phone, o.item_count, o.total,
                   i.product_id, i.selected_size, i.quantity, s.on_hand
                 FROM orders AS o JOIN order_items AS i ON i.order_pk = o.pk
                   LEFT JOIN stock AS s ON s.product_id = i.product_id AND s.size_key = lower(coalesce(i.selected_size, ''))
                 WHERE o.status = 'pending' ORDER BY min(o.order_date, o.created_at), o.pk;\n",
            )
        },
    );
    ground.compare(
        "report stock / the join of stock with the sums of what is ordered",
        ground.args.pairs.min(5),
        |_| ground.ours("full.db", "report stock --format csv"),
        |_| {
            ground.shell(
                "full.db",
                "SELECT p.name, p.barcode, s.size, s.on_hand, wanted.quantity
                 FROM products AS p JOIN stock AS s ON s.product_id = p.id LEFT JOIN
                   (SELECT i.product_id, lower(coalesce(i.selected_size, '')) AS size_key, SUM(i.quantity) AS quantity
                    FROM orders AS o JOIN order_items AS i ON i.order_pk = o.pk
                    WHERE o.status = 'pending' GROUP BY 1, 2) AS wanted
                   ON wanted.product_id = s.product_id AND wanted.size_key = s.size_key
                 ORDER BY p.name, s.pk;\n",
            )
        },
    );
}

/// What was paid in a file in which every order is paid, by somebody who has ordered before.
pub fn money(ground: &Ground) {
    if !ground.path("paid.db").exists() {
        ground.copy("full.db", "paid.db");
        let paid = "BEGIN;
            INSERT INTO order_events (order_pk, at, actor, kind, \"to\")
              SELECT pk, updated_at, 'operator', 'payment', format('%.2f cash', total / 100.0) FROM orders WHERE total > 0;
            INSERT INTO payments (order_pk, event_pk, at, paid_at, actor, amount, method)
              SELECT o.pk, e.pk, e.at, o.order_date, e.actor, o.total,
                     CASE o.pk % 4 WHEN 0 THEN 'cash' WHEN 1 THEN 'instapay' WHEN 2 THEN 'bosta' ELSE 'card' END
              FROM orders AS o JOIN order_events AS e ON e.order_pk = o.pk AND e.kind = 'payment';
            UPDATE orders SET paid = total - (pk % 10 = 0) WHERE total > 0;
            UPDATE payments SET amount = (SELECT paid FROM orders AS o WHERE o.pk = order_pk);
            UPDATE orders SET customer_phone = format('+2010%08d', pk % 30011),
              customer_phone_digits = format('2010%08d', pk % 30011);
            COMMIT;\n";
        time(ground.shell("paid.db", paid));
    }
    ground.compare(
        "report money over all / GROUP BY the method",
        ground.args.pairs,
        |_| ground.ours("paid.db", "report money --since 2020-01-01 --format csv"),
        |_| {
            ground.shell(
                "paid.db",
                "SELECT method, SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END),
                   SUM(CASE WHEN amount < 0 THEN amount ELSE 0 END), SUM(amount), COUNT(*) FROM payments
                 WHERE paid_at >= '2020-01-01T00:00:00.000Z' AND paid_at < '2026-02-07T08:00:00.000Z' GROUP BY method;\n",
            )
        },
    );
    ground.compare(
        "customer list / GROUP BY the number",
        ground.args.pairs,
        |_| ground.ours("paid.db", "customer list --limit 50"),
        |_| {
            ground.shell(
                "paid.db",
                "SELECT customer_phone_digits, customer_name, COUNT(*), MAX(order_date) AS last,
                   SUM(CASE WHEN status IN ('pending', 'cancelled') THEN 0 ELSE item_count END),
                   SUM(CASE WHEN status IN ('pending', 'cancelled') THEN 0 ELSE total - discount - returned END), SUM(total - paid)
                 FROM orders GROUP BY customer_phone_digits ORDER BY last DESC LIMIT 50;\n",
            )
        },
    );
    ground.compare(
        "list --due --limit 50",
        ground.args.pairs * 5,
        |_| ground.ours("paid.db", "list --due --limit 50"),
        |_| {
            ground.shell(
                "paid.db",
                "SELECT * FROM orders WHERE (paid IS NOT NULL OR cod) AND CASE status WHEN 'cancelled' THEN kept
                   ELSE total - discount - returned + coalesce(delivery_fee, 0) END <> coalesce(paid, 0)
                 ORDER BY created_at DESC, pk DESC LIMIT 50;\n",
            )
        },
    );
}
