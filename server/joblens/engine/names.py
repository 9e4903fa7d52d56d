"""Names of runs, in the shape Azure ML gives them: adjective_noun_hash."""

from __future__ import annotations

import random
import re

from joblens.errors import JobFileError

_ADJECTIVES = (
    "amber bold brave bright calm clever coral crisp eager early fair fine fond free glad golden "
    "good grand happy honest jolly keen kind light lively lucky merry mild neat nimble noble patient "
    "plain polite proud quick quiet ready rosy round royal silver simple smart soft stable steady sunny "
    "swift tidy true upbeat vivid warm wise witty"
)
_NOUNS = (
    "apple arch bay beach bell bird boat bread bridge brook cart cedar cherry cloud coast corn "
    "crane dawn drum eagle elm falcon feather fern field finch flute forest fox garden grape harbor honey "
    "island ivy kite lake lamp leaf lemon lime lion maple melon moon mango nest oak ocean olive orange "
    "owl panda peach pear pine plum pond rain reef river rose sail seal shell sky snow spoon star stone sun "
    "tree tulip valley wave wheat wind wolf yam"
)
_ALLOWED = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,254}")


def new_name() -> str:
    """A name that no other run has, as far as chance goes."""
    letters = "bcdfghjklmnpqrstvwxyz0123456789"
    ending = "".join(random.choices(letters, k=10))
    return f"{random.choice(_ADJECTIVES.split())}_{random.choice(_NOUNS.split())}_{ending}"


def checked(name: str) -> str:
    """`name` itself, when Azure ML would take it as a job's name."""
    if _ALLOWED.fullmatch(name):
        return name
    raise JobFileError(
        f"'{name}' cannot be the name of a run.",
        hint="Use letters, digits, '-' and '_', at most 255, beginning with a letter or a digit.",
    )


def is_made_up(name: str) -> bool:
    """Whether a name is one of ours: no word of a job file is."""
    parts = name.split("_")
    return (
        len(parts) == 3
        and parts[0] in _ADJECTIVES.split()
        and parts[1] in _NOUNS.split()
        and len(parts[2]) == 10
    )
