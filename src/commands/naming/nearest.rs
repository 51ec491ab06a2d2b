//! What was probably meant by a mistyped text.

/// Returns the candidate closest to a mistyped text, if one is close.
pub fn nearest<'a>(text: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if text.chars().count() > 60 {
        return None;
    }
    let text = text.to_lowercase();
    let allowed = (text.chars().count() / 4).clamp(1, 4);
    candidates
        .map(|candidate| (strsim::osa_distance(&text, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_miss_is_one_a_person_would_recognise() {
        let references = ["LEG-LXYZ1234-AB5C", "LEG-MLB2TG0R-7HTX"];
        for (typed, expected) in [
            ("LEG-LXYZ1234-AB5D", Some("LEG-LXYZ1234-AB5C")),
            ("leg-lxyz1243-ab5c", Some("LEG-LXYZ1234-AB5C")),
            ("LEG-XXXX9999-AB5C", None),
            ("hello", None),
        ] {
            assert_eq!(nearest(typed, references.into_iter()), expected, "{typed}");
        }
    }
}
