//! Finds PostgreSQL's server binaries. Distributions install `initdb` in different folders outside the path.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Advice when there are none.
#[derive(Debug, thiserror::Error)]
#[error(
    "the tests need PostgreSQL's server binaries (initdb and postgres, version 13 or later) and found none. \
     Looked at: {looked_at}. Install them (Debian, Ubuntu: `apt-get install postgresql`; Fedora: `dnf install \
     postgresql-server`; macOS: `brew install postgresql@17`), or set PG_BIN to their directory, or set \
     TEST_POSTGRES_URL to a superuser's URL of a server that the tests may create databases on"
)]
pub struct NoBinaries {
    looked_at: String,
}

/// The directory that holds `initdb` and `postgres`.
pub fn find() -> Result<PathBuf, NoBinaries> {
    let places = places();
    places
        .iter()
        .find(|place| is_server(place))
        .cloned()
        .ok_or_else(|| NoBinaries {
            looked_at: places
                .iter()
                .map(|place| place.display().to_string())
                .collect::<Vec<_>>()
                .join(", "),
        })
}

fn is_server(directory: &Path) -> bool {
    directory.join("initdb").is_file() && directory.join("postgres").is_file()
}

fn places() -> Vec<PathBuf> {
    let mut places = Vec::new();
    if let Some(directory) = std::env::var_os("PG_BIN") {
        // A named directory is used or reported as wrong, never replaced by another.
        return vec![PathBuf::from(directory)];
    }
    places.extend(from_pg_config());
    for root in ["/usr/lib/postgresql", "/usr", "/usr/local/opt", "/opt/homebrew/opt"] {
        places.extend(newest_first(Path::new(root)));
    }
    places.extend(
        [
            "/usr/local/pgsql/bin",
            "/Applications/Postgres.app/Contents/Versions/latest/bin",
        ]
        .map(PathBuf::from),
    );
    if let Some(path) = std::env::var_os("PATH") {
        places.extend(std::env::split_paths(&path));
    }
    places
}

fn from_pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let directory = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| PathBuf::from(directory.trim()))
}

/// `<root>/15/bin` (Debian), `<root>/pgsql-16/bin` (Red Hat), `<root>/postgresql@17/bin` (Homebrew).
fn newest_first(root: &Path) -> Vec<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir(root)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            let version = ["postgresql@", "pgsql-"]
                .iter()
                .find_map(|prefix| name.strip_prefix(prefix))
                .unwrap_or(&name);
            let version = version.parse().ok()?;
            Some((version, root.join(&name).join("bin")))
        })
        .collect();
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    versions.into_iter().map(|(_, directory)| directory).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_comes_first() {
        let root = tempfile::tempdir().unwrap();
        for name in ["9", "pgsql-16", "15", "postgresql@17", "common"] {
            std::fs::create_dir_all(root.path().join(name)).unwrap();
        }
        let names: Vec<_> = newest_first(root.path())
            .iter()
            .map(|place| {
                place
                    .parent()
                    .unwrap()
                    .file_name()
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        assert_eq!(names, ["postgresql@17", "pgsql-16", "15", "9"]);
    }
}
