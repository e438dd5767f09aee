use super::*;

fn resolved(settings: Settings) -> Config {
    Config::resolve(settings).expect("a usable configuration")
}

fn refused(settings: Settings) -> String {
    Config::resolve(settings).expect_err("not usable").to_string()
}

#[test]
fn no_settings_select_the_sandbox_on_loopback_with_files_in_data() {
    let config = resolved(Settings::default());
    assert!(config.twilio.sandbox);
    assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(
        config.callback_url("/twilio/inbound"),
        "http://localhost:3000/twilio/inbound"
    );
    assert_eq!(config.ledger_database, DatabaseUrl::Folder("./data".into()));
    assert_eq!(config.recordings_url, "file://./data/recordings");
}

#[test]
fn default_public_url_has_the_port() {
    let config = resolved(Settings {
        port: Some(8080),
        ..Settings::default()
    });
    assert_eq!(config.callback_url("/ws"), "http://localhost:8080/ws");
}

#[test]
fn unset_databases_default_to_the_ledger_database() {
    let config = resolved(Settings {
        ledger_database_url: Some(Secret::new("postgres://u:p@db/ledger")),
        keys_database_url: Some(Secret::new("postgres://u:p@vault/keys")),
        ..Settings::default()
    });
    assert_eq!(config.read_models_database, config.ledger_database);
    assert_eq!(config.accounts_database, config.ledger_database);
    assert_ne!(config.keys_database, config.ledger_database);
}

#[test]
fn flag_or_variable_overrides_the_file_unless_it_is_empty() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("c.toml");
    std::fs::write(
        &file,
        "port = 1\nlisten = '10.0.0.1'\npublic_url = 'https://calls.example'\n",
    )
    .expect("written");
    let given = Settings {
        port: Some(2),
        listen: Some(String::new()),
        ..Settings::default()
    };
    let config = resolved(given.with_file(Some(&file)).expect("read"));
    assert_eq!(config.listen.to_string(), "10.0.0.1:2");
    assert!(config.is_https());
}

#[test]
fn file_with_an_unknown_key_is_refused_without_quoting_its_value() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("c.toml");
    std::fs::write(&file, "twilio_auth_tokn = 'hunter2'\n").expect("written");
    let error = Settings::default()
        .with_file(Some(&file))
        .expect_err("unknown key")
        .to_string();
    assert!(
        error.contains("twilio_auth_tokn") && !error.contains("hunter2"),
        "{error}"
    );
}

#[test]
fn missing_named_file_is_refused() {
    assert!(
        Settings::default()
            .with_file(Some(Path::new("/does/not/exist.toml")))
            .is_err()
    );
}

#[test]
fn incomplete_twilio_credentials_are_refused() {
    let sid = Settings {
        twilio_account_sid: Some("AC1".into()),
        ..Settings::default()
    };
    assert!(refused(sid).starts_with("TWILIO_AUTH_TOKEN"));
    let key = Settings {
        twilio_api_key: Some("SK1".into()),
        ..Settings::default()
    };
    assert!(refused(key).starts_with("TWILIO_API_KEY"));
}

#[test]
fn twilio_account_listens_on_all_addresses() {
    let config = resolved(Settings {
        twilio_account_sid: Some("AC1".into()),
        twilio_auth_token: Some(Secret::new("t")),
        ..Settings::default()
    });
    assert!(!config.twilio.sandbox);
    assert_eq!(config.listen.to_string(), "0.0.0.0:3000");
}

#[test]
fn invalid_public_url_is_refused() {
    for text in [
        "calls.example",
        "ftp://calls.example",
        "https://u:p@calls.example",
        "https://calls.example/?a=b",
    ] {
        assert!(
            refused(Settings {
                public_url: Some(text.into()),
                ..Settings::default()
            })
            .starts_with("PUBLIC_URL")
        );
    }
}

