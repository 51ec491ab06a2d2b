//! What the fuzzer holds for hostile input, for the documents that it begins with: as they are, and damaged a little.

use std::panic::catch_unwind;

use fastrand::Rng;

use crate::harness::shipped;
use crate::hold;

/// Returns the documents of a folder, with their names.
fn seeds(folder: &str) -> Vec<(String, Vec<u8>)> {
    let seeds = std::fs::read_dir(shipped("tests/fuzz/seeds").join(folder)).unwrap().map(|entry| entry.unwrap().path());
    seeds.map(|path| (path.file_name().unwrap().display().to_string(), std::fs::read(path).unwrap())).collect()
}

/// Loses, doubles or overwrites a few bytes.
fn damage(bytes: &mut Vec<u8>, random: &mut Rng) {
    if bytes.is_empty() {
        return;
    }
    let start = random.usize(..bytes.len());
    let end = (start + random.usize(1..20)).min(bytes.len());
    match random.u8(..4) {
        0 => drop(bytes.drain(start..end)),
        1 => drop(bytes.splice(start..start, bytes[start..end].to_vec())),
        2 => bytes[start] = *random.choice(b"\"{}[],:;/<>\n\0*0-\xff").unwrap(),
        _ => bytes[start] ^= 1 << random.u8(..8),
    }
}

/// Holds what must hold for the documents of a folder, each damaged so many times.
fn hold_seeds(folder: &str, times: u64, promise: fn(&[u8])) {
    let seeds = seeds(folder);
    assert!(!seeds.is_empty());
    for (name, whole) in &seeds {
        promise(whole);
        for seed in 0..times {
            let (mut bytes, mut random) = (whole.clone(), Rng::with_seed(seed));
            for _ in 0..random.u8(1..5) {
                damage(&mut bytes, &mut random);
            }
            let held = catch_unwind(|| promise(&bytes));
            assert!(held.is_ok(), "{name}, seed {seed}: {}", String::from_utf8_lossy(&bytes));
        }
    }
}

#[test]
fn whatever_is_done_to_a_document_it_is_read_or_refused_with_its_place() {
    hold_seeds("import", 200, hold::import);
}

#[test]
fn whatever_is_done_to_a_list_its_rows_are_read_or_refused_with_their_places() {
    hold_seeds("table", 200, hold::table);
}

#[test]
fn whatever_is_done_to_a_workbook_its_rows_are_read_or_refused_with_their_places() {
    hold_seeds("workbook", 200, |parts| hold::table(&hold::build(parts)));
}

#[test]
fn whatever_is_done_to_a_zip_file_its_content_comes_out_as_packed_or_is_refused() {
    hold_seeds("archive", 500, hold::archive);
}

#[test]
fn whatever_is_typed_is_refused_or_read_again_as_the_same() {
    hold_seeds("typed", 500, hold::typed);
}
