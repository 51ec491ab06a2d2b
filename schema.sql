-- The whole schema of an orders file, as the program creates it.
--
-- Its names are public: people read the file with the sqlite3 shell and Datasette. The rules live in the program
-- (src/domain); what stands here is the second net: types, CHECKs, keys. There are no triggers and no generated columns.
--
-- Conventions
--   money   integer hundredths (5998 is 59.98), so that SUM is exact
--   time    text, UTC, fixed width with milliseconds (2026-02-04T10:30:00.000Z), so that it sorts as text
--   id      a UUID as lower-case text; pk an integer key, in order of arrival
--   IN      has two values at the most in the CHECKs of what comes by the hundred thousand: of a longer list SQLite makes
--           a table for each INSERT.

PRAGMA application_id = 0x4F524452; -- "ORDR"
PRAGMA user_version = 6;

-- What every user of the file sees the same; template.* are the shop's own words for messages. Unset ones have no row.
CREATE TABLE settings (
    key   TEXT PRIMARY KEY CHECK (key IN ('shopName', 'currency', 'countryCode', 'timeZone', 'lowStock', 'shopPhone',
              'shopAddress', 'invoiceNote', 'referencePrefix', 'template.received', 'template.confirmed', 'template.shipped',
              'template.delivered', 'template.cancelled', 'template.shortage')),
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Accounts that may act through --as. Removing one leaves its orders, without a user.
CREATE TABLE users (
    id       TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
    username TEXT NOT NULL COLLATE NOCASE UNIQUE
             CHECK (trim(username) <> '' AND lower(username) NOT IN ('guest', 'operator')),
    role     TEXT NOT NULL CHECK (role IN ('buyer', 'seller', 'admin')),
    phone    TEXT
) STRICT;

-- The catalogue. A removed product keeps its row, its stock lines and its movements, for its history; its barcode is free
-- for another one.
CREATE TABLE products (
    id               TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
    name             TEXT NOT NULL CHECK (trim(name) <> '' AND length(name) <= 255),
    barcode          TEXT UNIQUE CHECK (trim(barcode) <> '' AND length(barcode) <= 100),
    price            INTEGER NOT NULL CHECK (price BETWEEN 0 AND 9999999999),
    discounted_price INTEGER CHECK (discounted_price BETWEEN 0 AND 9999999999),
    image_paths      TEXT NOT NULL DEFAULT '[]' CHECK (json_type(image_paths) = 'array'),
    low_stock_at     INTEGER CHECK (low_stock_at >= 0),
    removed_at       TEXT CHECK (removed_at GLOB '????-??-??T??:??:??.???Z'), -- when it was removed; NULL: it is for sale
    removed_barcode  TEXT CHECK (removed_barcode IS NULL OR removed_at IS NOT NULL), -- the barcode that it had then
    CHECK (removed_at IS NULL OR barcode IS NULL)
) STRICT;

-- Finds the highest limit. (Since version 6.)
CREATE INDEX products_with_limit ON products (low_stock_at) WHERE low_stock_at IS NOT NULL;
-- Finds the product that a row of a list names by its name. (Since version 6.)
CREATE INDEX products_by_name ON products (name);

-- The names and barcodes under which orders have a product or may have it, other than those of the catalogue: what a guest
-- sent, and what the catalogue had before. Searches find the product's items by them. (Since version 4.)
CREATE TABLE item_names (
    product_id TEXT NOT NULL REFERENCES products (id),
    name       TEXT NOT NULL,
    barcode    TEXT NOT NULL, -- '' where there is none
    PRIMARY KEY (product_id, name, barcode)
) STRICT, WITHOUT ROWID;

-- Stock on hand: one row a product and size. A product that is not tracked by size has one row, with the size key ''.
-- On hand is always the sum of the movements of that product and size. A removed size keeps its row for its movements; pieces of
-- it that come back bring it back.
CREATE TABLE stock (
    pk         INTEGER PRIMARY KEY,                       -- keeps the sizes in the order in which they came (S, M, L)
    product_id TEXT NOT NULL REFERENCES products (id),
    size_key   TEXT NOT NULL,                             -- trimmed, lower case; '' where size is not tracked
    size       TEXT NOT NULL CHECK (length(size) <= 50),  -- as the catalogue spells it
    on_hand    INTEGER NOT NULL CHECK (on_hand >= 0),
    removed_at TEXT CHECK (removed_at GLOB '????-??-??T??:??:??.???Z'), -- NULL: the catalogue has it
    CHECK (removed_at IS NULL OR on_hand = 0),
    UNIQUE (product_id, size_key)
) STRICT;

-- Finds what is scarce. (Since version 6.)
CREATE INDEX stock_by_on_hand ON stock (on_hand, product_id);

-- Orders. They start pending, hold stock exactly while confirmed, processing, shipped or delivered, and are never deleted.
CREATE TABLE orders (
    pk                    INTEGER PRIMARY KEY,
    id                    TEXT NOT NULL UNIQUE CHECK (length(id) = 36),
    reference             TEXT NOT NULL COLLATE NOCASE UNIQUE
                          CHECK (length(reference) BETWEEN 1 AND 50 AND reference NOT GLOB '*[^!-~]*'),
    order_date            TEXT NOT NULL CHECK (order_date GLOB '????-??-??T??:??:??.???Z'),
    customer_name         TEXT NOT NULL CHECK (trim(customer_name) <> '' AND length(customer_name) <= 255),
    customer_phone        TEXT NOT NULL CHECK (trim(customer_phone) <> '' AND length(customer_phone) <= 20), -- as typed
    customer_phone_digits TEXT NOT NULL CHECK (customer_phone_digits NOT GLOB '*[^0-9]*'), -- of the number in full
    customer_address      TEXT,
    user_id               TEXT REFERENCES users (id) ON DELETE SET NULL,
    status                TEXT NOT NULL CHECK (status IN ('pending', 'cancelled') -- hold no stock
                          OR status IN ('confirmed', 'processing') OR status IN ('shipped', 'delivered')), -- hold stock
    total                 INTEGER NOT NULL CHECK (total BETWEEN 0 AND 9999999999), -- the sum of the items' subtotals
    item_count            INTEGER NOT NULL CHECK (item_count >= 1),                -- the sum of the items' quantities
    currency              TEXT CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
    created_at            TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.???Z'),
    updated_at            TEXT NOT NULL CHECK (updated_at GLOB '????-??-??T??:??:??.???Z'),
    items_hash            INTEGER NOT NULL, -- the same for the same items: product, quantity, price, size and color
    delivery_fee          INTEGER CHECK (delivery_fee BETWEEN 0 AND 9999999999), -- NULL: not agreed yet; 0: free
    discount              INTEGER NOT NULL DEFAULT 0 CHECK (discount BETWEEN 0 AND total),
    cod                   INTEGER NOT NULL DEFAULT 0 CHECK (cod IN (0, 1)), -- cash on delivery
    delivery_fee_agreed   INTEGER NOT NULL DEFAULT 1 CHECK (delivery_fee_agreed IN (0, 1)), -- 0: only a guest says so
    discount_agreed       INTEGER NOT NULL DEFAULT 1 CHECK (discount_agreed IN (0, 1)),
    cod_agreed            INTEGER NOT NULL DEFAULT 1 CHECK (cod_agreed IN (0, 1)),
    kept                  INTEGER NOT NULL DEFAULT 0 CHECK (kept BETWEEN 0 AND 9999999999), -- of a cancelled order's price
    returned              INTEGER NOT NULL DEFAULT 0 CHECK (returned BETWEEN 0 AND total - discount), -- what came back is worth
    paid                  INTEGER, -- the sum of its payments; NULL: none was recorded
    courier               TEXT CHECK (trim(courier) <> '' AND length(courier) <= 50), -- who carries it
    tracking              TEXT COLLATE NOCASE CHECK (trim(tracking) <> '' AND length(tracking) <= 100), -- the courier's number
    CHECK (kept = 0 OR status = 'cancelled')
) STRICT;

CREATE INDEX orders_by_created_at ON orders (created_at);
-- Finds the orders of a time, and has all that reports of sales add up. (Since version 2.)
CREATE INDEX orders_by_order_date ON orders (order_date, status, item_count, total, currency);
CREATE INDEX orders_by_status ON orders (status, created_at);
-- Finds the pending orders in order of waiting. (Since version 6.)
CREATE INDEX orders_waiting ON orders (status, min(order_date, created_at)) WHERE status = 'pending';
-- Finds duplicates: the same phone and items within a few hours.
CREATE INDEX orders_by_phone ON orders (customer_phone_digits, items_hash, order_date);
-- Finds an order by its courier's number. (Since version 6.)
CREATE INDEX orders_by_tracking ON orders (tracking) WHERE tracking IS NOT NULL;
CREATE INDEX orders_by_user ON orders (user_id, created_at) WHERE user_id IS NOT NULL;
-- Finds the orders of which something is due, either way. (Since version 5.)
CREATE INDEX orders_due ON orders (created_at)
    WHERE (paid IS NOT NULL OR cod) AND CASE status WHEN 'cancelled' THEN kept
        ELSE total - discount - returned + coalesce(delivery_fee, 0) END <> coalesce(paid, 0);
-- Finds the orders of which something is owed to the customer. (Since version 6.)
CREATE INDEX orders_owed ON orders (created_at)
    WHERE paid > CASE status WHEN 'cancelled' THEN kept ELSE total - discount - returned + coalesce(delivery_fee, 0) END;

-- The items of an order, in the order in which they were sent. Name, barcode, image and list price are snapshots from the
-- day of the order. Nothing looks an item up by its id, so the id has no index of its own.
CREATE TABLE order_items (
    order_pk        INTEGER NOT NULL REFERENCES orders (pk),
    position        INTEGER NOT NULL CHECK (position >= 1),
    id              TEXT NOT NULL CHECK (length(id) = 36),
    product_id      TEXT NOT NULL REFERENCES products (id),
    product_name    TEXT NOT NULL CHECK (trim(product_name) <> '' AND length(product_name) <= 255),
    product_barcode TEXT CHECK (length(product_barcode) <= 100),
    product_image   TEXT CHECK (product_image LIKE 'http://%' OR product_image LIKE 'https://%'),
    quantity        INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 2147483647),
    unit_price      INTEGER NOT NULL CHECK (unit_price BETWEEN 0 AND 9999999999),
    selected_size   TEXT CHECK (length(selected_size) <= 50),
    selected_color  TEXT CHECK (length(selected_color) <= 50),
    subtotal        INTEGER NOT NULL CHECK (subtotal = quantity * unit_price),
    list_price      INTEGER NOT NULL CHECK (list_price BETWEEN 0 AND 9999999999),
    price_agreed    INTEGER NOT NULL DEFAULT 0 CHECK (price_agreed IN (0, 1)), -- 1: the shop typed the price
    PRIMARY KEY (order_pk, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX order_items_by_product ON order_items (product_id);

-- What happened to an order, append-only. "from" and "to" are statuses for the kinds created and status, what was changed
-- for edited, for payment what was taken back and what was paid, for returned what came back and what replaced it; a note has
-- neither.
CREATE TABLE order_events (
    pk       INTEGER PRIMARY KEY,
    order_pk INTEGER NOT NULL REFERENCES orders (pk),
    at       TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.???Z'),
    actor    TEXT NOT NULL,
    kind     TEXT NOT NULL CHECK (kind = 'created' OR kind IN ('status', 'edited') OR kind IN ('note', 'payment') OR kind = 'returned'),
    "from"   TEXT,
    "to"     TEXT,
    note     TEXT
) STRICT;

CREATE INDEX order_events_by_order ON order_events (order_pk);
-- Finds what the customer and the shop said of an order. (Since version 5.)
CREATE INDEX order_events_with_note ON order_events (order_pk) WHERE note IS NOT NULL;

-- What was paid and refunded, append-only. A payment that was entered wrongly is taken back by a further one, which names it and
-- has the opposite amount. (Since version 5.)
CREATE TABLE payments (
    pk       INTEGER PRIMARY KEY,
    order_pk INTEGER NOT NULL REFERENCES orders (pk),
    event_pk INTEGER NOT NULL REFERENCES order_events (pk),                            -- tells it in the history
    at       TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.???Z'),                 -- when it was recorded
    paid_at  TEXT NOT NULL CHECK (paid_at GLOB '????-??-??T??:??:??.???Z'),            -- when the money moved
    actor    TEXT NOT NULL,
    amount   INTEGER NOT NULL CHECK (amount <> 0 AND amount BETWEEN -9999999999 AND 9999999999), -- negative: a refund
    method   TEXT NOT NULL CHECK (method GLOB '[a-z]*' AND method NOT GLOB '*[^a-z0-9_-]*' AND length(method) <= 20),
    receipt  TEXT COLLATE NOCASE CHECK (trim(receipt) <> '' AND length(receipt) <= 100), -- r-7 is R-7: people type it
    note     TEXT,
    voids    INTEGER UNIQUE REFERENCES payments (pk)                                   -- the payment that it takes back
) STRICT;

-- Finds the payments of an order, and whether one stands there already that comes again in a list without a receipt.
CREATE INDEX payments_by_order ON payments (order_pk, method, amount);
-- Adds up the money of a time by its method.
CREATE INDEX payments_by_paid_at ON payments (paid_at, method, amount, voids);
-- Finds a receipt that was entered before, and the methods that there are.
CREATE INDEX payments_by_method ON payments (method, receipt);

-- What came back from customers, append-only: pieces of one item, once. An order holds its items less what came back. Together
-- they are worth what orders.returned says. (Since version 6.)
CREATE TABLE order_returns (
    pk       INTEGER PRIMARY KEY,
    order_pk INTEGER NOT NULL REFERENCES orders (pk),
    event_pk INTEGER NOT NULL REFERENCES order_events (pk),                -- tells it in the history, and when
    item_id  TEXT NOT NULL CHECK (length(item_id) = 36),                   -- the id of an item of the order
    quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 2147483647),
    subtotal INTEGER NOT NULL CHECK (subtotal BETWEEN 0 AND 9999999999),   -- quantity * the item's unit_price
    value    INTEGER NOT NULL CHECK (value BETWEEN 0 AND subtotal)         -- that, less its share of the discount
) STRICT;

CREATE INDEX order_returns_by_order ON order_returns (order_pk, quantity, subtotal);

-- What the shop says of its customers; who has no row has orders only. A customer is a number in full. (Since version 5.)
CREATE TABLE customers (
    phone_digits TEXT PRIMARY KEY NOT NULL CHECK (phone_digits <> '' AND phone_digits NOT GLOB '*[^0-9]*'),
    phone        TEXT NOT NULL CHECK (trim(phone) <> '' AND length(phone) <= 20), -- as typed
    note         TEXT,
    blocked_at   TEXT CHECK (blocked_at GLOB '????-??-??T??:??:??.???Z'),         -- NULL: not blocked
    blocked_note TEXT CHECK (blocked_note IS NULL OR blocked_at IS NOT NULL),
    updated_at   TEXT NOT NULL CHECK (updated_at GLOB '????-??-??T??:??:??.???Z'),
    updated_by   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Has a row where a customer was forgotten, but freed pages or the log may still hold who they were, as the program was stopped
-- or another one read the file: forgetting anybody overwrites them. (Since version 5.)
CREATE TABLE to_overwrite (
    pk           INTEGER PRIMARY KEY CHECK (pk = 1),
    forgotten_at TEXT NOT NULL CHECK (forgotten_at GLOB '????-??-??T??:??:??.???Z')
) STRICT;

-- Where an order came from: one row for each message or document that brought it. The hash is SHA-256 over name, phone
-- digits, address, items and total as they were received: what came once is recognised when it comes again.
CREATE TABLE order_sources (
    pk           INTEGER PRIMARY KEY,
    order_pk     INTEGER NOT NULL REFERENCES orders (pk),
    kind         TEXT NOT NULL CHECK (kind = 'json' OR kind IN ('chat', 'typed') -- typed: by phone or over the counter
                 OR kind IN ('whatsapp_order', 'whatsapp_text')),
    message_id   TEXT UNIQUE,
    content_hash BLOB NOT NULL CHECK (length(content_hash) = 32),
    received_at  TEXT NOT NULL CHECK (received_at GLOB '????-??-??T??:??:??.???Z')
) STRICT;

CREATE INDEX order_sources_by_order ON order_sources (order_pk);

-- What a search looks through first: the texts of 256 orders in a row, those with the keys from 256 * batch + 1 on, a line
-- each, blank where there is none: reference, name and phone, folded (case, marks over letters, forms of one Arabic letter and
-- widths make no difference), with U+001F after each, then the digits of the number in full where they do not stand together
-- in it. The orders after the last row fill none yet. (Since version 3; folded in this way since version 4.)
CREATE TABLE order_texts (
    batch INTEGER PRIMARY KEY,
    texts TEXT NOT NULL
) STRICT;

-- Every change of stock on hand, append-only. A movement of an order names it and the event that caused it. Goods that came
-- back and cannot be sold are written off by an adjust that names the event alone, so that an order without stock adds up
-- to nothing.
CREATE TABLE stock_movements (
    pk         INTEGER PRIMARY KEY,
    product_id TEXT NOT NULL,
    size_key   TEXT NOT NULL,
    delta      INTEGER NOT NULL,
    reason     TEXT NOT NULL CHECK (reason = 'initial' OR reason IN ('confirm', 'cancel') -- of orders
               OR reason IN ('adjust', 'count') OR reason IN ('edit', 'return')           -- of orders
               OR reason = 'receive'),                                                    -- of a delivery
    order_pk   INTEGER REFERENCES orders (pk),
    event_pk   INTEGER REFERENCES order_events (pk),
    actor      TEXT NOT NULL,
    note       TEXT,
    at         TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.???Z'),
    delivery_pk INTEGER REFERENCES deliveries (pk),
    as_of       TEXT CHECK (as_of GLOB '????-??-??T??:??:??.???Z'), -- of a count sheet: the time that it counted
    FOREIGN KEY (product_id, size_key) REFERENCES stock (product_id, size_key),
    CHECK ((reason IN ('confirm', 'cancel') OR reason IN ('edit', 'return')) = (order_pk IS NOT NULL)),
    CHECK ((reason = 'receive') = (delivery_pk IS NOT NULL)),
    CHECK (as_of IS NULL OR reason = 'count'),
    CHECK (event_pk IS NOT NULL OR order_pk IS NULL),
    CHECK (event_pk IS NULL OR order_pk IS NOT NULL OR reason = 'adjust')
) STRICT;

-- Goods that came from a supplier, once for each reference: an invoice, a delivery note. What came are its movements.
-- (Since version 6.)
CREATE TABLE deliveries (
    pk        INTEGER PRIMARY KEY,
    reference TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (trim(reference) <> '' AND length(reference) <= 100),
    at        TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.???Z'),
    actor     TEXT NOT NULL,
    note      TEXT
) STRICT;

-- How prices of the catalogue changed, append-only. (Since version 6.)
CREATE TABLE price_changes (
    pk         INTEGER PRIMARY KEY,
    product_id TEXT NOT NULL REFERENCES products (id),
    at         TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.???Z'),
    actor      TEXT NOT NULL,
    field      TEXT NOT NULL CHECK (field IN ('price', 'discountedPrice')),
    "from"     INTEGER CHECK ("from" BETWEEN 0 AND 9999999999), -- NULL: there was none
    "to"       INTEGER CHECK ("to" BETWEEN 0 AND 9999999999),   -- NULL: there is none any more
    note       TEXT
) STRICT;

CREATE INDEX price_changes_by_product ON price_changes (product_id);

CREATE INDEX stock_movements_by_product ON stock_movements (product_id, size_key);
-- Finds what came with a delivery. (Since version 6.)
CREATE INDEX stock_movements_by_delivery ON stock_movements (delivery_pk) WHERE delivery_pk IS NOT NULL;
CREATE INDEX stock_movements_by_order ON stock_movements (order_pk) WHERE order_pk IS NOT NULL;
-- Finds what was written off with an event of an order. (Since version 4.)
CREATE INDEX stock_movements_written_off ON stock_movements (event_pk)
    WHERE order_pk IS NULL AND event_pk IS NOT NULL;

-- The token of the last transaction that wrote: sixteen random bytes. After a commit that failed half-way, a program tells by
-- it whether its own is in the file. (Since version 4.)
CREATE TABLE last_write (
    pk    INTEGER PRIMARY KEY CHECK (pk = 1),
    token BLOB NOT NULL CHECK (length(token) = 16)
) STRICT;
