//! JSON values: numbers as their text, every problem with its place.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::rc::Rc;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::domain::limits::excess;
use crate::domain::money::{Money, is_currency};
use crate::domain::order::QUANTITY_LIMIT;
use crate::domain::problems::Problems;
use crate::domain::product::ProductId;
use crate::domain::text::shorten;
use crate::domain::visible::is_blank;

/// How many characters are kept of a key written with escapes: no known key is as long.
pub(in crate::input) const KEY_KEPT: usize = 1000;

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

/// Why a record is not JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotJson {
    /// The line, counted from the record's first one.
    pub line: usize,
    /// The problem at that line.
    pub problem: String,
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
                Ok(Cow::Owned(key.chars().take(KEY_KEPT).collect()))
            }
        }
        deserializer.deserialize_str(KeyVisitor).map(Key)
    }
}

/// Passes on the values of an object or an array one by one, so that any number takes no memory. Those of an array have an
/// empty key.
struct Each<F>(F);

impl<'de, F: FnMut(Cow<'de, str>, &'de RawValue)> Visitor<'de> for Each<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some((Key(key), value)) = map.next_entry()? {
            (self.0)(key, value);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        while let Some(element) = seq.next_element()? {
            (self.0)(Cow::default(), element);
        }
        Ok(())
    }
}

