"""更正：把打错的查找词改成标题里出现过的词——同音、近音、声母缩写、全拼、少字、多字、错字、颠倒。"""

from __future__ import annotations

import math
import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import F

from gongkai.core.models import Alias, Organisation

from . import text
from .models import SearchDocument, VocabularyKey
from .plans import STOP

WORDS: Final = 30_000
COUNTED: Final = 100_000
LONGEST: Final = 10
MAX_QUERY: Final = 24
_HAN: Final = re.compile(r"[\u3400-\u9fff]+")
_LATIN: Final = re.compile(r"[a-z]+")
# 键的种类：t 原词，p 全拼，r 近音，i 声母，d 少一字。
# 各种错的代价；原样认得的几乎不花钱，认不得的一字花 2.5。
KNOWN, COMMON, HOMOPHONE, ROUGH, SWAPPED, MISSING, EXTRA, WRONG, UNKNOWN = (
    0.2, 0.4, 1.0, 1.3, 1.4, 1.6, 1.7, 1.9, 2.5,
)  # fmt: skip


@cache
def _reader() -> Callable[..., list[str]]:
    # 拼音词典有几十兆，用到才装入。
    # 词典只读不改，不必另抄一份。
    os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")
    from pypinyin import lazy_pinyin

    read: Callable[..., list[str]] = lazy_pinyin
    return read


def syllables(words: str) -> list[str]:
    """拼音：逐字的无调拼音；字母原样。"""
    return [each for each in _reader()(words, errors=list) if each.strip()]


def rough(pinyin: str) -> str:
    """近音：不分平翘舌、前后鼻音、鼻音边音，常打错的归到一处。"""
    for a, b in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ing", "in"), ("eng", "en"), ("ang", "an")):
        pinyin = pinyin.replace(a, b)
    return re.sub(r"^n", "l", pinyin)


def _keys(word: str) -> set[str]:
    sounds = syllables(word)
    found = {f"t{word}", "p" + "".join(sounds), "r" + "".join(map(rough, sounds))}
    if len(word) > 2:
        found |= {f"d{word[:i]}{word[i + 1 :]}" for i in range(len(word))}
    if len(sounds) > 1:
        found.add("i" + "".join(sound[0] for sound in sounds))
    return {key[:80] for key in found}


def phrases(title: str) -> Iterator[str]:
    """标题里的词与相邻两三个词连成的词组，2—10 个汉字。"""
    cutter = text.segmenter(())
    for run in _HAN.findall(text.normal(title)):
        words = cutter.cut(run)
        for i, word in enumerate(words):
            if word in STOP:
                continue
            joined = ""
            for other in words[i : i + 4]:
                joined += other
                if 2 <= len(joined) <= LONGEST and other not in STOP:
                    yield joined


def rebuild_vocabulary() -> int:
    """重算纠错词表：取自已发布的标题、单位名称与自带词典；返回词数。"""
    counts: Counter[str] = Counter()
    for title in SearchDocument.objects.filter(published=True).values_list("title", flat=True).iterator():
        counts.update(set(phrases(title)))
        if len(counts) > COUNTED:
            # 十万个标题有上百万种词组，多半只见过一次：装不下时把少见的都减一，归零的去掉。
            counts = Counter({word: count - 1 for word, count in counts.items() if count > 1})
    names = [
        *Organisation.objects.values_list("name", flat=True),
        *Alias.objects.values_list("name", flat=True),
    ]
    for name in [*names, *text.own_words()]:
        counts.update({text.normal(name): 2})
        counts.update(set(phrases(name)))
    chosen = [(word, count) for word, count in counts.most_common(WORDS) if len(word) <= 20]
    made = (
        VocabularyKey(key=key, word=word, weight=count)
        for word, count in chosen
        for key in sorted(_keys(word))
    )
    with transaction.atomic():
        VocabularyKey.objects.all().delete()
        # 几十万行一次交给 bulk_create 会全攒在内存里。
        while part := list(islice(made, 2000)):
            VocabularyKey.objects.bulk_create(part)
    return len(chosen)


def forget(title: str) -> None:
    """忘掉一个撤下的标题：只有它用过的词组即刻不再联想、不再拿来更正，别处也有的少计一次。"""
    words = set(phrases(title))
    rows = VocabularyKey.objects.filter(key__in=[f"t{word}"[:80] for word in words])
    for word, weight in rows.values_list("word", "weight"):
        mine = VocabularyKey.objects.filter(key__in=_keys(word), word=word)
        if weight > 1:
            mine.update(weight=F("weight") - 1)
        else:
            mine.delete()


def correct(query: str) -> str:
    """更正：返回改好的查找词；认为没错或改不了返回空。"""
    plain = re.sub(r"\s+", "", text.normal(query))[:MAX_QUERY]
    if not plain or not re.search(r"[\u3400-\u9fffa-z]", plain):
        return ""
    whole = _whole(plain) if _LATIN.search(plain) else ""
    fixed = whole or _cheapest(plain)
    return fixed if fixed != plain else ""


def _whole(plain: str) -> str:
    """含字母的：整个当作拼音或声母缩写；先全拼，再近音，后声母。"""
    sounds = syllables(plain)
    joined = "".join(sounds)
    wanted = [f"p{joined}", "r" + "".join(map(rough, _split(joined))), f"r{joined}"]
    if _LATIN.fullmatch(plain):
        wanted.append(f"i{plain}")
    found = _lookup(wanted)
    for key in wanted:
        if found.get(key):
            return found[key][0][0]
    return _spelled(joined)


