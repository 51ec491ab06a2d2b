//! What names an orders file: a path, or the address of a shop in a cluster.

use std::path::Path;

#[cfg(feature = "cluster")]
use crate::domain::text::without_user_info;
use crate::error::Failure;
#[cfg(feature = "cluster")]
use crate::store::Address;

/// Returns whether the name of an orders file is the address of a shop in a cluster.
pub fn is_url(path: &Path) -> bool {
    let has_scheme = |scheme: &str| {
        path.to_str()
            .is_some_and(|text| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
    };
    has_scheme("http://") || has_scheme("https://")
}

/// Refuses the address of a shop in a cluster where only a file will do, or in a build without clusters.
pub fn ensure_file(path: &Path) -> Result<&Path, Failure> {
    if is_url(path) {
        let failure = Failure::usage("this build of orders works on files only, not on shops in a cluster");
        return Err(failure.hint("to build one that does:  cargo install --path . --features cluster"));
    }
    Ok(path)
}

/// Returns the shop in a cluster that an argument names; `None` where it names a file.
///
/// # Errors
/// It is meant as an address, but is not a valid one.
#[cfg(feature = "cluster")]
pub fn address_in(path: &Path) -> anyhow::Result<Option<Address>> {
    let Some(text) = path.to_str() else { return Ok(None) };
    if !is_url(path) {
        return if lacks_scheme(path, text) {
            let failure = Failure::usage("the address of a shop begins with http:// or https://");
            let meant = format!("http://{text}");
            Err(failure.hint(format!("did you mean {}?", without_user_info(&meant))).into())
        } else {
            Ok(None)
        };
    }
    let address = Address::parse(text).map_err(|problem| {
        Failure::usage(format!("the address of the shop {problem}"))
            .hint("name the nodes and the shop: http://n1:4001,http://n2:4001/SHOP")
    })?;
    Ok(Some(address))
}

/// Returns whether a name is that of a shop without its scheme, rather than of a file: `n1:4001/SHOP`.
#[cfg(feature = "cluster")]
fn lacks_scheme(path: &Path, text: &str) -> bool {
    let has_port = text
        .split(['/', ','])
        .next()
        .and_then(|node| node.rsplit_once(':'))
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let has_folder = || path.parent().is_some_and(Path::exists);
    has_port && Address::parse(&format!("http://{text}")).is_ok() && !has_folder()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_urls_are_taken_for_shops_in_a_cluster() {
        for (name, is_shop) in [
            ("http://n1/LEG", true),
            ("HTTPS://n1/LEG", true),
            ("https:", false),
            ("/tmp/http://x", false),
            ("./http://x", false),
            ("héé", false),
            ("", false),
        ] {
            assert_eq!(is_url(Path::new(name)), is_shop, "{name}");
            assert_eq!(ensure_file(Path::new(name)).is_err(), is_shop, "{name}");
        }
    }
}
