"""Twilio's own package reads a token of ours, and makes one of its own; one JSON line in, one out.

{"read": jwt, "secret": ...}
    -> {"headers": ..., "payload": ...}; or {"refused": why} when the signature or the time is wrong
{"make": {"account_sid", "api_key", "application_sid", "identity", "now"}, "secret": ...}
    -> the same, of a token that the package made
"""

import json
import sys

from twilio.jwt import JwtDecodeError
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

question = json.loads(sys.stdin.readline())
secret = question["secret"]
if "make" in question:
    wanted = question["make"]
    made = AccessToken(wanted["account_sid"], wanted["api_key"], secret, identity=wanted["identity"])
    made.add_grant(VoiceGrant(incoming_allow=True, outgoing_application_sid=wanted["application_sid"]))
    jwt = made.to_jwt()
else:
    jwt = question["read"]
try:
    token = AccessToken.from_jwt(jwt, secret)
    print(json.dumps({"headers": token.headers, "payload": token.payload}))
except JwtDecodeError as error:
    print(json.dumps({"refused": str(error)}))
