"""French as people write it in chat: what must be found, what must be left alone, and words in disguise."""

import time

import pytest

from safety.engine.assess import Engine
from safety.engine.foreign import LanguageDetector, rule_detectors
from safety.engine.rules import person_rules
from safety.levels import TRIGGERS, Level

_READER = Engine((*rule_detectors(person_rules), LanguageDetector(frozenset({"en", "fr"}))), "test")
_SPEED_TEXT = "bon ce soir je mange des pâtes avec ma sœur et après on regarde un film, tu viens ? il fait froid ici"
_SLOWEST_SECONDS = 0.02
"""Twenty times what a quiet machine needs for a hundred characters."""

FLAGGED = [
    ("je veux mourir", Level.WARNING),
    ("jveux plus vivre franchement", Level.WARNING),
    ("j'ai envie de me suicider", Level.WARNING),
    ("jpense au suicide tous les soirs", Level.WARNING),
    ("je n'ai plus envie de vivre", Level.WARNING),
    ("laissez-moi mourir", Level.WARNING),
    ("g des idées suicidaires depuis l'été", Level.WARNING),
    ("je devrais juste me foutre en l'air", Level.WARNING),
    ("comment mourir sans avoir mal", Level.WARNING),
    ("je vais me tuer ce soir", Level.CRISIS),
    ("jvais me pendre cette nuit", Level.CRISIS),
    ("demain je serai plus là", Level.CRISIS),
    ("cette fois je me raterai pas", Level.CRISIS),
    ("j'ai écrit ma lettre d'adieu", Level.CRISIS),
    ("j'ai acheté une corde pour en finir", Level.CRISIS),
    ("le couteau est sur mon poignet", Level.CRISIS),
    ("je suis sur le rebord du toit, un pas et je saute", Level.CRISIS),
    ("adieu à tous, je vous aime", Level.CRISIS),
    ("dites à mes parents que je les aime, ce n'est pas leur faute", Level.CRISIS),
    ("je viens de m'ouvrir les veines", Level.CRISIS),
    ("jai avalé toute la plaquette de somnifères", Level.CRISIS),
    ("j'ai pris 40 comprimés et j'ai peur", Level.CRISIS),
    ("je me suis coupé le bras exprès hier soir", Level.WARNING),
    ("j'ai trop envie de me scarifier", Level.CONCERN),
    ("ça sert à rien de continuer, j'en peux plus", Level.CONCERN),
    ("je suis un poids pour ma famille", Level.CONCERN),
    ("ils seraient mieux sans moi", Level.CONCERN),
    ("jaimerais m'endormir et ne jamais me réveiller", Level.CONCERN),
    ("je me fais vomir après manger", Level.WARNING),
    ("ça fait quatre jours que je mange rien", Level.WARNING),
    ("mon copain me frappe quand il a bu", Level.WARNING),
    ("mon père me bat avec une ceinture", Level.WARNING),
    ("j'ai 12 ans et mon oncle me touche la nuit", Level.CRISIS),
    ("je vais le planter ce batard", Level.WARNING),
    ("j'ai un couteau et j'attends qu'il rentre", Level.CRISIS),
    ("j'entends des voix qui m'insultent", Level.WARNING),
    ("les voix m'ordonnent de sauter", Level.CRISIS),
    ("je bois tous les soirs pour oublier", Level.CONCERN),
    ("j'arrive plus à arrêter la coke", Level.CONCERN),
    ("ma meilleure amie veut se suicider", Level.CONCERN),
    ("mon frère a avalé plein de cachets, il répond plus", Level.CRISIS),
    ("m'enlever la vie, j'y pense en maudit", Level.WARNING),
    ("chu tanné de vivre", Level.CONCERN),
    ("chuis au bout du rouleau", Level.CONCERN),
]

HARMLESS = [
    "je suis mort de rire",
    "je meurs de faim, on mange quoi ?",
    "mon chef va me tuer si je suis en retard",
    "ce boulot me tue",
    "je ne veux pas mourir",
    "je n'ai jamais pensé à me tuer",
    "quel beau temps aujourd'hui à Lyon",
    "on a tué le temps au café",
    "la batterie de mon portable est morte",
    "j'ai envie de me couper les cheveux",
    "je me suis coupée en épluchant des carottes",
    "je vais sauter dans la piscine",
    "je saute le petit déjeuner demain",
    "il faut en finir avec ce dossier avant vendredi",
    "je cherche un livre sur la prévention du suicide",
    "tu viens à l'anniversaire de ma mère samedi ?",
    "j'ai pris un doliprane pour ma migraine",
    "on part en vacances demain, adieu la pluie",
    "merci pour tout, à bientôt",
    "je suis fatiguée, bonne nuit",
    "mon chat a vomi sur le tapis",
    "j'ai vomi toute la nuit, une gastro",
    "on les a massacrés au foot",
    "le héros meurt à la fin du film",
    "je suis accro au chocolat",
    "j'ai arrêté de fumer il y a deux mois",
    "ma sœur me frappe au babyfoot",
    "elle a une voix magnifique",
    "j'entends mal au téléphone",
    "je suis au régime sans sel",
    "quel est le meilleur couteau de cuisine ?",
    "la corde de ma guitare a cassé",
    "ça m'a coupé l'appétit",
    "je suis nul en maths mdr",
    "le train est en retard, je suis sur le quai",
    "il reste des places pour le concert de jeudi ?",
    "j'ai perdu mes clés, je deviens folle",
    "mon fils a treize ans et il adore le foot",
    "je prends mon traitement tous les matins avec un verre d'eau",
    "on a regardé une série sur la police",
    "je dois finir ma lettre de motivation ce soir",
    "la tarte est une tuerie",
]

DISGUISED = [
    "je veux m0urir",
    "je pense au su1c1de",
    "je pense au suic*de tous les jours",
    "jeveuxmourir",
    "je veux mouriiiir",
    "je veux m o u r i r",
    "JE VEUX MOURIR",
    "envie de me suicidder",
    "je veux mo\u200burir",
    "j\u2019ai envie de mourrir",
    "jv crevé, jveux mourrir vrmt",
]


@pytest.mark.parametrize(("text", "level"), FLAGGED)
def test_what_french_chat_says_is_found(text, level):
    assert _READER.assess(text).level.rank >= level.rank


@pytest.mark.parametrize("text", HARMLESS)
def test_everyday_french_stays_below_concern(text):
    assert _READER.assess(text).level.rank < Level.CONCERN.rank


@pytest.mark.parametrize("text", DISGUISED)
def test_a_disguised_french_word_is_found(text):
    assert _READER.assess(text).level.rank >= Level.WARNING.rank


def test_every_trigger_has_a_french_rule():
    assert {rule.trigger for rule in person_rules("fr").rules} == set(TRIGGERS)


def test_a_french_text_takes_little_time():
    _READER.assess(_SPEED_TEXT)
    took = min(_seconds() for _ in range(5))
    assert took < _SLOWEST_SECONDS


def _seconds():
    begun = time.perf_counter()
    _READER.assess(_SPEED_TEXT)
    return time.perf_counter() - begun