#[test]
fn debug_of_the_configuration_hides_secrets() {
    let config = resolved(Settings {
        ledger_database_url: Some(Secret::new("postgres://ada:hunter2@db/ledger")),
        twilio_auth_token: Some(Secret::new("hunter2")),
        ledger_master_key: Some(Secret::new("hunter2")),
        openai_api_key: Some(Secret::new("hunter2")),
        anthropic_api_key: Some(Secret::new("hunter2")),
        ..Settings::default()
    });
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn default_models_are_not_those_that_are_shut_down() {
    let models = |key: bool| {
        let settings = Settings {
            openai_api_key: key.then(|| Secret::new("k")),
            ..Settings::default()
        };
        resolved(settings).models
    };
    assert_eq!(models(true).transcription, "gpt-transcribe");
    assert_eq!(models(false).transcription, "sandbox");
    assert_eq!((models(true).speech, models(false).speech), (None, None));
}

#[test]
fn language_model_provider_follows_the_configured_keys() {
    let provider = |openai: bool, anthropic: bool| {
        let key = |given: bool| given.then(|| Secret::new("k"));
        let settings = Settings {
            openai_api_key: key(openai),
            anthropic_api_key: key(anthropic),
            ..Settings::default()
        };
        resolved(settings).models.chat_provider
    };
    assert_eq!(provider(false, false), ChatProvider::OpenAi);
    assert_eq!(provider(true, false), ChatProvider::OpenAi);
    assert_eq!(provider(true, true), ChatProvider::OpenAi);
    assert_eq!(provider(false, true), ChatProvider::Anthropic);
}

#[test]
fn anthropic_without_key_and_address_is_refused() {
    let anthropic = |base_url: Option<&str>| Settings {
        chat_provider: Some(ChatProvider::Anthropic),
        anthropic_base_url: base_url.map(str::to_owned),
        ..Settings::default()
    };
    assert!(refused(anthropic(None)).starts_with("ANTHROPIC_API_KEY"));
    assert!(refused(anthropic(Some("localhost:8080"))).starts_with("ANTHROPIC_BASE_URL"));
    resolved(anthropic(Some("http://localhost:8080")));
}

#[test]
fn sandbox_token_is_generated_once_and_readable_by_its_owner_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = resolved(Settings {
        data_dir: Some(folder.path().into()),
        ..Settings::default()
    });
    let token = config.auth_token().expect("made");
    assert_eq!(token.expose().len(), 32);
    assert_eq!(config.auth_token().expect("read"), token);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(folder.path().join(SANDBOX_TOKEN_FILE))
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn stream_url_is_wss_on_the_media_url_or_the_public_url() {
    let at = |public: &str, media: Option<&str>| {
        let settings = Settings {
            public_url: Some(public.to_owned()),
            media_url: media.map(str::to_owned),
            ..Settings::default()
        };
        resolved(settings).stream_url("/twilio/media")
    };
    assert_eq!(at("https://calls.example", None), "wss://calls.example/twilio/media");
    assert_eq!(at("http://localhost:3000/", None), "wss://localhost:3000/twilio/media");
    assert_eq!(
        at("https://calls.example", Some("https://one.calls.example/base")),
        "wss://one.calls.example/base/twilio/media"
    );
    let wrong = Settings {
        media_url: Some("wss://calls.example".to_owned()),
        ..Settings::default()
    };
    let error = Config::resolve(wrong).expect_err("not http").to_string();
    assert!(error.starts_with("MEDIA_URL"), "{error}");
}

#[test]
fn renamed_variable_that_is_still_set_is_refused_with_the_new_name() {
    for (old, new) in super::RENAMED {
        let error = super::refuse_renamed(|variable| variable == old).expect_err("refused");
        let text = error.to_string();
        assert!(text.contains(old) && text.contains(new), "{text}");
        assert!(Settings::VARIABLES.contains(&new), "{new} is a setting");
        assert!(!Settings::VARIABLES.contains(&old), "{old} is none");
    }
    super::refuse_renamed(|_| false).expect("nothing is set");
}

#[test]
fn trusted_proxies_are_addresses_and_networks() {
    let parse = |text: &str| super::trusted_proxies(text).map(|networks| networks.len());
    assert_eq!(parse("").expect("none"), 0);
    assert_eq!(parse("10.0.0.0/8, 127.0.0.1,::1 , fd00::/8").expect("four"), 4);
    for text in ["true", "10.0.0.0/33", "proxy.example.com", "10.0.0.1:80"] {
        let error = parse(text).expect_err(text).to_string();
        assert!(error.contains("TRUSTED_PROXIES"), "{error}");
    }
}

#[test]
fn sandbox_clock_is_refused_with_a_twilio_account() {
    assert_eq!(resolved(Settings::default()).clock, LedgerClock::System);
    let clock = |clock: &str| Settings {
        clock: Some(clock.to_owned()),
        ..Settings::default()
    };
    assert_eq!(resolved(clock("sandbox")).clock, LedgerClock::Sandbox);
    assert_eq!(refused(clock("virtual")), "CLOCK must be system or sandbox");
    let with_account = |clock| Settings {
        twilio_account_sid: Some("AC1".to_owned()),
        twilio_auth_token: Some(Secret::new("token")),
        ..clock
    };
    assert_eq!(resolved(with_account(clock("system"))).clock, LedgerClock::System);
    let refusal = refused(with_account(clock("sandbox")));
    assert!(
        refusal.starts_with("CLOCK must not be sandbox when TWILIO_ACCOUNT_SID is set"),
        "{refusal}"
    );
}
