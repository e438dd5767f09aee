//! Directories for test files, below cargo's target directory: on disk, and removed by `cargo clean`.

use crate::binaries::profile_dir;
use anyhow::{Context, Result};
use std::path::PathBuf;
use tempfile::TempDir;

/// Cargo's target directory, which holds the profile's directory of the running executable.
///
/// # Errors
/// If the executable is not in a target directory.
pub fn target_dir() -> Result<PathBuf> {
    // Not by cargo's tag file: cargo writes none into a directory that exists already.
    let profile = profile_dir()?;
    profile
        .parent()
        .map(PathBuf::from)
        .with_context(|| format!("{} is not in a cargo target directory", profile.display()))
}

/// Creates `target/tmp/<name>` if necessary. Its content outlives the test.
///
/// # Errors
/// If it cannot be created.
pub fn lasting_dir(name: &str) -> Result<PathBuf> {
    let directory = target_dir()?.join("tmp").join(name);
    std::fs::create_dir_all(&directory).with_context(|| format!("cannot create {}", directory.display()))?;
    Ok(directory)
}

/// An empty directory on disk, removed on drop: for a service's data, SQLite files, recordings.
///
/// # Panics
/// If it cannot be created.
#[must_use]
pub fn data_dir() -> TempDir {
    let parent = lasting_dir("data").expect("a directory for test data");
    tempfile::Builder::new()
        .prefix("test-")
        .tempdir_in(parent)
        .expect("a directory for test data")
}
