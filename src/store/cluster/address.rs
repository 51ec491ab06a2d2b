//! Where a shop is in a cluster: `http://n1:4001,http://n2:4001/SHOP`.

use std::fmt;

use percent_encoding::percent_decode_str;
use sha2::{Digest as _, Sha256};

/// The port of a node where none is named.
const PORT: u16 = 4001;
/// The most characters of a shop's name.
const NAME: usize = 50;

/// The nodes of a cluster, and the name of a shop in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    pub(super) nodes: Vec<Node>,
    pub(super) shop: String,
}

/// A node, as requests reach it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Node {
    /// Without user info: `http://n1:4001`.
    pub url: String,
    /// The user name and password.
    pub user: Option<(String, String)>,
}

impl Address {
    /// Reads an address. Nodes after the first may leave out the scheme and the user info: they have those of the node before.
    ///
    /// # Errors
    /// Says what is wrong, without the password.
    pub fn parse(text: &str) -> Result<Address, String> {
        let mut nodes: Vec<Node> = Vec::new();
        let mut scheme = scheme_of(text).ok_or("begins with neither http:// nor https://")?;
        let mut shop = None;
        for part in text.split(',') {
            if shop.is_some() {
                return Err("has a node after the shop's name".to_owned());
            }
            let mut rest = part;
            if let Some(own) = scheme_of(part) {
                scheme = own;
                rest = &part[own.len()..];
            }
            let (authority, path) = rest.split_once('/').map_or((rest, None), |(node, path)| (node, Some(path)));
            let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
            let user = match user {
                Some(user) => Some(read_user(user)?),
                None => nodes.last().and_then(|node| node.user.clone()),
            };
            let host = read_host(host).ok_or_else(|| match text.contains('@') {
                // What looks like a host may be a part of a password.
                true => {
                    "has a node that is not HOST:PORT; in a password, write , as %2C, / as %2F and @ as %40".to_owned()
                }
                false => format!("has a node that is not HOST:PORT: {host:?}"),
            })?;
            nodes.push(Node { url: format!("{scheme}{host}"), user });
            shop = path.map(|path| path.strip_suffix('/').unwrap_or(path));
        }
        let shop =
            shop.filter(|shop| !shop.is_empty()).ok_or("needs the shop's name after the last node: …:4001/SHOP")?;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if shop.len() > NAME || shop.starts_with('.') || !shop.chars().all(is_plain) {
            return Err(format!("has a shop's name that is not 1 to {NAME} letters, digits, . _ and -"));
        }
        Ok(Address { nodes, shop: shop.to_owned() })
    }

    /// Returns the shop's name.
    pub fn shop(&self) -> &str {
        &self.shop
    }

    /// Returns the first node, without user info: one is enough to tell clusters apart.
    pub fn first_node(&self) -> &str {
        self.nodes.first().map_or("", |node| &node.url)
    }

    /// Returns whether another address names the same shop, with the nodes in any order.
    pub fn is_same_shop(&self, other: &Address) -> bool {
        self.replica_name() == other.replica_name()
    }

    /// Returns the name of this machine's replica, which other clusters and shops do not have.
    pub(super) fn replica_name(&self) -> String {
        let mut urls: Vec<&str> = self.nodes.iter().map(|node| node.url.as_str()).collect();
        urls.sort_unstable();
        let hash = Sha256::digest(urls.join(","));
        format!("{}-{:02x}{:02x}{:02x}{:02x}.db", self.shop, hash[0], hash[1], hash[2], hash[3])
    }
}

/// Without user info.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let urls: Vec<&str> = self.nodes.iter().map(|node| node.url.as_str()).collect();
        write!(f, "{}/{}", urls.join(","), self.shop)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

fn scheme_of(text: &str) -> Option<&'static str> {
    ["http://", "https://"]
        .into_iter()
        .find(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

fn read_user(text: &str) -> Result<(String, String), String> {
    let decode = |text| percent_decode_str(text).decode_utf8().map(String::from);
    let (name, password) = text.split_once(':').unwrap_or((text, ""));
    match (decode(name), decode(password)) {
        (Ok(name), Ok(password)) if !name.is_empty() => Ok((name, password)),
        _ => Err("has a user name or password that cannot be read".to_owned()),
    }
}

/// Reads a host with its port, and adds the port that is missing.
fn read_host(text: &str) -> Option<String> {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port.parse().ok()?),
        _ => (text, PORT),
    };
    let is_name = |host: &str| host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    let is_address = |host: &str| host.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '.'));
    let is_host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => !address.is_empty() && is_address(address),
        None => !host.is_empty() && is_name(host),
    };
    is_host.then(|| format!("{}:{port}", host.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_nodes_and_a_shop() {
        for (text, read) in [
            ("http://n1/LEG", Some("http://n1:4001/LEG")),
            ("http://n1:4001,http://n2:4003/LEG", Some("http://n1:4001,http://n2:4003/LEG")),
            ("HTTPS://N1:1,n2,http://n3/LEG-2.x_y/", Some("https://n1:1,https://n2:4001,http://n3:4001/LEG-2.x_y")),
            ("http://[::1]:4001,[fe80::1]/a", Some("http://[::1]:4001,http://[fe80::1]:4001/a")),
            ("http://mona:p%40ss@n1/LEG", Some("http://n1:4001/LEG")),
            ("http://n1:4001", None),
            ("http://n1:4001/", None),
            ("http://n1/LEG,http://n2/LEG", None),
            ("http://n1/LEG/x", None),
            ("http://n1/LEG?x=1", None),
            ("http://n1/../x", None),
            ("http://n1/.x", None),
            ("http://n1:x/LEG", None),
            ("http://n1:70000/LEG", None),
            ("http:///LEG", None),
            ("http://:@n1/LEG", None),
            ("http://n 1/LEG", None),
            ("ftp://n1/LEG", None),
            ("n1/LEG", None),
        ] {
            assert_eq!(Address::parse(text).ok().map(|address| address.to_string()).as_deref(), read, "{text}");
        }
        assert!(Address::parse(&format!("http://n1/{}", "x".repeat(51))).is_err());
    }

    #[test]
    fn user_info_is_decoded_passed_on_and_never_shown() {
        let address = Address::parse("http://mona:p%40s:s@n1,n2,http://other@n3/LEG").unwrap();
        let users: Vec<_> = address.nodes.iter().map(|node| node.user.clone().unwrap()).collect();
        let of = |name: &str, password: &str| (name.to_owned(), password.to_owned());
        assert_eq!(users, [of("mona", "p@s:s"), of("mona", "p@s:s"), of("other", "")]);
        assert!(!format!("{address} {address:?}").contains("p@s"));
        assert!(!Address::parse("http://mona:secret@n1").unwrap_err().contains("secret"));
        for text in ["http://mona:secret@n 1/x", "http://mona:secret,s@n1/x", "http://mona:secret/s@n1/x"] {
            assert!(!Address::parse(text).unwrap_err().contains("secret"), "{text}");
        }
    }

    #[test]
    fn a_replica_has_a_name_of_its_own_for_each_cluster_and_shop() {
        let name = |text: &str| Address::parse(text).unwrap().replica_name();
        assert_eq!(name("http://n1,http://n2/LEG"), name("http://u:p@n2:4001,n1/LEG"));
        assert_ne!(name("http://n1/LEG"), name("http://n2/LEG"));
        assert_ne!(name("http://n1/LEG"), name("http://n1/OTHER"));
    }
}
