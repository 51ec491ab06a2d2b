//! A stand-in for a cluster of rqlite nodes: SQLite behind the part of rqlite's HTTP interface that `orders` uses. It answers
//! as real nodes do, word for word (`faults/cluster/nodes.rs` compares them), and fails as they do, at the request that a test
//! chooses.
//!
//! Nobody may rely on what it keeps: that is in memory.

mod database;
mod wire;

use std::collections::HashMap;
use std::io::Read as _;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use rusqlite::Connection;

use database::perform;
use wire::{JSON, PLAIN};

/// The version that its nodes say they have, unless a test asks for another.
pub const VERSION: &str = "v8.43.4";
/// One that takes `linearizable` for `weak`, without a word.
pub const OLD_VERSION: &str = "v8.31.3";
/// One that is built from source says no more than this.
pub const UNKNOWN_VERSION: &str = "8";
/// Longer than any client waits.
const A_HANG: Duration = Duration::from_secs(120);

/// What goes wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The connection breaks before the request is applied.
    RequestLost,
    /// It is applied; the connection breaks before the answer.
    AnswerLost,
    /// It is applied; the connection breaks within the answer.
    AnswerCut,
    /// It is not applied, and the answer is an error within a 200.
    LeadershipLost,
    /// It is applied, and the answer is the same error within a 200.
    LeadershipLostButDone,
    /// The answer is that error, and it is applied before the next request of anybody.
    DoneLater,
    /// The answer is that error, and it is applied after this many further requests.
    DoneMuchLater(usize),
    /// It is applied, and again after this many further requests.
    Twice(usize),
    /// A follower could not reach the leader.
    ForwardingFailed,
    /// There is no leader at the moment.
    NoLeader,
    /// The node answers from what it had before the last append, wherever the level of the read permits that.
    Stale,
    /// The user name or the password is refused.
    Unauthorized,
    /// Something else than rqlite answers.
    NotRqlite,
    /// A gateway answers for it.
    BadGateway,
    /// The disk of the node is full.
    DiskFull,
    /// The answer has far more values than there can be.
    Flood,
    /// It is applied, and something else answers with this status.
    Status(&'static str),
    /// It is applied, and the answer comes this many milliseconds later.
    Slow(u64),
}

/// The faults of which a command has to come to its end all the same, when only one request meets them.
pub const PASSING: [Fault; 14] = [
    Fault::RequestLost,
    Fault::AnswerLost,
    Fault::AnswerCut,
    Fault::LeadershipLost,
    Fault::LeadershipLostButDone,
    Fault::DoneLater,
    Fault::DoneMuchLater(2),
    Fault::Twice(1),
    Fault::Twice(3),
    Fault::ForwardingFailed,
    Fault::NoLeader,
    Fault::Stale,
    Fault::BadGateway,
    Fault::Slow(30),
];

/// What was asked.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub query: HashMap<String, String>,
    pub body: String,
    authorization: Option<String>,
}

/// On which side of a request's effect it is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    Before,
    After,
}

/// A cluster, for as long as this lives.
pub struct Fake {
    nodes: Vec<SocketAddr>,
    shared: Arc<Shared>,
}

/// A request that is held until it is let go.
pub struct Held {
    gate: Arc<Gate>,
}

struct Gate {
    moment: Moment,
    state: Mutex<GateState>,
    changed: Condvar,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum GateState {
    Awaited,
    Reached,
    Open,
    Broken,
    Done,
}

struct Shared {
    cluster: Mutex<Cluster>,
    tls: Option<Arc<rustls::ServerConfig>>,
    is_over: AtomicBool,
    /// How many connections are open.
    open: Mutex<usize>,
    closed: Condvar,
}

struct Cluster {
    /// What a majority has.
    database: Connection,
    /// What the cluster had before its last append.
    stale: Connection,
    /// The writes since then, which `stale` lacks.
    lag: Vec<Request>,
    is_frozen: bool,
    version: String,
    authorization: Option<String>,
    /// Nodes that accept no connection.
    dead: Vec<usize>,
    /// What goes wrong, by the number of the request.
    planned: HashMap<usize, Fault>,
    /// What goes wrong with every other request from one on.
    always: Option<(usize, Fault)>,
    held: HashMap<usize, Arc<Gate>>,
    /// Requests that come in when this many have been answered.
    late: Vec<(usize, Request)>,
    seen: Vec<Request>,
}

enum Reply {
    Answer { status: &'static str, kind: &'static str, body: String },
    Break,
    Cut { body: String },
}

impl Fake {
    /// Starts a cluster of one address.
    pub fn start() -> Fake {
        Fake::of(1)
    }

