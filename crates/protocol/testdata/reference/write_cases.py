#!/usr/bin/env python3
"""Writes ../cases: what to accept and what to refuse, a file each, for every rule in docs/vectors.md. Texts and verdicts are written here by
hand from docs/protocol.md; the outputs of the computation come from countersign.py beside this file. No program of the product is asked.
"""

import hashlib
import json
import pathlib
import shutil

from countersign import *

CASES = pathlib.Path(__file__).parent.parent / "cases"
shutil.rmtree(CASES, ignore_errors=True)


def case(rule, check, expect, **members):
    """A file: `key: value` lines, values in JSON. `expect` is "accept", or "reject" with the reason where one is told."""
    folder = CASES / rule
    folder.mkdir(parents=True, exist_ok=True)
    number = sum(1 for path in folder.iterdir() if path.name.startswith(expect)) + 1
    lines = [f"rule: {rule}", f"check: {check}", f"expect: {expect}"]
    lines += [f"{key}: {json.dumps(value, ensure_ascii=True)}" for key, value in members.items()]
    (folder / f"{expect}-{number}.txt").write_text("\n".join(lines) + "\n")


def accept(rule, check, **members):
    case(rule, check, "accept", **members)


def reject(rule, check, **members):
    case(rule, check, "reject", **members)


# ---- §2: identifiers ----

zero = "0" * 26
ID_BYTES = (int("".join(f"{ALPHABET.index(c):05b}" for c in "0123456789abcdefghjkmnpqrg"), 2) >> 2).to_bytes(16, "big").hex()
accept("id.session.length", "session_id", input=zero, bytes="00" * 16)
reject("id.session.length", "session_id", input="0" * 25)
reject("id.session.length", "session_id", input="0" * 27)
reject("id.session.length", "session_id", input="")
accept("id.session.order", "session_id", input="10" + "0" * 24, bytes="08" + "00" * 15)
accept("id.session.order", "session_id", input="zzzzzzzzzzzzzzzzzzzzzzzzzw", bytes="ff" * 16)
reject("id.session.order", "session_id", input="00" + "0" * 23 + "1")
accept("id.session.last-bits", "session_id", input="0123456789abcdefghjkmnpqrg", bytes=ID_BYTES)
reject("id.session.last-bits", "session_id", input="0123456789abcdefghjkmnpqrs")
reject("id.session.last-bits", "session_id", input="0123456789abcdefghjkmnpqrh")
accept("id.session.folding", "session_id", input="OI23456789ABCDEFGHJKMNPQRG", bytes=ID_BYTES)
accept("id.session.folding", "session_id", input="oL23456789abcdefghjkmnpqrG", bytes=ID_BYTES)
reject("id.session.folding", "session_id", input="u123456789abcdefghjkmnpqrg")
reject("id.session.folding", "session_id", input="0123456789abcdefghj\u212amnpqrg", note="the Kelvin sign is no k")
reject("id.session.alphabet", "session_id", input="0123456789-bcdefghjkmnpqrg")
reject("id.session.alphabet", "session_id", input=" 123456789abcdefghjkmnpqrg")
reject("id.session.alphabet", "session_id", input="\uff10123456789abcdefghjkmnpqrg")
whole = bytes(range(16))
accept("id.session.alphabet", "session_id", input=session_id_text(whole), bytes=whole.hex())

for size, seed in [(16, 0xFB), (32, 0xFF), (64, 0x3E)]:
    accept("base64url.size", "base64url", size=size, input=base64url(bytes([seed]) * size), bytes=bytes([seed]).hex() * size)
    reject("base64url.size", "base64url", size=size, input=base64url(bytes([seed]) * (size - 1)))
    reject("base64url.size", "base64url", size=size, input=base64url(bytes([seed]) * (size + 1)))
accept("base64url.alphabet", "base64url", size=16, input="-_v7-_v7-_v7-_v7-_v7-w", bytes="fb" * 16)
reject("base64url.alphabet", "base64url", size=16, input="+/v7+/v7+/v7+/v7+/v7+w")
reject("base64url.alphabet", "base64url", size=16, input="-_v7-_v7 -_v7-_v7-_v7w")
accept("base64url.padding", "base64url", size=32, input="A" * 43, bytes="00" * 32)
reject("base64url.padding", "base64url", size=32, input="A" * 43 + "=")
reject("base64url.padding", "base64url", size=16, input="A" * 22 + "==")
accept("base64url.last-bits", "base64url", size=16, input="A" * 21 + "Q", bytes="00" * 15 + "01")
reject("base64url.last-bits", "base64url", size=16, input="A" * 21 + "B")
reject("base64url.last-bits", "base64url", size=32, input="A" * 42 + "B")

