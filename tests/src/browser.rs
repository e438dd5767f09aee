//! The dashboard in a real browser: the stories of `web/e2e`, which Node's own test runner runs against a service under
//! test. `make test` builds the page before any test runs.
//!
//! What a story expects stands in the story. Nothing is left out without a word: without Node.js, npm or Chromium a test
//! fails, and says how to get them.

use crate::scratch;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

const NO_NODE: &str = "cannot run node: install Node.js 20.19 or newer (`tools/test-needs` says how)";
/// What the page is made of, below `web/`.
const SOURCES: [&str; 4] = ["src", "index.html", "vite.config.ts", "package-lock.json"];
/// The packages that the stories import.
const PACKAGES: [&str; 2] = ["playwright-core", "axe-core"];

/// Runs a story of `web/e2e` in a browser and blocks until it ends. The page must have been built from the present sources.
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
        require_built_page()?;
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

/// Fails when the page is missing or older than its sources, or the packages of the stories are not installed.
fn require_built_page() -> Result<()> {
    let web = web();
    for package in PACKAGES {
        let installed = web.join("node_modules").join(package).join("package.json").is_file();
        ensure!(
            installed,
            "web/node_modules has no {package}: run `tools/test-cache node-modules` first"
        );
    }
    let page = web.join("dist/site/index.html");
    let built = fs::metadata(&page).and_then(|page| page.modified());
    let built = built.with_context(|| format!("{} is not built: run `make web` first", page.display()))?;
    let changed = newest(SOURCES.iter().map(|source| web.join(source)))?;
    ensure!(
        built >= changed,
        "{} is older than its sources: run `make web` first",
        page.display()
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
