"""推迟翻译：Wagtail 有几处在装载时就把文字译定了，第一个来的人用什么语言，以后人人都看那种语言。"""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.images.forms import ImageInsertionForm

CHOOSER = {
    "choose_one_text": "Choose",
    "choose_another_text": "Choose another",
    "edit_item_text": "Edit",
    "search_tab_label": "Search",
    "create_action_label": "Create",
}
INSERTION = {"format": "Format", "image_is_decorative": "Image is decorative", "alt_text": "Alt text"}


def install() -> None:
    """装上：把译定的文字换成用时才译的。"""
    for name, text in CHOOSER.items():
        setattr(ChooserViewSet, name, gettext_lazy(text))
    for name, text in INSERTION.items():
        ImageInsertionForm.base_fields[name].label = gettext_lazy(text)  # type: ignore[attr-defined]
