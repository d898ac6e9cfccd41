"""Errors of this machine or of a setting. Their text is a sentence that says what to do."""

from __future__ import annotations


class Unusable(Exception):
    """The command cannot continue. The text is shown to the user without a traceback."""


class DeployFailed(Unusable):
    """CloudFormation refused the template. The text names the refused resources and the reasons."""


class PatchOutdated(RuntimeError):
    """MiniStack's source no longer contains what a patch replaces: the version changed, and local/patches did not."""


def reason(error: Exception) -> str:
    """An error as the end of a sentence: in the words of the operating system, else with its class."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"{type(error).__name__}: {error}"
