//! The page around papers: self-contained, for a phone and for printing on A4 and A6.

use maud::{Markup, html};

use super::qr::Symbol;
use super::{address_lines, shop_lines};
use crate::domain::order::OrderSummary;
use crate::domain::settings::Settings;
use crate::domain::visible::visible;
use crate::render::html_page::html_page;

/// On A4 the address stands where the window of a DL, C5 or C4 envelope is: 45 mm from the top, 20 mm from the left.
const STYLE: &str = "
* { box-sizing: border-box }
body { font: 15px/1.4 system-ui, sans-serif; color: #111; background: #e8eaed; margin: 0; padding: .5rem }
.paper { background: #fff; max-width: 48rem; margin: 0 auto 1rem; padding: 1.25rem }
.top { display: flex; justify-content: space-between; gap: 1rem }
.shop { font-size: .85em; color: #444; min-width: 0; overflow-wrap: anywhere } .shop b { font-size: 1.2em; color: #111 }
.code { flex: none; max-width: 60%; text-align: right; font-weight: 600; overflow-wrap: anywhere }
.qr { display: block; width: 26mm; height: 26mm; margin: -2.5mm -2.5mm 0 auto }
.to { font-style: normal; font-size: 1.1em; margin: .5rem 0 1rem; overflow-wrap: anywhere }
h1 { font-size: 1.3em; margin: 0 0 .3em } h2 { font-size: 1em; margin: 1em 0 0 }
p { margin: .3em 0; overflow-wrap: anywhere }
.collect { border: 2px solid; padding: .4em .6em; font-size: 1.1em; font-weight: 600 }
.mark { border: 2px dashed; padding: .4em .6em; font-weight: 600 }
table { border-collapse: collapse; width: 100%; margin-top: .8em; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .3em .4em; border-bottom: 1px solid #bbb; vertical-align: top }
th { font-size: .75em; color: #444 } th.again { font-weight: 400; border: 0; padding-bottom: 0; overflow-wrap: anywhere }
td { overflow-wrap: anywhere } td small { display: block; color: #444 } th.number, td.box { width: 1% } td.choice { min-width: 3em } .choice + .choice { min-width: 4.4em }
th.number, td.number { text-align: right; white-space: nowrap; overflow-wrap: normal } td.quantity { font-weight: 600 }
td.box::before { content: ''; display: block; width: 1em; height: 1em; border: 1.5px solid #111; margin-top: .15em }
.account td { border: 0; padding-block: .15em } .account tr:first-child td { padding-top: .8em }
.account .total td { border-top: 1.5px solid #111; font-weight: 600 }
@page { margin: 10mm }
@media print {
  body { background: none; font-size: 10pt; padding: 0 }
  .paper { max-width: none; margin: 0; padding: 0; break-after: page } .paper:last-child { break-after: auto }
  thead { display: table-header-group } tr, .collect, .mark, .account, .qr, h1, h2 { break-inside: avoid }
  h1, h2 { break-after: avoid }
}
@media print and (max-width: 120mm) {
  body { font-size: 8.5pt } .qr { width: 20mm; height: 20mm }
}
@media print and (min-width: 150mm) {
  td small { display: inline; margin-left: .6em }
  .top { min-height: 35mm } .to { margin: 0 0 5mm 10mm; width: 85mm; min-height: 45mm }
}
";

/// Marks where the papers go. No text for people contains this character.
const PAPERS: char = '\0';

/// Returns what stands before and after the papers of a page.
pub fn page(title: &str) -> (String, String) {
    let page = html_page(title, STYLE, &html! { (PAPERS) }) + "\n";
    let (before, after) = page.split_once(PAPERS).unwrap_or_default();
    (before.to_owned(), after.to_owned())
}

/// Renders a value whose direction is its own.
pub fn value(text: &str) -> Markup {
    html! { bdi { (visible(text)) } }
}

/// Renders the top of a paper: the shop, the reference with its code, and the customer where a window shows them.
pub fn top(summary: &OrderSummary, settings: &Settings) -> Markup {
    let reference = &summary.reference;
    html! {
        header.top {
            div.shop {
                @if let Some(name) = &settings.shop_name { div { b { (value(name)) } } }
                @for line in shop_lines(settings) { div { (value(&line)) } }
            }
            div.code {
                @if let Some(symbol) = Symbol::of(reference) { (symbol.svg(reference)) }
                (reference)
            }
        }
        // The name says on which side the lines begin; each has its own direction.
        address.to dir="auto" {
            div { b { (visible(&summary.customer.name)) } }
            @for line in address_lines(summary) { div { (value(&line)) } }
            div { bdi dir="ltr" { (visible(&summary.customer.phone)) } }
        }
    }
}

/// Renders the rows above the items, which stand on every page that a long order takes.
pub fn item_titles(summary: &OrderSummary, columns: &[(&str, &str)]) -> Markup {
    html! {
        thead {
            tr { th.again colspan=(columns.len()) { (summary.reference) ", " (value(&summary.customer.name)) } }
            tr { @for (class, title) in columns { th class=(class) { (title) } } }
        }
    }
}
