//! Reads one JSON object key by key: numbers as their text, every problem with its place, no key ignored silently.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::ops::Range;
use std::rc::Rc;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::domain::money::Money;
pub use crate::domain::problems::Problems;
use crate::domain::text::{is_blank, shorten};

/// The most keys that an object with named fields may have.
pub const KEYS_LIMIT: usize = 1000;
/// How many characters are kept of a key written with escapes.
const KEY_KEPT: usize = 1000;

/// Reads a record as one JSON value; the error has line and column from the record's beginning.
pub fn parse(record: &[u8]) -> Result<&RawValue, NotJson> {
    let text = std::str::from_utf8(record).map_err(|error| NotJson {
        line: record[..error.valid_up_to()].split(|b| *b == b'\n').count() - 1,
        problem: "is not UTF-8".to_owned(),
    })?;
    serde_json::from_str(text).map_err(|error| {
        let message = error.to_string();
        let what = message.split(" at line ").next().unwrap_or_default();
        NotJson {
            line: error.line().saturating_sub(1),
            problem: format!("is not JSON: {what} at column {}", error.column()),
        }
    })
}

/// Reads a record as an object in one pass. A record that is not JSON is an error, any other value adds a problem.
pub fn parse_object<'a>(record: &'a [u8], problems: &mut Problems) -> Result<Option<Fields<'a>>, NotJson> {
    let text = std::str::from_utf8(record).ok();
    match text.and_then(|text| Some((text, serde_json::from_str(text).ok()?))) {
        Some((text, entries)) => Ok(Some(Fields::new(Place::Record, text, entries))),
        None => Ok(Value::record(parse(record)?).object(problems)),
    }
}

/// Why a record is not JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotJson {
    /// The line, counted from the record's first one.
    pub line: usize,
    /// The problem at that line.
    pub problem: String,
}

/// The object around the `results` of a list endpoint.
#[derive(Debug)]
pub struct Envelope {
    /// Whether it names a next page.
    pub has_next_page: bool,
    /// Problems with keys that do not belong there.
    pub problems: Problems,
}

/// Reads the object around the `results` of a list endpoint.
pub fn read_envelope(record: &[u8]) -> Result<Envelope, NotJson> {
    let raw = parse(record)?;
    let mut problems = Problems::default();
    let mut has_next_page = false;
    if let Some(mut fields) = Value::record(raw).object(&mut problems) {
        for key in ["results", "count", "previous", "messageCount", "pendingMessageCount"] {
            fields.take(key, &mut problems);
        }
        has_next_page = fields.take("next", &mut problems).is_some();
        fields.finish(&mut problems);
    }
    Ok(Envelope { has_next_page, problems })
}

/// A key, borrowed if it has no escapes.
struct Key<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Key<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Key<'a>, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Cow<'de, str>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(key))
            }

            fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
                // No known key is as long.
                Ok(Cow::Owned(key.chars().take(KEY_KEPT).collect()))
            }
        }
        deserializer.deserialize_str(KeyVisitor).map(Key)
    }
}

/// The first [`KEYS_LIMIT`] keys and values of an object in the order sent, repeated keys included, and how many there are.
struct Entries<'a>(Vec<(Key<'a>, &'a RawValue)>, usize);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entries<'a>, D::Error> {
        struct EntriesVisitor;
        impl<'de> Visitor<'de> for EntriesVisitor {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let (mut entries, mut count) = (Vec::with_capacity(16), 0);
                while let Some(entry) = map.next_entry()? {
                    count += 1;
                    if entries.len() < KEYS_LIMIT {
                        entries.push(entry);
                    }
                }
                Ok(Entries(entries, count))
            }
        }
        deserializer.deserialize_map(EntriesVisitor)
    }
}

/// Passes on the elements of an array one by one, so that any number takes no memory.
struct Each<F>(F);

impl<'de, F: FnMut(&'de RawValue)> DeserializeSeed<'de> for Each<F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(&'de RawValue)> Visitor<'de> for Each<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        while let Some(element) = seq.next_element()? {
            (self.0)(element);
        }
        Ok(())
    }
}

/// As [`Each`], for the keys and values of an object.
struct EachMember<F>(F);

