//! The shop's settings, shared by all users of a file.

use super::occasion::Occasion;
use super::own_words::OwnWords;
use super::zone::Zone;

/// A setting's name, as `config` takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingKey {
    /// The shop's name, for messages to customers.
    ShopName,
    /// The currency that the shop sells in, three capital letters.
    Currency,
    /// The country code that completes local phone numbers, digits.
    CountryCode,
    /// The zone in which times are shown, such as `Africa/Cairo`.
    TimeZone,
    /// The stock at or below which products without a limit of their own are low.
    LowStock,
    /// The shop's phone, for invoices.
    ShopPhone,
    /// The shop's address, for invoices.
    ShopAddress,
    /// What stands below every invoice.
    InvoiceNote,
    /// What the references of typed orders begin with; LEG unless set.
    ReferencePrefix,
    /// The shop's own words for a message.
    OwnWords(Occasion),
}

impl SettingKey {
    /// All settings, in the order shown.
    pub const ALL: [SettingKey; 15] = [
        SettingKey::ShopName,
        SettingKey::Currency,
        SettingKey::CountryCode,
        SettingKey::TimeZone,
        SettingKey::LowStock,
        SettingKey::ShopPhone,
        SettingKey::ShopAddress,
        SettingKey::InvoiceNote,
        SettingKey::ReferencePrefix,
        SettingKey::OwnWords(Occasion::Received),
        SettingKey::OwnWords(Occasion::Confirmed),
        SettingKey::OwnWords(Occasion::Shipped),
        SettingKey::OwnWords(Occasion::Delivered),
        SettingKey::OwnWords(Occasion::Cancelled),
        SettingKey::OwnWords(Occasion::Shortage),
    ];

    /// All names, in the order shown.
    pub const NAMES: [&str; SettingKey::ALL.len()] = {
        let mut names = [""; SettingKey::ALL.len()];
        let mut index = 0;
        while index < names.len() {
            names[index] = SettingKey::ALL[index].as_str();
            index += 1;
        }
        names
    };

    /// Returns the name, as on the command line, in JSON and in SQL.
    pub const fn as_str(self) -> &'static str {
        match self {
            SettingKey::ShopName => "shopName",
            SettingKey::Currency => "currency",
            SettingKey::CountryCode => "countryCode",
            SettingKey::TimeZone => "timeZone",
            SettingKey::LowStock => "lowStock",
            SettingKey::ShopPhone => "shopPhone",
            SettingKey::ShopAddress => "shopAddress",
            SettingKey::InvoiceNote => "invoiceNote",
            SettingKey::ReferencePrefix => "referencePrefix",
            SettingKey::OwnWords(Occasion::Received) => "template.received",
            SettingKey::OwnWords(Occasion::Confirmed) => "template.confirmed",
            SettingKey::OwnWords(Occasion::Shipped) => "template.shipped",
            SettingKey::OwnWords(Occasion::Delivered) => "template.delivered",
            SettingKey::OwnWords(Occasion::Cancelled) => "template.cancelled",
            SettingKey::OwnWords(Occasion::Shortage) => "template.shortage",
        }
    }

    /// Reads a name in any case; `None` if there is no such setting.
    pub fn parse(name: &str) -> Option<SettingKey> {
        SettingKey::ALL.into_iter().find(|key| key.as_str().eq_ignore_ascii_case(name))
    }
}

/// The settings of a file, with defaults for those that were never set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The shop's name.
    pub shop_name: Option<String>,
    /// The currency, three capital letters.
    pub currency: Option<String>,
    /// The country code, digits.
    pub country_code: Option<String>,
    /// The name of the shop's time zone; UTC unless set.
    pub time_zone: String,
    /// The stock at or below which a product is low; 5 unless set.
    pub low_stock: i64,
    /// The shop's phone, as typed.
    pub shop_phone: Option<String>,
    /// The shop's address.
    pub shop_address: Option<String>,
    /// What stands below every invoice.
    pub invoice_note: Option<String>,
    /// What the references of typed orders begin with.
    pub reference_prefix: Option<String>,
    /// The shop's own words for messages.
    pub own_words: OwnWords,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            shop_name: None,
            currency: None,
            country_code: None,
            time_zone: "UTC".to_owned(),
            low_stock: 5,
            shop_phone: None,
            shop_address: None,
            invoice_note: None,
            reference_prefix: None,
            own_words: OwnWords::default(),
        }
    }
}

impl Settings {
    /// Returns the shop's zone; UTC if the setting names an unknown one.
    pub fn zone(&self) -> Zone {
        Zone::parse(&self.time_zone).unwrap_or(Zone::UTC)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    /// The names are in files, in the JSON that scripts read, and typed on the command line.
    #[test]
    fn the_names_of_settings_stay_and_are_read_in_any_case() {
        let names = [
            "shopName",
            "currency",
            "countryCode",
            "timeZone",
            "lowStock",
            "shopPhone",
            "shopAddress",
            "invoiceNote",
            "referencePrefix",
            "template.received",
            "template.confirmed",
            "template.shipped",
            "template.delivered",
            "template.cancelled",
            "template.shortage",
        ];
        assert_eq!(SettingKey::NAMES, names);
        assert_eq!(names.map(|name| SettingKey::parse(&name.to_uppercase())), SettingKey::ALL.map(Some));
        assert_eq!(SettingKey::parse("shop name"), None);
    }

    #[test]
    fn an_unknown_zone_counts_as_utc() {
        let zone = |name: &str| Settings { time_zone: name.to_owned(), ..Settings::default() }.zone();
        assert_eq!(zone("Africa/Cairo"), Zone::parse("Africa/Cairo").unwrap());
        assert_ne!(zone("Africa/Cairo"), Zone::UTC);
        assert_eq!(zone("Nowhere"), Zone::UTC);
    }
}
