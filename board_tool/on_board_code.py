"""Code of the tool that runs on a board: compiled like the firmware, sent over the cable, and kept in no file there."""

import ast
import base64
import json
from pathlib import Path
from typing import Any

from board_tool.connection import BoardConnection
from build_tool import bytecode, short_names
from build_tool.errors import ToolError
from build_tool.short_names import ShortNames

FOLDER = Path(__file__).with_name("on_board")
_TARGET = bytecode.ROOT / "build" / "on_board"
_PREFIX = "prove_"  # of the modules on the board, so that no name is that of a module of the firmware
_MARK = "p1-prove:"
# A filesystem in the board's memory with the one module that is imported next.
_FILESYSTEM = """
import binascii,io,sys,vfs
class _File(io.IOBase):
 def __init__(self,data):
  self.data=data;self.at=0
 def readinto(self,buffer):
  part=self.data[self.at:self.at+len(buffer)];self.at+=len(part);buffer[:len(part)]=part
  return len(part)
 def ioctl(self,request,argument):
  return 0
class _Files:
 files={}
 def mount(self,readonly,mkfs):
  pass
 def umount(self):
  pass
 def stat(self,path):
  if path in self.files:
   return (0x8000,0,0,0,0,0,len(self.files[path]),0,0,0)
  raise OSError(2)
 def open(self,path,mode):
  return _File(self.files[path])
try:
 vfs.umount('/p1prove')
except OSError:
 pass
vfs.mount(_Files(),'/p1prove')
if '/p1prove' not in sys.path:
 sys.path.append('/p1prove')
"""
# A message of the board may contain a name or a secret. Therefore the board returns only the kind of an exception, a
# number, or a RuntimeError of the modules in on_board/.
_CALL = """
import json,sys
def _call():
 try:
  return ['figures',__import__({module!r}).{function}(*{arguments!r})]
 except RuntimeError as error:
  return ['reason',str(error)]
 except OSError as error:
  return ['reason','the board reports OSError %s'%error.errno]
 except Exception as error:
  return ['reason','the board reports '+type(error).__name__]
_reply=_call()
sys.modules.pop({module!r},None)
_Files.files.clear()
print({mark!r}+json.dumps(_reply))
"""


class CannotRunError(Exception):
    """Reason why a measurement could not run, in words that contain nothing of the board's owner."""


def compile_module(name: str) -> bytes:
    """Return a module of on_board/ as bytecode, with the short names of the firmware of these sources."""
    text = translate((FOLDER / f"{name}.py").read_text(), short_names.of_firmware())
    product = _TARGET / f"{name}.mpy"
    try:
        bytecode.compile_text(text, product, _PREFIX + name)
    except SyntaxError as error:
        raise ToolError(str(error)) from None
    return product.read_bytes()


def translate(text: str, names: ShortNames) -> str:
    """Return a source that uses the firmware, with the names that the firmware has on a board.

    Only attributes and imported names are replaced. The names of local variables never meet those of the firmware.
    """
    short = {name: other for names in names.by_module.values() for name, other in names.items()}
    tree = ast.parse(text)
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module)) if module in names.modules:
                node.module = names.modules[module]
                for alias in node.names:
                    alias.name, alias.asname = short.get(alias.name, alias.name), alias.asname or alias.name
            case ast.Attribute():
                node.attr = short.get(node.attr, node.attr)
            case ast.Constant(value=str(value)) if "." in value:
                node.value = names.modules.get(value, value)
    return ast.unparse(tree) + "\n"


def prepare(connection: BoardConnection, slot: str) -> None:
    """Make a board ready for the modules. `slot` is the folder of the running firmware, whose modules they import."""
    connection.run(
        f"import sys\nif '/{slot}' not in sys.path and {slot!r} not in sys.path and 'main' not in sys.modules:\n"
        f" sys.path.insert(0,{slot!r})"
    )
    connection.run(_FILESYSTEM)


def call(
    connection: BoardConnection, module: str, function: str, *arguments: object, timeout_s: float = 30
) -> Any:
    """Call a function of on_board/MODULE.py on the board, and return its figures.

    CannotRunError with the board's reason, ToolError if the connection is lost.
    """
    name = _PREFIX + module
    code = base64.b64encode(compile_module(module)).decode()
    connection.run(f"_Files.files['/{name}.mpy']=binascii.a2b_base64({code!r})")
    printed = connection.run(
        _CALL.format(module=name, function=function, arguments=arguments, mark=_MARK), timeout_s=timeout_s
    )
    _, mark, reply = printed.rpartition(_MARK)
    if not mark:
        raise ToolError(f"the board on {connection.port} stopped answering")
    kind, value = json.loads(reply)
    if kind == "reason":
        raise CannotRunError(value)
    return value