# ---- §3: canonical forms ----


def value(rule, kind, typed, canonical=None, code=None, region="FR", **more):
    if code is None:
        accept(rule, "value", kind=kind, region=region, typed=typed, canonical=canonical, **more)
    else:
        reject(rule, "value", kind=kind, region=region, typed=typed, code=code, **more)


value("value.length", "text", "x" * 128, "x" * 128)
value("value.length", "text", "\u00e9" * 128, "\u00e9" * 128)
value("value.length", "text", "x" * 129, code="too_long")
value("value.length", "text", "\u200b" * 129, code="too_long", note="counted before anything is dropped")
value("value.length", "code", "\t" * 129, code="too_long", note="before control characters are looked for")
value("value.ignorable", "text", "a\u200bb\u00adc\u202ed\ufeffe", "abcde")
value("value.ignorable", "number", "1\u200b2", "12")
value("value.ignorable", "text", "\u200b\u2060", code="empty")
value("value.control", "text", "a b", "a b")
value("value.control", "text", "a\tb", code="control_character")
value("value.control", "date", "2026-11-23\n", code="control_character")
value("value.control", "text", "a\u0085b", code="control_character", note="next line is a control character before it is white space")
value("text.nfkc", "text", "\ufb01n", "fin")
value("text.nfkc", "text", "E\u0301cole", "\u00e9cole")
value("text.nfkc", "text", "\uff21\u2460", "a1")
value("text.nfkc", "text", "\u2121", "tel", note="folded into capitals, which are then lowered")
value("text.nfkc", "text", "\u0130\u0323", "\u1ecb\u0307", note="lowering takes apart what is then put together")
value("text.nfkc", "email", "a\uff20b\uff20c", code="not_of_kind", note="two @ once folded")
value("text.case", "text", "STRASSE \u1e9e", "strasse \u00df")
value("text.case", "text", "\u039f\u0394\u03a5\u03a3\u03a3\u0395\u03a5\u03a3", "\u03bf\u03b4\u03c5\u03c3\u03c3\u03b5\u03c5\u03c2", note="final sigma")
value("text.case", "text", "\u0130", "i\u0307", note="no locale")
value("text.case", "email", "A@B@", code="not_of_kind")
value("text.space", "text", "  a \u00a0\u3000 b  ", "a b")
value("text.space", "text", "\u3000\u00a0", code="empty")
value("email.at", "email", " Dana@Example.ORG ", "dana@example.org")
value("email.at", "email", "@", "@")
value("email.at", "email", "dana", code="not_of_kind")
value("email.at", "email", "a@b@c", code="not_of_kind")
value("email.space", "email", "dana@example.org", "dana@example.org")
value("email.space", "email", "a b@c", code="not_of_kind")
value("email.space", "email", "a@b\u00a0c", code="not_of_kind")
value("code.letters", "code", " ab-12.3/4 ", "AB1234")
value("code.letters", "code", "stra\u00dfe", "STRASSE")
value("code.letters", "code", "\u0663", "\u0663", note="digits of other scripts stay")
value("code.letters", "code", "A\u3007-\u0bf0", "A\u3007\u0bf0", note="a number that is no decimal digit is one still")
value("code.letters", "code", "-./", code="empty")
value("code.letters", "code", "\U0001f642", code="empty")
value("phone.signs", "phone", "(06) 12-34.56/78", "+33612345678")
value("phone.signs", "phone", "06\u201012\u201134\u201356\u221278", "+33612345678")
value("phone.signs", "phone", "06;12345678", code="not_of_kind")
value("phone.signs", "phone", "1-800-FLOWERS", region="US", code="not_of_kind")
value("phone.signs", "phone", "tel:+33612345678", code="not_of_kind")
value("phone.plus", "phone", "+33612345678", "+33612345678", region="DE")
value("phone.plus", "phone", "(+33) 612345678", "+33612345678")
value("phone.plus", "phone", "++33612345678", code="not_of_kind")
value("phone.plus", "phone", "06+12345678", code="not_of_kind")
value("phone.region", "phone", "020 7946 0958", "+442079460958", region="GB")
value("phone.region", "phone", "0033 6 12 34 56 78", "+33612345678", region="DE", note="the prefix of international calls")
value("phone.region", "phone", "+33612345678", "+33612345678", region="ZZ")
value("phone.region", "phone", "0612345678", region="ZZ", code="not_of_kind")
value("phone.digits", "phone", "\u0660\u0666 \u0661\u0662 \u0663\u0664 \u0665\u0666 \u0667\u0668", "+33612345678")
value("phone.digits", "phone", "\u2160612345678", code="not_of_kind", note="a Roman numeral is no decimal digit")
value("phone.length", "phone", "+80012345678", "+80012345678")
value("phone.length", "phone", "+29020000", "+29020000", note="eight digits")
value("phone.length", "phone", "+2904000", code="not_of_kind", note="seven, though they have been given out")
value("phone.length", "phone", "+491234567890123", "+491234567890123", note="fifteen digits")
value("phone.length", "phone", "+4912345678901234", code="not_of_kind", note="sixteen")
value("phone.length", "phone", "112", code="not_of_kind")
value("phone.length", "phone", "1234567890123456789", code="not_of_kind")
value("phone.empty", "phone", "()", code="not_of_kind")
value("phone.empty", "phone", "\u00a0", code="empty")
value("phone.empty", "phone", "06 12 34 56 78", "+33612345678")
value("number.zeros", "number", "0012.500,0", "12500", note="the last mark is the decimal one")
value("number.zeros", "number", "-0.0", "0")
value("number.zeros", "number", "-007,10", "-7.1")
value("number.zeros", "number", "-", code="not_of_kind")
value("number.sign", "number", "- 5", "-5")
value("number.sign", "number", "+5", code="not_of_kind")
value("number.sign", "number", "\u22125", code="not_of_kind")
value("number.sign", "number", "5-", code="not_of_kind")
value("number.sign", "number", "--5", code="not_of_kind")
value("number.dropped", "number", "1'234\u2019567_8 9", "123456789")
value("number.dropped", "number", "1 234\u202f567,5", "1234567.5")
value("number.dropped", "number", "_'", code="empty")
value("number.both-marks", "number", "1.234,5", "1234.5")
value("number.both-marks", "number", "1,2,3.4", "123.4")
value("number.both-marks", "number", "1,2.3,4", code="not_of_kind")
value("number.one-mark", "number", "1.234.567", "1234567")
value("number.one-mark", "number", "0.500", "500")
value("number.one-mark", "number", "1234.567", "1234.567")
value("number.one-mark", "number", "5.", "5")
value("number.one-mark", "number", ".5", "0.5")
value("number.one-mark", "number", ".", code="not_of_kind")
value("number.digits", "number", "\U0001d7d9\U0001d7da", "12")
value("number.digits", "number", "\u06f1\u06f2,\u06f5", "12.5")
value("number.digits", "number", "\u00bd", code="not_of_kind")
value("number.digits", "number", "1e5", code="not_of_kind")
value("number.digits", "number", "1\u066b5", code="not_of_kind")
value("date.form", "date", " 2026-11-23 ", "2026-11-23")
value("date.form", "date", "2026-1-5", code="not_of_kind")
value("date.form", "date", "23/11/2026", code="not_of_kind")
value("date.form", "date", "2026\u201311\u201323", code="not_of_kind")
value("date.form", "date", "\u0662\u0660\u0662\u0666-\u0661\u0661-\u0662\u0663", code="not_of_kind")
value("date.calendar", "date", "2000-02-29", "2000-02-29")
value("date.calendar", "date", "2100-02-29", code="not_of_kind")
value("date.calendar", "date", "2026-04-31", code="not_of_kind")
value("date.calendar", "date", "2026-13-01", code="not_of_kind")
value("date.calendar", "date", "2026-00-10", code="not_of_kind")
for end in ["01-31", "02-28", "03-31", "04-30", "05-31", "06-30", "07-31", "08-31", "09-30", "10-31", "11-30", "12-31"]:
    value("date.calendar", "date", f"2026-{end}", f"2026-{end}")
