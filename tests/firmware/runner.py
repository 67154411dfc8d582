"""Runs test functions of one module under MicroPython: runner.py MODULE FUNCTION...

Prints one line before and one after each function, which conftest.py reads; between them stands what the function
printed, and its traceback when it failed.
"""

import asyncio
import gc
import sys


def run(function):
    result = function()
    if hasattr(result, "send"):  # an async function gives a coroutine
        try:
            asyncio.run(result)
        finally:
            asyncio.new_event_loop()  # tasks that a test left behind end with it


def main(module_name, names):
    module = __import__(module_name)
    for name in names:
        print("\n@@ start", name)
        gc.collect()
        try:
            run(getattr(module, name))
        except BaseException as error:
            sys.print_exception(error)
            print("\n@@ failed", name)
        else:
            print("\n@@ passed", name)


main(sys.argv[1], sys.argv[2:])
