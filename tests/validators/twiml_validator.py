"""Validates TwiML with Twilio's official package. Input: one XML document per line, as a JSON string. Output: one result per
line.

The script rebuilds the document with the package's classes, verb by verb. An unknown verb, a verb in the wrong parent or an
unknown attribute is an error. The package's output must then equal the document in canonical XML.

    "<Response>...</Response>"  ->  {"same": true}  or  {"error": "..."}
"""

import inspect
import json
import re
import sys
import xml.etree.ElementTree as ET

from twilio.twiml.voice_response import VoiceResponse


def snake(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def build(parent, element):
    method = getattr(parent, snake(element.tag), None)
    if method is None or element.tag.startswith("_"):
        raise ValueError(f"<{element.tag}> is not allowed in <{parent.name}>")
    parameters = inspect.signature(method).parameters
    declared = [name for name, it in parameters.items() if it.kind is not it.VAR_KEYWORD]
    attributes = {}
    for name, value in element.attrib.items():
        key = snake(name)
        key = {"from": "from_", "for": "for_"}.get(key, key)
        if key not in declared:
            raise ValueError(f"<{element.tag}> has no attribute {name}")
        attributes[key] = value
    # The text of a verb is its first positional parameter, if it has one.
    required = [name for name in declared if name not in attributes]
    text = element.text
    if text and text.strip():
        if not required:
            raise ValueError(f"<{element.tag}> cannot contain text")
        created = method(text, **attributes)
    else:
        created = method(**attributes)
    for child in element:
        build(created, child)


def canonical(text):
    return ET.canonicalize(text, strip_text=False)


def validate(document):
    root = ET.fromstring(document)
    if root.tag != "Response" or root.attrib:
        raise ValueError("the document is not a <Response>")
    response = VoiceResponse()
    for element in root:
        build(response, element)
    emitted, expected = canonical(response.to_xml()), canonical(document)
    if emitted != expected:
        raise ValueError(f"the package emits {emitted}")


for line in sys.stdin:
    try:
        validate(json.loads(line))
        result = {"same": True}
    except (ValueError, TypeError, ET.ParseError) as error:
        result = {"error": str(error)}
    print(json.dumps(result))
