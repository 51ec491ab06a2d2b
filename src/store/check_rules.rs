//! The rules over tables: every way in which rows can contradict each other.

use super::status_sets::stockless_statuses;

/// Each rule's code, and a query for the subject and the problem of whatever breaks it.
pub(super) const RULES: &[(&str, &str)] = &[
    // On hand is the sum of its movements.
    ("stock", "SELECT p.name || CASE s.size WHEN '' THEN '' ELSE format(' (%s)', s.size) END AS subject,
            format('%d on hand, but its movements add up to %d', s.on_hand, coalesce(m.moved, 0)) AS problem
     FROM stock AS s JOIN products AS p ON p.id = s.product_id
     LEFT JOIN (SELECT product_id, size_key, SUM(delta) AS moved FROM stock_movements GROUP BY product_id, size_key) AS m
       ON m.product_id = s.product_id AND m.size_key = s.size_key
     WHERE s.on_hand <> coalesce(m.moved, 0) ORDER BY s.pk"),
    ("stock_line", "SELECT name AS subject, 'has no stock line' AS problem
     FROM products WHERE removed_at IS NULL AND id NOT IN (SELECT product_id FROM stock WHERE removed_at IS NULL) ORDER BY name"),
    ("items", "SELECT reference AS subject, 'has no items' AS problem
     FROM orders WHERE pk NOT IN (SELECT order_pk FROM order_items) ORDER BY pk"),
    ("positions", "SELECT o.reference AS subject, 'its items are not numbered 1, 2, 3 …' AS problem
     FROM order_items AS i JOIN orders AS o ON o.pk = i.order_pk
     GROUP BY i.order_pk HAVING MIN(i.position) <> 1 OR MAX(i.position) <> COUNT(*) ORDER BY i.order_pk"),
    ("total", "SELECT o.reference AS subject,
            format('its total is %d hundredths, but its items add up to %d', o.total, SUM(i.quantity * i.unit_price))
              AS problem
     FROM orders AS o JOIN order_items AS i ON i.order_pk = o.pk
     GROUP BY o.pk HAVING o.total <> SUM(i.quantity * i.unit_price) ORDER BY o.pk"),
    ("item_count", "SELECT o.reference AS subject,
            format('counts %d pieces, but its items add up to %d', o.item_count, SUM(i.quantity)) AS problem
     FROM orders AS o JOIN order_items AS i ON i.order_pk = o.pk
     GROUP BY o.pk HAVING o.item_count <> SUM(i.quantity) ORDER BY o.pk"),
    ("paid", "SELECT o.reference AS subject,
            format('says that %s hundredths were paid, but its payments add up to %s', coalesce(o.paid, 'no'),
                   coalesce(p.paid, 'nothing')) AS problem
     FROM (SELECT pk AS order_pk, paid FROM orders WHERE paid IS NOT NULL UNION SELECT order_pk, NULL FROM payments) AS some
     JOIN orders AS o ON o.pk = some.order_pk
     LEFT JOIN (SELECT order_pk, SUM(amount) AS paid FROM payments GROUP BY order_pk) AS p ON p.order_pk = o.pk
     WHERE o.paid IS NOT p.paid GROUP BY o.pk ORDER BY o.pk"),
    ("paid", "SELECT reference AS subject,
            format('%d hundredths more were refunded than paid', -paid) AS problem
     FROM orders WHERE paid < 0 ORDER BY pk"),
    ("payment", "SELECT o.reference AS subject,
            format('payment %d does not match the payment that it voids', v.pk) AS problem
     FROM payments AS v JOIN payments AS p ON p.pk = v.voids JOIN orders AS o ON o.pk = v.order_pk
     WHERE p.order_pk <> v.order_pk OR p.amount <> -v.amount OR p.method <> v.method OR p.pk >= v.pk OR p.voids IS NOT NULL
     ORDER BY v.pk"),
    ("payment", "SELECT o.reference AS subject, format('payment %d does not match its event', p.pk) AS problem
     FROM payments AS p JOIN order_events AS e ON e.pk = p.event_pk JOIN orders AS o ON o.pk = p.order_pk
     JOIN payments AS t ON t.pk = coalesce(p.voids, p.pk)
     WHERE e.order_pk <> p.order_pk OR e.kind <> 'payment' OR e.at <> p.at OR e.actor <> p.actor OR e.note IS NOT p.note
        OR iif(p.voids IS NULL, e.\"to\", e.\"from\") IS NOT format('%s%d.%02d %s', iif(t.amount < 0, '-', ''),
               abs(t.amount) / 100, abs(t.amount) % 100, t.method) || coalesce(' ' || t.receipt, '')
     ORDER BY p.pk"),
    ("payment", "SELECT o.reference AS subject,
            format('payment %d was recorded before its money moved', p.pk) AS problem
     FROM payments AS p JOIN orders AS o ON o.pk = p.order_pk WHERE p.paid_at > p.at ORDER BY p.pk"),
    ("payment", "SELECT o.reference AS subject, format('event %d has no payment', e.pk) AS problem
     FROM order_events AS e JOIN orders AS o ON o.pk = e.order_pk
     WHERE e.kind = 'payment' AND (SELECT COUNT(*) FROM payments AS p WHERE p.order_pk = e.order_pk AND p.event_pk = e.pk) <> 1
     ORDER BY e.pk"),
    ("payment", "SELECT o.reference AS subject,
            format('receipt %s of %s was entered for another order or amount too', p.receipt, p.method) AS problem
     FROM payments AS p JOIN orders AS o ON o.pk = p.order_pk
     WHERE p.receipt IS NOT NULL AND NOT EXISTS (SELECT 1 FROM payments AS v WHERE v.voids = p.pk)
       AND EXISTS (SELECT 1 FROM payments AS q WHERE q.method = p.method AND q.receipt = p.receipt AND q.pk < p.pk
                   AND NOT EXISTS (SELECT 1 FROM payments AS v WHERE v.voids = q.pk)) ORDER BY p.pk"),
    // A CHECK allows it for cancelled orders only. The shop may keep the price of returned pieces too.
    ("kept", "SELECT reference AS subject,
            format('keeps %d hundredths, but costs %d', kept, total - discount + coalesce(delivery_fee, 0)) AS problem
     FROM orders WHERE kept > total - discount + coalesce(delivery_fee, 0) ORDER BY pk"),
    // The events of an order begin with its creation as pending, and each goes on from where the one before ended.
    ("status", "SELECT o.reference AS subject,
            format('is %s, but its last event left it %s', o.status, coalesce(e.\"to\", 'nowhere')) AS problem
     FROM orders AS o LEFT JOIN order_events AS e ON e.pk =
          (SELECT MAX(pk) FROM order_events WHERE order_pk = o.pk AND kind IN ('created', 'status'))
     WHERE o.status IS NOT e.\"to\" ORDER BY o.pk"),
    ("events", "SELECT o.reference AS subject, format('event %d does not follow from those before it', e.pk) AS problem
     FROM (SELECT pk, order_pk, kind, \"from\", \"to\", LAG(\"to\") OVER (PARTITION BY order_pk ORDER BY pk) AS before
           FROM order_events WHERE kind IN ('created', 'status')) AS e JOIN orders AS o ON o.pk = e.order_pk
     WHERE e.before IS NOT e.\"from\" OR (e.kind = 'created') <> (e.before IS NULL)
        OR (e.kind = 'created' AND e.\"to\" IS NOT 'pending') ORDER BY e.pk"),
    ("movement", "SELECT o.reference AS subject, format('movement %d names an event of another order', m.pk) AS problem
     FROM stock_movements AS m JOIN order_events AS e ON e.pk = m.event_pk JOIN orders AS o ON o.pk = m.order_pk
     WHERE e.order_pk <> m.order_pk ORDER BY m.pk"),
    // Confirming takes stock, and leaving the states that hold it gives back; an edit does either, a return gives back
    // and an exchange takes. A write-off takes again what was given back.
    ("movement", concat!("SELECT o.reference AS subject,
            format('movement %d has the reason %s, unlike its event', m.pk, m.reason) AS problem
     FROM (SELECT pk, order_pk, kind, \"to\", kind = 'status' AND \"from\" NOT IN ", stockless_statuses!(), "
                  AND \"to\" IN ", stockless_statuses!(), " AS gives_back FROM order_events) AS e
     JOIN stock_movements AS m ON m.event_pk = e.pk JOIN orders AS o ON o.pk = e.order_pk
     WHERE NOT CASE m.reason
           WHEN 'confirm' THEN m.delta < 0 AND e.kind = 'status' AND e.\"to\" = 'confirmed'
           WHEN 'cancel' THEN m.delta > 0 AND e.gives_back
           WHEN 'edit' THEN e.kind = 'edited' OR m.delta < 0 AND e.kind = 'returned' AND e.\"to\" IS NOT NULL
           WHEN 'return' THEN m.delta > 0 AND e.kind = 'returned'
           ELSE m.delta < 0 AND (e.gives_back OR e.kind = 'returned') END
     ORDER BY m.pk")),
    ("return", "SELECT o.reference AS subject,
            format('says that %d hundredths came back, but its returns add up to %d', o.returned, coalesce(r.value, 0)) AS problem
     FROM orders AS o LEFT JOIN (SELECT order_pk, SUM(value) AS value FROM order_returns GROUP BY order_pk) AS r
       ON r.order_pk = o.pk
     WHERE o.returned <> coalesce(r.value, 0) ORDER BY o.pk"),
    ("return", "SELECT o.reference AS subject,
            CASE WHEN i.id IS NULL THEN format('return %d names an item that the order does not have', MIN(r.pk))
                 ELSE format('%d of %d of item %d came back', SUM(r.quantity), i.quantity, i.position) END AS problem
     FROM order_returns AS r JOIN orders AS o ON o.pk = r.order_pk
     LEFT JOIN order_items AS i ON i.order_pk = r.order_pk AND i.id = r.item_id
     GROUP BY r.order_pk, r.item_id HAVING i.id IS NULL OR SUM(r.quantity) > i.quantity ORDER BY MIN(r.pk)"),
    ("return", "SELECT o.reference AS subject,
            format('return %d is of %d hundredths, but its pieces cost %d', r.pk, r.subtotal, r.quantity * i.unit_price) AS problem
     FROM order_returns AS r JOIN orders AS o ON o.pk = r.order_pk
     JOIN order_items AS i ON i.order_pk = r.order_pk AND i.id = r.item_id
     WHERE r.subtotal <> r.quantity * i.unit_price ORDER BY r.pk"),
    ("return", "SELECT o.reference AS subject, format('return %d does not match its event', r.pk) AS problem
     FROM order_returns AS r JOIN order_events AS e ON e.pk = r.event_pk JOIN orders AS o ON o.pk = r.order_pk
     WHERE e.order_pk <> r.order_pk OR e.kind <> 'returned' ORDER BY r.pk"),
    ("return", "SELECT o.reference AS subject, format('event %d tells of no return', e.pk) AS problem
     FROM order_events AS e JOIN orders AS o ON o.pk = e.order_pk
     WHERE e.kind = 'returned' AND (SELECT COUNT(*) FROM order_returns AS r
                                    WHERE r.order_pk = e.order_pk AND r.event_pk = e.pk) <> 1 ORDER BY e.pk"),
    ("return", "SELECT o.reference AS subject,
            format('%d pieces came back by return %d, but its movements say %d', r.quantity, r.pk, coalesce(SUM(m.delta), 0))
              AS problem
     FROM order_returns AS r JOIN orders AS o ON o.pk = r.order_pk
     LEFT JOIN stock_movements AS m ON m.order_pk = r.order_pk AND m.event_pk = r.event_pk AND m.reason = 'return'
     GROUP BY r.pk HAVING r.quantity <> coalesce(SUM(m.delta), 0) ORDER BY r.pk"),
    // An order of which something came back is never pending again, and one of which everything came back is cancelled.
    ("return", "SELECT o.reference AS subject,
            format('is %s, but %d of its %d pieces came back', o.status, SUM(r.quantity), o.item_count) AS problem
     FROM order_returns AS r JOIN orders AS o ON o.pk = r.order_pk
     GROUP BY o.pk HAVING o.status = 'pending' OR o.status <> 'cancelled' AND SUM(r.quantity) >= o.item_count ORDER BY o.pk"),
    ("return", "SELECT o.reference AS subject,
            format('has a discount of %d hundredths, but returns took %d', o.discount, SUM(r.subtotal - r.value)) AS problem
     FROM order_returns AS r JOIN orders AS o ON o.pk = r.order_pk
     GROUP BY o.pk HAVING SUM(r.subtotal - r.value) > o.discount ORDER BY o.pk"),
    ("source", "SELECT reference AS subject, 'does not say where it came from' AS problem
     FROM orders WHERE pk NOT IN (SELECT order_pk FROM order_sources) ORDER BY pk"),
    // Since version 4 these are the digits of the number in full.
    ("phone_digits", "SELECT reference AS subject,
            format('its phone digits are %s', customer_phone_digits) AS problem
     FROM orders WHERE (SELECT user_version FROM pragma_user_version) >= 4 AND customer_phone_digits <>
         full_number(customer_phone, (SELECT value FROM settings WHERE key = 'countryCode')) ORDER BY pk"),
    ("removed_product", "SELECT name AS subject, 'was removed, but orders have it' AS problem
     FROM products WHERE removed_at IS NOT NULL AND id IN (SELECT product_id FROM order_items) ORDER BY name"),
    ("item_names", "SELECT o.reference AS subject,
            format('a search may miss its item %d, %s', i.position, i.product_name) AS problem
     FROM order_items AS i JOIN products AS p ON p.id = i.product_id JOIN orders AS o ON o.pk = i.order_pk
     WHERE (SELECT user_version FROM pragma_user_version) >= 4
       AND (i.product_name <> p.name OR i.product_barcode IS NOT p.barcode)
       AND NOT EXISTS (SELECT 1 FROM item_names AS n WHERE n.product_id = i.product_id AND n.name = i.product_name
                       AND n.barcode = coalesce(i.product_barcode, '')) ORDER BY i.order_pk"),
    ("times", "SELECT reference AS subject, 'was changed before it was received' AS problem
     FROM orders WHERE updated_at < created_at ORDER BY pk"),
    // Nothing has a time before what it changes, clocks set back or not.
    ("times", "SELECT o.reference AS subject,
            format('event %d is older than what it changed', e.pk) AS problem
     FROM (SELECT pk, order_pk, at, LAG(at) OVER (PARTITION BY order_pk ORDER BY pk) AS before FROM order_events) AS e
     JOIN orders AS o ON o.pk = e.order_pk
     WHERE e.at < coalesce(e.before, o.created_at) ORDER BY e.pk"),
    ("times", "SELECT o.reference AS subject, 'its last change is older than its last event' AS problem
     FROM orders AS o WHERE updated_at < (SELECT MAX(at) FROM order_events WHERE order_pk = o.pk) ORDER BY pk"),
    ("times", "SELECT p.name AS subject, format('movement %d is older than what it changed', m.pk) AS problem
     FROM (SELECT pk, product_id, event_pk, at, LAG(at) OVER (PARTITION BY product_id, size_key ORDER BY pk) AS before
           FROM stock_movements) AS m
     JOIN products AS p ON p.id = m.product_id LEFT JOIN order_events AS e ON e.pk = m.event_pk
     WHERE m.at < m.before OR m.at < e.at ORDER BY m.pk"),
    ("size", "SELECT p.name AS subject, format('its size %s has the key %s', s.size, s.size_key) AS problem
     FROM stock AS s JOIN products AS p ON p.id = s.product_id WHERE s.size_key <> size_key(s.size) ORDER BY s.pk"),
    // Pieces that come back from orders may exceed the limit; nothing else may.
    ("limit", "SELECT p.name AS subject,
            format('movement %d leaves %d on hand, more than 2147483647', m.pk, m.balance) AS problem
     FROM (SELECT pk, product_id, reason, delta, SUM(delta) OVER (PARTITION BY product_id, size_key ORDER BY pk) AS balance
           FROM stock_movements WHERE (product_id, size_key) IN
             (SELECT product_id, size_key FROM stock WHERE on_hand > 2147483647)) AS m
     JOIN products AS p ON p.id = m.product_id
     WHERE m.balance > 2147483647 AND m.delta > 0 AND m.reason NOT IN ('cancel', 'edit', 'return')
     ORDER BY m.pk"),
    ("phone", "SELECT reference AS subject, format('its phone %s', phone_problem(customer_phone)) AS problem
     FROM orders WHERE phone_problem(customer_phone) IS NOT NULL
       AND (customer_phone, customer_name) IS NOT ('forgotten', 'forgotten') ORDER BY pk"),
    ("customer", "SELECT phone AS subject, format('its phone digits are %s', phone_digits) AS problem
     FROM customers WHERE phone_digits <> full_number(phone, (SELECT value FROM settings WHERE key = 'countryCode'))
     ORDER BY phone_digits"),
    // A delivery is what its movements brought.
    ("delivery", "SELECT reference AS subject, 'brought nothing' AS problem
     FROM deliveries WHERE pk NOT IN (SELECT delivery_pk FROM stock_movements WHERE delivery_pk IS NOT NULL) ORDER BY pk"),
    ("delivery", "SELECT d.reference AS subject,
            format('movement %d brings %d of %s', m.pk, m.delta, p.name) AS problem
     FROM stock_movements AS m JOIN deliveries AS d ON d.pk = m.delivery_pk JOIN products AS p ON p.id = m.product_id
     WHERE m.delta <= 0 ORDER BY m.pk"),
    ("delivery", "SELECT d.reference AS subject,
            format('movement %d differs from it in time, actor or note', m.pk) AS problem
     FROM stock_movements AS m JOIN deliveries AS d ON d.pk = m.delivery_pk
     WHERE m.at < d.at OR m.actor <> d.actor OR m.note IS NOT d.note ORDER BY m.pk"),
    // The changes of a price follow from each other, and the last one leads to what it is.
    ("price", "SELECT p.name AS subject,
            format('its %s is %s, but changed to %s last (hundredths)', c.field, coalesce(p.now, 'none'),
                   coalesce(c.\"to\", 'none')) AS problem
     FROM (SELECT product_id, field, \"to\", MAX(pk) FROM price_changes GROUP BY product_id, field) AS c
     JOIN (SELECT id, name, 'price' AS field, price AS now FROM products
           UNION ALL SELECT id, name, 'discountedPrice', NULLIF(discounted_price, 0) FROM products) AS p
       ON p.id = c.product_id AND p.field = c.field
     WHERE p.now IS NOT c.\"to\" ORDER BY p.name, c.field"),
    ("price", "SELECT p.name AS subject,
            format('change %d of its %s does not follow from those before it', c.pk, c.field) AS problem
     FROM (SELECT pk, product_id, field, \"from\", \"to\",
                  LAG(\"to\", 1, \"from\") OVER (PARTITION BY product_id, field ORDER BY pk) AS before FROM price_changes) AS c
     JOIN products AS p ON p.id = c.product_id
     WHERE c.before IS NOT c.\"from\" OR c.\"from\" IS c.\"to\" OR c.field = 'price' AND (c.\"from\" IS NULL OR c.\"to\" IS NULL)
     ORDER BY c.pk"),
    ("times", "SELECT p.name AS subject, format('price change %d is older than the one before it', c.pk) AS problem
     FROM (SELECT pk, product_id, at, LAG(at) OVER (PARTITION BY product_id ORDER BY pk) AS before FROM price_changes) AS c
     JOIN products AS p ON p.id = c.product_id WHERE c.at < c.before ORDER BY c.pk"),
];
