//! `--db http://…`: a shop on a cluster. What happens when requests are lost, machines race or nodes die is held by the faults of
//! a cluster in `tests/faults/cluster/`; with `ORDERS_TEST_CLUSTER=1` the other tests of the commands run on one.

use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::common::rqlite::{Fake, Fault, Moment, certificate};
use crate::harness::{BELT, ORDER, Run, Shop, order};
use crate::terminal::Terminal;

/// A folder as a machine of its own, which runs the program on a shop of a cluster.
struct Machine {
    shop: Shop,
    db: String,
}

impl Machine {
    fn new(db: &str) -> Machine {
        Machine { shop: Shop::on_file(), db: db.to_owned() }
    }

    fn orders<const N: usize>(&self, args: [&str; N]) -> Run {
        self.shop.orders(args).env("ORDERS_DB", &self.db)
    }

    fn replica(&self) -> std::path::PathBuf {
        crate::common::replica(&self.shop.path(""))
    }

    /// Takes the catalogue and one order.
    fn with_order(self) -> Machine {
        self.orders(["product", "import"]).arg(crate::harness::shipped("examples/catalogue.json")).succeeds();
        self.orders(["create"]).arg(crate::harness::shipped("examples/order.json")).succeeds();
        self
    }
}

#[test]
fn machines_see_what_others_did() {
    let cluster = Fake::start();
    let one = Machine::new(&cluster.url("LEG")).with_order();
    let other = Machine::new(&cluster.url("LEG"));
    other.orders(["list", "-q"]).prints(&format!("{ORDER}\n"));
    other.orders(["confirm", ORDER]).succeeds();
    assert_eq!(one.orders(["show", ORDER, "--json"]).json()["status"], "confirmed");
    let twice = one.orders(["confirm", ORDER]).exits(5);
    assert!(twice.stderr.contains("already confirmed"), "{twice:#?}");
    one.orders(["check"]).prints("");
    other.orders(["check"]).prints("");
}

#[test]
fn shops_of_one_cluster_have_nothing_in_common() {
    let cluster = Fake::start();
    let one = Machine::new(&cluster.url("LEG")).with_order();
    let other = Machine::new(&cluster.url("cairo")).with_order();
    one.orders(["confirm", ORDER]).succeeds();
    assert_eq!(other.orders(["show", ORDER, "--json"]).json()["status"], "pending");
}

#[test]
fn a_file_goes_to_a_cluster_and_back() {
    let cluster = Fake::start();
    let file = Shop::on_file().with_catalogue().with_the_order();
    file.orders(["confirm", ORDER]).succeeds();
    let seeded = file.orders(["backup", &cluster.url("LEG"), "--json"]).json();
    assert_eq!((&seeded["orders"], &seeded["path"]), (&json!(1), &json!(cluster.url("LEG"))));
    let machine = Machine::new(&cluster.url("LEG"));
    assert_eq!(machine.orders(["show", ORDER, "--json"]).json()["status"], "confirmed");
    machine.orders(["set-status", ORDER, "shipped"]).succeeds();
    machine.orders(["backup", "back.db"]).succeeds();
    let back = machine.shop.orders(["show", ORDER, "--json"]).env("ORDERS_DB", machine.shop.path("back.db"));
    assert_eq!(back.json()["status"], "shipped");
    // What is there is not written over.
    file.orders(["backup", &cluster.url("LEG")]).exits(5);
}

#[test]
fn a_missing_shop_is_named() {
    let cluster = Fake::start();
    let machine = Machine::new(&cluster.url("LEG"));
    let missing = machine.orders(["list"]).exits(1);
    assert!(missing.stderr.contains("LEG"), "{missing:#?}");
    machine.orders(["config", "shopName", "Lego", "--dry-run"]).exits(1);
    machine.orders(["config", "shopName", "Lego"]).succeeds();
    assert_eq!(machine.orders(["config", "shopName"]).succeeds().trim(), "Lego");
}

