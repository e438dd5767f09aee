//! Accepted and refused documents.

use super::*;

fn verbs(inside: &str) -> Vec<Verb> {
    parse(&format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>{inside}</Response>"
    ))
    .expect(inside)
    .verbs
}

fn refused(inside: &str) -> TwimlError {
    parse(&format!("<Response>{inside}</Response>")).expect_err(inside)
}

#[test]
fn empty_response_parses() {
    assert_eq!(verbs(""), []);
    assert_eq!(parse("<Response/>").map(|document| document.verbs.len()), Ok(0));
}

#[test]
fn say_text_is_unescaped_and_its_white_space_collapsed() {
    let [Verb::Prompt(Prompt::Say(say))] =
        &verbs("<Say voice=\"Polly.Amy\" loop=\"2\">Tom &amp; Jerry&#33;\n  <![CDATA[<3]]></Say>")[..]
    else {
        panic!("not one Say");
    };
    assert_eq!(say.text, "Tom & Jerry! <3");
    assert_eq!((say.voice.as_deref(), say.times), (Some("Polly.Amy"), 2));
}

#[test]
fn ssml_is_reduced_to_its_text() {
    let [Verb::Prompt(Prompt::Say(say))] =
        &verbs("<Say>Wait<break time=\"1s\"/>for <sub alias=\"aluminium\">Al</sub></Say>")[..]
    else {
        panic!("not one Say");
    };
    assert_eq!(say.text, "Wait for aluminium");
}

#[test]
fn gather_without_attributes_has_twilios_defaults() {
    let [Verb::Gather(gather)] = &verbs("<Gather/>")[..] else {
        panic!("not one Gather");
    };
    assert!(gather.keys && !gather.speech && gather.barge_in && !gather.action_on_empty);
    assert_eq!((gather.timeout, gather.speech_timeout), (5, Silence::Seconds(5)));
    assert_eq!((gather.finish_on_key.as_str(), gather.action.as_ref()), ("#", None));
}

#[test]
fn gather_keeps_its_prompts_in_order() {
    let [Verb::Gather(gather)] = &verbs(
        "<Gather input=\"dtmf speech\" action=\"/next\" speechTimeout=\"auto\" actionOnEmptyResult=\"true\" \
         language=\"hi-IN\" hints=\"a, b\" speechModel=\"phone_call\" enhanced=\"true\" bargeIn=\"false\" \
         profanityFilter=\"false\"><Say>one</Say><Pause length=\"2\"/><Play>/a.wav</Play></Gather>",
    )[..] else {
        panic!("not one Gather");
    };
    assert!(gather.keys && gather.speech && gather.action_on_empty && !gather.barge_in);
    assert_eq!(gather.speech_timeout, Silence::Auto);
    assert!(matches!(
        gather.prompts[..],
        [
            Prompt::Say(_),
            Prompt::Pause(Pause { seconds: 2 }),
            Prompt::Play(Play::File { times: 1, .. })
        ]
    ));
}

#[test]
fn dial_accepts_a_bare_number() {
    let [Verb::Dial(dial)] = &verbs("<Dial callerId=\"+15045550100\">+1 (504) 555-0123</Dial>")[..] else {
        panic!("not one Dial");
    };
    let Target::Parties(parties) = &dial.target else {
        panic!("no parties")
    };
    assert_eq!(parties[0].address, "+15045550123");
    assert_eq!(dial.timeout, 30);
}

#[test]
fn client_has_an_identity_and_parameters() {
    let [Verb::Dial(dial)] = &verbs(
        "<Dial answerOnBridge=\"true\"><Client statusCallback=\"/s\" statusCallbackEvent=\"ringing answered\">\
         <Identity>desk</Identity><Parameter name=\"call\" value=\"7\"/></Client><Number>+15045550123</Number></Dial>",
    )[..] else {
        panic!("not one Dial");
    };
    let Target::Parties(parties) = &dial.target else {
        panic!("no parties")
    };
    assert_eq!(parties[0].address, "client:desk");
    assert_eq!(parties[0].parameters, [("call".to_owned(), "7".to_owned())]);
    assert_eq!(
        parties[0].status.as_ref().expect("a callback").events,
        ["ringing", "answered"]
    );
    assert_eq!(parties.len(), 2);
}

