//! Rebuilds the binary when the embedded files of the dashboard change.

fn main() {
    println!("cargo:rerun-if-changed=../web/dist");
}
