"""What students write about themselves: short, informal, often vague, sometimes misspelt, sometimes in Spanish."""

from __future__ import annotations

import re
from functools import cache

from matcher.generate.dice import Dice, Urn
from matcher.generate.words import Phrases, Topic, vocabulary

_SENTENCE = re.compile(r"(i|im|wanna|being|anything|helping|learning|making|doing|fixing|libraries) ")
SPANISH, VAGUE, NICHE, MISSPELT, AVOIDS = 0.12, 0.25, 0.07, 0.18, 0.15
TOPICS = Urn({1: 0.42, 2: 0.42, 3: 0.16})


def person(dice: Dice, taken: set[str]) -> str:
    """The name of an invented person, not one of those taken while there are others."""
    names, name = vocabulary().names, ""
    for _ in range(20):
        name = f"{dice.pick(names.first)} {dice.pick(names.last)}"
        if name not in taken:
            break
    taken.add(name)
    return name


def is_spanish(dice: Dice) -> bool:
    """Whether this student writes in Spanish."""
    return dice.chance(SPANISH)


def interests(dice: Dice, spanish: bool) -> tuple[str, tuple[str, ...]]:
    """The text and the topics it is about (none when vague or when no field of work fits)."""
    words, throw = vocabulary().interests, dice.throw()
    if throw < VAGUE:
        return _styled(dice, _phrase(dice, words.vague, spanish)), ()
    if throw < VAGUE + NICHE:
        return _styled(dice, _phrase(dice, words.niche, spanish)), ()
    topics = _topics(dice)
    voice = words.voice
    phrases = [dice.pick(topic.es if spanish else topic.en) for topic in topics]
    opening = dice.pick(voice.open_es if spanish else voice.open)
    text = opening if spanish or not _SENTENCE.match(phrases[0]) else ""
    for number, phrase in enumerate(phrases):
        join = dice.pick(voice.join_es if spanish else voice.join) if number else ""
        text += join + phrase
    text += dice.pick(voice.close_es if spanish else voice.close)
    return _styled(dice, text), tuple(topic.id for topic in topics)


def avoid(dice: Dice, spanish: bool) -> str:
    """What a student does not want; mostly blank."""
    return _styled(dice, _phrase(dice, vocabulary().interests.avoid, spanish)) if dice.chance(AVOIDS) else ""


def misspelt(dice: Dice, text: str) -> str:
    """One longer word with two letters swapped, one letter lost or one doubled."""
    words = text.split(" ")
    long = [place for place, word in enumerate(words) if len(word) >= 5 and word.isalpha()]
    if not long:
        return text
    place = dice.pick(long)
    word, at, kind = words[place], dice.whole(1, len(words[place]) - 3), dice.whole(0, 2)
    if kind == 0:
        word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    elif kind == 1:
        word = word[:at] + word[at + 1 :]
    else:
        word = word[:at] + word[at] + word[at:]
    words[place] = word
    return " ".join(words)


@cache
def _topic_urn() -> Urn[str]:
    return Urn({topic.id: topic.weight for topic in vocabulary().interests.topic})


@cache
def topic_named(name: str) -> Topic:
    """A topic by its id."""
    return next(topic for topic in vocabulary().interests.topic if topic.id == name)


def _topics(dice: Dice) -> list[Topic]:
    drawn = [_topic_urn().draw(dice) for _ in range(TOPICS.draw(dice))]
    return [topic_named(name) for name in dict.fromkeys(drawn)]


def _phrase(dice: Dice, phrases: Phrases, spanish: bool) -> str:
    return dice.pick(phrases.es if spanish else phrases.en)


def _styled(dice: Dice, text: str) -> str:
    text = misspelt(dice, text) if dice.chance(MISSPELT) else text
    return text[:1].upper() + text[1:] if dice.chance(0.35) else text
