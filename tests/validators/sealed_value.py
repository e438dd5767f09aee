"""Opens disclosed values with Python's `cryptography` and `zstandard`: an independent check of seal v2.

One JSON document a line in, one out:

{"sealed": base64, "value_key": hex, "associated_data": text, "dictionaries": {"1": base64, ...}}
    -> {"codec": 0 or 1, "dictionary": number or null, "value": text}  or  {"error": why it is refused}

`sealed_value.py vectors <folder of dictionaries>` prints the vectors of infra/src/keys/vectors.json.
"""

import base64
import json
import pathlib
import sys

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = b"\x02"
NONCE = bytes(12)
MAX_DECOMPRESSED = 1 << 20


def hkdf(key, salt, info):
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(key)


def commitment(value_key):
    return hkdf(value_key, None, b"call-ledger/commit/v2")


def open_value(sealed, value_key, associated_data, dictionaries):
    if sealed[:1] != VERSION:
        raise ValueError("another version")
    if sealed[1:33] != commitment(value_key):
        raise ValueError("the value does not commit to this key")
    try:
        plain = ChaCha20Poly1305(value_key).decrypt(NONCE, sealed[57:], associated_data)
    except InvalidTag as error:
        raise ValueError("the value was altered or belongs elsewhere") from error
    if plain[:1] == b"\x00":
        return {"codec": 0, "dictionary": None, "value": plain[1:].decode()}
    if plain[:1] != b"\x01":
        raise ValueError(f"codec {plain[:1].hex()}")
    number = int.from_bytes(plain[1:3], "big")
    known = None
    if number:
        known = zstandard.ZstdCompressionDict(base64.b64decode(dictionaries[str(number)]))
    frame = plain[3:]
    if zstandard.frame_content_size(frame) > MAX_DECOMPRESSED:
        raise ValueError("too long")
    value = zstandard.ZstdDecompressor(dict_data=known).decompress(frame)
    return {"codec": 1, "dictionary": number, "value": value.decode()}


def seal(data_key, salt, associated_data, plain):
    value_key = hkdf(data_key, salt, b"call-ledger/value/v2")
    ciphertext = ChaCha20Poly1305(value_key).encrypt(NONCE, plain, associated_data)
    return value_key, VERSION + commitment(value_key) + salt + ciphertext


def vectors(folder):
    dictionary = (pathlib.Path(folder) / "0001.zstd-dict").read_bytes()

    def compressed(value, number):
        known = zstandard.ZstdCompressionDict(dictionary) if number else None
        frame = zstandard.ZstdCompressor(level=19, dict_data=known, write_dict_id=False).compress(value)
        return b"\x01" + number.to_bytes(2, "big") + frame

    params = {
        "AccountSid": ["AC" + "0123456789abcdef" * 2],
        "CallSid": ["CA" + "fedcba9876543210" * 2],
        "CallStatus": ["ringing"],
        "Called": ["+15055550100"],
        "CalledCity": ["ALBUQUERQUE"],
        "Caller": ["+15055550142"],
        "Repeated": ["first", "", "Ünïcode \U0001f642"],
    }
    params = json.dumps(params, separators=(",", ":"), ensure_ascii=False).encode()
    long = json.dumps("The caller asks for an appointment on Thursday. " * 40).encode()
    place = "call\nCA0123456789abcdef0123456789abcdef\n17"
    cases = [
        ("empty", b"", b"\x00", ""),
        ("short", '"+1 505 555 0142"'.encode(), None, place),
        ("several blocks", json.dumps("Ünïcode and words " * 9, ensure_ascii=False).encode(), None, place),
        ("params", params, compressed(params, 1), place),
        ("long", long, compressed(long, 0), place),
        ("unknown dictionary", b"", b"\x01\x00\x07" + compressed(params, 1)[3:], place),
        ("unknown codec", b"", b"\x02", place),
    ]
    result = []
    for number, (name, value, plain, where) in enumerate(cases):
        data_key = bytes((number * 32 + i) % 256 for i in range(32))
        salt = bytes((7 * number + 5 * i) % 256 for i in range(24))
        plain = b"\x00" + value if plain is None else plain
        value_key, sealed = seal(data_key, salt, where.encode(), plain)
        result.append(
            {
                "name": name,
                "data_key": data_key.hex(),
                "salt": salt.hex(),
                "associated_data": where,
                "value": value.decode(),
                "plaintext": plain.hex(),
                "value_key": value_key.hex(),
                "sealed": sealed.hex(),
            }
        )
    print(json.dumps(result, indent=2, ensure_ascii=False))


def answer(case):
    try:
        sealed = base64.b64decode(case["sealed"], validate=True)
        value_key = bytes.fromhex(case["value_key"])
        return open_value(sealed, value_key, case["associated_data"].encode(), case["dictionaries"])
    except (ValueError, KeyError, zstandard.ZstdError) as error:
        return {"error": str(error)}


if sys.argv[1:2] == ["vectors"]:
    vectors(sys.argv[2])
else:
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))))
