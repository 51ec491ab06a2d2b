//! A full disk, at every number of free pages; and a limit on the size of files.

use std::fs;
use std::process::Command;

use libtest_mimic::Failed;

use crate::fault::{Plan, Row, skip};
use crate::promises::{Fault, hold};
use crate::shop::{Ending, Shop, quick_folder};
use crate::work::{Case, commands};

/// How much a page of the file system holds, in KiB.
const PAGE: u64 = 4;
/// More than any of the commands needs, in KiB.
const PLENTY: u64 = 1024;

/// A file system of its own in memory, which goes with the value.
struct SmallDisk {
    at: tempfile::TempDir,
}

impl SmallDisk {
    fn mount() -> Result<SmallDisk, String> {
        let at = tempfile::tempdir().unwrap();
        let disk = SmallDisk { at };
        disk.run("mount", &["-t", "tmpfs", "-o", &format!("size={PLENTY}k,mode=0700"), "tmpfs"])?;
        Ok(disk)
    }

    /// Leaves this much room, in KiB.
    fn leave(&self, room: u64) -> Result<(), String> {
        let of = fs::metadata(self.at.path()).and_then(|_| rustix::fs::statvfs(self.at.path()).map_err(Into::into));
        let of = of.map_err(|error| error.to_string())?;
        let used = (of.f_blocks - of.f_bfree) * of.f_frsize / 1024;
        self.run("mount", &["-o", &format!("remount,size={}k", used + room)])
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<(), String> {
        let run = Command::new(program).args(arguments).arg(self.at.path()).output();
        let output = run.map_err(|error| format!("{program}: {error}"))?;
        if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()) }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Whatever else may have it open for a moment.
        let _ = self.run("umount", &["--lazy"]);
    }
}

/// Runs every command with every number of free pages up to enough.
pub fn full_disk(plan: &Plan) -> Result<Row, Failed> {
    if let Err(problem) = SmallDisk::mount() {
        return skip("full disk", &format!("a small disk cannot be mounted here: {problem}"));
    }
    let cases = Case::all();
    let faults = each_size(plan, "full disk", cases, |case, pages| {
        let disk = SmallDisk::mount()?;
        let folder = tempfile::tempdir_in(disk.at.path()).map_err(|error| error.to_string())?;
        let mut shop = Shop::in_folder(folder, case.start);
        disk.leave(pages * PAGE)?;
        let ending = Ending::of(case.work.command(&shop));
        let is_full = ending.code != Some(case.code);
        if is_full && !ending.stderr.contains("the disk is full") {
            return Err(format!("it does not say that the disk is full: {ending:#?}"));
        }
        disk.leave(PLENTY)?;
        hold(&mut shop, case, &ending, Fault::MayFail)?;
        Ok(is_full)
    })?;
    let tried = format!("{} commands on {} files, each number of free pages", commands(cases), cases.len());
    Ok(Row { fault: "full disk", tried, faults })
}

/// Runs every command with every limit on the size of files up to enough.
pub fn limited_files(plan: &Plan) -> Result<Row, Failed> {
    let cases = Case::all();
    let faults = each_size(plan, "limited files", cases, |case, pages| {
        let mut shop = Shop::in_folder(quick_folder(), case.start);
        // Without the signal that would end it first. The limit is in blocks of 512 bytes.
        let limit = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", pages * PAGE * 2);
        let mut command = shop.run("sh");
        command.args(["-c", &limit]).arg(crate::shop::program()).args(case.work.arguments);
        let ending = Ending::of(command);
        hold(&mut shop, case, &ending, Fault::MayFail)?;
        Ok(ending.code != Some(case.code))
    })?;
    let tried = format!("{} commands on {} files, each size", commands(cases), cases.len());
    Ok(Row { fault: "limited files", tried, faults })
}

/// Tries a fault with every number of pages from none on, until the command has enough; in the short version a few of
/// these with a few commands. `fault` returns whether there was too little.
fn each_size(
    plan: &Plan,
    name: &str,
    cases: &[Case],
    fault: impl Fn(&Case, u64) -> Result<bool, String> + Sync,
) -> Result<u64, Failed> {
    let mut random = plan.random(name);
    let cases = if plan.is_long { cases.iter().collect() } else { random.choose_multiple(cases, 6) };
    let faults = std::sync::atomic::AtomicU64::new(0);
    let step = plan.size(random.u64(5..9), 1);
    plan.try_all(&cases, |case| {
        for pages in (0..PLENTY / PAGE).step_by(usize::try_from(step).unwrap()) {
            let is_short = fault(case, pages).map_err(|problem| format!("{pages} pages: {problem}"))?;
            faults.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            if !is_short {
                return Ok(());
            }
        }
        Err(format!("{case}: {PLENTY} KiB are not enough"))
    })?;
    Ok(faults.into_inner())
}