for past in ["01-00", "01-32", "02-29", "03-32", "05-32", "06-31", "07-32", "08-32", "09-31", "10-32", "11-31", "12-32"]:
    value("date.calendar", "date", f"2026-{past}", code="not_of_kind")
value("date.calendar", "date", "2024-02-29", "2024-02-29")
value("date.calendar", "date", "2000-02-30", code="not_of_kind")
value("date.years", "date", "1900-01-01", "1900-01-01")
value("date.years", "date", "2200-12-31", "2200-12-31")
value("date.years", "date", "1899-12-31", code="not_of_kind")
value("date.years", "date", "2201-01-01", code="not_of_kind")

# ---- §3, §4: offers ----

OFFER = {
    "salt": "AQEBAQEBAQEBAQEBAQEBAQ",
    "ttl_secs": 120,
    "passcode_digits": 6,
    "compare": "shown",
    "region": "FR",
    "org_name": "Acme",
    "agent_name": "Dana",
    "subject": "Ticket 4812",
    "fields": [{"name": "Phone number", "kind": "phone", "hint": "The number we are calling"}],
}


def offer_with(field=None, **changes):
    offer = json.loads(json.dumps(OFFER))
    offer.update(changes)
    if field is not None:
        offer["fields"][0].update(field)
    return offer


