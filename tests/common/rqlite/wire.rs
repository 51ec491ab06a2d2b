//! HTTP/1.1, as far as a client that means well needs it.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::{Reply, Request, Shared, answer};

pub const JSON: &str = "application/json; charset=utf-8";
pub const PLAIN: &str = "text/plain; charset=utf-8";

/// Takes connections until it is over.
pub fn listen(listener: &TcpListener, node: usize, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.is_over.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        stream.set_nodelay(true).unwrap();
        let shared = Arc::clone(shared);
        *shared.open.lock().unwrap() += 1;
        std::thread::spawn(move || {
            // A client that goes is no fault of this side.
            let _ = match &shared.tls {
                None => serve(&stream, node, &shared),
                Some(tls) => ServerConnection::new(Arc::clone(tls))
                    .map_err(std::io::Error::other)
                    .and_then(|connection| serve(StreamOwned::new(connection, &stream), node, &shared)),
            };
            let _ = stream.shutdown(Shutdown::Both);
            *shared.open.lock().unwrap() -= 1;
            shared.closed.notify_all();
        });
    }
}

/// Reads a certificate of `tests/fixtures/tls`, with its key.
pub fn tls(certificate: &str) -> ServerConfig {
    let path = super::certificate(certificate);
    let certificates = CertificateDer::pem_file_iter(&path).unwrap().map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(path.with_extension("key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    builder.with_no_client_auth().with_single_cert(certificates, key).unwrap()
}

/// Answers the requests of one connection.
fn serve(stream: impl Read + Write, node: usize, shared: &Shared) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    loop {
        if shared.cluster.lock().unwrap().dead.contains(&node) {
            return Ok(());
        }
        // The first byte of TLS.
        if reader.fill_buf()?.first() == Some(&22) {
            return reader
                .get_mut()
                .write_all(b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTPS request to an HTTP server.\n");
        }
        let Some((request, is_last)) = read_request(&mut reader)? else { return Ok(()) };
        let (reply, version) = answer(request, shared);
        let stream = reader.get_mut();
        match reply {
            Reply::Break => return Ok(()),
            Reply::Answer { status, kind, body } => {
                let head = head(status, kind, &version, body.len());
                stream.write_all(format!("{head}{body}").as_bytes())?;
                stream.flush()?;
                if is_last {
                    return Ok(());
                }
            }
            Reply::Cut { body } => {
                let head = head("200 OK", JSON, &version, body.len());
                stream.write_all(format!("{head}{}", &body[..body.len() / 2]).as_bytes())?;
                return stream.flush();
            }
        }
    }
}

fn head(status: &str, kind: &str, version: &str, length: usize) -> String {
    let version = if version.is_empty() { String::new() } else { format!("X-Rqlite-Version: {version}\r\n") };
    format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{version}Content-Length: {length}\r\n\r\n")
}

fn read_request(reader: &mut BufReader<impl Read + Write>) -> std::io::Result<Option<(Request, bool)>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let parameter = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name.to_owned(), value.to_owned())
    };
    let query = query.split('&').filter(|pair| !pair.is_empty()).map(parameter).collect();
    let path = path.to_owned();
    let (mut length, mut is_chunked, mut authorization) = (0, false, None);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        match (name.to_ascii_lowercase().as_str(), value.trim()) {
            ("content-length", value) => length = value.parse().unwrap_or(0),
            ("transfer-encoding", "chunked") => is_chunked = true,
            ("authorization", value) => authorization = Some(value.to_owned()),
            ("expect", _) => reader.get_mut().write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?,
            _ => {}
        }
    }
    let mut body = Vec::new();
    if is_chunked {
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let size = usize::from_str_radix(line.trim(), 16).unwrap_or(0);
            let mut chunk = vec![0; size + 2];
            reader.read_exact(&mut chunk)?;
            body.extend(&chunk[..size]);
            if size == 0 {
                break;
            }
        }
    } else {
        body.resize(length, 0);
        reader.read_exact(&mut body)?;
    }
    let body = String::from_utf8_lossy(&body).into_owned();
    let is_last = line.trim_end().ends_with("HTTP/1.0");
    Ok(Some((Request { method, path, query, body, authorization }, is_last)))
}
