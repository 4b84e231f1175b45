"""加密字段：个人信息入库前加密，密钥来自环境变量，可轮换。"""

from __future__ import annotations

import base64
import hashlib
import hmac
import unicodedata
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models


class Undecryptable(ValidationError):
    """加密字段解不开：密钥都不对或密文被改。"""


def _fernet(key: str) -> Fernet:
    # 任意长度的密钥文字先摘要成 32 字节。
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()))


def _box() -> MultiFernet:
    return MultiFernet([_fernet(key) for key in settings.FIELD_KEYS])


def is_stale(token: str) -> bool:
    """要轮换：有内容，而用来加密的密钥（第一个）解不开。"""
    try:
        _fernet(settings.FIELD_KEYS[0]).decrypt(token.encode())
    except InvalidToken:
        return bool(token)
    return False


def encrypt(text: str) -> str:
    """加密：返回密文；空文字仍为空。"""
    return _box().encrypt(text.encode()).decode() if text else ""


def decrypt(token: str) -> str:
    """解密：用任一现有密钥解开。错误：Undecryptable。"""
    if not token:
        return ""
    try:
        return _box().decrypt(token.encode()).decode()
    except InvalidToken:
        raise Undecryptable(
            "加密字段解不开：密钥不对或数据被改；请检查 GONGKAI_FIELD_KEYS 是否保留了旧密钥"
        ) from None


def rotate(token: str) -> str:
    """轮换：把旧密钥的密文换成用第一个密钥加密。错误：InvalidToken——没有加密它的密钥。"""
    return _box().rotate(token.encode()).decode() if token else ""


def blind_index(kind: str, text: str) -> str:
    """盲索引：同样的文字得到同样的键，由键看不出文字；用来在加密的数据里查同一人、同一内容。

    参数：kind 为用途（不同用途的键互不相通）。文字先归一（全半角、空白、大小写）；空文字仍为空。
    密钥是 settings.INDEX_KEY，不随字段密钥轮换：换了它，旧的键就查不到了。
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if not plain:
        return ""
    return hmac.new(settings.INDEX_KEY.encode(), f"{kind}\0{plain}".encode(), hashlib.sha256).hexdigest()


def masked(text: str) -> str:
    """遮蔽：只留首尾，供列表显示；18 位身份证号留前 3 后 2，手机号留前 3 后 4。"""
    if len(text) <= 2:
        return "*" * len(text)
    head, tail = (3, 2) if len(text) == 18 else (3, 4) if len(text) == 11 else (1, 0 if len(text) < 4 else 1)
    return text[:head] + "*" * (len(text) - head - tail) + (text[-tail:] if tail else "")


class EncryptedTextField(models.TextField):
    """加密文本：模型里是明文，库里是密文；不能按值查询。"""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return value if value is None else encrypt(value)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return value if value is None else decrypt(value)

    def get_lookup(self, lookup_name: str) -> Any:
        # 每次加密结果不同，按值比较永远查不到；宁可报错也不静默查空。
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None
