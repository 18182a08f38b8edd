"""
Lines of finished mrkdwn, each whole in itself, so that a text can end after any of them.

A line is made of pieces: words in a style, or a link, which is never torn. Styles are closed at the
end of each line, because Slack shows none that goes on in the next.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

#: Where a sentence ends, with the marks that still belong to it.
_SENTENCE = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)|[。！？]+")  # noqa: RUF001 - Chinese and Japanese end theirs so
_WORD = re.compile(r"(?<=\S)(?=\s)")
#: All of a prefix that is not said again where a line goes on.
_MARKER = re.compile(r"[^> ]")
_LETTER = re.compile(r"&(?:amp|lt|gt);|.", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Escaped text between its *styles*, such as `*_`; one that is `whole` is never torn."""

    text: str
    styles: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """
    One line of what is shown.

    `shut` is the line that has to follow when a text ends after this one: the end of its code
    block. A line that is a `frame` begins or ends one, and is none of the author's.
    """

    prefix: str = ""
    pieces: tuple[Piece, ...] = ()
    shut: str = ""
    frame: bool = False

    @property
    def text(self) -> str:
        return self.prefix + joined(self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The beginning of a text and how much of it is left: so many lines, or words of the last."""

    text: str
    lines: int = 0
    words: int = 0

    @property
    def left(self) -> str:
        """Return `31 more lines`, nothing when all of it is there."""
        if not self.lines:
            return ""
        if self.lines == 1 and self.words:
            return f"{self.words} more {'word' if self.words == 1 else 'words'}"
        return f"{self.lines} more {'line' if self.lines == 1 else 'lines'}"


def joined(pieces: Sequence[Piece]) -> str:
    """Return pieces as one line, with each style opened and closed around what has it."""
    out: list[str] = []
    opened = ""
    for piece in pieces:
        if not piece.text:
            continue
        shared = _shared(opened, piece.styles)
        out += [opened[shared:][::-1], piece.styles[shared:], piece.text]
        opened = piece.styles
    return "".join(out) + opened[::-1]


def _shared(one: str, other: str) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def whole(lines: Sequence[TextLine]) -> str:
    """Return all of a text."""
    return "\n".join(line.text for line in lines)


def cut(lines: Sequence[TextLine], room: int, tail: Callable[[str], str]) -> str:
    """
    Return as much of a text as *room* characters hold, cut after a line, an item or a sentence.

    *tail* is given what is left, such as `31 more lines`, and returns the line that says so. Only
    where more than half of the room would stay empty the text is cut after a word.
    """
    everything = whole(lines)
    if len(everything) <= room:
        return everything
    longest = len(tail("99999 more lines")) + 1
    found = beginning(lines, room - longest)
    said = tail(found.left)
    return f"{found.text}\n{said}" if found.text else said


def beginning(lines: Sequence[TextLine], room: int) -> Cut:
    """Return what *room* characters hold of a text that is longer."""
    taken: list[TextLine] = []
    used = 0
    for line in lines:
        needed = len(line.text) + 1 + (len(line.shut) + 1 if line.shut else 0)
        if used + needed > room:
            break
        taken.append(line)
        used += len(line.text) + 1
    rest = list(lines[len(taken) :])
    part = None
    if rest and not rest[0].frame:
        shut = len(rest[0].shut) + 1 if rest[0].shut else 0
        part = _part(rest[0], room - used - shut, hard=used < room // 2)
    words = 0
    if part is not None:
        taken.append(part)
        words = len(_words(rest[0])) - len(_words(part))
    while taken and taken[-1].frame and taken[-1].shut:
        rest.insert(0, taken.pop())  # A code block of which nothing is there is not begun.
    ended = [line.text for line in taken] + ([taken[-1].shut] if taken and taken[-1].shut else [])
    left = sum(not line.frame for line in rest)
    return Cut(text="\n".join(ended), lines=left, words=words)


def short_lines(lines: Sequence[TextLine], most: int) -> Iterator[TextLine]:
    """Return lines of at most *most* characters each: longer ones go on in further lines."""
    for line in lines:
        rest = line
        while len(rest.text) > most:
            part = _part(rest, most, hard=True)
            if part is None:
                break
            yield part
            rest = replace(rest, prefix=_MARKER.sub(" ", line.prefix), pieces=_after(rest, part))
        yield rest


def _part(line: TextLine, room: int, *, hard: bool) -> TextLine | None:
    """Return the beginning of *line* that fits; *hard*: after a word or a letter, if need be."""
    ways = (_SENTENCE, _WORD, _LETTER) if hard else (_SENTENCE,)
    for way in ways:
        found = _longest(line, room, way)
        if found is not None:
            return found
    return None


def _longest(line: TextLine, room: int, way: re.Pattern[str]) -> TextLine | None:
    best: TextLine | None = None
    before = len(line.prefix)
    for index, piece in enumerate(line.pieces):
        if before > room:
            break
        if not piece.whole:
            ends = [found.end() for found in way.finditer(piece.text, 0, room + 1)]
            for end in reversed(ends):
                part = replace(piece, text=piece.text[:end])
                made = replace(line, pieces=(*line.pieces[:index], part))
                if len(made.text) <= room and made.text.strip() != line.prefix.strip():
                    best = made
                    break
        before += len(piece.text)
    return best


def _after(line: TextLine, part: TextLine) -> tuple[Piece, ...]:
    """Return what of *line* comes after its beginning *part*."""
    last = len(part.pieces) - 1
    torn = line.pieces[last]
    rest = torn.text[len(part.pieces[last].text) :].lstrip()
    pieces = (replace(torn, text=rest), *line.pieces[last + 1 :])
    return tuple(piece for piece in pieces if piece.text)


def _words(line: TextLine) -> list[str]:
    return "".join(piece.text for piece in line.pieces).split()