    /// Starts a cluster with this many addresses, each of which forwards to the leader.
    pub fn of(nodes: usize) -> Fake {
        Fake::with(nodes, None)
    }

    /// Starts a cluster of one address that speaks TLS, with a certificate of `tests/fixtures/tls`.
    pub fn with_tls(certificate: &str) -> Fake {
        Fake::with(1, Some(wire::tls(certificate)))
    }

    fn with(nodes: usize, tls: Option<rustls::ServerConfig>) -> Fake {
        let cluster = Cluster {
            database: Connection::open_in_memory().unwrap(),
            stale: Connection::open_in_memory().unwrap(),
            lag: Vec::new(),
            is_frozen: false,
            version: VERSION.to_owned(),
            authorization: None,
            dead: Vec::new(),
            planned: HashMap::new(),
            always: None,
            held: HashMap::new(),
            late: Vec::new(),
            seen: Vec::new(),
        };
        let shared = Arc::new(Shared {
            cluster: Mutex::new(cluster),
            tls: tls.map(Arc::new),
            is_over: AtomicBool::new(false),
            open: Mutex::new(0),
            closed: Condvar::new(),
        });
        let listen = |node| {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap();
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || wire::listen(&listener, node, &shared));
            address
        };
        Fake { nodes: (0..nodes).map(listen).collect(), shared }
    }

    /// Returns what `--db` takes for a shop on it.
    pub fn url(&self, shop: &str) -> String {
        let scheme = if self.shared.tls.is_some() { "https" } else { "http" };
        let nodes: Vec<String> = self.nodes.iter().map(|node| format!("{scheme}://{node}")).collect();
        format!("{}/{shop}", nodes.join(","))
    }

    /// Returns the addresses.
    pub fn nodes(&self) -> &[SocketAddr] {
        &self.nodes
    }

    /// Lets its nodes say that they have another version.
    pub fn say_version(&self, version: &str) {
        version.clone_into(&mut self.lock().version);
    }

    /// Refuses whoever does not send this header.
    pub fn require(&self, authorization: &str) {
        self.lock().authorization = Some(authorization.to_owned());
    }

    /// Lets the request with this number meet a fault; 0 is the next one.
    pub fn plan(&self, number: usize, fault: Fault) {
        let mut cluster = self.lock();
        let number = cluster.seen.len() + number;
        cluster.planned.insert(number, fault);
    }

    /// Lets every request from the one with this number on meet a fault; 0 is the next one.
    pub fn always_from(&self, number: usize, fault: Fault) {
        let mut cluster = self.lock();
        cluster.always = Some((cluster.seen.len() + number, fault));
    }

    /// Holds the request with this number; 0 is the next one.
    pub fn hold(&self, number: usize, moment: Moment) -> Held {
        let gate = Gate { moment, state: Mutex::new(GateState::Awaited), changed: Condvar::new() };
        let gate = Arc::new(gate);
        let mut cluster = self.lock();
        let number = cluster.seen.len() + number;
        cluster.held.insert(number, Arc::clone(&gate));
        Held { gate }
    }

    /// Keeps what a stale node knows as it is.
    pub fn freeze(&self, is_frozen: bool) {
        self.lock().is_frozen = is_frozen;
    }

    /// Lets a node accept connections no more, or again.
    pub fn kill_node(&self, node: usize, is_dead: bool) {
        let mut cluster = self.lock();
        cluster.dead.retain(|dead| *dead != node);
        if is_dead {
            cluster.dead.push(node);
        }
    }

    /// Forgets what was planned, lets what is late come in, and returns what was asked since the last time. No client runs
    /// any more, but one that was killed may have sent a request that is still under way.
    pub fn settle(&self) -> Vec<Request> {
        self.wait_for_connections();
        let mut cluster = self.lock();
        cluster.planned.clear();
        cluster.held.clear();
        cluster.always = None;
        for (_, request) in std::mem::take(&mut cluster.late) {
            cluster.apply(&request);
        }
        std::mem::take(&mut cluster.seen)
    }

