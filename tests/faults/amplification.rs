//! Small input of which much could be made: of any shape and size, it takes little memory and little disk, and what holds no
//! order keeps nobody from writing.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use libtest_mimic::Failed;
use rusqlite::Connection;

use crate::common::{BELT, disagreements, order};
use crate::fault::{Plan, Row};
use crate::shop::{Shop, Start, program};

/// The most memory that a run may take, in KiB. Who asks for more is given none, and aborts.
const MEMORY: u64 = 64 << 10;
/// What a run may take whatever its input, in KiB (16 MiB): little, so that a small input tells too.
const MEMORY_ALWAYS: u64 = 16 << 10;
/// How many times its input it may take on top.
const MEMORY_TIMES: u64 = 16;
/// How many times its input any file of a run may have: the spool, the rejects, the orders file, its log, what is printed.
const TIMES: u64 = 8;
/// What any of them may have whatever the input (1 MiB).
const ALWAYS: u64 = 1 << 20;
/// No run takes as long, unless its time grows faster than its input.
const TOO_LONG: Duration = Duration::from_secs(180);

/// What hostile input there is.
#[derive(Debug, Clone, Copy)]
struct Kind {
    what: &'static str,
    command: &'static [&'static str],
    /// Whether nothing in it needs the orders file.
    is_without_orders: bool,
    make: fn(&mut Rng, usize) -> Vec<u8>,
}

const IMPORT: &[&str] = &["import", "--keep-going", "--rejects", "mend.ndjson", "-"];
const PRODUCTS: &[&str] = &["product", "import", "--keep-going", "-"];
const CREATE: &[&str] = &["create", "-"];
const CONFIRM: &[&str] = &["confirm", "--keep-going", "-"];
/// What reads it all afterwards.
const READING: [&[&str]; 3] = [&["list", "--items", "--json"], &["report", "pending", "--json"], &["check"]];
const CANCEL: &[&str] = &["cancel", "--dry-run", "-"];

const fn without_orders(what: &'static str, make: fn(&mut Rng, usize) -> Vec<u8>) -> Kind {
    Kind { what, command: IMPORT, is_without_orders: true, make }
}

const fn with_orders(what: &'static str, make: fn(&mut Rng, usize) -> Vec<u8>) -> Kind {
    Kind { what, command: IMPORT, is_without_orders: false, make }
}