/// A name may be mistyped, or its file come later.
#[test]
fn only_a_command_that_succeeds_begins_a_shop() {
    let cluster = Fake::start();
    let machine = Machine::new(&cluster.url("LEG"));
    let failed = machine.orders(["create"]).arg(crate::harness::shipped("examples/order.json")).exits(4);
    assert!(!failed.stderr.contains("made a new"), "{failed:#?}");
    machine.orders(["list"]).exits(1);
    machine.orders(["list", "--stale"]).exits(1);
    let file = Shop::on_file().with_catalogue().with_the_order();
    file.orders(["backup", &cluster.url("LEG"), "--dry-run"]).exits(0);
    file.orders(["backup", &cluster.url("LEG")]).exits(0);
    machine.orders(["list", "-q"]).prints(&format!("{ORDER}\n"));
    let made = Machine::new(&cluster.url("cairo")).orders(["config", "shopName", "Cairo"]).exits(0);
    assert!(made.stderr.contains("made a new orders file: "), "{made:#?}");
    file.orders(["backup", &cluster.url("cairo"), "--dry-run"]).exits(5);
}

#[test]
fn a_dry_run_sends_nothing() {
    let cluster = Fake::start();
    let machine = Machine::new(&cluster.url("LEG")).with_order();
    cluster.settle();
    machine.orders(["confirm", ORDER, "--dry-run"]).succeeds();
    assert!(cluster.settle().iter().all(|request| request.path == "/db/query"));
    assert_eq!(machine.orders(["show", ORDER, "--json"]).json()["status"], "pending");
}

#[test]
fn a_password_goes_with_every_request_and_is_never_printed() {
    let cluster = Fake::start();
    // printf shop:s3cret | base64
    cluster.require("Basic c2hvcDpzM2NyZXQ=");
    let url = cluster.url("LEG");
    let nodes = url.strip_prefix("http://").unwrap();
    let machine = Machine::new(&format!("http://shop:s3cret@{nodes}")).with_order();
    for done in [
        machine.orders(["confirm", ORDER, "--json"]).exits(0),
        machine.orders(["backup", "back.db"]).exits(0),
        Machine::new(&format!("http://shop:wr0ng@{nodes}")).orders(["list"]).exits(1),
        Machine::new(&cluster.url("LEG")).orders(["list"]).exits(1),
    ] {
        assert!(
            !done.stdout.contains("s3cret") && !done.stderr.contains("s3cret") && !done.stderr.contains("wr0ng"),
            "{done:#?}"
        );
        assert!(done.code == 0 || done.stderr.contains("401"), "{done:#?}");
    }
}

#[test]
fn nodes_with_a_certificate_of_the_shops_own_ca_are_trusted() {
    let cluster = Fake::with_tls("node");
    let machine = Machine::new(&cluster.url("LEG"));
    let trusting = |run: Run| run.env("ORDERS_CA", certificate("ca"));
    trusting(machine.orders(["product", "import"]).arg(crate::harness::shipped("examples/catalogue.json"))).succeeds();
    trusting(machine.orders(["create"]).arg(crate::harness::shipped("examples/order.json"))).succeeds();
    trusting(machine.orders(["confirm", ORDER])).succeeds();
    trusting(machine.orders(["list", "-q"])).prints(&format!("{ORDER}\n"));
}

