"""Twilio's official validator, one JSON line in, one out.

{"token", "url", "form": [[name, value], ...] or "body": text}
    -> {"signature": what Twilio's package signs it with}
the same with "signature"
    -> {"valid": whether Twilio's package accepts it}
"""

import json
import sys

from twilio.request_validator import RequestValidator


class Form(dict):
    """A form with repeated names, with the interface that the package expects (Django's)."""

    def __init__(self, pairs):
        super().__init__()
        for name, value in pairs:
            self.setdefault(name, []).append(value)

    def getlist(self, name):
        return self[name]


for line in sys.stdin:
    case = json.loads(line)
    validator = RequestValidator(case["token"])
    parameters = case["body"] if "body" in case else Form(case["form"])
    if "signature" in case:
        answer = {"valid": validator.validate(case["url"], parameters, case["signature"])}
    else:
        signed = {} if "body" in case else parameters
        answer = {"signature": validator.compute_signature(case["url"], signed)}
    print(json.dumps(answer))
