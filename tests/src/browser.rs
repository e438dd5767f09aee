//! The dashboard in a real browser: its page built when it is older than its sources, and the stories of `web/e2e`, which
//! Node's own test runner runs against a service under test.
//!
//! What a story expects stands in the story. Nothing is left out without a word: without Node.js, npm or Chromium a test
//! fails, and says how to get them.

use crate::scratch;
use anyhow::{Context, Result, ensure};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

const NO_NODE: &str = "cannot run node: install Node.js 20.19 or newer (`tools/test-needs` says how)";
/// What the page is made of, below `web/`.
const SOURCES: [&str; 4] = ["src", "index.html", "vite.config.ts", "package-lock.json"];
/// What is there once the packages are installed: what builds the page, and what drives the browser.
const PACKAGES: [&str; 3] = ["vite", "playwright-core", "axe-core"];

/// Has a story of `web/e2e` played out in a browser, and waits for its end, as nobody else on this thread does meanwhile. The
/// page is built first, if it must be.
///
/// The story finds the service at `BASE_URL`, and `settings` beside it in its environment. Its screenshots go to
/// `target/screenshots`; that of a failure bears the story's name and `place`.
///
/// # Panics
/// When it fails, with what it said and with `log`; or when Node.js, npm or Chromium is not there.
pub fn story(name: &str, place: &str, base_url: &str, settings: &[(&str, &str)], log: impl FnOnce() -> String) {
    let mut command = Command::new("node");
    command
        .current_dir(web())
        .args(["--test", "--test-reporter=spec"])
        .arg(Path::new("e2e").join(format!("{name}.mjs")))
        .env("BASE_URL", base_url)
        .env("SCREENSHOTS", screenshots().expect("a folder for screenshots"))
        .env("PLACE", place)
        .envs(settings.iter().copied());
    let play = || {
        build()?;
        command.output().context(NO_NODE)
    };
    let played = tokio::task::block_in_place(play).expect("a story that can be played");
    assert!(
        played.status.success(),
        "the story {name} failed on {place}:\n{}{}\nthe service said:\n{}",
        String::from_utf8_lossy(&played.stdout),
        String::from_utf8_lossy(&played.stderr),
        tail(&log()),
    );
}

/// Runs a script of `web/` in a browser against the service at `base_url`, and gives what it prints. The page is not built
/// for it: what is measured is the one in the binary.
///
/// # Errors
/// When Node.js is not there, or the script fails; with what it said.
pub fn script(path: &str, base_url: &str) -> Result<String> {
    let mut command = Command::new("node");
    command.current_dir(web()).arg(path).env("BASE_URL", base_url);
    let output = tokio::task::block_in_place(|| command.output()).context(NO_NODE)?;
    ensure!(
        output.status.success(),
        "{path} failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}

fn web() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../web")
}

fn screenshots() -> Result<PathBuf> {
    let directory = scratch::target_dir()?.join("screenshots");
    fs::create_dir_all(&directory).with_context(|| format!("cannot make {}", directory.display()))?;
    Ok(directory)
}

/// Builds the page if it is older than its sources. One test does; the others wait for it.
fn build() -> Result<()> {
    let lock = File::create(scratch::lasting_dir("page")?.join("lock"))?;
    lock.lock()?;
    let web = web();
    let installed = |package: &str| web.join("node_modules").join(package).join("package.json").is_file();
    if !PACKAGES.into_iter().all(installed) {
        npm(&["ci", "--no-audit", "--no-fund"])?;
    }
    let built = fs::metadata(web.join("dist/site/index.html")).and_then(|page| page.modified());
    let changed = newest(SOURCES.iter().map(|source| web.join(source)))?;
    if built.is_ok_and(|built| built >= changed) {
        return Ok(());
    }
    npm(&["run", "build"])
}

fn npm(arguments: &[&str]) -> Result<()> {
    let output = Command::new("npm")
        .current_dir(web())
        .args(arguments)
        .output()
        .context("cannot run npm: install Node.js 20.19 or newer with npm (`tools/test-needs` says how)")?;
    ensure!(
        output.status.success(),
        "npm {} failed:\n{}{}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// When the last of these files, and of those in these folders, was written.
fn newest(paths: impl Iterator<Item = PathBuf>) -> Result<SystemTime> {
    let mut newest = SystemTime::UNIX_EPOCH;
    for path in paths {
        let about = fs::metadata(&path).with_context(|| format!("cannot look at {}", path.display()))?;
        let written = if about.is_dir() {
            let within: Result<Vec<_>, _> = fs::read_dir(&path)?
                .map(|entry| entry.map(|entry| entry.path()))
                .collect();
            self::newest(within?.into_iter())?
        } else {
            about.modified()?
        };
        newest = newest.max(written);
    }
    Ok(newest)
}

/// The end of a log: its beginning is the same each time.
fn tail(log: &str) -> String {
    let lines: Vec<_> = log.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}
