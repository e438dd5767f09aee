//! The dashboard's files are in the binary: when they change, it is made anew.

fn main() {
    println!("cargo:rerun-if-changed=../web/dist");
}
