//! Monitoring: liveness, readiness, health report and metrics.

pub mod live;
pub mod metrics;
pub mod ready;
pub mod report;
