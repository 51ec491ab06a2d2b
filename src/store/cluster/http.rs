//! Requests to the nodes of a cluster: each is sent again, to the next node, until it is answered or the time is over.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Error};

use super::address::{Address, Node};
use super::connect::{Connect, NotConnected};
use super::log::LogError;
use super::lookup::Lookup;
use crate::domain::text::os_reason;
use crate::store::error::StoreError;

/// How long one node may take for a small request.
const PATIENCE: Duration = Duration::from_millis(1500);
/// How long one node may take for a piece of a large change.
const PATIENCE_WITH_PIECES: Duration = Duration::from_secs(10);
/// How long to wait after all nodes have failed.
const PAUSE: Duration = Duration::from_millis(50);
/// The longest answer (16 MiB): a hundred small changes, or a piece, with room to spare.
const ANSWER: u64 = 1 << 24;
/// The most values in an answer: each takes room in memory, however short it is.
const VALUES: usize = 1 << 16;
/// The longest file of certificates (1 MiB).
const CERTIFICATES: u64 = 1 << 20;

/// What a request is, which decides how long a node may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    Small,
    /// It carries a piece of a large change.
    Piece,
    /// It appends a change: few errors say for sure that it was not carried out.
    Change,
}

/// The results of a request's statements, each without an error.
#[derive(Debug)]
pub(super) struct Answer {
    pub results: Vec<Value>,
    /// Whether the node can answer linearizable reads.
    pub is_linearizable: bool,
}

impl Answer {
    /// Returns the rows of a statement.
    pub fn rows(&self, statement: usize) -> &[Value] {
        let rows = self.results.get(statement).and_then(|result| result.get("values")?.as_array());
        rows.map(Vec::as_slice).unwrap_or_default()
    }
}

/// Why one node did not answer.
enum Failed {
    /// No other node would answer either.
    For(LogError),
    /// Another node may answer; so may this one later, unless the problem is lasting.
    Here { problem: String, may_be_done: bool, is_lasting: bool },
}

impl Failed {
    fn passing(problem: String, may_be_done: bool) -> Failed {
        Failed::Here { problem, may_be_done, is_lasting: false }
    }

    fn of(url: &str, error: &Error) -> Failed {
        let not_connected = match error {
            Error::Other(other) => other.downcast_ref::<NotConnected>(),
            _ => None,
        };
        match not_connected {
            None => Failed::passing(format!("{url}: {}", words(error)), true),
            Some(failure) => match failure.tls_problem() {
                None => Failed::passing(format!("{url}: {}", words(&failure.0)), false),
                Some(problem) => {
                    Failed::Here { problem: format!("{url}: {problem}"), may_be_done: false, is_lasting: true }
                }
            },
        }
    }
}

/// Talks to the nodes of a cluster.
#[derive(Clone)]
pub(super) struct Nodes {
    agent: Agent,
    /// Each with the value of its header `Authorization`.
    all: Vec<(Node, Option<String>)>,
    /// The one that answered last.
    current: usize,
    wait: Duration,
    /// How long requests may still go without an answer.
    left: Duration,
}

/// Without passwords.
impl std::fmt::Debug for Nodes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.all.iter().map(|(node, _)| &node.url)).finish()
    }
}

