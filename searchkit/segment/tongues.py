"""What the reading of other languages than English needs: tables of words by language.

Reporting verbs, the beginnings of words for offices, the word for "that", pronouns, and
what opens "according to".  Plain tables and patterns made of them; nothing reads a text
here.  Languages are ISO 639-1 codes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Tongue:
    """The words of one language; ``offices`` are beginnings of words, ``according`` patterns."""

    cues: str
    offices: str
    that: str
    pronouns: str
    according: str = ""
    subject_first: bool = False


TONGUES: dict[str, Tongue] = {
    "fr": Tongue(
        "dit déclaré affirmé ajouté souligné indiqué expliqué annoncé estimé précisé rappelé "
        "assuré condamné salué dénoncé appelé répondu écrit confié insisté martelé conclu "
        "prévenu reconnu regretté lancé déclare affirme ajoute souligne indique explique annonce "
        "estime précise rappelle assure conclut prévient confirmé averti demandé",
        "ministre président premi chef porte-parole ambassad député secrétaire chanceli roi "
        "reine commissaire diplomate maire sénat direct envoyé général eurodéput",
        "que qu’ qu'",
        "il elle",
        r"selon|d[’']après",
    ),
    "es": Tongue(
        "dijo declaró afirmó añadió agregó señaló indicó explicó anunció subrayó aseguró "
        "advirtió expresó manifestó sostuvo destacó reiteró condenó pidió instó comentó precisó "
        "dice afirma señala asegura advierte explica dicho respondió criticó concluyó denunció "
        "reconoció recordó insistió confirmó informó admitió lamentó replicó",
        "ministr president portavoz canciller embajador diputad secretari senador jefe jefa rey "
        "reina alcald director general comisari enviad mandatari viceministr vicepresident",
        "que",
        "él ella",
        r"según|de acuerdo con",
    ),
    "de": Tongue(
        "sagte erklärte betonte fügte teilte meinte warnte forderte kündigte kritisierte "
        "bekräftigte unterstrich äußerte sagt erklärt betont meint warnt fordert schrieb schreibt "
        "antwortete versicherte ergänzte berichtete entgegnete räumte gesagt mitgeteilt",
        "minister außenminister bundesaußenminister verteidigungsminister innenminister "
        "finanzminister justizminister wirtschaftsminister ministerpräsident präsident "
        "bundespräsident bundeskanzler kanzler sprecher regierungssprecher außenamtssprecher "
        "botschafter abgeordnete staatssekretär generalsekretär könig kommissar bürgermeister "
        "general chef vorsitzende beauftragte gesandte vizepräsident premier",
        "dass daß",
        "er sie",
        r"laut|nach angaben|nach den worten",
    ),
    "ru": Tongue(
        "сказал сказала заявил заявила заявили отметил отметила отметили подчеркнул подчеркнула "
        "добавил добавила сообщил сообщила сообщили пояснил пояснила уточнил уточнила ответил "
        "ответила считает напомнил напомнила указал указала признал признала призвал призвала "
        "говорит написал написала объяснил объяснила рассказал рассказала предупредил "
        "предупредила объявил объявила выразил выразила",
        "министр президент премьер представител посол депутат секретар генсек канцлер глав "
        "председател спикер замминистр директор губернатор сенатор мэр спецпосланник посланник",
        "что",
        "он она",
        r"по словам|по мнению|по данным",
    ),
    "uk": Tongue(
        "сказав сказала заявив заявила заявили зазначив зазначила зазначили підкреслив "
        "підкреслила додав додала повідомив повідомила повідомили пояснив пояснила наголосив "
        "наголосила відповів відповіла вважає нагадав нагадала закликав закликала написав "
        "написала розповів розповіла попередив попередила оголосив оголосила уточнив уточнила",
        "міністр міністерк президент прем представни речни посол депутат секретар канцлер голов "
        "спікер очільни директор сенатор мер посланни",
        "що",
        "він вона",
        r"за словами|на думку|за даними",
    ),
    "cs": Tongue(
        "řekl řekla uvedl uvedla dodal dodala prohlásil prohlásila oznámil oznámila zdůraznil "
        "zdůraznila vysvětlil vysvětlila upozornil upozornila potvrdil potvrdila sdělil sdělila "
        "napsal napsala připomněl připomněla odpověděl odpověděla varoval varovala říká",
        "ministr prezident premiér mluvčí velvyslan poslan kancléř tajemn šéf předsed starost "
        "náměst senátor generál",
        "že",
        "on ona",
        r"podle",
    ),
    "pl": Tongue(
        "powiedział powiedziała oświadczył oświadczyła dodał dodała podkreślił podkreśliła "
        "zaznaczył zaznaczyła poinformował poinformowała stwierdził stwierdziła ocenił oceniła "
        "zapowiedział zapowiedziała wyjaśnił wyjaśniła przypomniał przypomniała napisał napisała",
        "minist prezydent premier rzeczni ambasador poseł posłan sekretarz kanclerz szef "
        "przewodnicz wicemin wiceprem dyrektor senator generał",
        "że iż",
        "on ona",
        r"według|zdaniem",
    ),
    "tr": Tongue(
        "dedi söyledi belirtti açıkladı vurguladı kaydetti ekledi bildirdi değerlendirdi diyor "
        "konuştu aktardı savundu yanıtladı etti",
        "bakan cumhurbaşkan başbakan sözcü büyükelçi milletvekil sekreter başkan müsteşar",
        "",
        "o",
        "",
        subject_first=True,
    ),
    "it": Tongue(
        "detto dichiarato affermato aggiunto sottolineato spiegato annunciato ricordato "
        "assicurato risposto dice afferma spiega ribadito scritto concluso avvertito",
        "ministr president portavoce ambasciat deputat segretari cancellier sindac premier "
        "senator commissari direttor generale",
        "che",
        "lui lei",
        r"secondo",
    ),
    "pt": Tongue(
        "disse declarou afirmou acrescentou explicou destacou ressaltou anunciou diz afirma "
        "respondeu concluiu lembrou reiterou alertou sublinhou escreveu informou garantiu",
        "ministr president porta-voz embaixador deputad secretári chanceler senador comissári "
        "diretor general governador",
        "que",
        "ele ela",
        r"segundo|de acordo com",
    ),
    "ar": Tongue(
        "قال قالت أعلن أعلنت أكد أكدت أضاف أضافت صرح صرحت أوضح أوضحت أشار أشارت ذكر ذكرت شدد "
        "شددت اعتبر اعتبرت حذر حذرت",
        "وزير وزيرة الوزير الوزيرة رئيس رئيسة الرئيس الرئيسة المتحدث المتحدثة متحدث متحدثة "
        "السفير سفير السفيرة المبعوث مبعوث الأمين أمين النائب نائب الملك ملك القائد قائد ولي "
        "مدير المدير عضو الناطق الناطقة",
        "أن إن أنه أنها بأن",
        "",
    ),
    "zh": Tongue(
        "说 表示 称 指出 强调 宣布 认为 回应 重申 说道 透露 告诉 回答",
        "部长 外长 总统 总理 主席 发言人 大使 秘书长 大臣 首相 议员 司长 特使 主任",
        "",
        "",
    ),
}


def tongue_of(language: str | None) -> str | None:
    """The code of the table for a document's language: "fr-CA" is read as "fr".

    >>> tongue_of("fr-CA"), tongue_of("en"), tongue_of(None)
    ('fr', None, None)
    """
    code = (language or "").partition("-")[0].lower()
    return code if code in TONGUES else None


def _any_of(words: str) -> str:
    return "|".join(map(re.escape, sorted(words.split(), key=len, reverse=True)))


@cache
def cue_pattern(code: str) -> re.Pattern[str]:
    """Any reporting verb of a language as a word; Arabic ones may have "and" before them."""
    words = _any_of(TONGUES[code].cues)
    if code == "zh":
        return re.compile(words)
    return re.compile(rf"\b{'و?' if code == 'ar' else ''}(?:{words})\b", re.IGNORECASE)


@cache
def office_pattern(code: str) -> re.Pattern[str]:
    """A word that begins as an office does; whole words in Arabic, which has no endings here."""
    words = _any_of(TONGUES[code].offices)
    return re.compile(rf"(?:{words}){'$' if code == 'ar' else ''}", re.IGNORECASE)


@cache
def that_pattern(code: str) -> re.Pattern[str] | None:
    """The word that opens a reported clause, after white space or a comma."""
    that = _any_of(TONGUES[code].that)
    return re.compile(rf"[\s,]\s?(?:{that})(?:(?<=[’'])|\s)", re.IGNORECASE) if that else None


@cache
def according_pattern(code: str) -> re.Pattern[str] | None:
    """ "According to X," at the beginning of a sentence."""
    words = TONGUES[code].according
    if not words:
        return None
    return re.compile(rf"(?:{words})\s(?P<source>[^,.:;«»“”\"]{{2,120}}),\s", re.IGNORECASE)


@cache
def pronouns_of(code: str) -> frozenset[str]:
    """The pronouns of the third person that may be subjects."""
    return frozenset(TONGUES[code].pronouns.split())
