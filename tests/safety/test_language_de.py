"""German as people write it in chat: what must be found, what must be left alone, and words in disguise."""

import time

import pytest

from safety.engine.assess import Engine
from safety.engine.foreign import LanguageDetector, rule_detectors
from safety.engine.rules import person_rules
from safety.levels import TRIGGERS, Level

_READER = Engine((*rule_detectors(person_rules), LanguageDetector(frozenset({"en", "de"}))), "test")
_SPEED_TEXT = "heute abend koche ich mit meiner schwester und danach schauen wir einen film, kommst du? kalt draußen"
_SLOWEST_SECONDS = 0.02
"""Twenty times what a quiet machine needs for a hundred characters."""

FLAGGED = [
    ("ich will sterben", Level.WARNING),
    ("will einfach nicht mehr leben", Level.WARNING),
    ("ich möchte mich umbringen", Level.WARNING),
    ("denk jeden tag an suizid", Level.WARNING),
    ("hab seit wochen suizidgedanken", Level.WARNING),
    ("ich moechte nicht mehr leben", Level.WARNING),
    ("ich wünschte ich wäre tot", Level.WARNING),
    ("i mog nimmer lebn", Level.WARNING),
    ("wie kann ich schmerzlos sterben", Level.WARNING),
    ("ich werde mich heute nacht umbringen", Level.CRISIS),
    ("heute abend nehm ich mir das leben", Level.CRISIS),
    ("morgen bin ich nicht mehr am leben", Level.CRISIS),
    ("diesmal zieh ich es durch", Level.CRISIS),
    ("mein abschiedsbrief ist fertig", Level.CRISIS),
    ("ich hab mir einen strick gekauft um mich zu erhängen", Level.CRISIS),
    ("das messer ist an meinem handgelenk", Level.CRISIS),
    ("lebt wohl, ich hab euch alle geliebt", Level.CRISIS),
    ("sag meiner mama es ist nicht ihre schuld", Level.CRISIS),
    ("hab mir gerade die pulsadern aufgeschnitten", Level.CRISIS),
    ("ich hab die ganze packung schlaftabletten geschluckt", Level.CRISIS),
    ("hab 40 tabletten genommen und hab angst", Level.CRISIS),
    ("ich ritze mich wieder jeden abend", Level.WARNING),
    ("will mich so gern schneiden", Level.CONCERN),
    ("ich kann nicht mehr", Level.CONCERN),
    ("es hat alles keinen sinn mehr", Level.CONCERN),
    ("ich bin nur eine last für meine familie", Level.CONCERN),
    ("ohne mich wären alle besser dran", Level.CONCERN),
    ("möchte einschlafen und nie wieder aufwachen", Level.CONCERN),
    ("ich kotze nach jedem essen", Level.WARNING),
    ("seit vier tagen nichts gegessen", Level.WARNING),
    ("mein mann schlägt mich wenn er trinkt", Level.WARNING),
    ("mein vater verprügelt mich mit dem gürtel", Level.WARNING),
    ("ich bin 12 und mein onkel fasst mich an", Level.CRISIS),
    ("ich stech ihn ab den hund", Level.WARNING),
    ("hab ein messer und warte bis er rauskommt", Level.CRISIS),
    ("ich höre stimmen die mich beschimpfen", Level.WARNING),
    ("die stimmen befehlen mir zu springen", Level.CRISIS),
    ("ich saufe jeden abend um zu vergessen", Level.CONCERN),
    ("komm vom kokain nicht mehr los", Level.CONCERN),
    ("meine beste freundin will sich umbringen", Level.CONCERN),
    ("mein bruder hat alle tabletten geschluckt, er atmet kaum", Level.CRISIS),
    ("ha kei luscht meh, i wott stärbe", Level.WARNING),
    ("ich hasse mich so sehr", Level.CONCERN),
]

HARMLESS = [
    "ich lach mich tot",
    "ich sterbe vor hunger, was essen wir?",
    "mein chef bringt mich um wenn ich zu spät komme",
    "die arbeit bringt mich noch um",
    "ich will nicht sterben",
    "ich habe nie ans sterben gedacht",
    "schönes wetter heute in köln",
    "wir haben die zeit totgeschlagen",
    "mein akku ist tot",
    "ich will mir die haare schneiden lassen",
    "beim kochen in den finger geschnitten, pflaster drauf",
    "ich spring gleich in den pool",
    "ich lass das frühstück morgen ausfallen",
    "ich muss den vertrag bis freitag beenden",
    "ich suche ein buch über bienenzucht",
    "kommst du samstag zum geburtstag meiner mutter?",
    "hab eine tablette gegen kopfschmerzen genommen",
    "morgen fahren wir in urlaub, tschüss regen",
    "danke für alles, bis bald",
    "ich bin müde, gute nacht",
    "die katze hat auf den teppich gekotzt",
    "magen darm, die ganze nacht gekotzt",
    "wir haben sie im fußball vernichtet",
    "der held stirbt am ende vom film",
    "ich bin süchtig nach schokolade",
    "ich hab vor zwei monaten mit dem rauchen aufgehört",
    "mein bruder schlägt mich immer im schach",
    "sie hat eine schöne stimme",
    "ich hör dich so schlecht am telefon",
    "welches messer ist gut zum kochen?",
    "das seil von der schaukel ist gerissen",
    "ich bin eine niete in mathe lol",
    "der zug hat verspätung, ich stehe am gleis",
    "gibt es noch karten für das konzert am donnerstag?",
    "hab meine schlüssel verloren, ich dreh durch",
    "mein sohn ist dreizehn und liebt fußball",
    "ich nehme meine medikamente jeden morgen mit wasser",
    "wir haben eine serie über die polizei geschaut",
    "ich muss heute noch die bewerbung fertig schreiben",
    "ich hab mit meiner freundin schluss gemacht",
    "heute mach ich früher schluss, feierabend",
    "hoffnungslos verliebt in diese torte",
]

DISGUISED = [
    "ich will st3rben",
    "denke an su1zid",
    "denke an selbstm*rd",
    "ichwillsterben",
    "ich will steeerben",
    "ich will s t e r b e n",
    "ICH WILL STERBEN",
    "hab suizidgedankn",
    "ich will ster\u200bben",
    "will mich umbrigen",
    "ich will n1cht mehr leben",
    "hab selbstmort gedanken, denk nur an selbstmort",
]


@pytest.mark.parametrize(("text", "level"), FLAGGED)
def test_what_german_chat_says_is_found(text, level):
    assert _READER.assess(text).level.rank >= level.rank


@pytest.mark.parametrize("text", HARMLESS)
def test_everyday_german_stays_below_concern(text):
    assert _READER.assess(text).level.rank < Level.CONCERN.rank


@pytest.mark.parametrize("text", DISGUISED)
def test_a_disguised_german_word_is_found(text):
    assert _READER.assess(text).level.rank >= Level.WARNING.rank


def test_every_trigger_has_a_german_rule():
    assert {rule.trigger for rule in person_rules("de").rules} == set(TRIGGERS)


def test_a_german_text_takes_little_time():
    _READER.assess(_SPEED_TEXT)
    took = min(_seconds() for _ in range(5))
    assert took < _SLOWEST_SECONDS


def _seconds():
    begun = time.perf_counter()
    _READER.assess(_SPEED_TEXT)
    return time.perf_counter() - begun
