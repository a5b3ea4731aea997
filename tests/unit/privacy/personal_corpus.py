"""Labelled texts: personal addresses and telephone numbers; names, days and codes that are none.

`{}` of a context takes one value. Lists are written by hand, their combinations are the corpus.
"""

_ADDRESS_LINES = """
ann@example.com Ann.Smith@Example.com ann+shop@gmail.com a@b.de jo_doe@web.de info@shop.co.uk
o'brien@example.ie x.y.z@mail.sub.example.org 1234567@qq.com ann-marie@t-online.de ann@example.shop
j.doe@university.edu me@my-company.io ann@xn--bcher-kva.de ann@example.xn--p1ai jörg@bücher.de
почта@пример.рф ANN@EXAMPLE.COM ann@store.online team@agency.berlin hello@brand.club
first.last@company.travel ann@hotmail.fr ann@orange.fr ann@libero.it ann@uol.com.br ann@naver.com
ann@163.com ann@yandex.ru ann@docomo.ne.jp ann@bigpond.net.au ann@example.museum
root@localhost.local ann@corp.internal ann@test.test user%tag@example.com ann!x@example.com
ann@example.photography ann@sub-domain.example-shop.at ann@web.world
"""
ADDRESSES = _ADDRESS_LINES.split()
ADDRESS_CONTEXTS = (
    "{}",
    "write to {}.",
    "<{}>",
    "Ann Smith ({}), VIP",
    "mailto:{}?subject=Hi",
    "https://shop.example/p?ref={}&utm_source=newsletter",
    "Order for {} - gift",
    "a;{};b",
)
_PHONE_LINES = """
+493012345678 +49(30)1234-5678 +1-555-010-7799 +1(555)010-7799 +44.20.7946.0958 +33612345678
+81-3-1234-5678 +61412345678 +86-138-0013-8000 +5511912345678
"""
PHONES = _PHONE_LINES.split()
SPACED_PHONES = ("+49 30 1234 5678", "+1 (555) 010-7799", "+33 6 12 34 56 78", "+44 20 7946 0958")
PHONE_CONTEXTS = (
    "{}",
    "call {} now",
    "Tel. {}, Ann",
    "SMS: {}",
    "tel:{}",
    "Tel: {}",
    "sms:{}",
    "callto:{}",
    "href=tel%3A{}",
)
MARKED_PHONES = (
    "tel:03012345678",
    "tel:030-1234-5678",
    "Tel: 030 1234 5678",
    "tel://03012345678",
    "TEL:0612345678",
    "sms:0612345678",
    "callto:4930123456",
    "?phone=4930123456",
    "?tel=030-1234-5678&x=1",
    "?mobile=0612345678",
    "?customer[phone]=5550107799",
    "tel:20123456",
)

UNTOUCHED = """
SMS: 2026-06-01
SMS: 2026-06-01 to 2026-06-30
SMS:2026-06-01
SMS: 20260601
SMS:20260601-20260607
sms: 01.06.2026
SMS: 12345678
SMS: 4930123456
Tel: 2026-06-01
tel:2026-06-01
Tel: 01-06-2026
CallTo: 2026.06.01
HOTEL: 20260601000000
Hotel:2026-06-01
Intel: 12345678 cores
Motel: 49 30 123456
Sale +20260601
Sale +2026-06-01
Week 23 +01.06.2026
1 + 1 2026-06-01
+10 000 000 views
+100.000.000 plays
+50 % on 2026-06-01
Summer 2026-06-01 2026-08-31
2026-06-01T10:00:00+02:00
2026-06-01T10:00:00.000+0000
20260601T100000Z
10:00:00+0000 12345678
word@word.word
Word@Word.Word
Yoga@Home.Today
Live@Venue.London
Party@Night.Club
Music@Park.Live
Fit@Work.Life
Team@Brand.Official
Sale@50.off
Art@Museum.night
Style@Street.wear
T-shirt print@chest.large
logo@2x.png
hero@3x.webp
photo@1.5x.jpg
icons@2x.svg
banner@large.jpeg
@brand
@brand.official
brand@
ann@
@x.com
a @ b.com
lodash@4.17.21
react@next.js
conv@7d.view
Lookalike 1%@US.purchase
US_Prospecting@Broad_2026.Q2
maps/@52.5200066,13.404954,15z
https://www.google.com/maps/@52.52,13.40,15z
50%40 off
utm_medium=email&utm_source=phone
email=newsletter&phone=yes&name=42
?name={{campaign.name}}&phone={phone}
?campaign_name=Spring&ad.name=Blue&product_name=x
?filename=a.png&username_id=3
gclid=EAIaIQobChMI4930123456789
fbclid=IwAR0a1b2c3d4e5f
?variant=41234567890123&utm_id=120210000000000000
gid://shopify/Order/4930123456789
#1001
BC-2026-000123
ORD-4930123456
ISBN 978-3-16-148410-0
EAN 4006381000093
SKU: 40-2026-06-01
1Z999AA10123456784
JD014600003012345678
DE89370400440532013000
192.168.100.123
2001:db8::ff00:42:8329
3.14159265358979
1e+10
+1
+49
a+49301234567
C++17 20260601
24/7 +12 months
Size 36-37-38-39-40-41
10-12-14-16-18-20
Nike Air Max 97 2026
iPhone 15 Pro 256 GB
Q1/2026 - Brand - Broad - 18-65+
A+ Content 20260601
5'10" x 3.5 +/- 0.25
Café & Crème &amp; Co
100 &euro; / 20 &pound;
C:\\users\\new\\text
""".strip("\n").split("\n")