    /// Lets a request come in once more.
    pub fn repeat(&self, request: &Request) {
        self.lock().apply(request);
    }

    /// Returns how many requests were asked since then.
    pub fn count(&self) -> usize {
        self.lock().seen.len()
    }

    /// Keeps what the cluster has in a file.
    pub fn save(&self, file: &Path) {
        let mut to = Connection::open(file).unwrap();
        copy(&self.lock().database, &mut to);
    }

    /// Takes what another cluster had.
    pub fn load(&self, file: &Path) {
        let from = Connection::open(file).unwrap();
        let mut cluster = self.lock();
        copy(&from, &mut cluster.database);
        copy(&from, &mut cluster.stale);
        cluster.lag.clear();
    }

    /// Waits until what clients had sent is done, and their connections are closed.
    fn wait_for_connections(&self) {
        for node in &self.nodes {
            // Those that came before this one are known once this one is.
            let mut last = TcpStream::connect(node).unwrap();
            last.shutdown(Shutdown::Write).and_then(|()| last.read_to_end(&mut Vec::new())).unwrap();
        }
        let open = self.shared.open.lock().unwrap();
        let (open, _) = self.shared.closed.wait_timeout_while(open, A_HANG, |open| *open > 0).unwrap();
        assert_eq!(*open, 0, "clients that are connected");
    }

    fn lock(&self) -> MutexGuard<'_, Cluster> {
        self.shared.cluster.lock().unwrap()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        for node in &self.nodes {
            // So that who listens looks again.
            let _ = TcpStream::connect(node);
        }
    }
}

impl Held {
    /// Waits until the request is there.
    #[track_caller]
    pub fn wait(&self) {
        let state = self.gate.wait_while(|state| state == GateState::Awaited);
        assert!(state == GateState::Reached, "the request to be held did not come");
    }

    /// Lets it go on, and waits until the cluster has done it.
    pub fn release(self) {
        self.gate.turn(GateState::Open);
        self.gate.wait_while(|state| state != GateState::Done);
    }

    /// Breaks its connection: before the request was applied, or after.
    pub fn cut(self) {
        self.gate.turn(GateState::Broken);
    }
}

impl Gate {
    fn turn(&self, to: GateState) {
        *self.state.lock().unwrap() = to;
        self.changed.notify_all();
    }

    fn wait_while(&self, is_waiting: impl Fn(GateState) -> bool) -> GateState {
        let state = self.state.lock().unwrap();
        let (state, _) = self.changed.wait_timeout_while(state, A_HANG, |state| is_waiting(*state)).unwrap();
        *state
    }

    /// Returns whether the request may go on.
    fn pass(&self) -> bool {
        self.turn(GateState::Reached);
        self.wait_while(|state| state == GateState::Reached) != GateState::Broken
    }
}

/// Returns the path of a certificate for tests.
pub fn certificate(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/tls/{name}.pem"))
}

fn copy(from: &Connection, to: &mut Connection) {
    let backup = rusqlite::backup::Backup::new(from, to).unwrap();
    backup.run_to_completion(1_000, Duration::ZERO, None).unwrap();
}

fn answer(request: Request, shared: &Shared) -> (Reply, String) {
    let mut cluster = shared.cluster.lock().unwrap();
    let number = cluster.seen.len();
    cluster.seen.push(request.clone());
    cluster.let_in_late(number);
    let version = cluster.version.clone();
    let gate = cluster.held.remove(&number);
    if let Some(gate) = &gate
        && gate.moment == Moment::Before
    {
        drop(cluster);
        if !gate.pass() {
            return (Reply::Break, version);
        }
        cluster = shared.cluster.lock().unwrap();
    }
    let fault = cluster.fault_of(number);
    let reply = cluster.reply(number, request, fault);
    drop(cluster);
    if let Some(Fault::Slow(milliseconds)) = fault {
        std::thread::sleep(Duration::from_millis(milliseconds));
    }
    let Some(gate) = gate else { return (reply, version) };
    let is_let_go = gate.moment == Moment::Before || gate.pass();
    gate.turn(GateState::Done);
    (if is_let_go { reply } else { Reply::Break }, version)
}