/// What a file would be told does not help here.
#[test]
fn failures_are_explained_for_a_shop() {
    let cluster = Fake::of(2);
    let url = cluster.url("LEG");
    let says = |run: Run, code, words: &[&str], unsaid: &[&str]| {
        let done = run.exits(code);
        assert!(words.iter().all(|words| done.stderr.contains(words)), "{done:#?}");
        assert!(!unsaid.iter().any(|words| done.stderr.contains(words)), "{done:#?}");
    };
    let machine = Machine::new(&url);
    let node = format!("http://{}", cluster.nodes()[0]);
    let missing = format!("there is no shop LEG in the cluster at {node}");
    let to_bring = format!("orders --db FILE backup '{url}'");
    says(machine.orders(["list"]), 1, &[&missing, &to_bring], &["product import"]);
    says(machine.orders(["list", "--stale"]), 1, &["this machine has no replica of the shop LEG yet"], &["import"]);
    let machine = machine.with_order();
    let file = Shop::on_file().with_catalogue();
    let exists = format!("the shop LEG exists already in the cluster at {node}");
    says(file.orders(["backup", &url]), 5, &[&exists], &[]);
    let bare = url.replace("http://", "");
    says(Machine::new(&bare).orders(["list"]), 2, &[&format!("did you mean http://{bare}?")], &[]);
    says(file.orders(["backup", &bare]), 2, &["did you mean http://"], &[]);
    // With its nodes in another order it is the same shop.
    let turned = format!("http://{},{}/LEG", cluster.nodes()[1], cluster.nodes()[0]);
    machine.orders(["backup", &turned]).succeeds();
    cluster.kill_node(0, true);
    cluster.kill_node(1, true);
    let unreached = "none of its 2 nodes could do it";
    says(machine.orders(["list", "--wait", "0"]), 7, &[unreached, "Raft port", "--stale reads"], &[]);
    says(machine.orders(["confirm", ORDER, "--wait", "0"]), 7, &[unreached, "nothing changed"], &["--stale"]);
    says(machine.orders(["backup", "x.db", "--wait", "0"]), 7, &["--stale reads"], &[]);
    says(machine.orders(["backup", &url, "--wait", "0"]), 7, &[unreached], &["--stale"]);
    cluster.kill_node(0, false);
    cluster.kill_node(1, false);
    cluster.require("Basic c2hvcDpzM2NyZXQ=");
    let denied = ["user or the password in the address is wrong", "%40"];
    says(machine.orders(["list"]), 1, &denied, &["another file"]);
    says(file.orders(["backup", &url]), 1, &[&denied[..], &[&format!("{url} refused this user")]].concat(), &[".db"]);
    let expired = Fake::with_tls("expired");
    let mixed = format!("https://{},http://127.0.0.1:9/LEG", expired.nodes()[0]);
    let machine = Machine::new(&mixed);
    says(
        machine.orders(["list", "--wait", "0"]).env("ORDERS_CA", certificate("ca")),
        7,
        &["has expired"],
        &["refused"],
    );
}

/// Nobody waits for what does not pass.
#[test]
fn a_certificate_or_a_password_that_is_wrong_ends_it_at_once() {
    let plain = Fake::start();
    for (certificate_of_node, ca, problem) in [
        ("node", Some("other-ca"), "ORDERS_CA"),
        ("node", None, "ORDERS_CA"),
        ("expired", Some("ca"), "has expired"),
        ("elsewhere", Some("ca"), "is for another name"),
    ] {
        let cluster = Fake::with_tls(certificate_of_node);
        let machine = Machine::new(&cluster.url("LEG"));
        let mut list = machine.orders(["list", "--wait", "3600"]);
        if let Some(ca) = ca {
            list = list.env("ORDERS_CA", certificate(ca));
        }
        let refused = list.exits(1);
        assert!(refused.stderr.contains(problem), "{refused:#?}");
        assert_eq!(cluster.count(), 0);
    }
    let url = plain.url("LEG").replace("http://", "https://");
    let refused = Machine::new(&url).orders(["list", "--wait", "3600"]).exits(1);
    assert!(refused.stderr.contains("speaks no TLS"), "{refused:#?}");
    plain.require("Basic c2hvcDpzM2NyZXQ=");
    let refused = Machine::new(&plain.url("LEG")).orders(["list", "--wait", "3600"]).exits(1);
    assert!(refused.stderr.contains("refused this user"), "{refused:#?}");
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for path in ["/nowhere.pem", "/dev/zero", pipe.to_str().unwrap(), folder.path().to_str().unwrap()] {
        let refused = Machine::new(&plain.url("LEG")).orders(["list"]).env("ORDERS_CA", path).exits(1);
        assert!(refused.stderr.contains(path), "{refused:#?}");
    }
}

