//! Finding the addresses of a node. ureq's own lookup panics if no thread can be made.

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread::Builder;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;
use ureq::{Error, Timeout};

use super::connect::NotConnected;

/// How many addresses of a node are tried.
const ADDRESSES: usize = 16;

/// Asks the system, for no longer than a request may take.
#[derive(Debug)]
pub(super) struct Lookup;

impl Resolver for Lookup {
    fn resolve(&self, uri: &Uri, _: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        // Every node has a port.
        let node = uri.authority().map(|authority| authority.as_str().to_owned()).unwrap_or_default();
        let addresses = match node.parse() {
            Ok(address) => vec![address],
            Err(_) => look_up(node, &timeout).map_err(NotConnected::mark)?,
        };
        let mut found = self.empty();
        addresses.into_iter().take(ADDRESSES).for_each(|address| found.push(address));
        if found.is_empty() { Err(NotConnected::mark(Error::HostNotFound)) } else { Ok(found) }
    }
}

/// Asks in a thread, as the system may take as long as it likes.
fn look_up(node: String, timeout: &NextTimeout) -> Result<Vec<SocketAddr>, Error> {
    let (sender, answer) = sync_channel(1);
    let ask = move || {
        // Nobody waits for it any more, if the time is over.
        let _ = sender.send(node.to_socket_addrs().map(Iterator::collect));
    };
    Builder::new().name("lookup".to_owned()).spawn(ask)?;
    match answer.recv_timeout(*timeout.after) {
        Ok(addresses) => Ok(addresses?),
        Err(RecvTimeoutError::Timeout) => Err(Error::Timeout(Timeout::Resolve)),
        Err(RecvTimeoutError::Disconnected) => Err(Error::HostNotFound),
    }
}