const fn other(what: &'static str, command: &'static [&'static str], make: fn(&mut Rng, usize) -> Vec<u8>) -> Kind {
    Kind { what, command, is_without_orders: false, make }
}

/// Each makes about so many bytes.
const KINDS: [Kind; 33] = [
    without_orders("a chat", chat),
    without_orders("blank lines", |random, bytes| filled(&text(random, 20), "\n", "", bytes)),
    without_orders("a zip file of blank lines", |random, bytes| zipped(random, "\n", bytes)),
    without_orders("a zip file of a chat", |random, bytes| {
        zipped(random, "06/02/2026, 18:06 - Karim: hi there you all\n", bytes)
    }),
    without_orders("statuses on lines", |_, bytes| {
        filled("", "{\"statuses\":[{\"id\":\"x\",\"status\":\"read\"}]}\n", "", bytes)
    }),
    without_orders("statuses", |_, bytes| filled("{\"statuses\":[", "{},", "{}]}", bytes)),
    without_orders("objects on lines", |random, bytes| {
        filled("", &format!("{{\"{}\":1}}\n", text(random, 20)), "", bytes / 4)
    }),
    without_orders("numbers for messages", |_, bytes| filled("{\"messages\":[", "0,", "0]}", bytes)),
    without_orders("objects for messages", |_, bytes| filled("{\"messages\":[", "{},", "{}]}", bytes / 4)),
    without_orders("messages of a dump", |_, bytes| {
        filled("{\"a@s\":{\"messages\":{", "\"\":{},", "\"x\":0}}}", bytes / 4)
    }),
    without_orders("chats of a dump", |_, bytes| filled("{", "\"a@b\":{},", "\"x@y\":0}", bytes)),
    without_orders("keys", |_, bytes| filled("{", "\"\":0,", "\"a\":0}", bytes)),
    without_orders("a long key", |random, bytes| filled("{\"\\u0041", &text(random, 9), "\":0}", bytes)),
    without_orders("a long text", |random, bytes| filled("{\"a\":\"\\u0041", &text(random, 9), "\"}", bytes)),
    without_orders("brackets", |_, bytes| filled("", "[", &"]".repeat(bytes / 2), bytes / 2)),
    without_orders("JSON in JSON", nested),
    without_orders("carts where none are read", |_, bytes| {
        filled("{\"messages\":[],\"a\":[", "{\"product_items\":[1]},", "0]}", bytes)
    }),
    without_orders("tokens where none are read", |_, bytes| {
        filled("{\"statuses\":[", "{\"orderId\":1,\"token\":1},", "0]}", bytes)
    }),
    with_orders("orders", |random, bytes| orders(random, bytes, |_, order| order)),
    with_orders("orders with long addresses", |random, bytes| {
        orders(random, bytes, |random, order| {
            let length = random.usize(1..4000);
            order.replacen('{', &format!("{{\"customerAddress\":\"{}\",", text(random, length)), 1)
        })
    }),
    with_orders("orders with long pictures", |random, bytes| {
        orders(random, bytes, |random, order| {
            let length = random.usize(1..4000);
            order
                .replace("\"quantity\"", &format!("\"productImage\":\"https://{}\",\"quantity\"", text(random, length)))
        })
    }),
    with_orders("lines that are cut off", |random, bytes| {
        let order = order("LEG-1", BELT, 1, None);
        filled(&format!("{order}\n"), &format!("{}\n", &order[..random.usize(1..order.len())]), "", bytes / 16)
    }),
    with_orders("items", |_, bytes| filled("{\"items\":[", "{},", "{}]}", bytes)),
    with_orders("carts", |_, bytes| carts(bytes)),
    with_orders("items of a message", |_, bytes| {
        filled("NEW ORDER REQUEST\nOrder Ref: L\nORDER ITEMS\n", "1. **\nSKU:a\n", "TOTAL: 1\n", bytes)
    }),
    with_orders("headers of messages", |random, bytes| {
        filled("", &format!("NEW ORDER REQUEST\n*Order Ref:* {}\n", text(random, 9)), "", bytes / 4)
    }),
    with_orders("orders in one text", |_, bytes| {
        filled(
            "{\"messages\":[{\"id\":\"1\",\"from\":\"1\",\"timestamp\":\"1770000000\",\"type\":\"text\",\"text\":{\"body\":\"",
            "NEW ORDER REQUEST\\nOrder Ref: L\\n",
            "\"}}]}",
            bytes,
        )
    }),
    with_orders("a long line of a message", |random, bytes| {
        filled("NEW ORDER REQUEST\n*Order Ref:* L\n│ Address: ", &text(random, 50), "", bytes)
    }),
    other("products", PRODUCTS, |random, bytes| {
        let product = |random: &mut Rng| {
            format!("{{\"name\":\"{}\",\"price\":1,\"barcode\":\"{}\"}}\n", text(random, 9), text(random, 20))
        };
        let mut products = String::new();
        while products.len() < bytes / 4 {
            products.push_str(&product(random));
        }
        products.into_bytes()
    }),
    other("sizes of a product", PRODUCTS, |_, bytes| filled("{\"sizeQuantities\":{", "\"\":0,", "\"a\":0}}", bytes)),
    other("an order", CREATE, |random, bytes| {
        let item = format!("{{\"productId\":\"{BELT}\",\"quantity\":1,\"unitPrice\":{}}},", random.u8(..));
        filled("{\"items\":[", &item, "{}]}", bytes)
    }),
    other("references", CONFIRM, |random, bytes| {
        let mut references = String::new();
        while references.len() < bytes / 4 {
            references.push_str(&text(random, 12));
            references.push('\n');
        }
        references.into_bytes()
    }),
    other("a long reference", CANCEL, |random, bytes| filled("", &text(random, 50), "", bytes)),
];

/// Letters and digits.
fn text(random: &mut Rng, length: usize) -> String {
    (0..length).map(|_| random.alphanumeric()).collect()
}

/// Fills a text of about `bytes` bytes with one part.
fn filled(head: &str, part: &str, tail: &str, bytes: usize) -> Vec<u8> {
    format!("{head}{}{tail}", part.repeat(bytes / part.len())).into_bytes()
}

fn chat(random: &mut Rng, bytes: usize) -> Vec<u8> {
    let mut chat = String::new();
    while chat.len() < bytes {
        let length = random.usize(0..300);
        chat.push_str("06/02/2026, 18:06 - Karim: ");
        chat.push_str(&text(random, length));
        chat.push('\n');
        chat.push_str(&"\n".repeat(random.usize(0..3)));
    }
    chat.into_bytes()
}

fn orders(random: &mut Rng, bytes: usize, change: fn(&mut Rng, String) -> String) -> Vec<u8> {
    let mut orders = String::new();
    while orders.len() < bytes {
        let order = order(&format!("LEG-{}", text(random, 12)), BELT, 1, None);
        orders.push_str(&change(random, order));
        orders.push('\n');
    }
    orders.into_bytes()
}

/// Carts with as many items as may be, of which the catalogue has name and picture.
fn carts(bytes: usize) -> Vec<u8> {
    let item = "{\"product_retailer_id\":\"BLT-01\",\"quantity\":1,\"item_price\":1}";
    let mut carts = Vec::new();
    for number in 0..=bytes / (60 * item.len()) {
        let items = vec![item; 60].join(",");
        carts.push(format!(
            "{{\"from\":\"20{number}\",\"id\":\"w{number}\",\"timestamp\":\"1770000000\",\"type\":\"order\",\"order\":{{\"product_items\":[{items}]}}}}"
        ));
    }
    format!("{{\"messages\":[{}]}}", carts.join(",")).into_bytes()
}

/// JSON texts in strings of JSON texts.
fn nested(random: &mut Rng, bytes: usize) -> Vec<u8> {
    let mut json = format!("{{\"a\":[{}0]}}", "{\"productItem\":1},".repeat(bytes / 100));
    for _ in 0..random.usize(1..4) {
        json = serde_json::json!({"x": json}).to_string();
    }
    json.into_bytes()
}

/// A zip file of about so many bytes, much longer unpacked, that says something else of its length.
fn zipped(random: &mut Rng, part: &str, bytes: usize) -> Vec<u8> {
    let (mut encoder, mut crc) = (DeflateEncoder::new(Vec::new(), Compression::best()), Crc::new());
    let block = part.repeat((1 << 20) / part.len());
    while encoder.total_out() < bytes as u64 / 4 {
        encoder.write_all(block.as_bytes()).unwrap();
        crc.update(block.as_bytes());
    }
    let packed = encoder.finish().unwrap();
    let length = u32::try_from(packed.len()).unwrap();
    let claimed = *random.choice(&[length, length / 2, 2 * length, u32::MAX - 1]).unwrap();
    let mut common = b"\x14\0\0\0\x08\0\0\0\0\0".to_vec();
    common.extend([crc.sum(), claimed, crc.amount()].map(u32::to_le_bytes).concat());
    common.extend(b"\x09\0\0\0");
    let mut zip = [&b"PK\x03\x04"[..], &common, b"_chat.txt", &packed].concat();
    let directory = [&b"PK\x01\x02\x14\0"[..], &common, &[0; 14], b"_chat.txt"].concat();
    let offset = u32::try_from(zip.len()).unwrap();
    zip.extend(&directory);
    zip.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    zip.extend(u32::try_from(directory.len()).unwrap().to_le_bytes());
    zip.extend(offset.to_le_bytes());
    zip.extend([0, 0]);
    zip
}

/// One input, and what came of it.
struct Attack {
    kind: Kind,
    bytes: usize,
    seed: u64,
}

/// Pipes hostile input of every kind and growing sizes into the commands that read.
pub fn amplification(plan: &Plan) -> Result<Row, Failed> {
    let mut random = plan.random("amplification");
    let (sizes, rounds) =
        plan.size((&[32 << 10, 64 << 10, 128 << 10][..], 1), (&[1 << 20, 2 << 20, 4 << 20, 12 << 20][..], 4));
    let mut attacks = Vec::new();
    for _ in 0..rounds {
        for kind in KINDS {
            for bytes in sizes {
                attacks.push(Attack { kind, bytes: *bytes, seed: random.u64(..) });
            }
        }
    }
    let faults = plan.try_all(&attacks, |attack| {
        let Attack { kind, bytes, seed } = attack;
        attempt(attack).map_err(|broken| format!("{} of {bytes} bytes, drawn from {seed}: {broken}", kind.what))
    })?;
    let tried = format!(
        "{} kinds of input, up to {} KiB, piped into import, product import, create, confirm and cancel",
        KINDS.len(),
        sizes.last().copied().unwrap_or_default() >> 10
    );
    Ok(Row { fault: "amplification", tried, faults })
}

fn attempt(attack: &Attack) -> Result<(), String> {
    let input = (attack.kind.make)(&mut Rng::with_seed(attack.seed), attack.bytes);
    let shop = Shop::new(Start::Closed);
    if attack.kind.is_without_orders {
        let other = Connection::open(shop.file()).map_err(|error| error.to_string())?;
        other.execute_batch("BEGIN IMMEDIATE").map_err(|error| error.to_string())?;
        let ran = run(&shop, attack.kind.command, &input, input.len());
        return ran.map_err(|broken| format!("while another program writes: {broken}"));
    }
    run(&shop, attack.kind.command, &input, input.len())?;
    for command in READING {
        run(&shop, command, b"", input.len()).map_err(|broken| format!("{command:?} afterwards: {broken}"))?;
    }
    let connection = Connection::open(shop.file()).map_err(|error| error.to_string())?;
    let sql =
        "SELECT coalesce(group_concat(reference, char(10)), 'LEG-404') FROM (SELECT reference FROM orders LIMIT 10000)";
    let references: String = connection.query_row(sql, [], |row| row.get(0)).map_err(|error| error.to_string())?;
    let shown = run(&shop, &["show", "--json", "-"], references.as_bytes(), input.len());
    shown.map_err(|broken| format!("show afterwards: {broken}"))?;
    match disagreements(&connection).map_err(|error| error.to_string())?.as_slice() {
        [] => Ok(()),
        broken => Err(format!("{broken:?}")),
    }
}

/// Runs a command on an input, within the bounds that so many bytes have.
fn run(shop: &Shop, arguments: &[&str], input: &[u8], bytes: usize) -> Result<(), String> {
    let most = TIMES * bytes as u64 + ALWAYS;
    let memory_limit = MEMORY.min(MEMORY_ALWAYS + MEMORY_TIMES * (bytes as u64 >> 10));
    // In blocks of 512 bytes.
    let script = format!("ulimit -d {MEMORY}; ulimit -f {}; exec \"$@\"", most / 512 + 1);
    let mut command: Command = shop.run("sh");
    command.args(["-c", &script, "sh"]).arg(program()).arg("--wait=0").args(arguments);
    let [mut stdout, stderr] = [(); 2].map(|()| tempfile::tempfile().unwrap());
    command.stdin(Stdio::piped()).stdout(stdout.try_clone().unwrap()).stderr(stderr.try_clone().unwrap());
    let mut child = command.spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let (status, memory) = thread::scope(|scope| {
        // Who refuses it by its first bytes does not read the rest.
        scope.spawn(move || drop(pipe.write_all(input)));
        let (started, mut memory) = (Instant::now(), 0);
        loop {
            memory = memory.max(peak_memory(child.id()));
            if let Some(status) = child.try_wait().unwrap() {
                return (Some(status), memory);
            }
            if started.elapsed() > TOO_LONG {
                child.kill().unwrap();
                child.wait().unwrap();
                return (None, memory);
            }
            thread::sleep(Duration::from_millis(2));
        }
    });
    let said = |mut file: File| {
        let mut bytes = Vec::new();
        file.rewind().and_then(|()| file.take(1000).read_to_end(&mut bytes)).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let status = status.ok_or("it did not end")?;
    if !matches!(status.code(), Some(0 | 2..=6 | 8)) {
        let (code, signal) = (status.code(), status.signal());
        return Err(format!("exit code {code:?}, signal {signal:?}, {memory} KiB: {}", said(stderr)));
    }
    if memory > memory_limit {
        return Err(format!("it took {memory} KiB"));
    }
    let folder = fs::read_dir(shop.folder()).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len());
    let written = folder.sum::<u64>() + stdout.seek(std::io::SeekFrom::End(0)).unwrap();
    // The orders file and its log may both have as much.
    if written > 2 * most { Err(format!("{written} bytes are left of {bytes}")) } else { Ok(()) }
}

/// Returns about the most memory that a process took, in KiB; 0 once it is gone. Pages of files are left out, as the machine's
/// cache decides how many of the program's own are mapped.
fn peak_memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let number = |name: &str| -> u64 {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
    };
    number("VmHWM:").saturating_sub(number("RssFile:"))
}
