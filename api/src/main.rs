//! `call-ledger`: the service and its command line.

use std::process::ExitCode;

/// A webhook makes hundreds of small allocations on one thread that are freed on another.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    // On the heap: the settings are large, and are moved through several futures here.
    Box::pin(api::cli::main()).await
}