/// One node with a certificate that has expired is as one that is down.
#[test]
fn a_node_that_is_not_trusted_is_passed_over() {
    let (trusted, expired) = (Fake::with_tls("node"), Fake::with_tls("expired"));
    let nodes = format!("https://{},https://{}/LEG", expired.nodes()[0], trusted.nodes()[0]);
    let machine = Machine::new(&nodes);
    machine.orders(["config", "shopName", "Lego"]).env("ORDERS_CA", certificate("ca")).succeeds();
    assert_eq!(expired.count(), 0);
}

#[test]
fn the_replica_is_its_owners_alone() {
    let cluster = Fake::start();
    let machine = Machine::new(&cluster.url("LEG")).with_order();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    let replica = machine.replica();
    assert_eq!(mode(&replica), 0o600);
    for entry in fs::read_dir(replica.parent().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path) & 0o077, 0, "{}", path.display());
    }
}

#[test]
fn a_replica_is_not_written_as_a_file() {
    let cluster = Fake::start();
    let machine = Machine::new(&cluster.url("LEG")).with_order();
    let replica = machine.replica();
    let before = fs::read(&replica).unwrap();
    let refused = machine.shop.orders(["confirm", ORDER]).env("ORDERS_DB", &replica).exits(1);
    assert!(refused.stderr.contains("replica"), "{refused:#?}");
    assert_eq!(fs::read(&replica).unwrap(), before);
}

/// A backup would lack what came after it; the log has all.
#[test]
fn check_says_how_a_replica_is_made_anew() {
    let cluster = Fake::start();
    let machine = Machine::new(&cluster.url("LEG")).with_order();
    let replica = machine.replica();
    rusqlite::Connection::open(&replica).unwrap().execute("UPDATE stock SET on_hand = 99", []).unwrap();
    for db in [machine.db.as_str(), replica.to_str().unwrap()] {
        let plain = machine.orders(["check"]).env("ORDERS_DB", db).exits(10);
        assert!(plain.stderr.contains("mkdir -p old && mv "), "{plain:#?}");
        let check = pty_process::blocking::Command::new(env!("CARGO_BIN_EXE_orders")).args(["--db", db, "check"]);
        let screen = Terminal::spawn(&machine.shop, 400, check.env_clear()).ends(10);
        assert!(screen.contains("mkdir -p old && mv ") && !screen.contains("backup"), "{screen}");
    }
    fs::create_dir(machine.shop.path("old")).unwrap();
    for entry in fs::read_dir(replica.parent().unwrap()).unwrap().map(Result::unwrap) {
        fs::rename(entry.path(), machine.shop.path("old").join(entry.file_name())).unwrap();
    }
    machine.orders(["check"]).prints("");
}

/// Packing would hand it to all machines.
#[test]
fn a_replica_that_something_else_changed_is_not_handed_on() {
    let (cluster, elsewhere) = (Fake::start(), Fake::start());
    let machine = Machine::new(&cluster.url("LEG")).with_order();
    rusqlite::Connection::open(machine.replica()).unwrap().execute("UPDATE stock SET on_hand = 99", []).unwrap();
    for dest in [cluster.url("LEG").as_str(), "copy.db", elsewhere.url("LEG").as_str()] {
        let refused = machine.orders(["backup", dest]).exits(1);
        assert!(
            refused.stderr.contains("this machine's replica differs from the log (stock); nothing was backed up")
                && refused.stderr.contains("mkdir -p old && mv "),
            "{refused:#?}"
        );
    }
    assert!(!machine.shop.path("copy.db").exists());
    Machine::new(&elsewhere.url("LEG")).orders(["list"]).exits(1);
    Machine::new(&cluster.url("LEG")).orders(["check"]).prints("");
    fs::remove_dir_all(machine.replica().parent().unwrap()).unwrap();
    machine.orders(["backup", &cluster.url("LEG")]).succeeds();
    machine.orders(["check"]).prints("");
}

