"""Tries the real service's API with messages made from its own OpenAPI document: nothing may end in a 5xx or in an answer that
the document does not name, its problem codes included. Prints `claim api TRIED FAILED 0 ok|short`; called by scripts/api-cases.
"""

import base64
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
PROGRAM = ROOT / "target/debug/countersign-service"
TOOL = ROOT / "target/tools/python/bin/schemathesis"
CHECKS = ("not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
          "response_schema_conformance,negative_data_rejection,unsupported_method,allow_header_conformance")


def main():
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1500
    document = json.loads((ROOT / "docs/openapi.json").read_text())
    operations = sum(len(item) for item in document["paths"].values())
    exchanges = json.loads((ROOT / "crates/protocol/testdata/exchange.json").read_text())["cases"]
    shares = [base64.urlsafe_b64encode(bytes.fromhex(case[side])).decode().rstrip("=") for case in exchanges for side in ("Ya", "Yb")]
    quiet = {name: value for name, value in os.environ.items() if not name.startswith("COUNTERSIGN_")}
    with tempfile.TemporaryDirectory() as data:
        def ask(*command):
            return subprocess.run([PROGRAM, *command, "--data", data], env=quiet, check=True, capture_output=True, text=True).stdout.strip()

        ask("org", "add", "acme", "--name", "Acme", "--country", "FR")
        token = ask("agent", "add", "--org", "acme", "--name", "Dana", "--role", "supervisor", "--token")
        most = "1000000000"
        serving = subprocess.Popen(
            [PROGRAM, "serve", "--listen", "127.0.0.1:0", "--data", data, "--live-sessions-per-agent", most,
             "--creations-per-minute", most, "--opens-per-minute", most, "--waits-per-address", most],
            env=quiet | {"RUST_LOG": "warn"}, stdout=subprocess.PIPE, text=True)
        try:
            origin = serving.stdout.readline().strip().removeprefix("listening on ")
            hooks = {"COUNTERSIGN_API_ORIGIN": origin, "COUNTERSIGN_API_TOKEN": token, "COUNTERSIGN_API_SHARES": json.dumps(shares),
                     "SCHEMATHESIS_HOOKS": str(Path(__file__).with_name("hooks.py"))}
            # The stream of events never ends; its tests read it. One worker: Python 3.11 can break when two parse at once.
            ran = subprocess.run(
                [TOOL, "run", origin + "/api/v1/openapi.json", "--checks", CHECKS, "--exclude-path", "/api/v1/events",
                 "--phases", "examples,coverage,fuzzing", "--max-examples", str(max(1, wanted // operations)), "--continue-on-failure",
                 "--generation-database", "none",
                 "--generation-with-security-parameters", "false", "--no-color", "--suppress-health-check", "all", "--warnings", "off",
                 "--workers", "1", "--seed", os.environ.get("COUNTERSIGN_API_SEED", "1"), "--request-timeout", "60"],
                env=os.environ | hooks, cwd=data, capture_output=True, text=True)
            alive = serving.poll() is None
        finally:
            serving.kill()
            serving.wait()
    print(ran.stdout, ran.stderr, file=sys.stderr)
    tried = number(r"(\d+) generated", ran.stdout)
    failed = number(r"(\d+) found (\d+) unique failure", ran.stdout) or (0 if ran.returncode == 0 and alive else 1)
    good = failed == 0 and tried >= wanted * 0.5
    print(f"claim api {tried} {failed} 0 {'ok' if good else 'short'}")
    sys.exit(0 if good else 1)


def number(pattern, text):
    found = re.search(pattern, text)
    return int(found.group(1)) if found else 0


main()
