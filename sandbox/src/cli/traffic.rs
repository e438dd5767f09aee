//! `traffic`: plans a day of calls, applies disturbances, sends the webhooks, reviews the calls and prints a report.

use super::progress::Progress;
use chrono::{NaiveDate, Utc};
use clap::Args;
use sandbox::traffic::chaos::{self, Shares};
use sandbox::traffic::day::{self, DayOptions};
use sandbox::traffic::plan::plan_day;
use sandbox::traffic::review::{ReviewTally, Reviewer, plan_review};
use sandbox::traffic::send::{self, Network, Pace};
use sandbox::traffic::{PlannedCall, report};
use std::process::ExitCode;
use std::sync::Arc;

/// Send the webhooks of a day of calls as Twilio would, then review some of the calls
///
/// Every request is form-encoded and signed, and carries an idempotency token. Inbound calls are answered by the AI,
/// missed, sent to voicemail, recorded, taken over, held and transferred. Outbound calls from the browser are answered
/// by a person or a machine, busy or unanswered. The same --seed and --day give the same calls, with or without
/// disturbances. All numbers, names and words are fictitious.
///
/// Prints a summary table. The exit code is 0 only if every request was answered with 2xx and every review was
/// accepted.
#[derive(Args)]
#[command(after_help = "Examples:
  call-ledger-sandbox traffic --auth-token secret --email me@example.com --password hunter22
  call-ledger-sandbox traffic --auth-token secret --no-review --calls 5000 --seed 7 --chaos
  call-ledger-sandbox traffic --auth-token secret --no-review --speed 60     one hour per minute")]
pub struct Arguments {
    /// URL of the service
    #[arg(long, default_value = "http://127.0.0.1:3000")]
    url: String,

    /// Public URL of the service, used in signatures [default: --url]
    #[arg(long)]
    public_url: Option<String>,

    /// Auth token that signs the requests
    #[arg(long, env = "TWILIO_AUTH_TOKEN", hide_env_values = true)]
    auth_token: String,

    /// SID of the account that the calls belong to
    #[arg(long, env = "TWILIO_ACCOUNT_SID", default_value = day::ACCOUNT_SID)]
    account_sid: String,

    /// Telephone number of the service
    #[arg(long, default_value = "+15045550100")]
    number: String,

    /// Base URL of recording URLs
    #[arg(long, env = "TWILIO_API_BASE", default_value = "https://api.twilio.com")]
    api_base: String,

    #[command(flatten)]
    day: DayArguments,

    #[command(flatten)]
    disturbance: Disturbance,

    #[command(flatten)]
    delivery: Delivery,

    #[command(flatten)]
    review: ReviewArguments,
}

#[derive(Args)]
#[command(next_help_heading = "The day")]
struct DayArguments {
    /// Number of calls
    #[arg(long, default_value_t = 200)]
    calls: usize,

    /// Seed of all random choices: callers, times and courses of the calls
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Day of the calls, in UTC; calls may lie in the future [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Option<NaiveDate>,
}

#[derive(Args)]
#[command(next_help_heading = "Disturbances (the content of the requests is unchanged)")]
struct Disturbance {
    /// Share of requests that are duplicated, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    duplicates: f64,

    /// Share of requests that are swapped with another request of the same call, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    reorder: f64,

    /// Share of requests that are delayed by seconds to half an hour, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    delay: f64,

    /// All three: 0.3 duplicated, 0.3 reordered, 0.2 delayed
    #[arg(long, conflicts_with_all = ["duplicates", "reorder", "delay"])]
    chaos: bool,
}

impl Disturbance {
    fn shares(&self) -> Shares {
        if self.chaos {
            Shares::CHAOS
        } else {
            Shares {
                duplicates: self.duplicates,
                reorder: self.reorder,
                delay: self.delay,
            }
        }
    }
}

#[derive(Args)]
#[command(next_help_heading = "Delivery")]
struct Delivery {
    /// Speed relative to real time; 0 sends as fast as possible
    #[arg(long, default_value_t = 0.0, value_parser = speed)]
    speed: f64,

