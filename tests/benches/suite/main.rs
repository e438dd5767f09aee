//! The measurements of `make bench`, ours and the peers', in one run on one machine. The table is printed and written
//! to `target/bench/report.md`.
//!
//! `cargo bench -p call-ledger-tests --bench suite -- P1 P3` runs parts by name; without names all run.

mod append;
mod command;
mod feed;
mod fill;
mod growth;
mod history;
mod lists;
mod measure;
mod peer;
mod profiles;
mod rebuild;
mod report;
mod screen;
mod seed;
mod served;
mod sync;
mod traffic;
mod turn;
mod webhook;

use report::Report;

/// The service's allocator.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Part = (
    &'static str,
    fn(&mut Report) -> futures::future::LocalBoxFuture<'_, anyhow::Result<()>>,
);

/// The parts, in the order in which they run.
const PARTS: &[Part] = &[
    ("P1", |report| Box::pin(append::postgres(report))),
    ("P2", |report| Box::pin(append::sqlite(report))),
    ("P3", |report| Box::pin(append::one_writer(report))),
    ("P4", |report| Box::pin(command::whole(report))),
    ("P5", |report| Box::pin(webhook::answered(report))),
    ("P6", |report| Box::pin(rebuild::call_log(report))),
    ("P7", |report| Box::pin(history::of_one_call(report))),
    ("P8", |report| Box::pin(lists::any_filter(report))),
    ("P9", |report| Box::pin(feed::on_every_socket(report))),
    ("P10", |report| Box::pin(growth::ten_million(report))),
    ("P11", |report| Box::pin(turn::answered(report))),
    ("P12", |report| Box::pin(screen::calls(report))),
];

fn main() -> anyhow::Result<()> {
    // cargo adds its own flags (`--bench`); the remaining arguments are names.
    let names: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    if let Some(unknown) = names
        .iter()
        .find(|name| !PARTS.iter().any(|(part, _)| part.eq_ignore_ascii_case(name)))
    {
        anyhow::bail!(
            "unknown part {unknown}; the parts are {}",
            PARTS.iter().map(|(n, _)| *n).collect::<Vec<_>>().join(" ")
        );
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut report = Report::default();
        let disk = sync::Cost::measure()?;
        report.note(disk.to_string());
        let mut failed = Vec::new();
        for (name, part) in PARTS {
            if names.is_empty() || names.iter().any(|wanted| wanted.eq_ignore_ascii_case(name)) {
                eprintln!("{name} ...");
                disk.wait_until_idle().await?;
                // Earlier measurements are still reported.
                if let Err(error) = part(&mut report).await {
                    report.note(format!("{name} failed: {error:#}"));
                    failed.push(*name);
                }
            }
        }
        report.publish()?;
        anyhow::ensure!(failed.is_empty(), "some parts failed: {}", failed.join(" "));
        Ok(())
    })
}
