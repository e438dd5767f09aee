//! The whole world of a telephone call on one machine: the service in a process of its own, and the sandbox as the
//! telephone network and as the models. Nothing connects them but addresses.

use crate::place::Place;
use crate::service::{AUTH_TOKEN, Client, Home, PUBLIC_URL, Service, free_port};
use sandbox::models::Models;
use sandbox::network::{ApplicationSpec, Network, NumberSpec, Options, Running, scenario::Scenario};
use serde_json::Value;
use std::time::{Duration, Instant};

/// Our number that the AI answers.
pub const NUMBER: &str = "+15045550100";
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
        let port = free_port();
        let models = Models::default();
        let options = Options {
            speed: pace.speed,
            settle: pace.settle,
            numbers: vec![NumberSpec {
                phone_number: NUMBER.to_owned(),
                ..NumberSpec::default()
            }],
            applications: vec![ApplicationSpec {
                sid: APPLICATION.to_owned(),
                ..ApplicationSpec::default()
            }],
            routes: vec![(PUBLIC_URL.to_owned(), format!("http://127.0.0.1:{port}"))],
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
        self.service.kill_in_place();
        self.service = self.home.start_on(self.port, &pairs(&self.settings)).await;
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
        let unmet = {
            let state = self.network.exchange().state();
            scenario
                .expect
                .unmet(state.call(&call_sid).expect("the call is known"), 0)
        };
        assert!(unmet.is_empty(), "{unmet:#?}\n{}", self.service.log());
        call_sid
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
