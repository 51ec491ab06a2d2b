//! Several processes on one file: it is made once, and nobody waits for a slow pipe. That stock is never oversold is held by
//! the crowds of `tests/faults/`.

use std::process::{Child, Stdio};

use crate::harness::{BELT, Shop, order};

fn start(run: crate::harness::Run) -> Child {
    run.into_command().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn codes(children: Vec<Child>) -> Vec<i32> {
    let mut codes: Vec<_> = children.into_iter().map(|mut child| child.wait().unwrap().code().unwrap_or(-1)).collect();
    codes.sort_unstable();
    codes
}

#[test]
fn programs_that_create_the_file_at_once_create_one() {
    let shop = Shop::new();
    let children = (0..12)
        .map(|n| start(shop.orders(["product", "add", "--wait", "60", "--name", &format!("Cap {n}"), "--price", "5"])))
        .collect();
    assert_eq!(codes(children), [0; 12]);
    assert_eq!(shop.number("SELECT COUNT(*) FROM products"), 12);
    shop.check();
}

#[test]
fn a_slow_pipe_keeps_nobody_waiting() {
    use std::io::Write;
    let shop = Shop::with_order();
    let mut slow = shop
        .orders(["import", "-"])
        .into_command()
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut pipe = slow.stdin.take().unwrap();
    pipe.write_all(order("LEG-1", BELT, 1, None).as_bytes()).unwrap();
    shop.orders(["confirm", "--wait", "0", crate::harness::ORDER]).succeeds();
    pipe.write_all(order("LEG-2", BELT, 1, None).as_bytes()).unwrap();
    drop(pipe);
    assert!(slow.wait().unwrap().success());
    assert_eq!(shop.number("SELECT COUNT(*) FROM orders"), 3);
    shop.check();
}

/// Each command that reads may be the last to close the file, and locks it for that moment.
#[test]
fn readers_never_block_a_writer() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let shop = Shop::with_order();
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for args in [["list", "-q"], ["show", crate::harness::ORDER]] {
            let (shop, is_done) = (&shop, &is_done);
            scope.spawn(move || {
                while !is_done.load(Ordering::Relaxed) {
                    shop.orders(args).succeeds();
                }
            });
        }
        let ends: Vec<_> =
            (0..60).map(|_| shop.orders(["note", "--wait", "0", crate::harness::ORDER, "hello"]).ends()).collect();
        is_done.store(true, Ordering::Relaxed);
        assert!(ends.iter().all(|done| done.code == 0), "{:?}", ends.iter().find(|done| done.code != 0));
    });
}
