//! A complete environment for telephone calls on one machine: the service in its own process, and the sandbox as the
//! telephone network and the models. They are connected only by URLs.

use crate::ports::free_port;
use crate::service::{AUTH_TOKEN, Client, Home, PASSWORD, PUBLIC_URL, Service};
use crate::test_stores::TestStores;
use sandbox::models::Models;
use sandbox::network::faults::RestFault;
use sandbox::network::party::Behavior;
use sandbox::network::switch::TimelineEvent;
use sandbox::network::{ApplicationSpec, Network, NumberSpec, Options, Running, scenario::Scenario};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The inbound number that the AI answers.
pub const NUMBER: &str = "+15045550100";
/// Another number of the Twilio account, not configured in the service.
pub const OTHER_NUMBER: &str = "+15045550101";
/// The service's default account SID without Twilio credentials.
const ACCOUNT: &str = "AC00000000000000000000000000000000";
/// The TwiML application of the browser phones.
const APPLICATION: &str = "AP00000000000000000000000000000000";
/// Time for the consequences of a call in a debug build on a busy machine.
const SETTLE_TIMEOUT: Duration = Duration::from_mins(1);

/// Speed of the network's clock.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Factor relative to real time.
    pub speed: f64,
    /// Real time for which the clock runs at normal speed after each request to the service.
    pub settle: Duration,
    /// Whether the service takes its times from the network's clock, so that its timers run at the same speed.
    pub is_shared: bool,
}

impl Default for Pace {
    /// For conversations, in which the service works only while the network waits for its answer.
    fn default() -> Self {
        Self {
            speed: 10.0,
            settle: Duration::from_millis(20),
            is_shared: true,
        }
    }
}

impl Pace {
    /// For work between two requests: starting a recording, dialing a participant. It takes real time: polls of jobs
    /// and read models.
    #[must_use]
    pub const fn jobs() -> Self {
        Self {
            speed: 10.0,
            settle: Duration::from_millis(600),
            is_shared: true,
        }
    }

    /// The service on its own clock, and a network that runs faster except after requests. For a browser, which knows
    /// real time only.
    #[must_use]
    pub const fn browser() -> Self {
        Self {
            speed: 10.0,
            settle: Duration::from_millis(2_500),
            is_shared: false,
        }
    }

    /// Everything as in production.
    #[must_use]
    pub const fn real_time() -> Self {
        Self {
            speed: 1.0,
            settle: Duration::ZERO,
            is_shared: false,
        }
    }
}

/// The service, the telephone network and the models.
pub struct TestEnv {
    pub network: Running,
    pub models: Models,
    pub service: Service,
    pub home: Home,
    port: u16,
    settings: Vec<(String, String)>,
}

impl TestEnv {
    /// Starts an environment whose service uses these stores.
    ///
    /// # Panics
    /// If a component does not start.
    pub async fn open(stores: TestStores) -> Self {
        Self::open_at(stores, Pace::default()).await
    }

    /// Like [`Self::open`], at another pace.
    ///
    /// # Panics
    /// If a component does not start.
    pub async fn open_at(stores: TestStores, pace: Pace) -> Self {
        Self::with_routes(stores, pace, vec![]).await
    }

    /// Like [`Self::open_at`], with additional routes from public URLs to real ones.
    ///
    /// # Panics
    /// If a component does not start.
    pub async fn with_routes(stores: TestStores, pace: Pace, routes: Vec<(String, String)>) -> Self {
        Self::with(stores, pace, routes, &[]).await
    }

    /// Like [`Self::open_at`], with additional settings of the service.
    ///
    /// # Panics
    /// If a component does not start.
    pub async fn with_settings(stores: TestStores, pace: Pace, settings: &[(&str, &str)]) -> Self {
        Self::with(stores, pace, vec![], settings).await
    }

