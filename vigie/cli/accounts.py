"""Which accounts a command is about."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import process

from vigie.cli.config import AccountSettings, Config
from vigie.cli.language import say
from vigie.cli.status import Fault, Status


def chosen(config: Config, name: str) -> Sequence[AccountSettings]:
    """The account of that name, or all of them where `name` is "". Raises Fault (usage) when there is none."""
    if not config.accounts:
        text = say(
            "aucun compte : ajoutez une section [[accounts]] (vigie init)",
            "no account: add an [[accounts]] section (vigie init)",
        )
        raise Fault(f"{config.path}: {text}", Status.USAGE)
    if not name:
        return config.accounts
    account = config.account(name)
    if account is not None:
        return (account,)
    names = [known.name for known in config.accounts]
    near = process.extractOne(name, names, score_cutoff=60)
    hint = say(f"vouliez-vous dire {near[0]} ?", f"did you mean {near[0]}?") if near else ", ".join(names)
    raise Fault(f"{name}: {say('compte inconnu', 'unknown account')} ; {hint}", Status.USAGE)