impl Cluster {
    fn fault_of(&mut self, number: usize) -> Option<Fault> {
        let always = self.always.filter(|(from, _)| *from <= number).map(|(_, fault)| fault);
        self.planned.remove(&number).or(always)
    }

    /// Applies what is late by now.
    fn let_in_late(&mut self, number: usize) {
        let (due, late) = std::mem::take(&mut self.late).into_iter().partition(|(when, _)| *when <= number);
        self.late = late;
        for (_, request) in due {
            self.apply(&request);
        }
    }

    fn reply(&mut self, number: usize, request: Request, fault: Option<Fault>) -> Reply {
        const LOST: &str = r#"{"results":[],"error":"leadership lost while committing log"}"#;
        const FORWARDED: &str = "node failed to process Request on remote node at 127.0.0.1:4002: read protobuf length: \
                                 read tcp 127.0.0.1:55806-\\u003e127.0.0.1:4002: i/o timeout";
        let json = |body: &str| Reply::Answer { status: "200 OK", kind: JSON, body: body.to_owned() };
        let is_refused = self.authorization.is_some() && self.authorization != request.authorization;
        if is_refused || fault == Some(Fault::Unauthorized) {
            return Reply::Answer { status: "401 Unauthorized", kind: JSON, body: String::new() };
        }
        match fault {
            None | Some(Fault::Slow(_) | Fault::Unauthorized) => self.apply(&request),
            Some(Fault::Stale) => self.apply_stale(&request),
            Some(Fault::RequestLost) => Reply::Break,
            Some(Fault::AnswerLost) => {
                self.apply(&request);
                Reply::Break
            }
            Some(Fault::AnswerCut) => match self.apply(&request) {
                Reply::Answer { body, .. } => Reply::Cut { body },
                other => other,
            },
            Some(Fault::LeadershipLost) => json(LOST),
            Some(Fault::LeadershipLostButDone) => {
                self.apply(&request);
                json(LOST)
            }
            Some(Fault::DoneLater) => {
                self.late.push((number + 1, request));
                json(LOST)
            }
            Some(Fault::DoneMuchLater(requests)) => {
                self.late.push((number + 1 + requests, request));
                json(LOST)
            }
            Some(Fault::Twice(requests)) => {
                let reply = self.apply(&request);
                self.late.push((number + 1 + requests, request));
                reply
            }
            Some(Fault::Flood) => json(&format!(r#"{{"results":[{}0]}}"#, "0,".repeat(1 << 24))),
            Some(Fault::Status(status)) => {
                self.apply(&request);
                Reply::Answer { status, kind: "text/html", body: "<html>not here</html>".to_owned() }
            }
            Some(Fault::ForwardingFailed) => json(&format!(r#"{{"results":[],"error":"{FORWARDED}"}}"#)),
            Some(Fault::NoLeader) => {
                Reply::Answer { status: "503 Service Unavailable", kind: PLAIN, body: "leader not found\n".to_owned() }
            }
            Some(Fault::NotRqlite) => {
                Reply::Answer { status: "404 Not Found", kind: "text/html", body: "<html>not here</html>".to_owned() }
            }
            Some(Fault::BadGateway) => {
                Reply::Answer { status: "502 Bad Gateway", kind: "text/html", body: "<html>later</html>".to_owned() }
            }
            Some(Fault::DiskFull) => json(r#"{"results":[{"error":"database or disk is full"}]}"#),
        }
    }

    /// Does what the request asks for.
    fn apply(&mut self, request: &Request) -> Reply {
        let reply = perform(&self.database, request);
        let is_write = request.path != "/db/query";
        if is_write && !self.is_frozen {
            if request.path == "/db/request" {
                for earlier in std::mem::take(&mut self.lag) {
                    perform(&self.stale, &earlier);
                }
            }
            self.lag.push(request.clone());
        }
        reply
    }

    /// Answers a read from what was there before, if its level permits that: a node that no majority follows does.
    fn apply_stale(&mut self, request: &Request) -> Reply {
        let level = request.query.get("level").map_or("weak", String::as_str);
        let is_old = self.version == OLD_VERSION || self.version == UNKNOWN_VERSION;
        let is_checked = level == "strong" || (level == "linearizable" && !is_old);
        match request.path.as_str() {
            "/db/query" if !is_checked => perform(&self.stale, request),
            _ => self.apply(request),
        }
    }
}
