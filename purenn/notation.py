"""JSON that is a Python literal, too: without true, false and null, strings in ASCII.

`ast.literal_eval` reads it on a Python without `json`; there, of what others write, only that.
Another character than those of ASCII that can be printed is \\u and four digits, above U+FFFF a
pair of surrogates.
"""

from __future__ import annotations

from .annotations import Any, Sequence
from .checks import shown

MOST_DIGITS = 4300  # of a whole number: reading more takes long, and newer Pythons refuse it


def parse(text: str) -> Any:
    """What the text says.

    Raises ValueError where it is not whole, or has a field twice.
    """
    try:
        import json
    except ImportError:
        return _parse_literal(text)
    try:
        return json.loads(text, object_pairs_hook=_unlike, parse_int=_whole)
    except _Twice:
        raise
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not whole JSON: {error}") from None


def fields_of(
    values: dict[str, Any], kinds: dict[str, tuple[type, str]], optional: Sequence[str] = ()
) -> dict[str, Any]:
    """A copy of the fields, each of its kind: a type, and what that is called.

    Raises ValueError where one is missing that isn't optional, of another kind, or not known.
    """
    for key, (kind, expected) in kinds.items():
        if key not in values and key not in optional:
            raise ValueError(f"expected a field {key!r}, found none")
        if key in values and not isinstance(values[key], kind):
            raise ValueError(f"{key}: expected {expected}, got {shown(values[key])}")
    for key in values:
        if key not in kinds:
            raise ValueError(f"expected no field {shown(key)}")
    return {**values}


def _parse_literal(text: str) -> Any:
    import ast

    try:
        tree = ast.parse(text.strip(), mode="eval")
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant):
                node.value = _joined(node.value)
            if isinstance(node, ast.Dict):
                _unlike([(_joined(getattr(key, "value", None)), None) for key in node.keys])
        return ast.literal_eval(tree)
    except _Twice:
        raise
    except (TypeError, ValueError, SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError(f"not whole JSON: {str(error) or 'nested too deeply'}") from None


class _Twice(ValueError):
    """A field that stands in a file twice."""


def _unlike(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    """The pairs as a dict, no two with one key."""
    fields: dict[Any, Any] = {}
    for key, value in pairs:
        if key in fields:
            raise _Twice(f"expected each field once, got {shown(key)} twice")
        fields[key] = value
    return fields


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"expected at most {MOST_DIGITS} digits, got {len(digits)}")
    return int(digits)


def _joined(value: Any) -> Any:
    """A string with each surrogate pair as the character that it stands for; others as they are."""
    if not isinstance(value, str):
        return value
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def quoted(string: str) -> str:
    """The string as JSON has it. Python reads the same but for surrogate pairs."""
    return '"' + "".join(map(_escaped, string)) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if " " <= character <= "~":
        return character
    digits = character.encode("utf-16-be").hex()
    return "".join(f"\\u{digits[i : i + 4]}" for i in range(0, len(digits), 4))
