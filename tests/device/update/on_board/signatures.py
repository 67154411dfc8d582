"""Check signatures: signatures.py CASES, a JSON file of [modulus, signature, digest] in hexadecimal.

Prints as JSON for each case whether the board accepts the signature.
"""

import json
import sys
from binascii import unhexlify

from update.signature import is_valid


def main(path):
    with open(path) as file:
        cases = json.load(file)
    print(json.dumps([is_valid(*[unhexlify(part) for part in case]) for case in cases]))


main(*sys.argv[1:])
