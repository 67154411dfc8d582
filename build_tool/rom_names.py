"""Names in the ROM of MicroPython on every board, and the names of MicroPython's modules.

Each name in ROM_NAMES occurs in the package micropython-esp32-stubs 1.29, and in MicroPython for this computer.
"""

_NAMES = """
e n cb on pi re EIO GS8 INT PTR RAW add aes buf cos end erf exp get inf key log md5 nan off pop ps1 ps2 ptr put
raw run sep sin src ssl sub tan tau AUTO GZIP INT8 LONG Lock Task UINT VOID ZLIB acos addr argv asin atan auth
bind blit ceil code copy coro cosh data dest done dump erfc fabs file fill find fmod func head host idle imag
join json keys line load lock log2 loop mem8 mkfs mode modf name pack path peek poll poly port post ptr8
push read real rect recv seed seek self send sha1 sinh sort sqrt stat step stop sync tanh task tell text
time uint wait ARRAY EBADF EPERM Event INT16 INT32 INT64 MVLSB SHORT UINT8 ULONG acosh array asinh atan2 atanh
chdir clear close const count crc32 deque dumps expm1 flags floor flush frexp gamma group hline index ioctl
ipoll isinf isnan items ldexp loads log10 lower match mem16 mem32 mkdir mount patch phase pixel polar
ptr16 ptr32 rfind rmdir sleep split start state stdin strip throw trunc union upper viper vline write BFINT8
BF_LEN BF_POS EACCES EAGAIN EEXIST EINVAL EISDIR ENODEV ENOENT ENOMEM IOBase NATIVE POLLIN RGB565 RingIO Server
Signal UINT16 UINT32 UINT64 USHORT VfsFat accept aclose append awrite buffer cancel center choice cipher decode
delete digest enable encode extend fileno gather getcwd getter gmtime insert invert is_set lgamma listen locked
lstrip mktime modify module native ph_key random reason remove rename rindex rsplit rstrip scroll search select
sendto setter sha256 sizeof socket stderr stdout stream struct umount unlink unpack update values waiter AF_INET
BFINT16 BFINT32 BFUINT8 BytesIO ENOBUFS FLOAT32 FLOAT64 POLLERR POLLHUP POLLOUT VfsLfs2 acquire backlog closure
collect connect content context decrypt default degrees deleter disable discard ellipse encrypt fromhex handler
headers heapify heappop hexlify indices install isalpha isclose isdigit islower isspace isupper listdir machine
maxsize message modules newline popitem popleft radians randint release replace request reverse sendall statvfs
time_ns timeout uniform urandom version AF_INET6 BFUINT16 BFUINT32 EALREADY ENOTCONN GS2_HMSB GS4_HMSB LONGLONG
MSG_PEEK Response SOCK_RAW StringIO bytes_at calcsize callback copysign encoding endswith fromkeys function
heappush ilistdir isfinite issubset kbd_intr mem_free mem_info platform readinto readline readonly recvfrom
register schedule sleep_ms sleep_us ticks_ms ticks_us to_bytes CERT_NONE DeflateIO ETIMEDOUT MONO_HLSB MONO_HMSB
MONO_VLSB SSLSocket TaskQueue ULONGLONG addressof buffering byteorder errorcode exception factorial fill_rect
heap_lock isenabled localtime mem_alloc opt_level pack_into partition qstr_info randrange readlines recv_into
stack_use threshold ticks_add ticks_cpu unhexlify BIG_ENDIAN EADDRINUSE ECONNRESET EOPNOTSUPP SOCK_DGRAM
SOL_SOCKET SSLContext a2b_base64 appendleft b2a_base64 difference from_bytes isdisjoint issuperset namedtuple
readblocks rpartition setdefault setsockopt settimeout soft_reset splitlines startswith ticks_diff unregister
EINPROGRESS FrameBuffer OrderedDict SOCK_STREAM create_task get_ciphers getaddrinfo getpeercert getrandbits
heap_unlock run_forever server_side set_ciphers setblocking unpack_from verify_mode wrap_socket writeblocks
ECONNABORTED ECONNREFUSED EHOSTUNREACH FrameBuffer1 MSG_DONTWAIT SO_BROADCAST SO_REUSEADDR StreamReader
StreamWriter bytearray_at current_task intersection version_info CERT_OPTIONAL CERT_REQUIRED LITTLE_ENDIAN
allocate_lock time_pulse_us CancelledError ThreadSafeFlag get_event_loop get_extra_info implementation
new_event_loop
"""
_MODULES = """
_asyncio _boot _espnow _onewire _thread aioespnow apa106 argparse array asyncio base64 binascii bisect bluetooth
boot btree builtins cmath collections cryptolib deflate dht ds18x20 errno esp esp32 espnow ffi flashbdev
framebuf functools gc hashlib heapq hmac inisetup inspect io itertools json jni lwip machine main marshal math
micropython mip neopixel network ntptime onewire operator os page pathlib platform random re requests rp2 select
shutil signal slot socket ssl stat string struct sys tempfile termios textwrap time tls traceback types typing
uarray uasyncio ubinascii ubluetooth ucollections ucryptolib uctypes uerrno uhashlib uheapq uio ujson umachine
umqtt uos uplatform upysh urandom ure urequests uselect usocket ussl ustruct usys utime uwebsocket uzlib vfs
warnings webrepl webrepl_setup websocket zlib
"""
ROM_NAMES = tuple(_NAMES.split())
MODULES = frozenset(_MODULES.split())
"""Modules of MicroPython, its library and its ports. A file with such a name would hide the module, or be hidden."""