impl<'de, F: FnMut(Cow<'de, str>, &'de RawValue)> DeserializeSeed<'de> for EachMember<F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, F: FnMut(Cow<'de, str>, &'de RawValue)> Visitor<'de> for EachMember<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some((Key(key), value)) = map.next_entry()? {
            (self.0)(key, value);
        }
        Ok(())
    }
}

/// The place of a value: `items[1].quantity`, spelled as sent. It becomes text only when there is a problem to report.
#[derive(Debug, Clone)]
pub enum Place<'a> {
    /// The record itself, whose place is empty.
    Record,
    /// A field of an object, under this key.
    Field(Rc<Place<'a>>, Cow<'a, str>),
    /// The element of an array at this index.
    Element(Rc<Place<'a>>, usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Record => Ok(()),
            Place::Field(object, key) => {
                let dot = if matches!(**object, Place::Record) { "" } else { "." };
                // An overlong key is never one of ours: cut it.
                let key = if key.is_empty() { Cow::Borrowed("\"\"") } else { shorten(key) };
                write!(f, "{object}{dot}{key}")
            }
            Place::Element(array, index) => write!(f, "{array}[{index}]"),
        }
    }
}

const BAD_KEY: &str = "has a key that is not valid text";

/// One value with its place.
#[derive(Debug, Clone)]
pub struct Value<'a> {
    /// Its place.
    pub place: Place<'a>,
    raw: &'a RawValue,
}

impl<'a> Value<'a> {
    /// Takes a whole record as a value.
    pub fn record(raw: &'a RawValue) -> Value<'a> {
        Value { place: Place::Record, raw }
    }

    /// Parses a JSON text found at a place, in a string for example; `None` if it is not JSON.
    pub fn within(text: &'a str, place: Place<'a>) -> Option<Value<'a>> {
        serde_json::from_str(text).ok().map(|raw| Value { place, raw })
    }