#[test]
fn a_node_that_is_down_is_passed_over() {
    let cluster = Fake::of(2);
    let machine = Machine::new(&cluster.url("LEG")).with_order();
    cluster.kill_node(0, true);
    machine.orders(["confirm", ORDER]).succeeds();
    assert_eq!(machine.orders(["show", ORDER, "--json"]).json()["status"], "confirmed");
}

#[test]
fn without_a_majority_nothing_is_written_and_stale_reads_must_be_asked_for() {
    let cluster = Fake::start();
    let machine = Machine::new(&cluster.url("LEG")).with_order();
    cluster.always_from(0, Fault::NoLeader);
    let write = machine.orders(["confirm", ORDER, "--wait", "0"]).exits(7);
    assert!(write.stderr.contains("nothing changed"), "{write:#?}");
    machine.orders(["list", "--wait", "0"]).exits(7);
    let stale = machine.orders(["list", "--stale", "--json"]).exits(0);
    assert!(stale.stdout.contains(ORDER) && stale.stderr.contains("old"), "{stale:#?}");
    cluster.settle();
    machine.orders(["confirm", ORDER]).succeeds();
}

/// When most nodes are lost for good, a new cluster begins with what a replica has.
#[test]
fn a_shop_is_taken_out_of_a_replica_without_its_cluster() {
    let cluster = Fake::start();
    let machine = Machine::new(&cluster.url("LEG")).with_order();
    let replica = machine.replica();
    cluster.always_from(0, Fault::NoLeader);
    machine.orders(["backup", "lost.db", "--wait", "0"]).exits(7);
    let rescued = machine.orders(["backup", "rescued.db", "--stale"]).exits(0);
    assert!(rescued.stderr.contains("old"), "{rescued:#?}");
    machine.shop.orders(["backup", "plain.db"]).env("ORDERS_DB", &replica).succeeds();
    let elsewhere = Fake::start();
    machine.orders(["backup", &elsewhere.url("LEG"), "--stale"]).exits(0);
    Machine::new(&elsewhere.url("LEG")).orders(["list", "-q"]).prints(&format!("{ORDER}\n"));
    for copy in ["rescued.db", "plain.db"] {
        let copy = machine.shop.path(copy);
        let on_copy = |args: [&str; 2]| machine.shop.orders(args).env("ORDERS_DB", &copy);
        on_copy(["check", "-q"]).prints("");
        on_copy(["confirm", ORDER]).succeeds();
        let file = rusqlite::Connection::open(&copy).unwrap();
        let is_ordinary = "SELECT application_id = 0x4F524452 AND NOT EXISTS (SELECT 1 FROM sqlite_schema \
                           WHERE name = 'replica') FROM pragma_application_id";
        assert!(file.query_row(is_ordinary, [], |row| row.get::<_, bool>(0)).unwrap());
    }
    machine.orders(["backup", &cluster.url("LEG"), "--stale"]).exits(2);
}

#[test]
fn a_write_without_an_answer_has_an_unknown_outcome() {
    let cluster = Fake::start();
    let machine = Machine::new(&cluster.url("LEG")).with_order();
    // The first request is the read.
    cluster.always_from(1, Fault::AnswerLost);
    let unknown = machine.orders(["confirm", ORDER, "--wait", "0"]).exits(1);
    assert!(
        unknown.stderr.contains("unknown whether")
            && unknown.stderr.contains("orders show REF")
            && !unknown.stderr.contains("nothing changed"),
        "{unknown:#?}"
    );
    cluster.settle();
    assert_eq!(machine.orders(["show", ORDER, "--json"]).json()["status"], "confirmed");
}

#[test]
fn another_cluster_with_the_same_name_is_refused() {
    let (cluster, other) = (Fake::start(), Fake::start());
    let machine = Machine::new(&cluster.url("LEG")).with_order();
    Machine::new(&other.url("LEG")).with_order();
    let folder = tempfile::tempdir().unwrap();
    other.save(&folder.path().join("log.db"));
    // As if the nodes had been set up anew from something else.
    cluster.load(&folder.path().join("log.db"));
    let refused = machine.orders(["list"]).exits(1);
    assert!(refused.stderr.contains("another cluster") || refused.stderr.contains("restored"), "{refused:#?}");
}

