"""申请邮箱：从真的 IMAP 对话收信，一封不丢、不重，逐封认领。"""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from django.urls import reverse
from foi_samples import PDF
from listener import Listener

from gongkai.core.states import Refused
from gongkai.requests import actions, incoming
from gongkai.requests.models import Case, Mail


class Box(Listener):
    """一个只懂收信用得着的几条命令的 IMAP 服务器。"""

    def __init__(self, letters: list[bytes]) -> None:
        self.letters, self.seen, self.drop_store = letters, set(), False
        super().__init__()

    def talk(self, stream: Any) -> None:
        def say(data: bytes) -> None:
            stream.write(data)
            stream.flush()

        say(b"* OK ready\r\n")
        for line in stream:
            tag, _space, rest = line.strip().partition(b" ")
            command = rest.upper()
            if command.startswith(b"UID SEARCH"):
                left = [str(n).encode() for n in range(1, len(self.letters) + 1) if n not in self.seen]
                say(b"* SEARCH " + b" ".join(left) + b"\r\n")
            elif command.startswith(b"UID FETCH"):
                number = int(rest.split()[2])
                raw = self.letters[number - 1]
                head = b"* %d FETCH (UID %d "
                head += b'INTERNALDATE "27-Feb-2026 09:30:00 +0800" RFC822.SIZE %d BODY[] {%d}\r\n'
                say(head % (number, number, len(raw), len(raw)) + raw + b")\r\n")
            elif command.startswith(b"UID STORE"):
                if self.drop_store:
                    return
                self.seen.add(int(rest.split()[2]))
            elif command.startswith(b"SELECT"):
                say(b"* %d EXISTS\r\n" % len(self.letters))
            elif command.startswith(b"CAPABILITY"):
                say(b"* CAPABILITY IMAP4rev1\r\n")
            elif command.startswith(b"LOGOUT"):
                say(b"* BYE\r\n")
            say(tag + b" OK done\r\n")


def letter(subject: str, *, attach: bool = False, charset: str = "utf-8") -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "王小雨 <rain@example.invalid>", "foi@example.invalid"
    message["Subject"] = subject
    message.set_content("我要2025年供水管网检漏报告，请发到这个邮箱。", charset=charset)
    if attach:
        message.add_attachment(PDF, maintype="application", subtype="pdf", filename="申请表.pdf")
        message.add_attachment(b"MZ\x90", maintype="application", subtype="octet-stream", filename="a.exe")
    return bytes(message)


@pytest.fixture
def box(agency: Any, settings: Any, today: Any) -> Iterator[Box]:
    found = Box(
        [letter("申请公开检漏报告", attach=True), letter("补充说明", charset="gb18030"), letter("广告")]
    )
    settings.REQUESTS_IMAP = f"imap://foi:secret@127.0.0.1:{found.port}/INBOX"
    settings.REQUESTS_IMAP_AGENCY = ""
    yield found
    found.listener.close()


def test_every_letter_arrives_once(box: Box) -> None:
    assert incoming.fetch() == 3 and incoming.fetch() == 0
    mail = Mail.objects.first()
    assert mail is not None
    assert (mail.sender, mail.sender_name, mail.attachments) == ("rain@example.invalid", "王小雨", 2)
    assert mail.arrived_at.isoformat().startswith("2026-02-27")
    assert all("检漏报告" in row.text for row in Mail.objects.all())
    # 存好了却没标上已读：下次再收到同一封，不重复。
    box.seen.clear()
    assert incoming.fetch() == 0 and Mail.objects.count() == 3


def test_a_cut_connection_loses_nothing(box: Box) -> None:
    box.drop_store = True
    with pytest.raises((OSError, incoming.imaplib.IMAP4.error)):
        incoming.fetch()
    assert Mail.objects.count() == 1
    box.drop_store = False
    incoming.fetch()
    assert Mail.objects.count() == 3


def test_letters_are_claimed_one_by_one(box: Box, person: Any, client: Any) -> None:
    incoming.fetch()
    first, second, third = Mail.objects.all()
    clerk = person("clerk")
    client.force_login(clerk, backend="gongkai.accounts.permissions.DutyBackend")
    assert "申请公开检漏报告" in client.get(reverse("foi:mails")).content.decode()
    url = reverse("foi:mail", args=[first.pk])
    page = client.get(url).content.decode()
    assert "rain@example.invalid" in page and "是新申请" in page
    data = {
        "do": "take", "take-kind": "natural", "take-name": "王小雨", "take-email": "rain@example.invalid",
        "take-description": "检漏报告", "take-form": "any", "take-route": "email",
    }  # fmt: skip
    assert client.post(url, data | {"take-name": ""}).status_code == 422
    done = client.post(url, data, follow=True).content.decode()
    case = Case.objects.get()
    assert (case.state, case.channel, case.arrived_on.isoformat()) == ("awaiting", "email", "2026-02-27")
    assert case.files.count() == 1 and "a.exe" in done
    with pytest.raises(Refused):
        actions.dismiss_mail(clerk, first, reason="再办")
    client.post(reverse("foi:mail", args=[second.pk]), {"do": "attach", "number": case.number})
    client.post(reverse("foi:mail", args=[third.pk]), {"do": "dismiss", "reason": "推销"})
    assert list(Mail.objects.values_list("state", flat=True)) == ["taken", "attached", "dismissed"]


def test_others_do_not_see_the_letters(box: Box, person: Any, outsider: Any) -> None:
    incoming.fetch()
    for who in ("handler", "leader", "admin"):
        assert not Mail.objects.visible_to(person(who)).exists()
    assert not Mail.objects.visible_to(outsider).exists()
    with pytest.raises(Refused):
        actions.dismiss_mail(person("handler"), Mail.objects.first(), reason="推销")