    async fn with(stores: TestStores, pace: Pace, mut routes: Vec<(String, String)>, more: &[(&str, &str)]) -> Self {
        let port = free_port().expect("a free port");
        routes.push((PUBLIC_URL.to_owned(), format!("http://127.0.0.1:{port}")));
        let models = Models::default();
        let options = Options {
            speed: pace.speed,
            settle: pace.settle,
            numbers: [NUMBER, OTHER_NUMBER]
                .map(|number| NumberSpec {
                    phone_number: number.to_owned(),
                    ..NumberSpec::default()
                })
                .into(),
            applications: vec![ApplicationSpec {
                sid: APPLICATION.to_owned(),
                ..ApplicationSpec::default()
            }],
            routes,
            models: models.clone(),
            ..Options::new(ACCOUNT, AUTH_TOKEN)
        };
        let network = Network::start(options).await.expect("a telephone network");
        let home = Home::new(stores);
        let mut settings = vec![
            ("TWILIO_API_BASE".to_owned(), network.base_url.clone()),
            ("TWILIO_PHONE_NUMBER".to_owned(), NUMBER.to_owned()),
            ("TWILIO_INBOUND_PHONE_NUMBER".to_owned(), NUMBER.to_owned()),
            ("TWILIO_TWIML_APP_SID".to_owned(), APPLICATION.to_owned()),
        ];
        if pace.is_shared {
            settings.push(("CLOCK".to_owned(), "sandbox".to_owned()));
        }
        settings.extend(
            more.iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let service = home.start_on(port, &pairs(&settings)).await;
        wait_for_webhook_setup(&network.base_url).await;
        Self {
            network,
            models,
            service,
            home,
            port,
            settings,
        }
    }

    /// Waits until the service has listened to the caller so many times: the network has all answers before.
    ///
    /// # Panics
    /// If that takes too long.
    pub async fn until_listening(&self, call_sid: &str, times: usize) {
        let listened = || {
            let state = self.network.switch().state();
            let timeline = state
                .call(call_sid)
                .map(|call| call.timeline.as_slice())
                .unwrap_or_default();
            let listening = timeline
                .iter()
                .filter(|entry| matches!(entry.event, TimelineEvent::Listening));
            listening.count() >= times
        };
        let deadline = Instant::now() + SETTLE_TIMEOUT;
        while !listened() {
            assert!(Instant::now() < deadline, "the service did not listen {times} times");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Kills the service and restarts it on the same port.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn kill_and_restart(&mut self) {
        // The network's clock stands still during the restart.
        let stopped = self.network.switch().clock.stop();
        self.service.kill_in_place();
        self.restart().await;
        drop(stopped);
    }

    /// Starts the service again on the same port after it has stopped.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn restart(&mut self) {
        self.service = self.home.start_on(self.port, &pairs(&self.settings)).await;
    }

    /// Configures the default agent to prompt a silent caller ten times, so that a slow test does not lose the call.
    pub async fn allow_long_silence(&self, admin: &Client) {
        let settings = json!({ "settings": { "limits": { "max_duration_s": 14_400, "silence_prompts": 10 } } });
        admin.put("/api/agents/default", &settings).await.expect(200);
    }

    /// The service's settings, to start another service with.
    #[must_use]
    pub fn settings(&self) -> Vec<(&str, &str)> {
        pairs(&self.settings)
    }

    /// A client signed in as admin.
    pub async fn admin(&self) -> Client {
        self.service.client().signed_in().await
    }

    /// Plays the scenario and waits until the call has ended and the network has sent all its webhooks.
    ///
    /// # Panics
    /// If the scenario's expectations are not met.
    pub async fn play(&self, scenario: &Scenario) -> String {
        let call_sid = scenario.begin(self.network.switch()).expect("the call is placed");
        self.network.ended(&call_sid).await.expect("the call is known");
        self.network.quiet().await;
        self.assert_expectations_met(scenario, &call_sid);
        call_sid
    }

    /// Asserts that an ended call met the scenario's expectations.
    ///
    /// # Panics
    /// If it did not.
    pub fn assert_expectations_met(&self, scenario: &Scenario, call_sid: &str) {
        let unmet = self.unmet(scenario, call_sid);
        assert!(unmet.is_empty(), "{unmet:#?}\n{}", self.service.log());
    }

    /// The scenario's expectations that an ended call did not meet.
    ///
    /// # Panics
    /// If the call does not exist.
    #[must_use]
    pub fn unmet(&self, scenario: &Scenario, call_sid: &str) -> Vec<String> {
        let state = self.network.switch().state();
        let recordings = state.recordings.iter().filter(|it| it.call_sid == call_sid).count();
        scenario
            .expect
            .unmet(state.call(call_sid).expect("the call is known"), recordings)
    }

    /// Waits until these words have started to play on a leg.
    ///
    /// # Panics
    /// On timeout.
    pub async fn wait_for_speech(&self, call_sid: &str, words: &str) {
        let has_heard =
            |what: &TimelineEvent| matches!(what, TimelineEvent::Heard { text, .. } if text.contains(words));
        let deadline = Instant::now() + SETTLE_TIMEOUT;
        loop {
            let is_heard = {
                let state = self.network.switch().state();
                let call = state.call(call_sid).expect("the call is known");
                call.timeline.iter().any(|entry| has_heard(&entry.event))
            };
            if is_heard {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "{words} was not played on the leg\n{}",
                self.service.log()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Defines the party that answers at a number or at `client:<identity>`.
    pub fn set_party(&self, address: &str, behavior: Behavior) {
        let mut state = self.network.switch().state();
        state.directory.insert(address.to_owned(), behavior);
    }

    /// Invites and registers another user with this name and role, and returns their client.
    ///
    /// # Panics
    /// If the service refuses.
    pub async fn team_member(&self, admin: &Client, name: &str, role: &str) -> Client {
        let email = format!("{name}@example.com");
        let invited = admin
            .post("/api/users", &json!({ "email": email, "role": role }))
            .await
            .expect(201)
            .json();
        let token = invited["invitation"].as_str().expect("an invitation");
        let registered = self
            .service
            .client()
            .post(
                "/api/auth/register",
                &json!({ "email": email, "name": name, "password": PASSWORD, "invitation": token }),
            )
            .await
            .expect(201);
        self.service.client().with_session(&registered)
    }

    /// Dry-runs a rebuild of a read model.
    ///
    /// # Panics
    /// If the rebuilt rows differ from the current ones.
    pub fn assert_rebuild_is_identical(&self, model: &str) {
        let mut command = self.home.command("projections", &[]);
        let rebuilt = command
            .args(["rebuild", model, "--dry-run"])
            .output()
            .expect("the program runs");
        let stdout = String::from_utf8_lossy(&rebuilt.stdout).into_owned();
        let stderr = String::from_utf8_lossy(&rebuilt.stderr).into_owned();
        assert!(stdout.contains("difference: none"), "{model}: {stdout}{stderr}");
    }

    /// Polls a resource until its JSON meets the condition.
    ///
    /// # Panics
    /// On timeout, with the last value and the service's log.
    pub async fn until(&self, client: &Client, path: &str, what: &str, condition: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + SETTLE_TIMEOUT;
        loop {
            let answer = client.read(path).await;
            let value: Value = serde_json::from_str(&answer.text).unwrap_or_default();
            if answer.status == 200 && condition(&value) {
                return value;
            }
            assert!(
                Instant::now() < deadline,
                "timeout at {path}: {what}: {} {value:#}\n{}",
                answer.status,
                self.service.log()
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Ends a leg, as if its party hung up.
    ///
    /// # Panics
    /// If the network refuses.
    pub async fn end_leg(&self, call_sid: &str) {
        let url = format!(
            "{}/2010-04-01/Accounts/{ACCOUNT}/Calls/{call_sid}.json",
            self.network.base_url
        );
        let request = reqwest::Client::new().post(&url).basic_auth(ACCOUNT, Some(AUTH_TOKEN));
        let answer = request
            .form(&[("Status", "completed")])
            .send()
            .await
            .expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
    }

    /// Makes the network refuse the service's next REST requests: each entry is a part of the path, the status and the
    /// number of requests.
    pub fn fail_requests(&self, faults: &[(&str, u16, u32)]) {
        let faults = faults.iter().map(|(path, status, next)| RestFault {
            status: *status,
            next: *next,
            path: (*path).to_owned(),
            after: false,
        });
        self.network.switch().state().faults.rest = faults.collect();
    }

    /// The network's HTTP status for the recording behind a link. Waits until it is 404, or for the timeout.
    ///
    /// # Panics
    /// If the network does not answer, or the link contains no recording SID.
    pub async fn recording_status_at_twilio(&self, link: &str) -> u16 {
        let sid = link
            .split(['/', '?'])
            .find(|part| part.starts_with("RE"))
            .expect("a recording");
        let url = format!(
            "{}/2010-04-01/Accounts/{ACCOUNT}/Recordings/{sid}.json",
            self.network.base_url
        );
        let deadline = Instant::now() + SETTLE_TIMEOUT;
        loop {
            let request = reqwest::Client::new().get(&url).basic_auth(ACCOUNT, Some(AUTH_TOKEN));
            let status = request.send().await.expect("an answer").status().as_u16();
            if status == 404 || Instant::now() > deadline {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Stops all components.
    pub async fn close(self) {
        self.service.terminate();
        self.close_stopped().await;
    }

    /// Stops all components but the service, which stops by itself or has stopped.
    pub async fn close_stopped(mut self) {
        self.service.exit_code().await;
        self.models.stop();
        self.network.stop().await;
    }
}

/// Waits until the service has set its webhook URLs at the network; it sets the application's last.
async fn wait_for_webhook_setup(network: &str) {
    let http = reqwest::Client::new();
    let application = format!("{network}/2010-04-01/Accounts/{ACCOUNT}/Applications/{APPLICATION}.json");
    let deadline = Instant::now() + SETTLE_TIMEOUT;
    loop {
        let request = http.get(&application).basic_auth(ACCOUNT, Some(AUTH_TOKEN));
        let answer: Value = request.send().await.expect("an answer").json().await.expect("JSON");
        if answer["voice_url"].is_string() {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "the service has not set its webhook URLs: {answer}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn pairs(settings: &[(String, String)]) -> Vec<(&str, &str)> {
    settings
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}
