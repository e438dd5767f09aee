"""Twilio's official package as the judge of TwiML: one XML document a line in (as a JSON string), one verdict a line out.

The document is built anew with the package's own classes, verb by verb. A verb that the package does not know, one that it
does not allow there, or an attribute that is none of the verb's, is an error. What the package emits must then be the
document, but for the order of attributes and what XML leaves open.

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
        raise ValueError(f"<{element.tag}> is not known in <{parent.name}>")
    parameters = inspect.signature(method).parameters
    declared = [name for name, it in parameters.items() if it.kind is not it.VAR_KEYWORD]
    attributes = {}
    for name, value in element.attrib.items():
        key = snake(name)
        key = {"from": "from_", "for": "for_"}.get(key, key)
        if key not in declared:
            raise ValueError(f"<{element.tag}> has no attribute {name}")
        attributes[key] = value
    # The text of a verb is its first positional parameter, where it has one.
    required = [name for name in declared if name not in attributes]
    text = element.text
    if text and text.strip():
        if not required:
            raise ValueError(f"<{element.tag}> holds no text")
        made = method(text, **attributes)
    else:
        made = method(**attributes)
    for child in element:
        build(made, child)


def canonical(text):
    return ET.canonicalize(text, strip_text=False)


def judge(document):
    root = ET.fromstring(document)
    if root.tag != "Response" or root.attrib:
        raise ValueError("is no <Response>")
    response = VoiceResponse()
    for element in root:
        build(response, element)
    theirs, ours = canonical(response.to_xml()), canonical(document)
    if theirs != ours:
        raise ValueError(f"the package emits {theirs}")


for line in sys.stdin:
    try:
        judge(json.loads(line))
        verdict = {"same": True}
    except (ValueError, TypeError, ET.ParseError) as error:
        verdict = {"error": str(error)}
    print(json.dumps(verdict))
