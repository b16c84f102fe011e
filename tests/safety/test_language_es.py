"""Spanish, by its rules alone: what must be heard, what must stay quiet, and disguises. All texts are our own."""

import pytest

from safety.engine.assess import Engine
from safety.engine.foreign import LanguageDetector, rule_detectors
from safety.engine.rules import person_rules
from safety.levels import Level

ENGINE = Engine((*rule_detectors(person_rules), LanguageDetector(frozenset({"en", "es"}))))
HEARD = [
    ("ya no quiero vivir, de verdad que no", Level.WARNING),
    ("ando pensando en quitarme la vida", Level.WARNING),
    ("me quiero morir y no sé a quién contárselo", Level.WARNING),
    ("tengo ideas suicidas desde el verano", Level.WARNING),
    ("vos no sabés, me quiero matar en serio", Level.WARNING),
    ("ojalá no despertara mañana", Level.CONCERN),
    ("estoy harta de vivir así, harta de todo", Level.CONCERN),
    ("quisiera dormirme y no despertar nunca", Level.CONCERN),
    ("le pido a Dios que me lleve pronto", Level.CONCERN),
    ("soy un estorbo en esta casa", Level.CONCERN),
    ("todos vivirían mejor sin mí", Level.CONCERN),
    ("no valgo nada, no sirvo ni para trabajar", Level.CONCERN),
    ("nada va a mejorar, ya lo sé", Level.CONCERN),
    ("ya no puedo más con esta vida", Level.CONCERN),
    ("¿para qué seguir si todo acaba igual?", Level.CONCERN),
    ("no le veo salida a esto", Level.CONCERN),
    ("esta noche me voy a matar", Level.CRISIS),
    ("voy a quitarme la vida cuando se vayan", Level.CRISIS),
    ("ya lo decidí, el viernes lo hago", Level.CRISIS),
    ("mañana ya no voy a estar aquí, no me busquen", Level.CRISIS),
    ("tengo la soga lista y escribí la nota", Level.CRISIS),
    ("llevo meses juntando pastillas en una caja", Level.CRISIS),
    ("cuiden a mi perro cuando yo ya no esté", Level.CRISIS),
    ("cuando lean esto ya no estaré, perdónenme", Level.CRISIS),
    ("adiós para siempre, los quiero", Level.CRISIS),
    ("me tomé treinta pastillas y me está entrando sueño", Level.CRISIS),
    ("me corté las venas y no para de sangrar", Level.CRISIS),
    ("estoy parada al borde de la azotea", Level.CRISIS),
    ("me corto los brazos cuando discuten", Level.WARNING),
    ("anoche volví a hacerme daño con la cuchilla", Level.WARNING),
    ("tengo unas ganas horribles de cortarme", Level.CONCERN),
    ("vomito después de cenar para no engordar", Level.WARNING),
    ("llevo cuatro días sin comer y me siento orgullosa", Level.WARNING),
    ("mi novio me pega y luego llora", Level.WARNING),
    ("mi marido me obliga a tener relaciones", Level.WARNING),
    ("tengo 12 años y mi padrastro me toca por las noches", Level.CRISIS),
    ("está rompiendo la puerta y dice que me va a matar", Level.CRISIS),
    ("quiero matar a mi jefe, lo sueño cada noche", Level.WARNING),
    ("tengo la pistola en el coche y lo espero, hoy lo mato", Level.CRISIS),
    ("oigo voces que me insultan todo el día", Level.WARNING),
    ("me vigilan, pusieron cámaras en mi cuarto", Level.WARNING),
    ("bebo a escondidas desde la mañana y no puedo parar", Level.WARNING),
    ("mi hermana dice que se quiere morir", Level.CONCERN),
    ("mi amigo se tomó un frasco de pastillas y no despierta", Level.CRISIS),
]
QUIET = [
    "me muero de risa con ese video",
    "este calor me va a matar",
    "me muero de hambre, ¿qué hay de cenar?",
    "mi mamá me va a matar si llego tarde",
    "no me quiero morir, solo estoy cansada del trabajo",
    "nunca me haría daño, tranquila",
    "vamos a matar el tiempo en el parque",
    "maté una cucaracha enorme en la cocina",
    "mataría por un helado de vainilla",
    "se me murió la batería del celular",
    "me corté el pelo y me encanta",
    "me corté con un papel en la oficina",
    "voy a saltar la cuerda un rato",
    "estoy en el balcón tomando el sol",
    "compré una cuerda para tender la ropa",
    "me tomé la pastilla de la alergia y a dormir",
    "sobredosis de chocolate este domingo",
    "la película trata de un soldado que muere al final",
    "adiós, nos vemos el lunes en clase",
    "me despido que entro a una reunión, hablamos luego",
    "gracias por todo, me salvaste el examen",
    "perdón por llegar tarde a la cena",
    "ya decidí: me pinto el pelo de azul",
    "mañana no voy a estar en la oficina, trabajo desde casa",
    "hoy es el día de la mudanza, qué nervios",
    "tengo un plan para el fin de semana",
    "cuida a mi gato el sábado, porfa, que viajo a Lima",
    "mi hijo me pegó con la pelota sin querer",
    "me pega el sol en la cara",
    "me dieron una paliza al ajedrez",
    "el jefe nos golpeó con otra reunión",
    "en el coro faltan voces graves",
    "soy adicto a esta serie",
    "me tomo un vino con la cena",
    "estoy a dieta pero hoy hay pizza",
    "vomité por el viaje en barco",
    "no hay salida por esta calle",
    "no puedo más de la risa",
    "qué carga de trabajo tenemos este mes",
    "mi hermana baila muy bien",
    "¿qué hora es en Bogotá?",
    "hace buen tiempo hoy en la playa",
]
DISGUISED = [
    ("me kiero morir", Level.WARNING),
    ("qiero matarme", Level.WARNING),
    ("ya no kiero vivir", Level.WARNING),
    ("pienso en el su1cidi0", Level.WARNING),
    ("pienso en su*cidarme", Level.WARNING),
    ("quiero m4tarme", Level.WARNING),
    ("quiero matarmeee", Level.WARNING),
    ("quiero s u i c i d a r m e", Level.WARNING),
    ("voy a sucidarme hoy", Level.CRISIS),
    ("QUIERO MORIR", Level.WARNING),
    ("me boy a matar x q no aguanto", Level.CRISIS),
    ("tngo ganas d matarme xq no sirvo pa nada", Level.WARNING),
]


@pytest.mark.parametrize(("text", "least"), HEARD + DISGUISED)
def test_danger_in_spanish_is_heard(text, least):
    level = ENGINE.assess(text).level
    assert level is not Level.UNKNOWN
    assert level.rank >= least.rank


@pytest.mark.parametrize("text", QUIET)
def test_everyday_spanish_stays_below_concern(text):
    assert ENGINE.assess(text).level.rank < Level.CONCERN.rank
