"""`POST /v1/uploads` in Python with boto3: the same decision by the same data, and no more of it."""

import base64
import datetime
import json
import os
import re
import time
import unicodedata

import boto3
import botocore.config
import botocore.exceptions
from cryptography import x509
from cryptography.x509.oid import NameOID

REGISTRY = os.environ["REGISTRY_BUCKET"]
KEY = os.environ["KMS_KEY_ID"]
LIFETIME = int(os.environ.get("URL_SECONDS", "60"))
KEPT_FOR = int(os.environ.get("REGISTRY_SECONDS", "30"))
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")
DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f\\:*?"<>|]')

s3 = boto3.client(
    "s3", config=botocore.config.Config(signature_version="s3v4", s3={"addressing_style": "path"})
)
kept = {}


class Refused(Exception):
    def __init__(self, status, reason):
        super().__init__(reason)
        self.status, self.reason = status, reason


def handler(event, _context):
    started = time.perf_counter()
    record = {"requestId": event["requestContext"]["requestId"], "action": "create-upload"}
    try:
        body, record["outcome"], record["reason"] = decide(event, record), "allowed", "ok"
        status, media_type = 200, "application/json"
    except Refused as refused:
        status, media_type = refused.status, "application/problem+json"
        body = {"type": "about:blank", "status": status, "reason": refused.reason}
        record["outcome"], record["reason"] = "denied", refused.reason
    record["Decisions"], record["Duration"] = 1, (time.perf_counter() - started) * 1000
    record["_aws"] = {
        "Timestamp": int(time.time() * 1000),
        "CloudWatchMetrics": [{
            "Namespace": "DeviceApi",
            "Dimensions": [["action", "outcome"]],
            "Metrics": [{"Name": "Decisions"}, {"Name": "Duration", "Unit": "Milliseconds"}],
        }],
    }
    print(json.dumps(record), flush=True)
    headers = {"content-type": media_type, "cache-control": "no-store"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}


def decide(event, record):
    authentication = event["requestContext"].get("authentication") or {}
    pem = (authentication.get("clientCert") or {}).get("clientCertPem")
    if not pem:
        raise Refused(401, "certificate-missing")
    certificate = x509.load_pem_x509_certificate(pem.encode())
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if len(names) != 1 or not NAME.fullmatch(names[0].value):
        raise Refused(403, "common-name-not-single")
    terminal, serial = names[0].value, format(certificate.serial_number, "x")
    record["terminal"], record["serial"] = terminal, serial
    now = datetime.datetime.now(datetime.timezone.utc)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise Refused(403, "certificate-expired")
    registration = find(terminal)
    record["clinic"] = registration["clinic"]
    if registration["terminal"] != terminal or registration["state"] != "enrolled":
        raise Refused(403, "terminal-suspended")
    if not any(allowed(it, serial, now) for it in registration["serials"]):
        raise Refused(403, "serial-not-allowed")
    if (event["requestContext"]["http"]["method"], event["rawPath"]) != ("POST", "/v1/uploads"):
        raise Refused(404, "route-unknown")
    wanted = json.loads(event["body"])
    record["bytes"] = wanted["size"]
    key = registration["prefix"] + checked(wanted["path"])
    return {"path": wanted["path"], "put": signed(registration["bucket"], key, wanted)}


def find(terminal):
    known = kept.get(terminal)
    if known and time.monotonic() - known[2] < KEPT_FOR:
        return known[0]
    condition = {"IfNoneMatch": known[1]} if known else {}
    try:
        found = s3.get_object(Bucket=REGISTRY, Key=f"registry/{terminal}.json", **condition)
    except botocore.exceptions.ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 304:
            raise Refused(503, "registry-unreadable") from error
        kept[terminal] = (known[0], known[1], time.monotonic())
        return known[0]
    registration = json.loads(found["Body"].read())
    kept[terminal] = (registration, found["ETag"], time.monotonic())
    return registration


def allowed(entry, serial, now):
    is_serial = entry["serial"].replace(":", "").lower().lstrip("0") == serial
    return is_serial and now <= datetime.datetime.fromisoformat(entry["notAfter"])


def checked(path):
    segments = path.split("/")
    if not path or FORBIDDEN.search(path) or unicodedata.normalize("NFC", path) != path:
        raise Refused(400, "path-refused")
    for segment in segments:
        if not segment.strip(". ") or segment[-1] in ". " or DEVICE.fullmatch(segment):
            raise Refused(400, "path-refused")
    return path


def signed(bucket, key, wanted):
    digest = base64.b64encode(bytes.fromhex(wanted["sha256"])).decode()
    parameters = {
        "Bucket": bucket,
        "Key": key,
        "ContentLength": wanted["size"],
        "ChecksumSHA256": digest,
        "ServerSideEncryption": "aws:kms",
        "SSEKMSKeyId": KEY,
        "IfNoneMatch": "*",
    }
    url = s3.generate_presigned_url("put_object", Params=parameters, ExpiresIn=LIFETIME)
    headers = {
        "content-length": str(wanted["size"]),
        "x-amz-checksum-sha256": digest,
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": KEY,
        "if-none-match": "*",
    }
    return {"method": "PUT", "url": url, "headers": headers}
