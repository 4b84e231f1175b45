"""说顺：可选的 OpenAI 兼容接口，只许用所引的原文；说出原文里没有的就弃之不用，接口不通也不影响页面。"""

from __future__ import annotations

import logging
import re
import time
from typing import Any, Final

import httpx
from django.conf import settings

from gongkai.law.docnumbers import parse

from . import plans, text
from .answers import figures

log = logging.getLogger(__name__)
TIMEOUT: Final = 8.0  # 秒
REST: Final = 60.0  # 出错之后歇多久再试
LONGEST: Final = 400
_TITLE: Final = re.compile(r"《[^》]{1,80}》")
_LINK: Final = re.compile(r"https?://\S+|[0-9]{3,4}-[0-9]{7,8}|1[0-9]{10}")
_NOT: Final = re.compile(r"不得|禁止|严禁|不需|无需|不用|不予|不能|不可|未经|免|不|无|非|除外")
_SENTENCE: Final = re.compile(r"[^。！？；\n]+")
_ASK: Final = (
    "你是政府网站的答复员。只许根据下面的【原文】回答【问题】，用一两句话，照抄原文里的数字、日期、名称；"
    "原文没有写的一律不说，也不要解释、推测或建议。原文不能回答时只写“未找到”。"
)
_not_before = 0.0


def phrased(question: str, quotes: list[str]) -> str | None:
    """把引文说顺；没有设接口、接口出错、超时、说得不合原文，都返回 None。"""
    global _not_before
    if not settings.ANSWER_URL or time.monotonic() < _not_before:
        return None
    try:
        said = _ask(question, quotes)
    except (httpx.HTTPError, ValueError, KeyError, IndexError, TypeError) as error:
        _not_before = time.monotonic() + REST
        log.warning("说顺的接口不通，%.0f 秒后再试：%s", REST, type(error).__name__)
        return None
    problems = unfaithful(said, quotes)
    if problems:
        log.info("说顺的话没有采用：%s", "；".join(problems))
        return None
    return said


def _ask(question: str, quotes: list[str]) -> str:
    original = "\n".join(f"【原文】{quote}" for quote in quotes)
    body: dict[str, Any] = {
        "model": settings.ANSWER_MODEL,
        "temperature": 0,
        "max_tokens": LONGEST,
        "messages": [
            {"role": "system", "content": _ASK},
            {"role": "user", "content": f"{original}\n【问题】{question}"},
        ],
    }
    headers = {"Authorization": f"Bearer {settings.ANSWER_KEY}"} if settings.ANSWER_KEY else {}
    url = settings.ANSWER_URL.rstrip("/") + "/chat/completions"
    response = httpx.post(url, json=body, headers=headers, timeout=TIMEOUT)
    response.raise_for_status()
    said = response.json()["choices"][0]["message"]["content"]
    if not isinstance(said, str):
        raise TypeError("接口没有返回文字")
    return said.strip()


def unfaithful(said: str, quotes: list[str]) -> list[str]:
    """不合原文之处：空列表表示可以用。

    数字、日期、文号、书名、电话、网址须在原文里；每句的内容须大部分来自原文的一句；否定须与那一句一致。
    """
    if not said or "未找到" in said:
        return ["没有作答"]
    if len(said) > LONGEST:
        return ["太长"]
    original = text.normal("\n".join(quotes))
    squeezed = re.sub(r"\s", "", original)
    problems = [f"原文里没有数字“{each}”" for each in sorted(figures(said) - figures(original))]
    allowed = {number.canonical for quote in quotes for number in parse(quote)}
    problems += [f"原文里没有文号“{n.canonical}”" for n in parse(said) if n.canonical not in allowed]
    for pattern, name in ((_TITLE, "书名"), (_LINK, "电话或网址")):
        for each in pattern.findall(text.normal(said)):
            if re.sub(r"\s", "", each) not in squeezed:
                problems.append(f"原文里没有{name}“{each}”")
    sentences = [part for quote in quotes for part in _SENTENCE.findall(text.normal(quote))]
    for sentence in _SENTENCE.findall(text.normal(said)):
        problems += _unsupported(sentence, sentences)
    return problems


def _unsupported(sentence: str, sentences: list[str]) -> list[str]:
    pairs = {pair for pair in text.bigrams(sentence) if pair not in plans.STOP}
    if len(pairs) < 3:
        return []
    shares = [(len(pairs & set(text.bigrams(each))) / len(pairs), each) for each in sentences]
    share, nearest = max(shares, default=(0.0, ""))
    together = len(pairs & {pair for each in sentences for pair in text.bigrams(each)}) / len(pairs)
    if together < 0.75 or share < 0.4:
        return [f"“{sentence[:20]}”多半不是原文说的"]
    if bool(_NOT.search(sentence)) != bool(_NOT.search(_overlap(nearest, pairs))):
        return [f"“{sentence[:20]}”与原文的肯定、否定不一致"]
    return []


def _overlap(nearest: str, pairs: set[str]) -> str:
    """原文这一句里与所说相应的部分：含共同二元组的各分句。"""
    clauses = re.split(r"[，,：:]", nearest)
    return "，".join(clause for clause in clauses if pairs & set(text.bigrams(clause))) or nearest
