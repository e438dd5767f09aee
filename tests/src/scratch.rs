//! Where tests keep their files: below cargo's target directory, which is on a disk and is cleaned with `cargo clean`.

use anyhow::{Context, Result};
use std::path::PathBuf;
use tempfile::TempDir;

/// Cargo's target directory: the nearest one above the running executable that bears cargo's tag.
///
/// # Errors
/// When the executable does not lie in a target directory.
pub fn target_dir() -> Result<PathBuf> {
    let exe = std::env::current_exe()?;
    exe.ancestors()
        .find(|directory| directory.join("CACHEDIR.TAG").is_file())
        .map(PathBuf::from)
        .with_context(|| format!("{} does not lie in a cargo target directory", exe.display()))
}

/// `target/tmp/<name>`, made if it is not there. What lies in it outlives the test.
///
/// # Errors
/// When it cannot be made.
pub fn lasting_dir(name: &str) -> Result<PathBuf> {
    let directory = target_dir()?.join("tmp").join(name);
    std::fs::create_dir_all(&directory).with_context(|| format!("cannot make {}", directory.display()))?;
    Ok(directory)
}

/// An empty directory on a disk, gone when it is dropped: a data directory for a service, SQLite files, recordings.
///
/// # Panics
/// When it cannot be made.
#[must_use]
pub fn data_dir() -> TempDir {
    let parent = lasting_dir("data").expect("a directory for test data");
    tempfile::Builder::new()
        .prefix("test-")
        .tempdir_in(parent)
        .expect("a directory for test data")
}