#[test]
fn a_cluster_that_was_set_back_is_refused() {
    let cluster = Fake::start();
    let machine = Machine::new(&cluster.url("LEG")).with_order();
    let folder = tempfile::tempdir().unwrap();
    cluster.save(&folder.path().join("log.db"));
    machine.orders(["confirm", ORDER]).succeeds();
    cluster.load(&folder.path().join("log.db"));
    machine.orders(["list"]).exits(1);
    // Others may have gone on from there.
    Machine::new(&cluster.url("LEG")).orders(["note", ORDER, "calls back"]).succeeds();
    machine.orders(["list"]).exits(1);
}

#[test]
fn a_change_that_goes_up_in_pieces_comes_down_whole() {
    let cluster = Fake::start();
    let machine = Machine::new(&cluster.url("LEG")).with_order();
    let orders: String = (0..4_000).map(|number| order(&format!("BULK-{number}"), BELT, 1, None) + "\n").collect();
    machine.orders(["import", "-"]).stdin(orders).succeeds();
    assert!(cluster.settle().iter().any(|request| request.body.contains("orders_pieces")));
    let other = Machine::new(&cluster.url("LEG"));
    assert_eq!(other.orders(["list", "--count"]).succeeds().trim(), "4001");
    other.orders(["check"]).prints("");
    machine.orders(["backup", &cluster.url("LEG")]).succeeds();
    for machine in [machine, other, Machine::new(&cluster.url("LEG"))] {
        assert_eq!(machine.orders(["list", "--count"]).succeeds().trim(), "4001");
    }
}

/// An append may reach the cluster again at any time later.
#[test]
fn a_late_duplicate_of_a_compaction_removes_nothing() {
    let cluster = Fake::start();
    let machine = Machine::new(&cluster.url("LEG")).with_order();
    machine.orders(["backup", &cluster.url("LEG")]).succeeds();
    let compaction = cluster.settle().into_iter().rfind(|request| request.path == "/db/request").unwrap();
    let orders: String = (0..4_000).map(|number| order(&format!("BULK-{number}"), BELT, 1, None) + "\n").collect();
    machine.orders(["import", "-"]).stdin(orders).succeeds();
    cluster.repeat(&compaction);
    let other = Machine::new(&cluster.url("LEG"));
    assert_eq!(other.orders(["list", "--count"]).succeeds().trim(), "4001");
}

/// A proxy may answer for a node that has done it.
#[test]
fn after_a_write_only_some_answers_say_that_nothing_changed() {
    for status in ["301 Moved Permanently", "403 Forbidden", "404 Not Found", "408 Request Timeout", "429 Too Many"] {
        let cluster = Fake::start();
        let machine = Machine::new(&cluster.url("LEG")).with_order();
        cluster.plan(1, Fault::Status(status));
        machine.orders(["confirm", ORDER]).succeeds();
        cluster.settle();
        cluster.always_from(1, Fault::Status(status));
        let unknown = machine.orders(["note", ORDER, "calls back", "--wait", "0"]).exits(1);
        assert!(unknown.stderr.contains("unknown whether") && !unknown.stderr.contains("nothing"), "{unknown:#?}");
        cluster.settle();
        cluster.always_from(0, Fault::Status(status));
        assert!(machine.orders(["confirm", ORDER, "--wait", "0"]).exits(1).stderr.contains("nothing changed"));
    }
}

