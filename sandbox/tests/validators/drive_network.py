"""Exercises every resource of a sandbox network that a service uses, with Twilio's official client.

Arguments: base URL of the network, account SID, auth token, URL of a product that answers with TwiML, number of the
account. Streams connect to wss://media.example.com. Fails at the first deviation from Twilio's documentation. Prints
the completed steps.
"""

import json
import sys
import time
import urllib.request
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

BASE, ACCOUNT, TOKEN, PRODUCT, NUMBER = sys.argv[1:]
FRIEND = "+15045550111"
MEDIA = "wss://media.example.com"


class Redirected(TwilioHttpClient):
    """Redirects requests for api.twilio.com to the network without other changes."""

    def request(self, method, url, *args, **kwargs):
        base, target = urlsplit(BASE), urlsplit(url)
        assert target.netloc == "api.twilio.com", url
        return super().request(method, urlunsplit((base.scheme, base.netloc, *target[2:])), *args, **kwargs)


def create_client(token=TOKEN):
    http = Redirected()
    http.session.trust_env = False
    return Client(ACCOUNT, token, http_client=http)


client = create_client()


def eventually(what, get):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        value = get()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"timed out: {what}")


def assert_rejected(status, code, do):
    try:
        do()
    except TwilioRestException as error:
        assert (error.status, error.code) == (status, code), error
        return
    raise AssertionError(f"not rejected with {code}")


def done(what):
    print(what, flush=True)


def wait_until_answered(sid):
    return eventually("the answer", lambda: client.calls(sid).fetch().status == "in-progress")


def wait_until_ended(sid):
    over = ("completed", "busy", "no-answer", "failed", "canceled")
    return eventually("the end", lambda: client.calls(sid).fetch().status in over)


def numbers():
    [number] = client.incoming_phone_numbers.list(phone_number=NUMBER)
    assert isinstance(number.date_created, datetime) and number.capabilities["voice"] is True
    changed = client.incoming_phone_numbers(number.sid).update(
        voice_url=f"{PRODUCT}/voice", voice_method="POST", status_callback=f"{PRODUCT}/status", friendly_name="Shop"
    )
    assert (changed.voice_url, changed.friendly_name) == (f"{PRODUCT}/voice", "Shop")
    assert client.incoming_phone_numbers(number.sid).fetch().status_callback == f"{PRODUCT}/status"
    bought = client.incoming_phone_numbers.create(phone_number="+15045550107")
    assert bought.delete() is True
    assert_rejected(404, 20404, lambda: bought.fetch())
    done("numbers")


def applications():
    app = client.applications.create(friendly_name="desk", voice_url=f"{PRODUCT}/browser", voice_method="POST")
    assert client.applications(app.sid).fetch().voice_url == f"{PRODUCT}/browser"
    assert [one.sid for one in client.applications.list(friendly_name="desk")] == [app.sid]
    assert app.delete() is True
    done("applications")


def calls_and_recordings():
    call = client.calls.create(
        to=FRIEND,
        from_=NUMBER,
        url=f"{PRODUCT}/long",
        status_callback=f"{PRODUCT}/progress",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
        timeout=30,
    )
    assert (call.status, call.direction, call.to, call.price) == ("queued", "outbound-api", FRIEND, None)
    assert_rejected(400, 21220, lambda: client.calls(call.sid).recordings.create())
    wait_until_answered(call.sid)
    recording = client.calls(call.sid).recordings.create(
        recording_channels="dual",
        recording_status_callback=f"{PRODUCT}/recording",
        recording_status_callback_event=["in-progress", "completed", "absent"],
    )
    assert (recording.status, recording.channels, recording.source) == ("in-progress", 2, "StartCallRecordingAPI")
    current = client.calls(call.sid).recordings("Twilio.CURRENT")
    assert current.update(status="paused", pause_behavior="skip").status == "paused"
    assert current.update(status="in-progress").status == "in-progress"
    assert client.calls(call.sid).recordings(recording.sid).fetch().call_sid == call.sid
    assert [one.sid for one in client.calls(call.sid).recordings.list()] == [recording.sid]
    time.sleep(0.05)
    assert current.update(status="stopped").status == "stopped"
    assert_rejected(404, 20404, lambda: current.update(status="paused"))
    redirected = client.calls(call.sid).update(twiml="<Response><Say>Another thing</Say><Pause length='3600'/></Response>")
    assert redirected.status == "in-progress"
    assert client.calls(call.sid).update(status="completed").status == "completed"
    assert_rejected(400, 21220, lambda: client.calls(call.sid).update(url=f"{PRODUCT}/long"))
    assert_rejected(400, 21220, lambda: client.calls(call.sid).recordings.create())
    ended = client.calls(call.sid).fetch()
    assert isinstance(ended.end_time, datetime) and int(ended.duration) >= 0
    assert call.sid in [one.sid for one in client.calls.list(to=FRIEND, status="completed")]

    completed = lambda: client.recordings(recording.sid).fetch().status == "completed"
    eventually("the recording", completed)
    whole = client.recordings(recording.sid).fetch()
    assert int(whole.duration) >= 1 and whole.media_url.endswith(f"/Recordings/{recording.sid}")
    assert [one.sid for one in client.recordings.list(call_sid=call.sid)] == [recording.sid]
    assert client.recordings(recording.sid).delete() is True
    assert_rejected(404, 20404, lambda: client.recordings(recording.sid).fetch())

    events = eventually("the events", lambda: client.calls(call.sid).events.list())
    urls = [event.request["url"] for event in events]
    assert f"{PRODUCT}/long" in urls and f"{PRODUCT}/progress" in urls, urls
    done("calls and recordings")


