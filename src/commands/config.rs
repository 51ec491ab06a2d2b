//! `orders config`: the settings in the file.

use clap::Args;

use super::Context;
use super::facts::{Facts, Group};
use crate::domain::bidi::shown;
use crate::domain::settings::SettingKey;
use crate::error::{Exit, Failure, FailureKind};
use crate::input::setting::read_setting;
use crate::render::json;
use crate::render::json::{Body, bare};
use crate::render::prose::field;
use crate::ui;

/// Show or change the settings of the file
///
/// shopName, currency (EGP), countryCode (20), timeZone (Africa/Cairo; default UTC), lowStock (default 5). An empty value
/// clears a setting.
#[derive(Debug, Args)]
#[command(add = Facts::of(Group::Shop).writing())]
#[command(after_help = "Examples:
  orders config
  orders config timeZone Africa/Cairo
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
    SettingKey::parse(name)
        .ok_or_else(|| format!("the settings are {}", SettingKey::ALL.map(SettingKey::as_str).join(", ")))
}

pub fn run(args: &ConfigArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let settings = match (args.key, &args.value) {
        (Some(key), Some(value)) => {
            let value = read_setting(key, value)
                .map_err(|problem| Failure::new(FailureKind::InvalidInput, format!("{} {problem}", key.as_str())))?;
            let mut store = context.open_or_create()?;
            context.write(&mut store, |write| {
                write.set_setting(key, value.as_deref())?;
                Ok(write.settings()?)
            })?
        }
        _ => context.open_to_read()?.read(|read| read.settings())?,
    };
    let mut body = json::settings(&settings);
    if let Some(key) = args.key {
        body.retain(|name, _| name == key.as_str());
    }
    context.print_one(body.clone(), || match args.key {
        Some(_) if args.value.is_none() => body.values().map(|value| format!("{}\n", shown(&bare(value)))).collect(),
        _ => lines(&body),
    })?;
    Ok(Exit::Done)
}

fn lines(body: &Body) -> String {
    body.iter().map(|(key, value)| field(key, 12, &bare(value), ui::width())).collect()
}