/// Passes on the keys and values of an object in the order sent, repeated keys included.
pub(in crate::input) fn each_entry<'a>(
    object: &'a str,
    take: impl FnMut(Cow<'a, str>, &'a RawValue),
) -> Result<(), serde_json::Error> {
    let mut json = serde_json::Deserializer::from_str(object);
    json.deserialize_map(Each(take))?;
    json.end()
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

pub(in crate::input) const BAD_KEY: &str = "has a key that is not valid text";

/// One value with its place.
#[derive(Debug, Clone)]
pub struct Value<'a> {
    /// Its place.
    pub place: Place<'a>,
    pub(in crate::input) raw: &'a RawValue,
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

    /// Returns whether it is `null`.
    pub fn is_null(&self) -> bool {
        self.raw.get() == "null"
    }

    /// Returns whether it is of this kind; if not, that is a problem.
    pub(in crate::input) fn must_be(&self, kind: &str, problems: &mut Problems) -> bool {
        let is_so = self.kind() == kind;
        if !is_so {
            problems.add(&self.place, format_args!("must be {kind}, is {}", self.kind()));
        }
        is_so
    }

    /// Passes on the keys and values of an object whose keys are data, however many there are.
    pub fn each_member(&self, problems: &mut Problems, mut take: impl FnMut(Cow<'a, str>, Value<'a>, &mut Problems)) {
        if !self.must_be("an object", problems) {
            return;
        }
        let object = Rc::new(self.place.clone());
        let each = each_entry(self.raw.get(), |key, raw| {
            let place = Place::Field(Rc::clone(&object), key.clone());
            take(key, Value { place, raw }, problems);
        });
        if each.is_err() {
            problems.add(&self.place, BAD_KEY);
        }
    }

    /// Passes on the elements of an array, however many there are, and returns their number.
    pub fn each(&self, problems: &mut Problems, mut take: impl FnMut(Value<'a>, &mut Problems)) -> usize {
        if !self.must_be("an array", problems) {
            return 0;
        }
        let array = Rc::new(self.place.clone());
        let mut count = 0;
        let each = Each(|_, raw| {
            take(Value { place: Place::Element(Rc::clone(&array), count), raw }, problems);
            count += 1;
        });
        // The record was parsed before, so this cannot fail.
        let _ = serde_json::Deserializer::from_str(self.raw.get()).deserialize_seq(each);
        count
    }

    /// Reads an array of at most `most` elements; `things` is their name in the problem.
    pub fn array(&self, most: usize, things: &str, problems: &mut Problems) -> Option<Vec<Value<'a>>> {
        if !self.must_be("an array", problems) {
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
        if !self.must_be("a string", problems) {
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
        if let Some(excess) = longest.and_then(|longest| excess(text, longest)) {
            problems.add(&self.place, excess);
            return None;
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
                self.must_be("a number", problems);
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
                self.must_be("true or false", problems);
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
        let number = text.parse::<i64>().ok();
        if number.map_or(text.starts_with('-'), |number| number < least) {
            problems.add(&self.place, format_args!("must be at least {least}"));
            return None;
        }
        let number = number.filter(|number| *number <= most);
        if number.is_none() {
            problems.add(&self.place, format_args!("must be at most {most}"));
        }
        number
    }

    /// Reads the id of a product.
    pub fn product_id(&self, problems: &mut Problems) -> Option<ProductId> {
        self.parse("must be a product id (a UUID)", |text| Uuid::try_parse(text).ok().map(ProductId), problems)
    }

    /// Reads the quantity of an item.
    pub fn quantity(&self, problems: &mut Problems) -> Option<u32> {
        self.whole_number(1, i64::from(QUANTITY_LIMIT), problems).and_then(|quantity| u32::try_from(quantity).ok())
    }

    /// Reads the code of a currency; a blank one counts as absent.
    pub fn currency(&self, problems: &mut Problems) -> Option<String> {
        let code = self.text(None, problems)?;
        if is_currency(&code) {
            return Some(code);
        }
        problems.add(&self.place, "must be three capital letters, such as EGP");
        None
    }

    /// Reads a text that is not blank.
    pub fn required_text(&self, longest: usize, problems: &mut Problems) -> Option<String> {
        let before = problems.len();
        let text = self.text(Some(longest), problems);
        if text.is_none() && problems.len() == before {
            problems.add(&self.place, "must not be blank");
        }
        text
    }

    /// Reads a text with `parse`; `what` says what it must be.
    pub fn parse<T>(&self, what: &str, parse: impl FnOnce(&str) -> Option<T>, problems: &mut Problems) -> Option<T> {
        let before = problems.len();
        let parsed = self.text(None, problems).as_deref().and_then(parse);
        if parsed.is_none() && problems.len() == before {
            problems.add(&self.place, what);
        }
        parsed
    }
}

#[cfg(test)]
pub(in crate::input) mod tests {
    use super::*;

    /// Reads a value whose place is `x`; returns the problems too.
    pub fn with<T>(json: &str, read: impl Fn(&Value<'_>, &mut Problems) -> T) -> (T, Vec<String>) {
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
    fn invalid_json_is_refused_with_its_place() {
        let problem = |bytes: &[u8]| parse(bytes).map_err(|error| (error.line, error.problem)).unwrap_err();
        assert_eq!(problem(b"{\"a\":\nNaN}"), (1, "is not JSON: expected value at column 1".to_owned()));
        assert_eq!(problem(b"{\"a\":\n\"\xff\"}"), (1, "is not UTF-8".to_owned()));
        assert!(parse("[".repeat(100_000).as_bytes()).is_err());
    }

    #[test]
    fn an_array_has_a_most_of_elements() {
        let array = |json: &str| with(json, |value, problems| value.array(2, "items", problems).map(|all| all.len()));
        assert_eq!(array("[1,2]"), (Some(2), vec![]));
        assert_eq!(array("[1,2,3]"), (None, vec!["x: must have at most 2 items, has 3".to_owned()]));
        assert_eq!(array("[1,2,3,4]"), (None, vec!["x: must have at most 2 items, has 4".to_owned()]));
        assert_eq!(array("{}"), (None, vec!["x: must be an array, is an object".to_owned()]));
    }

    #[test]
    fn each_kind_of_value_is_named() {
        for (json, kind) in [
            ("{}", "an object"),
            ("[]", "an array"),
            ("\"\"", "a string"),
            ("true", "true or false"),
            ("false", "true or false"),
            ("null", "null"),
            ("-1", "a number"),
        ] {
            assert_eq!(with(json, |value, _| value.kind()).0, kind, "{json}");
        }
    }

    #[test]
    fn true_and_false_are_words_of_json_alone() {
        let truth = |json: &str| with(json, |value, problems| value.truth(problems));
        assert_eq!((truth("true"), truth("false")), ((Some(true), vec![]), (Some(false), vec![])));
        assert_eq!(truth("\"true\""), (None, vec!["x: must be true or false, is a string".to_owned()]));
    }
}