def good_offer(rule, offer):
    accept(rule, "offer", offer=offer, bytes=offer_bytes(offer).hex())


def bad_offer(rule, offer, **more):
    reject(rule, "offer", offer=offer, **more)


def without(*names):
    return {name: value for name, value in OFFER.items() if name not in names}


good_offer("offer.bytes", OFFER)
good_offer("offer.bytes", offer_with(subject="\u00dcbergabe \u2116 5 \U0001f642", org_name="\u00c9lectricit\u00e9"))
bad_offer("offer.bytes", [1])
bad_offer("offer.bytes", "offer")
for secs in (30, 900):
    good_offer("offer.ttl", offer_with(ttl_secs=secs))
for secs in (29, 901, -120, 120.5, "120"):
    bad_offer("offer.ttl", offer_with(ttl_secs=secs))
for digits in (4, 8):
    good_offer("offer.digits", offer_with(passcode_digits=digits))
for digits in (3, 9, "6"):
    bad_offer("offer.digits", offer_with(passcode_digits=digits))
good_offer("offer.compare", offer_with(compare="typed"))
for word in ("Shown", "", None, {"shown": None}):
    bad_offer("offer.compare", offer_with(compare=word))
good_offer("offer.region", offer_with(region="ZZ"))
for word in ("fr", "FRA", "F", "", "F1", "\u00c9A"):
    bad_offer("offer.region", offer_with(region=word))
good_offer("offer.texts", offer_with(subject="\u00e9" * 120))
for name in ("org_name", "agent_name", "subject"):
    bad_offer("offer.texts", offer_with(**{name: "x" * 121}))
    bad_offer("offer.texts", offer_with(**{name: "a\nb"}))
good_offer("offer.absent", without("agent_name", "subject"))
good_offer("offer.absent", offer_with(agent_name=None, subject=None))
for name in ("salt", "ttl_secs", "passcode_digits", "compare", "region", "org_name", "fields"):
    bad_offer("offer.absent", without(name))
good_offer("offer.members", OFFER)
bad_offer("offer.members", offer_with(surprise=1))
bad_offer("offer.members", offer_with(field={"value": "x"}))
good_offer("offer.fields", offer_with(fields=OFFER["fields"] * 3))
bad_offer("offer.fields", offer_with(fields=[]))
bad_offer("offer.fields", offer_with(fields=OFFER["fields"] * 4))
bad_offer("offer.fields", offer_with(fields={"0": OFFER["fields"][0]}))
good_offer("offer.field-name", offer_with(field={"name": "  " + "\u00e9" * 60 + "  "}))
for name in ("", "   ", "x" * 61, "a\tb", "a\u0085b", 5):
    bad_offer("offer.field-name", offer_with(field={"name": name}))
good_offer("offer.field-hint", offer_with(fields=[{"name": "Code", "kind": "code"}]))
for hint in ("x" * 121, "a\u0000b", 5):
    bad_offer("offer.field-hint", offer_with(field={"hint": hint}))
