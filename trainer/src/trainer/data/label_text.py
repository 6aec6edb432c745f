"""Cells of a label column as text, and which of them are one label."""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Iterable
from decimal import Decimal

from trainer.data.read_rows import to_text

WHOLE = re.compile(r"\s*[+-]?(0|[1-9]\d*)(\.0*)?\s*")
# What may stand between labels in a text, in the order in which it is looked for: a comma may be part of a label.
SEPARATORS = ("|", ";", "\n", ",")


def label_text(value: object) -> str:
    """As a person would write it: a whole number without the fraction that its column's type brings."""
    if isinstance(value, (float, Decimal)) and math.isfinite(value) and value == int(value):
        return str(int(value))
    return str(to_text(value))


def label_key(text: str) -> str:
    """Equal for labels that are one: 1, 1.0 and "1"; true and True. `lib/tables/label-text.ts` does the same."""
    if WHOLE.fullmatch(text):
        return str(int(float(text))) if len(text) < 16 else text.strip().partition(".")[0]
    folded = text.strip().lower()
    return folded if folded in ("true", "false") else text


def listed_labels(value: object) -> list[object] | None:
    """The labels of a cell that holds a list, or the text of one as JSON or Python writes it; None for another."""
    if isinstance(value, str) and value.strip().startswith("["):
        for read in (json.loads, ast.literal_eval):
            try:
                found = read(value.strip())
            except (ValueError, SyntaxError, MemoryError, RecursionError):
                continue
            return list(found) if isinstance(found, (list, tuple)) else None
        return None
    return list(value) if isinstance(value, Iterable) and not isinstance(value, (str, bytes, dict)) else None


def find_separator(texts: Iterable[str]) -> str | None:
    """What stands between the labels of a column's texts; None where no text holds several."""
    found: set[str] = set()
    for text in texts:
        found.update(sign for sign in SEPARATORS if sign in text.strip())
        if SEPARATORS[0] in found:
            break
    return next((sign for sign in SEPARATORS if sign in found), None)
