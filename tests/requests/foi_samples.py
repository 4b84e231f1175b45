"""依申请公开测试的样例：问与答、文字、文件。"""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

# 一页空白。
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
)
TEXT = "经核对本机关职责和档案，所述情况属实，具体事实已逐项写明如上"
# 各种决定的问与答：与 law.decision_tree 的次序一致。
CLEAR = {
    "alive": "yes", "record": "yes", "clear": "yes", "frequency": "no", "repeat": "no",
    "reissue": "no", "publication": "no", "special": "no", "ours": "yes", "found": "found",
}  # fmt: skip
GIVE = CLEAR | {"public": "no", "withheld": "no", "delivery": "give"}
PUBLIC = CLEAR | {"public": "yes"}
NOT_FOUND = CLEAR | {"found": "none"}
WITHHELD = CLEAR | {"public": "no", "withheld": "yes"}
INTERNAL = WITHHELD | {"ground": "internal", "internal_effect": "yes", "separable_C5": "no"}


def pdf(name: str = "材料.pdf") -> SimpleUploadedFile:
    """一份最小的 PDF。"""
    return SimpleUploadedFile(name, PDF, "application/pdf")