for kind in ("text", "email", "code", "number", "date"):
    good_offer("offer.field-kind", offer_with(field={"kind": kind}))
for kind in ("Phone", "digits", "", None, {"phone": None}):
    bad_offer("offer.field-kind", offer_with(field={"kind": kind}))
good_offer("offer.lengths", offer_with(field={"name": "x" + " " * 126}))
good_offer("offer.lengths", offer_with(field={"name": "x" + " " * 299}))
bad_offer("offer.lengths", offer_with(field={"name": "x" + " " * 1000}), note="at most 1000 characters before trimming")

# ---- §4: shares ----

BASE = one_way_map(H(b"a base for cases"))
accept("share.element", "share", share=encode(BASE).hex())
accept("share.element", "share", share=encode(multiply(5, BASE)).hex())
not_square = next(n for n in range(2, 200, 2) if decode(n.to_bytes(32, "little")) is None)
reject("share.element", "share", share=not_square.to_bytes(32, "little").hex(), code="not_an_element", note="no point has it")
reject("share.element", "share", share="ff" * 32, code="not_an_element")
accept("share.canonical", "share", share=encode(multiply(7, BASE)).hex())
reject("share.canonical", "share", share=P.to_bytes(32, "little").hex(), code="not_an_element", note="zero, written as the prime")
reject("share.canonical", "share", share=(P + 2).to_bytes(32, "little").hex(), code="not_an_element")
negative_s = (P - int.from_bytes(encode(BASE), "little")).to_bytes(32, "little")
reject("share.canonical", "share", share=negative_s.hex(), code="not_an_element", note="the negative of a canonical one")
high = bytearray(encode(BASE))
high[31] |= 0x80
reject("share.canonical", "share", share=bytes(high).hex(), code="not_an_element", note="the top bit is set")
accept("share.identity", "share", share=encode(multiply(ORDER + 1, BASE)).hex())
reject("share.identity", "share", share="00" * 32, code="identity")

# ---- §4: whole runs ----

ORIGIN, HANDLE = "https://verify.example", "acme"


def draw(label):
    return hashlib.sha256(label.encode()).digest()


class Run:
    """One session: what both sides bring, and what a recipient who follows `rules` answers."""

    def __init__(self, name, offer=OFFER, typed=("06 12 34 56 78",), canonical=("+33612345678",), began="organization", rules=Rules()):
        self.name, self.offer, self.typed, self.began = name, offer, list(typed), began
        self.sid = draw(name + " sid")[:16]
        self.ya, self.yb, self.nonce = (draw(f"{name} {part}") for part in ("ya", "yb", "nonce"))
        self.salt = from_base64url(offer["salt"])
        self.values = [(field["kind"], text) for field, text in zip(offer["fields"], canonical)]
        self.share_a = self.share(self.ya)
        self.answer_by(rules)

    def share(self, secret, rules=Rules(), values=None, origin=ORIGIN, handle=HANDLE, salt=None):
        base = generator(origin, handle, self.sid, salt or self.salt, values or self.values, rules)
        return encode(multiply(scalar(secret), base))

    def answer_by(self, rules=Rules(), offer=None, values=None, origin=ORIGIN, handle=HANDLE, began=None, share_a=None):
        """The recipient's answer; `offer` is what it was shown, `values` what it was told."""
        shown, said = offer or self.offer, began or self.began
        self.share_b = self.share(self.yb, rules, values, origin, handle, from_base64url(shown["salt"]))
        self.commit = commit_to(self.nonce, rules)
        k = encode(multiply(scalar(self.yb), decode(share_a or self.share_a)))
        self.side = Side(self.sid, k, share_a or self.share_a, shown, self.share_b, self.commit, said, rules)
        self.said, self.passcode = said, self.side.passcode(self.nonce, rules)
        return self

    def agent(self):
        """What the agent brings."""
        return dict(
            session_id=session_id_text(self.sid), origin=ORIGIN, handle=HANDLE, offer=self.offer, typed=self.typed,
            began=self.began, ya=self.ya.hex(), share_a=base64url(self.share_a),
        )  # fmt: skip

    def answer(self, **changes):
        parts = dict(share=base64url(self.share_b), commit=base64url(self.commit), began=self.said, tag=base64url(self.side.tag_b))
        return {**parts, **changes}

    def taken(self, rule):
        accept(rule, "agent", **self.agent(), answer=self.answer(), tag_a=base64url(self.side.tag_a), nonce=base64url(self.nonce), passcode=self.passcode)

    def refused(self, rule, code="not_confirmed", note=None, **changes):
        more = {"note": note} if note else {}
        reject(rule, "agent", **self.agent(), answer=self.answer(**changes), code=code, **more)

    def recipient(self):
        return dict(
            session_id=session_id_text(self.sid), origin=ORIGIN, handle=HANDLE, offer=self.offer, share_a=base64url(self.share_a),
            typed=self.typed, began=self.said, yb=self.yb.hex(), nonce=base64url(self.nonce),
        )  # fmt: skip


