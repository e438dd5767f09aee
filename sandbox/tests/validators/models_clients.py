"""Calls the official OpenAI and Anthropic clients: reads one call per line as JSON, writes one outcome per line.

{"client": "openai" | "anthropic", "base_url", "key", "call": "chat.completions.create", "args": {...}}
    -> {"value": the client's result}
    -> {"error": {"class", "status", "body", "retry_after"}} if the client raised an exception

In "args", {"$bytes": base64, "name": "a.wav"} stands for a file and {"$model": "Summary"} for the class below.
With "collect" the answer is a stream, and the value is the list of its parts.
"""

import base64
import functools
import importlib
import json
import os
import sys
from typing import Literal, Optional

from pydantic import BaseModel


class Summary(BaseModel):
    summary: str
    sentiment: Literal["positive", "neutral", "negative"]
    email: Optional[str]
    lead_score: int
    goal_achieved: bool


MODELS = {"Summary": Summary}


def argument(value):
    if isinstance(value, dict):
        if "$bytes" in value:
            return (value["name"], base64.b64decode(value["$bytes"]))
        if "$model" in value:
            return MODELS[value["$model"]]
        return {name: argument(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [argument(inner) for inner in value]
    return value


def plain(value):
    if isinstance(value, BaseModel):
        # The clients do not validate responses, so this checks them against the declared types. Results parsed into a
        # class of the caller are already validated.
        if not type(value).__name__.startswith("Parsed"):
            type(value).model_validate(value.model_dump())
        return value.model_dump(mode="json")
    if isinstance(value, str):
        return value
    if hasattr(value, "read"):
        return base64.b64encode(value.read()).decode()
    return [plain(part) for part in value]


@functools.cache
def client_class(name):
    """Imported when it is first asked for: each of the two packages takes seconds."""
    return getattr(importlib.import_module(name), {"openai": "OpenAI", "anthropic": "Anthropic"}[name])


def run(case):
    client = client_class(case["client"])(
        api_key=case["key"], base_url=case["base_url"], max_retries=0, timeout=case.get("timeout", 20)
    )
    call = client
    for name in case["call"].split("."):
        call = getattr(call, name)
    answer = call(**argument(case["args"]))
    if case.get("collect"):
        return [plain(part) for part in answer]
    return plain(answer)


for line in sys.stdin:
    try:
        outcome = {"value": run(json.loads(line))}
    except Exception as error:
        response = getattr(error, "response", None)
        outcome = {
            "error": {
                "class": type(error).__name__,
                "status": getattr(error, "status_code", None),
                "body": getattr(error, "body", None),
                "retry_after": response.headers.get("retry-after") if response is not None else None,
                "text": str(error),
            }
        }
    print(json.dumps(outcome), flush=True)

# Without the interpreter's own clean-up, which takes longer than a test runner waits for.
os._exit(0)
