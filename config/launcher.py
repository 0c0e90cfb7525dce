"""Becomes another program that dies with the process which asked for it.

Run by path (``python -I -S config/launcher.py PARENT SIGNAL IDENTITY PROGRAM ARGUMENT…``), so that
it needs neither Django nor the virtual environment. PARENT is the asking process's id, SIGNAL the
number that the kernel sends to the program when the parent's thread ends, and IDENTITY one of

``self``
    the program runs as whoever runs the launcher;
``namespace``
    the user keeps its files, yet is seen as ``nobody``, in a user namespace of its own;
``nobody``
    root becomes ``nobody`` and keeps one capability, CAP_DAC_OVERRIDE, to reach its files where
    they are, below /root too.

PostgreSQL refuses root, and users without an account; the last two are for them. A change of
credentials clears the death signal, therefore it is set last. The kernel counts the parent's
thread as the parent: ask from the main thread.
"""

import ctypes
import os
import pwd
import sys
from collections.abc import Callable

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
PR_SET_SECUREBITS = 28
SECBIT_NO_SETUID_FIXUP = 1 << 2
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
#: Version 3 of the capability header: two 32-bit words for each set.
CAPABILITY_VERSION = 0x20080522
#: Exit status when the program may not be started under that identity.
REFUSED = 97


def check(result: int) -> None:
    """Raises the C library's error as OSError."""
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def prctl(option: int, first: int, second: int = 0) -> None:
    """All four arguments as unsigned longs: the kernel refuses rubbish in the unused ones."""
    numbers = (ctypes.c_ulong(number) for number in (first, second, 0, 0))
    check(libc().prctl(option, *numbers))


def write(path: str, text: str) -> None:
    # Without a buffer: a mapping must reach the kernel in one write.
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def enter_namespace() -> None:
    """Whoever it is outside is ``nobody`` inside; every other id is unknown there."""
    nobody = pwd.getpwnam("nobody")
    user, group = os.geteuid(), os.getegid()
    check(libc().unshare(CLONE_NEWUSER))
    write("/proc/self/uid_map", f"{nobody.pw_uid} {user} 1")
    write("/proc/self/setgroups", "deny")
    write("/proc/self/gid_map", f"{nobody.pw_gid} {group} 1")


def become_nobody() -> None:
    """Drops to ``nobody`` with CAP_DAC_OVERRIDE as an ambient capability, which exec keeps."""
    nobody = pwd.getpwnam("nobody")
    # Without it access(2), by which PostgreSQL looks for its own files, ignores capabilities.
    prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)
    os.setgroups([])
    os.setresgid(nobody.pw_gid, nobody.pw_gid, nobody.pw_gid)
    os.setresuid(nobody.pw_uid, nobody.pw_uid, nobody.pw_uid)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    kept = 1 << CAP_DAC_OVERRIDE
    effective_permitted_inheritable = (ctypes.c_uint32 * 6)(kept, kept, kept, 0, 0, 0)
    check(libc().capset(header, effective_permitted_inheritable))
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE)


IDENTITIES: dict[str, Callable[[], None]] = {
    "self": lambda: None,
    "namespace": enter_namespace,
    "nobody": become_nobody,
}


def die_with(parent: int, signal_number: int) -> None:
    """Asks the kernel for the signal when the parent ends; exits when it has ended already."""
    prctl(PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent:
        sys.exit(REFUSED)


def main(parent: str, signal_number: str, identity: str, *command: str) -> None:
    """Does not return: the program takes this process's place."""
    try:
        IDENTITIES[identity]()
        die_with(int(parent), int(signal_number))
        os.execvp(command[0], command)  # noqa: S606 - exactly the program that was asked for
    except OSError as error:
        sys.stderr.write(f"{command[0]} as {identity}: {error}\n")
        sys.exit(REFUSED)


if __name__ == "__main__":
    main(*sys.argv[1:])
