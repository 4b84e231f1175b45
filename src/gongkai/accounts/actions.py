"""人员与组织的全部写入：只由系统管理员做，每次一个事务、一条审计。"""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from gongkai.audit.actions import record
from gongkai.core.models import Alias, Organisation
from gongkai.core.names import name_key
from gongkai.core.signals import organisation_changed
from gongkai.core.states import Refusal, Refused

from .models import Duty, User
from .queries import holds

ADMINISTRATOR = frozenset({Duty.Role.ADMINISTRATOR})


def _require(user: Any, organisation: Organisation | None) -> None:
    if organisation is None or not holds(user, organisation, ADMINISTRATOR):
        raise Refused([Refusal("duty", _("您不是该单位的系统管理员"))])


def _refuse(code: str, message: str) -> None:
    raise Refused([Refusal(code, message)])


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused([Refusal("password", message) for message in error.messages]) from None


def create_user(
    actor: User, *, username: str, name: str, email: str, organisation: Organisation, role: str, password: str
) -> User:
    """建账号：同时给一项职责。错误：Refused——不是管理员、账号已有、密码太弱。"""
    _require(actor, organisation)
    if User.objects.filter(username__iexact=username).exists():
        _refuse("username", _("账号“%(name)s”已经有了，请换一个") % {"name": username})
    user = User(username=username, name=name, email=email, organisation=organisation)
    _check_password(password, user)
    user.set_password(password)
    with transaction.atomic():
        user.save()
        Duty.objects.create(user=user, organisation=organisation, role=role)
        record(
            actor, "accounts.create_user", user, username=username, organisation=organisation.pk, role=role
        )
    return user


def set_active(actor: User, user: User, *, active: bool) -> None:
    """停用或启用账号；不能停用自己。"""
    _require(actor, user.organisation)
    if user.pk == actor.pk:
        _refuse("self", _("不能停用自己的账号"))
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=active)
        record(actor, "accounts.set_active", user, active=active)


def set_password(actor: User, user: User, *, password: str) -> None:
    """重设密码：原有登录随之失效。"""
    _require(actor, user.organisation)
    _check_password(password, user)
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        record(actor, "accounts.set_password", user)


def reset_second_factors(actor: User, user: User) -> None:
    """解除第二步：移除此人的验证器、通行密钥和备用码，用在手机或钥匙丢失时。错误：Refused——本来没有。"""
    _require(actor, user.organisation)
    with transaction.atomic():
        count, _details = Authenticator.objects.filter(user=user).delete()
        if not count:
            _refuse("none", _("此人没有启用登录的第二步"))
        record(actor, "accounts.reset_second_factors", user, count=count)


def set_email(actor: User, user: User, *, email: str) -> None:
    """登记邮箱：原来的邮箱不再对应此人。错误：Refused——写法不对，或别人已登记。"""
    _require(actor, user.organisation)
    email = email.strip()
    try:
        validate_email(email)
    except ValidationError:
        _refuse("email", _("邮箱“%(email)s”写得不对，应如 name@example.gov.cn") % {"email": email})
    if User.objects.filter(email__iexact=email).exclude(pk=user.pk).exists():
        _refuse("email", _("邮箱“%(email)s”已由别的账号登记") % {"email": email})
    with transaction.atomic():
        EmailAddress.objects.filter(user=user).delete()
        User.objects.filter(pk=user.pk).update(email=email)
        record(actor, "accounts.set_email", user)


def give_duty(actor: User, user: User, *, organisation: Organisation, role: str) -> None:
    """给职责。错误：Refused——已有同样的职责。"""
    _require(actor, user.organisation)
    _require(actor, organisation)
    if user.duties.filter(organisation=organisation, role=role).exists():
        _refuse("duty", _("此人已有这项职责"))
    with transaction.atomic():
        Duty.objects.create(user=user, organisation=organisation, role=role)
        record(actor, "accounts.give_duty", user, organisation=organisation.pk, role=role)


def take_duty(actor: User, duty: Duty) -> None:
    """收回职责；不能收回自己的系统管理员职责，免得无人能管。"""
    _require(actor, duty.organisation)
    if duty.user_id == actor.pk and duty.role == Duty.Role.ADMINISTRATOR:
        _refuse("self", _("不能收回自己的系统管理员职责"))
    with transaction.atomic():
        record(actor, "accounts.take_duty", duty.user, organisation=duty.organisation_id, role=duty.role)
        duty.delete()


def save_organisation(
    actor: User, *, organisation: Organisation | None, parent: Organisation, name: str, kind: str,
    tags: list[str], is_active: bool,
) -> Organisation:  # fmt: skip
    """建立或修改组织：名称、类别、标签、是否在用。错误：Refused——同一上级下已有同名单位。"""
    _require(actor, parent)
    same = Organisation.objects.filter(parent=parent, key=name_key(name))
    if same.exclude(pk=organisation.pk if organisation else None).exists():
        _refuse("name", _("“%(parent)s”下已有“%(name)s”") % {"parent": parent, "name": name})
    with transaction.atomic():
        organisation = organisation or Organisation(parent=parent)
        former = organisation.name
        organisation.name, organisation.kind = name, kind
        organisation.tags, organisation.is_active = tags, is_active
        organisation.save()
        # 改了名，旧名留作别名：往年、当年的分工表里还是旧的写法。
        if former and name_key(former) != organisation.key:
            Alias.objects.get_or_create(
                organisation=organisation, key=name_key(former), defaults={"name": former}
            )
        record(
            actor,
            "accounts.save_organisation",
            organisation,
            name=name,
            kind=kind,
            tags=tags,
            active=is_active,
        )
        organisation_changed.send(Organisation, organisation=organisation, actor=actor)
    return organisation


def add_alias(actor: User, organisation: Organisation, *, name: str) -> None:
    """加别名：分工表里这样写也认得。"""
    _require(actor, organisation)
    if organisation.aliases.filter(key=name_key(name)).exists():
        _refuse("alias", _("已有这个别名"))
    with transaction.atomic():
        Alias.objects.create(organisation=organisation, name=name)
        record(actor, "accounts.add_alias", organisation, name=name)