THREE = offer_with(
    fields=[
        {"name": "Date of birth", "kind": "date", "hint": ""},
        {"name": "Postcode", "kind": "code", "hint": "Of your address"},
        {"name": "Amount", "kind": "number", "hint": ""},
    ]
)
three = dict(offer=THREE, typed=("1984-02-29", "sw1a 1aa", "1 234,50"), canonical=("1984-02-29", "SW1A1AA", "1234.5"))
LONG = offer_with(subject="\u00e9" * 120)

# A program that gets one rule of the computation wrong, and one that gets it right, under each rule's name.
for rule, switch, more in [
    ("compute.lv", "lengths", {}),
    ("compute.leb128", "leb128", {"offer": LONG}),
    ("compute.u32", "big_endian", {}),
    ("compute.digest.salt", "salted", {}),
    ("compute.digest.label", "digest_label", {}),
    ("compute.digest.kinds", "kinds", {}),
    ("compute.digest.order", "ordered", three),
    ("compute.ci.origin", "origin", {}),
    ("compute.ci.handle", "handle", {}),
    ("compute.ci.roles", "roles", {}),
    ("compute.ci.label", "channel_label", {}),
    ("compute.generator.padding", "padded", {}),
    ("compute.generator.label", "suite_label", {}),
    ("compute.generator.session", "session", {}),
    ("compute.key.label", "key_label", {}),
    ("compute.key.session", "key_session", {}),
    ("compute.key.order", "initiator_first", {}),
    ("compute.mac.label", "mac_label", {}),
    ("compute.mac.session", "mac_session", {}),
    ("compute.tag.half", "own_half", {}),
    ("compute.tag.share", "share_in_tag", {}),
    ("compute.answer.began", "began_bound", {}),
    ("compute.answer.commit", "commit_bound", {}),
    ("compute.offer.names", "names", {}),
    ("compute.offer.hints", "hints", {}),
    ("compute.offer.texts", "texts", {}),
    ("compute.offer.ttl", "ttl", {}),
    ("compute.offer.digits", "digits", {}),
    ("compute.offer.compare", "compare", {}),
    ("compute.offer.region", "region", {}),
    ("compute.offer.count", "count", {}),
]:
    Run(rule, **more).taken(rule)
    Run(rule + " wrong", rules=Rules(**{switch: False}), **more).refused(rule)

# A service that alters what it carries.
for rule, changes in [
    ("run.altered.org", {"org_name": "Acme Bank"}),
    ("run.altered.agent", {"agent_name": ""}),
    ("run.altered.subject", {"subject": "Ticket 4813"}),
    ("run.altered.digits", {"passcode_digits": 4}),
    ("run.altered.ttl", {"ttl_secs": 900}),
    ("run.altered.compare", {"compare": "typed"}),
    ("run.altered.region", {"region": "CH"}),
    ("run.altered.salt", {"salt": "AgICAgICAgICAgICAgICAg"}),
]:
    Run(rule, offer={**OFFER, **changes}, typed=["+33612345678"]).taken(rule)
    Run(rule + " wrong").answer_by(offer={**OFFER, **changes}).refused(rule)

