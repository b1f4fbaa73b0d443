"""What can happen to a file on a disk."""

import os
import shutil

BLOCK = 200


def cut(path, rng, other):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def last_byte(path, rng, other):
    path.write_bytes(path.read_bytes()[:-1])


def emptied(path, rng, other):
    path.write_bytes(b"")


def zeroed(path, rng, other):
    """A block of zeros, as a disk leaves it: at the start of the second half."""
    content = bytearray(path.read_bytes())
    begin = len(content) // 2
    size = min(BLOCK, len(content) - begin)
    content[begin : begin + size] = bytes(size)
    path.write_bytes(content)


def flipped(path, rng, other):
    """One bit, anywhere."""
    content = bytearray(path.read_bytes())
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path.write_bytes(content)


def garbage(path, rng, other):
    path.write_bytes(rng.randbytes(path.stat().st_size))


def another(path, rng, other):
    """Another file of the same format."""
    shutil.copyfile(other, path)


def without_last_line(path, rng, other):
    """A cut that leaves a well-formed file, where lines are records."""
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def folder(path, rng, other):
    path.unlink()
    path.mkdir()


def loop(path, rng, other):
    """A link to itself: it is there, and nobody can read it."""
    path.unlink()
    path.symlink_to(path.name)


def unreadable(path, rng, other):
    path.chmod(0)


DAMAGES = {
    damage.__name__: damage
    for damage in (
        cut, last_byte, emptied, zeroed, flipped, garbage, another, without_last_line, folder,
        loop, unreadable,
    )
}  # fmt: skip
"""Damages by name."""


def applies(damage, path, other):
    """Whether a damage changes a file of this format at all."""
    if damage == "without_last_line":
        return path.suffix in (".csv", ".json", ".html")
    if damage == "another":
        return other is not None
    return True


def restore(path, content):
    """Put a file back as it was."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    if path.is_symlink():
        path.unlink()
    if path.exists():
        path.chmod(0o644)
    path.write_bytes(content)


class Nobody:
    """Without the rights of root, to which every file is readable."""

    ID = 65534

    def __enter__(self):
        self.root = os.geteuid() == 0
        if self.root:
            os.seteuid(self.ID)

    def __exit__(self, *_):
        if self.root:
            os.seteuid(0)
