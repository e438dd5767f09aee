"""Makes phone_numbers.tsv: numbers as people and networks write them, read by `phonenumbers` of PyPI.

    pip install phonenumbers && python phone_numbers.py > phone_numbers.tsv
"""

import json

import phonenumbers as p
from phonenumbers import PhoneNumberFormat as F
from phonenumbers import PhoneNumberType as T

REGIONS = sorted(p.SUPPORTED_REGIONS)
KINDS = [T.FIXED_LINE, T.MOBILE]


def forms(number, region):
    """Ways to write a number: a region to read it with, and the text."""
    e164 = p.format_number(number, F.E164)
    international = p.format_number(number, F.INTERNATIONAL)
    national = p.format_number(number, F.NATIONAL)
    yield "", e164
    yield "", international
    yield "", "\u202a" + international.replace(" ", "\u00a0") + "\u202c"
    yield "", f"sip:{e164}@pbx.example;transport=tcp"
    yield "", f"{international} ext. 12"
    yield "", p.format_number(number, F.RFC3966)
    if national.startswith("0") and not number.italian_leading_zero:
        code, rest = f"+{number.country_code}", national[1:]
        yield "", f"{code} (0){rest}"
    yield region, national


def user_part(text):
    return text[4:].split("@")[0] if text.startswith("sip:") else text


def main():
    print(f"# Made by phone_numbers.py with phonenumbers {p.__version__}: region, text as JSON, number in E.164.")
    for region in REGIONS:
        for kind in KINDS:
            number = p.example_number_for_type(region, kind)
            if number is None:
                continue
            for default, text in forms(number, region):
                try:
                    read = p.parse(user_part(text), default or None)
                except p.NumberParseException:
                    continue
                if default and not p.is_valid_number(read):
                    continue
                print(default, json.dumps(text), p.format_number(read, F.E164), sep="\t")


main()