run = Run("another value")
run.taken("run.value")
run.answer_by(values=[("phone", "+33612345679")]).refused("run.value")
run = Run("another origin")
run.taken("run.origin")
run.answer_by(origin="https://verify.example.evil").refused("run.origin", note="a page behind another name")
run.answer_by(handle="acme-bank").refused("run.origin")
run = Run("who began", began="recipient")
run.taken("run.began")
run.answer_by(began="organization").refused("run.began", code="relay_suspected")
run.answer_by(began="organization", values=[("phone", "+33612345679")]).refused("run.began", note="a wrong value with a contradiction is a wrong value")
run.answer_by().refused("run.began", began="organization", note="turned round on the way")
run = Run("a tag")
run.taken("run.tag")
flipped = bytearray(run.side.tag_b)
flipped[63] ^= 1
run.refused("run.tag", tag=base64url(bytes(flipped)))
run.refused("run.tag", tag=base64url(run.side.tag_a), note="the agent's own")
run.refused("run.tag", tag=base64url(bytes(64)))
run = Run("a share")
run.taken("run.share")
run.refused("run.share", share=base64url(run.share_a), code="reflected")
run.refused("run.share", share=base64url(bytes(32)), code="identity")
run.refused("run.share", share=base64url(b"\xff" * 32), code="not_an_element")
run.refused("run.share", share=base64url(encode(multiply(3, decode(run.share_b)))))
run = Run("a commitment")
run.taken("run.commit")
run.refused("run.commit", commit=base64url(draw("another")))

# Which nonce opens the gate, and what the passcode is.
for rule, switch in [
    ("passcode.commit.label", "commit_label"),
    ("passcode.commit.start", "commit_start"),
    ("passcode.label", "passcode_label"),
    ("passcode.nonce", "nonce_salts"),
    ("passcode.order", "okm_big_endian"),
]:
    Run(rule).taken(rule)
    wrong = Run(rule + " wrong", rules=Rules(**{switch: False}))
    claimed = dict(**wrong.agent(), answer=wrong.answer(), nonce=base64url(wrong.nonce), passcode=wrong.passcode)
    reject(rule, "gate", **claimed, note="either the nonce does not open the gate, or the passcode is another")
for digits in (4, 5, 7, 8):
    Run(f"{digits} digits", offer=offer_with(passcode_digits=digits)).taken("passcode.digits")
zeros = next(run for run in (Run(f"zeros {n}", offer=offer_with(passcode_digits=4)) for n in range(1000)) if run.passcode[0] == "0")
zeros.taken("passcode.zeros")
claimed = dict(**zeros.agent(), answer=zeros.answer(), nonce=base64url(zeros.nonce))
reject("passcode.zeros", "gate", **claimed, passcode=zeros.passcode.lstrip("0"), note="without its zeros")
reject("passcode.digits", "gate", **claimed, passcode="00" + zeros.passcode)
run = Run("another nonce")
run.taken("passcode.gate")
reject("passcode.gate", "gate", **run.agent(), answer=run.answer(), nonce=base64url(draw("another nonce, then")), passcode=run.passcode)

# The recipient's side.
for name, more in [("recipient", {}), ("recipient of three", three), ("recipient of a long text", {"offer": LONG})]:
    run = Run(name, **more)
    accept("recipient.answer", "recipient", **run.recipient(), answer=run.answer(), tag_a=base64url(run.side.tag_a), passcode=run.passcode)
run = Run("recipient refuses")
for share, code in [(bytes(32), "identity"), (b"\xff" * 32, "not_an_element"), (run.share_b, "reflected")]:
    reject("recipient.answer", "recipient", **{**run.recipient(), "share_a": base64url(share)}, code=code)
accept("recipient.tag", "recipient", **run.recipient(), answer=run.answer(), tag_a=base64url(run.side.tag_a), passcode=run.passcode)
for tag in (run.side.tag_b, bytes(64), Run("another").side.tag_a):
    reject("recipient.tag", "recipient", **run.recipient(), tag_a=base64url(tag), code="not_confirmed")
redrawn = bytes(31) + b"\xf0"
run = Run("recipient draws again")
accept("scalar.zero", "scalar", draws=[redrawn.hex(), run.yb.hex()], used=run.yb[:31].hex() + f"{run.yb[31] & 0x0F:02x}")
accept("scalar.top-bits", "scalar", draws=["ff" * 32], used="ff" * 31 + "0f")
reject("scalar.zero", "scalar", draws=[redrawn.hex(), run.yb.hex()], used="00" * 32)
reject("scalar.top-bits", "scalar", draws=["ff" * 32], used="ff" * 32)

