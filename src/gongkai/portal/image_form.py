"""图片表单：内容照附件的规矩查（类型看内容、限大小、查毒），不只看后缀。"""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from wagtail.images.forms import BaseImageForm

from gongkai.core.uploads import check_upload


class ImageForm(BaseImageForm):
    """图片表单。错误：ValidationError——见 core.uploads.check_upload。"""

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if isinstance(file, UploadedFile):
            check_upload(file)
        return file
