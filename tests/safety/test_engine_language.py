"""Texts that are not English."""

import pytest

from safety.engine.assess import assess
from safety.engine.foreign import MARKER
from safety.levels import Level

FOREIGN = [
    "hoy no quiero salir de la casa con mis amigos",
    "je ne sais pas quoi faire avec mon travail",
    "ich weiß nicht was ich heute machen soll",
    "não sei o que fazer com o meu trabalho",
    "non so cosa fare con il mio lavoro",
    "ik weet niet wat ik vandaag moet doen",
    "nie wiem co mam dzisiaj robić",
    "aku tidak tahu harus gimana hari ini",
    "今天天气很好",
    "今日はとても疲れました",
    "오늘 날씨가 좋아요",
    "сегодня хорошая погода",
    "الطقس جميل اليوم",
    "आज मौसम अच्छा है",
    "zxqv wqrt plmk bvcx nmlk",
    "Ich gehe heute einkaufen",
    "Ciao, come stai",
    "Hola, ¿cómo estás?",
    "no puedo dormir",
    "oggi sono triste",
    "estou cansado",
    "je suis fatiguée",
    "ik ben verdrietig",
    "jestem zmęczona",
    "aku capek",
    "wie geht's",
    "ayuda",
    "Hilfe!",
]
ENGLISH = [
    "",
    "hi",
    "hola",
    "ok 👍",
    "12345",
    "😀😀😀",
    "José",
    "Привет"[:2],
    "lol wtf",
    "i met François in Zürich",
    "my friend Aleksandr Nowak said hi",
    "c'est la vie, i guess, whatever happens happens",
    "gonna grab sum food brb",
    "ciao!",
    "ciao bella",
    "merci beaucoup",
    "hola amigo",
    "gracias",
    "danke",
    "Guten Tag",
    "c'est la vie",
    "hasta la vista",
    "Maria",
    "Ludwig van Beethoven",
    "Ana de la Cruz",
    "Los Angeles",
    "ich",
    "4 8 15",
]


@pytest.mark.parametrize("text", FOREIGN)
def test_another_language_is_unknown_not_safe(text):
    verdict = assess(text)
    assert verdict.level is Level.UNKNOWN
    assert verdict.triggers == (MARKER,)


@pytest.mark.parametrize("text", ENGLISH)
def test_english_names_and_greetings_are_not_unknown(text):
    assert assess(text).level.rank <= Level.LOW.rank


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("ya no puedo más, quiero morir", Level.WARNING),
        ("j'ai envie de mourir", Level.WARNING),
        ("ich denke an selbstmord", Level.WARNING),
        ("我想自杀", Level.WARNING),
        ("死にたい", Level.WARNING),
        ("я хочу умереть", Level.WARNING),
        ("quero morrer", Level.WARNING),
        ("me voy a matar esta noche", Level.CRISIS),
        ("je vais me tuer ce soir", Level.CRISIS),
        ("ich werde mich umbringen", Level.CRISIS),
        ("我要自杀了", Level.CRISIS),
    ],
)
def test_a_danger_word_of_another_language_has_a_level(text, level):
    verdict = assess(text)
    assert verdict.level is level
    assert "suicidal_ideation" in verdict.triggers


def test_a_danger_word_points_to_its_place():
    text = "no! ¡voglio  morire"
    finding = next(found for found in assess(text).findings if found.rule == "language.warning")
    assert finding.span is not None
    assert text[slice(*finding.span)] == "voglio  morire"
    plain = "oggi voglio morire"
    finding = next(found for found in assess(plain).findings if found.rule == "language.warning")
    assert finding.span is not None
    assert plain[slice(*finding.span)] == "voglio morire"


def test_a_concern_in_an_unread_text_stays_unknown():
    text = "hoy no quiero salir de la casa con mis amigos hasta que se vayan todos a su casa. i feel hopeless"
    assert assess(text).level is Level.UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        "mi hermano habla del suicidio",
        "prevenção do suicídio",
        "le taux suicidaire en France",
        "Suizid in der Familie",
        "Selbstmörder im Film",
        "zelfdoding op school",
        "samobójstwo w książce",
        "розмова про самогубство",
        "η αυτοκτονία του",
        "интервью про самоубийство",
        "intihar haberi",
        "आत्महत्या पर लेख",
        "ฆ่าตัวตาย",
        "自殺についての本",
        "자살 예방",
        "انتحار",
        "Suizid",
    ],
)
def test_the_word_itself_is_never_missed_in_any_language(text):
    verdict = assess(text)
    assert verdict.level.rank >= Level.CONCERN.rank
    assert "suicidal_ideation" in verdict.triggers


@pytest.mark.parametrize(
    "text", ["a podcast about suicide prevention", "the Suicide Squad film was fun"]
)
def test_the_english_word_is_left_to_the_rules(text):
    assert assess(text).level is Level.NONE
