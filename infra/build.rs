//! Migrations are embedded, so a new file in `migrations/` must rebuild this crate.

fn main() {
    println!("cargo:rerun-if-changed=../migrations");
}
