#!/usr/bin/env bash
# The shop's main job on a throw-away file: catalogue in, orders in, one confirmed, one short of stock, the list.
# Needs cargo and a C compiler. Prints each command and what it says.
set -eu
cd "$(dirname "$0")/.."
cargo build --quiet

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export ORDERS_DB="$folder/orders.db"
export ORDERS_NOW=2026-02-07T08:00:00Z   # a fixed clock, so that every tour looks the same
PATH="${CARGO_TARGET_DIR:-$PWD/target}/debug:$PATH"

run() {
    printf '$ orders'
    printf ' %q' "$@"
    printf '\n'
    orders "$@" 2>&1 || printf '(exit code %s)\n' "$?"
    printf '\n'
}

run --quiet product import examples/catalogue.json
run product list
run create examples/order.json
run import examples/orders.ndjson
run confirm LEG-LXYZ1234-AB5C --note 'Instapay 4711'
run confirm LEG-MLB4Q1XC-K2P9
run product adjust SKU-12345 +5 --size L --note 'delivery'
run confirm LEG-MLB4Q1XC-K2P9
run set-status LEG-LXYZ1234-AB5C shipped
run list