def rejections():
    make = client.calls.create
    assert_rejected(400, 21205, lambda: make(to=FRIEND, from_=NUMBER))
    assert_rejected(400, 21210, lambda: make(to=FRIEND, from_="+15045550199", url=f"{PRODUCT}/long"))
    assert_rejected(400, 21211, lambda: make(to="+12", from_=NUMBER, url=f"{PRODUCT}/long"))
    assert_rejected(401, 20003, lambda: create_client("wrong").calls("CA" + "0" * 32).fetch())
    assert_rejected(404, 20404, lambda: client.calls("CA" + "0" * 32).fetch())
    done("refusals")


def conferences():
    caller = client.calls.create(to=FRIEND, from_=NUMBER, url=f"{PRODUCT}/room")
    waiting = lambda: client.conferences.list(friendly_name="room", status="init")
    [conference] = eventually("the conference", waiting)
    conference_context = client.conferences(conference.sid)
    agent = conference_context.participants.create(
        from_=NUMBER,
        to="+15045550112",
        label="agent",
        early_media=True,
        beep="false",
        end_conference_on_exit=False,
        status_callback=f"{PRODUCT}/agent",
        status_callback_event=["ringing", "answered", "completed"],
    )
    assert (agent.status, agent.label, agent.muted) == ("queued", "agent", False)
    eventually("the beginning", lambda: conference_context.fetch().status == "in-progress")
    assert {one.call_sid for one in conference_context.participants.list()} == {caller.sid, agent.call_sid}
    participant = conference_context.participants("agent")
    assert participant.update(muted=True).muted is True
    assert [one.call_sid for one in conference_context.participants.list(muted=True)] == [agent.call_sid]
    assert participant.update(muted=False).muted is False
    held = conference_context.participants(caller.sid).update(hold=True, hold_url=f"{PRODUCT}/hold", hold_method="POST")
    assert held.hold is True
    assert conference_context.participants(caller.sid).update(hold=False).hold is False
    assert participant.update(end_conference_on_exit=True).end_conference_on_exit is True
    assert conference_context.participants(caller.sid).update(announce_url=f"{PRODUCT}/hold").call_sid == caller.sid
    coached = participant.update(coaching=True, call_sid_to_coach=caller.sid)
    assert (coached.coaching, coached.call_sid_to_coach) == (True, caller.sid)
    assert participant.update(coaching=False).coaching is False
    assert participant.fetch().status == "connected"
    assert conference_context.participants(caller.sid).delete() is True
    eventually("the caller is out", lambda: len(conference_context.participants.list()) == 1)
    assert conference_context.update(status="completed").status == "completed"
    ended = conference_context.fetch()
    assert ended.reason_conference_ended == "conference-ended-via-api", ended.reason_conference_ended
    wait_until_ended(caller.sid)
    wait_until_ended(agent.call_sid)
    assert_rejected(404, 20404, lambda: participant.fetch())
    assert conference_context.recordings.list() == []
    done("conferences")


def is_streaming(sid):
    no_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with no_proxy.open(f"{BASE}/sandbox/calls/{sid}") as answer:
        moments = json.load(answer)["moments"]
    return any(moment.get("event") == "stream-started" for moment in moments)


def streams():
    call = client.calls.create(to=FRIEND, from_=NUMBER, url=f"{PRODUCT}/long")
    call_streams = client.calls(call.sid).streams
    assert_rejected(400, 21220, lambda: call_streams.create(url=f"{MEDIA}/copy"))
    wait_until_answered(call.sid)
    stream = call_streams.create(
        url=f"{MEDIA}/copy",
        name="copy",
        track="both_tracks",
        status_callback=f"{PRODUCT}/stream",
        status_callback_method="POST",
        parameter1_name="call",
        parameter1_value="7",
        parameter2_name="customer",
        parameter2_value="Ada & Co",
    )
    assert (stream.status, stream.name, stream.call_sid) == ("in-progress", "copy", call.sid)
    assert (stream.account_sid, stream.sid[:2]) == (ACCOUNT, "MZ") and isinstance(stream.date_updated, datetime)
    eventually("the stream", lambda: is_streaming(call.sid))
    assert_rejected(400, 31922, lambda: call_streams.create(url="ws://media.example.com/copy"))
    assert_rejected(400, 31920, lambda: call_streams.create(url=f"{MEDIA}/copy?call=7"))
    assert_rejected(400, 31941, lambda: call_streams.create(url=f"{MEDIA}/copy", track="every_track"))
    assert_rejected(404, 20404, lambda: client.calls("CA" + "0" * 32).streams.create(url=f"{MEDIA}/copy"))
    assert client.calls(call.sid).streams("copy").update(status="stopped").status == "stopped"
    assert_rejected(404, 20404, lambda: client.calls(call.sid).streams(stream.sid).update(status="stopped"))
    assert client.calls(call.sid).update(status="completed").status == "completed"
    done("streams")


def pages():
    for _ in range(5):
        client.calls.create(to=FRIEND, from_=NUMBER, twiml="<Response><Hangup/></Response>")
    streamed = [call.sid for call in client.calls.stream(page_size=2)]
    assert len(streamed) == len(set(streamed)) >= 7, streamed
    assert len(client.calls.list(limit=3, page_size=2)) == 3
    done("pages")


numbers()
applications()
calls_and_recordings()
rejections()
conferences()
streams()
pages()