#[test]
fn conference_attributes_parse() {
    let [Verb::Dial(dial)] = &verbs(
        "<Dial><Conference muted=\"true\" beep=\"false\" startConferenceOnEnter=\"false\" endConferenceOnExit=\"true\" \
         waitUrl=\"\" participantLabel=\"caller\" coach=\"CA1\" record=\"record-from-start\" \
         recordingStatusCallback=\"/r\" statusCallback=\"/c\" statusCallbackEvent=\"start end join leave mute hold\">\
         room 1</Conference></Dial>",
    )[..] else {
        panic!("not one Dial");
    };
    let Target::Conference(conference) = &dial.target else {
        panic!("no conference")
    };
    assert_eq!(
        (conference.name.as_str(), conference.beep.as_str()),
        ("room 1", "false")
    );
    assert!(conference.muted && !conference.start_on_enter && conference.end_on_exit && conference.record);
    assert_eq!(conference.wait.as_ref().map(|hook| hook.url.as_str()), Some(""));
    assert_eq!(
        conference
            .recording_callback
            .callback
            .as_ref()
            .expect("a callback")
            .events,
        ["completed"]
    );
}

#[test]
fn malformed_xml_is_error_12100() {
    for text in [
        "",
        "hello",
        "<Response>",
        "<Response><Say>a</Response>",
        "<Response/><Response/>",
        "<Response>&nbsp;</Response>",
        "<Say>hello</Say>",
        "<Response><Say a=1>hello</Say></Response>",
        "<Response><Say>Tom & Jerry</Say></Response>",
        " <?xml version=\"1.0\"?><Response/>",
        "<html><body>It works</body></html>",
    ] {
        let error = parse(text).expect_err(text);
        assert_eq!(error.code, 12100, "{text}: {error}");
    }
}

#[test]
fn unknown_verb_or_attribute_is_error_12200() {
    for inside in [
        "<Shout>hello</Shout>",
        "<say>hello</say>",
        "<Say speed=\"2\">hello</Say>",
        "<Say loop=\"often\">hello</Say>",
        "hello",
        "<Gather><Record/></Gather>",
        "<Gather input=\"mind\"/>",
        "<Gather timeout=\"-1\"/>",
        "<Say>hello <Play>a</Play></Say>",
        "<Hangup>now</Hangup>",
        "<Redirect/>",
        "<Dial><Conference>a</Conference><Number>+15045550123</Number></Dial>",
        "<Dial><Conference statusCallbackEvent=\"party\">a</Conference></Dial>",
        "<Dial record=\"maybe\">+15045550123</Dial>",
        "<Record finishOnKey=\"x\"/>",
        "<Connect><Room>a</Room></Connect>",
        "<Stop><Stream/></Stop>",
        "<Stop><Siprec name=\"a\"/></Stop>",
        "<Pause length=\"long\"/>",
        "<Pay/>",
    ] {
        assert_eq!(refused(inside).code, 12200, "{inside}");
    }
}

#[test]
fn some_attributes_have_specific_error_codes() {
    assert_eq!(refused("<Gather finishOnKey=\"12\"/>").code, 13310);
    assert_eq!(refused("<Dial>someone</Dial>").code, 13224);
    for (stream, code) in [
        ("url=\"wss://a/b?c=d\"", 31920),
        ("url=\"ws://a/b\"", 31922),
        ("url=\"https://a/b\"", 31922),
        ("url=\"wss://a/b\" track=\"every_track\"", 31941),
        ("url=\"wss://a/b\" track=\"both_tracks\"", 31941),
        ("name=\"a\"", 12200),
    ] {
        assert_eq!(
            refused(&format!("<Connect><Stream {stream}/></Connect>")).code,
            code,
            "{stream}"
        );
    }
}

#[test]
fn stream_attributes_parse() {
    let [Verb::Connect { stream, action }] = &verbs(
        "<Connect action=\"/after\"><Stream url=\"wss://a/b\" name=\"talk\" statusCallback=\"/s\" \
         statusCallbackMethod=\"GET\"><Parameter name=\"call\" value=\"7\"/></Stream></Connect>",
    )[..] else {
        panic!("not one Connect");
    };
    assert_eq!(action.as_ref().map(|hook| hook.url.as_str()), Some("/after"));
    assert_eq!(
        (stream.url.as_str(), stream.name.as_deref()),
        ("wss://a/b", Some("talk"))
    );
    assert_eq!(stream.parameters, [("call".to_owned(), "7".to_owned())]);
    assert!(stream.track == Track::Inbound && stream.status.as_ref().is_some_and(|hook| hook.get));
    let [Verb::Start(stream), Verb::Stop { name }] =
        &verbs("<Start><Stream url=\"/b\" track=\"both_tracks\"/></Start><Stop><Stream name=\"talk\"/></Stop>")[..]
    else {
        panic!("not Start and Stop");
    };
    assert_eq!(
        (stream.track, stream.url.as_str(), name.as_str()),
        (Track::Both, "/b", "talk")
    );
}

#[test]
fn error_does_not_contain_spoken_text() {
    assert!(!refused("<Say loop=\"secret\">secret</Say>").message.contains("secret"));
    assert!(!refused("<Dial>secret</Dial>").message.contains("secret"));
}
