"""图片表单：内容照附件的规矩查（类型看内容、限大小、查毒），不只看后缀。"""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from wagtail.images.forms import BaseImageForm

from gongkai.core.uploads import check_upload


class ImageForm(BaseImageForm):
    """图片表单。错误：ValidationError——见 core.uploads.check_upload。"""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # 图片按标题查找已够用；标签输入框读屏软件念不出名称，不用它。
        self.fields.pop("tags", None)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if isinstance(file, UploadedFile):
            check_upload(file)
        return file
