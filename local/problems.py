"""Errors of this machine or of a setting. Their text is a sentence that says what to do."""

from __future__ import annotations


class Unusable(Exception):
    """The command cannot continue. The text is shown to the user without a traceback."""


class DeployFailed(Unusable):
    """CloudFormation refused the template. The text names the refused resources and the reasons."""


class PatchOutdated(RuntimeError):
    """MiniStack's source no longer contains what a patch replaces: the version changed, and local/patches did not."""