# ---- §5: steps, and the messages as JSON ----

for start, step, end in [
    ("waiting", "open", "opened"), ("opened", "answer", "answered"), ("answered", "accept", "accepted"),
    ("answered", "refuse", "refused"), ("accepted", "view", "viewed"), ("viewed", "match", "matched"),
    ("viewed", "mismatch", "mismatched"), ("accepted", "mismatch", "mismatched"),
]:  # fmt: skip
    accept(f"step.{step}", "step", stage=start, step=step, after=end)
for start, step in [
    ("opened", "open"), ("cancelled", "open"), ("waiting", "answer"), ("answered", "answer"), ("opened", "accept"),
    ("refused", "accept"), ("accepted", "refuse"), ("answered", "view"), ("viewed", "view"), ("accepted", "match"),
    ("answered", "mismatch"), ("matched", "mismatch"),
]:  # fmt: skip
    reject(f"step.{step}", "step", stage=start, step=step)
for stage in ("waiting", "opened", "answered", "accepted", "viewed"):
    accept("step.cancel", "step", stage=stage, step="cancel", after="cancelled")
    accept("step.extend", "step", stage=stage, step="extend", after=stage)
for stage in ("refused", "matched", "mismatched", "cancelled"):
    reject("step.cancel", "step", stage=stage, step="cancel")
    reject("step.extend", "step", stage=stage, step="extend")
for stage in ("viewed", "matched", "mismatched"):
    accept("step.reveal", "step", stage=stage, step="reveal", after=stage)
reject("step.reveal", "step", stage="accepted", step="reveal")

run = Run("messages")
ANSWER = json.dumps(run.answer())
accept("message.answer", "message", message="answer", json=ANSWER)
for text in [
    "[]", "{}", ANSWER.replace('"began"', '"Began"'), ANSWER.replace("organization", "nobody"), ANSWER[:-1] + ', "value": "x"}',
    ANSWER.replace('"tag": "', '"tag": "A'), ANSWER[:-1] + ', "began": "recipient"}',
]:  # fmt: skip
    reject("message.answer", "message", message="answer", json=text)
TAG = base64url(bytes(64))
accept("message.verdict", "message", message="verdict", json=json.dumps({"accepted": True, "tag": TAG}))
accept("message.verdict", "message", message="verdict", json='{"accepted": false}')
for text in ['{"accepted": 1}', '{"accepted": false, "why": 1}', "{}", '{"accepted": true, "tag": 5}']:
    reject("message.verdict", "message", message="verdict", json=text)
accept("message.viewed", "message", message="viewed", json=json.dumps({"nonce": base64url(bytes(32))}))
for text in ["{}", '{"nonce": ""}', json.dumps({"nonce": base64url(bytes(32)), "passcode": "123456"})]:
    reject("message.viewed", "message", message="viewed", json=text)
accept("message.outcome", "message", message="outcome", json='{"matched": true}')
accept("message.outcome", "message", message="outcome", json='{"matched": false, "unexpected": true}')
for text in ['{"matched": "true"}', '{"matched": null}', '{"matched": true, "x": 1}', "{}"]:
    reject("message.outcome", "message", message="outcome", json=text)

# ---- §5, §6: typed comparison, prefill ----

accept("typed.digits", "typed", passcode="012345", typed=" 01 23-45 ")
accept("typed.digits", "typed", passcode="012345", typed="\u0660\u0661\u0662\u0663\u0664\u0665")
for typed in ("12345", "0123456", "", "012346", "\u2460\u2461\u2462"):
    reject("typed.digits", "typed", passcode="012345", typed=typed)
accept("prefill.fragment", "prefill", fragment="#?v=" + base64url("06 12".encode()), value="06 12")
accept("prefill.fragment", "prefill", fragment="#?v=" + base64url("\u00c9lodie \U0001f642".encode()), value="\u00c9lodie \U0001f642")
for fragment in ("", "#", "#v=MDY", "#?v=", "#?v=MDY=", "#?v=+/v7", "#?v=MDY&x=1", "#?v=" + base64url(b"\xff\xfe"), "#?v=MDZ"):
    reject("prefill.fragment", "prefill", fragment=fragment)
