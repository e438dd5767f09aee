//! `call-ledger openapi`: prints the OpenAPI document.

pub(super) fn run() -> anyhow::Result<()> {
    super::print(&crate::router::openapi_document().to_pretty_json()?)
}