    /// Maximum number of concurrent requests
    #[arg(long, default_value_t = 32, value_parser = at_least_one)]
    in_flight: usize,
}

#[derive(Args)]
#[command(next_help_heading = "Review (grades, corrections, resolutions, contacts)")]
struct ReviewArguments {
    /// Do not review the calls
    #[arg(long)]
    no_review: bool,

    /// Email of the reviewer; registered first if the service has no users yet
    #[arg(long, env = "CALL_LEDGER_EMAIL", required_unless_present = "no_review")]
    email: Option<String>,

    /// Password of the reviewer
    #[arg(
        long,
        env = "CALL_LEDGER_PASSWORD",
        hide_env_values = true,
        required_unless_present = "no_review"
    )]
    password: Option<String>,
}

fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "not a number")?;
    if (0.0..=1.0).contains(&share) {
        Ok(share)
    } else {
        Err("must be between 0 and 1".to_owned())
    }
}

fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| "not a number")?;
    if speed.is_finite() && speed >= 0.0 {
        Ok(speed)
    } else {
        Err("must be 0 or greater".to_owned())
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".to_owned()),
        Ok(count) => Ok(count),
        Err(_) => Err("not a whole number".to_owned()),
    }
}

/// Runs the command. The exit code is a failure if a request or a review was not accepted.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let seed = arguments.day.seed;
    let calls = plan_day(&arguments.options());
    // Log in first, so that wrong credentials fail before the day is sent.
    let reviewer = arguments.reviewer().await?;
    let reviews = plan_review(&calls, seed);

    let shares = arguments.disturbance.shares();
    let calls = Arc::new(if shares.any() {
        chaos::disturb(&calls, shares, seed)
    } else {
        calls
    });
    let sent = arguments.post(Arc::clone(&calls), !shares.any()).await?;
    let review = match reviewer {
        Some(reviewer) => Some(reviewer.work_through(reviews).await),
        None => None,
    };

    print!("{}", report::render(&calls, &sent, review.as_ref()));
    let accepted = sent.all_accepted() && review.is_none_or(|tally: ReviewTally| tally.all_done());
    Ok(if accepted { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Arguments {
    fn options(&self) -> DayOptions {
        DayOptions {
            seed: self.day.seed,
            calls: self.day.calls,
            day: self.day.day.unwrap_or_else(today),
            number: self.number.clone(),
            account_sid: self.account_sid.clone(),
            api_base: self.api_base.trim_end_matches('/').to_owned(),
        }
    }

    async fn reviewer(&self) -> anyhow::Result<Option<Reviewer>> {
        match (&self.review.email, &self.review.password) {
            (Some(email), Some(password)) if !self.review.no_review => {
                Ok(Some(Reviewer::log_in(&self.url, email, password).await?))
            }
            _ => Ok(None),
        }
    }

    async fn post(&self, calls: Arc<Vec<PlannedCall>>, in_call_order: bool) -> anyhow::Result<send::Tally> {
        let Delivery { speed, in_flight } = self.delivery;
        let public_url = self.public_url.as_deref().unwrap_or(&self.url);
        let network = Network::new(&self.url, public_url, &self.auth_token, in_flight)?;
        let progress = Progress::towards(calls.iter().map(|call| call.requests.len()).sum());
        let step = {
            let progress = progress.clone();
            move || progress.step()
        };
        let tally = send::send_all(
            network,
            Pace {
                in_flight,
                speed,
                in_call_order,
            },
            calls,
            step,
        )
        .await;
        progress.finish();
        Ok(tally)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the sandbox stands in for external services, which use wall-clock time"
)]
fn today() -> NaiveDate {
    Utc::now().date_naive()
}
