"""发信：真的 SMTP 对话里拒绝连接、暂缓、拒收、半路断开、不答话，一封不丢；重发的 Message-ID 相同。"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django_tasks_db.models import DBTaskResult
from listener import Listener

from gongkai.requests.models import CaseNotice
from gongkai.requests.tasks import deliver


class Post(Listener):
    """一个照 mood 使坏的 SMTP 服务器；kept 为它收下的信。"""

    def __init__(self) -> None:
        self.mood, self.kept = "well", list[str]()
        super().__init__()

    def talk(self, stream: Any) -> None:
        def say(text: str) -> None:
            stream.write(text.encode() + b"\r\n")
            stream.flush()

        if self.mood == "mute":
            stream.readline()
            return
        say("220 ready")
        for line in stream:
            verb = line[:4].upper()
            if verb == b"RCPT" and self.mood in ("450", "550"):
                say(f"{self.mood} mailbox")
            elif verb == b"DATA":
                say("354 go on")
                lines = iter(stream.readline, b".\r\n")
                letter = b"".join(lines).decode("utf-8", "replace")
                if self.mood == "554":
                    say("554 content refused")
                    continue
                self.kept.append(letter)
                if self.mood == "hang up":
                    return
                say("250 taken")
            else:
                say("250 ok")


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    made = Post()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", made.port, 0.3
    yield made
    made.listener.close()


def send(case: Any, **more: Any) -> str:
    context: Any = SimpleNamespace(task_result=SimpleNamespace(id="7f3a"))
    values = {"to": "zs@example.invalid", "subject": "查询码已补发", "body": "正文"}
    return str(deliver.func(context, **(values | {"case": case.pk} | more)))


def waiting() -> list[dict[str, Any]]:
    rows = DBTaskResult.objects.filter(task_path__endswith="requests.tasks.deliver").order_by("enqueued_at")
    return [row.args_kwargs["kwargs"] for row in rows]


def ids(post: Post) -> list[str]:
    return [line for letter in post.kept for line in letter.splitlines() if line.startswith("Message-ID")]


@pytest.mark.parametrize("mood", ["450", "hang up", "mute", "closed"])
def test_a_letter_that_may_still_go_is_tried_again(
    post: Post, working: Any, settings: Any, mood: str
) -> None:
    case = working()
    post.mood = mood
    if mood == "closed":
        # 占着端口不听：连接被拒绝。
        deaf = socket.socket()
        deaf.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = deaf.getsockname()[1]
    assert "后再试" in send(case)
    (again,) = waiting()
    assert again["attempt"] == 2 and again["to"] == "zs@example.invalid" and again["body"] == "正文"
    assert not CaseNotice.objects.filter(kind="mail_failed").exists()
    if mood == "closed":
        return
    post.mood = "well"
    assert send(case, **{key: again[key] for key in ("attempt", "message_id")}) == "已发"
    # 断开的那次服务器其实收下了：至多两封，认得出是同一封。
    assert len(set(ids(post))) == 1 and len(post.kept) == (2 if mood == "hang up" else 1)


def test_the_same_task_done_twice_is_the_same_letter(post: Post, working: Any) -> None:
    case = working()
    assert send(case) == send(case) == "已发"
    assert len(ids(post)) == 2 and len(set(ids(post))) == 1 and "7f3a@" in ids(post)[0]


@pytest.mark.parametrize("mood", ["550", "554"])
def test_a_refused_letter_is_told_to_the_office_once(
    post: Post, working: Any, person: Any, mood: str
) -> None:
    case = working()
    post.mood = mood
    for _again in range(2):
        with pytest.raises(Exception, match=mood):
            send(case)
    assert waiting() == [] and post.kept == []
    (notice,) = CaseNotice.objects.filter(kind="mail_failed", user=person("clerk"))
    assert case.number in notice.text and "改用邮寄" in notice.text and "zs@" not in notice.text


def test_a_letter_given_up_is_told_too(post: Post, working: Any) -> None:
    case = working()
    post.mood = "450"
    with pytest.raises(Exception, match="450"):
        send(case, attempt=4)
    assert CaseNotice.objects.filter(kind="mail_failed", text__contains="多次发不出去").exists()
