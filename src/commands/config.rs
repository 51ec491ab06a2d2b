//! `orders config`: the settings in the file.

use clap::Args;

use super::Context;
use super::run::facts::{CommandFacts, Group};
use crate::domain::bidi::shown;
use crate::domain::settings::SettingKey;
use crate::error::{Exit, Failure, FailureKind};
use crate::input::setting::read_setting;
use crate::render::json;
use crate::render::json::{Body, bare};
use crate::render::prose::field;
use crate::store::StoreError;
use crate::ui;

/// Show or change the settings of the file
///
/// shopName, currency (EGP), countryCode (20), timeZone (Africa/Cairo; default UTC), lowStock (default 5). shopPhone,
/// shopAddress and invoiceNote stand on invoices; referencePrefix (default LEG) begins the references of orders that come without
/// one. template.received, confirmed, shipped, delivered, cancelled and shortage are the shop's own words for `message`, with
/// {name} {reference} {items} {total} {delivery} {discount} {grandTotal} {paid} {due} {courier} {tracking} {shop} {shortage}; braces
/// stand only around these. A line is left out if the order has no value for any of the names in it. \n begins a new line. An
/// empty value clears a setting.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Shop).writing())]
#[command(after_help = "Examples:
  orders config
  orders config timeZone Africa/Cairo
  orders config template.shipped 'Hello {name}, {reference} is on its way.'
  orders config lowStock")]
pub struct ConfigArgs {
    /// The setting
    #[arg(value_name = "KEY", value_parser = setting_key)]
    key: Option<SettingKey>,
    /// Its new value
    #[arg(value_name = "VALUE")]
    value: Option<String>,
}

fn setting_key(name: &str) -> Result<SettingKey, String> {
    SettingKey::parse(name).ok_or_else(|| format!("the settings are {}", SettingKey::NAMES.join(", ")))
}

pub fn run(args: &ConfigArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let settings = match (args.key, &args.value) {
        (Some(key), Some(value)) => {
            let value = read_setting(key, value)
                .map_err(|problem| Failure::new(FailureKind::InvalidInput, format!("{} {problem}", key.as_str())))?;
            let mut store = context.open_or_create()?;
            let (before, settings) = context.write(&mut store, |write| {
                let before = match write.settings() {
                    Ok(settings) => settings.currency,
                    // A broken setting does not keep anybody from setting it again.
                    Err(StoreError::Setting(..) | StoreError::Damaged(_)) => None,
                    // After any other error SQLite may have rolled the transaction back.
                    Err(error) => return Err(error.into()),
                };
                write.set_setting(key, value.as_deref())?;
                Ok((before, write.settings()?))
            })?;
            if let (Some(before), Some(now)) = (&before, &settings.currency)
                && before != now
            {
                let are = if context.is_dry_run() { "would be" } else { "are" };
                context.ui.warn(&format!(
                    "orders without a currency of their own {are} shown in {now}, no longer in {before}; the amounts stay as they are"
                ));
            }
            settings
        }
        _ => context.open_to_read()?.read(|read| read.settings())?,
    };
    let mut body = json::settings(&settings);
    if let Some(key) = args.key {
        body.retain(|name, _| name == key.as_str());
    }
    context.print_one(body.clone(), || match args.key {
        Some(_) if args.value.is_none() => body.values().map(|value| value_lines(&bare(value))).collect(),
        _ => lines(&body),
    })?;
    Ok(Exit::Done)
}

/// Shows a value as it is, line by line.
fn value_lines(value: &str) -> String {
    let lines: Vec<_> = value.split('\n').map(shown).collect();
    lines.join("\n") + "\n"
}

/// Lists the settings; rarely used ones only if they are set.
fn lines(body: &Body) -> String {
    let shown = body.iter().enumerate().filter(|(index, (_, value))| *index < ALWAYS_SHOWN || !value.is_null());
    let shown: Vec<_> = shown.map(|(_, (key, value))| (key, bare(value))).collect();
    let width = shown.iter().map(|(key, _)| key.len()).max().unwrap_or_default();
    shown.iter().map(|(key, value)| field(key, width + 1, value, ui::width())).collect()
}

/// How many settings are listed even if they are not set.
const ALWAYS_SHOWN: usize = 5;
