//! Real rqlite nodes on the loopback, where their program is there. They are started and ended by their own process ids.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

/// Far longer than three nodes take to agree on a leader.
const A_HANG: Duration = Duration::from_secs(60);
/// Runs a node for as long as somebody holds the other end of its stdin, which whoever is killed does no longer.
const NODE: &str = r#"umask 077; "$@" </dev/null >"$LOG" 2>&1 & echo $!; cat >/dev/null; kill -9 $! 2>/dev/null; wait"#;

/// Three nodes, which end with this.
pub struct Nodes {
    nodes: Vec<Node>,
    folder: tempfile::TempDir,
}

struct Node {
    http: SocketAddr,
    raft: SocketAddr,
    running: Option<Running>,
}

struct Running {
    /// The shell that ends the node when its stdin does.
    guard: Child,
    stdin: ChildStdin,
    id: u32,
}

/// Returns the program, where it is in the path.
pub fn program() -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join("rqlited")).find(|path| path.is_file())
}

impl Nodes {
    /// Starts three, and waits until they have a leader; none where the program is missing.
    pub fn start() -> Option<Nodes> {
        let program = program()?;
        let folder = tempfile::Builder::new().prefix("orders-rqlite-").tempdir().unwrap();
        let free = |_| TcpListener::bind("127.0.0.1:0").unwrap();
        // All at once, so that they differ.
        let ports: Vec<TcpListener> = (0..6).map(free).collect();
        let mut addresses = ports.iter().map(|port| port.local_addr().unwrap());
        let mut node = || Node { http: addresses.next().unwrap(), raft: addresses.next().unwrap(), running: None };
        let mut nodes = Nodes { nodes: vec![node(), node(), node()], folder };
        drop(ports);
        for node in 0..3 {
            nodes.run(&program, node);
            nodes.wait(node);
        }
        Some(nodes)
    }

    /// Returns what `--db` takes for a shop on them.
    pub fn url(&self, shop: &str) -> String {
        let nodes: Vec<String> = self.nodes.iter().map(|node| format!("http://{}", node.http)).collect();
        format!("{}/{shop}", nodes.join(","))
    }

    /// Kills a node: nothing is told to the others, nothing is written any more.
    pub fn kill(&mut self, node: usize) {
        if let Some(mut running) = self.nodes[node].running.take() {
            signal("-KILL", running.id);
            drop(running.stdin);
            running.guard.wait().unwrap();
        }
    }

    /// Lets a node stand still, or go on.
    pub fn stop(&self, node: usize, is_stopped: bool) {
        if let Some(running) = &self.nodes[node].running {
            signal(if is_stopped { "-STOP" } else { "-CONT" }, running.id);
        }
    }

    /// Starts a node that was killed.
    pub fn restart(&mut self, node: usize) {
        let program = program().unwrap();
        self.run(&program, node);
    }

    /// Returns the node that leads.
    pub fn leader(&self) -> usize {
        let started = Instant::now();
        loop {
            for node in 0..self.nodes.len() {
                let status = get(self.nodes[node].http, "/status").unwrap_or_default();
                if status.contains(r#""state":"Leader""#) {
                    return node;
                }
            }
            assert!(started.elapsed() < A_HANG, "no node leads");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until a node is ready.
    pub fn wait(&self, node: usize) {
        let started = Instant::now();
        while !get(self.nodes[node].http, "/readyz").is_ok_and(|answer| answer.contains(" 200 OK")) {
            assert!(started.elapsed() < A_HANG, "node {node} is not ready:\n{}", self.log(node));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Asks a node.
    pub fn post(&self, node: usize, target: &str, body: &str) -> String {
        post(self.nodes[node].http, target, body)
    }

    /// Returns how many KiB of memory a node holds at most.
    pub fn peak(&self, node: usize) -> u64 {
        let id = self.nodes[node].running.as_ref().unwrap().id;
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Returns how many KiB all of them have on the disk.
    pub fn on_disk(&self) -> u64 {
        let du = Command::new("du").arg("-sk").arg(self.folder.path()).output().unwrap();
        String::from_utf8_lossy(&du.stdout).split_whitespace().next().and_then(|size| size.parse().ok()).unwrap_or(0)
    }

    fn log(&self, node: usize) -> String {
        std::fs::read_to_string(self.folder.path().join(format!("{node}.log"))).unwrap_or_default()
    }

    fn run(&mut self, program: &std::path::Path, node: usize) {
        let data = self.folder.path().join(node.to_string());
        let Node { http, raft, .. } = &self.nodes[node];
        let mut guard = Command::new("sh");
        guard.args(["-c", NODE, "node"]).arg(program).arg("-node-id").arg(format!("n{node}"));
        guard.arg("-http-addr").arg(http.to_string()).arg("-raft-addr").arg(raft.to_string());
        if node > 0 && !data.exists() {
            guard.arg("-join").arg(self.nodes[0].raft.to_string());
        }
        guard.arg(data).env("LOG", self.folder.path().join(format!("{node}.log")));
        let mut guard = guard.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let stdin = guard.stdin.take().unwrap();
        let mut id = String::new();
        BufReader::new(guard.stdout.take().unwrap()).read_line(&mut id).unwrap();
        self.nodes[node].running = Some(Running { guard, stdin, id: id.trim().parse().unwrap() });
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        for node in 0..self.nodes.len() {
            self.kill(node);
        }
    }
}

fn signal(signal: &str, id: u32) {
    Command::new("kill").arg(signal).arg(id.to_string()).status().unwrap();
}

fn get(node: SocketAddr, target: &str) -> std::io::Result<String> {
    ask(node, &format!("GET {target} HTTP/1.0\r\n\r\n"))
}

/// Asks a node, and returns its whole answer.
pub fn post(node: SocketAddr, target: &str, body: &str) -> String {
    ask(node, &format!("POST {target} HTTP/1.0\r\nContent-Length: {}\r\n\r\n{body}", body.len())).unwrap()
}

fn ask(node: SocketAddr, request: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(node)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