/// An interruption does not wait as long as the command would, and says that nobody knows.
#[test]
fn an_interruption_ends_the_wait_for_an_answer() {
    for signal in [Signal::INT, Signal::TERM] {
        let cluster = Fake::start();
        let machine = Machine::new(&cluster.url("LEG")).with_order();
        cluster.settle();
        cluster.always_from(1, Fault::AnswerLost);
        let mut command = machine.orders(["confirm", ORDER, "--wait", "600"]).into_command();
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        while cluster.count() < 3 {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        kill_process(Pid::from_child(&child), signal).unwrap();
        let output = child.wait_with_output().unwrap();
        match signal {
            Signal::INT => assert_eq!(output.status.code(), Some(130)),
            signal => assert_eq!(output.status.signal(), Some(signal.as_raw())),
        }
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said, "error: interrupted; see what was written before you run it again\n");
    }
}

#[test]
fn an_answer_that_is_too_long_is_none() {
    let cluster = Fake::start();
    let machine = Machine::new(&cluster.url("LEG")).with_order();
    cluster.always_from(0, Fault::Flood);
    let refused = machine.orders(["list", "--wait", "0"]).exits(7);
    assert!(refused.stderr.contains("cannot be reached"), "{refused:#?}");
}

/// The clock was set back since: no age is less than nothing.
#[test]
fn a_replica_of_the_future_has_no_age() {
    let cluster = Fake::start();
    let machine = Machine::new(&cluster.url("LEG")).with_order();
    let stale = machine.orders(["list", "--stale"]).env("ORDERS_NOW", "2020-01-01T00:00:00Z").exits(0);
    assert!(stale.stderr.contains("replica, 0m old ("), "{stale:#?}");
}

/// Nobody finds out from the address which disk is full.
#[test]
fn a_replica_that_cannot_be_kept_is_named_by_its_path() {
    let cluster = Fake::start();
    let machine = Machine::new(&cluster.url("LEG")).with_order();
    let replica = machine.replica();
    fs::remove_dir_all(replica.parent().unwrap()).unwrap();
    fs::write(replica.parent().unwrap(), "").unwrap();
    let refused = machine.orders(["list"]).exits(1);
    assert!(refused.stderr.contains(replica.to_str().unwrap()), "{refused:#?}");
}

/// Whoever looks at what killed clients left would otherwise see it come in.
#[test]
fn the_stand_in_waits_for_what_was_sent_before_a_client_was_gone() {
    let cluster = Fake::start();
    for _ in 0..50 {
        let mut client = TcpStream::connect(cluster.nodes()[0]).unwrap();
        client.write_all(b"GET /readyz HTTP/1.1\r\n\r\n").unwrap();
        drop(client);
        assert_eq!(cluster.settle().len(), 1);
    }
}

/// Returns how many pieces in the cluster belong to no change.
fn lost_pieces(cluster: &Fake) -> i64 {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.db");
    cluster.save(&file);
    let sql = "SELECT count(*) FROM orders_pieces WHERE id NOT IN (SELECT id FROM orders_changes)";
    rusqlite::Connection::open(file).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
}

/// Nobody would find them there to forget a customer.
#[test]
fn what_was_not_appended_leaves_no_pieces() {
    let cluster = Fake::start();
    let machine = Machine::new(&cluster.url("LEG")).with_order();
    let orders: String = (0..4_000).map(|number| order(&format!("BULK-{number}"), BELT, 1, None) + "\n").collect();
    // The first piece.
    let held = cluster.hold(1, Moment::Before);
    std::thread::scope(|scope| {
        let import = scope.spawn(|| machine.orders(["import", "-"]).stdin(orders.as_str()).succeeds());
        held.wait();
        Machine::new(&cluster.url("LEG")).orders(["note", ORDER, "calls back"]).succeeds();
        held.release();
        import.join().unwrap();
    });
    let requests = cluster.settle();
    assert!(requests.iter().filter(|request| request.body.contains("INSERT INTO orders_pieces")).count() > 1);
    assert_eq!(lost_pieces(&cluster), 0);
    let file = Shop::on_file();
    machine.orders(["backup"]).arg(file.path("orders.db")).succeeds();
    cluster.settle();
    file.orders(["backup", &cluster.url("LEG")]).exits(5);
    assert!(cluster.settle().iter().all(|request| !request.body.contains("INSERT")));
}