    /// Returns the place of the string at an address within this value; for a key, the object's place.
    pub fn place_of_string(&self, address: usize) -> Place<'a> {
        let mut at = self.clone();
        loop {
            let (mut ignored, mut inner) = (Problems::default(), None);
            let mut look = |value: Value<'a>| {
                if value.addresses().contains(&address) {
                    inner = Some(value);
                }
            };
            match at.kind() {
                "an object" => at.each_member(&mut ignored, |_, value, _| look(value)),
                "an array" => drop(at.each(&mut ignored, |value, _| look(value))),
                _ => {}
            }
            match inner {
                Some(inner) => at = inner,
                None => return at.place,
            }
        }
    }

    /// Returns the addresses of its JSON text in memory, which identify a part of the record.
    pub fn addresses(&self) -> Range<usize> {
        let start = self.raw.get().as_ptr().addr();
        start..start + self.raw.get().len()
    }

    /// Returns whether it is an object.
    pub fn is_object(&self) -> bool {
        self.kind() == "an object"
    }

    /// Returns whether it is an array.
    pub fn is_array(&self) -> bool {
        self.kind() == "an array"
    }

    /// Returns whether it is a string.
    pub fn is_string(&self) -> bool {
        self.kind() == "a string"
    }

    /// Returns whether it is a number.
    pub fn is_number(&self) -> bool {
        self.kind() == "a number"
    }

    /// Returns its JSON text, as sent.
    pub fn raw(&self) -> &'a str {
        self.raw.get()
    }

    fn kind(&self) -> &'static str {
        match self.raw.get().as_bytes().first() {
            Some(b'{') => "an object",
            Some(b'[') => "an array",
            Some(b'"') => "a string",
            Some(b't' | b'f') => "true or false",
            Some(b'n') => "null",
            _ => "a number",
        }
    }

    /// Returns whether it is a string.
    pub fn is_text(&self) -> bool {
        self.kind() == "a string"
    }

    /// Returns whether it is `null`.
    pub fn is_null(&self) -> bool {
        self.raw.get() == "null"
    }

    fn wrong_kind(&self, wanted: &str, problems: &mut Problems) {
        problems.add(&self.place, format_args!("must be {wanted}, is {}", self.kind()));
    }

    /// Reads an object with named fields, at most [`KEYS_LIMIT`].
    pub fn object(&self, problems: &mut Problems) -> Option<Fields<'a>> {
        if self.kind() != "an object" {
            self.wrong_kind("an object", problems);
            return None;
        }
        let Ok(entries) = serde_json::from_str::<Entries<'a>>(self.raw.get()) else {
            problems.add(&self.place, BAD_KEY);
            return None;
        };
        let fields = Fields::new(self.place.clone(), self.raw.get(), entries);
        match fields.excess() {
            Some(excess) => problems.add(&self.place, excess),
            None => return Some(fields),
        }
        None
    }

    /// Passes on the keys and values of an object whose keys are data, however many there are.
    pub fn each_member(&self, problems: &mut Problems, mut take: impl FnMut(Cow<'a, str>, Value<'a>, &mut Problems)) {
        if self.kind() != "an object" {
            return self.wrong_kind("an object", problems);
        }
        let object = Rc::new(self.place.clone());
        let mut take = |key: Cow<'a, str>, raw| {
            let place = Place::Field(Rc::clone(&object), key.clone());
            take(key, Value { place, raw }, problems);
        };
        let each = EachMember(&mut take);
        if each.deserialize(&mut serde_json::Deserializer::from_str(self.raw.get())).is_err() {
            problems.add(&self.place, BAD_KEY);
        }
    }

    /// Passes on the elements of an array, however many there are, and returns their number.
    pub fn each(&self, problems: &mut Problems, mut take: impl FnMut(Value<'a>, &mut Problems)) -> usize {
        if self.kind() != "an array" {
            self.wrong_kind("an array", problems);
            return 0;
        }
        let array = Rc::new(self.place.clone());
        let mut count = 0;
        let each = Each(|raw| {
            take(Value { place: Place::Element(Rc::clone(&array), count), raw }, problems);
            count += 1;
        });
        // The record was parsed before, so this cannot fail.
        let _ = each.deserialize(&mut serde_json::Deserializer::from_str(self.raw.get()));
        count
    }

    /// Reads an array of at most `most` elements; `things` is their name in the problem.
    pub fn array(&self, most: usize, things: &str, problems: &mut Problems) -> Option<Vec<Value<'a>>> {
        if self.kind() != "an array" {
            self.wrong_kind("an array", problems);
            return None;
        }
        let mut elements = Vec::new();
        let count = self.each(problems, |element, _| {
            if elements.len() < most {
                elements.push(element);
            }
        });
        if count > most {
            problems.add(&self.place, format_args!("must have at most {most} {things}, has {count}"));
            return None;
        }
        Some(elements)
    }

    /// Reads a text as it is, even an empty one.
    pub fn whole_text(&self, problems: &mut Problems) -> Option<String> {
        if self.kind() != "a string" {
            self.wrong_kind("a string", problems);
            return None;
        }
        let Ok(text) = serde_json::from_str::<Cow<'_, str>>(self.raw.get()) else {
            problems.add(&self.place, "is not valid text");
            return None;
        };
        if text.contains('\0') {
            problems.add(&self.place, "must not contain NUL");
            return None;
        }
        Some(text.into_owned())
    }

    /// Reads a text and trims it; `None` too if nothing of it is visible.
    pub fn text(&self, longest: Option<usize>, problems: &mut Problems) -> Option<String> {
        let whole = self.whole_text(problems)?;
        let text = whole.trim();
        // No text has more characters than bytes.
        if let Some(longest) = longest.filter(|longest| text.len() > *longest) {
            let length = text.chars().count();
            if length > longest {
                problems.add(&self.place, format_args!("must have at most {longest} characters, has {length}"));
                return None;
            }
        }
        match text.len() {
            _ if is_blank(text) => None,
            length if length == whole.len() => Some(whole),
            _ => Some(text.to_owned()),
        }
    }

    /// Returns the text of a number, or of a string in its place.
    pub fn number_text(&self, problems: &mut Problems) -> Option<Cow<'a, str>> {
        match self.kind() {
            "a number" => Some(Cow::Borrowed(self.raw.get())),
            "a string" => match serde_json::from_str(self.raw.get()) {
                Ok(text) => Some(Cow::Owned(text)),
                Err(_) => {
                    problems.add(&self.place, "is not valid text");
                    None
                }
            },
            _ => {
                self.wrong_kind("a number", problems);
                None
            }
        }
    }

    /// Reads an amount of money.
    pub fn money(&self, problems: &mut Problems) -> Option<Money> {
        let text = self.number_text(problems)?;
        Money::parse(&text).map_err(|error| problems.add(&self.place, error)).ok()
    }

    /// Reads true or false.
    pub fn truth(&self, problems: &mut Problems) -> Option<bool> {
        match self.raw.get() {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                self.wrong_kind("true or false", problems);
                None
            }
        }
    }

    /// Reads a whole number from `least` to `most`.
    pub fn whole_number(&self, least: i64, most: i64, problems: &mut Problems) -> Option<i64> {
        let text = self.number_text(problems)?;
        let digits = text.strip_prefix('-').unwrap_or(&text);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            problems.add(&self.place, "must be a whole number");
            return None;
        }
        match text.parse::<i64>() {
            Ok(number) if number < least => {
                problems.add(&self.place, format_args!("must be at least {least}"));
                None
            }
            Ok(number) if number <= most => Some(number),
            Err(_) if text.starts_with('-') => {
                problems.add(&self.place, format_args!("must be at least {least}"));
                None
            }
            _ => {
                problems.add(&self.place, format_args!("must be at most {most}"));
                None
            }
        }
    }
}

