"""The vocabulary of boilerplate: a line of text to the name of the rule that removes it.

Each rule reads one whole line or paragraph, never a part of one: a minister who says
"cookies", "subscribe", "share" or "sign up to the treaty" says it inside a sentence, a
banner is the whole line.  So patterns are anchored, ask for two signs, and lines of more
than sixty words are text whatever they mention.  Words of class names are judged elsewhere.
"""

from __future__ import annotations

import re
from functools import lru_cache

from searchkit.clean.banners import END, LABEL_END, banner_rule
from searchkit.clean.banners_foreign import FOREIGN_RULES

LONGEST_BANNER_CHARS = 600

SITES = (
    r"(?:facebook|twitter|x|linkedin|whatsapp|telegram|instagram|youtube|tiktok|pinterest|reddit"
    r"|viber|messenger|flipboard|google(?: ?\+| news| plus)?|vk(?:ontakte)?|ok|weibo|wechat"
    r"|threads"
    r"|bluesky|mastodon|tumblr|flickr|rss|e-?mail|mail|sms|signal|line|xing|skype|social media)"
)
PIECE = (
    r"(?:article|story|page|post|news|video|press release|release|statement|content|item|entry"
    r"|gallery|photo|recipe|podcast|interview|report)"
)
LETTER = (
    r"(?:news ?letters?|mailing list|inbox|e-?mails?|updates|alerts|digest|briefings?"
    r"|notifications"
    r"|bulletins?|podcasts?|channel|free trial|account|our (?:site|website|coverage|journalism))"
)


