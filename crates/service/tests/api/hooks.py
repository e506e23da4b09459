"""What schemathesis cannot make up: tokens that are known, elements of the group, and sessions that are at a step.

Cases of the positive mode alone are helped, so that a message that is wrong on purpose stays wrong.
"""

import base64
import json
import os
import random

import requests
import schemathesis

ORIGIN = os.environ["COUNTERSIGN_API_ORIGIN"]
TOKEN = os.environ["COUNTERSIGN_API_TOKEN"]
SHARES = json.loads(os.environ["COUNTERSIGN_API_SHARES"])
CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
chance = random.Random(1)
http = requests.Session()
http.trust_env = False
# Each is (session id, the recipient's token).
opened: list[tuple[str, str]] = []
templates: list[str] = []


def base64url(size):
    return base64.urlsafe_b64encode(chance.randbytes(size)).decode().rstrip("=")


def session_id():
    return "".join(chance.choice(CROCKFORD) for _ in range(25)) + chance.choice("048cgmrw")


def call(method, path, token, body=None):
    return http.request(method, ORIGIN + path, json=body, headers={"Authorization": "Bearer " + token}, timeout=30)


def new_session():
    request = {
        "session_id": session_id(), "salt": base64url(16), "share": chance.choice(SHARES), "ttl_secs": 300,
        "passcode_digits": 6, "compare": "shown", "region": "FR", "org_name": "Acme",
        "fields": [{"name": "Order", "kind": "code"}],
    }
    made = call("POST", "/api/v1/sessions", TOKEN, request)
    # Beyond its limits the service says so, and then a session of before has to do.
    return request["session_id"] if made.status_code == 201 else None


def at(step):
    """A session that has come to this step, and its recipient's token."""
    id = new_session()
    if id is None:
        return chance.choice(opened) if opened else (session_id(), base64url(32))
    token, page = base64url(32), f"/api/v1/orgs/acme/sessions/{id}"
    if step >= 1:
        call("POST", page + "/open", token)
        opened.append((id, token))
    if step >= 2:
        answer = {"share": chance.choice(SHARES), "commit": base64url(32), "began": "recipient", "tag": base64url(64)}
        call("POST", page + "/answer", token, answer)
    if step >= 3:
        call("POST", f"/api/v1/sessions/{id}/verdict", TOKEN, {"accepted": True, "tag": base64url(64)})
    if step >= 4:
        call("POST", page + "/viewed", token, {"nonce": base64url(32)})
    return id, token


# How far a session should have come for a call to be in its place.
STEP = {"open": 0, "extend": 1, "answer": 1, "verdict": 2, "viewed": 3, "outcome": 4, "revealed": 4, "": 0}


@schemathesis.hook
def before_call(context, case, kwargs):
    path = case.operation.path
    of_page = path.startswith("/api/v1/orgs/{handle}/sessions")
    token = TOKEN
    positive = case.meta is None or case.meta.generation.mode.is_positive
    if positive and "{handle}" in path and chance.random() < 0.9:
        case.path_parameters["handle"] = "acme"
    if positive and "/sessions/{id}" in path and chance.random() < 0.7:
        verb = path.split("{id}")[1].strip("/")
        case.path_parameters["id"], recipient = at(STEP[verb])
        token = recipient if of_page else TOKEN
    elif of_page:
        token = base64url(32)
    if positive and "/templates/{id}" in path and templates and chance.random() < 0.7:
        case.path_parameters["id"] = chance.choice(templates)
    if positive and isinstance(case.body, dict):
        if "share" in case.body and chance.random() < 0.9:
            case.body["share"] = chance.choice(SHARES)
        if "org_name" in case.body and chance.random() < 0.9:
            case.body.update(org_name="Acme", region="FR", passcode_digits=6)
    if chance.random() < 0.95:
        case.headers["Authorization"] = "Bearer " + token


@schemathesis.hook
def after_call(context, case, response):
    if case.method.upper() == "POST" and case.operation.path == "/api/v1/templates" and response.status_code == 201:
        templates.append(response.json()["id"])
