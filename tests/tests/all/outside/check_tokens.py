"""Checks an access token and a verdict with PyJWT and nothing but the published keys. Prints the claims of both as JSON."""

import json
import sys
import urllib.request

import jwt

asked = json.load(sys.stdin)


def keys(url):
    with urllib.request.urlopen(url) as reply:
        return {key["kid"]: jwt.PyJWK(key) for key in json.load(reply)["keys"]}


def check(token, url, audience, issuer):
    header = jwt.get_unverified_header(token)
    key = keys(url)[header["kid"]]
    claims = jwt.decode(token, key, algorithms=["EdDSA"], audience=audience, issuer=issuer,
                        options={"require": ["exp", "iat", "iss", "aud", "sub"]})
    head, body, signature = token.split(".")
    altered = body[:-2] + ("AA" if body[-2:] != "AA" else "BB")
    try:
        jwt.decode(f"{head}.{altered}.{signature}", key, algorithms=["EdDSA"], options={"verify_aud": False})
        sys.exit("an altered token was accepted")
    except jwt.InvalidSignatureError:
        pass
    return {"header": header, "claims": claims}


print(json.dumps({name: check(**one) for name, one in asked["tokens"].items()}))
