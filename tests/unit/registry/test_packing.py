"""Archives: the same bytes every time, and nothing hostile gets in."""

import gzip
import io
import json
import stat
import tarfile
import time
import tracemalloc
import zipfile
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botops.domain.errors import UserError
from botops.registry.exchange.packing import MANIFEST, pack, unpack

MEMBERS = {"b/c.txt": b"x", "a.txt": "ы".encode()}
KINDS = pytest.mark.parametrize("zipped", [True, False])


def manifest(members):
    hashes = {name: sha256(data).hexdigest() for name, data in members.items()}
    return json.dumps({"format": 1, "members": hashes}).encode()


def zip_of(members, **attributes):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in [(MANIFEST, manifest(members)), *members.items()]:
            info = zipfile.ZipInfo(name)
            for key, value in attributes.items() if name != MANIFEST else ():
                setattr(info, key, value)
            archive.writestr(info, data)
    return out.getvalue()


def tar_of(*infos):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for info, data in infos:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


@KINDS
def test_equal_contents_are_equal_bytes_and_come_back(zipped):
    first = pack(MEMBERS, {"subject": {"x": 1}}, zipped=zipped)
    time.sleep(0.01)
    assert pack(dict(reversed(MEMBERS.items())), {"subject": {"x": 1}}, zipped=zipped) == first
    found, members = unpack(first, "a")
    assert members == MEMBERS
    assert found["subject"] == {"x": 1}


@KINDS
@given(data=st.data())
def test_a_changed_byte_is_found_or_harmless(zipped, data):
    raw = bytearray(pack(MEMBERS, {}, zipped=zipped))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    try:
        _, members = unpack(bytes(raw), "a")
    except UserError as error:
        members = MEMBERS if error.problems else None
    assert members == MEMBERS


@given(raw=st.binary(max_size=200), start=st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b\x08\x00"]))
def test_whatever_bytes_are_refused(raw, start):
    with pytest.raises(UserError, match="not opened"):
        unpack(start + raw, "a")


@pytest.mark.parametrize(
    "name",
    ["../x", "/etc/passwd", "a/../../x", "a\\..\\b", "C:/x", "a/./b", ".ssh/x", "-rf", "a//b", "", "a\nb", "x" * 101],
)
def test_names_that_lead_elsewhere_are_refused(name):
    with pytest.raises(ValueError, match="no name"):
        pack({name: b"x"}, {}, zipped=True)
    for raw in (zip_of({name: b"x"}), tar_of((tarfile.TarInfo(name or "/"), b"x"))):
        with pytest.raises(UserError):
            unpack(raw, "a")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_what_is_no_plain_file_is_refused(kind):
    info = tarfile.TarInfo("x")
    info.type = kind
    info.linkname = "/etc/passwd"
    with pytest.raises(UserError, match="no plain file"):
        unpack(tar_of((info, b"")), "a")


def test_links_in_a_zip_are_refused():
    with pytest.raises(UserError, match="no plain file"):
        unpack(zip_of({"x": b"/etc/passwd"}, external_attr=(stat.S_IFLNK | 0o777) << 16), "a")


def test_a_member_twice_is_refused():
    one = tarfile.TarInfo("x"), b"1"
    with pytest.raises(UserError, match="twice"):
        unpack(tar_of(one, (tarfile.TarInfo("x"), b"2")), "a")


def test_wrong_missing_and_strange_members_are_named():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(MANIFEST, manifest({"a": b"1", "gone": b"2"}))
        archive.writestr("a", b"another")
        archive.writestr("more", b"3")
    with pytest.raises(UserError) as caught:
        unpack(out.getvalue(), "f.zip")
    text = str(caught.value)
    assert "members.a: its contents were changed" in text
    assert "members.gone: it is not in the archive" in text
    assert "more is not in the manifest" in text


def test_bombs_are_refused_in_little_memory():
    zeros = bytes(1_000_000)
    inner = io.BytesIO()
    with gzip.GzipFile(fileobj=inner, mode="wb", compresslevel=9) as packed:
        for _ in range(300):
            packed.write(zeros)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("x", "w") as stream:
        for _ in range(300):
            stream.write(zeros)
    many = zip_of({f"m{n}": b"" for n in range(2_001)})
    tracemalloc.start()
    for raw, why in (
        (inner.getvalue(), "unpacked it is larger"),
        (bomb.getvalue(), "unpacked it is larger"),
        (many, "2000 members"),
    ):
        with pytest.raises(UserError, match=why):
            unpack(raw, "a")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 300_000_000


def test_a_header_that_asks_for_much_memory_is_refused():
    header = tarfile.TarInfo("pax")
    header.type = tarfile.XHDTYPE
    header.size = 2**33
    raw = gzip.compress(header.tobuf(tarfile.USTAR_FORMAT) if header.size < 8**11 else header.tobuf(tarfile.GNU_FORMAT))
    with pytest.raises(UserError):
        unpack(raw, "a")


@pytest.mark.parametrize("text", [b"[]", b"{}", b'{"format": 2, "members": {}}', b"\xff", b"{"])
def test_manifests_that_are_none(text):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(MANIFEST, text)
    with pytest.raises(UserError, match=r"manifest"):
        unpack(out.getvalue(), "a")
