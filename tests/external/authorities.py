"""A conversation about Private CA: what `compare.py` asks moto and our sandbox.

OpenSSL makes the requests, and says of each certificate what stands in it and what it is good for. What moto
does not have is not asked: permissions, audit reports, CRLs, restoring, subordinate CAs, `ApiPassthrough`,
idempotency tokens, a certificate's validity (it is always a year). Nor is what was revoked got again: by how
its serial number happens to be written, moto gives it or not.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from session import Answer, Session

TEMPLATES = "arn:aws:acm-pca:::template"
CONFIGURATION = {
    "KeyAlgorithm": "RSA_2048",
    "SigningAlgorithm": "SHA256WITHRSA",
    "Subject": {"Country": "JP", "Organization": "Compare", "CommonName": "compare"},
}
NOT_A_REQUEST = b"-----BEGIN CERTIFICATE REQUEST-----\nbm9uZQ==\n-----END CERTIFICATE REQUEST-----\n"
NOT_A_CERTIFICATE = b"-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n"
EXTENSIONS = (
    "basicConstraints",
    "keyUsage",
    "extendedKeyUsage",
    "subjectAltName",
    "subjectKeyIdentifier",
    "authorityKeyIdentifier",
)
KEY_IDENTIFIER = re.compile(r"(keyid:)?\b[0-9A-F]{2}(:[0-9A-F]{2}){19}\b")
PURPOSES = ("sslclient", "sslserver")


class Authority:
    """The CA that the conversation is about, and a folder in which openssl works."""

    def __init__(self, session: Session, folder: Path):
        self.session = session
        self.client = session.emulator.client("acm-pca")
        self.folder = folder
        self.arn = {"CertificateAuthorityArn": "none"}

    def ask(self, step: str, method: str, **arguments: Any) -> dict[str, Any]:
        """A call about this CA, unless another one is named."""
        return self.session.ask(f"ca: {step}", self.client, method, **{**self.arn, **arguments})

    def judged(self, step: str, judged: dict[str, str]) -> None:
        """Keeps what openssl says."""
        self.session.answers.append(Answer(f"ca: {step}", 0, "", "", {}, None, judged))

    def issue(self, step: str, request: bytes, template: str, days: int = 30, **more: Any) -> dict[str, Any]:
        order = {
            "Csr": request,
            "SigningAlgorithm": "SHA256WITHRSA",
            "TemplateArn": f"{TEMPLATES}/{template}/V1",
            "Validity": {"Value": days, "Type": "DAYS"},
        }
        return self.ask(f"{step}: issue", "issue_certificate", **order, **more)

    def issued(self, name: str, request: bytes, template: str, days: int = 30) -> dict[str, Any]:
        """Issues a certificate, gets it, keeps it as a file, and has openssl read it."""
        certificate = self.issue(name, request, template, days)
        self.client.get_waiter("certificate_issued").wait(**self.arn, **certificate)
        got = self.ask(f"{name}: get", "get_certificate", **certificate)
        (self.folder / f"{name}.pem").write_text(got["Certificate"])
        (self.folder / f"{name}.chain.pem").write_text(got.get("CertificateChain", ""))
        self.judged(f"{name}: contents", contents(self.folder, f"{name}.pem"))
        return certificate

    def request(self, name: str) -> bytes:
        """A new key, and a request for it."""
        key = ["req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr"]
        openssl(self.folder, *key, "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}.test")
        return (self.folder / f"{name}.csr").read_bytes()

    def verify(self, name: str) -> None:
        """Demands that a certificate goes back to this CA's, and to its own chain; asks what it is good for."""
        for root in ("root.pem", f"{name}.chain.pem"):
            openssl(self.folder, "verify", "-CAfile", root, f"{name}.pem")
        strictly = ["-x509_strict", "-CAfile", "root.pem", f"{name}.pem"]
        judged = {purpose: verdict(self.folder, "-purpose", purpose, *strictly) for purpose in PURPOSES}
        self.judged(f"{name}: verify", judged)


def certifying(session: Session) -> None:
    """A root CA from its creation to its end."""
    with tempfile.TemporaryDirectory(prefix="judge-") as folder:
        authority = Authority(session, Path(folder))
        for part in (creating, activating, issuing, revoking, tagging, granting, refusing, ending):
            part(authority)


def creating(ca: Authority) -> None:
    order = {"CertificateAuthorityConfiguration": CONFIGURATION, "CertificateAuthorityType": "ROOT"}
    tags = [{"Key": "owner", "Value": "compare"}]
    ca.arn = ca.session.ask("ca: create", ca.client, "create_certificate_authority", **order, Tags=tags)
    ca.client.get_waiter("certificate_authority_csr_created").wait(**ca.arn)
    ca.ask("describe new", "describe_certificate_authority")
    ca.ask("certificate of new", "get_certificate_authority_certificate")
    ca.issue("too early", ca.request("early"), "EndEntityCertificate")


def activating(ca: Authority) -> None:
    request = ca.ask("csr", "get_certificate_authority_csr")["Csr"].encode()
    (ca.folder / "root.csr").write_bytes(request)
    # Not every version of openssl fails if the signature is wrong.
    said = openssl(ca.folder, "req", "-in", "root.csr", "-noout", "-verify")
    assert "verify OK" in said, said
    subject = openssl(ca.folder, "req", "-in", "root.csr", "-noout", "-subject")
    ca.judged("csr: contents", {"subject": subject})
    ca.issued("root", request, "RootCACertificate", days=3650)
    openssl(ca.folder, "verify", "-CAfile", "root.pem", "root.pem")
    importing = "import_certificate_authority_certificate"
    ca.ask("import malformed", importing, Certificate=NOT_A_CERTIFICATE)
    ca.ask("import", importing, Certificate=(ca.folder / "root.pem").read_bytes())
    ca.ask("describe", "describe_certificate_authority")
    ca.ask("certificate", "get_certificate_authority_certificate")


