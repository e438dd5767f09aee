//! `traffic`: plans a day, disturbs it, posts it, reviews it, and reports.

use super::progress::Progress;
use chrono::{NaiveDate, Utc};
use clap::Args;
use sandbox::traffic::chaos::{self, Shares};
use sandbox::traffic::plan::{self, DayOptions, PlannedCall};
use sandbox::traffic::report;
use sandbox::traffic::review::{ReviewTally, Reviewer, plan_review};
use sandbox::traffic::send::{self, Network, Pace};
use std::process::ExitCode;
use std::sync::Arc;

/// Post a day of calls as Twilio would post them, then review some of them as people would
///
/// Every request is form-encoded and signed, and carries an idempotency token. Callers are answered by the AI, missed,
/// sent to voicemail, recorded, taken over, held and transferred; people call out from the browser and find somebody,
/// a machine, a busy line or nobody. The same --seed and --day give the same calls, in calm as in chaos: all numbers,
/// names and words are fiction.
///
/// Ends with a table. The exit code is 0 only if every request was answered with 2xx and every review was accepted.
#[derive(Args)]
#[command(after_help = "Examples:
  call-ledger-sandbox traffic --auth-token secret --email me@example.com --password hunter22
  call-ledger-sandbox traffic --auth-token secret --no-review --calls 5000 --seed 7 --chaos
  call-ledger-sandbox traffic --auth-token secret --no-review --speed 60     an hour a minute")]
pub struct Arguments {
    /// Where the service listens
    #[arg(long, default_value = "http://127.0.0.1:3000")]
    url: String,

    /// The URL by which the service knows itself, which is the one that is signed [default: --url]
    #[arg(long)]
    public_url: Option<String>,

    /// The auth token with which requests are signed
    #[arg(long, env = "TWILIO_AUTH_TOKEN", hide_env_values = true)]
    auth_token: String,

    /// The account in whose name the calls are made
    #[arg(long, env = "TWILIO_ACCOUNT_SID", default_value = plan::ACCOUNT_SID)]
    account_sid: String,

    /// The service's own telephone number
    #[arg(long, default_value = "+15045550100")]
    number: String,

    /// Where recordings are said to be
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
    /// How many calls
    #[arg(long, default_value_t = 200)]
    calls: usize,

    /// Decides who calls, when, and what happens
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// The day of the calls, in UTC; its later hours may be still to come [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Option<NaiveDate>,
}

#[derive(Args)]
#[command(next_help_heading = "Disturbances (what the requests say stays the same)")]
struct Disturbance {
    /// The share of requests that are sent again, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    duplicates: f64,

    /// The share of requests that change places with another of the same call, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    reorder: f64,

    /// The share of requests that come seconds to half an hour late, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    delay: f64,

    /// All three: 0.3 duplicates, 0.3 reordered, 0.2 late
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
    /// How many times faster than the day itself; 0 is as fast as possible
    #[arg(long, default_value_t = 0.0, value_parser = speed)]
    speed: f64,

    /// At most so many requests under way at once
    #[arg(long, default_value_t = 32, value_parser = at_least_one)]
    in_flight: usize,
}

#[derive(Args)]
#[command(next_help_heading = "Review (grades, corrections, resolutions, contacts)")]
struct ReviewArguments {
    /// Review nothing afterwards
    #[arg(long)]
    no_review: bool,

    /// Who reviews; registered first if the service has no users yet
    #[arg(long, env = "CALL_LEDGER_EMAIL", required_unless_present = "no_review")]
    email: Option<String>,

    /// Their password
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
        Err("not between 0 and 1".to_owned())
    }
}

fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| "not a number")?;
    if speed.is_finite() && speed >= 0.0 {
        Ok(speed)
    } else {
        Err("not zero or more".to_owned())
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("at least 1".to_owned()),
        Ok(count) => Ok(count),
        Err(_) => Err("not a whole number".to_owned()),
    }
}

/// The whole of it. Fails if anything was not accepted.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let seed = arguments.day.seed;
    let calls = plan::plan_day(&arguments.options());
    // Before the day is sent: who cannot log in learns it now.
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
    reason = "the sandbox is the outside world: here, today is whatever it is"
)]
fn today() -> NaiveDate {
    Utc::now().date_naive()
}