/// The fields of one object. Each is taken once by its camelCase name; snake_case is accepted too.
#[derive(Debug)]
pub struct Fields<'a> {
    place: Rc<Place<'a>>,
    /// The object as sent.
    text: &'a str,
    entries: Vec<Entry<'a>>,
    /// How many keys were sent; `entries` may hold only the first of them.
    count: usize,
}

#[derive(Debug)]
struct Entry<'a> {
    /// The key as sent.
    key: Cow<'a, str>,
    /// The key in camelCase.
    name: Cow<'a, str>,
    raw: &'a RawValue,
    taken: bool,
}

impl<'a> Fields<'a> {
    fn new(place: Place<'a>, text: &'a str, Entries(entries, count): Entries<'a>) -> Fields<'a> {
        let entry = |(Key(key), raw)| Entry { name: camel_case(&key), key, raw, taken: false };
        Fields { place: Rc::new(place), text, entries: entries.into_iter().map(entry).collect(), count }
    }

    /// Reports that there are too many keys; those beyond the limit were not looked at.
    pub fn excess(&self) -> Option<String> {
        (self.count > KEYS_LIMIT).then(|| format!("has {} keys, the most is {KEYS_LIMIT}", self.count))
    }

    fn place_of(&self, key: &Cow<'a, str>) -> Place<'a> {
        Place::Field(Rc::clone(&self.place), key.clone())
    }

    /// Returns the place of the object itself.
    pub fn place(&self) -> &Place<'a> {
        &self.place
    }

    /// Returns the place that a field of this name has or would have.
    pub fn place_of_key(&self, name: &'static str) -> Place<'a> {
        self.place_of(&Cow::Borrowed(name))
    }

    /// Returns whether a field was sent under this camelCase name.
    pub fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name == name)
    }

