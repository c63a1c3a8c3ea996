"""The state of one part of the installation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One part of the installation.

    Attributes:
        name: engine or library.
        ready: whether it can be used now.
        version: empty if absent.
        advice: what to do; empty if nothing is to be done.
        required: whether the default way from corpus to detector needs it.
    """

    name: str
    ready: bool
    version: str
    advice: str = ""
    required: bool = True