@cache
def _syllable_pattern() -> re.Pattern[str]:
    initial = "zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]"
    final = (
        "iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ui|ao|ou|iu|ie|ue|ve|er"
        "|an|en|in|un|vn|ia|ua|uo|a|o|e|i|u|v"
    )
    return re.compile(rf"(?:{initial})?(?:{final})")


def _split(pinyin: str) -> list[str]:
    """把连写的拼音分成音节；分不尽的字母各算一个。"""
    found, place = [], 0
    while place < len(pinyin):
        match = _syllable_pattern().match(pinyin, place)
        end = match.end() if match else place + 1
        # “gongan”之类：后一音节要声母时让出来。
        if match and end < len(pinyin) and pinyin[end] in "aoeiuv" and pinyin[end - 1] in "ngr":
            end -= 1
        found.append(pinyin[place:end])
        place = end
    return found


def _spelled(pinyin: str) -> str:
    """拼音连写的多个词：从左到右取最长的已知词。"""
    parts = _split(pinyin)
    keys = {
        (i, j): "p" + "".join(parts[i:j])
        for i in range(len(parts))
        for j in range(i + 1, min(len(parts), i + LONGEST) + 1)
    }
    found = _lookup(keys.values())
    made, place = "", 0
    while place < len(parts):
        for end in range(min(len(parts), place + LONGEST), place, -1):
            words = found.get(keys[place, end])
            if words and end - place > 1:
                made, place = made + words[0][0], end
                break
        else:
            return ""
    return made


def _lookup(keys: Iterable[str]) -> dict[str, list[tuple[str, int]]]:
    """键到词：常见的在前。"""
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    rows = VocabularyKey.objects.filter(key__in=set(keys)).order_by("-weight", "word")
    for key, word, weight in rows.values_list("key", "word", "weight"):
        found[key].append((word, weight))
    return found


def _window_keys(window: str, sounds: list[str]) -> list[tuple[str, float]]:
    """一截文字可能的键与代价。"""
    keys = [
        (f"t{window}", KNOWN),
        ("p" + "".join(sounds), HOMOPHONE),
        ("r" + "".join(map(rough, sounds)), ROUGH),
    ]
    if len(window) > 1:
        keys += [
            (f"t{window[:i]}{window[i + 1]}{window[i]}{window[i + 2 :]}", SWAPPED)
            for i in range(len(window) - 1)
        ]
        keys.append((f"d{window}", MISSING))
    if len(window) > 2:
        for i in range(len(window)):
            rest = window[:i] + window[i + 1 :]
            keys += [(f"t{rest}", EXTRA), (f"d{rest}", WRONG)]
    return keys


def _cheapest(plain: str) -> str:
    """代价最小的改法：把查找词分成几截，每截认作一个词（或不认），总代价最小。"""
    size = len(plain)
    sounds = syllables(plain)
    if len(sounds) != size:
        sounds = list(plain)
    windows = [(i, j) for i in range(size) for j in range(i + 1, min(size, i + LONGEST) + 1)]
    keyed = {span: _window_keys(plain[span[0] : span[1]], sounds[span[0] : span[1]]) for span in windows}
    found = _lookup(key for keys in keyed.values() for key, _cost in keys)
    has_word = text.any_segmenter().has_word
    best: list[tuple[float, str]] = [(0.0, "")] + [(math.inf, "")] * size
    for end in range(1, size + 1):
        for start in range(max(0, end - LONGEST), end):
            cost, word = _best_of(plain[start:end], keyed[start, end], found, has_word)
            total = best[start][0] + cost
            if total < best[end][0]:
                best[end] = (total, best[start][1] + word)
    return best[size][1]


def _best_of(
    window: str,
    keys: list[tuple[str, float]],
    found: dict[str, list[tuple[str, int]]],
    has_word: Callable[[str], bool],
) -> tuple[float, str]:
    """一截的最好认法：（代价, 词）。"""
    choices: list[tuple[float, str]] = []
    if len(window) == 1:
        choices.append((0.5 if not _HAN.match(window) or window in STOP else UNKNOWN, window))
    elif has_word(window):
        choices.append((COMMON, window))
    for key, cost in keys:
        for word, weight in found.get(key, ())[:5]:
            if len(word) < 2 or (key[0] in "pr" and len(window) != len(word)):
                continue
            # 短词改一字就面目全非，长词改一字多半是打错；常见的词稍占便宜。
            share = 0.0 if cost == KNOWN else 0.6 / len(word)
            choices.append((cost + share - 0.04 * math.log(weight + 1), word))
    return min(choices, default=(math.inf, window))


def suggestions(prefix: str, limit: int = 8) -> list[str]:
    """联想：以这些字（或拼音、声母）开头的词，常见的在前。"""
    plain = re.sub(r"\s+", "", text.normal(prefix))[:MAX_QUERY]
    if not plain:
        return []
    kinds = "pi" if _LATIN.fullmatch(plain) else "t"
    rows: list[Any] = []
    for kind in kinds:
        start = kind + plain
        if connection.vendor == "sqlite":
            # SQLite 的 LIKE 不走索引，用范围；PostgreSQL 按语言排序，范围不可靠，而 LIKE 有专门的索引。
            keys = VocabularyKey.objects.filter(key__gte=start, key__lt=start + "\uffff")
        else:
            keys = VocabularyKey.objects.filter(key__startswith=start)
        rows += keys.order_by("-weight", "word").values_list("word", flat=True)[: limit * 3]
    return list(dict.fromkeys(rows))[:limit]
