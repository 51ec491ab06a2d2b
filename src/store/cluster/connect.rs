//! Connecting to a node. If this fails, no request was sent.

use rustls::{CertificateError, Error as TlsError};
use ureq::Error;
use ureq::unversioned::transport::{ConnectionDetails, Connector, DefaultConnector, Transport};

/// Connects as ureq does, and marks failures as [`NotConnected`].
#[derive(Debug, Default)]
pub(super) struct Connect(DefaultConnector);

/// There is no connection to a node.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct NotConnected(pub Error);

impl Connector<()> for Connect {
    type Out = Box<dyn Transport>;

    fn connect(&self, details: &ConnectionDetails<'_>, chained: Option<()>) -> Result<Option<Self::Out>, Error> {
        self.0.connect(details, chained).map_err(NotConnected::mark)
    }
}

impl NotConnected {
    /// Marks a failure.
    pub fn mark(error: Error) -> Error {
        Error::Other(Box::new(NotConnected(error)))
    }

    /// Returns what is wrong with the node's TLS or with its certificate. Waiting does not mend that.
    pub fn tls_problem(&self) -> Option<String> {
        let error = match &self.0 {
            Error::Rustls(error) => error,
            Error::Io(error) => error.get_ref()?.downcast_ref()?,
            _ => return None,
        };
        Some(match error {
            TlsError::InvalidCertificate(problem) => format!("its certificate {}", untrusted(problem)),
            TlsError::InvalidMessage(_) => "speaks no TLS; its address may begin with http://".to_owned(),
            error => format!("TLS failed: {error}"),
        })
    }
}

fn untrusted(problem: &CertificateError) -> String {
    use CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext,
        UnknownIssuer,
    };
    match problem {
        UnknownIssuer => "is signed by a CA that is not trusted; ORDERS_CA names the file of those that are".to_owned(),
        NotValidForName | NotValidForNameContext { .. } => "is for another name".to_owned(),
        Expired | ExpiredContext { .. } => "has expired".to_owned(),
        NotValidYet | NotValidYetContext { .. } => "is not valid yet".to_owned(),
        problem => format!("is not trusted: {problem}"),
    }
}
