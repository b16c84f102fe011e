"""The lines of `manage.py assess`: one JSON object in, one out."""

import json
from dataclasses import dataclass
from typing import Any

from safety.engine.assess import assess, assess_turns
from safety.engine.protocol import Verdict


class LineInvalid(ValueError):
    """A line is no JSON object with a text or turns.

    Args:
        reason: what is wrong, without the line's words.
        line_id: the line's id, where it could be read.
    """

    def __init__(self, reason: str, line_id: object = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line_id = line_id


@dataclass(frozen=True, slots=True)
class Answer:
    """What is written for one line.

    Args:
        line: a JSON object.
        failed: whether it reports an error.
    """

    line: str
    failed: bool = False


def answer_line(line: str) -> Answer:
    """Assess one line; a malformed one is answered with its error."""
    try:
        row = _read(line)
    except LineInvalid as invalid:
        return Answer(_dumped({"id": invalid.line_id, "error": invalid.reason}), failed=True)
    if "turns" in row:
        return Answer(_dumped(_of_turns(row["id"], assess_turns(row["turns"]))))
    return Answer(_dumped(_of_text(row["id"], assess(row["text"]))))


def _read(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line, parse_constant=_refused)
    except (ValueError, RecursionError):
        raise LineInvalid("not JSON") from None
    if not isinstance(row, dict):
        raise LineInvalid("not a JSON object")
    row.setdefault("id", None)
    problem = _problem(row)
    if problem:
        raise LineInvalid(problem, row["id"])
    return row


def _refused(constant: str) -> None:
    """NaN and the infinities are not JSON."""
    raise ValueError(constant)


def _problem(row: dict[str, Any]) -> str:
    """What is wrong with a row; empty where nothing is."""
    if ("text" in row) == ("turns" in row):
        return "needs either text or turns"
    if "text" in row:
        return "" if isinstance(row["text"], str) else "text is not a string"
    turns = row["turns"]
    if not isinstance(turns, list) or not turns or not all(isinstance(turn, str) for turn in turns):
        return "turns is not a list of strings"
    return ""


def _of_text(line_id: object, verdict: Verdict) -> dict[str, Any]:
    return {
        "id": line_id,
        "level": verdict.level,
        "score": verdict.score,
        "triggers": list(verdict.triggers),
        "probability": verdict.probability,
    }


def _of_turns(line_id: object, verdicts: list[Verdict]) -> dict[str, Any]:
    """The most urgent turn's level; everything that fired, the most urgent turn's first."""
    urgent = max(verdicts, key=lambda verdict: verdict.level.rank)
    triggers = (trigger for verdict in (urgent, *verdicts) for trigger in verdict.triggers)
    return {
        **_of_text(line_id, urgent),
        "triggers": list(dict.fromkeys(triggers)),
        "probability": max(verdict.probability for verdict in verdicts),
        "levels": [verdict.level for verdict in verdicts],
    }


def _dumped(answer: dict[str, Any]) -> str:
    """JSON in ASCII: what a text held, lone surrogates included, never breaks the output."""
    return json.dumps(answer)
