"""Verifies a token with Twilio's own package, or creates one with it. One JSON line in, one out.

{"read": jwt, "secret": ...}
    -> {"headers": ..., "payload": ...}; or {"refused": reason} when the signature or the time is invalid
{"make": {"account_sid", "api_key", "application_sid", "identity", "now"}, "secret": ...}
    -> the same for a token created by the package
"""

import json
import sys

from twilio.jwt import JwtDecodeError
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

request = json.loads(sys.stdin.readline())
secret = request["secret"]
if "make" in request:
    claims = request["make"]
    made = AccessToken(claims["account_sid"], claims["api_key"], secret, identity=claims["identity"])
    made.add_grant(VoiceGrant(incoming_allow=True, outgoing_application_sid=claims["application_sid"]))
    jwt = made.to_jwt()
else:
    jwt = request["read"]
try:
    token = AccessToken.from_jwt(jwt, secret)
    print(json.dumps({"headers": token.headers, "payload": token.payload}))
except JwtDecodeError as error:
    print(json.dumps({"refused": str(error)}))