    /// Returns the value of a field by its camelCase name, without taking it.
    pub fn get(&self, name: &str) -> Option<Value<'a>> {
        let entry = self.entries.iter().find(|entry| entry.name == name)?;
        Some(Value { place: self.place_of(&entry.key), raw: entry.raw })
    }

    /// Returns the keys as sent.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.key.as_ref())
    }

    /// Takes the field with one of these names, which all mean the same; a second one is a problem. Null is a value.
    pub fn take_any(&mut self, names: &[&str], problems: &mut Problems) -> Option<Value<'a>> {
        let mut found: Option<(usize, &'a RawValue)> = None;
        for index in 0..self.entries.len() {
            if !names.contains(&self.entries[index].name.as_ref()) {
                continue;
            }
            self.entries[index].taken = true;
            match found {
                None => found = Some((index, self.entries[index].raw)),
                Some((first, _)) => {
                    let (first, again) = (&self.entries[first].key, &self.entries[index].key);
                    let problem = if first == again {
                        "is given twice".to_owned()
                    } else {
                        format!("is given twice, as {} too", shorten(first))
                    };
                    problems.add(self.place_of(again), problem);
                }
            }
        }
        found.map(|(index, raw)| Value { place: self.place_of(&self.entries[index].key), raw })
    }

    /// Takes a field by its camelCase name; null counts as absent.
    pub fn take(&mut self, name: &str, problems: &mut Problems) -> Option<Value<'a>> {
        self.take_any(&[name], problems).filter(|value| !value.is_null())
    }

    /// Takes a required field; null counts as absent.
    pub fn require(&mut self, names: &[&str], problems: &mut Problems) -> Option<Value<'a>> {
        let value = self.take_any(names, problems).filter(|value| !value.is_null());
        if value.is_none() {
            // Spell it as the other keys are spelled.
            let is_snake = self.entries.iter().any(|entry| entry.key != entry.name);
            let name = if is_snake { snake_case(names[0]) } else { names[0].to_owned() };
            problems.add(self.place_of(&name.into()), "is required");
        }
        value
    }

    /// Takes a required text that is not blank.
    pub fn require_text(&mut self, name: &str, longest: usize, problems: &mut Problems) -> Option<String> {
        let value = self.require(&[name], problems)?;
        let before = problems.len();
        let text = value.text(Some(longest), problems);
        if text.is_none() && problems.len() == before {
            problems.add(&value.place, "must not be blank");
        }
        text
    }

    /// Takes an optional text; a blank one counts as absent.
    pub fn take_text(&mut self, name: &str, longest: usize, problems: &mut Problems) -> Option<String> {
        let value = self.take(name, problems)?;
        value.text(Some(longest), problems)
    }

    /// Passes on all keys as sent with their values, for an object whose keys are data.
    pub fn each(self, problems: &mut Problems, mut take: impl FnMut(&str, Value<'a>, &mut Problems)) {
        for entry in &self.entries {
            take(&entry.key, Value { place: self.place_of(&entry.key), raw: entry.raw }, problems);
        }
    }

    /// Returns the object as a value again, for an object whose keys are data.
    pub fn into_value(self) -> Option<Value<'a>> {
        let raw = serde_json::from_str(self.text).ok()?;
        Some(Value { place: Place::clone(&self.place), raw })
    }

    /// Reports the keys that nothing took.
    pub fn finish(self, problems: &mut Problems) {
        for entry in self.entries.iter().filter(|entry| !entry.taken) {
            problems.add(self.place_of(&entry.key), "unknown key");
        }
    }

    /// Reports only the keys that were sent twice, for objects that may have any other keys.
    pub fn finish_open(self, problems: &mut Problems) {
        let mut seen = HashSet::new();
        for entry in &self.entries {
            if !seen.insert(&entry.key) && !entry.taken {
                problems.add(self.place_of(&entry.key), "is given twice");
            }
        }
    }
}

/// Turns `orderReference` into `order_reference`.
fn snake_case(name: &str) -> String {
    let letters =
        name.chars().map(|c| if c.is_ascii_uppercase() { format!("_{}", c.to_ascii_lowercase()) } else { c.into() });
    letters.collect()
}