RULES = (
    banner_rule(
        "cookie",
        "cookie|consent|cookies|tracking|device|permission",
        # "We use cookies to give you the best experience": who, and what for.
        r"(?:we|this (?:web)?site|our (?:web)?site|the (?:web)?site|[\w.-]{3,30})"
        r"(?: and (?:our|its) (?:\w+ )?partners)? (?:also )?(?:uses?|is using|are using|place"
        r"|store)"
        r" (?:\S+ ){0,6}cookies\b.{0,200}\b(?:experience|(?:this|our|the) (?:web)?site|traffic"
        r"|you\b"
        r"|your\b|content|ads\b|policy|services|functionality|learn more|accept|agree)",
        r"(?:we|this (?:web)?site|our (?:web)?site) (?:uses?|is using|are using) (?:\w+ )?cookies"
        + END,
        r"(?:[^.!?]{0,120}[.!?] )?(?:by|if you) (?:continu|us|brows|click|clos|visit|agree"
        r"|accept|tap)\w* .{0,160}\bcookies?\b",
        r"(?:accept|reject|allow|manage|decline|refuse|disable|enable|change|set)"
        r"(?: (?:all|only|my|your|the|necessary|essential|optional|non-essential|and \w+|&))*"
        r" cookies?\b(?: (?:settings|preferences|policy|choices|consent))?" + END,
        r"(?:your |our |about )?cookies?(?: (?:and|&) \w+)?"
        r" (?:settings|policy|notice|preferences|consent|statement|choices|banner|declaration)"
        + END,
        r"(?:these |our )?cookies (?:help us|allow us|are used|enable us) ",
        r"(?:please )?(?:accept|enable) (?:\w+ ){0,3}cookies\b.{0,80}"
        r"(?:view|watch|content|continue|play|load|this)",
        r"we (?:and|value) (?:our|your) (?:\d+ )?(?:privacy|(?:\w+ )?partners (?:store|use"
        r"|process|may)\b)",
        r"you can (?:change|withdraw|manage) your (?:cookie|consent|privacy) ",
        r"waiting for your permission to load\b.{0,80}",
        r"nous utilisons des cookies|ce site utilise des cookies|wir verwenden cookies"
        r"|diese (?:web)?seite verwendet cookies|(?:utilizamos|usamos) cookies|este sitio"
        r" (?:web )?"
        r"(?:utiliza|usa) cookies|questo sito (?:web )?(?:utilizza|usa) (?:i )?cookie",
    ),
    banner_rule(
        "cookie",
        "файлы cookie|файлов cookie|çerez|privacy",
        r"(?:мы используем|(?:на(?:ш|стоящий)|этот) сайт использует|сайт использует)"
        r" .{0,30}cookie",
        r"(?:bu )?(?:web )?site(?:miz)?(?:de|si)? .{0,40}çerez",
        r"(?:privacy (?:policy|notice|settings|statement)|terms (?:of (?:use|service)|and"
        r" conditions)"
        r"|terms)(?:(?:,| and| &| \|| -| /| ·)* (?:privacy(?: (?:policy|notice))?|cookies?(?:"
        r" policy)?"
        r"|terms(?: of (?:use|service))?))*" + END,
        words=40,
    ),
    banner_rule(
        "sign-up",
        "sign|subscri|inbox|register|newsletter|log in|login|e-mail|email|account|join|agree"
        "|podcasts",
        rf"(?:[^.!?]{{0,80}}[.!?] )?(?:please |(?:click|tap) (?:here )?to |to |and"
        rf" )?(?:sign(?:ing)?[- ]up|subscribe|register|join)\b"
        rf"(?: \S+){{0,14}} (?:{LETTER}|via e-?mail)\b",
        r"(?:sign[- ]?(?:up|in)|subscribe|register|log[- ]?in|join(?: us| now)?)"
        r"(?: (?:now|here|today|free|for free|or \w+(?: \w+)?|to (?:continue|read|comment|us"
        r"|view))"
        r"(?: reading| this article| more)?)*" + END,
        r"(?:we|they) (?:will )?use your (?:sign[- ]?up|e-?mail(?: address)?|registration) to\b",
        r"(?:we|they) (?:will )?use your (?:sign[- ]?up|e-?mail|details|data"
        r"|information)\b.{0,200}"
        r"(?:consent|unsubscribe|improve|privacy|content|contact)",
        r".{0,120}\b(?:delivered|straight|sent|right) (?:\w+ ){0,2}(?:to|in|into) your (?:inbox"
        r"|e-?mail)\b",
        r"(?:(?:click|tap) to )?(?:subscribe|listen)\b.{0,80}\bwherever you get your podcasts"
        + END,
        r"you (?:can|may|are free to) (?:unsubscribe|opt[- ]out)\b.{0,60}" + END,
        r"(?:get|receive|have) .{0,80}\b(?:(?:in|to) your (?:inbox|e-?mail)|by e-?mail"
        r"|newsletters?)\b",
        r"(?:please )?(?:enter|type|provide|confirm) (?:your|a valid|an) (?:\w+ )?e-?mail\b",
        r"(?:your )?e-?mail(?: address)?(?: \(required\))?" + END,
        r"(?:thank you|thanks) for (?:subscribing|signing up|registering)",
        r"by (?:signing up|subscribing|registering|submitting|entering|providing)\b.{0,200}"
        r"\b(?:you (?:\w+ ){0,2}(?:agree|consent|accept|confirm|acknowledge)|(?:our|the) terms"
        r"|terms (?:of|and)|privacy policy)",
        r"(?:already|not) (?:a|have an?) (?:subscriber|member|account|registered)\b",
        r"(?:this (?:article|content|story) is (?:only )?(?:available )?(?:for|to) (?:\w+"
        r" )?subscribers)",
        r"(?:our|the|a|free|daily|weekly|\w+day) (?:\w+ ){0,3}newsletters?" + END,
        r"newsletters?(?: sign[- ]?up)?" + END,
        r"(?:create|open) (?:a|an|your) (?:free )?account" + END,
        r"don'?t have an account",
        r".{0,400}\b(?:enter|leave|type) your e-?mail\b.{0,300}\b(?:inbox|unsubscribe|newsletter)",
        r"(?:join|get|be among) (?:the |our )?(?:over )?[\d,. ]{3,12}(?:k|million)? ?(?:\w+ )?"
        r"(?:readers|subscribers)\b",
        words=90,
    ),
    banner_rule(
        "share",
        "share|tweet|print|facebook|twitter|linkedin|whatsapp|mail|copy|pin it|telegram|sharing",
        rf"(?:please )?(?:share|sharing|tweet|e-?mail|print)(?: this| the)? {PIECE}"
        rf"(?:(?: with| on| via| to| by|,|:) (?:your |a )?(?:friends?|{SITES})(?:,? (?:and |or"
        rf" )?{SITES})*"
        r"| with others)?" + END,
        rf"(?:please )?(?:share|post|tweet|pin|send)(?: this| it)?(?: on| via| to| in| by|:)?"
        rf" {SITES}"
        rf"(?:(?:,|/| and| or|\|)* (?:share on )?{SITES})*(?: \(?opens in (?:a )?new (?:window"
        rf"|tab)\)?)?" + END,
        # Atomic: "111..." could be cut into numbers in more ways than there are atoms.
        rf"(?:(?>share(?: on {SITES})?|tweet|print|copy(?: (?:the )?link| url)?"
        r"|link copied!?|pin it|like|send"
        rf"|save"
        rf"|comments?|\d+(?:[.,]\d+)?k?|{SITES})[\s|/,·•:+-]*+)++$",
        r"share(?: this| via| with friends|\.\.\.|:)?" + END,
        r"(?:this )?(?:article|story|post) (?:has been )?shared \d+ times" + END,
        r"(?:click|tap) (?:here )?to (?:share|e-?mail|print|copy)\b.{0,80}",
        words=25,
    ),
    banner_rule(
        "follow",
        "follow|reached at|connect|like us|join us|find us|subscribe|suivez|folg|sígu|sigu"
        "|seguici|подпис|takip|تابع",
        rf"(?:please )?(?:follow|connect with|like|find|join|visit|watch|stay connected with"
        rf"|contact)"
        rf" (?:us|me|our (?:page|channel|account)s?)"
        rf"(?:(?: (?:on|via|at|in)| (?:also )?on)(?: (?:our|the))? (?:{SITES}|@).{{0,80}})?" + END,
        rf"(?:you can )?(?:follow|like|find) .{{1,60}} on {SITES}\b(?:.{{0,60}})" + END,
        rf"(?:follow|join|subscribe to|like) .{{1,50}} (?:on|via) {SITES}"
        rf"(?:(?:,| and| or)* {SITES})*(?: (?:page|channel|account|group))?" + END,
        r"follow(?: @\w+)+" + END,
        rf"follow {SITES}" + END,
        rf"(?:.{{0,160}} )?follow (?:him|her|them|me|us)\b.{{0,40}}(?:@\w+|\b(?:on|via)"
        rf" {SITES}\b).{{0,60}}" + END,
        r".{0,120}\b(?:can|may) be reached (?:at|via|on) \S+@\S+" + END,
        r"(?:suivez[- ]nous|folgen sie uns|s[ií]guenos|siga-nos|seguici|bizi takip edin|تابعونا"
        r"|следите за нами|подписывайтесь на нас)\b.{0,60}" + END,
        words=20,
    ),
    banner_rule(
        "disclaimer",
        "views|opinion|position|publishes|carries|features|hosts|author|disclaim|informational",
        # Whose views: an author's or an article's, never a government's or a colleague's.
        r"(?:.{0,120}[.:;!] )?(?:\w+ ){0,6}(?:views?|opinions?|positions?|statements?"
        r"|content)\b.{0,60}"
        r"\b(?:(?:this|these|the|our) (?:articles?|posts?|columns?|pieces?|op-?eds?"
        r"|commentar(?:y|ies)"
        r"|blogs?|publications?|pages?)|authors?|writers?|contributors?|columnists?)\b.{0,120}"
        r"\b(?:not (?:necessarily )?(?:reflect|represent|those|the)|own|alone|solely|not"
        r" necessarily)",
        r".{1,60}\b(?:publishes|carries|features|runs|hosts)"
        r" (?:articles|content|opinions|material|views|pieces|commentary)\b.{0,240}"
        r"\b(?:not (?:necessarily|always)|(?:their|its) own|not reflect|not represent)\b",
        r"(?:the )?(?:author|writer)s?(?:'s|’s|’)? .{0,80}\b(?:views|opinions)\b.{0,40}"
        r"\b(?:own|personal)" + END,
        r"disclaimer\b ?(?::|-|–|—|$)",
        r"(?:this|the) (?:article|material|content|post|story) (?:is|was|has been)"
        r" (?:\w+ ){0,3}for (?:general )?informational purposes",
    ),
    banner_rule(
        "copyright",
        "©|(c)|copyright|originally|first|rights reserved|published, broadcast|tous droits"
        "|derechos reservados"
        "|rechte vorbehalten|права защищены|republish",
        r".{0,60}(?:©|\(c\)|copyright) ?(?:©|\(c\))? ?(?:by )?(?:\d{4}"
        r"|[A-Za-z].{0,40}\d{4}).{0,120}",
        r"©.{0,80}" + END,
        r".{0,120}\ball rights (?:are )?reserved(?: ?[.|;,·–-].{0,160})?$",
        r"(?:this|these) (?:materials?|articles?|contents?|stor(?:y|ies)) (?:may|can|must)(?:"
        r" not|not)?"
        r" be (?:published|reproduced|copied|republished|broadcast|rewritten|redistributed)",
        r".{0,60}(?:tous droits réservés|todos los derechos reservados|alle rechte vorbehalten"
        r"|все права защищены)",
        r"copyright (?:notice|policy|information)" + END,
        r"copyright (?:the |by )?\S.{0,60}\b(?:printed from|www\.|post|times|news|press|media|ltd"
        r"|inc|group|company|agency|gmbh|limited)\b.{0,100}$",
        r"(?:(?:editor'?s'? note: )?(?:a version of )?this"
        r" (?:article|story|post|column|piece|essay|interview|text) (?:was |has been"
        r" )?)?(?:originally|first)"
        r" (?:published|appeared|posted)\b.{0,240}" + END,
        r"(?:click here to |how to )?republish (?:this|our) (?:article|story|content)",
        words=45,
    ),
    banner_rule(
        "related",
        "read|see also|related|recommend|more |most |also |miss|up next|trending|latest|picks"
        "|watch"
        "|view all|click here|find out|continue|like this|popular|stories|explore|listen|like",
        # Labels: no full stop at the end, or a colon at once.
        r"(?:read|see|watch|listen|learn|find out|view|discover|show|load|explore)"
        r" (?:more|also|next|all|full (?:story|article|coverage))"
        r"(?: (?:here|about|on|from|in|at|news|stories|articles"
        r"|\w+ on) ?[^.!?]{0,80})?[\s:»›>→|…-]*$",
        r"(?:read|see|watch|listen|also read|also see|read also|see also|read more|must read"
        r"|also on|more|related|recommended|don'?t miss|in pics|explained|opinion)"
        r"(?: (?:more|also|next|articles?|stories|story|links?|news|coverage|content|reading"
        r"|posts?|topics?"
        r"|from [^:.]{2,40}|(?:on|about) [^:.]{2,40}|about))? ?[:|»›→] ?.{0,160}$",
        r"(?:also read|read also|also see|see also|must read|read more) ?[-–—] ?.{0,160}$",
        r"view all(?: [\w-]+){1,3}" + END,
        r"(?:see also|also read|read also|related(?: (?:articles?|stor(?:y|ies)|links?|news"
        r"|coverage|content"
        r"|posts?|topics?|tags|items|documents|materials?|reading))|recommended(?: (?:for you"
        r"|stories|articles"
        r"|reading))?|you (?:may|might)(?: also)? (?:like|be interested in|enjoy)(?: these)?(?:"
        r" \w+)?"
        r"|(?:the )?most (?:read|popular|viewed|shared|recent|watched)(?: \w+){0,3}|trending(?:"
        r" now| \w+)?"
        r"|latest(?: (?:news|stories|articles|updates|posts|headlines|videos))"
        r"|more (?:stories|news|articles|like this|to read|coverage|videos)(?: [^.!?]{0,50})?"
        r"|editor(?:s|'s|’s|s’|s')? (?:picks?|choice)|up next|top stories|popular(?: now|"
        r" stories| posts| news)"
        r"|other (?:news|stories|articles)|in case you missed it|what to read next|around the web"
        r"|from (?:our|the) (?:partners|web)|similar (?:articles|news|stories))" + END,
        r"(?:click|tap) here\b(?: (?:to|for) [^.!?]{0,80})?[\s.!:»›>→]*$",
        r"(?:more|news) (?:from|by|in|on) (?:our |the |this )?[^.!?,]{2,60}" + END,
        r"continue reading[\s.…»→]*" + END,
        words=28,
    ),
    banner_rule(
        "advert",
        "advert|anzeige|publicité|реклама|sponsor|continues|continue|scroll|affiliate|commission|promoted|paid",
        r"(?:- )?advert(?:ise?ments?|s)?(?: feature)?(?: \d+)?" + END,
        r"(?:advertise?ment|sponsored|promoted|anzeige|publicité|реклама) ?[:|–—-] ?.{0,160}$",
        r"(?:this (?:article|content|post) (?:is|was) )?sponsored(?: (?:content|by .{1,40}"
        r"|links?|post))?" + END,
        r"(?:story|article|text|content|post) continues (?:below|after|underneath)\b.{0,50}" + END,
        r"(?:scroll|keep scrolling|continue reading)(?: down)?(?: (?:below|to continue|for more"
        r"|to read))?"
        r"(?: .{0,30}ad(?:vertise?ment)?s?)?" + END,
        r"(?:advertise with us|promoted(?: content| by .{1,40})?|paid (?:content|post|for by"
        r" .{1,40}))" + END,
        r"(?:.{0,160} )?we may (?:earn|receive) (?:an? )?(?:\w+ )?commissions?\b.{0,160}",
        r"(?:we|this (?:post|article|page|site)) (?:may )?(?:earn|contains?|receive)"
        r" (?:an? )?(?:affiliate|commission)",
        r"(?:when|if) you (?:buy|purchase|click|shop|make a purchase)\b.{0,60}\b(?:links?"
        r"|site)\b.{0,60}"
        r"\b(?:earn|receive|get)\b.{0,30}\bcommission",
        r"(?:advertisement )?(?:skip|close) (?:this )?ad(?:vertise?ment)?" + END,
        words=30,
    ),
    banner_rule(
        "comments",
        "comment|discussion|reply|conversation|will not be published|required fields",
        r"(?:(?:leave|post|add|write|view|show|hide|read|load|see|no|all|\d+) (?:a |your |all "
        r"|the |more )?"
        r"(?:\d+ )?)?(?:comments?|reply|replies|response|discussion)(?: \(?\d+\)?)?" + LABEL_END,
        r"(?:leave|post|cancel|write) (?:a )?(?:reply|comment)" + LABEL_END,
        r"your e-?mail address will not be published",
        r"(?:join|start|be part of) the (?:conversation|discussion)" + LABEL_END,
        r"(?:comments? (?:are|is) (?:closed|disabled|off|moderated))",
        r"(?:please )?(?:log|sign) in to (?:leave a |post a )?(?:comment|reply)",
        r"required fields are marked",
        words=25,
    ),
    banner_rule(
        "credit",
        "contribut|report|editing|written|compiled|edited|photo|image|picture|video|getty|credit",
        r".{2,300}\bcontributed(?: reporting)? to this (?:report|story|article|post|piece)" + END,
        r"\(?(?:additional )?(?:report(?:ing|ed)|editing|writing|edited|written|compiled)(?:"
        r" and \w+ing)?"
        r" by (?!the |a |an |our )[^.;]{2,60}\)?[.;]?"
        r"(?: (?:editing|writing|additional reporting) by [^.]{2,80}\)?)*" + END,
        r"(?:(?:file|cover|top|main|featured|header) )?(?:photo|image|picture|foto|video)s?"
        r"(?: (?:credits?|by|courtesy(?: of)?|source|via|caption))?(?: ?[:/©|]) ?.{0,100}$",
        r"(?:file )?(?:photo|image|picture) (?:by|courtesy of|credit) .{2,60}" + END,
        r"(?:getty images|image (?:source|caption|copyright)|media caption"
        r"|photo credit)(?:[ ,:/].{0,80})?$",
        words=30,
    ),
    banner_rule(
        "credit",
        "credit:|©|istock|getty|shutterstock|adobe|alamy|unsplash|pixabay|pexels|depositphotos|123rf"
        "|fotolia|dreamstime|wikimedia|imago",
        # A caption that ends in its credit, or begins with the owner's sign.
        r"[^.!?:]{0,160}(?<! of)(?<! on) credits?: [^.!?:\d]{2,60}" + END,
        r"©.{0,300}$",
        r".{2,300}[(\[|–—-] ?(?:[^()\[\]]{0,60}[/:,] ?)?"
        r"(?:getty(?: images)?|i?stock(?:photo)?(?:\.com)?(?= ?[/)\]])|shutterstock|adobe ?stock"
        r"|alamy|unsplash|pixabay|pexels|depositphotos|123rf|fotolia|dreamstime|wikimedia"
        r"|imago images)"
        r"(?:[ /.,][^()\[\]]{0,40})?[)\]]$",
        words=45,
    ),
    banner_rule(
        "filing",
        "publi|link|version|updated|tags|topics|section|filed|categor|posted|status|modified"
        "|reading|read|id",
        # What an office or an editor prints about a page: labels, no full stop.
        r"(?:publication|document|release) (?:status|date|id|number)\b[^.!?]{0,60}" + LABEL_END,
        r"(?:published|filed|posted) (?:in|under)(?: \w+)? ?(?:sections?|categor(?:y"
        r"|ies))?:[^.!?]{0,120}$",
        r"(?:direct link|permalink|short link|text version|web version|source url)(?:"
        r" ?:.{0,120}| to .{0,60})?$",
        r"(?:last )?(?:updated|posted|published)(?: at| on)? ?:? ?\d{1,2}[:.]\d\d"
        r"(?: ?[ap]\.?m\.?)?(?: [a-z]{2,4})?" + END,
        r"(?:last )?(?:updated|modified|reviewed|published|posted)(?: on| at)? ?:?"
        r" ?\W{0,3}[^.!?]{0,20}"
        r"\d{4}[^!?]{0,40}$",
        r"(?:tags?|topics?|keywords?|categor(?:y|ies)|sections?|filed under|more"
        r" on)\s?:[^.!?]{0,160}$",
        r"\d+ min(?:ute)?s?(?: read)?" + LABEL_END,
        words=28,
    ),
    banner_rule(
        "navigation",
        "home|visitor|viewed|guestbook|printed|top|menu|search|skip|previous|next|back|page|print|login|contact|javascript"
        "|browser|close"
        "|loading|faq|sitemap|toggle|language|pdf|a+|load|slide|gallery|play|download|image|photo|jump",
        r"(?:home(?: page)?|back(?: to (?:top|home|the top|list|news|all \w+))?|top(?: of"
        r" page)?|(?:main )?menu"
        r"|search(?: (?:this site|form|for:?))?|skip to (?:main )?(?:content|navigation)|skip"
        r" navigation"
        r"|(?:previous|next|prev)(?: (?:article|story|post|page|slide|image))?|go back|return"
        r" to \w+"
        r"|(?:print|printable|printer[- ]friendly)(?: (?:this )?(?:page|version|friendly))*"
        r"|close(?: \w+)?"
        r"|contact us|site ?map|toggle (?:navigation|menu)|loading|faqs?|(?:save|download)(?:"
        r" as)? pdf"
        r"|play(?: video)?|view gallery|load more|show more|jump to \w+(?: \w+){0,2}"
        r"|(?:(?:image|photo|slide) )?\d+ of \d+|page \d+(?: (?:of|/)"
        r" \d+)?)" + LABEL_END,
        r"(?:please )?(?:enable|turn on) javascript\b",
        r"(?:you are visitor|best viewed (?:at|in|with)|sign our guestbook|visitor number)\b",
        r"(?:this )?page (?:was )?printed from\b.{0,120}$",
        r"javascript (?:is|must be) ",
        r"your browser (?:does not|doesn'?t|is (?:not|out))",
        words=20,
    ),
    banner_rule(
        "sign-up",
        "subscri|log in|sign in|app |apps |letter|support|consider|donat|member|patron|give"
        "|registered users",
        # A pay wall: the rest of the story is what a subscription is for.
        r"(?:please )?subscribe(?: now| today)?\b.{0,60}"
        r"\b(?:(?:full|whole|entire) (?:story|article|text)|(?:story|article) in full)" + END,
        r"to (?:view|read|see|access) (?:the |this )?(?:full |whole |rest of the )?"
        r"(?:story|article|post|content),? (?:please )?(?:subscribe|log in|sign in|register)\b",
        r"(?:if you(?:'re| are) .{0,60})?\balready a subscriber\b.{0,60}\b(?:log|sign) in\b",
        r"(?:first-time|new|annual|digital) subscribers (?:also |will )*(?:receive|get|enjoy)\b",
        r"(?:for .{3,60} )?(?:download|get|install) (?:the|our) (?:\w+ ){0,3}apps?\b.{0,30}"
        r"\b(?:ios|iphone|android|app store|google play)\b",
        r"never miss .{0,60}\b(?:sign(?:ing)? up|subscrib\w+)\b.{0,40}"
        r"\b(?:newsletter|alerts?|inbox)\b",
        r"(?:submit|send) (?:us )?(?:your|a) letter to the editor\b",
        r"we want to hear (?:from you|what you think)\b.{0,120}"
        r"\b(?:letter to the editor|e-?mail us)\b",
        r"(?:every|any|each) (?:\w+ ){0,2}donations? (?:helps?|counts?|matters|is welcome)\b"
        r"[^.!?,]{0,60}" + END,
        r"(?:please )?(?:donate|support us|give) (?:now|today|here|online|via paypal)" + END,
        r"(?:become|be) (?:a|our) (?:member|patron|supporter|subscriber)\b[^.!?]{0,40}" + LABEL_END,
        r"become (?:a )?(?:member|subscriber)s?\b.{0,80}\b(?:exclusive|benefits|offers|discounts)\b"
        r".{0,60}",
        r"(?:only )?for (?:members|subscribers|registered users)(?: only)?" + LABEL_END,
        r"if you (?:enjoy|lik|valu)\w* (?:reading )?(?:this|our)"
        r" (?:article|story|post|piece|blog|site|newsletter|journalism|reporting)\b.{0,60}"
        r"\b(?:consider|support|donat)\w*\b.{0,80}",
        words=45,
    ),
    banner_rule(
        "disclaimer",
        "not responsible|not liable|suggested citation|recommended citation|cite this",
        r".{2,60}\b(?:is|are) not (?:responsible|liable) for the (?:opinions?|views|content"
        r"|statements|comments)\b.{0,80}"
        r"\b(?:contributors|users|readers|commenters|external (?:web)?sites)\b.{0,80}",
        r"(?:suggested|recommended|preferred) citation\b ?:? ?.{0,300}$",
        r"(?:how to )?cite (?:this|as)(?: \w+)?" + LABEL_END,
    ),
    banner_rule(
        "advert",
        "advertisers|partners|compensation",
        r"(?:this|the) (?:post|article|page|site|story) (?:contains?|includes?|may contain)"
        r" (?:references|links) to (?:products|offers)\b.{0,200}\b(?:advertisers|partners)\b",
        r"(?:we|the (?:site|publisher)) (?:may )?(?:receive|earn) compensation (?:when|if|from)\b",
    ),
    banner_rule(
        "filing",
        "contact|further|additional|more info|news date|online|sources|references|footnotes"
        "|transcript|details|about the",
        # Labels over addresses and links, never a sentence.
        r"(?:(?:press|media|news) )?(?:contacts?|enquiries|inquiries)(?: (?:details|information"
        r"|persons?))? ?:" + LABEL_END,
        r"(?:further|additional|more) (?:information|info|links|reading) ?:" + LABEL_END,
        r"(?:news|press|release|issue) date ?: ?[^!?]{0,20}\d{4}[^.!?]{0,60}$",
        r"\d+ (?:users?|visitors?|guests?) (?:are |is )?(?:currently )?online\b.{0,60}",
        r"(?:show|hide|view|see) (?:the |all )?(?:sources|references|footnotes|transcript|details)"
        + LABEL_END,
        r"about the (?:authors?|writers?|editors?|reviewers?|contributors?)" + LABEL_END,
        words=14,
    ),
    *FOREIGN_RULES,
)

