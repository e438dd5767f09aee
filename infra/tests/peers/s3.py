"""moto's S3 server on a free local port, until standard input ends.

Creates the bucket `calls` and prints its address. Then answers each line, a key in that bucket, with one line of JSON: the
content type and the SHA-256 of the object as read by boto3, or null.
"""

import hashlib
import json
import sys

import boto3
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
_, port = server.get_host_and_port()
url = f"http://127.0.0.1:{port}"
s3 = boto3.client(
    "s3",
    endpoint_url=url,
    region_name="us-east-1",
    aws_access_key_id="test",
    aws_secret_access_key="test",
)
s3.create_bucket(Bucket="calls")
print(json.dumps(url), flush=True)
for line in sys.stdin:
    try:
        found = s3.get_object(Bucket="calls", Key=line.strip())
        body = found["Body"].read()
        answer = {"content_type": found["ContentType"], "sha256": hashlib.sha256(body).hexdigest()}
    except ClientError:
        answer = None
    print(json.dumps(answer), flush=True)
server.stop()
