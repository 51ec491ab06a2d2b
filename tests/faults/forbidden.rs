//! Files of which the permissions are not enough: the program refuses them and leaves them as they were.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use libtest_mimic::Failed;

use crate::fault::{Plan, Row, skip};
use crate::ground::{Ground, READING, WRITING, end, shop, words};
use crate::shop::{Shop, program, quick_folder};
use crate::strange::{hold_refused, listing};

/// What runs a program as a user who owns nothing.
const AS_NOBODY: [&str; 4] = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

/// The modes of a file and of its folder that are not enough.
const FORBIDDEN: [(&str, u32, u32); 3] = [
    ("a file that may not be read", 0o000, 0o755),
    ("a file that may not be written", 0o444, 0o755),
    ("a folder that may not be written", 0o666, 0o555),
];

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Runs every command as somebody who may not use the file.
pub fn forbidden(plan: &Plan) -> Result<Row, Failed> {
    let room = quick_folder();
    let probe = room.path().join("probe");
    fs::write(&probe, "").unwrap();
    set_mode(&probe, 0o000);
    // Who may open this may open everything, and has to become somebody else.
    let may_everything = File::open(&probe).is_ok();
    let becomes = || Command::new(AS_NOBODY[0]).args(&AS_NOBODY[1..]).arg("true").status();
    if may_everything && !becomes().is_ok_and(|status| status.success()) {
        return skip("forbidden file", "this user may open everything, and cannot become another with setpriv");
    }
    // Where another user finds it too.
    let copy = room.path().join("orders");
    fs::copy(program(), &copy)?;
    set_mode(room.path(), 0o755);
    let mut random = plan.random("forbidden");
    let mut tries = Vec::new();
    for forbidden in FORBIDDEN {
        let lines = READING.into_iter().chain(WRITING).map(|line| (forbidden, line));
        tries.extend(plan.sample(&mut random, 2, lines));
    }
    let faults = plan.try_all(&tries, |((what, file_mode, folder_mode), line)| {
        let shop = shop();
        Ground::get().clean.put(&shop.file());
        set_mode(&shop.file(), *file_mode);
        set_mode(shop.folder(), *folder_mode);
        let mut command = match may_everything {
            true => {
                let mut command = shop.run(AS_NOBODY[0]);
                command.args(&AS_NOBODY[1..]).arg(&copy);
                command
            }
            false => shop.run(copy.to_str().unwrap()),
        };
        command.args(["--wait", "0"]).args(words(line));
        let ended = hold(&shop, command);
        // Else its owner cannot remove it.
        set_mode(shop.folder(), 0o755);
        ended.map_err(|broken| format!("{what}: {line}: {broken}"))
    })?;
    Ok(Row { fault: "forbidden file", tried: format!("commands, {} ways", FORBIDDEN.len()), faults })
}

fn hold(shop: &Shop, command: Command) -> Result<(), String> {
    let before = listing(shop.folder());
    let ending = end(command)?;
    match ending.code {
        Some(1) => hold_refused(shop, &before, &ending),
        _ => Err(format!("it is not refused: {ending:#?}")),
    }
}
