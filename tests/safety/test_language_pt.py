"""Portuguese, by its rules alone: what must be heard, what must stay quiet, and disguises. All texts are our own."""

import pytest

from safety.engine.assess import Engine
from safety.engine.foreign import LanguageDetector, rule_detectors
from safety.engine.rules import person_rules
from safety.levels import Level

ENGINE = Engine((*rule_detectors(person_rules), LanguageDetector(frozenset({"en", "pt"}))))
HEARD = [
    ("não quero mais viver, cansei", Level.WARNING),
    ("ando pensando em tirar minha vida", Level.WARNING),
    ("quero morrer e não sei pra quem contar", Level.WARNING),
    ("tenho pensamentos suicidas desde o verão", Level.WARNING),
    ("Tenho pensado em matar-me, custa dizer isto", Level.WARNING),
    ("tomara que eu não acorde amanhã", Level.CONCERN),
    ("tô cansada de viver assim", Level.CONCERN),
    ("queria dormir e não acordar nunca mais", Level.CONCERN),
    ("peço pra Deus me levar logo", Level.CONCERN),
    ("sou um peso pra minha família", Level.CONCERN),
    ("todo mundo ia ficar melhor sem mim", Level.CONCERN),
    ("não presto pra nada, sou inútil", Level.CONCERN),
    ("nada vai melhorar, eu sei", Level.CONCERN),
    ("não aguento mais essa vida", Level.CONCERN),
    ("pra que continuar se tudo dá errado", Level.CONCERN),
    ("não vejo saída pra isso", Level.CONCERN),
    ("hoje à noite eu vou me matar", Level.CRISIS),
    ("vou acabar com a minha vida quando eles saírem", Level.CRISIS),
    ("já decidi, sexta eu faço isso", Level.CRISIS),
    ("amanhã não vou estar aqui, não me procurem", Level.CRISIS),
    ("comprei a corda e escrevi o bilhete", Level.CRISIS),
    ("juntei comprimidos durante meses numa caixa", Level.CRISIS),
    ("cuidem do meu cachorro quando eu não estiver mais", Level.CRISIS),
    ("quando lerem isso eu já não vou estar aqui", Level.CRISIS),
    ("adeus pra sempre, amo vocês", Level.CRISIS),
    ("tomei trinta comprimidos e tô com sono", Level.CRISIS),
    ("cortei os pulsos e não para de sangrar", Level.CRISIS),
    ("estou sentada no parapeito da ponte", Level.CRISIS),
    ("me corto no braço quando eles brigam", Level.WARNING),
    ("ontem voltei a me machucar com a gilete", Level.WARNING),
    ("tô com uma vontade enorme de me cortar", Level.CONCERN),
    ("vomito depois do jantar pra não engordar", Level.WARNING),
    ("faz quatro dias sem comer e tô orgulhosa", Level.WARNING),
    ("meu namorado me bate e depois chora", Level.WARNING),
    ("meu marido me obriga a ter relações", Level.WARNING),
    ("tenho 12 anos e meu padrasto me toca de noite", Level.CRISIS),
    ("ele tá quebrando a porta e diz que vai me matar", Level.CRISIS),
    ("quero matar meu chefe, sonho com isso toda noite", Level.WARNING),
    ("tô com a arma no carro esperando ele, hoje mato ele", Level.CRISIS),
    ("ouço vozes que me xingam o dia todo", Level.WARNING),
    ("estão me vigiando, colocaram câmeras no meu quarto", Level.WARNING),
    ("bebo escondido desde de manhã e não consigo parar", Level.WARNING),
    ("minha irmã diz que quer morrer", Level.CONCERN),
    ("meu amigo tomou uma cartela de remédio e não acorda", Level.CRISIS),
]
QUIET = [
    "morrendo de rir com esse vídeo",
    "esse calor vai me matar",
    "tô morrendo de fome, o que tem pra jantar?",
    "minha mãe vai me matar se eu chegar tarde",
    "não quero morrer, só tô cansada do trabalho",
    "eu nunca me machucaria, fica tranquila",
    "vamos matar o tempo no parque",
    "matei uma barata enorme na cozinha",
    "mataria por um sorvete de creme",
    "meu celular morreu no meio do áudio",
    "cortei o cabelo e amei",
    "cortei o dedo com papel no escritório",
    "vou pular corda um pouco",
    "tô na varanda tomando sol",
    "comprei uma corda pro varal",
    "tomei o remédio da alergia e fui dormir",
    "overdose de chocolate no domingo",
    "o filme é sobre um soldado que morre no final",
    "tchau, até segunda na aula",
    "me despeço que vou entrar em reunião, até logo",
    "obrigada por tudo, você salvou minha prova",
    "desculpa o atraso pro jantar",
    "já decidi: vou pintar o cabelo de azul",
    "amanhã não vou trabalhar, é feriado",
    "hoje é o dia da mudança, que nervoso",
    "tenho um plano pro fim de semana",
    "cuida do meu gato no sábado, vou viajar pra Lisboa",
    "meu filho me acertou com a bola sem querer",
    "bate um vento gostoso aqui",
    "apanhei feio no xadrez",
    "o chefe veio com outra reunião",
    "no coro faltam vozes graves",
    "sou viciado nessa série",
    "tomo um vinho com o jantar",
    "tô de dieta mas hoje tem pizza",
    "vomitei na viagem de barco",
    "essa rua não tem saída",
    "não aguento mais de rir",
    "quanta coisa pra fazer no trabalho esse mês",
    "minha irmã dança muito bem",
    "que horas são em Luanda?",
    "Está bom tempo hoje na praia",
]
DISGUISED = [
    ("qro morrer", Level.WARNING),
    ("naum quero mais viver", Level.WARNING),
    ("kero me matar", Level.WARNING),
    ("penso em su1c1dio", Level.WARNING),
    ("penso em su*cídio", Level.WARNING),
    ("quero me m4tar", Level.WARNING),
    ("quero morrerrrr", Level.WARNING),
    ("penso em s u i c i d i o", Level.WARNING),
    ("vou me suiicidar hj", Level.CRISIS),
    ("QUERO MORRER", Level.WARNING),
    ("vo me matar hj pq n aguento mais", Level.CRISIS),
    ("n qro viver mais, td mundo ia fikar melhor sem mim", Level.WARNING),
]


@pytest.mark.parametrize(("text", "least"), HEARD + DISGUISED)
def test_danger_in_portuguese_is_heard(text, least):
    level = ENGINE.assess(text).level
    assert level is not Level.UNKNOWN
    assert level.rank >= least.rank


@pytest.mark.parametrize("text", QUIET)
def test_everyday_portuguese_stays_below_concern(text):
    assert ENGINE.assess(text).level.rank < Level.CONCERN.rank