def issuing(ca: Authority) -> None:
    """With the template for both sides of TLS, with the one for clients, and what no CA issues."""
    for name, template in (("both", "EndEntityCertificate"), ("client", "EndEntityClientAuthCertificate")):
        ca.issued(name, ca.request(name), template)
        ca.verify(name)
    ca.issue("unknown template", ca.request("other"), "NoSuchCertificate")
    ca.issue("longer than its CA", ca.request("long"), "EndEntityCertificate", days=4000)


def revoking(ca: Authority) -> None:
    ca.issued("revoked", ca.request("revoked"), "EndEntityCertificate")
    serial = openssl(ca.folder, "x509", "-in", "revoked.pem", "-noout", "-serial").partition("=")[2]

    def revoke(step: str, serial: str) -> None:
        ca.ask(step, "revoke_certificate", CertificateSerial=serial, RevocationReason="SUPERSEDED")

    revoke("revoke", serial)
    revoke("revoke again", serial)
    revoke("revoke unknown", "01:02:03")


def tagging(ca: Authority) -> None:
    both = [{"Key": "owner", "Value": "other"}, {"Key": "more", "Value": "yes"}]
    ca.ask("tags", "list_tags")
    ca.ask("tag", "tag_certificate_authority", Tags=both)
    ca.ask("untag", "untag_certificate_authority", Tags=both)
    ca.ask("no tags", "list_tags")


def granting(ca: Authority) -> None:
    resource = {"ResourceArn": ca.arn["CertificateAuthorityArn"]}
    policy = '{"Version": "2012-10-17", "Statement": []}'

    def ask(step: str, method: str, **more: str) -> None:
        ca.session.ask(f"ca: {step}", ca.client, method, **resource, **more)

    ask("no policy", "get_policy")
    ask("put policy", "put_policy", Policy=policy)
    ask("policy", "get_policy")
    ask("delete policy", "delete_policy")


def refusing(ca: Authority) -> None:
    """What is not there, and what cannot be read."""
    none = ca.arn["CertificateAuthorityArn"].rpartition("/")[0] + "/11111111-2222-3333-4444-555555555555"
    none = {"CertificateAuthorityArn": none}
    ca.ask("describe none", "describe_certificate_authority", **none)
    ca.ask("csr of none", "get_certificate_authority_csr", **none)
    ca.ask("certificate of none", "get_certificate_authority_certificate", **none)
    ca.ask("tags of none", "list_tags", **none)
    ca.ask("delete none", "delete_certificate_authority", **none)
    ca.issue("none", ca.request("none"), "EndEntityCertificate", **none)
    ca.issue("malformed", NOT_A_REQUEST, "EndEntityCertificate")
    certificate = ca.arn["CertificateAuthorityArn"] + "/certificate/" + 32 * "1"
    ca.ask("get none", "get_certificate", CertificateArn=certificate)


def ending(ca: Authority) -> None:
    ca.session.ask("ca: list", ca.client, "list_certificate_authorities")
    ca.session.ask("ca: list others'", ca.client, "list_certificate_authorities", ResourceOwner="OTHER_ACCOUNTS")
    ca.ask("delete in use", "delete_certificate_authority")
    ca.ask("disable", "update_certificate_authority", Status="DISABLED")
    ca.issue("disabled", ca.request("late"), "EndEntityCertificate")
    ca.ask("delete", "delete_certificate_authority", PermanentDeletionTimeInDays=7)
    ca.ask("describe deleted", "describe_certificate_authority")


def contents(folder: Path, name: str) -> dict[str, str]:
    """Whose a certificate is, how it is signed, and its extensions, as openssl reads them."""
    read = ["x509", "-in", name, "-noout"]
    found = {it: openssl(folder, *read, f"-{it}").partition("=")[2] for it in ("subject", "issuer")}
    said = openssl(folder, *read, "-ext", ",".join(EXTENSIONS))
    for title, value in re.findall(r"^X509v3 (.+?)\n +(.+)$", said, re.MULTILINE):
        extension, _, critical = title.partition(":")
        found[extension] = KEY_IDENTIFIER.sub("identifier", f"{critical} {value}".strip())
    text = openssl(folder, *read, "-text", "-certopt", "no_pubkey,no_extensions,no_sigdump")
    found["signature"] = re.search(r"Signature Algorithm: (\S+)", text)[1]
    return found


def openssl(folder: Path, *arguments: str) -> str:
    """What openssl says, and it must not fail."""
    run = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, timeout=60)
    if run.returncode:
        raise AssertionError(f"openssl {' '.join(arguments)}: {run.stderr}")
    return (run.stdout + run.stderr).strip()


def verdict(folder: Path, *arguments: str) -> str:
    """Whether `openssl verify` takes a certificate; why not is said otherwise by each version of it."""
    run = subprocess.run(["openssl", "verify", *arguments], cwd=folder, capture_output=True, text=True, timeout=60)
    if run.returncode and "verification failed" not in run.stderr:
        raise AssertionError(f"openssl verify {' '.join(arguments)}: {run.stderr}")
    return "refused" if run.returncode else "good"


PARTS = (certifying,)