/// Turns `order_reference` into `orderReference`; what has no underscore stays as it is.
fn camel_case<'a>(key: &Cow<'a, str>) -> Cow<'a, str> {
    if key.len() > KEY_KEPT || key.starts_with('_') || !key.contains('_') {
        return key.clone();
    }
    let mut name = String::with_capacity(key.len());
    let mut words = key.split('_');
    name.push_str(words.next().unwrap_or_default());
    for word in words {
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if first.is_ascii_lowercase() => name.push(first.to_ascii_uppercase()),
            // Not snake_case: keep the underscore, so that the key stays unknown.
            Some(first) => name.extend(['_', first]),
            None => name.push('_'),
        }
        name.push_str(letters.as_str());
    }
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<T>(json: &str, read: impl Fn(&Value<'_>, &mut Problems) -> T) -> (T, Vec<String>) {
        let mut problems = Problems::default();
        let value =
            Value { place: Place::Field(Rc::new(Place::Record), "x".into()), raw: parse(json.as_bytes()).unwrap() };
        let read = read(&value, &mut problems);
        (read, problems.into_first())
    }

    #[test]
    fn whole_numbers_are_read_from_their_text() {
        for (json, number, problem) in [
            ("2", Some(2), ""),
            ("\"2\"", Some(2), ""),
            ("2147483647", Some(2_147_483_647), ""),
            ("0", None, "x: must be at least 1"),
            ("-3", None, "x: must be at least 1"),
            ("-99999999999999999999", None, "x: must be at least 1"),
            ("2147483648", None, "x: must be at most 2147483647"),
            ("99999999999999999999", None, "x: must be at most 2147483647"),
            ("1.5", None, "x: must be a whole number"),
            ("2.0", None, "x: must be a whole number"),
            ("1e3", None, "x: must be a whole number"),
            ("\"two\"", None, "x: must be a whole number"),
            ("\"\"", None, "x: must be a whole number"),
            ("true", None, "x: must be a number, is true or false"),
            ("[2]", None, "x: must be a number, is an array"),
        ] {
            let problems: Vec<_> = Some(problem.to_owned()).filter(|p| !p.is_empty()).into_iter().collect();
            assert_eq!(with(json, |v, p| v.whole_number(1, 2_147_483_647, p)), (number, problems), "{json}");
        }
    }

    #[test]
    fn texts_are_trimmed_and_bounded_in_characters() {
        for (json, text, problem) in [
            ("\" a b \"", Some("a b"), ""),
            ("\"\"", None, ""),
            ("\"\\u00a0\"", None, ""),
            ("\"ééééé\"", Some("ééééé"), ""),
            ("\"éééééé\"", None, "x: must have at most 5 characters, has 6"),
            ("\"a\\u0000\"", None, "x: must not contain NUL"),
            ("\"\\ud800\"", None, "x: is not valid text"),
            ("5", None, "x: must be a string, is a number"),
        ] {
            let problems: Vec<_> = Some(problem.to_owned()).filter(|p| !p.is_empty()).into_iter().collect();
            let (read, found) = with(json, |v, p| v.text(Some(5), p));
            assert_eq!((read.as_deref(), found), (text, problems), "{json}");
        }
    }

    #[test]
    fn repeated_and_unknown_keys_are_named_as_sent() {
        let ((), problems) = with(r#"{"order_date":1,"orderDate":2,"a":0,"a":0,"_b":0}"#, |value, problems| {
            let mut fields = value.object(problems).unwrap();
            fields.take("orderDate", problems);
            fields.take("a", problems);
            fields.finish(problems);
        });
        let expected = ["x.orderDate: is given twice, as order_date too", "x.a: is given twice", "x._b: unknown key"];
        assert_eq!(problems, expected);
    }

    #[test]
    fn an_array_is_not_an_object() {
        let (fields, problems) = with("[1,2]", |v, p| v.object(p).is_some());
        assert_eq!((fields, problems), (false, vec!["x: must be an object, is an array".to_owned()]));
    }

    #[test]
    fn invalid_json_is_refused_with_its_place() {
        let problem = |bytes: &[u8]| parse(bytes).map_err(|error| (error.line, error.problem)).unwrap_err();
        assert_eq!(problem(b"{\"a\":\nNaN}"), (1, "is not JSON: expected value at column 1".to_owned()));
        assert_eq!(problem(b"{\"a\":\n\"\xff\"}"), (1, "is not UTF-8".to_owned()));
        assert!(parse("[".repeat(100_000).as_bytes()).is_err());
    }

    #[test]
    fn snake_case_keys_mean_the_same() {
        for (key, name) in [
            ("order_reference", "orderReference"),
            ("orderReference", "orderReference"),
            ("low_stock_at", "lowStockAt"),
            ("_order", "_order"),
            ("a__b", "a_B"),
            ("items_", "items_"),
        ] {
            assert_eq!(camel_case(&key.into()), name, "{key}");
        }
    }
}
