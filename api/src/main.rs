//! `call-ledger`: the service and its command line.

use std::process::ExitCode;

/// A webhook is hundreds of small allocations, made on one thread and freed on another.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    api::cli::main().await
}
