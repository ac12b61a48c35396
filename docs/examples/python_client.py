#!/usr/bin/env python3
"""A licensed desktop program in one file: what to copy into a Python app that is sold by card key (卡密).

    pip install "pyjwt[crypto]"

    # The first start signs in and redeems the card key.
    python_client.py --server https://licence.example.com --app <app id> --data-dir ./my-app \
        --user wang --password '...' --card-key XXXX-XXXX-XXXX-XXXX
    # Every later start asks the server, or starts on the lease while the server is away.
    python_client.py --server https://licence.example.com --app <app id> --data-dir ./my-app

Exit codes: 0 licensed, 2 wrong arguments, 3 sign-in or card key refused, 4 not licensed, 5 server away and no lease,
6 an answer that must not be trusted.

The one rule: believe nothing but the verdict, and the verdict only after `Client.check`. `valid` and `code` beside it are there for
curl; whoever puts a server of their own between program and licence server can write anything there.
"""

import argparse
import hashlib
import json
import os
import pathlib
import platform
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid

import jwt  # PyJWT, with its `crypto` extra for Ed25519

VERDICT_TYPE = "cardkey-verdict+jwt"
CLOCK_TOLERANCE = 5 * 60
TRIES = 3


class Refused(Exception):
    """The server answered that it will not. `code` is stable, `message` is for people, in the language asked for."""

    def __init__(self, status: int, problem: dict):
        self.status, self.code, self.message = status, problem.get("code", ""), problem.get("message", "")
        super().__init__(f"{self.message} ({self.code})")


class ServerAway(Exception):
    """No answer, or none about us: no connection, a time-out, 429, 5xx. The only reason to start on the lease."""


class NotGenuine(Exception):
    """An answer that must not be trusted. Do not run."""


class NoLease(Exception):
    """The server is away, and what is kept here does not allow an offline start."""


