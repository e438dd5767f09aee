"""An S3 store on a free local port that serves its bucket `calls` as a subdomain of `s3.localhost` only, and refuses
requests with the checksums that Amazon's SDK sends by default since 2025. It runs until standard input ends.

Prints its address. Then answers each line with one line of JSON: how many requests it refused because of the path style,
and how many because of a checksum.
"""

import http.server
import json
import sys
import threading

blobs = {}
counts = {"refused": 0, "checksums": 0}


class Store(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(headers.pop("length", len(body))))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def error(self, status, code):
        body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{code}</Message></Error>"
        self.answer(status, body.encode(), Content_Type="application/xml")

    def handle_one(self):
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers["Host"].split(".")[0] != "calls":
            counts["refused"] += 1
            return self.error(400, "InvalidBucketName")
        names = [name.lower() for name in self.headers]
        if any(name.startswith("x-amz-checksum") or name == "x-amz-trailer" for name in names):
            counts["checksums"] += 1
            return self.error(400, "XAmzContentSHA256Mismatch")
        key = self.path.split("?")[0].lstrip("/")
        if not key:
            return self.answer(200)
        if self.command == "PUT":
            blobs[key] = sent
            return self.answer(200, ETag='"1"')
        if self.command == "DELETE":
            blobs.pop(key, None)
            return self.answer(204)
        if key not in blobs:
            return self.error(404, "NoSuchKey")
        blob = blobs[key]
        asked = self.headers.get("Range")
        if asked:
            first, last = asked.removeprefix("bytes=").split("-")
            part = blob[int(first) : int(last) + 1]
            return self.answer(206, part, Content_Range=f"bytes {first}-{last}/{len(blob)}")
        if self.command == "HEAD":
            self.send_response(200)
            self.send_header("Content-Length", str(len(blob)))
            return self.end_headers()
        return self.answer(200, blob)

    do_GET = do_HEAD = do_PUT = do_DELETE = handle_one


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Store)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(json.dumps(f"http://s3.localhost:{server.server_port}"), flush=True)
for _ in sys.stdin:
    print(json.dumps(counts), flush=True)
server.shutdown()
