"""The vocabulary of boilerplate in other languages than English, read by `boilerplate`.

The rules are as strict as the English ones: whole lines, begun with the words of a banner.
"""

from __future__ import annotations

from searchkit.clean.banners import END, LABEL_END, banner_rule

FOREIGN_RULES = (
    banner_rule(
        "sign-up",
        "подпи|abonn|inscri|suscr|iscri|abone|اشترك|订阅",
        r"подпи(?:шитесь|сывайтесь|саться)(?: на .{0,60})?" + END,
        r"abonnez-vous\b.{0,60}" + END,
        r"inscrivez-vous (?:à|a) (?:la|notre|nos) (?:news|lettre|info)",
        r"(?:newsletter|hier) abonnieren" + END,
        r"suscr[ií]b(?:ete|ase)\b.{0,60}" + END,
        r"iscriviti alla newsletter|bültenimize abone|اشترك في (?:النشرة|نشرتنا)|订阅(?:我们|新闻)",
        words=20,
    ),
    banner_rule(
        "share",
        "partag|teilen|compart|condivid|подели|поділи|paylaş|paylaş|شارك|分享|udostępnij|sdílet"
        "|delen",
        r"(?:partage[rz](?: (?:cet|l'|l’) ?article| sur .{0,30})?|(?:artikel |beitrag )?teilen"
        r"(?: (?:auf|mit) .{0,20})?|compart(?:ir|e|a)(?: (?:en|este|esta|el|no|na) .{0,30})?"
        r"|condividi(?: (?:su|questo) .{0,30})?|поделиться(?: .{0,30})?|поділитися(?: .{0,30})?"
        r"|paylaş|شارك(?: .{0,30})?|分享(?:到.{0,12})?|udostępnij|sdílet|delen)" + END,
        words=8,
    ),
    banner_rule(
        "related",
        "читайте|lire|lesen|leer|leia|leggi|oku|اقرأ|相关|阅读|przeczytaj|lees ook"
        "|čtěte|関連|読みたい|관련",
        r"(?:читайте (?:также|ещ[её])|(?:à )?lire aussi|lesen sie auch|mehr zum thema|leer más"
        r"|lea también"
        r"|te puede interesar|leia (?:também|mais)|leggi anche|ayrıca oku\w*|اقر[أا] (?:أيضا"
        r"|أيضًا|المزيد)"
        r"|相关(?:新闻|阅读|链接|文章|报道)|延伸阅读|関連(?:記事|ニュース|リンク|トピックス)"
        r"|(?:あわせて|こちらも)読みたい|관련 ?(?:기사|뉴스)"
        r"|przeczytaj także|czytaj (?:też|także)|lees ook|čtěte také)"
        r"(?: ?[:：|»-] ?.{0,160}| .{0,80})?$",
        words=28,
    ),
    banner_rule(
        "sign-up",
        "abonné|newsletter|abonnent",
        r"(?:déjà abonné|réservé aux abonnés|cet article est réservé)\b.{0,60}" + END,
        r"(?:nur für abonnenten|jetzt (?:kostenlos )?(?:zum )?newsletter anmelden)\b.{0,40}" + END,
        words=14,
    ),
    banner_rule(
        "share",
        "teilen|partag|compart",
        r"(?:diesen?|den|die|das) (?:artikel|beitrag|seite|text|meldung)(?: mit \w+)?"
        r" (?:teilen|weiterempfehlen)(?:/\w+)?" + LABEL_END,
        words=8,
    ),
    banner_rule(
        "related",
        "weitere|mehr |interessieren|lesen sie|intéresser|interesar|également|aimerez|sur le même"
        "|relacionad|материалы|по теме",
        # Labels: what follows a colon is a list of links.
        r"weitere (?:themen|beiträge|artikel|nachrichten|meldungen|links)"
        r"(?: (?:aus|zu|zum|zur|von|über) [^.!?]{2,60})?" + LABEL_END,
        r"mehr (?:zum thema|zu diesem thema|aus (?:dem|der) [^.!?]{2,40})" + LABEL_END,
        r"(?:das|dieses|diese|auch|folgende)(?: \w+){0,2} (?:könnte|dürfte)n? (?:sie|dich|euch)"
        r" (?:auch )?(?:noch )?interessieren" + LABEL_END,
        r"lesen sie (?:hier|dazu|auch|mehr)\b[^.!?]{0,80}" + LABEL_END,
        r"(?:à lire également|sur le même (?:sujet|thème)|cela pourrait vous intéresser"
        r"|ces articles pourraient vous intéresser|vous aimerez aussi)" + LABEL_END,
        r"(?:también te puede interesar|noticias relacionadas|artículos relacionados)" + LABEL_END,
        r"(?:материалы по теме|по теме|другие материалы)" + LABEL_END,
        words=14,
    ),
    banner_rule(
        "credit",
        "bild|foto|photo|crédit|crédito|фото",
        r"(?:beitrags|titel|symbol|archiv)(?:bild|foto)s?(?: ?[:©|/]) ?.{1,120}$",
        r"(?:crédits? (?:de la )?photos?|crédito(?: de la foto)?|photos? d'archives?|фото)"
        r" ?[:©|/] ?.{1,100}$",
        words=16,
    ),
    banner_rule(
        "filing",
        "aktualisiert|mis à jour|actualizado|обновлено|besucher",
        r"(?:zuletzt )?aktualisiert(?: am| um)?:? ?\d[^!?]{0,40}$",
        r"(?:mis à jour|actualizado|обновлено)(?: le| el)?:? ?\d[^!?]{0,40}$",
        r"\d+ besucher (?:sind )?online\b.{0,120}",
        words=20,
    ),
    banner_rule(
        "filing",
        "kontakt|ansprech|info|quellen|contact|savoir|contatti|saperne|контакт|дополнительн|подробн"
        "|verwandte",
        # Labels over addresses and links.
        r"(?:presse|medien)?kontakte?(?: für (?:die )?(?:presse|medien|rückfragen))? ?:"
        + LABEL_END,
        r"(?:ihre?|ihr) ansprechpartner(?:in|innen)?(?: ?:)?" + LABEL_END,
        r"ansprechpartner(?:in|innen)?(?: für (?:die )?(?:presse|medien))? ?:" + LABEL_END,
        r"(?:weitere|weiterführende|mehr|nähere|zusätzliche)"
        r" (?:infos?|informationen|links)(?: (?:zum|zu diesem) thema)? ?:?" + LABEL_END,
        r"(?:weitere|mehr|nähere) (?:infos?|informationen) (?:unter|auf|finden sie|gibt es)"
        r" ?:? ?[^!?]{0,60}\b(?:www\.|https?|[\w-]+\.\w{2,4}\b|hier|unter:?)[^!?]{0,60}$",
        r"zusatzinformation(?:en)? ?:?" + LABEL_END,
        r"quellen (?:aus|ein)blenden" + LABEL_END,
        r"(?:contacts?(?: (?:de )?presse| médias?)?|contactos?(?: de prensa)?|contatti"
        r"|contatto stampa|контакты?(?: для (?:прессы|сми))?) ?:" + LABEL_END,
        r"(?:pour en savoir plus|pour (?:plus|de plus amples) d'informations?|plus d'informations?"
        r"|más información|para más información|maggiori informazioni|ulteriori informazioni"
        r"|per saperne di più|дополнительная информация|więcej informacji|meer informatie) ?:?"
        + LABEL_END,
        words=14,
    ),
    banner_rule(
        "sign-up",
        "spende|unterstütz|mitglied|app |don|soute|donazion|sostien|wesprzyj|wspieraj|поддерж"
        "|socio|registrierte",
        # Pleas for gifts and members, and the publisher's own app.
        r"(?:jede|ihre|deine|eine) (?:\w+ ){0,3}spende (?:hilft|zählt|unterstützt|ermöglicht)\b"
        r"[^.!?,]{0,80}" + END,
        r"(?:jetzt|hier|online|bitte) (?:\w+ )?(?:spenden|unterstützen|mitglied werden)" + END,
        r"unterstützen sie (?:uns(?: (?:jetzt|mit (?:einer|ihrer) spende))?"
        r"|unsere (?:redaktion|berichterstattung)|unseren journalismus)" + END,
        r"(?:werden sie|werde) (?:\w+ ){0,2}(?:mitglied|abonnent(?:in)?|fördermitglied)\b"
        r"[^.?,]{0,80}" + END,
        r"nur für (?:[\w-]+ )?(?:[\w-]*mitglieder|registrierte nutzer)" + LABEL_END,
        r".{0,120}\bapp\b.{0,20}\((?:itunes|app store|google play).{0,200}",
        r"(?:faites|faire|je fais) un don" + END,
        r"soutenez(?:-nous| notre (?:journal|rédaction)| la rédaction)"
        r"(?: (?:par un don|financièrement))?" + END,
        r"(?:haz(?:te)? (?:una donación|socio)|dona ahora|dona ora|sostienici|fai una donazione)"
        + END,
        r"(?:wesprzyj|wspieraj) (?:nas|nasz\w*)(?: \w+){0,2}" + END,
        r"(?:поддержите|поддержать) (?:нас|проект|редакцию)(?: (?:рублем|донатом|финансово))?"
        + END,
        words=40,
    ),
    banner_rule(
        "disclaimer",
        "engagent|der redaktion|responsabilidad",
        # Whose opinion it is: words that only an editor sets under a piece.
        r"les (?:opinions|articles|textes|tribunes|points de vue) (?:exprimée?s|publiée?s) .{0,60}"
        r"\b(?:blogs?|articles?|tribunes?|revue|pages?|site)\b.{0,60}"
        r"\bn'engagent que leurs auteurs\b" + END,
        r".{0,160}\bgib(?:t|en) nicht (?:unbedingt|notwendigerweise) die (?:meinung|ansicht)"
        r" der redaktion\b.{0,20}",
        r"(?:las opiniones|los artículos|el contenido) .{0,80}"
        r"\b(?:responsabilidad exclusiva|exclusiva responsabilidad) de (?:su|sus|los)"
        r" autor(?:es)?\b.{0,60}" + END,
    ),
    banner_rule(
        "cookie",
        "privatsphäre|vie privée|privacidad",
        # The word alone is a minister's too; with cookies or data it is a banner's.
        r"(?:wir respektieren|wir schätzen) (?:deine|ihre|eure) privatsphäre\b"
        r".{0,200}\b(?:daten|cookies?|einverständnis|einwilligung|einstellungen)\b",
        r"(?:nous respectons|nous accordons de l'importance à) votre vie privée\b"
        r".{0,200}\b(?:cookies?|datos|socios)\b",
        r"(?:respetamos|valoramos|nos importa) (?:su|tu) privacidad\b"
        r".{0,200}\b(?:cookies?|datos|socios)\b",
    ),
)
