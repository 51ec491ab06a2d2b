//! The program: hands the clock over, runs one command, returns its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    orders::handle_signals();
    let clock = std::env::var_os("ORDERS_NOW").map(|clock| clock.to_string_lossy().into_owned());
    ExitCode::from(orders::run(std::env::args_os(), clock.as_deref(), chrono::Utc::now))
}
