//! The shop's settings.

use rusqlite::named_params;

use super::error::StoreError;
use super::transaction::{Read, Write};
use crate::domain::settings::{SettingKey, Settings};

impl Read<'_> {
    /// Loads the settings that were set, each key with its value.
    pub fn written_settings(&self) -> Result<Vec<(String, String)>, StoreError> {
        self.rows("SELECT key, value FROM settings ORDER BY key", [], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// Loads the settings; those that were never set have their defaults.
    pub fn settings(&self) -> Result<Settings, StoreError> {
        let mut settings = Settings::default();
        for (key, value) in self.written_settings()? {
            match SettingKey::parse(&key) {
                Some(SettingKey::ShopName) => settings.shop_name = Some(value),
                Some(SettingKey::Currency) => settings.currency = Some(value),
                Some(SettingKey::CountryCode) => settings.country_code = Some(value),
                Some(SettingKey::TimeZone) => settings.time_zone = value,
                Some(SettingKey::LowStock) => {
                    settings.low_stock =
                        value.parse().map_err(|_| StoreError::Setting(SettingKey::LowStock, value.clone()))?;
                }
                Some(SettingKey::ShopPhone) => settings.shop_phone = Some(value),
                Some(SettingKey::ShopAddress) => settings.shop_address = Some(value),
                Some(SettingKey::InvoiceNote) => settings.invoice_note = Some(value),
                Some(SettingKey::ReferencePrefix) => settings.reference_prefix = Some(value),
                Some(SettingKey::OwnWords(occasion)) => settings.own_words.set(occasion, value),
                None => {}
            }
        }
        Ok(settings)
    }
}

impl Write<'_> {
    /// Sets or clears a setting. A new country code completes the phone numbers of all orders, and derives everything
    /// else anew.
    pub fn set_setting(&self, key: SettingKey, value: Option<&str>) -> Result<(), StoreError> {
        match value {
            Some(value) => self.execute(
                "INSERT INTO settings (key, value) VALUES (:key, :value)
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                named_params! {":key": key.as_str(), ":value": value},
            )?,
            None => self.execute("DELETE FROM settings WHERE key = :key", named_params! {":key": key.as_str()})?,
        }
        if key == SettingKey::CountryCode {
            self.derive_again()?;
        }
        Ok(())
    }
}
