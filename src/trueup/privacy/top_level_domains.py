"""Top-level domains that e-mail addresses end in; `word@word.word` is a title, not an address."""

_COUNTRIES = """
ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bv
bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es
et eu fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu
id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt
lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no
np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si
sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk
us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw
"""
# Reserved names and those of company networks name persons, too.
_PLAIN = """
aero arpa asia biz cat com coop edu gov info int jobs mil mobi museum name net org post pro tel
travel xxx example invalid internal intranet lan local localhost test
"""
_WORDS = """
academy accountant accountants actor agency ai amsterdam app architect art associates attorney
auction audio auto autos bank bar barcelona bayern beer berlin best bet bike bio blog boston
boutique brussels builders business buzz cab cafe cam camera camp capital cards care career careers
casa cash center ceo charity chat cheap church city claims cleaning click clinic clothing cloud
club coach codes coffee college cologne community company computer condos construction consulting
contact contractors cooking cool corsica coupons courses credit cruises dance date dating deals
degree delivery democrat dental dentist desi design dev diamonds diet digital direct directory
discount doctor dog domains earth eco education email energy engineer engineering enterprises
equipment estate eus events exchange expert express fail family fan fans farm fashion film finance
financial fish fishing fit fitness flights florist flowers football forsale forum foundation frl
fun fund furniture futbol fyi gal gallery game games garden gay gent gift gifts gives glass gmbh
gold golf graphics gratis green group guide guitars guru hamburg haus health healthcare help hiphop
hockey holdings holiday homes horse hospital host hosting house how icu immo inc industries ink
institute insurance insure international investments irish ist istanbul jetzt jewelry kaufen kim
kitchen koeln land lat law lawyer lease legal lgbt life lighting limited limo link live llc loan
loans lol london love ltd luxury madrid maison management market marketing markets mba media
melbourne memorial men miami mobile moda moe mom money mortgage moscow movie music nagoya navy
network new news ngo ninja nrw nyc one ong onl online ooo osaka page paris partners parts party pet
pharmacy photo photography photos physio pics pictures pink pizza place plumbing plus poker press
productions promo properties property pub quebec racing radio realty recipes red rehab reise reisen
rent rentals repair report republican rest restaurant review reviews rich rip rocks rodeo ruhr run
saarland sale salon sarl school schule science scot scotland security services sexy shiksha shoes
shop shopping show singles site ski soccer social software solar solutions soy space sport store
stream studio study style supply support surf surgery swiss sydney systems tattoo tax taxi team
tech technology tennis theater tickets tienda tips tires tirol today tokyo tools top tours town
toys trade trading training tube university uno vacations vegas ventures vet viajes video villas
vin vip vision vlaanderen vodka vote voyage wales watch webcam website wedding wien wiki win wine
work works world wtf xyz yachts yoga yokohama zone
"""
_KNOWN = frozenset(f"{_COUNTRIES} {_PLAIN}".split())
_WORD_DOMAINS = frozenset(_WORDS.split()) - _KNOWN


def ends_addresses(label: str) -> bool:
    """True if an address may end in `.label`.

    Of the words among them, none counts that is written like a title: `Yoga@Home.Today`.
    """
    lower = label.lower()
    if lower in _KNOWN or lower.startswith("xn--") or not label.isascii():
        return True
    return lower in _WORD_DOMAINS and not label.istitle()
