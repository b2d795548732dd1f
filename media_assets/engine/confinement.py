"""What no decoder needs is taken from the worker processes: sockets, and other programs.

Nothing that decodes here follows an address or starts a program; this holds it where a decoder has
a hole. A filter of system calls (seccomp) answers `socket` and `execve` with "permission denied".
Linux on x86-64 and ARM64 has it; elsewhere the decoders' own settings stand alone.
"""

import ctypes
import errno
import platform
import sys
from dataclasses import dataclass

_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_SET_MODE_FILTER = 1
# Without it, kernels before 5.16 slow the whole process down against Spectre.
_SECCOMP_FILTER_FLAG_SPEC_ALLOW = 4
_RETURN_ALLOW = 0x7FFF0000
_RETURN_ERROR = 0x00050000

# Instructions of the filter: load a word, jump if equal, return (linux/bpf_common.h).
_LOAD, _JUMP_EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER, _ARCHITECTURE = 0, 4  # places in struct seccomp_data
_X32 = 0x40000000  # x86-64 knows each call by a second number


@dataclass(frozen=True, slots=True)
class _Machine:
    """Its audit number, the calls that are denied, and the call that sets a filter."""

    audit: int
    denied: tuple[int, ...]
    seccomp: int


# socket, execve, execveat: linux/audit.h and the tables of system calls.
_MACHINES = {
    "x86_64": _Machine(0xC000003E, (41, 59, 322, _X32 | 41, _X32 | 520, _X32 | 545), 317),
    "aarch64": _Machine(0xC00000B7, (198, 221, 281), 277),
}


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("then", ctypes.c_uint8),
        ("otherwise", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction)))


def confine() -> bool:
    """Take sockets and other programs from this process, for good. False where that is not known.

    To be called before the process starts threads: those that run keep what they have.
    """
    machine = _MACHINES.get(platform.machine()) if sys.platform == "linux" else None
    if machine is None:
        return False
    instructions = _filter(machine)
    program = _Program(len(instructions), (_Instruction * len(instructions))(*instructions))
    library = ctypes.CDLL(None)
    if library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    taken = library.syscall(
        ctypes.c_long(machine.seccomp),
        ctypes.c_long(_SECCOMP_SET_MODE_FILTER),
        ctypes.c_long(_SECCOMP_FILTER_FLAG_SPEC_ALLOW),
        ctypes.byref(program),
    )
    return bool(taken == 0)


def _filter(machine: _Machine) -> list[_Instruction]:
    """Deny the calls, and all calls in the way of another architecture; allow all else."""
    count = len(machine.denied)
    return [
        _Instruction(_LOAD, 0, 0, _ARCHITECTURE),
        _Instruction(_JUMP_EQUAL, 1, 0, machine.audit),
        _Instruction(_RETURN, 0, 0, _RETURN_ERROR | errno.EACCES),
        _Instruction(_LOAD, 0, 0, _NUMBER),
        *(
            _Instruction(_JUMP_EQUAL, count - place, 0, number)
            for place, number in enumerate(machine.denied)
        ),
        _Instruction(_RETURN, 0, 0, _RETURN_ALLOW),
        _Instruction(_RETURN, 0, 0, _RETURN_ERROR | errno.EACCES),
    ]
