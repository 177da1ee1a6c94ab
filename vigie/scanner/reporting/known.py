"""The channels that this installation has, and those that its settings switch on."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

from vigie.rules.discovery import discover
from vigie.scanner import channels
from vigie.scanner.channels import Channel
from vigie.scanner.reporting.settings import ChannelsSettings

CHANNELS: Mapping[str, Channel] = MappingProxyType(
    {channel.ID: channel for channel in (cast("Channel", module) for module in discover(channels, Channel))}
)


def switched_on(settings: ChannelsSettings) -> tuple[str, ...]:
    """IDs of the channels that are configured."""
    return tuple(name for name in CHANNELS if settings.of(name) is not None)