class Client:
    def __init__(self, server: str, app: str, data_dir: str, version: str, language: str = "zh-CN"):
        self.server, self.app, self.version, self.language = server.rstrip("/"), app, version, language
        self.folder = pathlib.Path(data_dir)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.device = device_info()

    # -- the calls ----------------------------------------------------------------------------------------------

    def sign_in(self, user: str, password: str) -> str:
        """Returns the access token; activation needs it, verification does not."""
        return self._post("/api/v1/auth/login", {"username": user, "password": password})["access_token"]

    def activate(self, access_token: str, card_key: str) -> dict:
        """Redeems a card key on this computer. Safe to call again when the reply was lost: it is then the same request."""
        question = {"card_key": card_key, "device_info": self.device}
        digest = hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()
        pending = self._load("activation")
        if not pending or pending["digest"] != digest:
            pending = {"digest": digest, "key": secrets.token_urlsafe(16), "nonce": secrets.token_urlsafe(16)}
            self._save("activation", pending)
        headers = {"Authorization": f"Bearer {access_token}", "Idempotency-Key": pending["key"]}
        try:
            reply = self._post("/api/v1/card-keys/activate", {**question, "nonce": pending["nonce"]}, headers)
        except Refused:
            self._forget("activation")
            raise
        verdict = self._keep_first(reply["data"]["verdict"], pending["nonce"])
        self._forget("activation")
        return verdict

    def recover(self, access_token: str) -> dict:
        """Gets the verdict again on a computer that has its licence and lost this folder (refusal `device.already_bound`)."""
        headers, cursor = {"Authorization": f"Bearer {access_token}"}, ""
        while cursor is not None:
            path = f"/api/v1/licenses?page_size=100{cursor and '&cursor=' + cursor}"
            page = self._call("GET", path, headers=headers)["data"]
            for licence in (licence for licence in page["items"] if licence["app_id"] == self.app):
                nonce = secrets.token_urlsafe(16)
                try:
                    question = {"device_info": self.device, "nonce": nonce}
                    reply = self._post(f"/api/v1/licenses/{licence['id']}/verdict", question, headers)
                except Refused as error:
                    if error.code != "device.not_bound":
                        raise
                else:
                    return self._keep_first(reply["data"]["verdict"], nonce)
            cursor = page["next_cursor"]
        raise LookupError("no licence of this account is bound to this computer")

    def verify(self) -> dict:
        """Asks the server whether the program may run. A verdict that says no is returned too: look at `valid` and `code`."""
        licence = self._licence()
        nonce = secrets.token_urlsafe(16)
        question = {"license": licence["verdict"], "device_info": self.device, "nonce": nonce, "version": self.version}
        token = self._post("/api/v1/card-keys/verify", question)["data"]["verdict"]
        keys = licence["keys"]
        if jwt.get_unverified_header(token).get("kid") not in {key.get("kid") for key in keys["keys"]}:
            keys = self._fetch_keys()  # the app's key was rotated
        verdict = self.check(token, keys)
        if verdict.get("nonce") != nonce:
            raise NotGenuine("the verdict answers another question")
        if (verdict["sub"], verdict["device"]) != (licence["licence"], licence["device"]):
            raise NotGenuine("the verdict is about another licence or device")
        if verdict["epoch"] < licence["epoch"]:
            raise NotGenuine("the verdict is older than one that was seen before")
        self._keep(token, verdict, keys)
        return verdict

    def start_offline(self) -> dict:
        """Judges the lease without the server."""
        licence, now = self._licence(), int(time.time())
        verdict = self.check(licence["verdict"], licence["keys"])
        if licence["computer"] != self._computer():
            raise NoLease("the licence kept here belongs to another computer")
        if now + CLOCK_TOLERANCE < licence["seen"]:
            raise NoLease("the clock was turned back")
        if not verdict["valid"]:
            raise NoLease(f"the server's last word was {verdict['code']}")
        if now >= verdict["lease_until"]:
            raise NoLease("the lease is over: go online once")
        self._save("licence", {**licence, "seen": max(now, licence["seen"])})
        return verdict

    def start(self) -> tuple[dict, bool]:
        """What a program calls when it starts: the verdict, and whether it came from the server just now."""
        try:
            return self.verify(), True
        except ServerAway:
            return self.start_offline(), False

    # -- the check ----------------------------------------------------------------------------------------------

    def check(self, token: str, keys: dict) -> dict:
        """The claims of a verdict that this app's key signed. Times are judged by the caller: a fresh answer is fresh by its nonce,
        whatever this computer's clock shows, and a kept one by its lease."""
        try:
            header = jwt.get_unverified_header(token)
            if header.get("typ") != VERDICT_TYPE:
                raise NotGenuine("not a verdict")
            key = next(key for key in jwt.PyJWKSet.from_dict(keys).keys if key.key_id == header.get("kid"))
            required = ["iss", "aud", "sub", "device", "code", "valid", "iat", "exp", "lease_until", "epoch"]
            options = {"require": required, "verify_exp": False, "verify_iat": False}
            return jwt.decode(token, key, algorithms=["EdDSA"], audience=self.app, options=options)
        except StopIteration:
            raise NotGenuine("signed by an unknown key") from None
        except jwt.PyJWTError as error:
            raise NotGenuine(str(error)) from error

    # -- talking ------------------------------------------------------------------------------------------------

    def _fetch_keys(self) -> dict:
        # Build the keys into the program instead where its users must not be able to run a server of their own.
        return self._call("GET", f"/api/v1/apps/{self.app}/keys")

    def _post(self, path: str, body: dict, headers: dict | None = None) -> dict:
        return self._call("POST", path, json.dumps(body).encode(), headers or {})

    def _call(self, method: str, path: str, body: bytes | None = None, headers: dict | None = None) -> dict:
        headers = {"Content-Type": "application/json", "Accept-Language": self.language, **(headers or {})}
        request = urllib.request.Request(self.server + path, body, headers, method=method)
        problem: Exception = ServerAway()
        for tried in range(TRIES):
            if tried:
                time.sleep(0.25 * 2**tried * (0.5 + secrets.randbelow(100) / 200))
            try:
                with urllib.request.urlopen(request, timeout=8) as reply:
                    return json.load(reply)
            except urllib.error.HTTPError as error:
                if error.code != 429 and error.code < 500:
                    raise Refused(error.code, _problem(error)) from None
                problem = ServerAway(f"{error.code} {error.reason}")
            except OSError as error:
                problem = ServerAway(str(error))
        raise problem

    # -- what is kept between starts ----------------------------------------------------------------------------

    def _licence(self) -> dict:
        licence = self._load("licence")
        if licence is None:
            raise LookupError("no card key has been activated on this computer")
        return licence

    def _keep_first(self, token: str, nonce: str) -> dict:
        keys = self._fetch_keys()
        verdict = self.check(token, keys)
        if verdict.get("nonce") != nonce:
            raise NotGenuine("the verdict answers another question")
        self._keep(token, verdict, keys)
        return verdict

    def _keep(self, token: str, verdict: dict, keys: dict) -> None:
        """The answer is fresh, so the server's time is the truth. A no replaces a yes: going offline does not undo it."""
        self._save("licence", {
            "verdict": token, "keys": keys, "licence": verdict["sub"], "device": verdict["device"],
            "epoch": verdict["epoch"], "seen": verdict["iat"], "computer": self._computer(),
        })

    def _computer(self) -> str:
        components = {name: self.device.get(name) for name in ("cpu_id", "motherboard_id", "mac_address", "machine_id")}
        return hashlib.sha256(json.dumps(components, sort_keys=True).encode()).hexdigest()

    def _load(self, name: str):
        try:
            return json.loads((self.folder / f"{name}.json").read_text())
        except FileNotFoundError:
            return None

    def _save(self, name: str, value: dict) -> None:
        """For this user alone, and never half of it."""
        temporary = self.folder / f".{name}.{os.getpid()}"
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(value, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self.folder / f"{name}.json")

    def _forget(self, name: str) -> None:
        (self.folder / f"{name}.json").unlink(missing_ok=True)


