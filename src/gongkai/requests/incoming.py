"""收信：从申请邮箱（IMAP）取信，原信照存，存好才标为已读；收不成的留在邮箱里，下次再收。"""

from __future__ import annotations

import hashlib
import imaplib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser

from gongkai.core.models import Organisation

from .models import Mail, RequestRules
from .trail import audit

logger = logging.getLogger(__name__)
TIMEOUT = 30
# 一封信最大这么多字节；更大的多半不是申请，留在邮箱里由人去看。
MOST_BYTES = 25 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Letter:
    """一封信：sender 地址，name 名称，subject 主题，text 正文，attachments（名称，内容）。"""

    sender: str
    name: str
    subject: str
    text: str
    attachments: tuple[tuple[str, bytes], ...]


def parse(raw: bytes) -> Letter:
    """读信：正文取纯文字，没有的把网页正文化成文字；认不出的编码以“�”代替，不丢信。"""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101
    name, sender = parseaddr(str(message.get("From", "")))
    return Letter(
        sender[:200],
        name[:100],
        " ".join(str(message.get("Subject", "")).split())[:300],
        _text(message),
        tuple(_attachments(message)),
    )


def _text(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return ""
    try:
        content = str(body.get_content())
    except LookupError:
        # 信里写的字符集不认识。
        payload = body.get_payload(decode=True)
        content = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    if body.get_content_subtype() == "html":
        content = LexborHTMLParser(content).text(separator="\n")
    return content.replace("\x00", "").strip()[:20000]


def _attachments(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    for part in message.iter_attachments():
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes) and payload:
            yield (part.get_filename() or "attachment")[:200], payload


def store(agency: Organisation, raw: bytes, arrived_at: datetime) -> Mail | None:
    """存一封：同一封已有的返回 None。"""
    digest = hashlib.sha256(raw).hexdigest()
    if Mail.objects.filter(agency=agency, sha256=digest).exists():
        return None
    letter = parse(raw)
    with transaction.atomic():
        mail = Mail(
            agency=agency,
            sender=letter.sender,
            sender_name=letter.name,
            subject=letter.subject,
            text=letter.text,
            arrived_at=arrived_at,
            sha256=digest,
            attachments=len(letter.attachments),
        )
        mail.raw.save("mail.eml", ContentFile(raw), save=False)
        mail.save()
        audit(None, "requests.mail_arrived", mail, sha256=digest)
    return mail


def mailbox_agency() -> Organisation | None:
    """申请邮箱属于哪个机关：设置里写明的；没写的，只有一个机关时就是它。"""
    name = settings.REQUESTS_IMAP_AGENCY
    rows = RequestRules.objects.select_related("agency")
    if name:
        found = rows.filter(agency__name=name).first()
        return found.agency if found else None
    only = list(rows[:2])
    return only[0].agency if len(only) == 1 else None


def _connect(url: str) -> imaplib.IMAP4:
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "imaps"
    kind = imaplib.IMAP4_SSL if secure else imaplib.IMAP4
    box = kind(host, parts.port or (993 if secure else 143), timeout=TIMEOUT)
    box.login(unquote(parts.username or ""), unquote(parts.password or ""))
    box.select(unquote(parts.path.strip("/")) or "INBOX")
    return box


def _arrival(header: bytes, raw: bytes) -> datetime:
    """到达之时：邮箱服务器记的；没有的用信头的，再没有的用现在。"""
    stamp = imaplib.Internaldate2tuple(header)
    if stamp:
        return datetime(*stamp[:6], tzinfo=timezone.get_default_timezone())
    try:
        sent = parsedate_to_datetime(str(message_from_bytes(raw, policy=policy.default).get("Date")))
    except (TypeError, ValueError):
        return timezone.now()
    return min(sent if sent.tzinfo else sent.replace(tzinfo=UTC), timezone.now())


def fetch() -> int:
    """取信：未读的逐封存下，存好的标为已读，返回存了几封；没有设置邮箱的不取。错误：OSError、IMAP4.error。"""
    agency = mailbox_agency() if settings.REQUESTS_IMAP else None
    if agency is None:
        return 0
    box, kept = _connect(settings.REQUESTS_IMAP), 0
    try:
        _ok, found = box.uid("SEARCH", "UNSEEN")
        for uid in (found[0] or b"").split():
            _ok, parts = box.uid("FETCH", uid.decode(), "(INTERNALDATE RFC822.SIZE BODY.PEEK[])")
            pair = next((part for part in parts if isinstance(part, tuple)), None)
            if pair is None or len(pair[1]) > MOST_BYTES:
                logger.warning("申请邮箱里有一封信没有收：太大或取不出")
                continue
            kept += store(agency, pair[1], _arrival(pair[0], pair[1])) is not None
            # 库里提交之后才标已读：中途停了，下次从这一封接着收。
            box.uid("STORE", uid.decode(), "+FLAGS", "(\\Seen)")
    finally:
        box.logout()
    return kept