WORD_GAP = re.compile(r"\s+")


# What ends a sentence, or breaks one off.
SENTENCE_END = (".", "?", "!", ",", "—", "”", '"')


def _is_cut_sentence(line: str, words: int) -> bool:
    """Whether a line begins small, as the rest of a sentence does and a label seldom."""
    begin = line.lstrip()
    return begin[:1].islower() and (words > 3 or begin.rstrip().endswith(SENTENCE_END))


@lru_cache(maxsize=4096)  # lines are asked about twice, and a site repeats its own
def boilerplate_rule(line: str) -> str | None:
    """The rule that removes a line, None where the line is text.

    >>> boilerplate_rule("Share this article:"), boilerplate_rule("We share this view.")
    ('share', None)
    >>> boilerplate_rule("Follow us on Twitter"), boilerplate_rule("Follow us in condemning it.")
    ('follow', None)
    """
    if len(line) > LONGEST_BANNER_CHARS:
        return None
    small = WORD_GAP.sub(" ", line.lower().replace("’", "'")).strip()
    words = small.count(" ") + 1
    if not small or _is_cut_sentence(line, words):
        return None
    for rule in RULES:
        if words > rule.words:
            continue
        for trigger in rule.triggers:  # a bare loop: any() costs three times as much here
            if trigger in small:
                if rule.pattern.match(small):
                    return rule.name
                break
    return None