def _problem(error: urllib.error.HTTPError) -> dict:
    try:
        return json.load(error)
    except ValueError:
        return {"message": error.reason}


def device_info() -> dict:
    """What tells this computer apart. Whatever you collect, collect the same at every start."""
    mac = uuid.getnode()
    is_made_up = mac >> 40 & 1  # uuid.getnode() found no interface and invented an address
    info = {
        "cpu_id": platform.processor() or platform.machine(),
        "mac_address": None if is_made_up else ":".join(f"{mac >> shift & 255:02x}" for shift in range(40, -1, -8)),
        "machine_id": _machine_id(),
        "name": platform.node(),
        "os": f"{platform.system()} {platform.release()}",
    }
    return {name: value for name, value in info.items() if value}


def _machine_id() -> str | None:
    if sys.platform == "win32":
        import winreg

        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
            return winreg.QueryValueEx(key, "MachineGuid")[0]
    if sys.platform == "darwin":
        listing = subprocess.run(
            ["ioreg", "-rd1", "-c", "IOPlatformExpertDevice"], capture_output=True, text=True, check=True
        ).stdout
        return next((line.split('"')[3] for line in listing.splitlines() if "IOPlatformUUID" in line), None)
    for path in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        if pathlib.Path(path).exists():
            return pathlib.Path(path).read_text().strip() or None
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description="A licensed desktop program / 受许可的桌面程序示例")
    for name in ("server", "app", "data-dir"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("user", "password", "card-key"):
        parser.add_argument(f"--{name}", help="for the first start / 首次启动")
    arguments = parser.parse_args()
    client = Client(arguments.server, arguments.app, arguments.data_dir, version="1.0.0")
    try:
        try:
            verdict, online = client.start()
        except LookupError:
            if not (arguments.user and arguments.password and arguments.card_key):
                parser.error("the first start needs --user, --password and --card-key")
            token = client.sign_in(arguments.user, arguments.password)
            try:
                client.activate(token, arguments.card_key)
            except Refused as error:
                if error.code != "device.already_bound":
                    raise
                client.recover(token)
            print("卡密激活成功 / Card key redeemed")
            verdict, online = client.start()
    except Refused as error:
        print(f"服务器拒绝 / The server refused: {error}", file=sys.stderr)
        return 3
    except (NoLease, ServerAway) as error:
        print(f"无法启动 / No start: {error}", file=sys.stderr)
        return 5
    except NotGenuine as error:
        print(f"应答不可信 / An answer that must not be trusted: {error}", file=sys.stderr)
        return 6
    if not verdict["valid"]:
        print(f"授权无效 / Not licensed: {verdict['code']}")
        return 4
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(verdict["lease_until"]))
    print(f"授权有效 / Licensed ({'online' if online else 'offline, on the lease'}), good offline until {until}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
