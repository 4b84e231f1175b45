"""采编用的图片：谁看得到、谁能传能改，都由职责算出；上传照附件的规矩查，每次改动记入审计链。"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from wagtail.images.models import Image
from wagtail.log_actions import get_active_log_context
from wagtail.models import Collection
from wagtail.permission_policies.collections import CollectionOwnershipPermissionPolicy

from gongkai.accounts.models import Duty
from gongkai.accounts.permissions import grant
from gongkai.accounts.queries import reach
from gongkai.audit.actions import in_turn, record

Role = Duty.Role
WRITERS = frozenset({Role.HANDLER, Role.HEAD, Role.COORDINATOR})
ACTIONS = ("add", "change", "delete", "choose")


def visible_to(user: Any) -> models.QuerySet[Image]:
    """可见：上传人所在单位在此人职责所及之内的图片，自己传的总看得到；审核人因此看得到稿件里的图。"""
    return Image.objects.filter(
        reach(user, "uploaded_by_user__organisation") | models.Q(uploaded_by_user=user)
    )


class DutyPolicy(CollectionOwnershipPermissionPolicy):
    """图片权限：拟稿的几种职责可以传、可以选所及单位的图片；改和删只限自己传的。不看权限组。"""

    def _may(self, user: Any, actions: Any) -> bool:
        names = [f"wagtailimages.{action}_image" for action in actions if action in ACTIONS]
        return any(user.has_perm(name) for name in names)

    def user_has_permission(self, user: Any, action: str) -> bool:
        return self._may(user, [action])

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return self._may(user, actions)

    def instances_user_has_any_permission_for(self, user: Any, actions: Any) -> models.QuerySet[Image]:
        if "choose" in actions and self._may(user, ["choose"]):
            return visible_to(user)
        if self._may(user, set(actions) - {"add"}):
            return Image.objects.filter(uploaded_by_user=user)
        return Image.objects.none()

    def user_has_any_permission_for_instance(self, user: Any, actions: Any, instance: Image) -> bool:
        return self.instances_user_has_any_permission_for(user, actions).filter(pk=instance.pk).exists()

    def users_with_any_permission(self, actions: Any) -> models.QuerySet[Any]:
        return get_user_model().objects.filter(is_active=True, duties__role__in=WRITERS).distinct()

    def users_with_any_permission_for_instance(self, actions: Any, instance: Image) -> models.QuerySet[Any]:
        users = self.users_with_any_permission(actions)
        return users if "choose" in actions else users.filter(pk=instance.uploaded_by_user_id)

    def collections_user_has_any_permission_for(self, user: Any, actions: Any) -> models.QuerySet[Collection]:
        # 不分集合：都放在最上一级，由单位区分。
        return Collection.objects.all() if self._may(user, actions) else Collection.objects.none()


def _record(action: str, image: Image) -> None:
    with in_turn():
        record(get_active_log_context().user, action, image, title=image.title, file=image.file.name)


def saved(sender: Any, instance: Image, created: bool, **kwargs: Any) -> None:
    """记账：图片添加或修改。"""
    _record("image.add" if created else "image.change", instance)


def deleted(sender: Any, instance: Image, **kwargs: Any) -> None:
    """记账：图片删除。"""
    _record("image.delete", instance)


def install() -> None:
    """装上：登记权限，换掉 Wagtail 的图片权限，接上记账；须在别处取用权限之前（AppConfig.ready）。"""
    from wagtail.images import permissions

    for action in ACTIONS:
        grant(f"wagtailimages.{action}_image", WRITERS)
    permissions.permission_policy = DutyPolicy(Image, owner_field_name="uploaded_by_user")
    models.signals.post_save.connect(saved, sender=Image, dispatch_uid="audit_image")
    models.signals.post_delete.connect(deleted, sender=Image, dispatch_uid="audit_image")
