"""A third implementation of docs/protocol.md §1, §2 and §4, from the text alone: nothing here is shared with the Rust or the TypeScript
one, not even the group. It is slow and not constant in time; it exists to say what the vectors' outputs are.

`Rules` has one switch for each rule of the computation. Turned, it makes the answer of a program that got that rule wrong: those are the
files an implementation has to refuse.
"""

import base64
import hashlib
import hmac

# ---- ristretto255, RFC 9496 ----

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
SQRT_AD_MINUS_ONE = None
INVSQRT_A_MINUS_D = None
ONE_MINUS_D_SQ = (1 - D * D) % P
D_MINUS_ONE_SQ = (D - 1) ** 2 % P


def negative(x):
    return x % P & 1


def absolute(x):
    return -x % P if negative(x) else x % P


def sqrt_ratio(u, v):
    """Whether u/v is a square, and the root of it or of i·u/v that is not negative (RFC 9496 §4.2)."""
    r = u * v**3 * pow(u * v**7, (P - 5) // 8, P) % P
    check = v * r * r % P
    correct, flipped = check == u % P, check == -u % P
    if flipped or check == -u * SQRT_M1 % P:
        r = r * SQRT_M1 % P
    return correct or flipped, absolute(r)


SQRT_AD_MINUS_ONE = sqrt_ratio(-D - 1, 1)[1]
# RFC 9496 §4.1 gives the other root of the two.
if SQRT_AD_MINUS_ONE != 25063068953384623474111414158702152701244531502492656460079210482610430750235:
    SQRT_AD_MINUS_ONE = P - SQRT_AD_MINUS_ONE
INVSQRT_A_MINUS_D = sqrt_ratio(1, -1 - D)[1]

IDENTITY = (0, 1, 1, 0)


def add(p, q):
    x1, y1, z1, t1 = p
    x2, y2, z2, t2 = q
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(n, p):
    out = IDENTITY
    while n:
        if n & 1:
            out = add(out, p)
        p, n = add(p, p), n >> 1
    return out


def encode(p):
    x0, y0, z0, t0 = p
    u1, u2 = (z0 + y0) * (z0 - y0) % P, x0 * y0 % P
    _, inverse = sqrt_ratio(1, u1 * u2 * u2)
    den1, den2 = inverse * u1 % P, inverse * u2 % P
    z_inverse = den1 * den2 * t0 % P
    if negative(t0 * z_inverse):
        x, y, den = y0 * SQRT_M1 % P, x0 * SQRT_M1 % P, den1 * INVSQRT_A_MINUS_D % P
    else:
        x, y, den = x0, y0, den2
    if negative(x * z_inverse):
        y = -y % P
    return absolute(den * (z0 - y)).to_bytes(32, "little")


def decode(data):
    """The element, or None: not the canonical encoding of one."""
    s = int.from_bytes(data, "little")
    if s >= P or negative(s):
        return None
    u1, u2 = (1 - s * s) % P, (1 + s * s) % P
    v = (-D * u1 * u1 - u2 * u2) % P
    square, inverse = sqrt_ratio(1, v * u2 * u2)
    x = absolute(2 * s * inverse * u2)
    y = u1 * inverse * inverse * u2 * v % P
    if not square or negative(x * y) or y == 0:
        return None
    return x, y, 1, x * y % P


def elligator(t):
    r = SQRT_M1 * t * t % P
    u, v, c = (r + 1) * ONE_MINUS_D_SQ % P, (-1 - r * D) * (r + D) % P, -1 % P
    square, s = sqrt_ratio(u, v)
    if not square:
        s, c = -absolute(s * t) % P, r
    n = (c * (r - 1) * D_MINUS_ONE_SQ - v) % P
    w0, w1, w2, w3 = 2 * s * v, n * SQRT_AD_MINUS_ONE, 1 - s * s, 1 + s * s
    return w0 * w3 % P, w2 * w1 % P, w1 * w3 % P, w0 * w2 % P


def one_way_map(data):
    half = lambda part: elligator(int.from_bytes(part, "little") % 2**255)
    return add(half(data[:32]), half(data[32:]))


# ---- §1, §2 ----


def leb128(n):
    out = b""
    while n >= 0x80:
        out, n = out + bytes([n & 0x7F | 0x80]), n >> 7
    return out + bytes([n])


def lv(x):
    return leb128(len(x)) + x


def lv_cat(*parts):
    return b"".join(lv(part) for part in parts)


def H(x):
    return hashlib.sha512(x).digest()


def base64url(x):
    return base64.urlsafe_b64encode(x).rstrip(b"=").decode()


def from_base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def session_id_text(data):
    bits = int.from_bytes(data, "big") << 2
    return "".join(ALPHABET[bits >> 5 * place & 31] for place in reversed(range(26)))


# ---- §4 ----


class Rules:
    """How the computation is done. Each switch is a rule; a wrong program turns one."""

    lengths = True  # parts are preceded by their lengths
    leb128 = True  # lengths above 127 take two bytes
    big_endian = True  # numbers are big-endian
    salted = True  # the salt is in the digest
    digest_label = True
    kinds = True  # kinds are in the digest
    ordered = True  # values in the order of the fields
    origin = True
    handle = True
    roles = True  # agent before recipient, in CI
    channel_label = True
    padded = True  # the generator's hash block is filled
    suite_label = True
    session = True  # the session's id in the generator
    key_label = True
    key_session = True  # the session's id in the key
    initiator_first = True
    mac_label = True
    mac_session = True
    own_half = True  # a tag is over its sender's half
    share_in_tag = True
    began_bound = True
    commit_bound = True
    commit_label = True
    commit_start = True  # the first 32 bytes of the hash
    passcode_label = True
    nonce_salts = True  # the nonce is HKDF's salt
    okm_big_endian = True
    names = True  # names of fields in the offer
    hints = True
    texts = True  # organization, agent, subject
    ttl = True
    digits = True
    compare = True
    region = True
    count = True  # the number of fields

    def __init__(self, **turned):
        for name, value in turned.items():
            assert getattr(self, name) is True
            setattr(self, name, value)


def cat(rules, *parts):
    if not rules.lengths:
        return b"".join(parts)
    if not rules.leb128:
        return b"".join(bytes([len(part) & 0xFF]) + part for part in parts)
    return lv_cat(*parts)


def u32(rules, n):
    return n.to_bytes(4, "big" if rules.big_endian else "little")


def offer_bytes(offer, rules=Rules()):
    parts = [b"offer", from_base64url(offer["salt"])]
    parts += [u32(rules, offer["ttl_secs"])] if rules.ttl else []
    parts += [u32(rules, offer["passcode_digits"])] if rules.digits else []
    parts += [offer["compare"].encode()] if rules.compare else []
    parts += [offer["region"].encode()] if rules.region else []
    texts = ["org_name", "agent_name", "subject"] if rules.texts else ["org_name", "agent_name"]
    parts += [(offer.get(name) or "").encode() for name in texts]
    parts += [u32(rules, len(offer["fields"]))] if rules.count else []
    for field in offer["fields"]:
        parts += [field["name"].encode()] if rules.names else []
        parts += [field["kind"].encode()]
        parts += [(field.get("hint") or "").encode()] if rules.hints else []
    return cat(rules, *parts)


def channel_bytes(origin, handle, rules=Rules()):
    roles = [b"agent", b"recipient"] if rules.roles else [b"recipient", b"agent"]
    parts = [b"countersign/v1"] if rules.channel_label else []
    parts += [origin.encode()] if rules.origin else []
    parts += [handle.encode()] if rules.handle else []
    return cat(rules, *parts, *roles)


def generator(origin, handle, sid, salt, values, rules=Rules()):
    """`values`: pairs of kind and canonical form."""
    listed = values if rules.ordered else list(reversed(values))
    parts = [part.encode() for kind, text in listed for part in ([kind, text] if rules.kinds else [text])]
    digest = [b"countersign/v1/digest"] if rules.digest_label else []
    digest += [salt] if rules.salted else []
    prs = H(cat(rules, *digest, cat(rules, *parts)))
    dsi = b"CPaceRistretto255" if rules.suite_label else b"CPace"
    zeros = max(0, 128 - len(lv(prs)) - len(lv(dsi)) - 1) if rules.padded else 0
    ci = channel_bytes(origin, handle, rules)
    last = [sid] if rules.session else []
    return one_way_map(H(cat(rules, dsi, prs, bytes(zeros), ci, *last)))


def scalar(data):
    data = bytearray(data)
    data[31] &= 0x0F
    return int.from_bytes(data, "little")


def commit_to(nonce, rules=Rules()):
    hash_ = H(cat(rules, b"countersign/v1/commit", nonce) if rules.commit_label else cat(rules, nonce))
    return hash_[:32] if rules.commit_start else hash_[32:]


class Side:
    """What both sides compute once shares, offer and answer are known."""

    def __init__(self, sid, k, ya, offer, yb, commit, began, rules=Rules()):
        answer = [b"answer"]
        answer += [commit] if rules.commit_bound else []
        answer += [began.encode()] if rules.began_bound else []
        ada, adb = offer_bytes(offer, rules), cat(rules, *answer)
        label = b"CPaceRistretto255_ISK" if rules.key_label else b"CPaceRistretto255"
        head = cat(rules, label, *([sid] if rules.key_session else []), k)
        halves = [cat(rules, ya, ada), cat(rules, yb, adb)]
        self.isk = H(head + b"".join(halves if rules.initiator_first else reversed(halves)))
        start = (b"CPaceMac" if rules.mac_label else b"") + (sid if rules.mac_session else b"")
        key = H(start + self.isk)
        tag = lambda share, half: hmac.new(key, cat(rules, *([share] if rules.share_in_tag else []), half), "sha512").digest()
        self.tag_a, self.tag_b = tag(ya, ada), tag(yb, adb)
        if not rules.own_half:
            self.tag_a, self.tag_b = self.tag_b, self.tag_a
        self.digits = offer["passcode_digits"]

    def passcode(self, nonce, rules=Rules()):
        salt, ikm = (nonce, self.isk) if rules.nonce_salts else (self.isk, nonce)
        info = b"countersign/v1/passcode" if rules.passcode_label else b""
        prk = hmac.new(salt, ikm, "sha512").digest()
        okm = hmac.new(prk, info + b"\x01", "sha512").digest()[:8]
        number = int.from_bytes(okm, "big" if rules.okm_big_endian else "little")
        return str(number % 10**self.digits).zfill(self.digits)