impl Nodes {
    /// Makes a client that waits up to `wait` for an answer. Nodes with https are trusted by the certificates in the file `ca`, else by the usual ones.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn of(address: &Address, ca: Option<&Path>, wait: Duration) -> Result<Nodes, StoreError> {
        let roots = match ca {
            None => RootCerts::WebPki,
            Some(path) => read_roots(path).map_err(|problem| {
                StoreError::refused(format!("cannot be reached: ORDERS_CA ({}) {problem}", path.display()))
            })?,
        };
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .user_agent(concat!("orders/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(Duration::from_secs(1)))
            .tls_config(TlsConfig::builder().root_certs(roots).build());
        let basic =
            |(name, password): &(String, String)| format!("Basic {}", STANDARD.encode(format!("{name}:{password}")));
        let all = address.nodes.iter().map(|node| (node.clone(), node.user.as_ref().map(basic))).collect();
        let agent = Agent::with_parts(config.build(), Connect::default(), Lookup);
        Ok(Nodes { agent, all, current: 0, wait, left: wait })
    }

    /// Sends statements to a path, until they are answered. All such requests together go without an answer for no longer than `--wait`.
    pub fn send(&mut self, path: &str, statements: &Value, size: Size) -> Result<Answer, LogError> {
        let started = Instant::now();
        let mut failures = 0;
        let answer = self.send_for(self.left, path, statements, size, &mut failures);
        if failures > 0 {
            self.left = self.left.saturating_sub(started.elapsed());
        }
        answer
    }

    /// Sends statements that change the shop, until they are answered: these have all of `--wait`.
    pub fn send_change(&mut self, path: &str, statements: &Value) -> Result<Answer, LogError> {
        self.send_for(self.wait, path, statements, Size::Change, &mut 0)
    }

    fn send_for(
        &mut self,
        time: Duration,
        path: &str,
        statements: &Value,
        size: Size,
        failures: &mut u32,
    ) -> Result<Answer, LogError> {
        let body = statements.to_string();
        let count = statements.as_array().map_or(0, Vec::len);
        let (started, mut may_be_done) = (Instant::now(), false);
        loop {
            // What waiting does not mend is worth more to know than what it may.
            let (mut lasting, mut passing) = (None, None);
            let nodes = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
            for turn in 0..nodes {
                let left = time.saturating_sub(started.elapsed());
                let patience = match size {
                    Size::Small | Size::Change => share(left, nodes - turn, nodes),
                    // Another node has answered before, and a piece takes its time.
                    Size::Piece if turn > 0 && started.elapsed() >= time.max(PATIENCE) => break,
                    Size::Piece => PATIENCE_WITH_PIECES,
                };
                let node = (self.current + turn as usize) % self.all.len();
                match self.send_to(node, path, &body, count, size, patience) {
                    Ok(answer) => {
                        self.current = node;
                        return Ok(answer);
                    }
                    // An earlier attempt may still be carried out.
                    Err(Failed::For(LogError::Refused(error))) if may_be_done => {
                        return Err(LogError::Unreached { problem: error.to_string(), may_be_done });
                    }
                    Err(Failed::For(error)) => return Err(error),
                    Err(Failed::Here { problem, may_be_done: may_be, is_lasting }) => {
                        *failures += 1;
                        may_be_done |= may_be;
                        let told = if is_lasting { &mut lasting } else { &mut passing };
                        *told = Some(problem);
                    }
                }
            }
            let can_pass = passing.is_some();
            let problem = lasting.or(passing).unwrap_or_default();
            let problem = match self.all.len() {
                1 => problem,
                nodes => format!("none of its {nodes} nodes could do it; {problem}"),
            };
            if !can_pass && !may_be_done {
                return Err(LogError::Refused(StoreError::Refused(format!("cannot be reached: {problem}"))));
            }
            if started.elapsed() + PAUSE >= time {
                return Err(LogError::Unreached { problem, may_be_done });
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn send_to(
        &self,
        node: usize,
        path: &str,
        body: &str,
        count: usize,
        size: Size,
        patience: Duration,
    ) -> Result<Answer, Failed> {
        let (Node { url, .. }, authorization) = &self.all[node];
        let timeout = (patience * 2 / 3).as_millis();
        let separator = if path.contains('?') { '&' } else { '?' };
        let mut request = self
            .agent
            .post(format!("{url}{path}{separator}timeout={timeout}ms"))
            .config()
            .timeout_global(Some(patience))
            .build()
            .header("Content-Type", "application/json");
        if let Some(authorization) = authorization {
            request = request.header("Authorization", authorization);
        }
        let failed = |error: Error| Failed::of(url, &error);
        let mut response = request.send(body).map_err(failed)?;
        let status = response.status().as_u16();
        let is_linearizable = response
            .headers()
            .get("X-Rqlite-Version")
            .and_then(|version| version.to_str().ok())
            .is_some_and(has_linearizable_reads);
        let text = response.body_mut().with_config().limit(ANSWER).read_to_vec().map_err(failed)?;
        let first_line = || {
            let text = String::from_utf8_lossy(&text);
            text.lines().next().unwrap_or_default().chars().take(200).collect::<String>()
        };
        match status {
            200 => {}
            401 | 403 if status == 401 || size != Size::Change => {
                let problem = format!("{url} answered {status}");
                return Err(Failed::For(LogError::Refused(StoreError::Denied(problem))));
            }
            500.. => {
                let line = first_line();
                let may_be_done = !is_not_proposed(&line);
                return Err(Failed::passing(format!("{url}: {status} {line}"), may_be_done));
            }
            // Whoever answers may have passed it on.
            _ if size == Size::Change => {
                return Err(Failed::passing(format!("{url}: {status} {}", first_line()).trim_end().to_owned(), true));
            }
            _ => {
                let problem = format!("is no shop in rqlite: {url} answered {status} {}", first_line());
                return Err(Failed::For(LogError::Refused(StoreError::Refused(problem.trim_end().to_owned()))));
            }
        }
        match read_answer(&text, count) {
            Ok(results) => Ok(Answer { results, is_linearizable }),
            Err(problem) if problem.starts_with("no such table: orders_") => Err(Failed::For(LogError::NotBegun)),
            Err(problem) => Err(Failed::passing(format!("{url}: {problem}"), !is_not_proposed(&problem))),
        }
    }
}

/// Returns how long the next node may take for a small request: the nodes that are left to try share the time that is left.
/// All of them together get what one node gets alone, even if no time is left.
fn share(left: Duration, untried: u32, nodes: u32) -> Duration {
    PATIENCE.min((left / untried).max(PATIENCE / nodes))
}

/// Reads an answer to `count` statements: all results, or the first error.
fn read_answer(text: &[u8], count: usize) -> Result<Vec<Value>, String> {
    if text.iter().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count() > VALUES {
        return Err("answered with more than there can be".to_owned());
    }
    let mut answer: Value = serde_json::from_slice(text).map_err(|error| format!("answered no JSON: {error}"))?;
    let error_in = |value: &Value| value.get("error").map(|error| error.as_str().unwrap_or("an error").to_owned());
    if let Some(error) = error_in(&answer) {
        return Err(error);
    }
    let Some(Value::Array(results)) = answer.get_mut("results").map(Value::take) else {
        return Err("answered without results".to_owned());
    };
    match results.iter().find_map(error_in) {
        Some(error) => Err(error),
        None if results.len() == count => Ok(results),
        // A statement failed, and the others were not run.
        None => Err(format!("answered {} of {count} statements", results.len())),
    }
}

/// Returns whether an error says that nothing was proposed to the cluster, so that nothing can come of it later.
fn is_not_proposed(problem: &str) -> bool {
    problem == "leader not found" || problem == "not leader" || problem.ends_with(": not leader")
}

/// Returns whether a node of this version answers linearizable reads correctly: 8.32.4 and newer. Older ones silently
/// answer at a weaker level.
fn has_linearizable_reads(version: &str) -> bool {
    let numbers = version.strip_prefix('v').unwrap_or(version);
    let numbers: Option<Vec<u64>> =
        numbers.splitn(3, '.').map(|number| number.split(['-', '+']).next()?.parse().ok()).collect();
    numbers.is_some_and(|numbers| numbers.len() == 3 && numbers >= vec![8, 32, 4])
}

fn words(error: &Error) -> String {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
    match error {
        Error::Timeout(_) => "did not answer in time".to_owned(),
        Error::HostNotFound => "is not known by this name".to_owned(),
        Error::Io(error) if matches!(error.kind(), UnexpectedEof | ConnectionReset | BrokenPipe) => {
            "closed the connection without an answer (is this its HTTP port, not its Raft port?)".to_owned()
        }
        Error::Io(error) => os_reason(&error.to_string()),
        error => error.to_string(),
    }
}

#[expect(clippy::disallowed_methods, reason = "SQLite does not lock certificates")]
fn read_roots(path: &Path) -> Result<RootCerts, String> {
    let unread = |error: io::Error| format!("cannot be read: {}", os_reason(&error.to_string()));
    // Opening a pipe waits for somebody who writes.
    let found = std::fs::metadata(path).map_err(unread)?;
    if !found.is_file() || found.len() > CERTIFICATES {
        return Err("is no file of certificates".to_owned());
    }
    let mut pem = Vec::new();
    File::open(path).and_then(|file| file.take(CERTIFICATES).read_to_end(&mut pem)).map_err(unread)?;
    let certificates: Result<Vec<Certificate<'static>>, _> = parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(Ok(certificate)),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        })
        .collect();
    match certificates {
        Ok(certificates) if !certificates.is_empty() => Ok(RootCerts::new_with_certs(&certificates)),
        _ => Err("holds no certificates in PEM".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_complete_answers_without_errors_are_taken() {
        for (text, results) in [
            (r#"{"results":[{},{"columns":["id"],"values":[["x"]]}]}"#, Ok(2)),
            (r#"{"results":[{}]}"#, Err("answered 1 of 2 statements")),
            (r#"{"results":[{},{"error":"UNIQUE constraint failed"}]}"#, Err("UNIQUE constraint failed")),
            (
                r#"{"results":[],"error":"leadership lost while committing log"}"#,
                Err("leadership lost while committing log"),
            ),
            (r#"{"results":{}}"#, Err("answered without results")),
            ("[]", Err("answered without results")),
            (r#"{"error":7}"#, Err("an error")),
        ] {
            let read = read_answer(text.as_bytes(), 2);
            assert_eq!(read.as_ref().map(Vec::len).map_err(String::as_str), results, "{text}");
        }
        let many = format!(r#"{{"results":[{}0]}}"#, "0,".repeat(VALUES));
        assert_eq!(read_answer(many.as_bytes(), 1).unwrap_err(), "answered with more than there can be");
        assert!(read_answer(b"<html>", 2).unwrap_err().starts_with("answered no JSON"));
    }

    #[test]
    fn silent_nodes_share_the_time() {
        for (seconds, nodes) in [(0, 1), (0, 6), (1, 1), (1, 3), (1, 6), (2, 40), (5, 3), (60, 3)] {
            let wait = Duration::from_secs(seconds);
            let shares = (0..nodes).scan(Duration::ZERO, |passed, turn| {
                let share = share(wait.saturating_sub(*passed), nodes - turn, nodes);
                *passed += share;
                Some(share)
            });
            let shares: Vec<Duration> = shares.collect();
            let sum: Duration = shares.iter().sum();
            assert!(sum <= wait.max(PATIENCE) && shares.iter().all(|share| *share >= PATIENCE / nodes), "{shares:?}");
        }
        assert_eq!(share(Duration::from_secs(5), 3, 3), PATIENCE);
        assert_eq!(share(Duration::ZERO, 1, 1), PATIENCE);
    }

    #[test]
    fn linearizable_reads_begin_with_8_32_4() {
        for (version, has) in [
            ("v8.32.4", true),
            ("8.43.4", true),
            ("v9.0.0-rc1", true),
            ("10.1.2", true),
            ("v8.32.3", false),
            ("v8.26.8", false),
            ("7.40.0", false),
            ("8", false),
            ("9.1", false),
            ("unknown", false),
            ("", false),
        ] {
            assert_eq!(has_linearizable_reads(version), has, "{version}");
        }
    }

    #[test]
    fn only_some_errors_say_that_nothing_was_proposed() {
        for (problem, is_certain) in [
            ("leader not found", true),
            ("not leader", true),
            ("node failed to process Request on remote node at n2:4002: not leader", true),
            ("leadership lost while committing log", false),
            ("leader not found yet", false),
            ("timeout", false),
        ] {
            assert_eq!(is_not_proposed(problem), is_certain, "{problem}");
        }
    }
}
