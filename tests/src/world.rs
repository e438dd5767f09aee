//! The whole world of a telephone call on one machine: the service in a process of its own, and the sandbox as the
//! telephone network and as the models. Nothing connects them but addresses.

use crate::place::Place;
use crate::ports::free_port;
use crate::service::{AUTH_TOKEN, Client, Home, PASSWORD, PUBLIC_URL, Service};
use sandbox::models::Models;
use sandbox::network::exchange::{RestFault, What};
use sandbox::network::person::Behaviour;
use sandbox::network::{ApplicationSpec, Network, NumberSpec, Options, Running, scenario::Scenario};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Our number that the AI answers.
pub const NUMBER: &str = "+15045550100";
/// Another number of the account's, of which the service has not been told.
pub const OTHER_NUMBER: &str = "+15045550101";
/// The account, as the service has it without one of its own.
const ACCOUNT: &str = "AC00000000000000000000000000000000";
/// The application of the browser's telephone.
const APPLICATION: &str = "AP00000000000000000000000000000000";
/// How long what follows from a call may take; a debug build on a busy machine is slow.
const SETTLED_WITHIN: Duration = Duration::from_mins(1);

/// How the network's clock runs.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// How many times faster than the world.
    pub speed: f64,
    /// How long it keeps the world's pace after each request to the service.
    pub settle: Duration,
}

impl Default for Pace {
    /// A call of a minute takes some seconds.
    fn default() -> Self {
        Self {
            speed: 10.0,
            settle: Duration::from_millis(20),
        }
    }
}

impl Pace {
    /// So slow that what the service does of its own accord between two requests takes place between them in the call
    /// too: that a recording is started, or that a service which was killed comes back.
    #[must_use]
    pub const fn slow() -> Self {
        Self {
            speed: 10.0,
            settle: Duration::from_millis(2_500),
        }
    }
}

/// The service, the telephone network and the models.
pub struct World {
    /// The telephone network.
    pub network: Running,
    /// The models.
    pub models: Models,
    /// The service.
    pub service: Service,
    /// Where it lives.
    pub home: Home,
    port: u16,
    settings: Vec<(String, String)>,
}

impl World {
    /// A world whose service keeps its ledger at this place.
    ///
    /// # Panics
    /// When something does not start.
    pub async fn open(place: Place) -> Self {
        Self::open_at(place, Pace::default()).await
    }

    /// The same at another pace.
    ///
    /// # Panics
    /// When something does not start.
    pub async fn open_at(place: Place, pace: Pace) -> Self {
        Self::with_routes(place, pace, vec![]).await
    }

