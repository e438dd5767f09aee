//! `call-ledger openapi`: prints the document, for whoever makes a client from it.

pub(super) fn run() -> anyhow::Result<()> {
    super::print(&crate::openapi::document().to_pretty_json()?)
}
