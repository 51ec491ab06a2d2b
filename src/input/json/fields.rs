//! The fields of one JSON object: each is taken once, and none is ignored silently.

use std::borrow::Cow;
use std::collections::HashSet;
use std::rc::Rc;

use serde_json::value::RawValue;

use super::value::{BAD_KEY, KEY_KEPT, NotJson, Place, Value, each_entry, parse};
use crate::domain::problems::Problems;
use crate::domain::text::shorten;

/// The most keys that an object with named fields may have.
const KEYS_LIMIT: usize = 1000;

/// Reads a record as an object in one pass. A record that is not JSON is an error, any other value adds a problem.
pub fn parse_object<'a>(record: &'a [u8], problems: &mut Problems) -> Result<Option<Fields<'a>>, NotJson> {
    match std::str::from_utf8(record).ok().and_then(|text| Fields::read(Place::Record, text)) {
        Some(fields) => Ok(Some(fields)),
        None => Ok(Value::record(parse(record)?).object(problems)),
    }
}

impl<'a> Value<'a> {
    /// Reads an object with named fields, at most [`KEYS_LIMIT`].
    pub fn object(&self, problems: &mut Problems) -> Option<Fields<'a>> {
        if !self.must_be("an object", problems) {
            return None;
        }
        let problem = match Fields::read(self.place.clone(), self.raw.get()) {
            None => BAD_KEY.to_owned(),
            Some(fields) => match fields.excess() {
                None => return Some(fields),
                Some(excess) => excess,
            },
        };
        problems.add(&self.place, problem);
        None
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
    /// Reads the fields of an object; `None` if the text is no object of JSON, or a key is not valid text.
    fn read(place: Place<'a>, text: &'a str) -> Option<Fields<'a>> {
        let (mut entries, mut count) = (Vec::with_capacity(16), 0);
        let each = each_entry(text, |key, raw| {
            count += 1;
            if entries.len() < KEYS_LIMIT {
                entries.push(Entry { name: camel_case(&key), key, raw, taken: false });
            }
        });
        each.ok().map(|()| Fields { place: Rc::new(place), text, entries, count })
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
        self.require(&[name], problems)?.required_text(longest, problems)
    }

    /// Takes an optional text; a blank one counts as absent.
    pub fn take_text(&mut self, name: &str, longest: usize, problems: &mut Problems) -> Option<String> {
        self.take(name, problems)?.text(Some(longest), problems)
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
    use crate::input::json::value::tests::with;

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
    fn snake_case_keys_mean_the_same() {
        for (key, name) in [
            ("order_reference", "orderReference"),
            ("orderReference", "orderReference"),
            ("low_stock_at", "lowStockAt"),
            ("_order", "_order"),
            ("a__b", "a_B"),
            ("items_", "items_"),
            ("item_1", "item_1"),
            ("item_Count", "item_Count"),
            ("item_é", "item_é"),
        ] {
            assert_eq!(camel_case(&key.into()), name, "{key}");
        }
        // No known key is as long: it stays as sent.
        let key = |length: usize| format!("a_{}", "b".repeat(length - 2));
        assert!(!camel_case(&key(KEY_KEPT).into()).contains('_'));
        assert!(camel_case(&key(KEY_KEPT + 1).into()).contains('_'));
    }

    #[test]
    fn a_key_written_with_escapes_is_the_same_key() {
        let (name, problems) = with(r#"{"customer\u004eame":"Mona"}"#, |value, problems| {
            value.object(problems)?.take("customerName", problems)?.text(None, problems)
        });
        assert_eq!((name.as_deref(), problems.len()), (Some("Mona"), 0));
        let long = format!(r#"{{"\u0061{}":1}}"#, "b".repeat(2 * KEY_KEPT));
        let (kept, _) = with(&long, |value, problems| value.object(problems).unwrap().keys().next().unwrap().len());
        assert_eq!(kept, KEY_KEPT, "no known key is as long");
    }

    #[test]
    fn an_object_has_a_most_of_keys() {
        let object = |keys: usize| {
            let entries: Vec<String> = (0..keys).map(|key| format!("\"k{key}\":{key}")).collect();
            with(&format!("{{{}}}", entries.join(",")), |value, problems| value.object(problems).is_some())
        };
        assert_eq!(object(KEYS_LIMIT), (true, vec![]));
        let excess = format!("x: has {} keys, the most is {KEYS_LIMIT}", KEYS_LIMIT + 1);
        assert_eq!(object(KEYS_LIMIT + 1), (false, vec![excess]));
    }
}
