//! Hostile input as libFuzzer draws it, and what must hold for it.

pub mod documents;
pub mod hold;
