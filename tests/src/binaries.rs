//! The binaries under test, freshly built: `call-ledger` and `call-ledger-sandbox`.
//!
//! Cargo builds a package's binaries for that package's own tests only, so a test that runs another package's binary
//! has to ask for it. The first test of a run asks; the others wait for it and find it done.

use crate::scratch;
use anyhow::{Context, Result, ensure};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The `call-ledger` binary, of the profile that the running test was built with.
///
/// # Panics
/// When it cannot be built.
#[must_use]
pub fn call_ledger() -> PathBuf {
    binary("call-ledger").expect("call-ledger builds")
}

/// The `call-ledger-sandbox` binary, of the profile that the running test was built with.
///
/// # Panics
/// When it cannot be built.
#[must_use]
pub fn sandbox() -> PathBuf {
    binary("call-ledger-sandbox").expect("call-ledger-sandbox builds")
}

/// How the variables begin by which cargo tells a test about its own package.
const ABOUT_THE_TEST: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];

fn binary(name: &str) -> Result<PathBuf> {
    let path = profile_dir()?.join(name);
    let directory = scratch::lasting_dir("binaries")?;
    let lock = File::create(directory.join("lock"))?;
    lock.lock()?;
    if !built_in_this_run(&directory.join(format!("{name}.run"))) {
        build(name)?;
        fs::write(directory.join(format!("{name}.run")), this_run())?;
    }
    ensure!(path.is_file(), "{} is not there after building it", path.display());
    Ok(path)
}

fn build(name: &str) -> Result<()> {
    // The whole workspace with its tests, though one binary is wanted: cargo then chooses the same features of every
    // dependency as it did for the tests, and builds none of them anew.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .args(["build", "--quiet", "--workspace", "--bins"]);
    let is_release = profile_dir()?.ends_with("release");
    // Benchmarks need no optimised tests.
    command.arg(if is_release { "--release" } else { "--tests" });
    // What cargo tells a test about its own package would be taken for a change by build scripts that watch the same
    // variables (ring's does), and half of the dependencies would be built anew.
    for (name, _) in std::env::vars_os() {
        if ABOUT_THE_TEST
            .iter()
            .any(|prefix| name.to_string_lossy().starts_with(prefix))
        {
            command.env_remove(name);
        }
    }
    let output = command.output().context("cannot run cargo")?;
    ensure!(
        output.status.success(),
        "cargo build of {name} failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// The directory of the running test's own profile: `target/debug` or `target/release`.
///
/// # Errors
/// When the executable does not lie in a target directory.
pub fn profile_dir() -> Result<PathBuf> {
    let exe = std::env::current_exe()?;
    let directory = exe.parent().context("the executable has no directory")?;
    let profile = if directory.ends_with("deps") {
        directory.parent()
    } else {
        Some(directory)
    };
    profile
        .map(Path::to_path_buf)
        .context("the executable lies in no profile's directory")
}

/// A test runner that starts one process a test names its run; otherwise the process is the run.
fn this_run() -> String {
    std::env::var("NEXTEST_RUN_ID").unwrap_or_else(|_| format!("process {}", std::process::id()))
}

fn built_in_this_run(marker: &Path) -> bool {
    fs::read_to_string(marker).is_ok_and(|run| run == this_run())
}