    /// The same, where more addresses lead somewhere: from public ones to real ones.
    ///
    /// # Panics
    /// When something does not start.
    pub async fn with_routes(place: Place, pace: Pace, mut routes: Vec<(String, String)>) -> Self {
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
            ..Options::new(ACCOUNT, AUTH_TOKEN)
        };
        let network = Network::start_with(options, sandbox::models::router(models.clone()))
            .await
            .expect("a telephone network");
        let home = Home::new(place);
        let settings = vec![
            ("TWILIO_API_BASE".to_owned(), network.base_url.clone()),
            ("TWILIO_PHONE_NUMBER".to_owned(), NUMBER.to_owned()),
            ("TWILIO_INBOUND_PHONE_NUMBER".to_owned(), NUMBER.to_owned()),
            ("TWILIO_TWIML_APP_SID".to_owned(), APPLICATION.to_owned()),
        ];
        let service = home.start_on(port, &pairs(&settings)).await;
        knows_our_addresses(&network.base_url).await;
        Self {
            network,
            models,
            service,
            home,
            port,
            settings,
        }
    }

    /// Kills the service without a warning and starts it again, where the network finds it.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn kill_and_restart(&mut self) {
        // However long that takes: for the people of the call it is a moment.
        let stopped = self.network.exchange().clock.stop();
        self.service.kill_in_place();
        self.service = self.home.start_on(self.port, &pairs(&self.settings)).await;
        drop(stopped);
    }

    /// Has the default agent ask so often whether a silent caller is still there that a slow test does not lose the call.
    pub async fn is_patient(&self, admin: &Client) {
        let settings = json!({ "settings": { "limits": { "max_duration_s": 14_400, "silence_prompts": 10 } } });
        admin.put("/api/agents/default", &settings).await.expect(200);
    }

    /// How the service is set up, for another one beside it.
    #[must_use]
    pub fn settings(&self) -> Vec<(&str, &str)> {
        pairs(&self.settings)
    }

    /// An admin.
    pub async fn admin(&self) -> Client {
        self.service.client().signed_in().await
    }

    /// Has the scenario's caller call, and waits until the call is over and the network has told all of it.
    ///
    /// # Panics
    /// When something was not as the scenario expects.
    pub async fn play(&self, scenario: &Scenario) -> String {
        let call_sid = scenario.begin(self.network.exchange()).expect("the call is placed");
        self.network.ended(&call_sid).await.expect("the call is known");
        self.network.quiet().await;
        self.expect_as_it_should(scenario, &call_sid);
        call_sid
    }

    /// Checks that a call that is over went as the scenario expects.
    ///
    /// # Panics
    /// When it did not.
    pub fn expect_as_it_should(&self, scenario: &Scenario, call_sid: &str) {
        let unmet = self.unmet(scenario, call_sid);
        assert!(unmet.is_empty(), "{unmet:#?}\n{}", self.service.log());
    }

    /// What of a call that is over was not as the scenario expects.
    ///
    /// # Panics
    /// When there is no such call.
    #[must_use]
    pub fn unmet(&self, scenario: &Scenario, call_sid: &str) -> Vec<String> {
        let state = self.network.exchange().state();
        let recordings = state.recordings.iter().filter(|it| it.call_sid == call_sid).count();
        scenario
            .expect
            .unmet(state.call(call_sid).expect("the call is known"), recordings)
    }

    /// Waits until somebody has begun to say these words to whoever is on a leg.
    ///
    /// # Panics
    /// When they do not.
    pub async fn heard(&self, call_sid: &str, words: &str) {
        let has_heard = |what: &What| matches!(what, What::Heard { text, .. } if text.contains(words));
        let deadline = Instant::now() + SETTLED_WITHIN;
        loop {
            let is_heard = {
                let state = self.network.exchange().state();
                let call = state.call(call_sid).expect("the call is known");
                call.moments.iter().any(|moment| has_heard(&moment.what))
            };
            if is_heard {
                return;
            }
            assert!(Instant::now() < deadline, "nobody said {words}\n{}", self.service.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Lets somebody be called, by number or as `client:` and an identity.
    pub fn can_be_called(&self, address: &str, behaviour: Behaviour) {
        let mut state = self.network.exchange().state();
        state.directory.insert(address.to_owned(), behaviour);
    }

    /// Somebody else of ours, by name and role.
    ///
    /// # Panics
    /// When they cannot be invited.
    pub async fn colleague(&self, admin: &Client, name: &str, role: &str) -> Client {
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

    /// Rebuilds a read model beside the one in use, and compares.
    ///
    /// # Panics
    /// When there is a difference.
    pub fn rebuild_changes_nothing(&self, model: &str) {
        let mut command = self.home.command("projections", &[]);
        let rebuilt = command
            .args(["rebuild", model, "--dry-run"])
            .output()
            .expect("the program runs");
        let said = String::from_utf8_lossy(&rebuilt.stdout).into_owned();
        let complained = String::from_utf8_lossy(&rebuilt.stderr).into_owned();
        assert!(said.contains("difference: none"), "{model}: {said}{complained}");
    }

    /// Reads the call until it is as wanted.
    ///
    /// # Panics
    /// When it does not become so, with what it is like and with the service's log.
    pub async fn until(&self, client: &Client, path: &str, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + SETTLED_WITHIN;
        loop {
            let answer = client.read(path).await;
            let value: Value = serde_json::from_str(&answer.text).unwrap_or_default();
            if answer.status == 200 && wanted(&value) {
                return value;
            }
            assert!(
                Instant::now() < deadline,
                "{path} is not as wanted ({what}): {} {value:#}\n{}",
                answer.status,
                self.service.log()
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Whoever is on this leg hangs up, as far as the service can tell.
    ///
    /// # Panics
    /// When the network refuses.
    pub async fn hangs_up(&self, call_sid: &str) {
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

    /// Has the next REST requests of the service refused; each of these only where the path contains a word.
    pub fn refuses(&self, refused: &[(&str, u16, u32)]) {
        let faults = refused.iter().map(|(path, status, next)| RestFault {
            status: *status,
            next: *next,
            path: (*path).to_owned(),
            after: false,
        });
        self.network.exchange().state().faults.rest = faults.collect();
    }

    /// What the network says of the recording that a link plays: its HTTP status, once it is gone or after a while.
    ///
    /// # Panics
    /// When the network does not answer, or the link names no recording.
    pub async fn recording_at_twilio(&self, link: &str) -> u16 {
        let sid = link
            .split(['/', '?'])
            .find(|part| part.starts_with("RE"))
            .expect("a recording");
        let url = format!(
            "{}/2010-04-01/Accounts/{ACCOUNT}/Recordings/{sid}.json",
            self.network.base_url
        );
        let deadline = Instant::now() + SETTLED_WITHIN;
        loop {
            let request = reqwest::Client::new().get(&url).basic_auth(ACCOUNT, Some(AUTH_TOKEN));
            let status = request.send().await.expect("an answer").status().as_u16();
            if status == 404 || Instant::now() > deadline {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Stops everything.
    pub async fn close(self) {
        self.service.stop().await;
        self.models.stop();
        self.network.stop().await;
    }
}

/// Waits until the service has told the network whom to ask and to tell: the application comes last.
async fn knows_our_addresses(network: &str) {
    let http = reqwest::Client::new();
    let application = format!("{network}/2010-04-01/Accounts/{ACCOUNT}/Applications/{APPLICATION}.json");
    let deadline = Instant::now() + SETTLED_WITHIN;
    loop {
        let request = http.get(&application).basic_auth(ACCOUNT, Some(AUTH_TOKEN));
        let answer: Value = request.send().await.expect("an answer").json().await.expect("JSON");
        if answer["voice_url"].is_string() {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "the service has not set its addresses: {answer}"
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
