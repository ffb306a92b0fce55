"""Reading the configuration of a channel when a message leaves; what was right when it was saved may be so no more."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from models.domain.errors import Invalid
from models.domain.outgoing.channels import ChannelKind
from models.domain.outgoing.targets import Target, target_of
from workers.gateways.gateway import NotSent


def http_target(kind: ChannelKind, config: Mapping[str, Any], origins: Collection[str]) -> Target:
    """
    Where a channel sends to, judged again: the allow-list may have changed since.

    Raises:
        NotSent
    """
    try:
        target = target_of(kind, config, origins)
    except (Invalid, ValueError, TypeError) as error:
        why = error.message if isinstance(error, Invalid) else "无法识别"
        raise NotSent(f"渠道的目标不符合要求：{why}"[:190], permanent=True) from None
    if target is None:
        raise NotSent("渠道没有目标", permanent=True)
    return target


def text_of(config: Mapping[str, Any], name: str) -> str:
    """
    A configured text.

    Raises:
        NotSent: it is missing.
    """
    value = config.get(name)
    if not isinstance(value, str) or not value:
        raise NotSent(f"渠道的配置不完整（缺 {name}），请管理员补齐", permanent=True)
    return value


def table_of(config: Mapping[str, Any], name: str) -> dict[str, str]:
    """A configured flat object of texts; absent is empty."""
    value = config.get(name) or {}
    if not isinstance(value, Mapping):
        raise NotSent(f"渠道的配置有误（{name}），请管理员改正", permanent=True)
    return {str(key): str(one) for key, one in value.items()}
