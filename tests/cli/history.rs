use serde_json::json;

use crate::harness::{NOW, ORDER, Shop};

#[test]
fn an_order_tells_who_did_what_when_and_why() {
    let shop = Shop::with_order();
    shop.orders(["confirm", ORDER, "--note", "Instapay 4711"]).succeeds();
    shop.orders(["set-status", ORDER, "pending", "--force", "--note", "wrong chat"]).succeeds();
    let history = shop.orders(["history", "ab5c", "--json"]).json();
    let at = NOW.replace('Z', ".000Z");
    let movement = |delta| json!([{"productName": "Classic T-Shirt", "size": "L", "delta": delta}]);
    assert_eq!(
        history,
        json!([
            {"at": at, "actor": "operator", "kind": "created", "from": null, "to": "pending", "note": null, "movements": []},
            {"at": at, "actor": "operator", "kind": "status", "from": "pending", "to": "confirmed",
             "note": "Instapay 4711", "movements": movement(-2)},
            {"at": at, "actor": "operator", "kind": "status", "from": "confirmed", "to": "pending",
             "note": "wrong chat", "movements": movement(2)},
        ])
    );
    assert_eq!(shop.orders(["history", ORDER, "--format", "ndjson"]).succeeds().lines().count(), 3);
    let csv = shop.orders(["history", ORDER, "--format", "csv", "--fields", "kind,note"]).succeeds();
    assert_eq!(csv, "kind,note\ncreated,\nstatus,Instapay 4711\nstatus,wrong chat\n");
    shop.orders(["history", "LEG-404"]).exits(3);
}

#[test]
fn a_product_tells_why_its_stock_is_what_it_is() {
    let shop = Shop::with_order();
    shop.orders(["confirm", ORDER]).succeeds();
    shop.orders(["product", "adjust", "SKU-12345", "+5", "--size", "L", "--note", "delivery"]).succeeds();
    shop.orders(["cancel", ORDER, "--no-restock", "--note", "torn"]).succeeds();
    shop.orders(["product", "count", "SKU-12345", "4", "--size", "L", "--note", "stocktaking"]).succeeds();
    shop.orders(["product", "history", "SKU-12345"]).prints(
        "\
Classic T-Shirt
WHEN              SIZE  CHANGE  STOCK  WHY      ORDER              NOTE
2026-02-07 08:00  S         +4      4  initial
2026-02-07 08:00  M         +6      6  initial
2026-02-07 08:00  L         +3      3  initial
2026-02-07 08:00  L         -2      1  confirm  LEG-LXYZ1234-AB5C
2026-02-07 08:00  L         +5      6  adjust                      delivery
2026-02-07 08:00  L         +2      8  cancel   LEG-LXYZ1234-AB5C  torn
2026-02-07 08:00  L         -2      6  adjust                      LEG-LXYZ1234…
                                                                   came back
                                                                   unsaleable
2026-02-07 08:00  L         -2      4  count                       stocktaking
",
    );
    let history = shop.orders(["product", "history", "sku-12345", "--json"]).json();
    let keys: Vec<_> = history[3].as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "at",
            "actor",
            "reason",
            "orderReference",
            "size",
            "delta",
            "balance",
            "note",
            "delivery",
            "priceFrom",
            "priceTo"
        ]
    );
    assert_eq!((&history[3]["orderReference"], &history[6]["orderReference"]), (&json!(ORDER), &json!(null)));
    assert_eq!(history[6]["note"], "LEG-LXYZ1234-AB5C came back unsaleable");
    for size in ["S", "M", "L"] {
        let last = history.as_array().unwrap().iter().rfind(|entry| entry["size"] == size).unwrap();
        assert_eq!(last["balance"], shop.on_hand("SKU-12345", size));
    }
}
