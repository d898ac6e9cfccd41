"""What can be wrong with this machine or with a setting, said in a sentence that tells what to do."""

from __future__ import annotations


class Unusable(Exception):
    """The command cannot go on; its text is the whole message to the user, without a traceback."""


class DeployFailed(Unusable):
    """CloudFormation refused the template; the text names the resources and their reasons."""


class PatchOutdated(RuntimeError):
    """MiniStack's source no longer has what a patch replaces: the pinned version was changed without looking at
    local/patches.
    """
